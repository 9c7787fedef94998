"""Where a report says that its numbers are from, away from them: at its head, below a table.

``Data: `a.csv` and `b.csv` `` before the first section is about all of it, a sentence without
numbers that names files about the rest of its section, and ``Source of the table: `a.json` `` about
the table above. What a claim, its row or its bullet names itself goes before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise

from baseline_collector.audit.blocks import Block
from baseline_collector.audit.mentions import Mention

_SAYS = re.compile(r"\b(?:data|sources?|scope|based\s+on|inputs?|files?|analy[sz]ed|from)\b",
                   re.I)
_TABLE = re.compile(r"\b(?:table|rows?|columns?|figures\s+above|numbers\s+above)\b", re.I)
_NUMBER = re.compile(r"(?<![\w.:/-])\d+(?:\.\d+)?(?![\w:/-])")

Files = frozenset[str]


class Sources:
    """The files that the blocks of a report are about where they name none."""

    def __init__(self, blocks: Sequence[Block], mentions: Callable[[Block], Sequence[Mention]]
                 ) -> None:
        self._mentions = mentions
        self._blocks = blocks

    def of(self, block: Block) -> Files:
        """Files that a block is about by what stands away from it; empty where nothing says so."""
        if block.kind == "cell" and block.group in self._tables:
            return self._tables[block.group]
        for heading in (*block.headings, None):
            if heading in self._heads:
                return self._heads[heading]
        return frozenset()

    @cached_property
    def _tables(self) -> dict[int, Files]:
        """Tables with a source in the paragraph right behind them."""
        return {cell.group: files for cell, below in pairwise(self._blocks)
                if cell.kind == "cell" and below.kind == "paragraph"
                and cell.headings == below.headings
                and _TABLE.search(below.text[: below.sentence(0)[1]])
                and (files := self._named(below))}

    @cached_property
    def _heads(self) -> dict[Block | None, Files]:
        """Sections with files said before their first number; None for the whole report."""
        found: dict[Block | None, Files] = {}
        begun: set[Block] = set()
        sections = 0
        for block in self._blocks:
            sections += block.kind == "heading"
            if block.kind not in ("paragraph", "bullet"):
                continue
            heading = block.headings[0] if block.headings else None
            files = self._named(block) if _SAYS.search(block.text) else frozenset()
            head = sections <= 1
            if files and not self._counts(block) and (head or heading not in begun):
                place = None if head else heading
                found[place] = found.get(place, frozenset()) | files
            elif heading is not None and self._counts(block):
                begun.add(heading)
        return found

    def _named(self, block: Block) -> Files:
        names = [one.names for one in self._mentions(block) if one.topic == "file"]
        return frozenset().union(*names)

    def _counts(self, block: Block) -> bool:
        """Whether a block holds a number that is no part of a name."""
        text = block.text
        for one in self._mentions(block):
            if one.topic in ("file", "model"):
                text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
        return bool(_NUMBER.search(text))
