import json
from dataclasses import replace

from baseline_collector.model import Point, Source
from baseline_collector.render.json import report_json

from .sample import sample


def test_keys_are_those_of_the_contract():
    report = json.loads(report_json(sample()))
    assert list(report)[:9] == ["schema", "generated_at", "agent", "inventory", "timing", "llm",
                                "facts", "findings", "narrative"]
    assert report["schema"] == "baseline-collector/report/1"
    assert set(report["agent"]) == {"type", "model", "configuration", "persona"}
    assert {"files", "bytes", "by_type", "by_root", "unread", "duplicates"} <= set(
        report["inventory"])
    assert list(report["inventory"]["by_type"]) == ["csv", "json", "markdown", "jsonl"]
    assert set(report["inventory"]["by_type"]["csv"]) == {
        "count", "bytes", "latest_modified", "first", "more"}
    assert set(report["timing"]) == {"ingest_s", "analysis_s", "report_s", "total_s"}
    call = {"purpose", "model", "ttft_ms", "total_duration_ms", "load_duration_ms",
            "prompt_eval_ms", "prompt_tokens", "eval_duration_ms", "tokens_generated",
            "throughput_tok_s", "options"}
    assert set(report["llm"]["calls"][0]) == call
    assert call - {"purpose", "model", "options"} <= set(report["llm"])
    assert {"id", "statement", "metric", "statistic", "value", "unit", "n", "interval",
            "estimator", "scope", "sources", "sql"} <= set(report["facts"][0])
    assert {"id", "rule", "severity", "title", "facts", "recommendation"} <= set(
        report["findings"][0])
    assert {"writer", "sections", "accepted", "rejected"} <= set(report["narrative"])


def test_without_calls_llm_is_null():
    assert json.loads(report_json(sample(model=False)))["llm"] is None


def test_texts_are_finished_sentences():
    report = json.loads(report_json(sample()))
    assert report["facts"][1]["statement"] == "The figure of gemma3:latest is 94.13 ms."
    assert "{" not in report["findings"][0]["title"]


def test_refused_sentences_are_whole():
    report = json.loads(report_json(sample("a`b")))
    assert len(report["narrative"]["rejected"]) == 23
    assert report["narrative"]["rejected"][0]["text"] == "The speed of a`b is 40 tokens."


def test_no_nan():
    report = sample()
    chart = report.analysis.charts[0]
    bar = replace(chart.bars[0], points=(Point(float("nan"), Source("a", "b")),))
    analysis = replace(report.analysis, charts=(replace(chart, bars=(bar,)),))
    text = report_json(replace(report, analysis=analysis))
    assert "NaN" not in text
    assert json.loads(text)["charts"][0]["bars"][0]["points"][0]["value"] is None


def test_same_report_same_bytes_one_record_a_line():
    text = report_json(sample())
    assert text == report_json(sample())
    assert text.endswith("}\n")
    assert sum(line.startswith('    {"id": "F') for line in text.splitlines()) == 8
