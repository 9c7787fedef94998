"""The command line: parse, call, print. Help stays instant: stages are imported where used.

Nothing but ``sys`` is imported before ``script`` runs: Ctrl-C is answered from there on.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # mypy takes it for typing's, which costs 20 ms

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import NoReturn

CLEAN, FAILED, INTERRUPTED = 0, 2, 130

MODULES = {
    "collect": "commands", "inventory": "commands", "query": "commands",
    "completion": "commands", "audit": "auditing", "compare": "comparing",
    "history": "comparing", "readers": "listings", "rules": "listings",
    "vocabulary": "listings", "models": "listings", "doctor": "listings",
}
"""Where each command lies; only its own module is imported, and help waits for none."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    from baseline_collector.errors import BaselineError
    from baseline_collector.faces.grammar import parser

    top = parser()
    given = top.parse_args(arguments)
    if given.version:
        from baseline_collector import __version__

        print(f"baseline {__version__}")
        return CLEAN
    if given.command is None:
        top.print_help()
        return CLEAN
    try:
        run = _run(given.run, getattr(given, "format", "text"))
        _raise_interrupts()
        code = run(given)
        sys.stdout.flush()
        return code  # noqa: TRY300  # a full disk behind stdout shows itself only at the flush
    except BaselineError as error:
        print(f"baseline: error [{error.code}]: {error.message()}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("baseline: interrupted; the output folder is as it was", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return CLEAN
    except OSError as error:
        print(f"baseline: error [output]: {error}", file=sys.stderr)
        _forget_stdout()
        return FAILED


def _forget_stdout() -> None:
    """What could not be written must not be tried again at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(name: str, form: str) -> Callable[[argparse.Namespace], int]:
    from importlib import import_module

    from baseline_collector.faces.printing import escaping
    from baseline_collector.pandas_free import no_pandas

    escaping(form)
    with no_pandas():
        module = import_module(f"baseline_collector.faces.{MODULES[name]}")
    run: Callable[[argparse.Namespace], int] = getattr(module, name)
    return run


def _leave(_signal: int, _frame: object) -> NoReturn:
    """End at once: nothing is begun, and code half imported is nothing to go back through."""
    import os

    os.write(2, b"baseline: interrupted; nothing was begun\n")
    os._exit(INTERRUPTED)


def _raise_interrupts() -> None:
    """From here on Ctrl-C raises KeyboardInterrupt, unless the caller has it do something else."""
    import signal

    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def script() -> NoReturn:
    """Entry point of the installed command."""
    try:
        import gc
        import signal

        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _leave)
    except KeyboardInterrupt:
        _leave(0, None)

    # A run makes some hundred thousand records that live to its end: looking through them
    # again and again for garbage costs a tenth of a short run and finds none.
    gc.set_threshold(200_000, 50, 1000)
    sys.exit(main())
