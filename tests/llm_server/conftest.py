from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseline_collector.llm import embedded, weights

# The importlib mode of pytest puts no folder of tests on the path.
sys.path.insert(0, str(Path(__file__).parent))

from ollama_server import OllamaServer


@pytest.fixture(scope="module")
def ollama_server() -> Iterator[OllamaServer]:
    if not embedded.installed():
        pytest.skip("the extra `embedded` (xllamacpp) is not installed")
    server = OllamaServer(weights.fetch("smollm2-135m"))
    yield server
    server.stop()


@pytest.fixture
def server(ollama_server: OllamaServer) -> Iterator[OllamaServer]:
    ollama_server.fault, ollama_server.delay_s, ollama_server.fault_after = "", 0.0, 3
    ollama_server.scripted = None
    yield ollama_server
    ollama_server.fault, ollama_server.scripted = "", None
