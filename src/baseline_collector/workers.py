"""Worker processes: each reads and normalises shares of a heap and leaves the rows in files.

A worker is this module run by the same interpreter; tasks and answers are pickled through its
pipes, rows lie in Arrow files. It needs no import of the caller's main module, so it starts
alike on every system. It ends when its pipe is closed, however the caller ended; Ctrl-C is
the caller's to handle.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from baseline_collector.config import Settings
from baseline_collector.errors import WorkerError
from baseline_collector.model import Artifact
from baseline_collector.pandas_free import no_pandas
from baseline_collector.share import Share, take
from baseline_collector.spool import Spool

_FILE_BYTES = 4_000
"""What opening a file costs, in bytes that could be read instead."""

_WORTH_IT = 24_000_000
"""Such bytes for each worker below which its start costs more than it saves."""

_MOST = 8
_TURNS = 6
"""Shares for each worker, so that none waits long for the last."""


def take_all(artifacts: Sequence[Artifact], settings: Settings, aside: Path,
             progress: Callable[[str], None] = lambda text: None) -> list[Share]:
    """Read and normalise artifacts, in this process or in several.

    Args:
        artifacts: As discovered.
        settings: Limits, readers, masking; how many workers.
        aside: Folder for rows.
        progress: Told how far it is.

    Returns:
        Shares whose artifacts, one after the other, are those given.

    Raises:
        WorkerError: A worker ended.
        OSError: Rows cannot be written.
    """
    count = workers(artifacts, settings)
    if count < 2:
        return [take(artifacts, settings, aside / "rows.arrow")]
    shares = _cut(artifacts, count * _TURNS)
    with _Crew(min(count, len(shares)), settings) as crew:
        return crew.work([(share, str(aside / f"rows-{at}.arrow"))
                          for at, share in enumerate(shares)], progress)


def workers(artifacts: Sequence[Artifact], settings: Settings) -> int:
    """How many worker processes to use; below 2 none."""
    if settings.workers:
        return min(settings.workers, max(len(artifacts), 1))
    if getattr(sys, "frozen", False):
        return 1  # there is no interpreter to start
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, _MOST, sum(map(_cost, artifacts)) // _WORTH_IT)


def _cost(artifact: Artifact) -> int:
    return artifact.size + _FILE_BYTES


def _cut(artifacts: Sequence[Artifact], most: int) -> list[Sequence[Artifact]]:
    """Cut into shares of about the same cost, in order."""
    bound = sum(map(_cost, artifacts)) / most
    shares, first, cost = [], 0, 0
    for at, artifact in enumerate(artifacts, 1):
        cost += _cost(artifact)
        if cost >= bound or at == len(artifacts):
            shares.append(artifacts[first:at])
            first, cost = at, 0
    return shares


Task = tuple[Sequence[Artifact], str]
"""Artifacts of a share and the file for their rows."""


class _Crew:
    """Some workers, and a thread for each that waits for it."""

    def __init__(self, count: int, settings: Settings) -> None:
        self._pool = ThreadPoolExecutor(count)
        self._workers: list[_Worker] = []
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for _ in range(count):
            self._workers.append(_Worker(settings))
            self._idle.put(self._workers[-1])

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        for worker in self._workers:
            worker.end()
        self._pool.shutdown(cancel_futures=True)

    def work(self, tasks: Sequence[Task], progress: Callable[[str], None]) -> list[Share]:
        """Do all tasks; return what came of them in order."""
        pending = [self._pool.submit(self._one, task) for task in tasks]
        left: set[Future[Share]] = set(pending)
        while left:  # in short waits, or Ctrl-C is not heard on Windows
            done, left = wait(left, timeout=0.5, return_when=FIRST_EXCEPTION)
            for one in done:
                one.result()
            progress(f"{len(pending) - len(left)} of {len(pending)} shares are read")
        return [one.result() for one in pending]

    def _one(self, task: Task) -> Share:
        worker = self._idle.get()
        try:
            return worker.do(task)
        finally:
            self._idle.put(worker)


# A process group of its own: a worker does not hear Ctrl-C.
_GROUP = None if sys.platform == "win32" else 0
_FLAGS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class _Worker:
    """One worker process, from the caller's side."""

    def __init__(self, settings: Settings) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(  # noqa: S603  # this interpreter, our own words
            [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
            process_group=_GROUP, creationflags=_FLAGS)
        self._settings: Settings | None = settings

    def do(self, task: Task) -> Share:
        """Let it read one share.

        Raises:
            WorkerError: It ended.
            OSError: It could not write the rows.
        """
        try:
            assert self._process.stdin and self._process.stdout
            if self._settings is not None:
                pickle.dump(self._settings, self._process.stdin)
                self._settings = None
            pickle.dump(task, self._process.stdin)
            self._process.stdin.flush()
            answer = pickle.load(self._process.stdout)  # noqa: S301  # our own process wrote it
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise WorkerError(
                "a worker process ended before its share was read",
                found=f"exit code {self._process.wait(10)}",
                remedy="collect again with --workers 1; if it ends too, memory may be short") \
                from error
        if isinstance(answer, BaseException):
            raise answer
        artifacts, accounts, rows = answer
        return Share(artifacts, accounts, Spool.written(Path(task[1]), rows))

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not yet sent has nobody to go to
                    pipe.close()


def serve() -> None:
    """What a worker does: read tasks from its input until that ends."""
    gc.set_threshold(200_000, 50, 1000)
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a reader prints is no answer
    settings: Settings = pickle.load(tasks)  # noqa: S301  # the caller's own pipe
    with no_pandas(), contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            task: Task = pickle.load(tasks)  # noqa: S301  # the caller's own pipe
            pickle.dump(_answer(task, settings), answers)
            answers.flush()


def _answer(task: Task, settings: Settings) -> Any:
    try:
        share = take(task[0], settings, Path(task[1]))
        share.rows.close(to_file=True)
    except OSError as error:
        return error
    except Exception as error:  # a programmer's error is told where it can be seen
        return WorkerError(f"a worker process failed: {type(error).__name__}: {error}")
    return share.artifacts, share.accounts, share.rows.rows
