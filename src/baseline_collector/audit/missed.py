"""A number that no reading gives: contradicted where the binding is definite, else not judged."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from baseline_collector import units, vocabulary
from baseline_collector.audit.bases import Basis
from baseline_collector.audit.bind import SPREAD, unit_of_label
from baseline_collector.audit.candidates import statistic_meant
from baseline_collector.audit.claims import Claim, Outcome
from baseline_collector.audit.codes import codes_in
from baseline_collector.audit.evidence import gather
from baseline_collector.audit.index import Index
from baseline_collector.audit.readings import Reading, aggregates, direct
from baseline_collector.audit.rivals import rival
from baseline_collector.audit.rounding import fits, written
from baseline_collector.audit.rows import Selection, selections
from baseline_collector.audit.subject import Subject

_FEW, _BEFORE = 3, 40
_DIFFERENCE = re.compile(r"\s+(?:more|less|longer|shorter|faster|slower|quicker|higher|lower|fewer|"
                         r"extra|earlier|later)\b", re.I)
_DIFFERS_BY = re.compile(r"\b(?:sav(?:e[sd]?|ing)|gain(?:s|ed)?|los(?:t|es?|ing)|by|extra|"
                         r"difference\s+of|gap\s+of)\s+(?:about\s+)?[~≈`*]*$", re.I)


def judge_missed(claim: Claim, subject: Subject, chosen: list[Selection], compared: list[Basis],
                 missed: list[Reading], index: Index) -> Outcome:
    """Judge a claim that no reading gives.

    Args:
        claim: The claim.
        subject: What it was bound to.
        chosen: What that can mean, the closest first.
        compared: How it was compared.
        missed: Readings of the closest, in the unit of the claim.
        index: The dataset.
    """
    selection = chosen[0]
    vague = _vague(claim, subject, selection, missed) or _loose(
        claim, subject, selection, compared, missed, index)
    if vague:
        return Outcome("unsupported", vague)
    if not subject.files and _reported(claim, subject, chosen, compared, index):
        return Outcome("unsupported", "Not so of the values; a file reports it for a part of them.")
    other = rival(claim, subject, index)
    if other:
        return Outcome("unsupported", f"Not so as it is bound; it is {other}.")
    right = _right(claim, missed)
    evidence, wrong = gather(index, right.rows)
    if wrong:
        return Outcome("unsupported", f"Not vouched for: {wrong}.", evidence)
    return Outcome("contradicted", _why(claim, subject, right, missed), evidence,
                   corrected(claim, right, missed), sql=right.sql)


def _vague(claim: Claim, subject: Subject, selection: Selection, missed: list[Reading]) -> str:
    """Why the words of a claim do not say what it states; empty where they do."""
    if SPREAD.search(claim.block.text, 0, claim.start):
        return "What spread it states is not said."
    if _DIFFERENCE.match(claim.block.text, claim.end) or _DIFFERS_BY.search(
            claim.block.text, max(0, claim.start - _BEFORE), claim.start):
        return "It states a difference; of which values is not said."
    if subject.astray and subject.key is None and not selection.narrow:
        return "Which of the named files is meant is not said."
    if selection.clash:
        return "The named model and file have nothing in common."
    if subject.modal and subject.key is None:
        return "Advice states no measurement."
    if subject.statistic == "count":
        return "What is counted is the report's own idea."
    if not missed:
        return "Nothing says which value or statistic is meant."
    if subject.key is None and not subject.labelled and claim.unit is None \
            and not unit_of_label(claim) and not _bare(claim, subject):
        return "Without a unit it may be another quantity."
    return ""


def _bare(claim: Claim, subject: Subject) -> bool:
    """Whether a fraction without a unit is what such metrics are written as: an accuracy."""
    return claim.step < 1 and not subject.hinted and bool(subject.metrics) and all(
        units.unit(vocabulary.BY_NAME[name].unit).dimension in ("share", "number")
        for name in subject.metrics)


def _loose(claim: Claim, subject: Subject, selection: Selection, compared: list[Basis],
           missed: list[Reading], index: Index) -> str:
    """Why the scope or the statistic of a claim is not pinned; empty where both are."""
    said = subject.statistic not in ("", "value", "range") or bool(claim.end_of)
    pinned = bool(subject.files) and subject.firm
    own = (subject.metric_beside or subject.statistic_beside or subject.carried
           or subject.by_unit or subject.statistic == "value"
           or any(tied for _, tied in selection.parts))
    if not own and claim.block.kind not in ("cell", "json"):
        return "Neither what it measures nor its statistic is named beside it."
    if subject.key is None and not selection.narrow:
        place = _elsewhere(claim, subject, selection, compared, index) if said else "some group"
        return f"Not so over the whole heap; it may mean {place}." if place else ""
    if subject.key is None and not said and not _outside(claim, missed) and not (
            pinned and _one_place(selection, index)):
        return f"None of the {len(missed)} readings of this gives it, and no statistic is named."
    if not (subject.statistic or said or pinned or _outside(claim, missed)):
        return f"None of the {len(missed)} values there is that, and no statistic is named."
    if not selection.firm and not said:
        return "What it is about stands too far away to bind it."
    return ""


def _one_place(selection: Selection, index: Index) -> bool:
    """Whether a selection is one series: one file, one model, one set of settings, one run."""
    return all(len(set(index.column(name).codes[selection.mask].tolist())) == 1
               for name in ("artifact", "model", "parameters", "run", "metric"))


def _right(claim: Claim, missed: list[Reading]) -> Reading:
    """The reading a correction gives: an aggregate without failed calls, or the nearest value."""
    if missed[0].direct and claim.value is not None:
        return min(missed, key=lambda one: abs(one.value - (claim.value or 0.0)))
    return next((one for one in missed if one.clean and not one.direct), missed[0])


def _why(claim: Claim, subject: Subject, right: Reading, missed: list[Reading]) -> str:
    said = written(right.value, min(claim.step, 0.01))
    if right.direct:
        values = {one.value for one in missed if one.direct}
        return (f"None of the {len(values)} different values of {subject.spoken} there; "
                f"the nearest is {said}.")
    other = next((one for one in missed if one.clean != right.clean), None)
    more = f"; the {other.words} is {written(other.value, min(claim.step, 0.01))}" if other else ""
    return f"The {right.words} is {said}{more}."


def corrected(claim: Claim, right: Reading, missed: list[Reading]) -> str:
    """The claim's text with the right value in it; empty where that is not known."""
    if right.direct and len({one.value for one in missed if one.direct}) > 1:
        return ""  # which of the values was meant is not known
    return claim.text.replace(claim.digits, written(right.value, claim.step), 1)


def _outside(claim: Claim, missed: list[Reading]) -> bool:
    """Whether a claim lies outside everything there, or there is next to nothing to choose from."""
    values = [one.value for one in missed]
    value = claim.value or 0.0
    return value < min(values) or value > max(values) or len(set(values)) <= _FEW


def _reported(claim: Claim, subject: Subject, chosen: list[Selection], compared: list[Basis],
              index: Index) -> bool:
    """Whether a file reports a claim as that statistic of the metric of a key."""
    said, column = statistic_meant(subject, index), index.column("metric")
    samples = index.column("statistic").where({"sample"})
    if subject.key is None or said in ("", "value") or (chosen[0].mask & ~samples).any():
        return False
    metrics = {column.names[code] for one in chosen
               for code in codes_in(column.codes[one.mask]) if code >= 0}
    wider = replace(subject, key=None, metrics=frozenset(metrics))
    return bool(metrics) and any(
        fits(claim, one.value, scale=basis.scale) for selection in selections(wider, index)
        for basis in compared
        for one in direct(selection, basis.values, basis.column, index, {said}))


def _elsewhere(claim: Claim, subject: Subject, selection: Selection, compared: list[Basis],
               index: Index) -> str:
    """A model or file for which a statement over the whole heap holds; empty for none."""
    said = statistic_meant(subject, index)
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


def wrong_unit(claim: Claim, subject: Subject, selection: Selection, index: Index) -> Outcome:
    """The unit beside a number is not one that its key can have."""
    row = int(np.flatnonzero(selection.mask)[0])
    right = index.unit(row)
    if subject.key is None or right is None or claim.kind != "number" \
            or not subject.metric_beside:
        return Outcome("unsupported", "No value of this has such a unit.")
    evidence, _ = gather(index, (row,))
    return Outcome("contradicted", f"{subject.spoken} is in {right.symbol}.", evidence,
                   f"{claim.digits} {right.symbol}")
