"""The default persona, and one of the user's."""

import pytest

from baseline_collector.errors import UsageError
from baseline_collector.narrate import DEFAULT_PERSONA, load_persona
from baseline_collector.narrate.persona import MOST_BYTES


def test_the_default_is_the_examples():
    lines = DEFAULT_PERSONA.splitlines()
    assert lines[0].startswith("You are DataCollector-9000, a systems analyst")
    assert lines[2] == "1. Directory coverage (reports/, csv_data/, artifacts/)."
    assert lines[-1] == ("Keep the response under 250 words but include concrete metrics so a "
                         "second agent can reason over them.")


def test_a_file_replaces_it(tmp_path):
    path = tmp_path / "persona.txt"
    path.write_bytes("\ufeffYou are brief.\r\nVery.\r\n\r\n".encode())
    assert load_persona(path) == "You are brief.\nVery.\n"


@pytest.mark.parametrize(("content", "found"), [
    (None, "No such file"), (b" \n", "an empty file"), (b"\xff\xfe\xfa", "not UTF-8"),
    (b"x" * (MOST_BYTES + 1), "more than"),
])
def test_what_cannot_be_a_persona_is_said(tmp_path, content, found):
    path = tmp_path / "persona.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        load_persona(path)
    assert found in error.value.message()
    assert str(path) in error.value.message()
    assert "default persona" in error.value.message()
