"""Places: keys, paths and pointers rendered for whole columns."""

from __future__ import annotations

import numpy as np
import pytest

from baseline_collector.normalise.places import paths_of, pointers_of, shown_key

AT = tuple(np.array([3, 4], np.int32) + 10 * n for n in range(3))


@pytest.mark.parametrize(
    ("template", "style", "key", "path", "pointer"),
    [
        ("a.b", "json", "a.b", "a.b", "/a/b"),
        ("[].x", "json", "[].x", "[3].x", "/3/x"),
        ("a[].b[].c[]", "json", "a[].b[].c[]", "a[3].b[13].c[23]", "/a/3/b/13/c/23"),
        ("a[][][][5].b", "json", "a[][][][5].b", "a[3][13][23][5].b", "/a/3/13/23/5/b"),
        ('["x/y~z"].k', "json", '["x/y~z"].k', '["x/y~z"].k', "/x~1y~0z/k"),
        ("[].ttft_s", "rows", "ttft_s", "ttft_s", "row 4, column ttft_s"),
        ('[]["a.b"]', "rows", "a.b", "a.b", "row 4, column a.b"),
        ("warm", "rows", "warm", "warm", "preamble, warm"),
        ("[][].Load", "lines", "Load", "Load", "line 4, Load"),
        ("fence[][].a[].b", "lines", "a.b", "a.b", "line 4, /a/23/b"),
        ("a[].avg\x1fpp", "json", "a[].avg", "a[3].avg", "/a/3/avg"),
    ],
)
def test_each_style(template: str, style: str, key: str, path: str, pointer: str) -> None:
    assert shown_key(template, style) == key
    assert paths_of(template, style, AT)[0].as_py() == path
    assert pointers_of(template, style, AT)[0].as_py() == pointer
    assert len(pointers_of(template, style, AT)) == 2
