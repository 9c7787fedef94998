"""The parent's side of the embedded model's process: start it, know when it is ready, end it."""

from __future__ import annotations

import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from baseline_collector.errors import ModelError
from baseline_collector.llm.address import checked
from baseline_collector.llm.reply import decimal, mapping
from baseline_collector.llm.wire import GoneError, TooLateError, Wire

START_TIMEOUT_S = 120.0
_SERVER = Path(__file__).with_name("embedded_server.py")


class Child:
    """The process that serves one model, started and ready once this is made.

    Args:
        setup: For ``embedded_server``: ``model``, ``name``, ``context_tokens``, ``threads``.
        path: The model file, for messages.
        timeout_s: Bound on start and loading, seconds.

    Attributes:
        wire: The way to its HTTP server.
        load_ms: How long the model took to load, milliseconds, by its own clock.

    Raises:
        ModelError: The model cannot be loaded, or not in time.
    """

    def __init__(self, setup: Mapping[str, object], path: Path, timeout_s: float) -> None:
        key = secrets.token_hex(16)
        self._path = path
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        # -P keeps the folder of the script and the current one, where artifacts may
        # lie, off the child's import path.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-P", str(_SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            # Ctrl-C is for the parent, which ends the child by its pipe.
            start_new_session=True,
        )
        try:
            hello = self._hello({**setup, "key": key}, timeout_s)
            address = checked(str(hello["url"]))
            self.wire = Wire(address, {"Authorization": f"Bearer {key}"})
            self.load_ms = decimal(hello.get("load_ms"))
            self._wait_for_health(time.perf_counter() + timeout_s)
        except BaseException:
            self.stop()
            raise

    def exit_code(self) -> int | None:
        """How the process ended, None while it runs.

        Waits a moment: a broken connection is seen before the end of the process is.
        """
        try:
            return self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            return None

    def last_words(self) -> str:
        """The last line of its log, for a message; empty without one."""
        if self._log.closed:
            return ""
        self._log.seek(0)
        lines = self._log.read()[-2000:].decode("utf-8", "replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f": {said[-1][:200]}" if said else ""

    def stop(self) -> None:
        """End the process and wait for its end."""
        _close(self._process.stdin)
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Only now: a thread may still be reading, and closing would wait for it.
        _close(self._process.stdout)
        self._log.close()

    def _hello(self, setup: Mapping[str, object], timeout_s: float) -> Mapping[str, object]:
        line = self._exchange(json.dumps(setup).encode() + b"\n", timeout_s)
        if line is None:
            raise ModelError(
                f"the embedded model was not ready within {timeout_s:.0f} s", where=self._path.name
            )
        hello = mapping(json.loads(line)) if line.strip() else {}
        if "url" in hello:
            return hello
        raise ModelError(
            "llama.cpp cannot load the model",
            where=str(self._path),
            found=str(hello.get("error") or f"exit code {self.exit_code()}{self.last_words()}"),
            remedy="fetch it again, or name another GGUF file",
        )

    def _exchange(self, line: bytes, timeout_s: float) -> bytes | None:
        """Send the set-up, read one line; None when it does not come in time.

        A thread reads, because pipes have no time-out that works on every system.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("pipes were asked for")
        heard: list[bytes] = []
        reader = threading.Thread(target=lambda: heard.append(stdout.readline()), daemon=True)
        reader.start()
        try:
            stdin.write(line)
            stdin.flush()
        except OSError:
            pass  # it died at once; the reader hears the end of stdout
        reader.join(max(0.0, timeout_s))
        if reader.is_alive():
            self._process.kill()
            reader.join()
            return None
        return heard[0] if heard else b""

    def _wait_for_health(self, deadline: float) -> None:
        while time.perf_counter() < deadline:
            try:
                status, _ = self.wire.get("/health", timeout_s=5.0)
            except (TooLateError, GoneError):
                status = 0
            if status == 200:
                return
            time.sleep(0.02)
        raise ModelError("the embedded model never became healthy", where=self._path.name)


def _close(pipe: IO[bytes] | None) -> None:
    """Close a pipe; that of a dead process cannot be flushed, and need not be."""
    if pipe is not None:
        with contextlib.suppress(OSError):
            pipe.close()
