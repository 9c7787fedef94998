"""Files that a person names: only plain ones are read, and none is ever half written."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from baseline_collector.plain_file import content, replace


def test_a_file_is_read_and_a_pipe_or_device_is_not(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("a")
    assert content(tmp_path / "link") == b"abc" and content(tmp_path / "a", 2) == b"ab"
    os.mkfifo(tmp_path / "pipe")
    for path, said in ((tmp_path / "pipe", "pipe"), (Path("/dev/zero"), "character device")):
        with pytest.raises(OSError, match=f"it is a {said}, not a file"):
            content(path)


def test_what_is_replaced_keeps_its_permissions_and_the_way_to_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    (tmp_path / "link").symlink_to("a")
    replace(tmp_path / "link", "new é\r\n")
    assert (tmp_path / "a").read_bytes() == "new é\r\n".encode()
    assert (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    replace(tmp_path / "b", "first")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "link"]


def test_a_terminal_or_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    replace(Path(os.devnull), "text")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    with pytest.raises(OSError, match="directory"):
        replace(tmp_path, "text")


FULL = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from baseline_collector.plain_file import replace
for name in ("old", "new"):
    try:
        replace(Path(name), "x" * 2000)
    except OSError as error:
        print(error.strerror)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on the size of files")
def test_a_full_disk_leaves_what_was_there_and_nothing_new(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("as it was")
    done = subprocess.run([sys.executable, "-c", FULL], cwd=tmp_path, capture_output=True,
                          text=True, check=True)
    assert done.stdout == "File too large\n" * 2
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old", "as it was")]
