"""Readers of other packages: found through their entry point, used when asked for."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from baseline_collector import pipeline
from baseline_collector.config import Settings
from baseline_collector.errors import UsageError
from baseline_collector.readers import catalogue
from baseline_collector.readers.generic_json import GenericJson


class Theirs(GenericJson):
    """A reader of another package."""

    name = "theirs"


def offer(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    reader = type("Other", (Theirs,), {"name": name})
    point = metadata.EntryPoint("other", "other:Other", catalogue.ENTRY_POINTS)
    monkeypatch.setattr(metadata.EntryPoint, "load", lambda self: reader)
    monkeypatch.setattr(metadata, "entry_points", lambda **wanted: [point])


@pytest.mark.parametrize(("asked", "reader"), [(True, "theirs"), (False, "generic-json")])
def test_used_when_asked_for(tmp_path: Path, monkeypatch, asked: bool, reader: str) -> None:
    offer(monkeypatch, "theirs")
    (tmp_path / "a.json").write_text('{"ttft_s": 1}')
    found = pipeline.take_inventory(Settings(roots=(str(tmp_path),), plugins=asked))
    assert [one.format for one in found.artifacts] == [reader]


def test_a_name_of_ours_is_refused(monkeypatch) -> None:
    offer(monkeypatch, "generic-csv")
    with pytest.raises(UsageError, match="two readers bear one name"):
        catalogue.plugins()
