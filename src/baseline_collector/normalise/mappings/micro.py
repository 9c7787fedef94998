"""Micro-benchmark tools: hyperfine, pytest-benchmark, google-benchmark, pyperf, conbench, asv.

Specified in hyperfine's README (exports are seconds; the Markdown names its unit), the
documentation of pytest-benchmark (``stats``), google-benchmark's user guide (a time unit a row,
aggregates among the rows), pyperf's documentation (a unit in the metadata), conbench's API and
asv's developer documentation (units in ``benchmarks.json``).
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.entry import (
    IDENTITY,
    REPETITIONS,
    REST_OF_NAME,
    Entry,
    Table,
    aside,
    context,
    measure,
    parameters,
    sensed,
    setup,
    spread,
)

_TIME = measure("iteration_time", "s", definition="wall")
_SIZE = measure("memory_used", "byte")

_HYPERFINE = {"mean": "mean", "stddev": "std", "median": "p50", "min": "min", "max": "max"}


def _hyperfine(parent: str) -> dict[str, Entry]:
    return {
        **spread(parent, _HYPERFINE, _TIME),
        f"{parent}.user": measure("cpu_time", "s", "mean", "user"),
        f"{parent}.system": measure("cpu_time", "s", "mean", "system"),
        f"{parent}.command": context("run"),
    }


HYPERFINE: Table = {
    **_hyperfine("results[]"),
    **_hyperfine("[]"),
    "results[].times[]": _TIME,
    "results[].exit_codes[]": IDENTITY,
    "results[].memory_usage_byte[]": measure("memory_used", "byte"),
    "results[].parameters.{parameter}": Entry("parameter", target="{parameter}",
                                               scope="results[]"),
    "[].parameter_*": Entry("parameter", target=REST_OF_NAME),
    **spread("[][]", {"Mean": "mean", "Mean ±": "std", "Min": "min", "Max": "max"}, _TIME),
    "[][].Command": context("run"),
    "[][].Relative": aside(),
    "[][].Relative ±": aside(),
}

_STATS = "benchmarks[].stats"


def _pytest(parent: str) -> dict[str, Entry]:
    return {
        **spread(parent, {"min": "min", "max": "max", "mean": "mean", "stddev": "std",
                          "median": "p50", "q1": "p25", "q3": "p75", "total": "total"}, _TIME),
        f"{parent}.ops": measure("operation_rate", "op/s", "mean"),
        f"{parent}.rounds": REPETITIONS,
        f"{parent}.iterations": Entry("parameter", target="iterations"),
        **{f"{parent}.{name}": aside("s") for name in ("iqr", "ld15iqr", "hd15iqr")},
        f"{parent}.iqr_outliers": aside("1"),
        f"{parent}.stddev_outliers": measure("outlier_count", "1"),
    }


PYTEST: Table = {
    **_pytest(_STATS),
    **_pytest("[]"),
    "[].name": context("run"),
    "[].param:*": Entry("parameter", target=REST_OF_NAME),
    f"{_STATS}.data[]": _TIME,
    "benchmarks[].fullname": context("run"),
    "benchmarks[].params.{parameter}": Entry("parameter", target="{parameter}",
                                             scope="benchmarks[]"),
    **parameters("benchmarks[].options", (
        "disable_gc", "timer", "min_rounds", "max_time", "min_time", "precision", "confidence",
        "warmup"), "benchmarks[]"),
    "datetime": context("started_at"),
    **setup("machine_info", ("node", "machine", "python_version", "python_implementation",
                             "release", "system", "processor"), ""),
    **setup("machine_info.cpu", ("brand_raw", "arch", "count", "bits"), ""),
    **{f"machine_info.cpu.{name}": IDENTITY for name in ("stepping", "model", "family")},
    **{f"machine_info.cpu.{name}[]": IDENTITY for name in (
        "hz_advertised", "hz_actual", "cpuinfo_version", "flags")},
    **{f"machine_info.cpu.{name}": IDENTITY for name in (
        "l1_data_cache_size", "l1_instruction_cache_size", "l2_cache_size", "l3_cache_size",
        "l2_cache_line_size", "l2_cache_associativity")},
    "commit_info.id": Entry("setup", target="commit", scope=""),
}

_ROW = "benchmarks[]"


def _google(statistic: str) -> dict[str, Entry]:
    """A row of google-benchmark: its two times, in the unit of its own ``time_unit``."""
    return {
        key: measure(metric, "", statistic, definition)
        for row in (_ROW, "[]")
        for key, metric, definition in ((f"{row}.real_time", "iteration_time", "wall"),
                                        (f"{row}.cpu_time", "cpu_time", "process"))
    }


GOOGLE: Table = {
    **sensed("iteration", _google("sample")),
    **sensed("mean", _google("mean")),
    **sensed("median", _google("p50")),
    **sensed("stddev", _google("std")),
    **sensed("min", _google("min")),
    **sensed("max", _google("max")),
    **{f"{row}.{name}": aside() for row in (_ROW, "[]") for name in (
        "real_time", "cpu_time", "cpu_coefficient", "real_coefficient", "rms", "items_per_second",
        "bytes_per_second", "max_bytes_used", "allocs_per_iter")},
    f"{_ROW}.iterations": REPETITIONS,
    "[].iterations": REPETITIONS,
    "[].name": context("run"),
    "[].label": Entry("parameter", target="label"),
    "[].error_message": Entry("outcome", target="error"),
    f"{_ROW}.repetitions": Entry("parameter", target="repetitions"),
    f"{_ROW}.threads": Entry("parameter", target="threads"),
    f"{_ROW}.repetition_index": IDENTITY,
    f"{_ROW}.family_index": IDENTITY,
    f"{_ROW}.per_family_instance_index": IDENTITY,
    f"{_ROW}.name": context("run"),
    f"{_ROW}.label": Entry("parameter", target="label"),
    "context.date": context("started_at", ""),
    **setup("context", ("host_name", "executable", "num_cpus", "mhz_per_cpu",
                        "cpu_scaling_enabled", "library_build_type", "library_version"), ""),
    "context.load_avg[]": IDENTITY,
    "context.caches[].level": IDENTITY,
    "context.caches[].size": IDENTITY,
    "context.caches[].num_sharing": IDENTITY,
}

_RUN = "benchmarks[].runs[]"
PYPERF: Table = {
    **sensed("second", {f"{_RUN}.values[]": _TIME}),
    **sensed("byte", {f"{_RUN}.values[]": _SIZE}),
    f"{_RUN}.values[]": aside(),
    f"{_RUN}.warmups[][0]": IDENTITY,
    f"{_RUN}.warmups[][1]": aside(),
    f"{_RUN}.metadata.duration": aside("s"),
    f"{_RUN}.metadata.mem_max_rss": measure("memory_used", "byte", "max"),
    f"{_RUN}.metadata.{{_fact}}": IDENTITY,
    f"{_RUN}.metadata.date": context("started_at", _RUN),
    "benchmarks[].metadata.name": context("run", "benchmarks[]"),
    "metadata.name": context("run", ""),
    **{f"{parent}metadata.{name}": Entry("setup", target=name, scope=scope)
       for parent, scope in (("", ""), ("benchmarks[].", "benchmarks[]"))
       for name in ("perf_version", "python_version", "python_implementation", "platform",
                    "cpu_model_name", "cpu_count", "hostname", "cpu_config", "cpu_freq", "timer")},
    **{f"{parent}metadata.{name}": Entry("parameter", target=name, scope=scope)
       for parent, scope in (("", ""), ("benchmarks[].", "benchmarks[]"))
       for name in ("loops", "inner_loops", "timeit_stmt")},
}


def _conbench(record: str) -> dict[str, Entry]:
    """A result: values in its unit; ``times`` repeats them, or is a second series, in seconds."""
    stats = f"{record}.stats"
    names = {"mean": "mean", "median": "p50", "min": "min", "max": "max", "stdev": "std",
             "q1": "p25", "q3": "p75"}
    return {
        **sensed("time", {**spread(stats, names, _TIME), f"{stats}.data[]": _TIME}),
        **{f"{stats}.{name}": aside() for name in (*names, "iqr", "z_score")},
        f"{stats}.data[]": aside(),
        f"{stats}.times[]": aside("s"),
        f"{stats}.iterations": REPETITIONS,
        f"{record}.tags.{{parameter}}": Entry("parameter", target="{parameter}", scope=record),
        f"{record}.tags.name": context("run", record),
        f"{record}.run_id": Entry("parameter", target="run_id"),
        f"{record}.timestamp": context("started_at"),
        f"{record}.error": Entry("outcome", target="error"),
    }


CONBENCH: Table = {**_conbench("data.data[]"), **_conbench("data[]"), **_conbench("[]"),
                   "status_code": IDENTITY}

_ASV_TYPES = {"time": _TIME, "memory": _SIZE, "peakmemory": measure("memory_used", "byte", "max")}
ASV: Table = {
    **{key: entry for kind, value in _ASV_TYPES.items() for template in (
        "results.{run}", "results.{run}[]", "results.{run}[][]", "results.{run}.result",
        "results.{run}.result[]") for key, entry in sensed(kind, {template: value}).items()},
    "results.{run}": aside(),
    "results.{run}[]": aside(),
    "results.{run}[][]": aside(),
    "results.{run}[][][]": aside(),
    "commit_hash": Entry("setup", target="commit"),
    "date": Entry("time", target="started_at"),
    **setup("params", ("arch", "cpu", "machine", "os", "python", "ram"), ""),
    "params.{parameter}": Entry("parameter", target="{parameter}", scope=""),
    "requirements.{parameter}": Entry("parameter", target="{parameter}", scope=""),
    "version": IDENTITY,
    "durations.{run}": aside("s"),
    "started_at.{run}": IDENTITY,
    "{run}.timeout": Entry("parameter", target="timeout"),
    "{run}.number": Entry("parameter", target="number"),
    "{run}.repeat": Entry("parameter", target="repeat"),
    "{run}.sample_time": Entry("parameter", target="sample_time"),
    "{run}.version": IDENTITY,
}
