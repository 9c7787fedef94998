"""Tables put aside in order: in memory while they are few, then in a file.

What a stage makes in pieces waits here until what concerns all of them is known. The file is
an Arrow IPC stream compressed with LZ4; pieces may have dictionaries of their own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

IN_MEMORY = 32 * 1024 * 1024
"""Bytes of Arrow buffers that are held before a file is begun."""

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Spool:
    """Tables of one schema, added once and read as often as wanted.

    Attributes:
        rows: How many rows were added.
    """

    def __init__(self, path: Path, in_memory: int = IN_MEMORY) -> None:
        """Put aside in memory at first.

        Args:
            path: The file, where one is needed; made anew.
            in_memory: Bytes after which it is.
        """
        self.path = path
        self.rows = 0
        self._room = in_memory
        self._held: list[pa.Table] = []
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None
        self._spilled = False

    @classmethod
    def written(cls, path: Path, rows: int) -> Spool:
        """A spool that another process has filled and closed.

        Args:
            path: Its file.
            rows: How many rows lie there.
        """
        spool = cls(path)
        spool.rows, spool._spilled = rows, True
        return spool

    @property
    def spilled(self) -> bool:
        """Whether a file holds the tables."""
        return self._spilled

    def add(self, table: pa.Table) -> None:
        """Put a table aside.

        Raises:
            OSError: The file cannot be written.
        """
        self.rows += table.num_rows
        if not table.num_rows:
            return
        self._held.append(table)
        self._room -= table.nbytes
        if self._room < 0:
            self._spill()

    def close(self, to_file: bool = False) -> None:
        """End adding.

        Args:
            to_file: Whether everything must lie in the file, for another process to read.
        """
        if to_file or self._writer is not None:
            self._spill()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def tables(self) -> Iterator[pa.Table]:
        """Yield the tables in order; adding ends."""
        self.close()
        if not self._spilled:
            yield from self._held
        elif self.rows:
            with pa.OSFile(str(self.path)) as file, pa.ipc.open_stream(file) as reader:
                for batch in reader:
                    yield pa.Table.from_batches([batch])

    def remove(self) -> None:
        """Forget everything; the file goes."""
        with contextlib.suppress(pa.ArrowException, OSError):
            self.close()
        self._held = []
        if self._spilled:
            self.path.unlink(missing_ok=True)

    def _spill(self) -> None:
        held, self._held = self._held, []
        for table in held:
            if self._writer is None:
                self._writer = pa.ipc.new_stream(str(self.path), table.schema, options=_OPTIONS)
                self._spilled = True
            self._writer.write_table(table.combine_chunks())


def in_groups(tables: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Cut a stream of tables anew: exactly so many rows each, the last aside."""
    held: list[pa.Table] = []
    size = 0
    for table in tables:
        held.append(table)
        size += table.num_rows
        while size >= rows:
            whole = joined(held)
            yield whole.slice(0, rows)
            rest = whole.slice(rows)
            held, size = ([rest], rest.num_rows) if rest.num_rows else ([], 0)
    if size:
        yield joined(held)


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables of one schema as one, with one dictionary a column."""
    if len(tables) == 1:
        return tables[0]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
