"""Benchmark files as their tools document them, and how they become sides of a comparison."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from baseline_collector import pipeline
from baseline_collector.compare import Side, compare, directed
from baseline_collector.config import Settings


def noisy(mean, n=30, cv=0.02, seed=1):
    """Times about a mean; seeded, so that a test that passes goes on passing."""
    return np.random.default_rng(seed).normal(mean, cv * mean, n).round(9).tolist()


def hyperfine(times, command="./work"):
    return {"results": [{"command": command, "mean": float(np.mean(times)),
                         "stddev": float(np.std(times, ddof=1)), "median": float(np.median(times)),
                         "user": 0.01, "system": 0.0, "min": min(times),
                         "max": max(times), "times": times,
                         "exit_codes": [0] * len(times)}]}


def google_benchmark(times, cpus=4, name="BM_Work"):
    runs = [{"name": name, "run_name": name, "run_type": "iteration",
             "repetitions": len(times), "repetition_index": at, "threads": 1, "iterations": 1000,
             "real_time": 1e9 * time, "cpu_time": 1e9 * time, "time_unit": "ns"}
            for at, time in enumerate(times)]
    return {"context": {"date": "2025-01-01T00:00:00", "num_cpus": cpus, "mhz_per_cpu": 3000,
                        "library_build_type": "release"}, "benchmarks": runs}


def pyperf(times, a_process=3, version="3.11.7"):
    runs = [{"metadata": {"date": "2025-01-01 00:00:00"}, "values": times[at:at + a_process],
             "warmups": [[1, times[at]]]} for at in range(0, len(times), a_process)]
    return {"version": "1.0", "benchmarks": [{"runs": runs}],
            "metadata": {"name": "work", "unit": "second", "loops": 8, "cpu_model_name": "EPYC",
                         "perf_version": "2.10.0", "python_version": version}}


def llama_bench(samples, model="llama 7B Q4_0", gpu="G"):
    return [{"build_commit": "abc", "build_number": 1, "cpu_info": "C", "gpu_info": gpu,
             "backends": "CUDA", "model_filename": "/m/x.gguf", "model_type": model,
             "model_size": 1, "model_n_params": 1, "n_batch": 2048, "n_ubatch": 512,
             "n_threads": 8, "type_k": "f16", "type_v": "f16", "n_gpu_layers": 99,
             "n_prompt": 0, "n_gen": 128, "n_depth": 0, "test_time": "2025-04-24T11:57:09Z",
             "avg_ns": 1, "stddev_ns": 1, "avg_ts": float(np.mean(samples)),
             "stddev_ts": float(np.std(samples, ddof=1)), "samples_ns": [],
             "samples_ts": samples}]


class Bench:
    """Writes files and compares them."""

    noisy = staticmethod(noisy)
    hyperfine = staticmethod(hyperfine)
    google_benchmark = staticmethod(google_benchmark)
    pyperf = staticmethod(pyperf)
    llama_bench = staticmethod(llama_bench)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, document: object) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    def side(self, name: str, document: object = None, metrics=None) -> Side:
        if document is not None:
            self.write(name, document)
        return pipeline.open_run(self.folder / name, Settings(), metrics or directed())

    def compare(self, base: object, other: object, across=(), limits=None):
        """The only candidate of a comparison of two documents."""
        return compare(self.side("base.json", base), [self.side("other.json", other)], limits,
                       across).candidates[0]

    @staticmethod
    def only(candidate, metric=None):
        found = [one for one in candidate.outcomes
                 if metric is None or one.pair.base.metric == metric]
        assert len(found) == 1, [one.pair.base for one in candidate.outcomes]
        return found[0]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
