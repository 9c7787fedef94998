"""Sections written by code: from facts and findings alone, or around a model's sentences.

Each section is one function from the material and the accepted sentences of a
model (none without a model) to blocks. What a model leaves out that a reader must
know (a critical finding, a table) is written here, so a model can word a report
but not hide something from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Final

from baseline_collector import slots
from baseline_collector.model import AdviceKind, Fact, Finding, Topic
from baseline_collector.narrate.pivot import TOO_WIDE, Labels, Reading, by_metric, tables
from baseline_collector.narrate.plan import (
    APPENDIX,
    EXECUTIVE,
    FINDINGS,
    INGESTION,
    PERFORMANCE,
    RECOMMENDATIONS,
    Material,
    Sentence,
    ended,
    folded,
    words,
)
from baseline_collector.report import Block
from baseline_collector.vocabulary import BINARY

Said = Sequence[Sentence]
MOST_BULLETS: Final = 24
MOST_TABLES: Final = 10
MOST_TABLES_IN_SIGHT: Final = 4
MOST_TABLES_OF_A_TOPIC: Final = 3
MOST_SENTENCES_OF_A_TOPIC: Final = 8
MOST_FINDINGS_IN_SUMMARY: Final = 8
MOST_FINDINGS_OF_A_RULE: Final = 3
MOST_FACTS_IN_SUMMARY: Final = 1
MORE_ADVICE: Final = "Others, alike or of less weight, stand below, under Recommendations and Gaps."
MORE: Final = "Further facts of this kind in report.json and in the facts table of the dataset"
MORE_FINDINGS: Final = "Further findings of the same rules under Key Findings below"
TOLD_AS_FINDINGS: Final = ("What failed, what stands there twice and what the records lack is told "
                           "under Key Findings and Gaps, with what to do about it.")


def section(name: str, material: Material, said: Said = ()) -> tuple[Block, ...]:
    """Write one section.

    Args:
        name: One of ``plan.SECTIONS``.
        material: Facts, findings and names.
        said: Accepted sentences of a model for this section, in its order.

    Returns:
        Its blocks, never empty.
    """
    return _WRITERS[name](material, said)


def _executive(material: Material, said: Said) -> tuple[Block, ...]:
    """What is there, what the numbers say, what is wrong, what to do next."""
    told = {sentence.about for sentence in said}
    texts = [sentence.text for sentence in said] or _opening(material)
    blocks = [_paragraph(texts)] if texts else []
    bullets = [ended(finding.title) for finding in material.leading(MOST_FINDINGS_IN_SUMMARY)
               if finding.id not in told and not _holds(texts, finding.title)]
    if bullets:
        blocks.append(Block("bullets", tuple(bullets)))
    elif not material.findings:
        blocks.append(_line("No rule made a finding on these artifacts."))
    blocks += [_line(f"Next step: {ended(finding.recommendation)}")
               for finding in material.advised()[:1]
               if not _holds(texts, finding.recommendation)]
    return tuple(blocks)


def _opening(material: Material) -> list[str]:
    """What is there, and the weightiest value where no finding of the summary is about speed."""
    leading = material.leading(MOST_FINDINGS_IN_SUMMARY)
    told = {id_ for finding in leading for id_ in finding.facts}
    there = material.topics("inventory")[:MOST_FACTS_IN_SUMMARY]
    measured = [fact for fact in material.topics("performance") if fact.id not in told][:1]
    if any(finding.topic == "performance" for finding in leading):
        measured = []
    return [ended(fact.statement) for fact in (*there, *measured)]


def _ingestion(material: Material, said: Said) -> tuple[Block, ...]:
    """What lay there, what became of it, and what should have been there.

    What a finding or a gap states is left to it: there it has its grounds and its remedy.
    """
    told = {sentence.about for sentence in said}
    found = _stated(material) | material.lacking

    def untold(*topics: Topic) -> list[Fact]:
        return [fact for fact in material.topics(*topics) if fact.id not in told | found]

    read = untold("ingestion")
    about = untold("telemetry", "setup", "quality")
    blocks = _said(said)
    blocks += _bullets(untold("inventory"))
    blocks += _bullets([fact for fact in read if "key" not in fact.scope], "What was read:")
    blocks += _behind("What the keys hold, as written", _bullets(
        [fact for fact in read if "key" in fact.scope]))
    blocks += _bullets(untold("failure"), "What failed:")
    blocks += _bullets(untold("duplicate"), "What stands there more than it should:")
    blocks += _bullets([fact for fact in about if fact.kind == "inventory"],
                       "What is known about the setup and the quality of the records:")
    blocks += [_line(TOLD_AS_FINDINGS)] if found else []
    return tuple(blocks) or (_line("No fact about the files themselves was found."),)


def _performance(material: Material, said: Said) -> tuple[Block, ...]:
    """Tables by metric, then cold starts, sweeps and compilation."""
    blocks = _said(said)
    told = {sentence.about for sentence in said} | _stated(material)
    facts = material.topics("performance")
    groups = by_metric(facts)
    labels = Labels(material.names.values())
    shown: set[Reading] = set()
    for metric in list(groups)[:MOST_TABLES_IN_SIGHT]:
        blocks += tables(metric, groups[metric], labels, shown=shown)
    behind = list(groups)[MOST_TABLES_IN_SIGHT:MOST_TABLES]
    for metric in behind:
        blocks += _behind(f"Tables of {', '.join(map(words, behind))}",
                          tables(metric, groups[metric], labels, shown=shown))
    left_out = list(groups)[MOST_TABLES:]
    if left_out:
        blocks.append(_line("Also measured, and in the dataset: "
                            f"{', '.join(words(metric) for metric in left_out)}."))
    blocks += _bullets([fact for fact in facts if not fact.metric and fact.id not in told])
    for lead, topic in _AFTER_TABLES:
        blocks += _part(lead, material.topics(topic), labels, told, shown)
    return tuple(blocks) or (_line("No performance value was found in these artifacts."),)


_AFTER_TABLES: Final[tuple[tuple[str, Topic], ...]] = (
    ("Cold starts and warm calls", "cold_start"), ("Sweeps", "sweep"), ("Compilation", "compile"),
    ("Quality", "quality"), ("Telemetry", "telemetry"))


def _part(lead: str, facts: Sequence[Fact], labels: Labels, told: Set[str],
          shown: set[Reading]) -> list[Block]:
    """One topic: what has a metric as tables, the first in sight, the rest as a short list."""
    groups = by_metric(fact for fact in facts if fact.kind == "data")
    rest = [fact for fact in facts
            if not fact.metric and fact.kind == "data" and fact.id not in told]
    blocks = _bullets(rest, f"{lead}:", MOST_SENTENCES_OF_A_TOPIC)
    for place, metric in enumerate(list(groups)[:MOST_TABLES_OF_A_TOPIC]):
        found = tables(metric, groups[metric], labels, lead, shown)
        blocks += _behind(f"{lead}: further tables", found) if place else found
    return blocks


def _stated(material: Material) -> frozenset[str]:
    """Ids of the facts that a finding states."""
    return frozenset(id_ for finding in material.findings for id_ in slots.ids(finding.title))


def _findings(material: Material, said: Said) -> tuple[Block, ...]:
    """Findings, most severe first, some of each rule, in a model's words where it has some."""
    if not material.findings:
        return (_line("No rule made a finding on these artifacts."),)
    shown = _some_of_each_rule(_ordered(material.findings, said))
    blocks: list[Block] = []
    for lead, topics in _THEMES:
        items = [f"{finding.severity.capitalize()}: {text}"
                 for finding in shown if finding.topic in topics
                 for text in _texts(finding, said, finding.title)]
        blocks += [_line(lead), Block("bullets", tuple(items))] if items else []
    return (*blocks, *_more(MORE_FINDINGS, len(material.findings) - len(shown)))


_THEMES: Final[tuple[tuple[str, tuple[Topic, ...]], ...]] = (
    ("What failed:", ("failure",)),
    ("What the numbers say:", ("performance", "compile", "cold_start", "sweep")),
    ("How far the numbers bear:", ("quality",)),
    ("What the records lack, repeat or leave unread:",
     ("inventory", "ingestion", "setup", "telemetry", "duplicate")))
"""Every topic once, so that no finding is lost."""


def _some_of_each_rule(findings: Sequence[Finding]) -> list[Finding]:
    """Ten cold starts told one by one hide what stands behind them; critical ones all stand."""
    left = Counter({finding.rule: MOST_FINDINGS_OF_A_RULE for finding in findings})
    kept = []
    for finding in findings:
        if left[finding.rule] > 0 or finding.severity == "critical":
            kept.append(finding)
        left[finding.rule] -= 1
    return kept


def _recommendations(material: Material, said: Said) -> tuple[Block, ...]:
    """What to do, each thing once, what gains most first; in a model's words where it has some."""
    if not material.advice:
        return (_line("Nothing to do follows from the findings."),)
    findings = {finding.id: finding for finding in material.findings}
    leading = [one for one in material.advice if one.leading]
    mended = _ordered([findings[id_] for one in leading if one.kind == "mend"
                       for id_ in one.findings], said)
    rank = {finding.id: at for at, finding in enumerate(mended)}
    items = [text for one in sorted(leading, key=lambda one: (
                 _KINDS.index(one.kind), rank.get("".join(one.findings), -1)))
             for text in [s.text for s in said if s.about in one.findings] or [ended(one.text)]]
    texts = tuple(dict.fromkeys(items))
    more = [_line(MORE_ADVICE)] if len(leading) < len(material.advice) else []
    return (Block("numbered", texts), *more)


_KINDS: Final[tuple[AdviceKind, ...]] = ("change", "none", "mend", "measure")


def _appendix(material: Material, said: Said) -> tuple[Block, ...]:
    """How to ask further, what was not read, how to read the numbers."""
    unread = [fact for fact in material.topics("inventory", "ingestion", "failure")
              if fact.scope.get("status") in ("unread", "partly_read", "skipped")]
    gap = _bullets(unread, "What was not read:") or [
        _line("No fact of this run speaks of a file that was left unread.")]
    binary = [_line("Tools that report memory write GB and mean GiB. It is read as that and "
                    "shown in decimal units, so the same memory is a larger number here.")
              ] if any(fact.metric in BINARY for fact in material.facts.values()) else []
    return (
        *_said(said),
        _line("Every number of this report comes from the dataset beside it. To see where each "
              "stands in its file, and to ask further:"),
        Block("code", (
            'baseline query "SELECT id, statement, value, unit, sql FROM facts ORDER BY id"',
            'baseline query "SELECT artifact, pointer, raw, value, unit FROM measurements '
            "WHERE status = 'ok' ORDER BY artifact, pointer\"",
            'baseline query "SELECT artifact, status, reason FROM artifacts '
            "WHERE status <> 'read' ORDER BY artifact\"",
        ), language="sh"),
        *gap,
        _line("An interval belongs to the estimate beside it; its level and method stand with "
              "the fact. Where it is too wide to tell anything, the table says "
              f"{TOO_WIDE}, and report.json holds it. A table without n shows values "
              "that stand alone. A dash means that no fact was found, which is not the same as "
              "nothing measured. Values of failed calls are counted, and kept out of estimates. "
              "A statistic that few rows of a table have stands in report.json."),
        *binary,
    )


_WRITERS: Final[Mapping[str, Callable[[Material, Said], tuple[Block, ...]]]] = {
    EXECUTIVE: _executive,
    INGESTION: _ingestion,
    PERFORMANCE: _performance,
    FINDINGS: _findings,
    RECOMMENDATIONS: _recommendations,
    APPENDIX: _appendix,
}


def _ordered(findings: Sequence[Finding], said: Said) -> list[Finding]:
    """Order by severity, then as the model ordered them; what it left out comes last."""
    chosen = [sentence.about for sentence in said]
    rank = {id_: at for at, id_ in reversed(list(enumerate(chosen)))}
    severity = {finding.id: finding.severity for finding in findings}
    firsts = list(dict.fromkeys(severity.values()))
    return sorted(findings, key=lambda f: (firsts.index(f.severity), rank.get(f.id, len(rank))))


def _texts(finding: Finding, said: Said, own: str) -> list[str]:
    return [s.text for s in said if s.about == finding.id] or [ended(own)]


def _said(said: Said) -> list[Block]:
    return [_paragraph([sentence.text for sentence in said])] if said else []


def _bullets(facts: Sequence[Fact], lead: str = "", most: int = MOST_BULLETS) -> list[Block]:
    """Write statements as bullets under a line, each statement once."""
    texts = list({folded(fact.statement): ended(fact.statement) for fact in facts}.values())
    if not texts:
        return []
    blocks = [_line(lead)] if lead else []
    blocks.append(Block("bullets", tuple(texts[:most])))
    return [*blocks, *_more(MORE, len(texts) - most)]


def _more(what: str, left_out: int) -> list[Block]:
    """Say how many of what stand elsewhere, where some do."""
    return [Block("more", (what,), left_out=left_out)] if left_out > 0 else []


def _behind(words: str, blocks: Sequence[Block]) -> list[Block]:
    """Put blocks behind words that a reader opens."""
    return [replace(block, behind=words) for block in blocks]


def _holds(texts: Sequence[str], sentence: str) -> bool:
    return folded(sentence) in folded(" ".join(texts))


def _paragraph(texts: Sequence[str]) -> Block:
    return Block("paragraph", (" ".join(texts),))


def _line(text: str) -> Block:
    return Block("paragraph", (text,))
