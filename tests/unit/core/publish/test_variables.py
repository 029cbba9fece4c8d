"""Variables stand for what they say, the unknown is never sent, and braces stay possible."""

from __future__ import annotations

import re
import uuid
from contextlib import suppress
from datetime import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.publish.variables import VARIABLES, BadVariable, Moment, Variables
from mqttui.core.publish.variables import expand as expanded

NOW = 1_764_072_000.1234


def moment(number: int = 0, seed: int = 1) -> Moment:
    """Return what variables stand for in a test."""
    return Moment(NOW, number, Random(seed))


def expand(text: str, at: Moment) -> str:
    """Return a text with its variables replaced."""
    return expanded(text, at).text


def test_the_time_has_several_forms() -> None:
    """Seconds, milliseconds and ISO 8601 name the same moment."""
    assert expand("{{now}}", moment()) == "1764072000.123"
    assert expand("{{now s}} {{now ms}}", moment()) == "1764072000 1764072000123"
    assert expand("{{now iso}}", moment()) == "2025-11-25T12:00:00.123Z"
    local = datetime.fromisoformat(expand("{{ now local }}", moment()))
    assert abs(local.timestamp() - NOW) < 0.002


def test_a_counter_counts_messages() -> None:
    """It begins at one, or at the number that follows, and is the same all over a message."""
    assert expand("{{counter}}/{{counter}}", moment(0)) == "1/1"
    assert expand("{{counter}} {{counter 0}} {{counter -3}}", moment(4)) == "5 4 1"


def test_what_is_shown_is_what_is_sent() -> None:
    """The next message has the values of its preview, the one after it has others."""
    variables = Variables()
    text = "{{uuid}} {{random 0 1000000}} {{hex 8}}"
    shown = expand(text, variables.moment(NOW))
    assert expand(text, variables.moment(NOW + 1)) == shown
    variables.advance()
    assert expand(text, variables.moment(NOW)) != shown
    assert expand("{{counter}}", variables.moment(NOW)) == "2"
    variables.restart()
    assert expand("{{counter}}", variables.moment(NOW)) == "1"


def test_random_values_have_their_form() -> None:
    """Identifiers are new at each place and well formed; a choice is one of the words."""
    first, second = expand("{{uuid}} {{uuid}}", moment()).split()
    assert first != second
    assert uuid.UUID(first).version == 4
    assert re.fullmatch("[0-9a-f]{8}", expand("{{hex}}", moment()))
    assert re.fullmatch("[0-9a-f]{24}", expand("{{hex 12}}", moment()))
    assert expand("{{choice on off}}", moment()) in {"on", "off"}


@given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers(0, 3), st.integers())
def test_random_numbers_stay_between_their_bounds(
    low: int, span: int, digits: int, seed: int
) -> None:
    """Both bounds are included, and there are as many decimals as a bound has."""
    high = f"{low + span}" + ("." + "0" * digits if digits else "")
    text = expand(f"{{{{random {low} {high}}}}}", moment(seed=seed))
    assert low <= float(text) <= low + span
    assert len(text.partition(".")[2]) == digits


@given(st.text())
def test_doubled_braces_are_sent_as_they_are(text: str) -> None:
    """Any text can be sent: each {{ is written as {{{{."""
    assert expand(text.replace("{{", "{{{{"), moment()) == text


@given(st.text(alphabet="{} nowx1", max_size=20))
def test_nothing_unknown_is_sent_raw(text: str) -> None:
    """Whatever is in a text, it expands or it is refused in words."""
    with suppress(BadVariable):
        assert "{{" not in expand(text, moment()) or "{{{{" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{nwo}}", "{{nwo}} is not a variable; did you mean {{now}}? Write {{{{"),
        ("{{ value_json.t }}", "{{ value_json.t }} is not a variable: there are now, counter"),
        ("a {{ b", "There is a {{ without its }}."),
        ("{{}}", "{{}} is not a variable: there are"),
        ("{{random 5}}", "{{random 5}}: random is followed by the lowest"),
        ("{{random 5 1}}", "the lowest number comes first"),
        ("{{random a 1}}", "a is not a number"),
        ("{{now utc}}", "now is followed by nothing or one of s, ms, iso, local"),
        ("{{counter 1.5}}", "counter is followed by"),
        ("{{choice}}", "choice is followed by"),
        ("{{uuid 4}}", "nothing follows uuid"),
        ("{{hex 100}}", "a number of bytes from 1 to 64"),
        ("{{\x1b[2J}}", "{{\u241b[2J}} is not a variable"),
    ],
)
def test_what_is_wrong_with_a_variable_is_said(text: str, words: str) -> None:
    """The sentence names the variable and what is wanted, and is safe for a terminal."""
    with pytest.raises(BadVariable) as caught:
        expand(text, moment())
    assert words in str(caught.value)
    assert caught.value.position == text.index("{{")


def test_the_help_shows_what_works() -> None:
    """Every variable in the list of all can be used as it stands there."""
    for variable in VARIABLES:
        for usage in re.findall(r"\{\{[^{}]+\}\}", variable.usage):
            assert expand(usage, moment()) != usage


@given(st.lists(st.sampled_from(["a", "{{counter 100}}", "{{{{", "\n", "{{now s}}"])))
def test_each_character_tells_where_it_comes_from(pieces: list[str]) -> None:
    """A character that was not replaced comes from itself, others from their variable."""
    text = "".join(pieces)
    found = expanded(text, moment())
    for position, character in enumerate(found.text):
        origin = text[found.origin_of(position) :]
        assert origin.startswith((character, "{{"))
        if character in "a\n":
            assert origin[0] == character
