"""vLLM benchmarks: JSON of ``bench serve``, ``throughput`` and ``latency``; sweep summaries.

Specified in vLLM, vllm/benchmarks (versions 0.6 to 0.12); files carry no version of their own.
A sweep's ``summary.json`` is an array of runs and its ``summary.csv`` a row a run, with the
same keys. In the format of PyTorch's benchmark database every value is a
record of its own. ``request_rate`` may be the text ``inf``.
"""

from __future__ import annotations

from typing import Any

from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import first_row, put, records
from baseline_collector.readers.told import Told, ToolJson, has

_SERVE = ("duration", "completed", "total_input_tokens", "request_throughput", "output_throughput",
          "total_token_throughput", "mean_ttft_ms")
_THROUGHPUT = ("elapsed_time", "num_requests", "total_num_tokens", "requests_per_second",
               "tokens_per_second")
_LATENCY = ("avg_latency", "latencies", "percentiles")
_PYTORCH = "vLLM benchmark"
_NONE = "no request was completed"


class VllmBench(ToolJson):
    """One run, an array or lines of runs, or records of PyTorch's benchmark database."""

    name = "vllm-bench"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has the keys of one of the three benchmarks."""
        return has(record, *_SERVE) or has(record, *_THROUGHPUT) or has(record, *_LATENCY) or (
            has(record.get("benchmark"), "name") and record["benchmark"]["name"] == _PYTORCH)

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A run in which nothing was completed has zeros that measure nothing."""
        metric = value.get("metric")
        if isinstance(metric, dict) and has(metric, "name", "benchmark_values"):
            return Told(sense=str(metric["name"]))
        del key
        if str(value.get("completed")) != "0":
            return above
        return Told(withheld=_empty(value))


def _empty(record: dict[str, Any]) -> dict[str, str]:
    """Latencies, rates and their statistics of a run without a completed request."""
    return {name: _NONE for name in record
            if name.endswith(("_ms", "_throughput", "_goodput", "_goodput:"))}


class VllmSweep:
    """The CSV summary of a parameter sweep."""

    name = "vllm-bench"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header has the keys of a run."""
        return set(_SERVE) <= set(first_row(opened))

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell.

        Raises:
            ReadError: A field is longer than the limit.
        """
        for index, record in enumerate(records(opened)):
            withheld = _empty(record) if record.get("completed") in ("0", "0.0") else {}
            for name, text in record.items():
                put(leaves, join("[]", name or "index"), (index, None, None), text,
                    withheld=withheld.get(name, ""))
        return Outcome()
