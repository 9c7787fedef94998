"""What a text speaks of: keys, metrics, statistics, models, files, settings, types of file."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from baseline_collector import vocabulary
from baseline_collector.audit.blocks import CODE
from baseline_collector.audit.index import Index, Key, kind_named
from baseline_collector.audit.spoken import (
    ALONE,
    FAMILIES,
    HINTS,
    SPOKEN_METRICS,
    STATISTIC,
    VERBS,
)
from baseline_collector.naming import plain, spellings, statistic_of, take_apart

Topic = Literal["key", "no key", "metric", "statistic", "model", "file", "kind", "param", "device",
                "phase", "counted", "modal", "hint", "verb"]

_BARE_KEY = re.compile(
    r"(?<![\w/.`\"])[A-Za-z][A-Za-z0-9]*(?:(?:\[\d*\])?\.\w+|_\w+|\[\d*\]){1,12}(?![\w/])")
_EQUALS = re.compile(r"(?<![\w.`/(])([A-Za-z][\w.]*)\s?=\s?(?=[-+~]?\d)")
_KEY_LIKE = re.compile(r"[A-Za-z]\w*(?:[._\[\]]+\w*)+")
_JSON_KEY = re.compile(r"^\s*\"?([A-Za-z_][\w.]*)\"?\s*:\s")
_PARAM = re.compile(r"\b([A-Za-z]\w*)\s*=\s*([\w.:-]*\w)")
_SPOKEN_PARAM = re.compile(r"\b([a-z]+(?:_[a-z]+)*)\s+(?:of\s+)?(\d+(?:\.\d+)?)(?![\w.]*\w)")
_PATH = re.compile(r"(?:[\w.+-]+/)+[\w.+-]*|\b[\w+-][\w.+-]{0,160}\.(?:jsonl?|csv|tsv|md|txt|log|"
                   r"ya?ml)\b")
_KINDS = re.compile(r"\b(json|jsonl|csv|markdown|md|yaml|xml|html|parquet|text|log)\b", re.I)
_OF_FILES = re.compile(r"\b(\w+)\s+files?\b", re.I)
_WORD = re.compile(r"[A-Za-z]+")
_UNIT_BEHIND = re.compile(r"(?<![\w.,])\d[\d.,]*\s?$")
"""Before words that are the unit of a number and no name."""
_QUALIFIED = re.compile(r"(?:input|output|prompt|generated|completion|new)\b", re.I)
_BARE_UNIT = 3
"""Most words of a bare unit: ``tokens per second``."""
_GOES_ON = re.compile(r"[-./_:]\w")
_DEVICES = re.compile(r"\b(cuda|cpu|gpu)\b", re.I)
_PHASES = (("cold", re.compile(r"\bcold\b", re.I)),
           ("warm", re.compile(r"\bwarm(?:ed)?\b(?![- ]?up\b)", re.I)))
_COUNTED = re.compile(
    r"\b(files?|artifacts?|documents?|models?|configurations?|configs?|runs?|calls?|requests?|"
    r"samples?|values|numbers|measurements|directories|folders|rows?|records?|entries)\b",
    re.I)
_MODAL = re.compile(r"\b(?:should|recommend\w*|consider|aim|target|goal|would|could|might|must|"
                    r"need to|ensure|try|suggest(?:ed)? (?:value|setting)|ideally|"
                    r"threshold)\b", re.I)


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing a text speaks of.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        topic: What sort of thing.
        text: Its name: statistic, type of file, phase, noun, setting, or as written.
        names: Metrics, files, or value of a setting it can mean.
        choices: Sets of models it can mean, the closest first.
        key: For keys, where it was found.
    """

    start: int
    end: int
    topic: Topic
    text: str
    names: frozenset[str] = frozenset()
    choices: tuple[frozenset[str], ...] = ()
    key: Key | None = None


def mentions(text: str, index: Index) -> list[Mention]:
    """Find what a text speaks of, in its order.

    Args:
        text: Text of a block.
        index: The dataset whose names count.
    """
    found: list[Mention] = []
    taken = [False] * len(text)
    for finder in (_code, _settings, _json_key, _bare_keys, _paths, _labels, _metrics, _models,
                   _hints, _words):
        for one in finder(text, index):
            if not any(taken[one.start : one.end]):
                found.append(one)
                if one.topic != "counted":
                    taken[one.start : one.end] = [True] * (one.end - one.start)
    return sorted(found, key=lambda one: one.start)


def family(metric: str) -> frozenset[str]:
    """Metrics that a spoken name may mean."""
    return frozenset(FAMILIES.get(metric, (metric,)))


def _code(text: str, index: Index) -> Iterator[Mention]:
    for match in CODE.finditer(text):
        inner = match[2].strip()
        pairs = list(_PARAM.finditer(inner))
        if pairs:
            for pair in pairs:
                at = match.start(2) + match[2].index(inner)
                yield _param(pair, at)
            continue
        yield from _named(match.start(), match.end(), inner.rstrip(":"), index, text)


def _named(start: int, end: int, name: str, index: Index, text: str) -> Iterator[Mention]:
    """What a name in code marks means: a file, a model, a key, a type of file, or nothing known."""
    pair = re.match(r"([A-Za-z_][\w.\[\]]*)\s*:\s", name)
    key = index.key(pair[1] if pair else name)
    files = _files_named(name, index) or frozenset(
        file.artifact for file in index.files if file.root == name)
    kind = kind_named(name.lstrip("."))
    if files and not (key and "/" not in name and "." not in name):
        yield Mention(start, end, "file", name, files)
    elif any(file.kind == kind for file in index.files):
        yield Mention(start, end, "kind", kind)
    elif name in index.column("model").names:
        yield Mention(start, end, "model", name, choices=index.models(name))
    elif name in index.column("device").names:
        yield Mention(start, end, "device", name, frozenset({name}))
    elif key:
        yield Mention(start, end, "key", name, key=key)
    elif index.models(name):
        yield Mention(start, end, "model", name, choices=index.models(name))
    elif take_apart(name).metric and not take_apart(name).leftover:
        yield Mention(start, end, "metric", name, family(str(take_apart(name).metric)))
    elif name not in index.path_names and _KEY_LIKE.fullmatch(name) and text[
            end : end + 3].lstrip("* ").startswith(":"):
        yield Mention(start, end, "no key", name)


def _json_key(text: str, index: Index) -> Iterator[Mention]:
    match = _JSON_KEY.match(text)
    if not match or ("_" not in match[1] and '"' not in match[0]):
        return
    key = index.key(match[1])
    if key or not (index.models(match[1]) or match[1] in index.path_names):
        yield Mention(match.start(1), match.end(1), "key" if key else "no key", match[1], key=key)


def _bare_keys(text: str, index: Index) -> Iterator[Mention]:
    for match in _BARE_KEY.finditer(text):
        key = None if statistic_of(match[0].lower()) else index.key(match[0])
        if key:
            yield Mention(match.start(), match.end(), "key", match[0], key=key)
    for match in _EQUALS.finditer(text):
        apart = take_apart(match[1])
        if apart.metric and not apart.leftover:
            yield Mention(match.start(1), match.end(1), "metric", match[1], family(apart.metric))
        key = None if apart.statistic or apart.metric or "/" in match[1] else index.key(match[1])
        if key and match[1] not in vocabulary.PARAMETERS and match[1] not in index.setting_names:
            yield Mention(match.start(1), match.end(1), "key", match[1], key=key)


def _paths(text: str, index: Index) -> Iterator[Mention]:
    for match in _PATH.finditer(text):
        files = _files_named(match[0], index)
        if files:
            yield Mention(match.start(), match.end(), "file", match[0], files)


def _files_named(name: str, index: Index) -> frozenset[str]:
    """Artifacts of a name: the path, its end, the file without its type, or a folder."""
    bare = name.strip().removeprefix("./")
    if len(bare) < 3:
        return frozenset()
    whole = frozenset(file.artifact for file in index.files
                      if file.artifact == bare or file.artifact.endswith("/" + bare)
                      or file.artifact.rpartition("/")[2].rpartition(".")[0] == bare)
    if whole:
        return whole
    folder = bare.strip("/")
    if "/" not in bare or not folder:
        return frozenset()
    return frozenset(file.artifact for file in index.files
                     if f"/{file.artifact}".startswith(f"/{folder}/")
                     or f"/{folder}/" in f"/{file.artifact}")


def _settings(text: str, index: Index) -> Iterator[Mention]:
    for match in _PARAM.finditer(text):
        if match[1] in vocabulary.PARAMETERS or match[1] in index.setting_names:
            yield _param(match, 0)
    for value in index.backends:
        for match in re.finditer(rf"(?<![\w/.-]){re.escape(value)}(?![\w/.-])", text, re.I):
            yield Mention(match.start(), match.end(), "param", "backend", frozenset({value}))
    for match in _SPOKEN_PARAM.finditer(text):
        if match[1] in vocabulary.PARAMETERS and "_" in match[1]:
            yield _param(match, 0)


def _param(match: re.Match[str], offset: int) -> Mention:
    return Mention(offset + match.start(), offset + match.end(), "param", match[1],
                   frozenset({match[2]}))


def _labels(text: str, index: Index) -> Iterator[Mention]:
    """A label before a colon is a name taken apart whole: ``Mean TTFT (ms):``."""
    for match in re.finditer(r"(?:^|[|\n(])\s*([A-Za-z][^:|\n`]{1,48}?)\s*:(?=\s|$)", text):
        apart = None if re.search(r"[_.\[]", match[1]) and index.key(match[1]) else _taken(match[1])
        if apart:
            metric, statistic = apart
            yield Mention(match.start(1), match.end(1), "metric", match[1], family(metric))
            if statistic:
                yield Mention(match.end(1), match.end(1) + 1, "statistic", statistic)


@lru_cache(maxsize=4096)
def _taken(label: str) -> tuple[str, str | None] | None:
    apart = take_apart(label)
    return (apart.metric, apart.statistic) if apart.metric and not apart.leftover else None


@lru_cache(maxsize=1)
def _spoken() -> dict[tuple[str, ...], str]:
    return {parts: metric for parts, metric in spellings().items()
            if len(parts) > 1 or parts[0] in ALONE}


def _metrics(text: str, index: Index) -> Iterator[Mention]:
    table = _spoken()
    words = list(_WORD.finditer(text))
    lowered = [word[0].lower() for word in words]
    at = 0
    while at < len(words):
        length = next((n for n in range(min(6, len(words) - at), 0, -1)
                       if tuple(lowered[at : at + n]) in table
                       and _joined(text, words[at : at + n])), 0)
        if length and (length > _BARE_UNIT or not _UNIT_BEHIND.search(
                text, max(0, words[at].start() - 16), words[at].start())):
            parts = tuple(lowered[at : at + length])
            start, end = words[at].start(), words[at + length - 1].end()
            yield Mention(start, end, "metric", text[start:end], family(table[parts]))
        at += length or 1
    for pattern, metric in SPOKEN_METRICS:
        for match in pattern.finditer(text):
            if _QUALIFIED.match(match[0]) or not _UNIT_BEHIND.search(
                    text, max(0, match.start() - 16), match.start()):
                yield Mention(match.start(), match.end(), "metric", match[0], family(metric))


def _joined(text: str, words: list[re.Match[str]]) -> bool:
    return all(re.fullmatch(r"[\s/_-]{1,2}", text[a.end() : b.start()])
               for a, b in itertools.pairwise(words))


def _models(text: str, index: Index) -> Iterator[Mention]:
    """Runs of words that together name a model: ``Gemma3 270M``, ``llama3.1 8b q4_0``."""
    words = list(re.finditer(r"[A-Za-z0-9][\w.]*[A-Za-z0-9_]|[A-Za-z0-9]", text))
    run: list[re.Match[str]] = []
    for word in [*words, None]:
        if word is not None and run and word[0].lower() in index.model_words and re.fullmatch(
                r"[\s:_-]", text[run[-1].end() : word.start()]):
            run.append(word)
            continue
        yield from _model_run(text, run, index)
        opens = word is not None and word[0].lower() in index.model_words and not re.fullmatch(
            r"[\d.]+", word[0])
        run = [word] if opens and word is not None else []


def _model_run(text: str, run: list[re.Match[str]], index: Index) -> Iterator[Mention]:
    while run:
        phrase = text[run[0].start() : run[-1].end()]
        telling = any(char.isdigit() for char in phrase) or phrase in index.column("model").names
        telling = telling or (phrase.lower() in index.families
                              and not _in_name(text, run[0].start(), run[-1].end()))
        choices = index.models(phrase) if telling else ()
        if choices:
            yield Mention(run[0].start(), run[-1].end(), "model", phrase, choices=choices)
            return
        run = run[:-1]


def _in_name(text: str, start: int, end: int) -> bool:
    """Whether a word is a part of a longer name: of a tool called ``llama-bench``."""
    return text[max(0, start - 1) : start] in set("-./_") or bool(_GOES_ON.match(text, end))


def _hints(text: str, index: Index) -> Iterator[Mention]:
    for pattern, metrics in HINTS:
        for match in pattern.finditer(text):
            yield Mention(match.start(), match.end(), "hint", match[0], frozenset(metrics))
    for match in VERBS.finditer(text):
        yield Mention(match.start(), match.end(), "verb", match[0],
                      frozenset({"iteration_time", "request_latency"}))


def _words(text: str, index: Index) -> Iterator[Mention]:
    for match in _OF_FILES.finditer(text):
        if match[1].lower() in index.rare_kinds:
            yield Mention(match.start(1), match.end(1), "kind", kind_named(match[1]))
    for match in _KINDS.finditer(text):
        if match[1].lower() not in ("text", "log") or re.match(
                r"\s+files?\b", text[match.end():], re.I):
            yield Mention(match.start(), match.end(), "kind", kind_named(match[1]))
    for pattern, name in STATISTIC:
        for match in pattern.finditer(text):
            level = match["p"] or match["o"] if name == "p" else ""
            yield Mention(match.start(), match.end(), "statistic", f"p{level}" if level else name)
    for match in _DEVICES.finditer(text):
        named = frozenset(name for name in index.column("device").names
                          if name.lower() == match[1].lower())
        if named:
            yield Mention(match.start(), match.end(), "device", match[1], named)
    for phase, pattern in _PHASES:
        for match in pattern.finditer(text):
            yield Mention(match.start(), match.end(), "phase", phase)
    for match in _COUNTED.finditer(text):
        yield Mention(match.start(), match.end(), "counted", _singular(match[1]))
    for match in _MODAL.finditer(text):
        yield Mention(match.start(), match.end(), "modal", match[0].lower())


def _singular(noun: str) -> str:
    word = plain(noun)
    known = {"artifact": "file", "document": "file", "config": "configuration",
             "directorie": "folder", "directory": "folder", "measurement": "value",
             "number": "value"}
    word = word.removesuffix("s")
    return known.get(word, word)
