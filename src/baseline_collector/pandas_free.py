"""Starting without pandas where it is installed and not needed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def no_pandas() -> Iterator[None]:
    """Let pyarrow find no pandas in this process, which is ours alone.

    Where pandas is installed, pyarrow imports it at the first array it makes, a quarter of a
    second for nothing: no command uses it. The Python API leaves pyarrow as it is.
    """
    if "pandas" in sys.modules:
        yield
        return
    blocker = _Blocker()
    sys.meta_path.insert(0, blocker)
    try:
        import pyarrow

        pyarrow.array([0])
        yield
    finally:
        sys.meta_path.remove(blocker)


class _Blocker:
    """An import finder that finds no pandas and leaves all else to the others."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise for pandas, pass for everything else."""
        if name == "pandas":
            raise ModuleNotFoundError(name)
