"""The gate: our own report passes, and one changed number keeps it from being published."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from baseline_collector import against, pipeline, publish
from baseline_collector.audit import audit, open_index
from baseline_collector.audit.gate import objections
from baseline_collector.config import Settings
from baseline_collector.dataset import Dataset
from baseline_collector.errors import RefusedError
from baseline_collector.rules.catalogue import RULES

HEAP = Path(__file__).resolve().parents[3] / "examples" / "artifacts"


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    out = tmp_path_factory.mktemp("gate") / "out"
    settings = Settings(roots=(str(HEAP / "reports" / "gemma3"),), out=str(out), llm="none")
    pipeline.collect(settings)
    return settings, out


def _objections(out: Path, text: str, page: str = "") -> list[str]:
    index = open_index(Dataset(out), against.raw_text(out), run=against.run_record(out))
    return objections(text, page, index, "report.md")[1]


def test_our_own_report_passes(collected):
    _, out = collected
    assert _objections(out, *((out / name).read_text("utf-8")
                              for name in ("report.md", "report.html"))) == []


def test_a_list_of_many_files_of_any_type_passes(tmp_path):
    heap = tmp_path / "heap"
    heap.mkdir()
    (heap / "a.csv").write_text("model,ttft_s\nm,0.5\nm,0.25\n", "utf-8")
    for ending in ("txt", "log", "md", "json"):
        for at in range(7):
            (heap / f"{at}.{ending}").write_text(f'{{"note": "{at}{ending}"}}\n', "utf-8")
    pipeline.collect(Settings(roots=(str(heap),), out=str(tmp_path / "out"), llm="none"))
    text = (tmp_path / "out" / "report.md").read_text("utf-8")
    assert text.count("... and 2 more") == 2 and "... and 9 more" in text


def test_an_index_remembers_nothing_of_texts_it_judged_before(collected):
    _, out = collected
    index = open_index(Dataset(out), against.raw_text(out), run=against.run_record(out))
    whole = (out / "report.md").read_text("utf-8").splitlines(keepends=True)
    text = "".join(whole[:len(whole) // 4])
    changed = text.replace("1", "7")
    for _ in range(3):
        verdicts = {one.verdict for one in audit(text, index).claims if one.claim.kind != "unit"}
        assert verdicts <= {"supported", "source_defect"}
        audit(changed, index)


def test_every_changed_number_of_a_table_is_refused(collected):
    _, out = collected
    lines = (out / "report.md").read_text("utf-8").split("\n")
    rows = [at for at, line in enumerate(lines) if line.startswith("| ") and " tok/s" in line]
    assert rows
    for at in rows[:2]:
        changed = re.sub(r"(\d)( tok/s)", lambda m: f"{(int(m[1]) + 3) % 10}{m[2]}", lines[at],
                         count=1)
        text = "\n".join([*lines[:at], changed, *lines[at + 1:]])
        assert any(found.startswith(f"line {at + 1}:") for found in _objections(out, text)), changed


def test_a_number_of_the_page_is_held_against_its_fact(collected):
    _, out = collected
    text = (out / "report.md").read_text("utf-8")
    page = (out / "report.html").read_text("utf-8")
    changed = re.sub(r'(class="n">\d+)(\.\d+ tok/s)', r"\g<1>7\2", page, count=1)
    assert changed != page
    assert any(found.startswith("page:") for found in _objections(out, text, changed))


def test_a_report_with_other_thresholds_passes_and_says_them(tmp_path):
    wanted = {f"{rule.id}.{one.name}": one.value * 3 for rule in RULES for one in rule.thresholds}
    settings = Settings(roots=(str(HEAP / "reports" / "gemma3"),), out=str(tmp_path / "out"),
                        llm="none", rules=tuple(f"{name}={to!r}" for name, to in wanted.items()))
    pipeline.collect(settings)
    text = (tmp_path / "out" / "report.md").read_text("utf-8")
    assert all(f"`{name}` `{to:g}` instead of" in text for name, to in wanted.items())
    wrong = text.replace("`unstable.cv` `0.3`", "`unstable.cv` `0.4`")
    (refused,) = _objections(tmp_path / "out", wrong)
    assert "0.4" in refused


BY_RULES = ("distinct settings",
            "configurations that no other beats in both, each by its first rate",
            "files with three latencies or a quantile, and no request rate")


@pytest.mark.parametrize("estimator", ["arithmetic mean", *BY_RULES])
def test_a_fact_that_its_measurements_do_not_bear_out_is_refused(collected, estimator):
    _, out = collected
    facts = pq.read_table(out / "dataset" / "facts.parquet")
    values = facts.column("value").to_pylist()
    at = facts.column("estimator").to_pylist().index(estimator)
    values[at] += 1
    spoilt = facts.set_column(facts.schema.get_field_index("value"), "value",
                              pa.array(values, pa.float64()))

    class Spoilt(Dataset):
        def table(self, name, columns=None):
            return spoilt if name == "facts" else super().table(name, columns)

    index = open_index(Spoilt(out), against.raw_text(out))
    proof = index.known.proofs.of(facts.column("id")[at].as_py())
    assert "the fact says" in proof.why


def test_a_refused_report_stays_a_draft_and_the_old_one_stays(collected, monkeypatch):
    settings, out = collected
    before = (out / "report.md").read_bytes()
    write = publish.report_markdown
    monkeypatch.setattr(publish, "report_markdown", lambda report: re.sub(
        r"(?m)^(- Files analyzed: )\d+$", r"\g<1>77", write(report)))
    with pytest.raises(RefusedError) as refused:
        pipeline.collect(settings)
    assert "not published" in str(refused.value)
    assert (out / "report.md").read_bytes() == before
    draft = out / publish.REFUSED
    assert "Files analyzed: 77" in (draft / "report.md").read_text("utf-8")
    assert "'77'" in (draft / "reasons.txt").read_text("utf-8")
    monkeypatch.undo()
    pipeline.collect(settings)
    assert not draft.exists()
