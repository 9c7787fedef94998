"""Mask: secrets and personal paths out of a finished report, wherever they came in.

Texts of artifacts were masked when they were normalised; what is left are the names that
lead back to the files: roots, paths, keys. The dataset keeps those, because they are how the
files are found again; the report shows them masked, and its queries ask for their hash.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from baseline_collector.model import Analysis, Artifact, Bar, Fact, Name, Source
from baseline_collector.report import Agent, Inventory, Narrative, Report, TypeSummary

Redact = Callable[[str], str]


def masked(report: Report, redact: Redact) -> Report:
    """Mask everything of a report that came from outside.

    Args:
        report: As analysed and narrated.
        redact: Masks secrets and personal details in a text.
    """
    mask = _Mask(redact)
    return replace(report, agent=mask.agent(report.agent), analysis=mask.analysis(report.analysis),
                   inventory=mask.inventory(report.inventory),
                   narrative=mask.narrative(report.narrative))


class _Mask:
    """Masks the parts of one report; a text met twice is masked once."""

    def __init__(self, redact: Redact) -> None:
        self.text: Redact = cache(redact)
        self.place: Callable[[Source], Source] = cache(self._place)
        self._places: dict[int, tuple[Sequence[Source], Sequence[Source]]] = {}

    def _place(self, one: Source) -> Source:
        # Pointers differ in their numbers mostly: one look at the rest is enough.
        rest = _NUMBER.sub("0", one.pointer)
        pointer = one.pointer if self.text(rest) == rest else self.text(one.pointer)
        artifact = self.text(one.artifact)
        kept = pointer == one.pointer and artifact == one.artifact
        return one if kept else Source(artifact, pointer)

    def analysis(self, found: Analysis) -> Analysis:
        """Names, facts with scopes, sources and queries, points and labels of charts."""
        return replace(
            found, names=tuple(self.name(one) for one in found.names),
            facts=tuple(self.fact(one) for one in found.facts),
            gaps=tuple(replace(one, protocol=self.text(one.protocol)) for one in found.gaps),
            charts=tuple(replace(chart, bars=tuple(self.bar(bar) for bar in chart.bars))
                         for chart in found.charts))

    def name(self, one: Name) -> Name:
        text = self.text(one.text)
        return one if text == one.text else replace(one, text=text)

    def fact(self, one: Fact) -> Fact:
        scope = {key: self.text(text) for key, text in one.scope.items()}
        sources, sql = self.places(one.sources), hashed(one.sql, self.text)
        if sources is one.sources and sql == one.sql and scope == one.scope:
            return one
        return replace(one, scope=scope, sources=sources, sql=sql)

    def places(self, sources: Sequence[Source]) -> Sequence[Source]:
        """Sources of a fact, as they are where nothing is masked.

        Those that facts of one group share are masked once.
        """
        known = self._places.get(id(sources))
        if known is None or known[0] is not sources:
            shown = tuple(map(self.place, sources))
            known = self._places[id(sources)] = (
                sources, sources if shown == tuple(sources) else shown)
        return known[1]

    def bar(self, one: Bar) -> Bar:
        return replace(one, label=self.text(one.label), points=tuple(
            replace(point, source=self.place(point.source)) for point in one.points))

    def agent(self, one: Agent) -> Agent:
        return Agent(one.type, self.text(one.model), self.text(one.configuration),
                     self.text(one.persona))

    def narrative(self, one: Narrative) -> Narrative:
        return replace(
            one, writer=self.text(one.writer), note=self.text(one.note),
            rejected=tuple(replace(each, text=self.text(each.text), reason=self.text(each.reason))
                           for each in one.rejected),
            calls=tuple(replace(each, model=self.text(each.model)) for each in one.calls))

    def inventory(self, one: Inventory) -> Inventory:
        return Inventory(
            tuple(self.artifact(each) for each in one.artifacts), self.summaries(one.by_type),
            self.summaries(one.by_root),
            tuple(replace(each, path=self.text(each.path), reason=self.text(each.reason))
                  for each in one.skipped),
            tuple(tuple(self.text(name) for name in group) for group in one.duplicates))

    def artifact(self, one: Artifact) -> Artifact:
        return replace(one, artifact=self.text(one.artifact), root=self.text(one.root),
                       location=self.text(one.location), reason=self.text(one.reason),
                       version=self.text(one.version), duplicate_of=self.text(one.duplicate_of))

    def summaries(self, found: Mapping[str, TypeSummary]) -> dict[str, TypeSummary]:
        """Summaries under masked names; those that become one name are put together."""
        shown: dict[str, TypeSummary] = {}
        for name, one in found.items():
            mine = replace(one, first=tuple(self.text(path) for path in one.first))
            known = shown.get(self.text(name))
            shown[self.text(name)] = mine if known is None else _together(known, mine)
        return shown


_NUMBER = re.compile(r"(?<![^/ \[])\d+(?![^/,\] ])")


def _together(one: TypeSummary, other: TypeSummary) -> TypeSummary:
    most = max(len(one.first), len(other.first))
    first = (one.first + other.first)[:most]
    count = one.count + other.count
    return TypeSummary(count, one.bytes + other.bytes,
                       max(one.latest_modified, other.latest_modified), first, count - len(first))


_LITERAL = r"'(?:[^']|'')*'"
_ANY = re.compile(_LITERAL)
_EQUAL = re.compile(rf"\b(\w+) = ({_LITERAL})")
_AMONG = re.compile(rf"\b(\w+) IN \(({_LITERAL}(?:, {_LITERAL})*)\)")


def hashed(sql: str, redact: Redact) -> str:
    """A query in which literals that must not be shown are asked for by their MD5.

    It gives the same value as before: ``key = 'x'`` becomes ``md5(key) = '9dd4...'``.
    """
    def telling(literal: str) -> bool:
        text = _unquoted(literal)
        return redact(text) != text

    def equal(found: re.Match[str]) -> str:
        return f"md5({found[1]}) = {_md5(found[2])}" if telling(found[2]) else found[0]

    def among(found: re.Match[str]) -> str:
        literals = re.findall(_LITERAL, found[2])
        if not any(telling(each) for each in literals):
            return found[0]
        return f"md5({found[1]}) IN ({', '.join(_md5(each) for each in literals)})"

    if not any(telling(literal) for literal in _ANY.findall(sql)):
        return sql
    return _EQUAL.sub(equal, _AMONG.sub(among, sql))


def _unquoted(literal: str) -> str:
    return literal[1:-1].replace("''", "'")


def _md5(literal: str) -> str:
    digest = hashlib.md5(_unquoted(literal).encode("utf-8", "surrogatepass"),
                         usedforsecurity=False).hexdigest()
    return f"'{digest}'"
