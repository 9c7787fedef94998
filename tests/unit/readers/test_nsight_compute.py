"""Nsight Compute: a units row, a row a metric, log lines above the header."""

import pytest

RAW = """==PROF== Connected to process 1
"ID","Process ID","Process Name","Host Name","Kernel Name","CC","gpu__time_duration.sum","sm__x.avg"
"","","","","","","usecond","%"
"0","41","p","h","gemm","1","12.5","33.5"
"1","41","p","h","relu","1","1,250.5","34.5"
"""
DETAILS = """"ID","Process ID","Process Name","Host Name","Kernel Name",\
"Metric Name","Metric Unit","Metric Value"
"0","41","p","h","gemm","Duration","msecond","2.5"
"0","41","p","h","gemm","SM Frequency","cycle/nsecond","1.5"
"""


def test_raw_page_takes_the_units_row(golden, measurements):
    found = golden("nsight-compute", a_DOT_csv=RAW)
    duration = ("kernel_duration", None, "sample", "s")
    assert found == {
        "row 1, column gpu__time_duration.sum": (*duration, pytest.approx(12.5e-6)),
        "row 2, column gpu__time_duration.sum": (*duration, pytest.approx(1250.5e-6))}
    rows = {row["pointer"]: row for row in measurements("nsight-compute", a_DOT_csv=RAW)}
    assert rows["row 2, column gpu__time_duration.sum"]["run"] == "relu"
    assert rows["row 1, column sm__x.avg"]["unit"] == "%"


def test_details_page_has_a_metric_a_row(golden):
    assert golden("nsight-compute", a_DOT_csv=DETAILS) == {
        "row 1, column Metric Value":
            ("kernel_duration", None, "sample", "s", pytest.approx(0.0025))}
