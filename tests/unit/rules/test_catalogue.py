"""The catalogue: every rule explains itself, can be switched off, and can be set otherwise."""

from __future__ import annotations

import re

import pytest

from baseline_collector.errors import UsageError
from baseline_collector.model import RuleChange
from baseline_collector.rules.catalogue import RULES, tuned


def test_ids_are_unique_and_every_rule_explains_itself():
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids) >= 40
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id), rule.id
        assert all((rule.title, rule.source, rule.needs, rule.says, rule.do)), rule.id
        names = [one.name for one in rule.thresholds]
        assert len(set(names)) == len(names)


def test_later_settings_beat_earlier_ones():
    setting = tuned(["unstable=off", "unstable=on", "unstable.cv=0.3", "unstable.cv=0.2"])
    assert setting.limits["unstable.cv"] == 0.2
    assert len(setting.rules) == len(RULES)
    assert setting.changes == (RuleChange("unstable", "cv", "0.1", "0.2"),)


@pytest.mark.parametrize(
    "wrong", ["nothing=off", "unstable=maybe", "unstable.cv=wide", "unstable.cv=nan", "unstable"]
)
def test_what_is_no_rule_is_an_error(wrong):
    with pytest.raises(UsageError):
        tuned([wrong])


def test_a_rule_switched_off_is_silent_and_the_analysis_says_so(pile, look):
    pile.json("t.json", {"samples": [{"fan_speed": 0}] * 4})
    loud, quiet = pile.analysis(), pile.analysis("constant-telemetry=off")
    assert look.findings(loud, "constant-telemetry")
    assert not look.findings(quiet, "constant-telemetry")
    assert quiet.rules_changed == (RuleChange("constant-telemetry", "", "on", "off"),)


def test_a_threshold_changes_what_is_found(pile, look):
    pile.csv("a.csv", [{"test": "x", "iteration_time_s": 1 + 0.2 * (at % 2)} for at in range(20)])
    assert not look.findings(pile.analysis("unstable.cv=0.2"), "unstable")
    assert look.findings(pile.analysis("unstable.cv=0.05"), "unstable")
