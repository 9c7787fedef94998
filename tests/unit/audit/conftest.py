from __future__ import annotations

import sys
from pathlib import Path

import pytest

from baseline_collector.audit import Index, open_index

# The importlib mode of pytest puts no folder of tests on the path.
sys.path.insert(0, str(Path(__file__).parent))

from heap_of_three import TEXTS, Tables


@pytest.fixture(scope="session")
def index() -> Index:
    return open_index(Tables(), TEXTS.get)
