"""Judge a number against the measurements it is bound to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from baseline_collector import vocabulary
from baseline_collector.audit.bases import Basis, bases
from baseline_collector.audit.bind import Subject, unit_of_label
from baseline_collector.audit.claims import Claim, Outcome
from baseline_collector.audit.defects import defect_of
from baseline_collector.audit.evidence import MOST, gather
from baseline_collector.audit.index import Index, codes_in
from baseline_collector.audit.parts import narrowed
from baseline_collector.audit.readings import Reading, aggregates, direct, pooled_rate
from baseline_collector.audit.rounding import fits, written
from baseline_collector.audit.rows import Selection, selections

_INTERVAL = re.compile(r"\b(?:interval|confidence|CI|credible)\b|±", re.I)
_BY_SERIES = re.compile(r"\b(?:averag\w*|means?|medians?|configurations?|configs?|settings?|"
                        r"runs?|variants?|across)\b", re.I)
"""Words after which an extreme may be one of means and not of single values."""
_NOUN_BEHIND = re.compile(r"[\s`*]+(?!and\b|or\b|to\b|with\b|for\b|in\b|at\b|on\b|as\b|"
                          r"while\b|etc\b|is\b|"
                          r"was\b|when\b|but\b|vs\b|versus\b|than\b|per\b|across\b|over\b|from\b)[A-Za-z]{2,}")
_EXTREME = re.compile(r"smallest|largest")
_QUANTILE = re.compile(r"p\d")
_PLAIN = ("mean", "p50", "min", "max")
_CENTRES = ("mean", "p50")
"""What a key's values may be summed up as where no statistic is named."""

_FEW = 3


def judge_value(claim: Claim, subject: Subject, index: Index) -> Outcome:
    """Judge a number that states a measurement.

    Args:
        claim: A claim with a value.
        subject: What it was bound to.
        index: The dataset.
    """
    outcome = _judged(claim, subject, index)
    named = subject.key.label if subject.key else subject.unknown or " or ".join(
        sorted(subject.metrics))
    return replace(outcome, metric=named, scope=subject.scope(), statistic=subject.statistic)


def _judged(claim: Claim, subject: Subject, index: Index) -> Outcome:
    if subject.unknown:
        return Outcome("unsupported", f"No artifact has a key {subject.unknown}.")
    if not subject.key and not subject.metrics:
        return Outcome("unsupported", "Nothing beside it says what it measures.")
    if not subject.bracketed and _counts_something(claim):
        return Outcome("unsupported", "It counts something that no artifact holds as a value.")
    if _INTERVAL.search(claim.block.text, max(0, claim.start - 40), claim.start) or (
            claim.block.kind == "cell" and _INTERVAL.search(_header(claim))):
        return Outcome("unsupported", "Ends of an interval are an estimate, not a value.")
    chosen = [narrowed(one, claim, index) for one in selections(subject, index) if one.mask.any()]
    if not chosen:
        return Outcome("unsupported", f"No artifact holds {subject.spoken or 'this'} there.")
    compared = list(bases(claim, subject, chosen[0], index))
    if not compared:
        return _wrong_unit(claim, subject, chosen[0], index)
    if claim.bound and subject.statistic in ("min", "max"):
        claim = replace(claim, bound="")  # "at most 30 s" says what the largest is
    missed: list[Reading] = []
    said = _statistic(subject, index)
    for selection in chosen:
        for basis in compared:
            found = list(_readings(claim, subject, selection, basis, index))
            hits = [one for one in found if fits(claim, one.value, scale=basis.scale)]
            if claim.bound and not said and len(hits) < len(found):
                return Outcome("unsupported", "Not every value there is beyond that bound.")
            if hits and all(one.one_of for one in hits):
                evidence, _ = gather(index, hits[0].rows)
                return Outcome("unsupported", f"It is the {said} of one of {hits[0].one_of} series "
                               "there; which is meant is not said.", evidence)
            if hits:
                return _supported(claim, hits, found, index, basis.scale)
            missed = missed or [replace(one, value=one.value / basis.scale) for one in found]
    return _missed(claim, subject, chosen, compared, missed, index)


def _header(claim: Claim) -> str:
    return claim.block.text[: claim.block.own].rpartition("|")[2]


def _counts_something(claim: Claim) -> bool:
    """Whether a bare whole number stands before a noun: ``43 iterations``, ``75 of them``."""
    if claim.unit is not None or claim.step != 1 or claim.block.kind == "json":
        return False
    return bool(_NOUN_BEHIND.match(claim.block.text, claim.end))


def _readings(claim: Claim, subject: Subject, selection: Selection, basis: Basis, index: Index
              ) -> Iterator[Reading]:
    """Everything the dataset gives for what a claim says."""
    said = _statistic(subject, index)
    if subject.key is not None:
        yield from _of_key(said, selection, basis, index)
        return
    if said in ("", "value"):
        if selection.narrow:
            for statistic in _PLAIN:
                yield from aggregates(statistic, selection, basis.values, basis.column, index, True)
            yield from pooled_rate(selection, basis.values, index)
            yield from direct(selection, basis.values, basis.column, index, set())
            yield from _by_file(_PLAIN, selection, basis, index)
        elif len(set(basis.values[selection.mask].tolist())) == 1:
            yield from direct(selection, basis.values, basis.column, index, set())
        return
    yield from aggregates(said, selection, basis.values, basis.column, index, True)
    if said == "mean":
        yield from pooled_rate(selection, basis.values, index)
    sampled = bool((selection.mask & np.isfinite(basis.values)
                    & index.column("statistic").where({"sample"})).any())
    extremes = ("mean", "p50", said) if not sampled or _BY_SERIES.search(
        claim.block.text, *claim.block.sentence(claim.start)) else (said,)
    for reported in extremes if said in ("min", "max") else ("mean",):
        rows = index.column("statistic").where({reported})
        part = replace(selection, mask=selection.mask & rows,
                       where=(*selection.where, f"statistic = '{reported}'"))
        yield from aggregates(said, part, basis.values, basis.column, index, False)
    if selection.narrow:
        found = list(direct(selection, basis.values, basis.column, index, {said}))
        series = len({one.value for one in found}) if sampled else 1
        yield from (replace(one, one_of=series if series > 1 else 0) for one in found)
        yield from _by_file((said,), selection, basis, index)


def _of_key(said: str, selection: Selection, basis: Basis, index: Index) -> Iterator[Reading]:
    if said in ("", "value"):
        yield from direct(selection, basis.values, basis.column, index, set())
    if said != "value":
        for statistic in (said,) if said else _CENTRES:
            yield from aggregates(statistic, selection, basis.values, basis.column, index, False)


def _by_file(statistics: tuple[str, ...], selection: Selection, basis: Basis, index: Index
             ) -> Iterator[Reading]:
    """The same within each file, where several hold what is meant and none is named."""
    artifact = index.column("artifact")
    present = codes_in(artifact.codes[selection.mask])
    if len(present) < 2:
        return
    for code in present:
        name = artifact.names[code]
        one = replace(selection, mask=selection.mask & (artifact.codes == code),
                      where=(*selection.where, f"artifact = '{name}'"))
        for statistic in statistics:
            for reading in aggregates(statistic, one, basis.values, basis.column, index, True):
                yield replace(reading, words=f"{reading.words} in {name}")


def _statistic(subject: Subject, index: Index) -> str:
    """The statistic a word means; ``best`` depends on which direction is better."""
    said = {"range": "", "overall": "mean"}.get(subject.statistic, subject.statistic)
    if said == "total" and any(name.endswith("throughput") for name in subject.metrics):
        return ""  # rates have no sum
    if said not in ("best", "worst"):
        return said
    names = subject.metrics
    if subject.key:
        codes = index.column("key")
        rows = codes.where(codes.names[code] for code in subject.key.codes)
        metric = index.column("metric")
        names = frozenset(metric.names[code] for code in set(metric.codes[rows].tolist())
                          if code >= 0)
    higher = any(vocabulary.BY_NAME[name].better == "higher" for name in names)
    return "max" if higher == (said == "best") else "min"


def _supported(claim: Claim, hits: list[Reading], found: list[Reading], index: Index, scale: float
               ) -> Outcome:
    first = next((one for one in hits if not one.direct), hits[0])
    if _QUANTILE.match(first.words):
        first = next((one for one in hits if one.direct), first)  # what a file reports as such
    rows = first.rows
    if first.direct:
        rows = tuple(one.rows[0] for one in hits if one.direct)
    evidence, wrong = gather(index, rows)
    if wrong:
        return Outcome("unsupported", f"Not vouched for: {wrong}.", evidence)
    if first.direct:
        defects = [defect_of(index, row) for row in rows[:MOST]]
        if all(defects):
            return Outcome("source_defect", f"Quoted rightly, but {defects[0]}.", evidence,
                           sql=first.sql)
        why = "A value that stands there." if len(rows) == 1 else (
            f"A value that stands there {len(rows)} times.")
    else:
        defect = defect_of(index, rows[0]) if _EXTREME.match(first.words) else ""
        if defect:
            return Outcome("source_defect", f"Quoted rightly, but {defect}.", evidence,
                           sql=first.sql)
        why = f"It is the {first.words}." + _both_figures(first, found, scale)
    return Outcome("supported", why, evidence, sql=first.sql)


def _both_figures(first: Reading, found: list[Reading], scale: float) -> str:
    """The other figure, where leaving failed calls out changes the answer."""
    head = first.words.split(" of ")[0]
    other = next((one for one in found if not one.direct and one.words.split(" of ")[0] == head
                  and one.clean != first.clean and one.value != first.value), None)
    if other is None:
        return ""
    return f" The {other.words} is {written(other.value / scale, 0.01)}."


def _missed(claim: Claim, subject: Subject, chosen: list[Selection], compared: list[Basis],
            missed: list[Reading], index: Index) -> Outcome:
    """No reading fits: contradicted where the binding is definite, else abstain."""
    selection = chosen[0]
    if subject.modal and subject.key is None:
        return Outcome("unsupported", "Advice states no measurement.")
    if subject.statistic == "count":
        return Outcome("unsupported", "What is counted is the report's own idea.")
    if not missed:
        return Outcome("unsupported", "Nothing says which value or statistic is meant.")
    said = subject.statistic not in ("", "value", "range") or bool(claim.end_of)
    right = _right(claim, subject, missed)
    if subject.key is None and not subject.labelled and claim.unit is None \
            and not unit_of_label(claim):
        return Outcome("unsupported", "Without a unit it may be another quantity.")
    if subject.key is None and not selection.narrow:
        place = _elsewhere(claim, subject, selection, compared, index) if said else "some group"
        if place:
            return Outcome("unsupported", f"Not so over the whole heap; it may mean {place}.")
    elif subject.key is None and not said and not _outside(claim, missed) and not (
            subject.files and subject.firm and _one_place(selection, index)):
        return Outcome("unsupported", f"None of the {len(missed)} readings of this gives it, "
                                      "and no statistic is named.")
    elif not selection.firm and not said:
        return Outcome("unsupported", "What it is about stands too far away to bind it.")
    evidence, wrong = gather(index, right.rows)
    if wrong:
        return Outcome("unsupported", f"Not vouched for: {wrong}.", evidence)
    return Outcome("contradicted", _why(claim, subject, right, missed), evidence,
                   _corrected(claim, right, missed), sql=right.sql)


def _one_place(selection: Selection, index: Index) -> bool:
    """Whether a selection is one series: one file, one model, one set of settings, one run."""
    return all(len(set(index.column(name).codes[selection.mask].tolist())) == 1
               for name in ("artifact", "model", "parameters", "run", "metric"))


def _right(claim: Claim, subject: Subject, missed: list[Reading]) -> Reading:
    """The reading that a correction gives: the first aggregate, or the nearest value."""
    if missed[0].direct and claim.value is not None:
        return min(missed, key=lambda one: abs(one.value - (claim.value or 0.0)))
    return missed[0]


def _why(claim: Claim, subject: Subject, right: Reading, missed: list[Reading]) -> str:
    said = written(right.value, min(claim.step, 0.01))
    if right.direct:
        values = {one.value for one in missed if one.direct}
        return (f"None of the {len(values)} different values of {subject.spoken} there; "
                f"the nearest is {said}.")
    other = next((one for one in missed if one.clean != right.clean), None)
    more = f"; the {other.words} is {written(other.value, min(claim.step, 0.01))}" if other else ""
    return f"The {right.words} is {said}{more}."


def _corrected(claim: Claim, right: Reading, missed: list[Reading]) -> str:
    if right.direct and len({one.value for one in missed if one.direct}) > 1:
        return ""  # which of the values was meant is not known
    return claim.text.replace(claim.digits, written(right.value, claim.step), 1)


def _outside(claim: Claim, missed: list[Reading]) -> bool:
    """Whether a claim lies outside everything there, or there is next to nothing to choose from."""
    values = [one.value for one in missed]
    value = claim.value or 0.0
    return value < min(values) or value > max(values) or len(set(values)) <= _FEW


def _elsewhere(claim: Claim, subject: Subject, selection: Selection, compared: list[Basis],
               index: Index) -> str:
    """A model or file for which a statement over the whole heap holds; empty for none."""
    said = _statistic(subject, index)
    for name in ("model", "artifact"):
        column = index.column(name)
        for code in codes_in(column.codes[selection.mask]):
            if code < 0:
                continue
            part = replace(selection, mask=selection.mask & (column.codes == code))
            for basis in compared:
                found = [*aggregates(said, part, basis.values, basis.column, index, True),
                         *direct(part, basis.values, basis.column, index, {said})]
                if any(fits(claim, one.value, scale=basis.scale) for one in found):
                    return str(column.names[code])
    return ""


def _wrong_unit(claim: Claim, subject: Subject, selection: Selection, index: Index) -> Outcome:
    """The unit beside a number is not one that its key can have."""
    row = int(np.flatnonzero(selection.mask)[0])
    right = index.unit(row)
    if subject.key is None or right is None:
        return Outcome("unsupported", "No value of this has such a unit.")
    evidence, _ = gather(index, (row,))
    return Outcome("contradicted", f"{subject.spoken} is in {right.symbol}.", evidence,
                   f"{claim.digits} {right.symbol}")
