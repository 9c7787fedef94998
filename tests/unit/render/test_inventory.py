import json
from dataclasses import replace

import pytest

from baseline_collector.model import Artifact
from baseline_collector.render.inventory import inventory_json, inventory_markdown
from baseline_collector.report import Inventory, TypeSummary

from .hostile import HOSTILE
from .sample import sample


def words(text: str) -> int:
    return len(text.split())


def huge(name: str):
    report = sample(name)
    kinds = [f"{name} {place}" for place in range(60)]
    group = TypeSummary(10**6, 10**12, "2025-11-14T18:53:30+00:00", (name,) * 5, 10**6)
    artifacts = tuple(Artifact(f"{name}/{place}", name, "", "csv", 1, 0) for place in range(1200))
    inventory = Inventory(artifacts, dict.fromkeys(kinds, group), dict.fromkeys(kinds, group),
                          (), ())
    analysis = replace(report.analysis, findings=report.analysis.findings * 50)
    return replace(report, inventory=inventory, analysis=analysis)


@pytest.mark.parametrize("name", HOSTILE)
def test_under_250_words_whatever_the_heap(name):
    text = inventory_markdown(huge(name))
    assert words(text) < 250
    for heading in ("Directory coverage", "Files by type", "Gaps and missing telemetry",
                    "Metrics"):
        assert f"\n## {heading}\n- " in text


def test_small_heap_is_told_whole():
    text = inventory_markdown(sample())
    assert words(text) < 250
    assert "- `csv`: 7 files, 7.021 kB, latest modified 2025-11-14 18:53:30 UTC" in text
    assert "- All: 12 files, 116.3 kB, 9 read whole, 1 partly read, 1 unread, 1 duplicate" in text
    assert text.index("No file names the hardware") < text.index("The first call")
    assert "182.3 tok/s" in text
    assert "more in" not in text


def test_json_has_every_file():
    content = json.loads(inventory_json(huge("x")))
    assert content["schema"] == "baseline-collector/inventory/1"
    assert len(content["artifacts"]) == 1200
    assert content["facts"] and content["findings"]
