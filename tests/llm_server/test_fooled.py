"""A model behind Ollama's protocol that does what every injection says: nothing comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ollama_server import OllamaServer
from tests.hostile.heap import INJECTIONS, dull
from tests.hostile.test_hostile_heaps import (
    collected,
    headings,
    links,
    narrative,
    numbers,
    obeyed,
)

pytestmark = pytest.mark.model


def test_a_fooled_model_behind_ollama(server: OllamaServer, tmp_path: Path) -> None:
    server.load()
    clean = collected(tmp_path / "clean", dull())
    for at, text in enumerate(INJECTIONS):
        server.scripted = lambda _, text=text: obeyed(text)
        report, markdown, page = collected(tmp_path / str(at), text, llm="ollama",
                                           llm_url=server.url, model=server.name)
        assert len(report.narrative.calls) == 6
        assert report.narrative.accepted == 0
        assert numbers(report) == numbers(clean[0])
        assert narrative(markdown) == narrative(clean[1])
        assert headings(markdown) == headings(clean[1])
        before, after = (part[: part.index('id="workflow"')] for part in (clean[2], page))
        assert links(after) == links(before), text
