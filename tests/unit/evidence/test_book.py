"""The book: ids, sameness, findings that rest on something, SQL literals."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.evidence.book import Book, among, count_of, equals, quoted
from baseline_collector.evidence.places import MOST_SOURCES
from baseline_collector.model import Source


def enter(book, statement="Size: {}", value=1, **more):
    return book.fact(statement, value, **{"statistic": "count", "estimator": "count"} | more)


def test_ids_count_from_one_and_the_statement_names_its_own():
    book = Book()
    assert [enter(book, value=at) for at in range(3)] == ["F1", "F2", "F3"]
    assert book.facts.of("F2").statement == "Size: {F2}"


def test_the_same_fact_is_entered_once():
    book = Book()
    assert enter(book) == enter(book)
    assert enter(book, scope={"a": "b"}) != enter(book)
    assert enter(book, sql="SELECT 1") != enter(book)


def test_names_are_entered_once_a_kind():
    book = Book()
    assert book.name("model", "x") == book.name("model", "x") == "{N1}"
    assert book.name("device", "x") == "{N2}"


def test_a_finding_rests_on_known_facts():
    book = Book()
    fact = enter(book)
    book.finding("r", "info", "t", [fact, fact])
    book.finding("r", "info", "t", [fact])
    assert [(one.id, one.facts) for one in book.findings] == [("r-1", ("F1",)), ("r-2", ("F1",))]
    for wrong in ([], ["F9"]):
        with pytest.raises(ValueError, match="rests on no known fact"):
            book.finding("r", "info", "t", wrong)


def test_sources_are_bounded():
    book = Book()
    fact = enter(book, sources=[Source("a", str(at)) for at in range(1000)])
    assert len(book.facts.of(fact).sources) == MOST_SOURCES


def test_nouns():
    assert [count_of(n, "file") for n in (0, 1, 2)] == ["files", "file", "files"]
    assert count_of(2, "is", "are") == "are"


@given(
    st.lists(
        st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
        min_size=1,
        max_size=4,
        unique=True,
    )
)
def test_conditions_select_exactly_their_values(values):
    connection = _connection()
    rows = [*values, "other'", None]
    connection.execute("CREATE OR REPLACE TABLE t (c VARCHAR)")
    connection.executemany("INSERT INTO t VALUES (?)", [(row,) for row in rows])
    found = connection.execute(f"SELECT count(*) FROM t WHERE {among('c', values)}").fetchall()
    assert found[0][0] == sum(row in values for row in rows)
    for value in values:
        found = connection.execute(f"SELECT count(*) FROM t WHERE {equals('c', value)}").fetchall()
        assert found[0][0] == rows.count(value)


def _connection(kept=[]):  # noqa: B006  # one for all examples
    if not kept:
        kept.append(duckdb.connect())
    return kept[0]


def test_quotes_are_doubled():
    assert quoted("it's") == "'it''s'"
