"""Sections from facts alone, over any facts."""

import dataclasses
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector import slots
from baseline_collector.model import Analysis, Fact, Finding, Gap, Interval, Name, Source, Topic
from baseline_collector.narrate import SECTIONS
from baseline_collector.narrate.lexicon import NUMBER, tokens
from baseline_collector.narrate.pivot import MOST_ROWS, NONE, Labels, tables
from baseline_collector.narrate.plan import PERFORMANCE, gather
from baseline_collector.narrate.templates import section

from .conftest import NAMES

TOPICS = ("inventory", "ingestion", "performance", "cold_start", "sweep", "compile", "failure",
          "duplicate", "telemetry", "setup", "quality")
SCOPES = ("gemma3:1b", "Q4_K_M", "8 threads", "<b>42</b>", "")


def written(analysis):
    return {name: section(name, gather(analysis)) for name in SECTIONS}


def texts(blocks):
    """All texts but code and the headers of tables."""
    return [text for block in blocks if block.kind != "code"
            for text in (*block.items, *(cell for row in block.rows[1:] for cell in row))]


@st.composite
def analyses(draw):
    names = tuple(Name(f"N{at + 1}", draw(st.sampled_from(("model", "key"))), text)
                  for at, text in enumerate(draw(st.sets(st.sampled_from(SCOPES[:4])))))
    facts = []
    for at in range(draw(st.integers(0, 30))):
        id_ = f"F{at + 1}"
        interval = Interval(1.0, 2.0, 0.95, "t") if draw(st.booleans()) else None
        facts.append(Fact(
            id_, f"The thing {'abcdefg'[at % 7]} is {{{id_}}}",
            draw(st.sampled_from((None, "throughput", "latency"))),
            draw(st.sampled_from(("mean", "min", "max", "count", "std", "p99"))), 4.5,
            None, draw(st.none() | st.integers(1, 9)), interval, "x",
            draw(st.dictionaries(st.sampled_from(("model", "threads", "status")),
                                 st.sampled_from(SCOPES))), (),
            topic=draw(st.sampled_from(TOPICS)), weight=draw(st.floats(0, 5))))
    findings = [
        Finding(f"R{at}-1", f"R{at}", draw(st.sampled_from(("critical", "info", "notice"))),
                f"Something is off in {{{fact.id}}}", (fact.id,),
                draw(st.sampled_from(("", "Measure again.", f"Look at {{{fact.id}}}"))))
        for at, fact in enumerate(facts[: draw(st.integers(0, 6))])]
    return Analysis(tuple(facts), tuple(findings), names)


@given(analyses())
def test_no_digit_no_unknown_slot_and_nothing_empty(analysis):
    known = {fact.id: fact for fact in analysis.facts}
    names = {name.id for name in analysis.names}
    sections = written(analysis)
    assert sections == written(analysis)
    for blocks in sections.values():
        assert blocks
        for text in texts(blocks):
            assert text
            assert not any(char.isnumeric() for char in slots.plain(text)), text
            for part in slots.parts(text):
                if isinstance(part, slots.Slot):
                    assert part.id in known or part.id in names
                    assert part.field != "n" or known[part.id].n is not None
                    assert part.field not in ("low", "high") or known[part.id].interval
    for block in (block for blocks in sections.values() for block in blocks):
        assert len({len(row) for row in block.rows}) <= 1
        assert bool(block.items) != bool(block.rows)


@given(analyses())
def test_every_performance_fact_with_a_metric_is_in_a_table_or_its_table_says_so(analysis):
    blocks = section(PERFORMANCE, gather(analysis))
    shown = {id_ for block in blocks for row in block.rows for cell in row
             for id_ in slots.ids(cell)}
    wanted = [fact for fact in analysis.facts if fact.topic == "performance" and fact.metric]
    paired = {fact.id for fact in wanted if fact.statistic in ("min", "max")}
    missing = {fact.id for fact in wanted} - shown - paired
    sparse = {fact.id for fact in wanted if fact.statistic in ("std", "p99", "count")}
    missing -= sparse  # a column that few rows fill is not printed; the appendix says so
    cut = [block for block in blocks if len(block.rows) == MOST_ROWS + 1]
    assert not missing or (cut and any(text.startswith("Further groups") for text in texts(blocks)))


def test_each_unit_has_a_table_of_its_own(analysis):
    words = dataclasses.replace(analysis.facts[4], unit="word/s",
                                scope={"model": "gemma3:270m", "definition": "words"})
    blocks = tables("throughput", [analysis.facts[3], words], Labels(analysis.names))
    assert [block.kind for block in blocks] == ["paragraph", "table"] * 2
    assert blocks[2].items[0].startswith("Throughput (model {N2}, definition ")


def test_a_long_table_is_cut_and_says_where_the_rest_is(analysis):
    many = [dataclasses.replace(analysis.facts[3], id=f"F{100 + at}", scope={"model": f"m{at}"})
            for at in range(MOST_ROWS + 3)]
    _, table, more = tables("throughput", many, Labels(analysis.names))
    assert len(table.rows) == 1 + MOST_ROWS
    assert "report.json" in more.items[0]


def test_three_findings_of_a_rule_and_every_critical_one(analysis):
    fact = analysis.facts[0]
    many = [Finding(f"cold-{at}", "cold", severity, f"Start {word}: {{F1}}.", (fact.id,), "")
            for at, (severity, word) in enumerate(
                [("notice", "alpha"), ("notice", "beta"), ("notice", "gamma"), ("notice", "delta"),
                 *[("critical", word) for word in ("red", "black", "grey", "white")]])]
    _, bullets, more = section(SECTIONS[3], gather(Analysis((fact,), tuple(many), ())))
    assert [text.split()[0] for text in bullets.items] == ["Critical:"] * 4 + ["Notice:"] * 0
    other = [dataclasses.replace(finding, severity="notice") for finding in many]
    _, bullets, more = section(SECTIONS[3], gather(Analysis((fact,), tuple(other), ())))
    assert len(bullets.items) == 3
    assert "Key Findings below" in more.items[0]
    assert more.left_out == 5


def test_every_topic_of_findings_has_its_theme(analysis):
    topics = get_args(Topic)
    many = tuple(Finding(topic, topic, "info", f"About {topic}: {{F1}}.", ("F1",), "", topic)
                 for topic in topics)
    blocks = section(SECTIONS[3], gather(Analysis(analysis.facts[:1], many, ())))
    told = [text for block in blocks if block.kind == "bullets" for text in block.items]
    assert sorted(told) == sorted(f"Info: About {topic}: {{F1}}." for topic in topics)


def test_what_a_finding_states_is_not_stated_among_what_was_read(analysis):
    blocks = section(SECTIONS[1], gather(analysis))
    named = {id_ for text in texts(blocks) for id_ in slots.ids(text)}
    assert {"F1", "F2", "F3"} <= named
    assert not {"F10", "F11", "F12", "F15"} & named
    assert "under Key Findings" in texts(blocks)[-1]


def test_what_a_gap_states_is_left_to_the_gaps(analysis):
    gap = Gap("few-runs", "{F3} groups have too few values.", "which is faster", ("F3",), 1, "")
    blocks = section(SECTIONS[1], gather(dataclasses.replace(analysis, gaps=(gap,))))
    assert "F3" not in {id_ for text in texts(blocks) for id_ in slots.ids(text)}


def test_keys_stand_behind_their_words(analysis):
    key = dataclasses.replace(analysis.facts[2], id="F50", statement="{N3} holds {F50} numbers.",
                              scope={"key": "gpu[0].fan_speed"})
    blocks = section(SECTIONS[1], gather(Analysis((analysis.facts[2], key), (), NAMES)))
    assert [(block.behind != "", block.items) for block in blocks] == [
        (False, ("What was read:",)), (False, ("{F3} numeric values were read.",)),
        (True, ("{N3} holds {F50} numbers.",))]


def test_templates_hold_no_number_word():
    for blocks in written(Analysis((), (), ())).values():
        for text in texts(blocks):
            assert not set(tokens(text)) & NUMBER, text


def test_nothing_found_is_said(analysis):
    empty = written(Analysis((), (), ()))
    assert [len(blocks) for blocks in list(empty.values())[:5]] == [1, 1, 1, 1, 1]
    assert texts(empty[SECTIONS[3]]) == ["No rule made a finding on these artifacts."]


def test_the_summary_says_what_is_there_what_is_wrong_and_what_to_do(analysis):
    opening, wrong, action = written(analysis)[SECTIONS[0]]
    assert opening.items[0].startswith("The heap holds {F1} files. The mean ")
    # F4 is told by a finding of the summary already
    assert "The mean throughput of {N2} is {F5}" in opening.items[0]
    assert wrong.items[0] == "{F10} calls failed although their file calls them a success."
    assert action.items == ("Next step: Repeat the failed calls.",)


def test_recommendations_once_each_most_severe_first(analysis):
    (block,) = written(analysis)[SECTIONS[4]]
    assert block.kind == "numbered"
    assert block.items == (
        "Repeat the failed calls.", "Check that the telemetry is read during the run.",
        "Report cold and warm calls apart.", "Repeat each configuration before comparing it.")


def test_a_metric_becomes_one_table_by_scope(analysis):
    facts = [fact for fact in analysis.facts if fact.metric == "throughput"]
    intro, table = tables("throughput", facts, Labels(analysis.names))
    assert intro.items == ("Throughput:",)
    assert table.rows == (
        ("model", "n", "mean", "interval", "range"),
        ("{N1}", "{F4.n}", "{F4}", "{F4.low} to {F4.high}", "{F7} to {F6}"),
        ("{N2}", "{F5.n}", "{F5}", "{F5.low} to {F5.high}", NONE))


def test_what_all_rows_share_is_said_once(analysis):
    facts = [dataclasses.replace(fact, scope={**fact.scope, "engine": "gemma3:1b"})
             for fact in analysis.facts if fact.metric == "throughput"]
    intro, table = tables("throughput", facts, Labels(analysis.names))
    assert intro.items == ("Throughput (engine {N1}):",)
    assert table.rows[0][0] == "model"


def many_settings(analysis, *settings):
    names = tuple(Name(f"N{50 + at}", "configuration", text) for at, text in enumerate(settings))
    facts = [dataclasses.replace(analysis.facts[3], id=f"F{100 + at}", value=100.0 + at,
                                 scope={"configuration": text})
             for at, text in enumerate(settings)]
    return facts, Labels(names)


def test_of_settings_a_row_shows_what_tells_it_apart(analysis):
    facts, labels = many_settings(
        analysis, "backend=jit, batch=4, size=(8, 8)",
        "backend=onnx, batch=4, opset=17, size=(8, 8)")
    intro, table = tables("throughput", facts, labels)
    assert intro.items == ("Throughput (configuration {N50.2}, {N50.3}):",)
    assert [row[0] for row in table.rows] == ["configuration", "{N50.1}", "{N51.1}, {N51.3}"]


def test_settings_of_a_single_row_stand_above_it_as_far_as_they_are_read(analysis):
    facts, labels = many_settings(analysis, "a=1, b=2, c=3, d=4, e=5")
    intro, table = tables("throughput", facts, labels)
    assert intro.items == ("Throughput (configuration {N50.1}, {N50.2}, {N50.3}, {N50.4} and "
                           "others):",)
    assert table.rows[0][0] == "group"


def test_cold_and_warm_rows_of_one_scope_stand_side_by_side(analysis):
    facts = [dataclasses.replace(analysis.facts[3], id=f"F{100 + at}", value=float(at),
                                 scope={"model": model, "phase": phase})
             for at, (model, phase) in enumerate([
                 ("gemma3:1b", "warm"), ("gemma3:270m", "warm"), ("gemma3:1b", "cold")])]
    _, table = tables("throughput", facts, Labels(analysis.names))
    assert [row[3] for row in table.rows[1:]] == ["{F102}", "{F100}", "{F101}"]


def test_a_row_read_from_the_same_place_is_shown_once(analysis):
    source = (Source("a.json", "/accuracy"),)
    facts = [dataclasses.replace(analysis.facts[3], id=id_, scope={key: "gemma3:1b"},
                                 sources=source)
             for id_, key in (("F90", "model"), ("F91", "variant"))]
    shown = set()
    _, table = tables("throughput", facts, Labels(analysis.names), shown=shown)
    assert len(table.rows) == 2
    assert tables("throughput", facts, Labels(analysis.names), shown=shown) == ()


@pytest.mark.parametrize(("high", "cell"), [
    (4.5 + 3.6, "{F90.low} to {F90.high}"), (4.5 + 3.7, "n too small")])
def test_an_interval_wider_than_the_standard_allows_is_not_printed(analysis, high, cell):
    fact = dataclasses.replace(analysis.facts[3], id="F90", value=4.5,
                               interval=Interval(4.5 - 3.6, high, 0.95, "t"))
    _, table = tables("throughput", [fact], Labels(analysis.names))
    assert table.rows[1][table.rows[0].index("interval")] == cell


def test_a_range_without_an_estimate_is_a_range(analysis):
    low, high = (dataclasses.replace(analysis.facts[3], id=id_, statistic=statistic, interval=None)
                 for id_, statistic in (("F90", "min"), ("F91", "max")))
    _, table = tables("throughput", [low, high], Labels(analysis.names))
    assert table.rows == (("group", "n", "range"), ("whole", "{F90.n}", "{F90} to {F91}"))


def test_a_column_of_single_values_has_no_n(analysis):
    fact = dataclasses.replace(analysis.facts[3], id="F90", n=1, interval=None, statistic="value")
    _, table = tables("throughput", [fact], Labels(analysis.names))
    assert table.rows == (("group", "value"), ("whole", "{F90}"))


def test_a_scope_without_a_name_is_not_printed_raw(analysis):
    fact = dataclasses.replace(analysis.facts[3], scope={"model": "<script>7</script>"})
    other = analysis.facts[4]
    _, table = tables("throughput", [fact, other], Labels(analysis.names))
    assert table.rows[1][0] == "unnamed"


def test_facts_of_one_scope_and_statistic_are_not_overwritten(analysis):
    twin = dataclasses.replace(analysis.facts[3], id="F90", statement="Again {F90}.")
    _, table = tables("throughput", [analysis.facts[3], twin], Labels(analysis.names))
    assert [row[1] for row in table.rows[1:]] == ["{F4}", "{F90}"] or len(table.rows) == 3


@pytest.mark.parametrize("status", ["unread", "partly_read", "skipped"])
def test_the_appendix_lists_what_was_not_read(analysis, status):
    fact = dataclasses.replace(analysis.facts[0], scope={"status": status})
    blocks = section(SECTIONS[5], gather(Analysis((fact,), (), ())))
    assert "The heap holds {F1} files." in texts(blocks)
    code = next(block for block in blocks if block.kind == "code")
    assert all(re.match(r'baseline query ".*"$', line) for line in code.items)


def test_a_fact_of_negative_weight_is_told_by_another_only():
    part = Fact("F1", "Bytes: {F1}.", None, "total", 440, "byte", None, None, "sum", {}, (),
                kind="inventory", topic="inventory", weight=-1.0)
    whole = dataclasses.replace(part, id="F2", statement="{F2} files hold {F1}.", unit=None,
                                weight=9.0)
    blocks = section("2. Data Ingestion Summary", gather(Analysis((part, whole), (), ())))
    assert [text for block in blocks for text in block.items] == ["{F2} files hold {F1}."]
