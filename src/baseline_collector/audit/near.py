"""What stands around a claim, and which mention of it the claim takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from baseline_collector.audit.claims import Claim
from baseline_collector.audit.mentions import Mention, Topic
from baseline_collector.audit.parallel import compared_with, parallel

_TIE = re.compile(r"[\s*]*\(?(?:(?:for|of|on|in|by|at|across|the|model|files?|a|measured|recorded|"
                  r"seen|observed|reported|achieved|obtained|best|worst|mean|average|median|peak|"
                  r"maximum|minimum|it|its|their|to)\s+)*[`*\s(]*", re.I)
_LABEL = re.compile(r"[`*\s]*(?:files?|values?)?\s*(?:[:=(]|of|is|was|at)?[\s:=(~≈`*]*")
_WITH = re.compile(r"[\s*]*(?:with|using|under|at|for|when)\s+[`*]*", re.I)
_NUMBER_BETWEEN = re.compile(r"(?<![\w.:])\d+(?:\.\d+)?(?![\w:])")
_APART = re.compile(r"(?<![\w.:])\d+(?:\.\d+)?(?![\w:])|[,;:\n]")
_NEXT_LABEL = re.compile(r"[`*\s]*=\s*[~≈]?\d")
"""Behind a name that is the label of the next number."""
_BEFORE_NUMBER = re.compile(r"[`*\s]*[:=(]?\s*[~≈]?\d")
_BEHIND_NUMBER = re.compile(r"(?<![\w.:])\d+(?:[.,]\d+)*\s?(?!(?:and|or|but|while|vs)\b)"
                            r"[^\s\d,;:.]{0,12}\s+"
                            r"(?:(?:on|at|in|as|for|its|the|a)\s+)*[`*]*$")
"""A number and its unit before a mention that speaks of it."""
_NUMBER_AND_WORDS = re.compile(r"(?<![\w.:])\d+(?:\.\d+)?\s[^,;]{0,60}$")
_NEXT_PART = re.compile(r"[^\d]*?[,;]")
_UNIT_FIRST = re.compile(r"^\s?[^\s\d,;:.()]{1,12}(?=[\s,;:.)]|$)")
_WORDS = re.compile(r"(?<![\w])[A-Za-z][\w-]{2,}")
_WORD_BEFORE = re.compile(r"(?<![\w|])([A-Za-z][\w-]*)[ \t]+$")
_PLAIN_WORDS = frozenset((
    "a", "an", "the", "its", "their", "his", "her", "our", "my", "this", "that", "these", "those",
    "of", "in", "on", "at", "for", "with", "and", "or", "but", "is", "was", "are", "were", "has",
    "have", "had", "shows", "show", "showed", "gives", "gave", "reached", "reaches", "per", "any",
    "all", "each", "overall", "total", "whole", "same", "own", "raw", "reported", "measured",
    "observed", "recorded"))
"""Words before a metric that do not make another one of it."""
_WINDOW, _REACH = 600, 120
"""Characters to each side of a claim, and before a mention, that are looked at for numbers."""
_IN_BRACKETS = re.compile(r"[^.;,()|\d]{0,40}\(\s*")
_ASIDE = re.compile(r"\([^()]*\)|,\s+(?:which|who|whose|where)\b[^,.;]*,")
_NAMED: frozenset[Topic] = frozenset({"model", "file", "device"})
"""Topics that numbers are compared and listed by."""


class Near:
    """The mentions around one claim."""

    def __init__(self, claim: Claim, here: list[Mention]) -> None:
        self.claim = claim
        self._without_names = ""
        start, end = claim.block.sentence(claim.start)
        if claim.block.kind == "cell":
            start, end = 0, len(claim.block.text)
        self.sentence_text = claim.block.text[start:end]
        self.here = here
        self.sentence = [one for one in here if start <= one.start < end]
        self.earlier = [one for one in here if one.start < start]
        whole, _ = claim.block.sentence(claim.start, clauses=False)
        _, until = claim.block.sentence(claim.start, clauses=False)
        self.whole = [one for one in here if whole <= one.start < until]
        self.clauses_before = [one for one in self.earlier if one.start >= whole
                               and claim.block.kind != "cell"]
        last, _ = claim.block.sentence(max(0, start - 2)) if start > 1 else (0, 0)
        number = _NUMBER_BETWEEN.search(_unnamed(claim.block.text, self.earlier, last), last, start)
        until = number.start() if number else start
        self.previous = [one for one in self.earlier if last <= one.start < until]
        self.closed = _closed_before(claim)

    def pick(self, topics: Iterable[Topic], fits: Callable[[Mention], bool]) -> Mention | None:
        """The mention of some topics that a claim belongs to, or None."""
        wanted = set(topics)
        found = self.reachable([one for one in self.sentence if one.topic in wanted and fits(one)])
        text = self.claim.block.text
        if wanted <= _NAMED:
            listed = parallel(self.claim, found)
            if listed is not None:
                return listed
            found = [one for one in found if not compared_with(text, one)] or found
        inside = [one for one in found if self.claim.start <= one.start < self.claim.end]
        if inside:
            return inside[-1]
        before = [one for one in found if one.end <= self.claim.start]
        after = [one for one in found if one.start >= self.claim.end
                 and not _NEXT_LABEL.match(text, one.end)]
        tied = bool(after) and self._tied(after[0])
        if tied and not (before and label_of(text, before[-1], self.claim)):
            return after[0]
        if before:
            return before[-1]
        if after and not _APART.search(text, self.claim.end, after[0].start):
            return after[0]
        return None

    def _tied(self, mention: Mention) -> bool:
        """Whether a preposition, and names at most, stand between a claim and a mention."""
        start = self.claim.end
        gap = self.claim.block.text[start : mention.start]
        for one in self.here:
            if start <= one.start and one.end <= mention.start and one.topic in _NAMED:
                gap = gap[: one.start - start] + gap[one.end - start :].rjust(
                    len(gap) - one.start + start)
        return bool(_TIE.fullmatch(gap)) and ("\n" not in gap or bool(re.search(r"[a-z]", gap)))

    def beside(self, mention: Mention | None) -> bool:
        """Whether a mention is this claim's own: in its sentence or row, no number between.

        What a number has taken already (``82 tok/s on average and 135``), or stands right before
        the next one (``135 p99 404``), is this one's only where nothing else is said.
        """
        if mention is None or mention not in self.sentence:
            return False
        if self.claim.block.kind == "cell":
            return True
        if not self.claim.start - _WINDOW < mention.start < self.claim.end + _WINDOW:
            return False
        text = self._blanked()
        if mention.start >= self.claim.end:
            return not (_NUMBER_BETWEEN.search(text, self.claim.end, mention.start)
                        or _BEFORE_NUMBER.match(text, mention.end))
        if _NUMBER_BETWEEN.search(text, mention.end, self.claim.start):
            return False
        start, _ = self.claim.block.sentence(self.claim.start)
        of_another = mention.topic == "statistic" and _NUMBER_AND_WORDS.search(
            text, max(start, mention.start - _REACH), mention.start) and _NEXT_PART.match(
                text, mention.end, self.claim.start)
        behind = _BEHIND_NUMBER.search(text, max(start, mention.start - _REACH), mention.start)
        return not (of_another or behind
                    or (mention.topic == "key" and self._unknown(text, mention)))

    def _blanked(self) -> str:
        """The text with the names around the claim blanked; places stay the same."""
        if not self._without_names:
            low, high = self.claim.start - _WINDOW, self.claim.end + _WINDOW
            text = self.claim.block.text
            held = list(text[max(0, low) : high + _WINDOW])
            for one in self.here:
                for at in range(max(one.start, low, 0), min(one.end, high, len(text))):
                    held[at - max(0, low)] = " "
            self._without_names = " " * max(0, low) + "".join(held)
        return self._without_names

    def _unknown(self, text: str, key: Mention) -> bool:
        """Whether a word that says nothing known stands between a key and the claim."""
        return any(word.lower() not in _PLAIN_WORDS
                   for word in _WORDS.findall(text, key.end, self.claim.start))

    def carried(self) -> bool:
        """Whether a claim goes on a list: names and plain words between it and the number before.

        ``77 ms for q4_0, 1.3 s for q5_K_M and 1.9 s for q8_0``
        """
        text = self._blanked()
        start, _ = self.claim.block.sentence(self.claim.start)
        start = max(start, self.claim.start - _WINDOW)
        numbers = list(_NUMBER_BETWEEN.finditer(text, start, self.claim.start))
        if not numbers:
            return False
        gap = _UNIT_FIRST.sub("", text[numbers[-1].end() : self.claim.start], count=1)
        return all(word.lower() in _PLAIN_WORDS for word in _WORDS.findall(gap))

    def qualified(self, metric: Mention) -> bool:
        """Whether a word that is no mention stands before a metric: ``queue latency``."""
        if any(char in metric.text for char in " _-"):
            return False
        before = _WORD_BEFORE.search(
            self.claim.block.text, max(0, metric.start - _REACH), metric.start)
        return before is not None and before[1].lower() not in _PLAIN_WORDS and not any(
            one.start < before.end(1) and before.start(1) < one.end for one in self.here)

    def listed(self, topic: Topic) -> bool:
        """Whether the order of a list or pair says which mention of a topic is the claim's."""
        found = [one for one in self.sentence if one.topic == topic]
        return parallel(self.claim, found) is not None

    def named_behind(self) -> Mention | None:
        """The key in brackets right behind a claim: ``25 GB of memory (`memory_total`)``."""
        text, at = self.claim.block.text, self.claim.end
        return next((one for one in self.sentence if one.topic == "key"
                     and _IN_BRACKETS.fullmatch(text, at, one.start)), None)

    def reachable(self, found: list[Mention]) -> list[Mention]:
        """Leave out what stands in brackets that the claim is not in, where there is more."""
        outside = [one for one in found if not any(
            start < one.start < end for start, end in self.closed)]
        return outside or found

    def clause(self, topic: Topic) -> list[Mention]:
        """All mentions of a topic that belong to a claim: the run of them nearest to it."""
        found = [one for one in self.sentence if one.topic == topic]
        listed = parallel(self.claim, found)
        if listed is not None:
            return [listed]
        before = [one for one in found if one.end <= self.claim.start]
        after = [one for one in found if one.start >= self.claim.end]
        run: list[Mention] = []
        if after and (not before or _WITH.fullmatch(self.claim.block.text, self.claim.end,
                                                    after[0].start)):
            for one in after:
                if run and (one.start - run[-1].end > 24 or one.text in {old.text for old in run}):
                    break
                run.append(one)
            return run
        for one in reversed(before):
            if run and (run[-1].start - one.end > 24 or one.text in {other.text for other in run}):
                break
            run.append(one)
        return run[::-1]


def _unnamed(text: str, named: list[Mention], start: int) -> str:
    """A text with its names blanked, so that only numbers that say something are left."""
    for one in named:
        if one.start >= start:
            text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return text


def _closed_before(claim: Claim) -> list[tuple[int, int]]:
    """Spans of brackets and of clauses between commas that do not hold a claim."""
    return [match.span() for match in _ASIDE.finditer(claim.block.text)
            if not match.start() < claim.start < match.end()]


def label_of(text: str, mention: Mention, claim: Claim) -> bool:
    """Whether a mention is the label right before a claim: ``Avg: 7.5``, ``mean of 3.2``."""
    return bool(_LABEL.fullmatch(text, mention.end, claim.start))
