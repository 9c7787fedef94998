"""Facts as columns: the same ids, records and sameness as facts entered one by one."""

from __future__ import annotations

import pytest

from baseline_collector import slots
from baseline_collector.evidence.book import Book
from baseline_collector.evidence.facts import Facts, id_of
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.summaries import summarise
from baseline_collector.model import Fact


class Squares:
    """Facts whose value is the square of their place; records what was made."""

    def __init__(self, size):
        self.size = size
        self.made = []

    def __len__(self):
        return self.size

    def make(self, at, id_):
        self.made.append(at)
        return fact(id_, float(at * at))

    def like(self, value, metric, statistic):
        return [at for at in range(self.size)
                if (float(at * at), "area", "value") == (value, metric, statistic)]


def fact(id_, value, statement="Area"):
    return Fact(id_, f"{statement}: {{{id_}}}", "area", "value", value, None, 1, None, "given", {},
                (), "SELECT 1")


@pytest.fixture
def entered():
    facts, columns = Facts(), Squares(4)
    facts.add(lambda id_: fact(id_, 7.0))
    facts.extend(columns)
    facts.add(lambda id_: fact(id_, 8.0))
    return facts, columns


def test_ids_run_on_over_columns(entered):
    facts, _ = entered
    assert [one.id for one in facts] == ["F1", "F2", "F3", "F4", "F5", "F6"]
    assert [one.value for one in facts] == [7.0, 0.0, 1.0, 4.0, 9.0, 8.0]
    assert [facts.of(id_of(at)) for at in range(6)] == list(facts) == facts[:]
    assert facts[-1].value == 8.0


def test_a_record_is_made_when_it_is_asked_for_and_once(entered):
    facts, columns = entered
    assert (len(facts), columns.made) == (6, [])
    assert facts.of("F4") is facts.of("F4") is facts[3]
    assert columns.made == [2]


@pytest.mark.parametrize("id_", ["F0", "F7", "F01", "F", "", "N1", "F1.5", "F-1", "F²"])
def test_an_id_that_no_fact_has(entered, id_):
    facts, columns = entered
    assert not facts.has(id_)
    with pytest.raises(KeyError):
        facts.of(id_)
    assert columns.made == []


def test_what_stands_in_columns_is_not_entered_again():
    book, columns = Book(), Squares(4)
    book.facts.extend(columns)

    def enter(value, statement="Area: {}"):
        return book.fact(statement, value, statistic="value", metric="area", estimator="given",
                         sql=lambda: "SELECT 1")

    assert (enter(4.0), enter(9.0)) == ("F3", "F4")
    assert columns.made == [2, 3]
    assert (enter(4), enter(4.0, "Other: {}"), enter(5.0)) == ("F5", "F6", "F7")


def test_a_query_is_written_when_the_fact_is_asked_for():
    book, asked = Book(), []

    def sql():
        asked.append(1)
        return "SELECT 1"

    key = book.fact("Size: {}", 3, statistic="count", estimator="count", sql=sql)
    other = book.fact("Size: {}", 4, statistic="count", estimator="count", sql=sql)
    assert asked == []
    assert book.facts.of(key).sql == "SELECT 1"
    assert book.fact("Size: {}", 3, statistic="count", estimator="count", sql="SELECT 1") == key
    assert book.fact("Size: {}", 3, statistic="count", estimator="count", sql="SELECT 2") not in (
        key, other)


def test_facts_of_groups_name_only_what_was_entered(pile):
    rows = [{"model": f"m{at % 2}", "device": "d", "prompt": f"p{at % 3}", "ttft_s": 0.1 + at / 99,
             "num_ctx": at % 2, "tokens_s": at + 1.0} for at in range(60)]
    pile.csv("a.csv", rows).csv("b.csv", rows[:7])
    book = Book()
    summaries = summarise(Frame(pile.table()), book)
    names = len(book.names)
    found = list(book.facts)
    assert len(book.names) == names > 0
    assert {one for fact in found for one in slots.ids(fact.statement) if one[0] == "N"} <= set(
        book.names)
    for one in summaries:
        low, location, high = (book.facts.of(id_) for id_ in (one.low, one.location, one.high))
        assert low.value == one.group.values.min() and high.value == one.group.values.max()
        assert (location.value, location.interval) == (one.estimate, one.interval)
        assert location.scope == one.group.scope()
        assert one.group.n == 1 or (low.statistic, high.statistic) == ("min", "max")
