import json
import unicodedata

import pytest
from tests.unit.render.hostile import HOSTILE

from baseline_collector.visible import (
    json_safe,
    masked,
    one_line,
    visible,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hidden_is_left(name):
    shown = visible(name)
    shown.encode("utf-8")
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_every_hidden_character_of_unicode_is_escaped():
    hidden = [chr(code) for code in range(0x110000)
              if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert [c for c in hidden if visible(c) == c] == []


def test_json_keeps_the_value():
    text = "a\x9b\u202e\U000e0041\n"
    written = json_safe(json.dumps(text, ensure_ascii=False))
    assert json.loads(written) == text
    assert written.isascii()


def test_long_names_keep_both_ends():
    assert visible("a" * 300 + "b" * 300, longest=10) == "aaaaa…bbbbb"


def test_prose_is_one_line_and_masks_digits():
    assert one_line(" a\n b\tc ") == "a b c"
    assert masked("4.5 of ٣") == "•.• of •"
