"""Lines read as columns give the leaves that the walk gives, or are walked."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.errors import ReadError
from baseline_collector.readers.base import Limits
from baseline_collector.readers.generic_json import walk
from baseline_collector.readers.json_columns import Refused, write_lines
from baseline_collector.readers.json_large import shallow
from baseline_collector.readers.json_text import parse
from baseline_collector.readers.leaves import Leaves


def write(document: Any, leaves: Leaves, index: int) -> None:
    shallow(document, leaves.limits.depth - 1, leaves.limits.depth)
    walk(document, leaves, "[]", (index, None, None), 1)


def walked(text: str, limits: Limits) -> tuple[list[dict[str, Any]], int, list[tuple[int, str]]]:
    """Line by line, as it is defined."""
    leaves, good, broken = Leaves(limits), 0, []
    for index, line in enumerate(text.split("\n")):
        if not line.strip():
            continue
        try:
            document = parse(line.strip(), limits.depth)
            shallow(document, limits.depth - 1, limits.depth)
        except (ReadError, Refused) as error:
            broken.append((index, error.what if isinstance(error, ReadError) else str(error)))
            continue
        walk(document, leaves, "[]", (index, None, None), 1)
        good += 1
    return leaves.take().to_pylist(), good, broken


def by_columns(text: str, limits: Limits) -> tuple[list[dict[str, Any]], int,
                                                   list[tuple[int, str]]]:
    leaves = Leaves(limits)
    good, broken = write_lines(text.encode(), 0, leaves, write)
    return leaves.take().to_pylist(), good, broken


def same(text: str, limits: Limits | None = None) -> None:
    bounds = limits or Limits()
    assert by_columns(text, bounds) == walked(text, bounds)


SCALARS = [
    "1", "-0", "0", "0.0", "-0.0", "1.5e3", "1E+5", "1e400", "-1e400", "1e-400", "0e5", "NaN",
    "Infinity", "-Infinity", "9007199254740993", "9007199254740992", "1700000000123456789",
    "9" * 30, "9" * 400, "9" * 5000, "0.1", "123456789.123456789123456789", "5e-324", "2e-324",
    "01", "1.", ".5", "+1", "1e", "1e+", "-", "--1", "1.2.3", "0x10", "1_000", "inf", "nan",
    "infinity", "tru", "true", "false", "null", "nul", "nulls", "t", "True", '"x"', '""', '"a\\"b"',
    '"\\\\"', '"\\u00e9\\ud83d\\ude00"', '"\\ud800"', '"\\x"', '"\\u12"', '"é😀"', '"a,b:c{}[]"',
    '"\t"', '"true"', '"1"', "{}", "[]", "[1]", "[1,2]", "[1, 2 ,3]", '["a",null,1]', "[[1],[2,3]]",
    "[[[[1,2]]]]", '[{"z":1},{"z":2}]', '[{"z":1},5,6]', '{"y":{"x":1}}', '{"y":1,2}', "[1,,2]",
    "[1,]", '"a" "b"', '"a""b"', '"a"1', '1"a"', "1 2", '{"a":1,"a":2}', '{"a":[],"b":1,"a":1}',
    "٣", "1\u00a0", "'x'", "\\", '"', "", "[", "}", "[" * 70 + "]" * 70,
]
FRAMES = ['{"k":%s}', '{"k": %s, "l": 2}', '[%s]', '%s', ' {"k" : %s } ', '{"m":[1,2],"k":%s}',
          '{"k":%s,"m":[3]}', '{"a.b":%s}', '{"é\\n":%s}', '{"k"  :%s}', "\u00a0[%s]",
          '{"p":[[[%s]]]}']


@pytest.mark.parametrize("scalar", SCALARS)
def test_each_scalar_among_lines_like_it(scalar: str) -> None:
    for frame in FRAMES:
        lines = [frame.replace("%s", other) for other in ("7", scalar, "8", "null", scalar, '"s"')]
        same("\n".join([*lines, "", *lines, frame.replace("%s", scalar)]) + "\n")
        same("\n".join([frame.replace("%s", scalar)] * 5))


@pytest.mark.parametrize("line", ['"\\x"1\u2212,0.1:', '{"a":"\\n"é}', '["\\t"\u2212]'])
def test_a_text_that_does_not_end_as_one_may_end_inside_a_character(line: str) -> None:
    same(f'{{"a":1}}\n{line}\n{{"a":2}}\n')
    same(line)


token = st.sampled_from(['{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '"b":', '1', '2.5', 'null',
                         ' ', '\n', '\t', '\r', '-', 'e', '.', 'é', '{"a":1}\n', '[1,2]\n', '\x00'])


@given(st.lists(token, max_size=40).map("".join), st.integers(1, 4))
def test_any_text(text: str, times: int) -> None:
    text = text.replace("\r", " ")
    same((text + "\n") * times)


regular = st.recursive(
    st.integers() | st.floats() | st.text(max_size=5) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=3), inner, max_size=4), max_leaves=12)


@given(st.lists(regular, min_size=1, max_size=4), st.integers(0, 9), st.booleans())
def test_documents_repeated_and_mixed(documents: list[Any], seed: int, compact: bool) -> None:
    separators = (",", ":") if compact else None
    lines = [json.dumps(one, separators=separators, ensure_ascii=compact)
             for one in documents for _ in range(4)]
    random.Random(seed).shuffle(lines)
    same("\n".join(lines) + "\n")


def test_limits_hold(tmp_path: Any) -> None:
    wide = "\n".join(json.dumps({f"k{at}-{n}": 1 for n in range(5)}) for at in range(10) for _ in
                     range(4))
    with pytest.raises(ReadError, match="too many different keys"):
        by_columns(wide, Limits(keys=20))
    same('{"a":"%s","b":1}\n' % ("x" * 200_000) * 4)
