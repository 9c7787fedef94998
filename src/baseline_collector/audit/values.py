"""Judge a number against the measurements it is bound to."""

from __future__ import annotations

import re
from dataclasses import replace

from baseline_collector.audit.bases import Basis, bases
from baseline_collector.audit.bind import SPREAD, share_within
from baseline_collector.audit.candidates import candidates, statistic_meant
from baseline_collector.audit.claims import Claim, Outcome
from baseline_collector.audit.defects import defect_of
from baseline_collector.audit.evidence import MOST, gather
from baseline_collector.audit.index import Index
from baseline_collector.audit.mentions import family
from baseline_collector.audit.missed import corrected, judge_missed, wrong_unit
from baseline_collector.audit.parts import narrowed
from baseline_collector.audit.readings import Reading
from baseline_collector.audit.rivals import rival
from baseline_collector.audit.rounding import fits, written
from baseline_collector.audit.rows import Selection, selections
from baseline_collector.audit.subject import Subject
from baseline_collector.audit.unnamed import look
from baseline_collector.naming import take_apart

_INTERVAL = re.compile(r"\b(?:interval|confidence|CI|credible)\b", re.I)
_UNNAMED = "Nothing beside it says what it measures."
_NOUN_BEHIND = re.compile(r"[\s`*]+(?!and\b|or\b|to\b|with\b|for\b|in\b|at\b|on\b|as\b|"
                          r"while\b|etc\b|is\b|back\b|each\b|apiece\b|long\b|overall\b|more\b|"
                          r"was\b|when\b|but\b|vs\b|versus\b|than\b|per\b|across\b|over\b|"
                          r"from\b)[A-Za-z]{2,}")
_NOUN = re.compile(r"[\s`*]+(of\s+(?:the\s+)?)?([A-Za-z]\w{2,})")
_EXTREME = re.compile(r"smallest|largest")
_QUANTILE = re.compile(r"p\d")


def judge_value(claim: Claim, subject: Subject, index: Index) -> Outcome:
    """Judge a number that states a measurement.

    Args:
        claim: A claim with a value.
        subject: What it was bound to.
        index: The dataset.
    """
    outcome = _by_noun(claim, subject, index) or _judged(claim, subject, index)
    named = subject.key.label if subject.key else subject.unknown or " or ".join(
        sorted(subject.metrics))
    return replace(outcome, metric=named, scope=subject.scope(), statistic=subject.statistic)


def _judged(claim: Claim, subject: Subject, index: Index) -> Outcome:
    none = _not_judged(claim, subject)
    if none:
        return Outcome("unsupported", none)
    if not subject.key and not subject.metrics:
        return _unnamed(claim, subject, index) or Outcome("unsupported", _UNNAMED)
    chosen = [narrowed(one, claim, index) for one in selections(subject, index) if one.mask.any()]
    if not chosen:
        return _nothing_there(claim, subject, index)
    compared = list(bases(claim, subject, chosen[0], index))
    if not compared:
        return wrong_unit(claim, subject, chosen[0], index)
    if claim.bound and (subject.statistic in ("min", "max") or share_within(claim)):
        claim = replace(claim, bound="")  # "at most 30 s" says what the largest is
    return _held(claim, subject, chosen, compared, index)


def _not_judged(claim: Claim, subject: Subject) -> str:
    """Why a claim is not held against values at all; empty where it is."""
    if subject.unknown:
        return f"No artifact has a key {subject.unknown}."
    if not subject.key and not subject.metrics:
        return ""
    if not subject.bracketed and _counts_something(claim):
        return "It counts something that no artifact holds as a value."
    if _INTERVAL.search(claim.block.text, max(0, claim.start - 40), claim.start) or (
            claim.block.kind == "cell" and _INTERVAL.search(_header(claim))):
        return "Ends of an interval are an estimate, not a value."
    return ""


def _nothing_there(claim: Claim, subject: Subject, index: Index) -> Outcome:
    metric = subject.key and take_apart(subject.key.label.rpartition(".")[2]).metric
    if metric:  # a summary holds the key's statistics, and not the key itself
        return _judged(claim, replace(subject, key=None, metrics=family(metric)), index)
    other = _unnamed(claim, subject, index) if subject.hinted else None
    return other or Outcome("unsupported",
                            f"No artifact holds {subject.spoken or 'this'} there.")


def _held(claim: Claim, subject: Subject, chosen: list[Selection], compared: list[Basis],
          index: Index) -> Outcome:
    """Hold a claim against every reading of what it is about."""
    missed: list[Reading] = []
    said = statistic_meant(subject, index)
    for selection in chosen:
        for basis in compared:
            found = list(candidates(claim, subject, selection, basis, index))
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
    other = _unnamed(claim, subject, index) if subject.hinted else None
    if other is not None and other.verdict == "supported":
        return Outcome("unsupported", "What is measured is not said; another value is this.")
    return judge_missed(claim, subject, chosen, compared, missed, index)


def _by_noun(claim: Claim, subject: Subject, index: Index) -> Outcome | None:
    """``30 rounds``, ``2 GB of memory`` in a file with such a key; None where it is not that."""
    noun = _NOUN.match(claim.block.text, claim.end)
    if noun is None or not subject.files or not claim.value or subject.key or subject.metrics:
        return None
    if claim.unit is None and (claim.step != 1 or noun[1]):
        return None
    key = index.key_of_word(noun[2].lower(), subject.files)
    if key is None:
        return None
    outcome = _judged(claim, replace(subject, key=key, metrics=frozenset(), statistic="",
                                     spoken=noun[2], bracketed=True, hinted=False), index)
    return outcome if outcome.verdict == "supported" else None


def _unnamed(claim: Claim, subject: Subject, index: Index) -> Outcome | None:
    """A number with a unit in a file, where no word says what is measured."""
    if claim.unit is None or not subject.files or claim.kind != "number" or subject.modal:
        return None
    found = look(claim, subject, index)
    if found is None:
        return None
    if found.hits:
        good = _supported(claim, list(found.hits), list(found.hits), index, found.scale)
        return replace(good, why=f"{good.why} It is {found.metric.replace('_', ' ')}.")
    if SPREAD.search(claim.block.text, 0, claim.start):
        return Outcome("unsupported", "What spread it states is not said.")
    single = found.whole and subject.firm and len({one.value for one in found.missed}) == 1
    if not single and (not subject.firm or subject.statistic in (
            "", "value", "count", "total", "range")):
        return Outcome("unsupported", _UNNAMED)
    alone = replace(subject, metrics=found.metrics, metric_beside=True)
    told = found.whole or (subject.statistic_beside and subject.file_tied)
    if not found.metrics or not told or rival(claim, alone, index):
        return Outcome("unsupported", _UNNAMED)
    right = found.missed[0]
    evidence, wrong = gather(index, right.rows)
    if wrong:
        return Outcome("unsupported", f"Not vouched for: {wrong}.", evidence)
    correction = corrected(claim, right, list(found.missed)) if found.whole else ""
    said = written(right.value, min(claim.step, 0.01))
    return Outcome("contradicted", f"No {subject.statistic or 'value'} of this unit there is that; "
                   f"the nearest is the {right.words}, {said}.",
                   evidence, correction, sql=right.sql)


def _header(claim: Claim) -> str:
    return claim.block.text[: claim.block.own].rpartition("|")[2]


def _counts_something(claim: Claim) -> bool:
    """Whether a bare whole number stands before a noun: ``43 iterations``, ``75 of them``."""
    if claim.unit is not None or claim.step != 1 or claim.block.kind == "json":
        return False
    return bool(_NOUN_BEHIND.match(claim.block.text, claim.end))


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
