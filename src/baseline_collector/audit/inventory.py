"""Judge what a report says of the files themselves: how many, which share, how many more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from baseline_collector.audit.blocks import Block
from baseline_collector.audit.claims import Claim, Evidence, Outcome
from baseline_collector.audit.index import File, Index, kind_named
from baseline_collector.audit.mentions import Mention
from baseline_collector.audit.rounding import fits, written
from baseline_collector.audit.rows import listed, quoted

_NOUN = r"(?:files?|artifacts?|documents?)\b"
_KIND = (r"(?:jsonl|json|csv|tsv|markdown|md|ya?ml|xml|html|parquet|toml|"
         r"(?:text|log)(?=[`*\s-]+(?:files?|documents?)))\b")
_HARMLESS = (r"(?:benchmark(?:ing)?|data|total|raw|individual|different|distinct|separate|results?|"
             r"source|input|analy[sz]ed|artifact|report|the|all|of|these|such|" + _KIND + ")")
_AFTER = re.compile(rf"[\s`*]+(?P<words>(?:`?{_HARMLESS}`?[\s`*-]+)*){_NOUN}", re.I)
_KIND_AFTER = re.compile(rf"[\s`*]+(?:(?:of\s+(?:them|which|these)\s+)?(?:are|is|were|"
                         rf"in)\s+)?(?:in\s+)?"
                         rf"(?:the\s+)?`?(?P<kind>{_KIND}|(?:text|log)(?=\s*(?:,|and\b|\.|$)))\b",
                         re.I)
_TOTAL_AFTER = re.compile(r"\s*(?:in\s+)?total\b", re.I)
_DONE = (r"(?:analy[sz]ed|scanned|processed|collected|found|read|ingested|examined|reviewed|"
         r"included|"
         r"identified|discovered|covered|parsed|total|counted)")
_LABEL = re.compile(rf"(?:{_NOUN}|\b(?:files?\s+)?(?:count|number)\b)(?:[\s`*]+(?:in\s+)?{_DONE})?"
                    r"[\s`*]*[:(|=][\s*`]*(?:\d+(?:\.\d+)?\s*%\s*[-–,;/]\s*)?$", re.I)
_KIND_LABEL = re.compile(rf"(?<![./\w])(?P<kind>{_KIND})\b[`*\s]*(?:{_NOUN})?"
                         r"[^.;|(\d]{0,12}[:(|=][\s*`]*"
                         r"(?:\d+(?:\.\d+)?\s*%\s*[-–,;/]\s*)?$", re.I)
_PLAIN_END = re.compile(
    rf"[\s`*]*(?:$|[).,;:|\]\"”–—(-]|(?:in\s+total|total|overall|altogether|in\s+all|below|under|in|"
    rf"across|within|inside|and|comprising|consisting|spanning|associated|categori\w+|grouped|"
    rf"available|present)\b|(?:were|was|are|is|have\s+been)\s+(?:\w+ly\s+)?(?:{_DONE}|in|of|{_KIND})\b)",
    re.I)
_STOCK = re.compile(r"\b(?:consists?\s+of|compris\w+|contain(?:s|ed|ing)?|includ\w+|"
                    r"there\s+(?:are|were)|has|have|"
                    r"holds?|total(?:s|ling|ing)?(?:\s+of)?|cover\w*|analy[sz]\w+|scann\w+|review\w*|examin\w+|"
                    r"across|spans?|collection\s+of|set\s+of)\s+[`*(]*(?:about|approximately|roughly|around|all|"
                    r"over|a\s+total\s+of|some|the|exactly)?[\s`*]*$", re.I)
_PART_OF = re.compile(r"(?:\bin|\bfor|\bfrom)\s+[`*]*$", re.I)
_OTHER_NOUN = re.compile(r"[\s`*]+(?!and\b|or\b|to\b|total\b|in\b|overall\b|under\b|below\b|from\b|"
                         r"documents?\b)[A-Za-z]{3,}")
_INSIDE = re.compile(r"[^.,;:\d]{0,40}\b(?:in|under|below|from|within|"
                     r"inside)\s+(?:the\s+)?[`*]*", re.I)
_COUNT_BEFORE = re.compile(rf"\b\d+\s+{_NOUN}", re.I)
_AND = re.compile(r"[`*\s]*(?:,|,?\s*(?:and|&|plus|or))\s*[`*]*", re.I)
_FOLDER_LABEL = re.compile(r"[`*\s]*(?::|\||\(|holds|contains|has|,?\s*there\s+(?:are|were)|"
                           r",?\s*we\s+(?:find|found|have))[`*\s]*(?:files:?\s*)?", re.I)
_TO_KIND = re.compile(r"\s*(?:of\s+(?:the|all|these)?\s*)?(?:(?!and\b|or\b)[\w-]+\s+){0,3}?"
                      r"(?:(?:are|is|being)\s+)?(?:in\s+)?[`*]*",
                      re.I)
_ACCOUNTS = re.compile(rf"(?<![./\w])(?P<kind>{_KIND})[`*\s]*(?:{_NOUN})?\s*"
                       r"(?:accounts?\s+for|makes?\s+up|contributes?|numbers?|come\s+to)\s+"
                       r"(?:the\s+(?:other|remaining)\s+)?$", re.I)
"""``CSV accounts for`` before a number, in a sentence that speaks of files."""
_MORE = re.compile(r"[\s`*]+(?:more|others?|additional|further|remaining)\b", re.I)
_SHARE_NOUN = re.compile(rf"{_NOUN}|\b(?:data(?:set)?|volume|size|bytes|heap|collection|"
                         rf"corpus)\b", re.I)
_SHARE_HEAD = re.compile(r"\bshare\b|\bpercent|%|\bproportion\b", re.I)
_OF_FILES = re.compile(rf"[\s*`]*(?:of|out\s+of)\s+(?:the|all|these|our|\d+|\s)*\s*{_NOUN}", re.I)
_OF_BYTES = re.compile(r"[\s*`]*of\s+(?:the\s+|all\s+|our\s+)?(?:bytes|volume|size)\b", re.I)
_SUMMED = re.compile(r"\b(?:together|combined|jointly|between\s+them|in\s+sum|the\s+two)\b", re.I)
_SOME = re.compile(r"\b(?:the|these|those|both|my|our|first|last|other)\s+$", re.I)
"""Before a number of files that were spoken of already."""
_LISTED = re.compile(r"[^|\n]+\.\w{1,10}|[^|\s]+/[^|\n]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What of the inventory a claim asks for.

    Attributes:
        what: ``count``, ``share`` or ``more``.
        kind: Type of file; empty for all.
        loose: Whether all files may be meant although a type is named before.
        folder: Files it is limited to; empty for no limit.
        folder_words: How the report names them.
        qualified: Whether further words limit the files in a way that is not judged.
    """

    what: str
    kind: str = ""
    loose: bool = False
    folder: frozenset[str] = frozenset()
    folder_words: str = ""
    qualified: bool = False


def question(claim: Claim, here: Sequence[Mention], above: str) -> Question | None:
    """Say what of the inventory a claim asks for, or None where it is about something else.

    Args:
        claim: A number, percentage or share in words.
        here: Mentions of its block.
        above: Type of file that the blocks above name.
    """
    text = claim.block.text
    folder = _folder(claim, here)
    if claim.kind == "number" and claim.unit is None and claim.step == 1:
        return _count(claim, text, here, above, folder)
    if claim.kind in ("percent", "word"):
        return _share(claim, text, here, folder)
    return None


def _folder(claim: Claim, here: Sequence[Mention]) -> Mention | None:
    """Folder or files that limit a claim: ``83 files in `reports/` ``, `` `reports/`: 83 ``."""
    text = claim.block.text
    for one in here:
        if one.topic != "file":
            continue
        between = text[claim.end : one.start] if one.start >= claim.end else "."
        if _INSIDE.fullmatch(between):
            return _joined(one, [other for other in here if other.topic == "file"], text)
        if _FOLDER_LABEL.fullmatch(text, one.end, claim.start) or _goes_on(claim, one):
            return one
    return None


def _goes_on(claim: Claim, folder: Mention) -> bool:
    """Whether a list of counts goes on: `` `a` has 23 files, `b` 21 and `c` 16 ``."""
    text = claim.block.text
    start, _ = claim.block.sentence(claim.start)
    return (folder.end <= claim.start and not text[folder.end : claim.start].strip(" `*")
            and bool(_COUNT_BEFORE.search(text, start, folder.start)))


def _joined(first: Mention, files: Sequence[Mention], text: str) -> Mention:
    """A folder with those that an ``and`` adds to it."""
    for other in files:
        if other.start >= first.end and _AND.fullmatch(text, first.end, other.start):
            first = replace(first, end=other.end, names=first.names | other.names,
                            text=f"{first.text} and {other.text}")
    return first


def _count(claim: Claim, text: str, here: Sequence[Mention], above: str, folder: Mention | None
           ) -> Question | None:
    names = folder.names if folder else frozenset[str]()
    words = folder.text if folder else ""
    before = _sentence_before(claim)
    rare = next((one.text for one in here if one.topic == "kind" and re.fullmatch(
        r"[\s`*]+", text[claim.end : one.start]) and re.match(rf"[`*\s]+{_NOUN}",
                                                             text[one.end :], re.I)), "")
    if rare:
        return Question("count", rare, False, names, words)
    more = _MORE.match(text, claim.end)
    if more and re.search(r"(?:\band|\+|…|\.\.\.)\s*$", before):
        return Question("more", above)
    label, after = _KIND_LABEL.search(before), _AFTER.match(text, claim.end)
    if claim.block.kind == "cell":
        return _in_cell(claim, here, names, words)
    if after:
        kind = re.compile(_KIND, re.I).search(text, after.start(), after.end())
        qualified = not _STOCK.search(before) and (
            not _PLAIN_END.match(text, after.end()) or bool(_PART_OF.search(before)))
        if kind:
            return Question("count", kind_named(kind[0]), False, names, words, qualified)
        said = _kind_before(claim, here)
        return Question("count", said, True, names, words, qualified)
    if _OTHER_NOUN.match(text, claim.end) and not _KIND_AFTER.match(text, claim.end):
        return None
    if label:
        return Question("count", kind_named(label["kind"]), False, names, words)
    spoken = bool(re.search(_NOUN, before, re.I))
    spoken = spoken or bool(re.search(_NOUN, claim.block.text[: claim.start], re.I))
    if folder and ((spoken and folder.start >= claim.end and _INSIDE.fullmatch(
            text, claim.end, folder.start)) or _goes_on(claim, folder)):
        return Question("count", "", False, names, words)
    accounts = _ACCOUNTS.search(before)
    if accounts and spoken:
        return Question("count", kind_named(accounts["kind"]), False, names, words)
    kind_after = _KIND_AFTER.match(text, claim.end)
    if kind_after:
        return Question("count", kind_named(kind_after["kind"]), False, names, words)
    if _LABEL.search(before) and spoken:
        kinds = [one.text for one in here if one.topic == "kind" and one.end <= claim.start]
        return Question("count", kinds[-1] if kinds else "", False, names, words)
    if spoken and _TOTAL_AFTER.match(text, claim.end):
        return Question("count", "", True, names, words)
    return None


def _in_cell(claim: Claim, here: Sequence[Mention], names: frozenset[str], words: str
             ) -> Question | None:
    """A cell below ``Files`` or ``Count`` in the row of a type of file, or of the total."""
    row, _, head = claim.block.text[: claim.block.own].rpartition("|")
    if not re.fullmatch(rf"\s*(?:\w+\s+)?(?:of\s+)?(?:{_NOUN}|count|"
                        rf"number)(?:\s+(?:of\s+)?{_NOUN})?\s*:\s*",
                        head, re.I):
        return None
    kinds = [one.text for one in here if one.topic == "kind" and one.end <= len(row)]
    if kinds or re.match(r"\s*[`*]*(?:total|all)\b", row, re.I):
        return Question("count", kinds[0] if kinds else "", False, names, words)
    return None


def _sentence_before(claim: Claim) -> str:
    start, _ = claim.block.sentence(claim.start, clauses=False)
    return claim.block.text[start if claim.block.kind != "cell" else 0 : claim.start]


def _kind_before(claim: Claim, here: Sequence[Mention]) -> str:
    """The type of file named before a claim with no other number of files between."""
    start, _ = claim.block.sentence(claim.start)
    kinds = [one for one in here if one.topic == "kind" and start <= one.start < claim.start]
    between = claim.block.text[kinds[-1].end : claim.start] if kinds else ","
    return kinds[-1].text if kinds and not re.search(r"[,;]|\band\b", between) else ""


def _share(claim: Claim, text: str, here: Sequence[Mention], folder: Mention | None
           ) -> Question | None:
    start, end = claim.block.sentence(claim.start)
    said, until = claim.block.sentence(claim.start, clauses=False)
    if claim.block.kind == "cell":
        start, end = said, until = 0, len(text)
    around = [one for one in here if start <= one.start < end]
    kinds = [one for one in around if one.topic == "kind"]
    headed = claim.block.kind == "cell" and _SHARE_HEAD.search(
        text, text.rfind("|", 0, claim.block.own) + 1, claim.block.own)
    if claim.block.kind == "cell" and not headed:
        return None
    if not kinds or not (headed or _SHARE_NOUN.search(text, said, until)):
        return None
    before = [one for one in kinds if one.end <= claim.start]
    after = [one for one in kinds if one.start >= claim.end]
    leading = bool(after) and bool(_TO_KIND.fullmatch(text, claim.end, after[0].start))
    chosen = after[0] if after and (leading or not before) else before[-1] if before else after[0]
    nearer = [one for one in around if one.topic in ("key", "metric", "no key")
              and chosen.end <= one.start < claim.start]
    if nearer:
        return None
    return Question("share", chosen.text, False, folder.names if folder else frozenset(),
                    folder.text if folder else "")


def judge_files(claim: Claim, asked: Question, index: Index, blocks: Sequence[Block]) -> Outcome:
    """Judge a claim about files against the inventory.

    Args:
        claim: The claim.
        asked: What it asks for.
        index: The dataset.
        blocks: All blocks of the report, for lists that a claim continues.
    """
    pool = [file for file in index.files if not asked.folder or file.artifact in asked.folder]
    chosen = [file for file in pool if not asked.kind or file.kind == asked.kind]
    if asked.what == "share":
        return _judge_share(claim, asked, pool, chosen)
    if asked.what == "more":
        return _judge_more(claim, asked, chosen, blocks)
    readings = [(len(chosen), asked.kind)]
    if asked.loose and asked.kind:
        readings.append((len(pool), ""))
    hit = next((one for one in readings if fits(claim, one[0])), None)
    right, kind = hit or readings[0]
    scope = _scope(asked, kind)
    sql = _sql("count(*)", kind, asked)
    some = _SOME.search(claim.block.text, 0, claim.start)
    if (asked.qualified or some) and not hit:
        return Outcome("unsupported", "Which files are meant cannot be told from names and types.",
                       metric="files", scope=scope, statistic="count")
    if hit:
        return Outcome("supported", f"{right} files{_of(kind)}.", _first(chosen), "", "files",
                       scope, "count", sql)
    place = _place_of(claim, index.files) if not asked.kind and not asked.folder else ""
    if place:
        return Outcome("unsupported", f"There are {right} files, but so many lie in {place}.",
                       _first(chosen), metric="files", scope=scope, statistic="count")
    return Outcome("contradicted", f"There are {right} files{_of(kind)}.", _first(chosen),
                   _replaced(claim, str(right)), "files", scope, "count", sql)


def _place_of(claim: Claim, files: Sequence[File]) -> str:
    """A folder that holds as many files as a claim says, which may be meant; empty for none."""
    folders = Counter(folder.as_posix() for file in files
                      for folder in PurePosixPath(file.artifact).parents[:-1])
    return next((name for name, count in sorted(folders.items()) if fits(claim, count)), "")


def _judge_share(claim: Claim, asked: Question, pool: list[File], chosen: list[File]) -> Outcome:
    scope, sql = _scope(asked, asked.kind), _sql("100.0 * count(*) FILTER (kind = {}) / count(*)",
                                                 asked.kind, asked)
    if not pool:
        return Outcome("unsupported", "There are no files.", metric="files", scope=scope)
    by_count = 100.0 * len(chosen) / len(pool)
    by_size = 100.0 * sum(file.size for file in chosen) / max(1, sum(file.size for file in pool))
    said = (f"{len(chosen)} of {len(pool)} files are {asked.kind}, {by_count:.1f} %; "
            f"of the bytes {by_size:.1f} %.")
    values = (by_count,) if _OF_FILES.match(claim.block.text, claim.end) else (by_count, by_size)
    sized = _OF_BYTES.match(claim.block.text, claim.end)
    sentence = claim.block.text[slice(*claim.block.sentence(claim.start, clauses=False))]
    summed = _SUMMED.search(sentence) if claim.block.kind != "cell" else None
    good = _in_words(claim, by_size if sized else by_count) if claim.kind == "word" else any(
        fits(claim, value) for value in values)
    if summed and not good:
        return Outcome("unsupported", "Which types it sums up is not said.", metric="files",
                       scope=scope, statistic="share")
    correction = "" if good else f"{by_count:.1f} %" if claim.kind == "word" else _replaced(
        claim, written(by_count, claim.step) if claim.step < 1 else f"{by_count:.1f}")
    return Outcome("supported" if good else "contradicted", said, _first(chosen), correction,
                   "files", scope, "share", sql)


def _in_words(claim: Claim, share: float) -> bool:
    word = claim.text.lower()
    if claim.bound:
        over = share > (claim.value or 0.0)
        return over == (claim.bound == "over")
    if word in ("majority", "most"):
        return share > 50.0
    if word in ("all", "every", "none"):
        return share == claim.value
    room = 7.0 if claim.about else 2.0
    return abs(share - (claim.value or 0.0)) <= room


def _judge_more(claim: Claim, asked: Question, chosen: list[File], blocks: Sequence[Block]
                ) -> Outcome:
    """``... and 23 more``: the files there are less those listed before."""
    own = claim.block
    listed = [block for block in blocks
              if block.parents[:1] == own.parents[:1] and block.group == own.group
              and block.headings == own.headings and block.at(0)[0] < claim.line
              and _LISTED.fullmatch(block.text.strip(" `-*\r"))] if own.kind != "cell" else []
    if not listed or not asked.kind:
        return Outcome("unsupported", "What it continues cannot be told.", metric="files")
    right = len(chosen) - len(listed)
    lines = tuple(Evidence(block.text.strip(" `-*\r"), report_line=block.at(0)[0])
                  for block in (claim.block.parents[:1] or ()))
    why = f"{len(chosen)} files of type {asked.kind} less {len(listed)} listed are {right}."
    good = fits(claim, right)
    return Outcome("supported" if good else "contradicted", why, (*lines, *_first(chosen, 1)),
                   "" if good else _replaced(claim, str(right)), "files", _scope(asked, asked.kind),
                   "count", _sql(f"count(*) - {len(listed)}", asked.kind, asked))


def _replaced(claim: Claim, right: str) -> str:
    return claim.text.replace(claim.digits or claim.text, right, 1)


def _of(kind: str) -> str:
    return f" of type {kind}" if kind else ""


def _scope(asked: Question, kind: str) -> dict[str, str]:
    named = {"of": "files", "kind": kind, "folder": asked.folder_words}
    return {name: text for name, text in named.items() if text}


def _first(chosen: list[File], most: int = 3) -> tuple[Evidence, ...]:
    return tuple(Evidence(f"{file.size} bytes, {file.modified:%Y-%m-%d %H:%M:%S} UTC",
                          file.artifact) for file in chosen[:most])


def _sql(what: str, kind: str, asked: Question) -> str:
    terms = []
    if "FILTER" in what:
        what = what.format(quoted(kind))
    elif kind:
        terms.append(f"kind = {quoted(kind)}")
    if asked.folder:
        terms.append(f"artifact IN ({listed(asked.folder)})")
    where = f" WHERE {' AND '.join(terms)}" if terms else ""
    return f"SELECT {what} FROM artifacts{where}"
