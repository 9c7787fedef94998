"""What Markdown and HTML have in common: names, labels and orders of the report's frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from baseline_collector.model import Finding
from baseline_collector.render.slots import Slots
from baseline_collector.report import Block, Narrative, Report

TITLE = "Technical Report: Baseline Collector Analysis"
INGESTION = "2. Data Ingestion Summary"
PERFORMANCE = "3. Performance Analysis"
FINDINGS = "4. Key Findings"
RECOMMENDATIONS = "5. Recommendations"
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
FINDINGS_LEAD = "Each finding with its rule, the facts it rests on and what to do about it."
SAID_ABOVE = "All of them stand in the section of that name above."
NOT_ABOVE = "Those that the section of that name above does not state"
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


def further_recommendations(report: Report, slots: Slots) -> list[str]:
    """Return what to do that the narrative does not say, what gains most first, each once.

    What to measure is left to the gaps, which name the protocol.
    """
    told = _told(report, RECOMMENDATIONS)
    kept: dict[str, str] = {}
    for advice in report.analysis.advice:
        if advice.kind != "measure" and _stem(advice.text) not in told:
            kept.setdefault(slots.plain(advice.text), advice.text)
    return list(kept.values())


def further_findings(report: Report) -> list[Finding]:
    """Return the findings that the narrative does not state word for word, in their order."""
    told = _told(report, FINDINGS)
    return [one for one in report.analysis.findings if _stem(one.title) not in told]


def folds(blocks: Sequence[Block]) -> Iterator[tuple[str, list[Block]]]:
    """Yield neighbouring blocks that are opened together, and the words they stand behind."""
    for behind, group in groupby(blocks, key=lambda block: block.behind):
        yield behind, list(group)


def _told(report: Report, name: str) -> str:
    return "\n".join(text for section in report.narrative.sections if section.name == name
                     for block in section.blocks for text in block.items)


def _stem(text: str) -> str:
    return text.strip().rstrip(".")


def authors(narrative: Narrative) -> Iterator[str]:
    """Say which sections a model wrote and which the templates."""
    for source, words in (("model", "Written by the model"), ("template", "Written by templates")):
        names = [section.name.partition(". ")[2] or section.name
                 for section in narrative.sections if section.source == source]
        if names:
            yield f"{words}: {', '.join(names)}."
