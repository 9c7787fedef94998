"""What is published, and that nothing secret or personal is in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from baseline_collector import mask
from baseline_collector.dataset import Dataset
from baseline_collector.redact import Redactor
from baseline_collector.report import Inventory, TypeSummary

# Joined at run time, so that no scanner takes this file for a leak.
A = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1B"
HEX = "0123456789abcdef" * 2
KEYS = [
    "sk-" + "proj-" + A + A,
    "sk-" + "ant-api03-" + A + A,
    "sk-" + "or-v1-" + HEX + HEX,
    "ghp_" + A + "12345678",
    "github_" + "pat_11ABCDEFG0" + A + A,
    "glpat-" + A[:20],
    "hf_" + A + "abcdef",
    "xoxb-" + "123456789012-1234567890123-" + A,
    "xapp-" + "1-A012-" + A,
    "AKIA" + "IOSFODNN7EXAMPLE",
    "AIza" + "Sy" + A + "_-abc",
    "GOCSPX-" + A,
    "gsk_" + A + A,
    "sk_" + "live_" + A,
    "npm_" + A + "12345678",
    "pypi-" + "AgEIcHlwaS5vcmc" + A + A,
    "dckr_" + "pat_" + A,
    "nvapi-" + A + A,
    "lsv2_" + "pt_" + HEX + "_1234567890",
    "dapi" + HEX,
    "pplx-" + A + A,
    "r8_" + A + A[:12],
    "fw_" + A,
    "tvly-" + A,
    "pcsk_" + A + A,
    "xai-" + A + A,
    "SK" + HEX,
    "key-" + HEX,
    "NRAK-" + A.upper()[:27],
    "glsa_" + A + "_12345678",
    "shpat_" + HEX,
    "lin_" + "api_" + A + A,
]
NAMES = ["zaphod", "trillian", "marvin42"]
PUBLIC = [
    "report.md",
    "report.html",
    "report.json",
    "inventory.md",
    "inventory.json",
    "run.jsonl",
    "dataset/datapackage.json",
]


def planted(pile) -> None:
    """Thirty keys and three persons in every place that a heap can hold them."""
    key = iter(KEYS)
    error = f"401 for {next(key)} at https://user:{next(key)}@api.example.com/v1"
    pile.csv(
        "runs.csv",
        [
            {
                "model": f"m {next(key)}",
                "prompt": f"say {next(key)}",
                "device": f"gpu {next(key)}",
                "engine": f"vllm {next(key)}",
                "quantization": "q4",
                "ttft_s": 0.5,
                "tokens_s": 5.5,
                "error": "",
                "run": next(key),
            },
            {
                "model": r"C:\Users\zaphod\models\x.gguf",
                "prompt": "/home/trillian/p.txt",
                "device": "gpu",
                "engine": "vllm",
                "quantization": next(key),
                "ttft_s": 0.7,
                "tokens_s": 6.5,
                "error": error,
                "run": "1",
            },
        ],
    )
    pile.json(
        "setup.json",
        {
            "settings": {"api_key": next(key), "threads": 4, "cache_dir": "/home/marvin42/.cache"},
            "parameters": json.dumps({"token": next(key), "path": r"C:\Users\zaphod\x"}),
            "environment": {"HF_TOKEN": next(key), "python_version": f"3.11 {next(key)}"},
            "ttft_s": [0.1, 0.2, 0.3],
            "status": "failed",
            "command": f"run --hf-token {next(key)}",
        },
    )
    document: dict[str, object] = {"model": "m"}
    for at in range(3):  # keys of objects: they stand in pointers
        document[next(key)] = {"ttft_s": 0.1 + at, "tokens_s": 9.5 + at}
    document["cost"] = {next(key): {"power_w": 5}, "/home/trillian/x": {"power_w": 6}}
    pile.json("keys.json", document)
    pile.json("telemetry.json", {"samples": [{next(key): {"fan_speed": 0}} for _ in range(1)] * 4})
    # names of files and folders
    pile.csv(f"{next(key)}.csv", [{"ttft_s": at} for at in (1, 2, 3)])
    pile.csv(
        f"{next(key)}/runs.csv", [{"model": "x", "threads": at, "tokens_s": at} for at in (1, 2, 3)]
    )
    copied = next(key)
    pile.text(f"{copied}_a.csv", "ttft_s\n1\n").text(f"{copied}_b.csv", "ttft_s\n1\n")
    pile.text(f"{next(key)}.json", "{")
    pile.text(f"of_{next(key)}-final.csv", "model,ttft_s\nm,1\n")
    pile.json(
        "host.json", {"ttft_s": 3, "url": f"http://h/?k={next(key)}", "log": "/home/zaphod/x"}
    )
    # texts of files that cannot be read, and notes
    pile.text("broken.csv", f"==ERROR== token={next(key)} of /home/marvin42/x is not valid\n")
    pile.text(
        "note.md",
        f"---\nmodel: {next(key)}\n---\n# Run of {next(key)}\n\n"
        f"| model | ttft_s |\n|---|---|\n| {next(key)} | 0.5 |\n\n- key: {next(key)}\n",
    )
    answer = f"Error: All connection attempts failed for {next(key)}"
    pile.json(
        "answers.json",
        {"results": [{"success": True, "response": answer, "tokens": 5, "tokens_per_second": 3.5}]},
    )


def test_enough_is_planted(pile):
    planted(pile)
    text = "\n".join(
        str(path) + path.read_text() for path in pile.root.rglob("*") if path.is_file()
    )
    assert sum(key in text for key in KEYS) >= 30
    assert all(name in text for name in NAMES)


def found_in(out: Path) -> dict[str, list[str]]:
    return {
        name: [secret for secret in (*KEYS, *NAMES) if secret in text]
        for name in PUBLIC
        for text in [(out / name).read_text("utf-8")]
    }


def test_no_secret_is_published(pile):
    planted(pile)
    out = pile.collect()
    assert {name: hits for name, hits in found_in(out).items() if hits} == {}
    for table in ("facts", "findings"):
        text = json.dumps(Dataset(out).table(table).to_pylist(), default=str)
        assert not [secret for secret in (*KEYS, *NAMES) if secret in text]


def test_no_part_of_a_secret_is_published(pile):
    planted(pile)
    out = pile.collect()
    text = "\n".join((out / name).read_text("utf-8") for name in PUBLIC)
    assert not [key for key in KEYS if key[-12:] in text and key[-12:] not in HEX + HEX]


def test_queries_still_give_their_values(pile):
    planted(pile)
    dataset = Dataset(pile.collect())
    hashed = 0
    with dataset.connect() as connection:
        for fact in dataset.table("facts").to_pylist():
            if fact["sql"]:
                got = connection.execute(fact["sql"]).fetchall()[0][0]
                wanted = fact["text"] if fact["text"] is not None else pytest.approx(fact["value"])
                assert got == wanted, fact
                hashed += "md5(" in fact["sql"]
    assert hashed > 10


def test_a_root_that_is_a_secret(pile, tmp_path):
    secret = KEYS[3]
    (tmp_path / secret).mkdir()
    (tmp_path / secret / "a.csv").write_text("model,ttft_s\nm,1\n")
    out = pile.csv("b.csv", [{"ttft_s": 2}]).collect(roots=("reports", secret))
    assert found_in(out) == {name: [] for name in PUBLIC}


def test_two_roots_that_become_one_keep_their_counts():
    one = TypeSummary(2, 30, "2025-01-01T00:00:00Z", ("/home/zaphod/a", "/home/zaphod/b"), 0)
    other = TypeSummary(
        6, 10, "2026-01-01T00:00:00Z", tuple(f"/home/marvin42/{at}" for at in "abcde"), 1
    )
    inventory = Inventory((), {}, {"/home/zaphod": one, "/home/marvin42": other}, (), ())
    found = mask._Mask(Redactor().text).inventory(inventory).by_root
    assert list(found) == ["/home/[user]"]
    both = found["/home/[user]"]
    assert (both.count, both.bytes, both.latest_modified, len(both.first), both.more) == (
        8,
        40,
        "2026-01-01T00:00:00Z",
        5,
        3,
    )


def test_no_redact_turns_it_off(pile):
    planted(pile)
    out = pile.collect(redact=False)
    text = "\n".join((out / name).read_text("utf-8") for name in PUBLIC)
    shown = [key for key in KEYS if key in text]
    assert len(shown) >= 15 and "[secret:" not in text
    assert "[user]" not in text and any(name in text for name in NAMES)


def test_a_heap_without_secrets_is_published_alike_either_way(pile, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    pile.csv(
        "a.csv",
        [
            {
                "model": "gemma3:1b-it-qat",
                "threads": at,
                "tokens_s": 5.5 + at,
                "prompt": "Write a haiku",
                "error": "",
            }
            for at in range(4)
        ],
    )

    def steady(out: Path) -> str:
        text = (out / "report.json").read_text()
        return re.sub(r'"timing": \{[^}]*\}', "", text)

    assert steady(pile.collect(out="one")) == steady(pile.collect(out="two", redact=False))


def test_documents_and_tables_are_all_there(pile):
    out = pile.csv("a.csv", [{"model": "m", "ttft_s": 0.5}]).collect()
    assert sorted(path.name for path in out.iterdir()) == [
        "dataset",
        "inventory.json",
        "inventory.md",
        "protocols",
        "report.html",
        "report.json",
        "report.md",
        "run.jsonl",
    ]
    assert sorted(path.name for path in (out / "dataset").iterdir()) == [
        "artifacts.parquet",
        "datapackage.json",
        "facts.parquet",
        "findings.parquet",
        "gaps.parquet",
        "manifest.parquet",
        "measurements.parquet",
    ]
    report = json.loads((out / "report.json").read_text())
    facts = Dataset(out).table("facts").to_pylist()
    assert [one["id"] for one in report["facts"]] == [one["id"] for one in facts]
    for told, stored in zip(report["facts"], facts, strict=True):
        assert told["statement"] == stored["statement"]
        assert (told["value"] == stored["value"]) or told["value"] == stored["text"]


SECRET = KEYS[0]


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        (f"key = '{SECRET}'", "md5(key) = '"),
        (
            f"artifact IN ('a', '{SECRET}/b')",
            "md5(artifact) IN ('0cc175b9c0f1b6a831c399e269772661', '",
        ),
        (f"key = 'it''s {SECRET}' AND x = 'plain'", "AND x = 'plain'"),
    ],
)
def test_hashed(sql, wanted):
    found = mask.hashed(sql, Redactor().text)
    assert SECRET not in found and wanted in found


def test_a_query_without_secrets_stays_as_it_is():
    sql = "SELECT avg(value) FROM measurements WHERE artifact IN ('a, b', 'c') AND model = 'it''s'"
    assert mask.hashed(sql, Redactor().text) == sql
