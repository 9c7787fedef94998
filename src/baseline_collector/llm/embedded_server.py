"""The child process of the embedded model: llama.cpp's own HTTP server, for one parent.

Run as a script, it needs nothing of this package, so a parent finds it whatever its
``sys.path``. Protocol:

- stdin, first line: JSON ``{"model", "context_tokens", "threads", "key"}``; the key is a
  random word that every request must carry, and comes this way because a command line is
  public to the machine.
- stdout, one line: JSON ``{"url", "load_ms", "version"}`` once the model is loaded, or
  ``{"error"}``.
- stdin closed: exit. The pipe closes with the parent, however it ends, on every system.

llama.cpp's log goes to stderr.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from typing import Any, TextIO


def main() -> None:
    """Serve until stdin closes; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _private_stdout()
    setup = json.loads(sys.stdin.readline())
    # The watch begins before the model is loaded: a parent may die while it loads.
    watch = threading.Thread(target=_exit_with_parent, daemon=True)
    watch.start()
    started = time.perf_counter()
    try:
        server, version = _start(setup)
    except Exception as error:  # whatever it is, the parent must hear of it
        _say(answers, {"error": f"{type(error).__name__}: {error}"})
        os._exit(1)
    load_ms = (time.perf_counter() - started) * 1000
    _say(answers, {"url": server.listening_address, "load_ms": load_ms, "version": version})
    watch.join()


def _private_stdout() -> TextIO:
    """Keep stdout for the protocol; what native code prints there goes to stderr."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8")


def _start(setup: dict[str, Any]) -> tuple[Any, str]:
    # Imported here alone: 100 MB of native code that must not enter the parent.
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = setup["model"]
    alias = setup["name"]  # one name, or a collection of them in later versions
    params.model_alias = alias if isinstance(params.model_alias, str) else {alias}
    params.n_ctx = setup["context_tokens"]
    params.n_parallel = 1
    params.cpuparams.n_threads = setup["threads"]
    params.cpuparams_batch.n_threads = setup["threads"]
    params.api_keys = [setup["key"]]
    params.verbosity = 1
    params.endpoint_slots = False
    params.ui = False
    return xllamacpp.Server(params), str(xllamacpp.__version__)


def _say(answers: TextIO, record: dict[str, Any]) -> None:
    answers.write(json.dumps(record) + "\n")
    answers.flush()


def _exit_with_parent() -> None:
    while sys.stdin.read(4096):
        pass
    # Not sys.exit: llama.cpp's destructor can wait forever on a busy machine.
    os._exit(0)


if __name__ == "__main__":
    main()
