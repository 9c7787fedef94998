"""hyperfine, pytest-benchmark, google-benchmark, pyperf, conbench, asv: every field distinct."""

import json

import pytest

WALL = ("iteration_time", "wall")


def near(value):
    return pytest.approx(value)


def test_hyperfine_json(golden):
    result = {"command": "x", "mean": 0.5, "stddev": 0.02, "median": 0.49, "user": 0.11,
              "system": 0.0, "min": 0.4, "max": 0.6, "times": [0.41, 0.59], "exit_codes": [0, 0],
              "parameters": {"threads": "4"}}
    assert golden("hyperfine", a_DOT_json=json.dumps({"results": [result]})) == {
        "/results/0/mean": (*WALL, "mean", "s", 0.5),
        "/results/0/stddev": (*WALL, "std", "s", 0.02),
        "/results/0/median": (*WALL, "p50", "s", 0.49),
        "/results/0/user": ("cpu_time", "user", "mean", "s", 0.11),
        "/results/0/system": ("cpu_time", "system", "mean", "s", 0.0),
        "/results/0/min": (*WALL, "min", "s", 0.4),
        "/results/0/max": (*WALL, "max", "s", 0.6),
        "/results/0/times/0": (*WALL, "sample", "s", 0.41),
        "/results/0/times/1": (*WALL, "sample", "s", 0.59),
    }


def test_hyperfine_parameters_are_settings(measurements):
    result = {"command": "x", "mean": 0.5, "user": 0.11, "system": 0.12,
              "parameters": {"threads": "4"}}
    row = measurements("hyperfine", a_DOT_json=json.dumps({"results": [result]}))[0]
    assert json.loads(row["parameters"]) == {"threads": "4"} and row["run"] == "x"


def test_hyperfine_csv_is_seconds(golden):
    text = "command,mean,stddev,median,user,system,min,max\nx,0.5,0.02,0.49,0.11,0.12,0.4,0.6\n"
    found = golden("hyperfine", a_DOT_csv=text)
    assert {pointer.rpartition(" ")[2]: value for pointer, value in found.items()} == {
        "mean": (*WALL, "mean", "s", 0.5), "stddev": (*WALL, "std", "s", 0.02),
        "median": (*WALL, "p50", "s", 0.49), "user": ("cpu_time", "user", "mean", "s", 0.11),
        "system": ("cpu_time", "system", "mean", "s", 0.12), "min": (*WALL, "min", "s", 0.4),
        "max": (*WALL, "max", "s", 0.6)}


def test_hyperfine_markdown_takes_the_headers_unit(golden):
    text = ("| Command | Mean [ms] | Min [ms] | Max [ms] | Relative |\n|:---|---:|---:|---:|---:|\n"
            "| `a \\| b` | 11.9 ± 0.2 | 11.7 | 12.4 | 1.00 |\n")
    assert golden("hyperfine", a_DOT_md=text) == {
        "line 3, Mean": (*WALL, "mean", "s", near(0.0119)),
        "line 3, Mean ±": (*WALL, "std", "s", near(0.0002)),
        "line 3, Min": (*WALL, "min", "s", near(0.0117)),
        "line 3, Max": (*WALL, "max", "s", near(0.0124))}


def test_hyperfine_parameters_stand_behind_the_times_in_csv(measurements):
    text = ("command,mean,stddev,median,user,system,min,max,parameter_n\n"
            "x,0.5,0.02,0.49,0.11,0.12,0.4,0.6,4\n")
    rows = measurements("hyperfine", a_DOT_csv=text)
    assert {json.loads(row["parameters"])["n"] for row in rows} == {"4"}
    assert {row["key"]: row["role"] for row in rows}["parameter_n"] == "parameter"


def test_pytest_benchmark_csv_is_seconds(golden, measurements):
    text = ("name,param:n,param:kind,min,max,mean,stddev,median,iqr,outliers,ops,rounds,"
            "iterations\n"
            "a.py::f[4-x],4,x,0.1,0.9,0.5,0.05,0.51,0.06,5;4,2.125,7,3\n"
            "a.py::g,,,0.8,0.8,0.8,0,0.8,0,0;0,1.25,1,1\n")
    assert golden("pytest-benchmark", a_DOT_csv=text) == {
        **{f"row 1, column {name}": (*WALL, statistic, "s", value) for name, statistic, value in (
            ("min", "min", 0.1), ("max", "max", 0.9), ("mean", "mean", 0.5),
            ("stddev", "std", 0.05), ("median", "p50", 0.51))},
        "row 1, column ops": ("operation_rate", None, "mean", "op/s", 2.125),
        **{f"row 2, column {name}": (*WALL, statistic, "s", 0.8) for name, statistic in (
            ("min", "min"), ("max", "max"), ("mean", "mean"), ("median", "p50"))},
        "row 2, column ops": ("operation_rate", None, "mean", "op/s", 1.25)}
    rows = measurements("pytest-benchmark", a_DOT_csv=text)
    first = next(row for row in rows if row["metric"] is not None)
    assert (first["run"], first["n"]) == ("a.py::f[4-x]", 7)
    assert json.loads(first["parameters"]) == {"iterations": "3", "kind": "x", "n": "4"}


STATS = {"min": 0.1, "max": 0.9, "mean": 0.5, "stddev": 0.05, "rounds": 3, "median": 0.51,
         "iqr": 0.06, "q1": 0.31, "q3": 0.71, "iqr_outliers": 4, "stddev_outliers": 5,
         "outliers": "5;4", "ld15iqr": 0.11, "hd15iqr": 0.89, "ops": 2.125, "total": 1.5,
         "data": [0.2, 0.3], "iterations": 17}


def _pytest(stats):
    return json.dumps({"machine_info": {"cpu": {"brand_raw": "Z"}}, "commit_info": {"id": "i"},
                       "benchmarks": [{"fullname": "t.py::t", "stats": stats, "options": {}}],
                       "datetime": "2026-01-01T00:00:00", "version": "5.3.1"})


def test_pytest_benchmark(golden, measurements):
    place = "/benchmarks/0/stats/"
    assert golden("pytest-benchmark", a_DOT_json=_pytest(STATS)) == {
        place + "min": (*WALL, "min", "s", 0.1), place + "max": (*WALL, "max", "s", 0.9),
        place + "mean": (*WALL, "mean", "s", 0.5), place + "stddev": (*WALL, "std", "s", 0.05),
        place + "median": (*WALL, "p50", "s", 0.51), place + "q1": (*WALL, "p25", "s", 0.31),
        place + "q3": (*WALL, "p75", "s", 0.71), place + "total": (*WALL, "total", "s", 1.5),
        place + "ops": ("operation_rate", None, "mean", "op/s", 2.125),
        place + "stddev_outliers": ("outlier_count", None, "sample", "1", 5.0),
        place + "data/0": (*WALL, "sample", "s", 0.2),
        place + "data/1": (*WALL, "sample", "s", 0.3)}
    row = measurements("pytest-benchmark", a_DOT_json=_pytest(STATS))[0]
    assert (row["n"], row["run"]) == (3, "t.py::t")


def test_pytest_benchmark_one_round_has_no_deviation(golden):
    found = golden("pytest-benchmark", a_DOT_json=_pytest(STATS | {"rounds": 1, "stddev": 0}))
    assert "/benchmarks/0/stats/stddev" not in found


def test_google_benchmark_units_and_aggregates_are_a_rows_own(golden):
    rows = [
        {"name": "A", "run_type": "iteration", "iterations": 100, "real_time": 11, "cpu_time": 12,
         "time_unit": "ns"},
        {"name": "B", "run_type": "iteration", "iterations": 101, "real_time": 13, "cpu_time": 14,
         "time_unit": "ms"},
        {"name": "B_mean", "run_type": "aggregate", "aggregate_name": "mean", "iterations": 3,
         "real_time": 15, "cpu_time": 16, "time_unit": "us"},
        {"name": "B_stddev", "iterations": 3, "real_time": 17, "cpu_time": 18, "time_unit": "us"},
        {"name": "B_cv", "run_type": "aggregate", "aggregate_name": "cv", "iterations": 3,
         "aggregate_unit": "percentage", "real_time": 0.19, "cpu_time": 0.2, "time_unit": "us"},
        {"name": "B_BigO", "run_type": "aggregate", "aggregate_name": "BigO",
         "cpu_coefficient": 4.5, "real_coefficient": 6.5, "big_o": "N", "time_unit": "ns"}]
    context = {"date": "2026-01-01", "num_cpus": 4, "mhz_per_cpu": 4228}
    found = golden("google-benchmark",
                   a_DOT_json=json.dumps({"context": context, "benchmarks": rows}))
    cpu = ("cpu_time", "process")
    assert found == {
        "/benchmarks/0/real_time": (*WALL, "sample", "s", near(11e-9)),
        "/benchmarks/0/cpu_time": (*cpu, "sample", "s", near(12e-9)),
        "/benchmarks/1/real_time": (*WALL, "sample", "s", near(13e-3)),
        "/benchmarks/1/cpu_time": (*cpu, "sample", "s", near(14e-3)),
        "/benchmarks/2/real_time": (*WALL, "mean", "s", near(15e-6)),
        "/benchmarks/2/cpu_time": (*cpu, "mean", "s", near(16e-6)),
        "/benchmarks/3/real_time": (*WALL, "std", "s", near(17e-6)),
        "/benchmarks/3/cpu_time": (*cpu, "std", "s", near(18e-6))}


def _pyperf(unit):
    run = {"metadata": {"duration": 0.5, "mem_max_rss": 1234, "uptime": 9.5},
           "values": [1.25, 1.5], "warmups": [[8, 1.75]]}
    return json.dumps({"version": "1.0", "metadata": {"unit": unit, "name": "timeit"},
                       "benchmarks": [{"runs": [run]}]})


def test_pyperf_takes_the_unit_of_its_metadata(golden):
    run = "/benchmarks/0/runs/0/"
    memory = {run + "metadata/mem_max_rss": ("memory_used", None, "max", "byte", 1234.0)}
    assert golden("pyperf", a_DOT_json=_pyperf("second")) == memory | {
        run + "values/0": (*WALL, "sample", "s", 1.25),
        run + "values/1": (*WALL, "sample", "s", 1.5)}
    assert golden("pyperf", a_DOT_json=_pyperf("byte")) == memory | {
        run + "values/0": ("memory_used", None, "sample", "byte", 1.25),
        run + "values/1": ("memory_used", None, "sample", "byte", 1.5)}


def _conbench(unit):
    stats = {"data": [1.5, 2.5], "times": [3.5], "unit": unit, "time_unit": "s", "iterations": 2,
             "mean": 2.0, "median": 2.125, "min": 1.375, "max": 2.625, "stdev": 0.75, "q1": 1.625,
             "q3": 2.375, "iqr": 0.875, "z_score": None}
    result = {"run_id": "r", "tags": {"name": "file-read", "codec": "snappy"}, "stats": stats,
              "timestamp": "2020-11-25T21:02:42", "error": None}
    return json.dumps({"data": [result]})


def test_conbench_seconds_are_times_and_other_units_are_not(golden, measurements):
    stats = "/data/0/stats/"
    assert golden("conbench", a_DOT_json=_conbench("s")) == {
        stats + "data/0": (*WALL, "sample", "s", 1.5),
        stats + "data/1": (*WALL, "sample", "s", 2.5),
        stats + "mean": (*WALL, "mean", "s", 2.0), stats + "median": (*WALL, "p50", "s", 2.125),
        stats + "min": (*WALL, "min", "s", 1.375), stats + "max": (*WALL, "max", "s", 2.625),
        stats + "stdev": (*WALL, "std", "s", 0.75), stats + "q1": (*WALL, "p25", "s", 1.625),
        stats + "q3": (*WALL, "p75", "s", 2.375)}
    rows = measurements("conbench", a_DOT_json=_conbench("B/s"))
    assert {row["metric"] for row in rows} == {None}
    assert rows[0]["run"] == "file-read"
    assert json.loads(rows[0]["parameters"])["codec"] == "snappy"


RESULT = {"commit_hash": "c", "date": 1386688801000, "params": {"machine": "m"}, "python": "3",
          "requirements": {}, "version": 1,
          "results": {"s.time_a": 0.25, "s.mem_b": 728, "s.track_c": 5.5, "s.odd": 0.75}}
KINDS = {name: {"name": name, "param_names": [], "type": kind, "unit": unit}
         for name, kind, unit in (("s.time_a", "time", "seconds"), ("s.mem_b", "memory", "bytes"),
                                  ("s.track_c", "track", "unit"), ("s.odd", "time", "seconds"))}


def test_asv_takes_units_from_the_list_of_benchmarks(golden, measurements):
    files = {"results__m__r_DOT_json": json.dumps(RESULT),
             "results__benchmarks_DOT_json": json.dumps(KINDS)}
    assert golden("asv", **files) == {
        "/results/s.time_a": (*WALL, "sample", "s", 0.25),
        "/results/s.mem_b": ("memory_used", None, "sample", "byte", 728.0),
        "/results/s.odd": (*WALL, "sample", "s", 0.75)}
    rows = {row["pointer"]: row for row in measurements("asv", **files)}
    assert rows["/results/s.time_a"]["run"] == "s.time_a"
    assert rows["/results/s.track_c"]["metric"] is None


def test_asv_leaves_alone_what_its_name_and_the_list_contradict(golden):
    wrong = KINDS | {"s.mem_b": KINDS["s.mem_b"] | {"type": "time", "unit": "seconds"}}
    found = golden("asv", results__m__r_DOT_json=json.dumps(RESULT),
                   results__benchmarks_DOT_json=json.dumps(wrong))
    assert "/results/s.mem_b" not in found and "/results/s.time_a" in found


def test_asv_without_the_list_goes_by_asvs_own_naming(golden):
    assert set(golden("asv", r_DOT_json=json.dumps(RESULT))) == {
        "/results/s.time_a", "/results/s.mem_b"}


def test_asv_version_2_has_columns(golden):
    second = RESULT | {"version": 2, "result_columns": ["result", "params", "stats_q_25"],
                       "results": {"s.time_a": [[0.25, 0.5], [["'x'", "'y'"]], [0.125, 0.375]]}}
    assert golden("asv", r_DOT_json=json.dumps(second)) == {
        "/results/s.time_a/0/0": (*WALL, "sample", "s", 0.25),
        "/results/s.time_a/0/1": (*WALL, "sample", "s", 0.5)}


def test_google_benchmark_csv_has_a_unit_a_row_and_aggregates_among_rows(golden):
    text = ("name,iterations,real_time,cpu_time,time_unit,bytes_per_second,items_per_second,label,"
            "error_occurred,error_message\n"
            '"BM_a",1000,11.5,12.5,ns,,,,,\n"BM_b",20,13.5,14.5,ms,,,,,\n'
            '"BM_b_mean",3,15.5,16.5,ms,,,,,\n"BM_b_stddev",3,17.5,18.5,ms,,,,,\n'
            '"BM_b_cv",3,0.25,0.5,ms,,,,,\n')
    assert golden("google-benchmark", a_DOT_csv=text) == {
        f"row {row}, column {column}": (metric, definition, statistic, "s", pytest.approx(value))
        for row, statistic, values in ((1, "sample", (11.5e-9, 12.5e-9)),
                                       (2, "sample", (0.0135, 0.0145)),
                                       (3, "mean", (0.0155, 0.0165)),
                                       (4, "std", (0.0175, 0.0185)))
        for (column, metric, definition), value in zip(
            (("real_time", "iteration_time", "wall"), ("cpu_time", "cpu_time", "process")), values,
            strict=True)}
