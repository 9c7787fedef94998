"""lm-evaluation-harness and inspect_ai: scores by scorer, tokens by model, a zip within bounds."""

import io
import json
import zipfile

import pytest

from baseline_collector.errors import ReadError
from baseline_collector.model import Artifact
from baseline_collector.readers.base import Limits
from baseline_collector.readers.evaluations import InspectEval
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened

RESULTS = {
    "results": {"toy": {"alias": "toy", "sample_len": 40, "acc,none": 0.325,
                        "acc_stderr,none": 0.075, "acc_norm,none": 0.475,
                        "acc_norm_stderr,none": 0.079, "exact_match,strict-match": 0.5,
                        "word_perplexity,none": 12.5}},
    "configs": {"toy": {"num_fewshot": 5}}, "versions": {"toy": 1}, "n-shot": {"toy": 5},
    "config": {"model": "hf", "batch_size": 4}, "lm_eval_version": "0.4.13", "model_name": "m",
    "total_evaluation_time_seconds": "12.5"}


def test_lm_eval_results(golden, measurements):
    text = json.dumps(RESULTS)
    assert golden("lm-eval", a_DOT_json=text) == {
        "/results/toy/acc,none": ("accuracy", "acc", "mean", "1", 0.325),
        "/results/toy/acc_stderr,none": ("accuracy", "acc", "stderr", "1", 0.075),
        "/results/toy/acc_norm,none": ("accuracy", "acc_norm", "mean", "1", 0.475),
        "/results/toy/acc_norm_stderr,none": ("accuracy", "acc_norm", "stderr", "1", 0.079),
        "/results/toy/exact_match,strict-match": ("score", "exact_match", "mean", "1", 0.5),
        "/results/toy/word_perplexity,none":
            ("perplexity", "word_perplexity", "mean", "1", 12.5),
        "/total_evaluation_time_seconds": ("run_duration", None, "overall", "s", 12.5)}
    row = next(row for row in measurements("lm-eval", a_DOT_json=text)
               if row["pointer"] == "/results/toy/acc,none")
    assert (row["model"], row["run"], row["n"]) == ("m", "toy", 40)
    assert json.loads(row["parameters"])["batch_size"] == "4"
    assert json.loads(row["parameters"])["num_fewshot"] == "5"


def test_lm_eval_samples(golden):
    sample = {"doc_id": 7, "doc": {"a": 1}, "target": "1", "resps": [[["-0.25", "False"]]],
              "filtered_resps": [["-0.25", "False"]], "acc": 1.0, "acc_norm": 0.0}
    assert golden("lm-eval", a_DOT_jsonl=json.dumps(sample)) == {
        "/0/acc": ("accuracy", "acc", "sample", "1", 1.0),
        "/0/acc_norm": ("accuracy", "acc_norm", "sample", "1", 0.0)}


SAMPLE = {"id": 1, "epoch": 1, "output": {
              "model": "m", "usage": {"input_tokens": 64, "output_tokens": 2, "total_tokens": 67},
              "time": 0.5},
          "events": [{"output": {"usage": {"input_tokens": 64}}}], "total_time": 0.75}
HEADER = {"version": 2, "status": "success",
          "eval": {"task": "pop", "model": "openai/x", "dataset": {"name": "d", "samples": 100},
                   "config": {"epochs": 1}},
          "results": {"total_samples": 9, "completed_samples": 8, "scores": [
              {"name": "match", "metrics": {"accuracy": {"value": 0.625},
                                            "stderr": {"value": 0.125}}}]},
          "stats": {"model_usage": {"openai/x.1": {"input_tokens": 192, "output_tokens": 6,
                                                   "total_tokens": 198}}}}


def _wanted(head):
    return {
        f"{head}/results/total_samples": ("request_count", None, "total", "1", 9.0),
        f"{head}/results/completed_samples": ("success_count", None, "total", "1", 8.0),
        f"{head}/results/scores/0/metrics/accuracy/value":
            ("accuracy", "accuracy", "mean", "1", 0.625),
        f"{head}/results/scores/0/metrics/stderr/value": ("score", "stderr", "stderr", "1", 0.125),
        f"{head}/stats/model_usage/openai~1x.1/input_tokens":
            ("prompt_tokens", None, "total", "tok", 192.0),
        f"{head}/stats/model_usage/openai~1x.1/output_tokens":
            ("output_tokens", None, "total", "tok", 6.0),
        f"{head}/stats/model_usage/openai~1x.1/total_tokens":
            ("total_tokens", None, "total", "tok", 198.0),
        "/samples/0/output/usage/input_tokens": ("prompt_tokens", None, "sample", "tok", 64.0),
        "/samples/0/output/usage/output_tokens": ("output_tokens", None, "sample", "tok", 2.0),
        "/samples/0/output/usage/total_tokens": ("total_tokens", None, "sample", "tok", 67.0),
        "/samples/0/output/time": ("request_latency", "client", "sample", "s", 0.5),
        "/samples/0/total_time": ("iteration_time", "wall", "sample", "s", 0.75)}


def _zip(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_inspect_log_as_json(golden, measurements):
    text = json.dumps(HEADER | {"samples": [SAMPLE]})
    assert golden("inspect_ai", a_DOT_json=text) == _wanted("")
    rows = {row["pointer"]: row for row in measurements("inspect_ai", a_DOT_json=text)}
    usage = rows["/stats/model_usage/openai~1x.1/input_tokens"]
    assert (usage["model"], usage["run"]) == ("openai/x.1", "pop")
    assert rows["/samples/0/output/time"]["model"] == "openai/x"


def test_inspect_log_as_zip(golden):
    data = _zip({"_journal/start.json": "{}", "samples/1_epoch_1.json": json.dumps(SAMPLE),
                 "header.json": json.dumps(HEADER)})
    assert golden("inspect_ai", a_DOT_eval=data) == _wanted("/header")


def _opened(tmp_path, data, limits):
    path = tmp_path / "a.eval"
    path.write_bytes(data)
    return Opened(Artifact("a.eval", ".", str(path), "eval", len(data), 0), limits)


def test_a_zip_bomb_and_a_broken_zip_are_refused(tmp_path):
    limits = Limits(document_bytes=100_000)
    bomb = _zip({"header.json": json.dumps(HEADER), "samples/1.json": " " * 10_000_000})
    for data in (bomb, bomb[:-30], _zip({"header.json": "{"}), _zip({"a header.json": "{}"})):
        opened = _opened(tmp_path, data, limits)
        assert InspectEval().claims(opened)
        with pytest.raises(ReadError):
            InspectEval().read(opened, Leaves(limits))
