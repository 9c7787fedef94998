"""Extract: every quantitative claim of a report, with its place and how exactly it is written.

Not claims: numbering, versions, names of files, models and keys, quoted words, prompts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from baseline_collector import units
from baseline_collector.audit.blocks import CODE, Block
from baseline_collector.audit.claims import Bound, Claim, End
from baseline_collector.audit.numerals import (
    UNIT_WORDS,
    Moment,
    Numeral,
    clocks,
    moments,
    numerals,
    swapped,
    unit_named,
)
from baseline_collector.vocabulary import PARAMETERS

_NUMBER_ALONE = re.compile(r"\s*[~≈]?[-+]?\d[\d.,]*\s*[%x×]?\s*[A-Za-z/µ]*\s*")
_PAIR = re.compile(r"\s*[\"']?[A-Za-z_][\w.\[\]]*[\"']?\s*:\s+[-+]?\d[\d.,]*\s*\S{0,8}")
_QUOTED = re.compile(r"\"[^\"\n]{2,}?\"|“[^”\n]*[”\"]")
_URL = re.compile(r"\b(?:https?|ftp|file)://\S+|\]\([^)\s]*\)")
_PATH = re.compile(r"(?<![\w])(?:[\w.+-]+[/\\])+[\w.+-]*|"
                   r"\b[\w+-]{0,80}[A-Za-z_][\w.+-]{0,120}\.(?:json[l]?|csv|tsv|"
                   r"md|markdown|txt|log|ya?ml|toml|html?|py|parquet|gguf)\b")
_IDENTIFIER = re.compile(r"(?<![\w.])[A-Za-z][A-Za-z+]*[\w.+]*[:_-](?=[\w.:+-]*\d)[\w.:+-]*\w"
                         r"|\b[A-Za-z_]+\d[\w.:+-]*")
_SETTING = re.compile(r"\b(" + "|".join(sorted(map(re.escape, PARAMETERS), key=len, reverse=True))
                      + r")\s?=\s?[\w.:-]*\w")
_SIZE = re.compile(r"\b\d+(?:\.\d+)?\s?[bBmMkK]\b(?![/\w])(?!\s*(?:of|used|free))")
_REFERENCE = re.compile(r"\[\^?\d+\]|\b[FNR]\d+(?:[.-]\w+)*\b")
_PERCENTILE = re.compile(r"\b\d{1,2}(?:\.\d+)?(?:st|nd|rd|th)\b|\b[pP]\d{1,2}(?:\.\d+)?\b|"
                         r"\b\d{2}\s?%\s+(?:confidence|CI\b|interval|credible)", re.I)
_ABOUT = re.compile(r"(?:\b(?:about|approximately|approx\.?|around|roughly|nearly|almost|"
                    r"circa|ca\.|"
                    r"close to|some)|[~≈])\s*$", re.I)
_OVER = re.compile(r"(?:\b(?:over|more than|at least|exceed(?:s|ed|ing)?|above|greater than)|"
                   r"[>≥])\s*$", re.I)
_UNDER = re.compile(r"(?:\b(?:under|less than|fewer than|at most|below|within)|[<≤])\s*$", re.I)
_BETWEEN = re.compile(r"\s*(?:-|–|—|to|and|through|\.\.\.?)\s*")
_KEY = re.compile(r"\"((?:[^\"\\]|\\.)*)\"\s*:\s*")
_PROMPT = re.compile(r"\bprompts?\b", re.I)
_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
]
_FRACTIONS = {"majority": 50.0, "most": 50.0, "half": 50.0, "all": 100.0, "every": 100.0,
              "none": 0.0, "third": 100 / 3, "two thirds": 200 / 3, "two-thirds": 200 / 3,
              "quarter": 25.0, "three quarters": 75.0, "three-quarters": 75.0}
COUNTED = (r"(?:files?|artifacts?|documents?|logs?|models?|configurations?|configs?|experiments?|"
           r"directories|folders|benchmarks?|runs?|calls?|requests?|samples?|prompts?|"
           r"JSONL?|CSV|TSV|Markdown|YAML|rows?|records?)")
_WORDS = re.compile(
    r"\b(?P<word>majority|two[ -]thirds|three[ -]quarters|(?<=a )third|(?<=one )third|"
    r"(?<=a )quarter|half|(?<!of )all|most|none|every)\b(?=(?:\s+(?:of|the|these|those|"
    r"benchmark|measured|"
    r"artifact|collected|\d+|json|csv|jsonl|markdown|md|analyzed|analysed|ingested|data|them|"
    r"which))*\s+(?:files?|artifacts?|documents?)\b|\s+of\s+(?:the\s+|all\s+|our\s+)?"
    r"(?:bytes|data|volume|heap|collection|calls?|runs?|requests?|time|speed)\b)", re.I)
_SPELLED = re.compile(r"\b(?P<word>" + "|".join(_SMALL) + r")\b(?=(?:\s+[\w-]+){0,2}\s+"
                      + COUNTED + r"\b)", re.I)
_RANK = re.compile(
    r"\b(?:faster|slower|quicker)\s+than\b|\b(?:higher|lower|larger|smaller)(?:\s+[a-z-]+){1,5}?\s+than\b"
    r"|\b(?:fastest|slowest|quickest)\b(?=\s+(?:model|build|variant|one|of)\b|\s*[.,;:]|"
    r"\s*$)", re.I)


_FILE_LINE = re.compile(r"\s*[-*] [^/\s][^/]*/.*\.[A-Za-z]\w{0,9}\s*")
_CHANGES = re.compile(r"\b(?:lift|rais|ris(?:e|ing)|rose|fell|fall|drop|gr[eo]w|increas|decreas|"
                      r"reduc|improv|lower(?:s|ed|ing)|went|go(?:es)?\b|mov|chang|climb|sank|sink|shr[aiu]nk|cut|slow|bring|"
                      r"brought)\w*\b[^.;]*\bfrom\s*[~≈`*]*$", re.I)
"""Words before ``from 3 to 5`` that make it two values, one after the other, and no range."""
_POINT = re.compile(r"(?<![\d.,\w])\d+\.\d+(?![\d.]*\.\d)")
_COMMA = re.compile(r"(?<![\d.,\w])(?:\d{1,3},(?:\d{1,2}|\d{4,})|0,\d+)(?![\d,.]*\d)")
_TELLING = re.compile(r"\d|\b(?:in|per)\b")
"""What a cell must hold to claim anything: a digit, or a unit said in words."""


def extract(blocks: tuple[Block, ...], named: Callable[[str], bool] = lambda _: False
            ) -> Iterator[Claim]:
    """Yield claims in the order of the text.

    Args:
        blocks: The report, as ``blocks.blocks`` cuts it.
        named: Whether the text of inline code is a name in the dataset: a model or an error may
            be called ``-1``, and claims nothing. Asked where the text could be a number.
    """
    telling = [(block, _masked(block, named)) for block in blocks if block.kind != "cell"
               or _TELLING.search(block.text, block.own)]
    comma = _decimal_comma(text[block.own :] for block, text in telling)
    for block, text in telling:
        if not _quoted_prompt(block) and not _listed_file(block):
            yield from sorted(_claims(block, text, comma),
                              key=lambda claim: (claim.line, claim.column))


def _listed_file(block: Block) -> bool:
    """A line of a listing that is one path and nothing else: names may hold spaces and digits."""
    return block.kind == "code" and bool(_FILE_LINE.fullmatch(block.text[block.own :]))


def _quoted_prompt(block: Block) -> bool:
    """A listing below a heading about a prompt quotes the prompt."""
    return block.kind in ("code", "json") and bool(block.headings) and bool(
        _PROMPT.search(block.headings[0].text))


def _decimal_comma(texts: Iterable[str]) -> bool:
    """Whether a report writes 48,63 for a number between 48 and 49."""
    points = commas = 0
    for text in texts:
        points += len(_POINT.findall(text))
        commas += len(_COMMA.findall(text))
    return commas > max(1, 2 * points)


def _claims(block: Block, text: str, comma: bool) -> Iterator[Claim]:
    dates = _apart(sorted(moments(text, block.own), key=lambda one: (one.start, -one.end)))
    for date in dates:
        claim = _claim(block, date.start, date.end, kind="date", value=None)
        yield replace(claim, moment=date.at, precision=date.precision)
    for start, end in [*((one.start, one.end) for one in dates), *clocks(text, block.own)]:
        text = _blank(text, start, end)
    text = swapped(text) if comma else text
    found = list(numerals(text, block.own))
    for n in range(len(found)):
        yield _number(block, text, found, n, comma=comma)
    if block.kind in ("json", "heading"):
        return
    if block.kind != "cell":
        yield from _in_words(block, text)
    for match in UNIT_WORDS.finditer(text, block.own):
        if not re.search(r"\d\s*$", text[: match.start()]):
            claim = _claim(block, match.start(), match.end(), kind="unit", value=None)
            yield replace(claim, unit=unit_named(match["unit"]))


def _apart(dates: list[Moment]) -> list[Moment]:
    """Of dates that overlap keep the first and longest."""
    kept: list[Moment] = []
    for date in dates:
        if not kept or date.start >= kept[-1].end:
            kept.append(date)
    return kept


def _number(block: Block, text: str, found: list[Numeral], n: int, *, comma: bool) -> Claim:
    one, end_of = found[n], _end_of(text, found, n)
    before = text[max(0, one.start - 24) : one.start]
    bound: Bound = "over" if _OVER.search(before) else "under" if _UNDER.search(before) else ""
    unit = one.unit or (units.unit("%") if one.shape == "percent" else None)
    if end_of == "low" and unit is None and one.shape == "number":
        unit = found[n + 1].unit
    claim = _claim(block, one.start, one.end, kind=one.shape, value=one.value,
                   digits_end=one.digits_end)
    return replace(claim, step=one.step, unit=unit, about=bool(_ABOUT.search(before)),
                   bound=bound, end_of=end_of, comma=comma)


def _end_of(text: str, found: list[Numeral], n: int) -> End:
    """Which end of a range a number is: ``1.5 - 2.5``, ``from 3 to 5 ms``."""
    one = found[n]
    if n + 1 < len(found) and _joined(text, one, found[n + 1]):
        return "" if _CHANGES.search(text, max(0, one.start - 160), one.start) else "low"
    if n and _joined(text, found[n - 1], one):
        before = found[n - 1].start
        return "" if _CHANGES.search(text, max(0, before - 160), before) else "high"
    return ""


def _joined(text: str, low: Numeral, high: Numeral) -> bool:
    between = _BETWEEN.fullmatch(text, low.end, high.start)
    if not between or low.shape != high.shape:
        return False
    word = between[0].strip()
    if word == "and" and not re.search(r"\bbetween\s*$", text[: low.start], re.I):
        return False
    if low.unit is None and high.unit is None and low.step != high.step and word == "-":
        return low.step < 1 and high.step < 1
    return low.unit is None or high.unit is None or low.unit.dimension == high.unit.dimension


def _in_words(block: Block, text: str) -> Iterator[Claim]:
    for match in _WORDS.finditer(text, block.own):
        value = _FRACTIONS[match["word"].lower()]
        claim = _claim(block, match.start(), match.end(), kind="word", value=value)
        before = text[: match.start()].removesuffix("a ")
        bound: Bound = "over" if _OVER.search(before) else "under" if _UNDER.search(before) else ""
        yield replace(claim, unit=units.unit("%"), about=bool(_ABOUT.search(before)), bound=bound)
    for match in _RANK.finditer(text, block.own):
        yield _claim(block, match.start(), match.end(), kind="word", value=None)
    for match in _SPELLED.finditer(text, block.own):
        yield _claim(block, match.start(), match.end(), kind="number",
                     value=float(_SMALL.index(match["word"].lower())))


def _claim(block: Block, start: int, end: int, *, kind: str, value: float | None,
           digits_end: int = 0) -> Claim:
    line, column = block.at(start)
    shown = block.text[start:end]
    if "\n" in shown:
        end = start + shown.index("\n")
    elif digits_end and ("  " in shown or block.at(end - 1)[0] != line):
        end = digits_end  # emphasis or a line ends between number and unit
    text = block.text[start:end].rstrip()
    digits = block.text[start:digits_end] if digits_end else text
    return Claim(block, start, start + len(text), text, line, column,
                 kind, value, digits=digits)  # type: ignore[arg-type]  # callers pass literals


def _blank(text: str, start: int, end: int) -> str:
    blank = "\n".join("\x00" * len(line) for line in text[start:end].split("\n"))
    return text[:start] + blank + text[end:]


def _masked(block: Block, named: Callable[[str], bool]) -> str:
    """The text with everything blanked that names something and claims nothing."""
    text, begin = block.text, 0
    if block.kind == "cell":  # nothing is claimed in the labels of its row and column
        begin = max(0, block.own - 2)
        text = "\x00" * begin + text[begin:]
    if block.kind == "json":
        for match in _KEY.finditer(text):
            text = _blank(text, match.start(), match.end() - 1)
        for match in _QUOTED.finditer(text):
            text = _blank(text, *match.span())
        return text
    for match in CODE.finditer(text, begin):
        if not _NUMBER_ALONE.fullmatch(match[2]):
            text = _blank(text, *_names_only(match, named))
        elif named(match[2]):
            text = _blank(text, *match.span())
    if block.kind != "code":
        for match in _QUOTED.finditer(text, begin):
            text = _blank(text, *match.span())
    for pattern in (_URL, _PATH, _PERCENTILE, _IDENTIFIER, _SETTING, _SIZE, _REFERENCE):
        for match in pattern.finditer(text, begin):
            if pattern is not _PATH or _is_path(match[0]):
                text = _blank(text, *match.span())
    return text


def _names_only(match: re.Match[str], named: Callable[[str], bool]) -> tuple[int, int]:
    """Span of inline code that names something; of ``key: 3.5`` only the key."""
    if not _PAIR.fullmatch(match[2]) or named(match[2]):
        return match.span()
    return match.start(), match.start(2) + match[2].index(":") + 1


def _is_path(text: str) -> bool:
    """Whether words with a slash or a dot name a file: ``tok/s`` and ``3.5/4`` do not."""
    text = text.rstrip(".")
    if re.fullmatch(r"[\d.,/]*", text) or units.recognise(text):
        return False
    return text.count("/") > 1 or text.endswith("/") or bool(re.search(r"[\d_.\\]", text))
