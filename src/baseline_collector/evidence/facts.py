"""Facts in the order of entry, each made into a record only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, overload

from baseline_collector.model import Fact


class Columns(Protocol):
    """Facts that lie in arrays, keyed by group and statistic."""

    def __len__(self) -> int:
        """How many."""

    def make(self, at: int, id_: str) -> Fact:
        """The record of one of them, under its id."""

    def like(self, value: float, metric: str | None, statistic: str) -> list[int]:
        """Those that have this value, metric and statistic, in order."""


class Facts(Sequence[Fact]):
    """All facts; number 0 is ``F1``."""

    def __init__(self) -> None:
        self._known: list[Fact | Callable[[int], Fact]] = []
        self._columns: list[tuple[int, Columns]] = []

    def __len__(self) -> int:
        return len(self._known)

    @overload
    def __getitem__(self, at: int) -> Fact: ...
    @overload
    def __getitem__(self, at: slice) -> list[Fact]: ...
    def __getitem__(self, at: int | slice) -> Fact | list[Fact]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        known = self._known[at]
        if isinstance(known, Fact):
            return known
        made = self._known[at] = known(range(len(self))[at])
        return made

    def __iter__(self) -> Iterator[Fact]:
        return (self[at] for at in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def of(self, id_: str) -> Fact:
        """The fact of an id.

        Raises:
            KeyError: No fact has it.
        """
        if not self.has(id_):
            raise KeyError(id_)
        return self[int(id_[1:]) - 1]

    def has(self, id_: str) -> bool:
        """Whether a fact has this id."""
        number = id_[1:]
        return number.isdecimal() and 0 < int(number) <= len(self) and id_ == id_of(int(number) - 1)

    def add(self, make: Callable[[str], Fact]) -> str:
        """Enter one that is made under its id; return the id."""
        self._known.append(lambda at: make(id_of(at)))
        return id_of(len(self) - 1)

    def extend(self, columns: Columns) -> int:
        """Enter columns; return the number of their first fact."""
        first = len(self)
        self._columns.append((first, columns))
        self._known += [lambda at: columns.make(at - first, id_of(at))] * len(columns)
        return first

    def in_columns(self, value: float, metric: str | None, statistic: str) -> Iterator[Fact]:
        """The facts entered as columns that have this value, metric and statistic, in order."""
        return (self[first + at] for first, columns in self._columns
                for at in columns.like(value, metric, statistic))


def id_of(number: int) -> str:
    """Id of the fact that was entered after so many others."""
    return f"F{number + 1}"
