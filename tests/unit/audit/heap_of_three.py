"""A tiny heap: three files, their measurements and their texts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa

from baseline_collector.dataset import MEASUREMENTS

RUNS = {
    "results": [
        {"tokens_s": 101.5, "load_s": 2.25},
        {"tokens_s": 104.25, "load_s": 0.125},
        {"tokens_s": 110.0, "load_s": 0.0625},
    ],
    "summary": {
        "latency_ms": {"p99": 15.5},
        "runs": [{"mean_ms": 15.25, "p99_ms": 15.75}, {"mean_ms": 15.5, "p99_ms": 16.0}],
    },
}
TEXTS = {
    "reports/alpha.json": json.dumps(RUNS),
    "reports/beta.csv": "model,tokens_s\nbeta:1b,50.5\nbeta:1b,60.25\nbeta:1b,1.0\n",
    "notes/readme.md": "# Notes\n",
}
CALLS = {"reports/alpha.json": (7, 2), "reports/beta.csv": (5, 4)}
"""Calls that a file tells the outcome of, and those that failed."""

DAYS = {"reports/alpha.json": 3, "reports/beta.csv": 5, "notes/readme.md": 4}


def row(
    artifact,
    key,
    path,
    pointer,
    raw,
    value,
    unit,
    metric,
    statistic="sample",
    model=None,
    status="ok",
    record=None,
):
    base = dict.fromkeys(MEASUREMENTS.names)
    return base | {
        "artifact": artifact,
        "sha256": "0" * 64,
        "format": "generic-" + artifact[-3:].strip("."),
        "pointer": pointer,
        "path": path,
        "key": key,
        "raw": raw,
        "value": value,
        "unit": unit,
        "metric": metric,
        "statistic": statistic,
        "role": "measurement",
        "model": model,
        "status": status,
        "counted": status == "ok",
        "record": record,
    }


def rows():
    for at, run in enumerate(RUNS["results"]):
        for name, unit, metric in (
            ("tokens_s", "tok/s", "output_throughput"),
            ("load_s", "s", "load_duration"),
        ):
            yield row(
                "reports/alpha.json",
                f"results[].{name}",
                f"results[{at}].{name}",
                f"/results/{at}/{name}",
                str(run[name]),
                run[name],
                unit,
                metric,
                model="alpha:8b",
                record=at,
            )
    yield row(
        "reports/alpha.json",
        "summary.latency_ms.p99",
        "summary.latency_ms.p99",
        "/summary/latency_ms/p99",
        "15.5",
        0.0155,
        "s",
        "request_latency",
        "p99",
    )
    for at, run in enumerate(RUNS["summary"]["runs"]):
        for name, statistic in (("mean_ms", "mean"), ("p99_ms", "p99")):
            yield row(
                "reports/alpha.json",
                f"summary.runs[].{name}",
                f"summary.runs[{at}].{name}",
                f"/summary/runs/{at}/{name}",
                str(run[name]),
                run[name] / 1000,
                "s",
                "request_latency",
                statistic,
                record=at,
            )
    for at, (raw, status) in enumerate((("50.5", "ok"), ("60.25", "ok"), ("1.0", "failed"))):
        yield row(
            "reports/beta.csv",
            "tokens_s",
            "tokens_s",
            f"row {at + 1}, column tokens_s",
            raw,
            float(raw),
            "tok/s",
            "output_throughput",
            model="beta:1b",
            status=status,
            record=at,
        )


class Tables:
    def table(self, name, columns=None):
        if name == "measurements":
            return pa.Table.from_pylist(list(rows()), schema=MEASUREMENTS)
        if name != "artifacts":
            raise KeyError(name)
        files = [
            {
                "artifact": name,
                "root": name.split("/")[0],
                "size": len(text),
                **dict(zip(("attempts", "failures"), CALLS.get(name, (None, None)), strict=True)),
                "kind": {"json": "json", ".csv": "csv", "e.md": "markdown"}[name[-4:]],
                "modified": datetime(2025, 11, DAYS[name], 12, tzinfo=UTC),
            }
            for name, text in TEXTS.items()
        ]
        return pa.Table.from_pylist(files)
