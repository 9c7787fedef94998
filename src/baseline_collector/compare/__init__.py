"""Comparing runs: which groups belong together, by what factor they differ, what is decided."""

from baseline_collector.compare.conditions import directed
from baseline_collector.compare.decide import Limits, Outcome
from baseline_collector.compare.sides import Cell, Side, side
from baseline_collector.compare.stage import Candidate, Comparison, compare

__all__ = ["Candidate", "Cell", "Comparison", "Limits", "Outcome", "Side", "compare", "directed",
           "side"]
