"""The log of a run."""

from __future__ import annotations

import json

from baseline_collector.journal import Journal


def test_one_event_a_line_in_order_with_times():
    journal = Journal(str)
    journal.event("a", n=1)
    journal.event("b", text="x\ny", seconds=0.5, nothing=None)
    lines = [json.loads(line) for line in journal.text().splitlines()]
    assert [line["event"] for line in lines] == ["a", "b"]
    assert lines[1]["text"] == "x\ny" and lines[1]["nothing"] is None
    assert 0 <= lines[0]["elapsed_s"] <= lines[1]["elapsed_s"]
    assert lines[0]["at"].endswith("+00:00")


def test_every_text_is_masked_however_deep():
    journal = Journal(lambda text: text.replace("secret", "***"))
    journal.event("a", text="secret", listed=["a secret", {"key": "secret"}], pair=("secret", 1))
    assert "secret" not in journal.text()


def test_progress_goes_to_the_person_only():
    told = []
    journal = Journal(str, told.append)
    journal.progress("reading")
    assert told == ["reading"] and journal.text() == ""
    Journal(str).progress("nobody listens")
