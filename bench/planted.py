"""Planted defects: does every rule find what was planted, and is it silent on clean data?

    python bench/planted.py [--seeds N]

Five or more heaps for each rule hold one defect each; every one must be found. Clean heaps,
made anew from each seed, hold none; a rule may speak on at most two in a hundred of them. Both
figures are printed for every rule, and the exit code is 1 where one does not hold.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from baseline_collector import pipeline
from baseline_collector.config import Settings
from baseline_collector.dataset import MEASUREMENTS
from baseline_collector.ingest import ingest
from baseline_collector.journal import Journal
from baseline_collector.model import Analysis
from baseline_collector.rules.catalogue import RULES

Content = object
Heap = dict[str, Content]
Row = dict[str, object]
CASES = 5
WORST = 0.02

SETUP: Row = {"device": "GPU A", "engine": "ollama", "ollama_version": "0.12.0"}
ALWAYS_SPEAKS = frozenset({"sweep"})
"""Rules that describe every sweep; they alarm where they tell a difference."""


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def call(seed: int, at: int, **more: object) -> Row:
    """One warm call of a model, as a client of Ollama would write it."""
    rng = random(seed * 1_000 + at)
    tokens = int(rng.integers(80, 120))
    decode = tokens / (50 * (1 + 0.02 * rng.standard_normal()))
    ttft = 0.2 * (1 + 0.02 * rng.standard_normal())
    return {"model": "m:1b", "quantization": "q4_0", **SETUP, "request_rate": 0.5,
            "temperature": 0, "prompt": "hello", "ttft_s": ttft,
            "request_latency_s": ttft + decode, "eval_count": tokens, "eval_s": decode,
            "tokens_s": tokens / decode, "load_s": 0.05 * (1 + 0.05 * rng.standard_normal()),
            "prompt_eval_s": 0.02, "power_w": 60 + rng.standard_normal(),
            "temperature_c": 60 + int(rng.integers(0, 4)),
            "success": True, "timestamp": f"2026-01-05T10:{at // 60:02}:{at % 60:02}+00:00",
            } | more


def calls(seed: int, n: int = 30, **more: object) -> list[Row]:
    return [call(seed, at, **more) for at in range(n)]


def iterations(values: Sequence[float], **more: object) -> list[Row]:
    return [{"test": "step", **SETUP, "iteration_time_s": float(value), "warmup": 5} | more
            for value in values]


def noisy(seed: int, n: int, mean: float = 0.1, cv: float = 0.02) -> np.ndarray:
    return mean * (1 + cv * random(seed).standard_normal(n))


def backends(seed: int, **means: float) -> Row:
    return {"model": {"name": "net", "device": "cpu"}, "settings": {"runs": 20, "warmup_runs": 3},
            "backends": {name: {
                "backend": name, "compilation": {"compile_time_s": 0.0 if name == "eager" else
                                                 1.0 + seed},
                "benchmark": {"mean_time_ms": mean, "std_time_ms": mean * 0.03}}
                for name, mean in means.items()}}


def runs_and_summary(seed: int, *, wrong: bool, runs: int = 4, n: int = 400) -> Row:
    """Runs with their own quantiles, and a summary over all values or over the run means."""
    values = 10 * np.exp(0.2 * random(seed).standard_normal((runs, n)))
    means = values.mean(axis=1)
    over = means if wrong else values.ravel()
    return {"samples_per_run": n, **SETUP, "warmup": 3, "timing_stats": {
        "run_results": [{"mean_ms": one.mean(), "p50_ms": np.quantile(one, 0.5),
                         "p99_ms": np.quantile(one, 0.99)} for one in values],
        "latency_percentiles": {"p50": np.quantile(over, 0.5),
                                "p99": over.max() if wrong else np.quantile(over, 0.99)}}}


def summed_up(values: np.ndarray, places: int = 17, **wrong: float) -> Row:
    """Statistics of some iterations, as a tool writes them beside the values."""
    stated = {"mean_ms": values.mean(), "min_ms": values.min(), "max_ms": values.max(),
              "p50_ms": np.quantile(values, 0.5), "p90_ms": np.quantile(values, 0.9),
              "stdev_ms": values.std(ddof=1)} | wrong
    return {f"iteration_time_{name}": round(value, places) for name, value in stated.items()}


def samples_and_summary(seed: int, n: int) -> Heap:
    """Samples with a summary of which one number is another, in the forms that tools write."""
    values = noisy(seed, n, mean=10.0)
    rows: list[Row] = [{"test": "step", "iteration_time_ms": float(one)} for one in values]
    wrong: list[dict[str, float]] = [
        {"mean_ms": values.min()}, {"mean_ms": np.sort(values)[:-3].mean() * 0.99},
        {"p90_ms": values.max() * 1.2}, {"mean_ms": values.mean() * 1000},
        {"stdev_ms": values.std() * 3}, {"max_ms": np.sort(values)[-2] * 0.9}]
    summary = summed_up(values, **wrong[seed])
    forms: list[Heap] = [
        {"a.json": {"results": rows, "summary": summary}},
        {"a.json": {"test": "step", "iteration_time_ms": values.tolist(), **summary}},
        {"a.csv": rows, "a_summary.json": summary}]
    return forms[seed % 3]


def two_forms(seed: int, n: int) -> Heap:
    """Statistics of one run as JSON and as CSV, of which one is another number there."""
    values = noisy(seed, n, mean=10.0)
    run = {**summed_up(values), "mean_ttft_ms": float(values.mean() * 3.17),
           "p99_ttft_ms": float(values.max() * 4.03)}
    names = list(run)
    copied = {name: round(value, 4) for name, value in run.items()}
    copied[names[seed % len(names)]] *= 1.05 + seed / 100
    return {"a.json": {"test": "step", **run}, "a.csv": [{"test": "step", **copied}]}


def sensor(seed: int, n: int = 40, **more: Sequence[float]) -> Row:
    rng = random(seed)
    columns: dict[str, Sequence[float]] = {
        "temperature": (60 + rng.integers(0, 5, n)).tolist(),
        "power_draw": (60 + 3 * rng.standard_normal(n)).tolist(),
        "power_limit": [175.0 - at % 2 for at in range(n)],
        "utilization_gpu": (80 + 10 * rng.random(n)).tolist(),
        "clock_graphics": (2000 + 15 * rng.integers(0, 4, n)).tolist()} | more
    return {"samples": [{"gpu": [{key: values[at] for key, values in columns.items()}]}
                        for at in range(n)]}


def sweep(seed: int, factor: Callable[[int, float], float] = lambda gpu, temperature: 1.0,
          **more: object) -> list[Row]:
    """Two settings in all combinations, each repeated, in random order."""
    rng = random(seed)
    settings = [(gpu, temperature) for gpu in (20, 40, 60) for temperature in (0.2, 0.8)] * 5
    order = rng.permutation(len(settings))
    return [call(seed, at, num_gpu=settings[one][0], temperature=settings[one][1],
                 tokens_s=50 * factor(*settings[one]) * (1 + 0.02 * rng.standard_normal()),
                 request_latency_s=2.2 * (1 + 0.02 * rng.standard_normal()),
                 eval_s=None, eval_count=None, **more)
            for at, one in enumerate(order.tolist())]


def load_sweep(seed: int, *, saturated: bool) -> list[Row]:
    rows = []
    for load in (1, 2, 4, 8, 16):
        served = min(load, 4) if saturated else load
        latency = 1.0 * load / served
        for at in range(8):
            rng = random(seed * 100 + load * 10 + at)
            rows.append({"model": "m:1b", **SETUP, "concurrency": load, "request_rate": 0.5,
                         "temperature": 0, "warmup": 3,
                         "tokens_per_second": 50 * served * (1 + 0.02 * rng.normal()),
                         "request_latency_s": latency * (1 + 0.02 * rng.normal())})
    return rows


def variants(seed: int, lost: float) -> Row:
    rng = random(seed)
    return {name: {"accuracy": 0.8 - drop, "loss": 0.6, "model_size_bytes": size}
            for name, drop, size in (("baseline", 0.0, 4000 + int(rng.integers(9))),
                                     ("int8", lost, 1000), ("fp8", 0.0, 1200))}


def planted(rule: str, seed: int) -> Heap:  # noqa: PLR0912, PLR0915  # one branch a rule
    """A heap that holds the defect a rule looks for; each seed another."""
    rng = random(seed)
    n = 20 + 5 * seed
    if rule in ("failed-calls", "failure-cause"):
        return {"a.csv": calls(seed, n) + calls(seed, 3 + seed, success=False,
                                                error="connection refused", tokens_s=0)}
    if rule == "void-file":
        return {"a.csv": calls(seed, 4 + seed, success=False, error="connection refused")}
    if rule == "nothing-completed":
        return {"a.json": {"models": [{"model": f"m{at}", "prompt_count": 5, "completed": 0}
                                      for at in range(1 + seed)]}}
    if rule == "disguised-failure":
        return {"a.json": {"results": [
            {"model": "m", "success": True, "tokens": 7, "tokens_per_second": 1.0 + at,
             "response": "Error generating text: All connection attempts failed"}
            for at in range(2 + seed)]}}
    if rule == "words-for-tokens":
        words = ["the quick brown fox jumps over it", "a b c d e f g h i"]
        return {"a.json": {"results": [
            {"model": "m", "tokens": len(text.split()), "tokens_per_second": 10.0 + at,
             "response": text} for at in range(1 + seed) for text in words]}}
    if rule == "quantile-of-runs":
        return {"a.json": runs_and_summary(seed, wrong=True, runs=3 + seed)}
    if rule == "small-quantile":
        return {"a.json": {"runs": 10 + seed, "mean_latency_ms": 5.0, "p99_latency_ms": 7.0 + seed}}
    if rule == "mean-of-one":
        return ({"a.json": {"runs": 1, "model": "m", "mean_ttft_s": 0.2 + seed}} if seed % 2 else
                {"a.csv": [call(seed, at, num_ctx=at) for at in range(4)],
                 "s.csv": [{"model": "m:1b", "num_ctx": at, "temperature": 0, "request_rate": 0.5,
                            "mean_ttft_s": call(seed, at)["ttft_s"]} for at in range(4)]})
    if rule == "impossible-mean":
        mean = ["100.31", "55.44", "20.05", "9.49", "71.51", "12.34"][seed]
        return {"a.json": f'{{"runs": {7 + seed}, "model": "m", "mean_output_tokens": {mean}}}'}
    if rule == "parts-and-whole":
        return [
            {"a.json": {"results": [{"prompt_tokens": 10, "output_tokens": 90,
                                     "total_tokens": 120 + seed}]}},
            {"a.json": {"results": [{"prompt_count": 9, "completed": 5, "failed": 3}]}},
            {"a.json": {"time_breakdown": {"alpha_percent": 66.0, "beta_percent": 28.0,
                                           "gamma_percent": 29.0}}},
            {"a.json": {"total_latency_s": 12.0, "results": [{"latency_s": 1.0 + at}
                                                             for at in range(3)]}},
            {"a.json": {"results": [{"prompt_tokens": 1, "output_tokens": 9, "total_tokens": 9}]}},
            {"a.json": {"cost_shares": {"alpha_percent": 50.0, "beta_percent": 20.0}}},
        ][seed]
    if rule == "mean-of-rates":
        rates, tokens = rng.uniform(5, 90, 6), rng.integers(10, 500, 6)
        return {"a.json": {"model": "m", "avg_tokens_per_second": float(rates.mean()), "results": [
            {"tokens_per_second": rate, "eval_count": int(count), "eval_s": count / rate}
            for rate, count in zip(rates, tokens, strict=True)]}}
    if rule == "first-token-definition":
        return {"a.csv": [one | {"ttft_s": one["load_s"] + one["prompt_eval_s"]}
                          for one in calls(seed, n)]}
    if rule == "impossible-order":
        return {"a.csv": [one | ({"request_latency_s": one["ttft_s"] / 2} if at < 1 + seed else {})
                          for at, one in enumerate(calls(seed, n))]}
    if rule == "rate-with-prefill":
        return {"a.csv": [one | {"prompt_eval_s": 0.5,
                                 "tokens_s": one["eval_count"] / (one["eval_s"] + 0.5)}
                          for one in calls(seed, n)]}
    if rule == "closed-loop":
        return {"a.csv": calls(seed, n, request_rate=None)}
    if rule == "unit-conflict":
        if seed % 2:  # milliseconds under a name that says seconds
            return {"a.csv": [one | {"eval_s": 1e3 * float(str(one["eval_s"])),
                                     "request_latency_s": None} for one in calls(seed, n)]}
        return {"a.csv": [{"model": "m", "ttft_mb": 5.0 + at} for at in range(2 + seed)]}
    if rule == "cached-calls":
        return {"a.csv": [call(seed, at, phase="cached" if at % 2 else "warm",
                               ttft_s=0.01 if at % 2 else 0.2) for at in range(n)]}
    if rule == "models":
        return {"a.csv": calls(seed, n) + [one | {"model": "m:4b", "tokens_s": 20.0 + at % 3,
                                                  "eval_s": None, "eval_count": None}
                                           for at, one in enumerate(calls(seed, n))]}
    if rule == "cold-start":
        cold = call(seed, 0, load_s=2.0 + seed, ttft_s=2.5 + seed, request_latency_s=9.0)
        return {"a.csv": [cold, *calls(seed, n)]}
    if rule == "single-value":
        return {"a.csv": [call(seed, at, num_ctx=at) for at in range(1 + seed)]}
    if rule == "sweep":
        return {"a.csv": sweep(seed, lambda gpu, _: 1 + gpu / 50)}
    if rule == "first-run":
        return {"a.csv": iterations([0.1 * (5 + seed), *noisy(seed, n)])}
    if rule == "outlier":
        values = noisy(seed, n)
        values[5 + seed] *= 3
        return {"a.csv": iterations(values)}
    if rule == "summary-and-samples":
        return samples_and_summary(seed, n)
    if rule == "stated-differently":
        return two_forms(seed, n)
    if rule == "unstable":
        return {"a.csv": iterations(noisy(seed, n, cv=0.2 + 0.05 * seed).clip(0.01))}
    if rule == "not-steady":
        at = np.arange(60)
        return {"a.csv": iterations(noisy(seed, 60, cv=0.01) * (1 + (0.4 + 0.1 * seed)
                                                                * np.exp(-at / 15)))}
    if rule == "level-shift":
        values = noisy(seed, 40, cv=0.01)
        values[15 + seed:] *= 1.15 + 0.05 * seed
        return {"a.csv": iterations(values)}
    if rule == "sweep-factor":
        return {"a.csv": sweep(seed, (lambda gpu, _: 1 + gpu / 200) if seed % 2 else
                               (lambda _, temperature: 1 + temperature / 5))}
    if rule == "confounded":
        if seed % 2:
            return {"a.csv": [call(seed, at, num_gpu=at % 3, num_batch=10 + at % 3)
                              for at in range(n)]}
        return {"a.csv": [one | ({"load_s": 5.0 + at / 50, "ttft_s": 5.2 + at / 50,
                                  "request_latency_s": 9.0} if one["temperature"] == 0.2 else {})
                          for at, one in enumerate(sweep(seed)) if one["temperature"] == 0.8
                          or one["num_gpu"] == 20]}
    if rule == "pareto":
        return {"a.csv": [call(seed, at, num_batch=batch, tokens_s=30.0 + batch + at / 100,
                               ttft_s=0.1 + batch / 50 + at / 1e4, eval_s=None, eval_count=None,
                               request_latency_s=9.0)
                          for batch in (1, 8, 16 + seed) for at in range(5)]}
    if rule == "saturation":
        return {"a.csv": load_sweep(seed, saturated=True)}
    if rule == "compile-payback":
        return {"a.json": backends(seed, eager=10.0, jit=5.0 + seed / 2, tvm=12.0)}
    if rule == "quantization-trade":
        return {"a.json": variants(seed, 0.1 + seed / 20)}
    if rule == "constant-telemetry":
        return {"t.json": sensor(seed, fan_speed=[0.0] * 40)}
    if rule == "missing-telemetry":
        return {"a.csv": iterations(noisy(seed, n))}
    if rule == "missing-setup":
        return {"a.csv": [{"model": "m", "tokens_s": 5.0 + at} for at in range(n)]}
    if rule == "implausible-telemetry":
        bad: list[Mapping[str, Sequence[float]]] = [
            {"utilization_gpu": [150.0 + at for at in range(40)]},
            {"temperature": [300.0 + at for at in range(40)]},
            {"power_draw": [400.0 + at for at in range(40)]},
            {"clock_graphics": [-5.0 - at for at in range(40)]},
            {"utilization_gpu": [-3.0 - at for at in range(40)]},
            {"temperature": [-273.0 + at for at in range(40)]}]
        return {"t.json": sensor(seed, **bad[seed])}
    if rule == "throttling":
        heat = [60 + at for at in range(20)] + [84 + seed] * 20
        clock = [2000.0 + at % 3 for at in range(20)] + [1500.0 - 30 * seed + at % 3
                                                         for at in range(20)]
        return {"t.json": sensor(seed, temperature=heat, clock_graphics=clock)}
    if rule == "power-under-load":
        return {"t.json": sensor(seed)}
    if rule == "setup-drift":
        return {f"run{at}.json": {"model": "m", "environment": {"torch_version": f"2.{at}"},
                                  "runs": 9, "mean_ttft_s": 0.2 + at / 100}
                for at in range(2 + seed)}
    if rule == "hosts":
        return {"a.csv": calls(seed, n), "b.csv": calls(seed + 90, n, device=f"GPU B{seed}")}
    if rule == "clock":
        kinds: list[Heap] = [
            {"a.csv": [call(seed, at, timestamp=f"2026-01-05T10:00:{at:02}") for at in range(9)]},
            {"a.json": {"records": [{"timestamp": 1767607200 + at, "ttft_s": 0.2 + at / 100,
                                     "datetime": f"2026-01-05T05:00:{at:02}"}
                                    for at in range(9)]}},
            {"a.csv": [call(seed, at) for at in (0, 1, 2, 9, 4, 5, 6, 7)]},
            {"a.csv": [call(seed, at, timestamp=f"2099-01-05T10:00:{at:02}Z") for at in range(9)]},
            {"a.csv": [call(seed, at) for at in (0, 1, 30, 3, 4, 5, 6, 7)]},
            {"a.csv": [call(seed, at, timestamp=f"2026-03-01 08:00:{at:02}") for at in range(5)]}]
        return kinds[seed]
    if rule == "duplicate":
        return {"a.csv": calls(seed, n), "b.csv": calls(seed, n)}
    if rule == "twin":
        return {"a.csv": calls(seed, n), "a.json": {"results": calls(seed, n)}}
    if rule == "unread":
        return {"a.json": '{"a": 1' + "}" * seed + "]", "b.csv": calls(seed, n)}
    if rule == "quarantine":
        return {"a.csv": [call(seed, at, ttft_s=-1.0 - seed if at < 3 else 0.2)
                          for at in range(n)]}
    raise KeyError(rule)


def watched(seed: int, values: np.ndarray) -> list[Row]:
    """Iterations with a date and a hardware signal beside each."""
    return [one | {"power_w": 60 + random(seed + at).normal(), "model": "net",
                   "date": "2026-01-05T10:00:00Z"}
            for at, one in enumerate(iterations(values.tolist()))]


def clean(seed: int) -> Heap:
    """A heap with nothing wrong: complete setup, warm calls, whole quantiles, quiet sensors."""
    rng, timed = random(seed), noisy(seed + 2, 50, mean=10.0)
    return {
        "timed.json": {"test": "step", **SETUP, "warmup": 5, "model": "net", "power_w": 61.5,
                       "date": "2026-01-05T10:00:00Z", "iteration_time_ms": timed.tolist(),
                       **summed_up(timed)},
        "timed_summary.json": {"model": "net", **SETUP, "power_w": 61.5, "warmup": 5,
                               "date": "2026-01-05T10:00:00Z", **summed_up(timed, 4)},
        "calls.csv": calls(seed, 40),
        "normal.csv": watched(seed, noisy(seed + 1, 60, cv=rng.uniform(0.002, 0.04))),
        "lognormal.csv": watched(seed, 0.1 * np.exp(0.03 * rng.standard_normal(80))),
        "runs.json": runs_and_summary(seed, wrong=False) | {
            "model": "net", "date": "2026-01-05T10:00:00Z", "power_w": 61.5},
        "sweep.csv": sweep(seed),
        "telemetry.json": sensor(seed, utilization_gpu=(20 + 10 * rng.random(40)).tolist()),
        "tokens.json": {"model": "m:1b", **SETUP, "date": "2026-01-05T10:00:00Z", "power_w": 60.5,
                        "results": [{"prompt_tokens": 10, "output_tokens": 90 + at,
                                     "total_tokens": 100 + at} for at in range(3)]},
    }


def analysed(heap: Heap) -> Analysis:
    """Read and analyse a heap with the real pipeline."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path.cwd()
        root = Path(folder) / "reports"
        root.mkdir()
        for name, content in heap.items():
            (root / name).write_text(_text(content), "utf-8")
        os.chdir(folder)
        try:
            settings = Settings(roots=("reports",), out="out", llm="none", redact=False)
            found = pipeline.find(settings)
            collected = ingest(found, settings, Path(folder), Journal(str))
            table = pa.concat_tables([MEASUREMENTS.empty_table(), *collected.tables()])
            return pipeline.examine(collected, table.unify_dictionaries(), found)
        finally:
            os.chdir(here)


def _text(content: Content) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return json.dumps(content, default=float)
    out = io.StringIO()
    rows = list(content)  # type: ignore[call-overload]
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def figures(seeds: int) -> tuple[dict[str, int], dict[str, int]]:
    """How many of the planted defects each rule found, and how many clean heaps alarmed it."""
    hits = {rule.id: sum(any(one.rule == rule.id for one in analysed(planted(rule.id, at)).findings)
                         for at in range(CASES + 1)) for rule in RULES}
    alarms = dict.fromkeys(hits, 0)
    for seed in range(seeds):
        for rule in {one.rule for one in analysed(clean(seed)).findings
                     if one.rule not in ALWAYS_SPEAKS or one.gain}:
            alarms[rule] += 1
    return hits, alarms


def main() -> int:
    """Print both figures for every rule."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--seeds", type=int, default=100, help="clean heaps (default 100)")
    seeds = given.parse_args().seeds
    hits, alarms = figures(seeds)
    failed = [rule for rule in hits
              if hits[rule] < CASES + 1 or alarms[rule] > WORST * seeds]
    print(f"{'rule':24} {'planted':>8} {'found':>6} {'clean':>6} {'alarms':>7}")
    for rule, found in hits.items():
        mark = " <-- fails" if rule in failed else ""
        print(f"{rule:24} {CASES + 1:8} {found:6} {seeds:6} {alarms[rule]:7}{mark}")
    print(f"all: {sum(hits.values())} of {(CASES + 1) * len(hits)} planted defects found; "
          f"at most {max(alarms.values())} false alarms of a rule on {seeds} clean heaps")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
