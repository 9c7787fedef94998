"""Bind: what a claim is about, from the words around it, nearest first.

A claim takes from each topic the mention nearest before it in its sentence, or the one that a
preposition ties to it right behind; then what its label, its bullet, the bullets above, the
heading and the sentence before say. Where a topic came from decides how firmly it binds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from baseline_collector import units, vocabulary
from baseline_collector.audit.blocks import Block
from baseline_collector.audit.claims import Claim
from baseline_collector.audit.index import Index, Key
from baseline_collector.audit.mentions import Mention, Topic, family, mentions
from baseline_collector.audit.near import Near, label_of
from baseline_collector.audit.subject import Others, Subject
from baseline_collector.paths import tokens

_BY_UNIT = {"tok/s": family("output_throughput"), "word/s": family("output_throughput"),
            "req/s": frozenset({"request_throughput"})}
"""What a rate measures where nothing but its unit says it."""
_THAT_FILE = re.compile(r"\b(?:that|this|the\s+same)\s+(?:file|run|artifact)\b", re.I)
_BRACKETED_UNIT = re.compile(r"[(\[]\s*([^)\]\d]{1,20})\s*[)\]]\W*$")
_OPENS_AGAIN = re.compile(r"\s*(?:it|this|these|that|they|its|the model|the file|which|"
                          r"here)\b", re.I)


_EQUAL_LABEL = re.compile(r"([A-Za-z][\w.()/-]*)\s?=\s?[~≈]?$")
SPREAD = re.compile(r"(?:±|\+/?-)\s*$")
"""Before a number that says how far values lie apart."""
_ONE_CALL = re.compile(r"\b(?:one|a|single|another|each|every)\s+(?:call|request|run|answer)\b",
                       re.I)
_NEVER = re.compile(r"\b(?:never|not\s+once|no\s+\w+)\s+(?:[a-z]+\s+){0,3}?"
                    r"(below|under|above|over|beyond|more\s+than)\s+[~≈`*]*$", re.I)
_SHARE_WITHIN = re.compile(
    r"(?:\b(?P<half>half)|(?<![\w.])(?P<level>\d{1,2}(?:\.\d+)?)\s?%)\s+of\s+(?:[A-Za-z][\w:.-]*\s+){1,8}?"
    r"(?P<within>(?:within|under|below|in|at\s+most|up\s+to)\s+)?[~≈`*]*$", re.I)
_OR_LESS = re.compile(r"\s+or\s+(?:less|faster|quicker|shorter|below|under)\b", re.I)
_LATTER = re.compile(r"\bthe\s+(latter|former)\b", re.I)
_FILE_WORD = re.compile(r"[A-Za-z]{4,}")
_NUMBER = re.compile(r"(?<![\w.:])\d+(?:\.\d+)?(?![\w:])")
_NEXT, _TWO, _BEFORE = 10, 2, 160
_ENDS = frozenset({"range", "min", "max"})
"""Statistics after which two numbers are the ends of one range."""
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(slots=True)
class Binder:
    """Binds the claims of one report; remembers what each block speaks of."""

    index: Index
    known: dict[Block, list[Mention]] = field(default_factory=dict)

    def of(self, block: Block) -> list[Mention]:
        """Mentions of a block, in order."""
        if block not in self.known:
            self.known[block] = mentions(block.text, self.index)
        return self.known[block]

    def bind(self, claim: Claim) -> Subject:
        """Say what a claim is about."""
        near = Near(claim, self.of(claim.block))
        found = Subject()
        self._name(found, near)
        self._statistic(found, near)
        self._scope(found, near)
        found.astray = not found.files and any(one.topic == "file" for one in near.earlier)
        found.modal = any(one.topic == "modal" for one in near.sentence)
        found.others = _others(found, near)
        found.carried = near.carried() or any(
            near.beside(one) for one in near.sentence if one.topic in ("hint", "verb"))
        return found

    def _name(self, found: Subject, near: Near) -> None:
        """Key or metric: from the sentence, the block, the blocks above."""
        fits = _agrees(near.claim)
        behind = near.named_behind()
        found.bracketed = behind is not None
        named = behind or near.pick(("key", "no key"), lambda one: True)
        metric = near.pick(("metric",), fits)
        hint = near.pick(("hint",), fits) if named is None and metric is None else None
        found.hinted = hint is not None
        found.metric_beside = near.beside(named) or (
            near.beside(metric) and metric is not None and not near.qualified(metric))
        metric = metric or hint
        if named is None and metric is None:
            named, metric = self._name_above(near.claim, fits)
            found.metric_beside = named is not None or (
                metric is not None and metric.topic == "metric")
        if named is None and metric is None:
            metric = near.pick(("verb",), fits)
            found.hinted = found.hinted or metric is not None
        if named is None and metric is None and near.claim.block.kind != "cell":
            earlier = near.reachable([one for one in near.earlier if one.topic == "key"
                                      or (one.topic == "metric" and fits(one))])
            if earlier and not any(one.topic == "file" for one in near.sentence):
                named, metric = (earlier[-1], None) if earlier[-1].key else (None, earlier[-1])
                found.metric_beside = earlier[-1] in near.whole
        if named is None and metric is None:
            metric = self._hint_before(near, fits)
            found.hinted = metric is not None
        if named is None and metric is None and near.claim.unit is not None:
            found.metrics = _BY_UNIT.get(near.claim.unit.symbol, frozenset())
            found.by_unit = True  # prompts are read at such a rate as well
        label = _EQUAL_LABEL.search(near.claim.block.text, 0, near.claim.start)
        if label and not any(one.start < label.end(1) and label.start(1) < one.end
                             for one in near.here):
            found.unknown = found.spoken = label[1]
            return
        if named is not None and not (metric and _between(named, metric, near.claim)):
            if named.key is None:
                found.unknown = named.text
            else:
                found.key = self._narrowed(named.key, near)
            found.spoken = named.text
        elif metric is not None:
            found.metrics, found.spoken = metric.names, metric.text.strip("`")
            found.labelled = _heads(metric, near.claim) and (
                metric.topic == "metric" or near.claim.unit is not None)

    def _hint_before(self, near: Near, fits: Callable[[Mention], bool]) -> Mention | None:
        """The verb of an earlier sentence of the paragraph: the last that fits the unit."""
        if near.claim.unit is None or near.claim.block.kind == "cell":
            return None
        hints = [one for one in near.earlier if one.topic in ("hint", "verb") and fits(one)]
        return hints[-1] if hints else None

    def _narrowed(self, key: Key, near: Near) -> Key:
        """Of the keys a label can mean those whose path holds the name nearest before a claim.

        ``mean_time_ms`` in the row of ``jit`` is ``backends.jit.benchmark.mean_time_ms``.
        """
        if len(key.codes) < 2:
            return key
        names = self.index.column("key").names
        paths = {code: frozenset(filter(None, tokens(names[code])[:-1])) for code in key.codes}
        telling = frozenset.union(*paths.values()) - frozenset.intersection(*paths.values())
        claim = near.claim
        start = 0 if claim.block.kind == "cell" else claim.block.sentence(claim.start)[0]
        said = [word for word in _NAME.findall(claim.block.text, start, claim.start)
                if word in telling]
        if not said:
            return key
        return replace(key, codes=frozenset(code for code, path in paths.items()
                                            if said[-1] in path))

    def _name_above(self, claim: Claim, fits: Callable[[Mention], bool]
                    ) -> tuple[Mention | None, Mention | None]:
        for block in _above(claim.block):
            here = self.of(block)
            keys = [one for one in here if one.topic in ("key", "no key")]
            metrics = [one for one in here if one.topic == "metric" and fits(one)]
            if block.kind != "heading":
                metrics = metrics or [one for one in here if one.topic == "hint" and fits(one)]
            if keys or metrics:
                return (keys[-1] if keys else None), (metrics[-1] if metrics else None)
        return None, None

    def _statistic(self, found: Subject, near: Near) -> None:
        in_table = near.claim.block.kind == "cell"
        said = near.pick(("statistic",), lambda one: not (in_table and one.text == "value")
                         and not _trailing_total(one, near.claim)
                         and not _after_extreme(one, near)
                         and not _std_of_another(one, near.claim))
        found.statistic_beside = near.beside(said) or (
            bool(near.claim.end_of) and (said is None or said.text in _ENDS))
        if said is None:
            said = next((one for one in reversed(near.clauses_before) if one.topic == "statistic"
                         and one.text not in ("value", "std")), None)
        if said is None:
            for block in near.claim.block.parents[:1]:
                inside = [one for one in self.of(block) if one.topic == "statistic"]
                said = inside[-1] if inside else None
        found.statistic = said.text if said else ""
        never = _NEVER.search(near.claim.block.text, 0, near.claim.start)
        if never:
            found.statistic = "min" if never[1].lower() in ("below", "under") else "max"
        if SPREAD.search(near.claim.block.text, 0, near.claim.start):
            found.statistic = "std"
        level = share_within(near.claim)
        if level:
            found.statistic, found.statistic_beside = level, True
        if near.claim.end_of and found.statistic in (
                "", "range", "value", "min", "max", "count", "total"):
            found.statistic = "min" if near.claim.end_of == "low" else "max"
        if near.claim.end_of and found.statistic not in _ENDS:
            found.statistic_beside = False
        if found.statistic == "count" and near.claim.unit is not None:
            found.statistic = ""

    def _scope(self, found: Subject, near: Near) -> None:
        kind = near.pick(("kind",), lambda one: True)
        found.kind = kind.text if kind else self._above_text(near.claim, "kind")
        model, model_firm = self._limit(near, "model")
        file, file_firm = self._limit(near, "file")
        found.model_beside = model is not None and any(one is model for one in near.sentence)
        found.model_tied = near.beside(model) or near.listed("model")
        found.file_tied = near.beside(file) or near.listed("file") or (
            file is not None and self._only(file, near))
        found.file_beside = file is not None and any(one is file for one in near.sentence)
        if model is not None:
            found.models, found.model_words = model.choices, model.text.strip("`")
        if file is not None:
            found.files, found.file_words = file.names, file.text.strip("`")
        path = found.key is not None and "." in found.key.label
        found.firm = (model is None or model_firm) and (file is None or file_firm or path)
        params = near.clause("param")
        found.settings = tuple((one.text, next(iter(one.names))) for one in params)
        found.settings_tied = near.beside(params[-1] if params else None)
        device = near.pick(("device",), lambda one: True)
        found.device = device.names if device else frozenset()
        phase = near.pick(("phase",), lambda one: True)
        above = "" if found.key else self._above_text(near.claim, "phase")
        found.phase = phase.text if phase else above

    def _only(self, file: Mention, near: Near) -> bool:
        """Whether a file before a claim is the only one its block and the lines above name."""
        if file not in near.sentence and self._names_another(file, near.sentence_text):
            return False
        above = (*near.claim.block.parents, *near.claim.block.headings[:1])
        named = {one.names for block in (near.claim.block, *above) for one in self.of(block)
                 if one.topic == "file"}
        return named == {file.names} and not (file in near.here and file.start > near.claim.end)

    def _names_another(self, file: Mention, text: str) -> bool:
        """Whether a word of a text is a part of the names of other files only."""
        return any(files and not files & file.names for files in (
            self.index.file_words.get(word, frozenset()) for word in _FILE_WORD.findall(text)))

    def _above_text(self, claim: Claim, topic: Topic) -> str:
        for block in (*claim.block.parents, *claim.block.headings[:1]):
            found = [one for one in self.of(block) if one.topic == topic]
            if found:
                return found[-1].text if len({one.text for one in found}) == 1 else ""
        return ""

    def _latter(self, near: Near, topic: Topic) -> Mention | None:
        """What ``the latter`` or ``the former`` of two names before it means."""
        said = _LATTER.search(near.claim.block.text, near.claim.block.sentence(
            near.claim.start)[0], near.claim.start)
        before = near.claim.block.before
        if said is None:
            return None
        found = [one for one in near.earlier if one.topic == topic]
        if not found and before is not None:
            found = [one for one in self.of(before) if one.topic == topic]
        names = list({one.text: one for one in found}.values())
        if len(names) < _TWO:
            return None
        return names[-1] if said[1].lower() == "latter" else names[-2]

    def _limit(self, near: Near, topic: Topic) -> tuple[Mention | None, bool]:
        """The model or file a claim is about, and whether it stands beside it."""
        found = near.pick((topic,), lambda one: True)
        if found is not None:
            return found, True
        meant = self._latter(near, topic)
        if meant is not None:
            return meant, True
        if near.clauses_before:
            clauses = [one for one in near.clauses_before if one.topic == topic]
            if clauses:
                return clauses[-1], True
        for block in near.claim.block.parents:
            inside = [one for one in self.of(block) if one.topic == topic]
            if len({one.text for one in inside}) == 1:
                return inside[0], block.kind == "bullet" or block is near.claim.block.parents[0]
        for heading in near.claim.block.headings[:1]:
            inside = [one for one in self.of(heading) if one.topic == topic]
            if len({one.text for one in inside}) == 1:
                return inside[0], near.claim.block.kind == "cell"
        earlier = [one for one in near.previous if one.topic == topic]
        if earlier and not any(one.topic in ("model", "file") for one in near.sentence):
            several = len({one.text for one in earlier}) > 1
            return earlier[0], not several and bool(_OPENS_AGAIN.match(near.sentence_text))
        ahead = [one for one in near.whole if one.topic == topic]
        if topic == "file" and len({one.text for one in ahead}) == 1:
            return ahead[0], False
        so_far = [one for one in near.earlier if one.topic == topic]
        if topic == "file" and len({one.text for one in so_far}) == 1:
            return so_far[0], True
        before = near.claim.block.before
        if topic == "file" and before is not None and _THAT_FILE.search(near.sentence_text):
            inside = [one for one in self.of(before) if one.topic == topic]
            return (inside[0], True) if len({one.text for one in inside}) == 1 else (None, True)
        return None, True


def share_within(claim: Claim) -> str:
    """The quantile that ``half of the requests came within 5 ms`` tells; empty for none."""
    start, end = claim.block.sentence(claim.start, clauses=False)
    said = _SHARE_WITHIN.search(claim.block.text, max(start, claim.start - _BEFORE), claim.start)
    if said is None or not (said["within"] or _OR_LESS.match(claim.block.text, claim.end, end)):
        return ""
    return "p50" if said["half"] else f"p{said['level']}"


def _others(found: Subject, near: Near) -> Others:
    """What else stands in the sentence or row of a claim."""
    beside = near.sentence if near.claim.block.kind == "cell" else near.whole
    fits = _agrees(near.claim)
    metrics = [one.names for one in beside if one.topic == "metric" and fits(one)]
    models = [one.choices for one in beside if one.topic == "model" and not near.listed("model")]
    files = [one.names for one in beside if one.topic == "file" and not near.listed("file")]
    return Others(
        tuple(one for one in dict.fromkeys(metrics) if one != found.metrics),
        tuple(dict.fromkeys(one.text for one in beside if one.topic == "statistic")),
        tuple(one for one in dict.fromkeys(models) if one != found.models),
        tuple(one for one in dict.fromkeys(files) if one != found.files))


def _heads(metric: Mention, claim: Claim) -> bool:
    """Whether a metric is the header of a claim's column, or the label right before it."""
    text, own = claim.block.text, claim.block.own
    if claim.block.kind == "cell" and text.rfind("|", 0, own) < metric.start < own:
        return True
    return metric.end <= claim.start and label_of(text, metric, claim)


def _agrees(claim: Claim) -> Callable[[Mention], bool]:
    """Whether a metric can have a claim's unit."""
    def fits(mention: Mention) -> bool:
        if claim.unit is None or claim.kind in ("percent", "multiple", "unit"):
            return True
        return any(units.unit(vocabulary.BY_NAME[name].unit).dimension == claim.unit.dimension
                   for name in mention.names)
    return fits


def _trailing_total(mention: Mention, claim: Claim) -> bool:
    """``2.86 s total`` says that nothing is left out, not that values are summed up."""
    if mention.text != "total" or mention.start < claim.end:
        return False
    one = claim.unit is not None and claim.unit.dimension == "time" and _ONE_CALL.search(
        claim.block.text, claim.block.sentence(claim.start)[0], claim.start)
    return bool(one) or not re.search(r"\bin\s$", claim.block.text[: mention.start])


def _after_extreme(mention: Mention, near: Near) -> bool:
    """``the largest single value``, ``the fastest value``: the extreme is what is said."""
    return mention.text == "value" and any(
        one.topic == "statistic" and one.text != "value" and 0 <= mention.start - one.end <= _NEXT
        for one in near.sentence)


def _std_of_another(mention: Mention, claim: Claim) -> bool:
    """``a standard deviation of 0.2 ms, and B took 5 ms``: a spread goes on to no other number."""
    return mention.text == "std" and bool(
        _NUMBER.search(claim.block.text, mention.end, claim.start))


def _between(key: Mention, metric: Mention, claim: Claim) -> bool:
    """Whether a metric stands nearer before a claim than a key does."""
    return key.end <= metric.start < claim.start and metric.end - metric.start > 0


def _above(block: Block) -> Iterable[Block]:
    yield from block.parents
    yield from block.headings[:1]


def unit_of_label(claim: Claim) -> str:
    """The unit in brackets at the end of the label before a claim; empty for none."""
    label = claim.block.text[: claim.start]
    match = _BRACKETED_UNIT.search(label.rstrip(" :*=~≈"))
    if match:
        return match[1].strip()
    if claim.block.kind != "cell":
        return ""
    row = [found for found in re.findall(r"[(\[]\s*([^)\]\d]{1,20})\s*[)\]]",
                                         label[: claim.block.own].rpartition("|")[0])
           if units.recognise(found)]
    return row[0] if len(row) == 1 else ""
