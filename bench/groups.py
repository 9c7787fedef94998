"""A million measurements in ten thousand groups: our facts and rules beside DuckDB's aggregates.

    python bench/groups.py [--runs N]

DuckDB takes count, mean, median, p95 and standard deviation of every group from the same Arrow
table in memory; `analyse` takes those, intervals and every rule. Its facts lie in columns, a
record with sentence, sources and query is made when it is asked for; the second row asks for all.
Both answers are compared number by number before anything is timed. The last row describes
100,000 groups of 30 values with `stats` alone.
"""

from __future__ import annotations

import argparse
import gc
import math
import statistics
import sys
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa

from baseline_collector.analyse.stage import analyse
from baseline_collector.dataset import MEASUREMENTS
from baseline_collector.model import Analysis, Artifact
from baseline_collector.stats.intervals import mean_intervals
from baseline_collector.stats.samples import group_by_starts, moments
from baseline_collector.stats.summary import summarise_groups

MODELS, DEVICES, SETTINGS, VALUES = 100, 10, 10, 100
BAR = 4.0
MOST_S = 10.0
SQL = """SELECT model, device, parameters, count(*) n, avg(value) mean, median(value) p50,
quantile_cont(value, 0.95) p95, stddev(value) std FROM heap GROUP BY model, device, parameters"""


def heap() -> pa.Table:
    """The measurements: latencies of every model on every device at every setting."""
    groups = MODELS * DEVICES * SETTINGS
    size = groups * VALUES
    group = np.repeat(np.arange(groups), VALUES)
    value = np.random.default_rng(1).lognormal(0, 0.3, size)
    number = pa.array(np.tile(np.arange(VALUES), groups)).cast(pa.string())

    def coded(codes: np.ndarray, names: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), names)

    def constant(name: str) -> pa.Array:
        return coded(np.zeros(size), [name])

    model, rest = np.divmod(group, DEVICES * SETTINGS)
    device, setting = np.divmod(rest, SETTINGS)
    path = pa.compute.binary_join_element_wise("results[", number, "].latency_s", "")
    pointer = pa.compute.binary_join_element_wise("/results/", number, "/latency_s", "")
    known = {
        "artifact": coded(group, [f"reports/run{at}.json" for at in range(groups)]),
        "sha256": constant("0"), "format": constant("generic-json"),
        "pointer": pointer, "path": path, "key": constant("results[].latency_s"),
        "record": pa.array(np.tile(np.arange(VALUES, dtype=np.int32), groups)),
        "raw": pa.array(value).cast(pa.string()), "value": pa.array(value),
        "unit": constant("s"), "metric": constant("request_latency"),
        "statistic": constant("sample"), "role": constant("measurement"),
        "model": coded(model, [f"model{at}" for at in range(MODELS)]),
        "device": coded(device, [f"device{at}" for at in range(DEVICES)]),
        "parameters": coded(setting, [f'{{"num_ctx":"{at}"}}' for at in range(SETTINGS)]),
        "status": constant("ok"), "counted": pa.array(np.ones(size, bool)),
    }
    columns = [known.get(field.name, pa.nulls(size, field.type)) for field in MEASUREMENTS]
    return pa.table([column.cast(field.type) for column, field
                     in zip(columns, MEASUREMENTS, strict=True)], schema=MEASUREMENTS)


def artifacts() -> list[Artifact]:
    """A file a group."""
    return [Artifact(f"reports/run{at}.json", "reports", "", "json", 1, 0, "0", "read")
            for at in range(MODELS * DEVICES * SETTINGS)]


def theirs(table: pa.Table) -> pa.Table:
    """DuckDB's aggregates of every group."""
    connection = duckdb.connect()
    connection.register("heap", table)
    return connection.sql(SQL).to_arrow_table()


def differences(ours: Analysis, table: pa.Table, found: pa.Table) -> int:
    """How many of DuckDB's numbers differ from ours by more than 1e-9, relative."""
    facts = {(fact.scope.get("model"), fact.scope.get("device"), fact.scope.get("configuration"),
              fact.statistic): fact for fact in ours.facts if fact.metric == "request_latency"}
    spread = moments(group_by_starts(table.column("value").to_numpy(),
                                     np.arange(0, table.num_rows, VALUES))).std
    wrong = 0
    for row in found.to_pylist():
        name = f"num_ctx={row['parameters'].split(':')[1].strip('}').strip(chr(34))}"
        label = row["model"], row["device"], name
        at = (int(row["model"][5:]) * DEVICES + int(row["device"][6:])) * SETTINGS
        pairs = [(row["std"], spread[at + int(name[8:])])]
        for statistic in ("mean", "p50", "p95"):
            fact = facts.get((*label, statistic))
            pairs.append((row[statistic], math.nan if fact is None else fact.value))
            wrong += fact is None or fact.n != row["n"]
        wrong += sum(not math.isclose(a, b, rel_tol=1e-9) for a, b in pairs)
    return wrong


def median_s(run: Callable[[], object], runs: int) -> float:
    """Median wall seconds of some runs."""
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def measure(runs: int) -> bool:
    """Compare, time and print; return whether both bars hold."""
    gc.set_threshold(200_000, 50, 1000)  # as the command does
    table, files = heap(), artifacts()
    wrong = differences(analyse(table, files), table, theirs(table))
    peer = median_s(lambda: theirs(table), runs)
    own = median_s(lambda: analyse(table, files), runs)
    told = median_s(lambda: list(analyse(table, files).facts), 1)
    print(f"\n{table.num_rows:,} measurements in {len(files):,} groups, medians of "
          f"{runs}; numbers that differ from DuckDB's: {wrong}")
    print(f"  {'every fact and rule':<46} {own:8.3f} s   {own / peer:6.2f} x DuckDB")
    print(f"  {'the same, every fact made a record':<46} {told:8.3f} s   "
          f"{told / peer:6.2f} x DuckDB")
    print(f"  {'DuckDB: count, mean, median, p95, stddev':<46} {peer:8.3f} s")
    holds = wrong == 0 and own <= BAR * peer
    print(f"  bar: at most {BAR:g} x DuckDB: {own / peer:.2f}, "
          f"{'holds' if holds else 'DOES NOT HOLD'}")
    groups = group_by_starts(np.random.default_rng(2).lognormal(0, 0.3, 3_000_000),
                             np.arange(0, 3_000_000, 30))
    alone = median_s(lambda: (summarise_groups(groups), mean_intervals(groups)), 1)
    quick = alone <= MOST_S
    print(f"  100,000 groups of 30 values, summaries and intervals: {alone:.2f} s, bar "
          f"{MOST_S:g} s, {'holds' if quick else 'DOES NOT HOLD'}")
    return holds and quick


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="counted rounds (default 3)")
    sys.exit(0 if measure(parser.parse_args().runs) else 1)
