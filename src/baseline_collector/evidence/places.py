"""Where values stand, told only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from baseline_collector.evidence.arrays import Ints
from baseline_collector.model import Source

MOST_SOURCES = 200
"""Sources listed with a fact; its query gives them all."""


class Places(Sequence[Source]):
    """Sources of some rows, at most as many as a fact lists; looked up once, when needed."""

    def __init__(self, look_up: Callable[[Ints], tuple[Source, ...]], rows: Ints) -> None:
        self._look_up = look_up
        self._rows = rows[:MOST_SOURCES]
        self._known: tuple[Source, ...] | None = None

    def all(self) -> tuple[Source, ...]:
        """Look them up."""
        if self._known is None:
            self._known = self._look_up(self._rows)
        return self._known

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Source]:
        return iter(self.all())

    @overload
    def __getitem__(self, at: int) -> Source: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Source, ...]: ...
    def __getitem__(self, at: int | slice) -> Source | tuple[Source, ...]:
        return self.all()[at]

    def __add__(self, other: Sequence[Source]) -> list[Source]:
        return [*self.all(), *other]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self.all())
