"""What Markdown and HTML have in common: names, labels and orders of the report's frame."""

from __future__ import annotations

from collections.abc import Iterator

from baseline_collector.render.slots import Slots
from baseline_collector.report import Narrative, Report

TITLE = "Technical Report: Baseline Collector Analysis"
INGESTION = "2. Data Ingestion Summary"
PERFORMANCE = "3. Performance Analysis"
APPENDIX = "6. Appendix"

REFUSED_SHOWN = 20
"""Refused sentences that are printed; report.json has all."""

FIGURES = (
    ("Throughput", "throughput_tok_s", "tok/s"),
    ("TTFT", "ttft_ms", "ms"),
    ("Total Duration", "total_duration_ms", "ms"),
    ("Tokens Generated", "tokens_generated", ""),
    ("Prompt Eval", "prompt_eval_ms", "ms"),
    ("Eval Duration", "eval_duration_ms", "ms"),
    ("Load Duration", "load_duration_ms", "ms"),
)
"""Label, name in report.json and unit of the figures of a model call, as in the example."""

STATUSES = (("read", "read whole"), ("partly_read", "partly read"), ("unread", "unread"),
            ("duplicate", "duplicate"))
SEVERITIES = ("critical", "warning", "notice", "info")

NO_MODEL = "No model was called: there is no throughput and no latency of ours to report."
NO_FINDING = "No rule fired on this data."
GAPS = "Gaps"
GAPS_LEAD = ("What is missing, what blocks most first, and the benchmark that would fill it, as a "
             "protocol beside this report.")
NO_GAPS = "No gap was found."
MORE_ADVICE = "Others, alike or of less weight, stand in report.json."
NO_ADVICE = "Nothing follows from the findings."
ONLY_TEMPLATES = "Templates wrote the whole text; no sentence of a model was printed or refused."
MASKED = "The refused ones are quoted with their digits masked; report.json has them in full."


def figure_text(value: float | int | None, unit: str) -> str:
    """Write a figure of a model call with its unit: two decimals unless it is a count."""
    if value is None:
        return "not reported"
    number = str(value) if isinstance(value, int) else f"{value:.2f}"
    return f"{number} {unit}".rstrip()


def plural(count: int, noun: str) -> str:
    """Return a noun in the number that goes with a count."""
    return noun if count == 1 else f"{noun}s"


def recommendations(report: Report, slots: Slots) -> list[str]:
    """Return the leading recommendations, what gains most first, each sentence once."""
    kept: dict[str, str] = {}
    for advice in report.analysis.advice:
        if advice.leading:
            kept.setdefault(slots.plain(advice.text), advice.text)
    return list(kept.values())


def more_recommendations(report: Report) -> str:
    """Say that there are others; empty where there are none."""
    return "" if all(one.leading for one in report.analysis.advice) else MORE_ADVICE


def authors(narrative: Narrative) -> Iterator[str]:
    """Say which sections a model wrote and which the templates."""
    for source, words in (("model", "Written by the model"), ("template", "Written by templates")):
        names = [section.name.partition(". ")[2] or section.name
                 for section in narrative.sections if section.source == source]
        if names:
            yield f"{words}: {', '.join(names)}."
