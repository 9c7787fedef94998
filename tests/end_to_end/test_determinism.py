"""Two runs without a model give the same bytes, times of day and timings aside."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq

SECONDS = re.compile(r"\d+\.\d+ ?s\b|\"(?:ingest|analysis|report|total)_s\": ?[\d.e-]+"
                     r"|_s\":[\d.e-]+")


def test_same_bytes(heap: Path, baseline, tmp_path: Path) -> None:
    texts, tables = [], []
    for name in ("first", "second"):
        out = tmp_path / name
        done = baseline("collect", "--no-llm", "--out", str(out), cwd=heap,
                        env={"SOURCE_DATE_EPOCH": "1760000000", "PYTHONHASHSEED": name[0] == "f"
                             and "1" or "2"})
        assert done.returncode == 0, done.stderr
        texts.append({path.name: SECONDS.sub("~", path.read_text("utf-8"))
                      for path in sorted(out.glob("report.*"))})
        tables.append({path.name: pq.read_table(path) for path in
                       sorted((out / "dataset").glob("*.parquet"))})
    assert texts[0].keys() == {"report.md", "report.html", "report.json"}
    for name, text in texts[0].items():
        assert text == texts[1][name], name
    assert "2025-10-09" in texts[0]["report.md"]
    for name, table in tables[0].items():
        assert table.equals(tables[1][name]), name
