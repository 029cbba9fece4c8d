"""What the name of a topic tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.hygiene.names import name_findings
from mqttui.core.hygiene.rules import Rule
from mqttui.payload.printable import printable

GOOD = [
    "iot49/bench01-a1b2c3/data",
    "anna-3f2a/solar/current",
    "tele/washer/SENSOR",
    "zigbee2mqtt/bridge/state",
    "lab/camera/thumbnail.png",
    "bench01-a1b2c3",
    "a/b/c/d/e/f/g/h",
]

BAD = [
    ("/anna-3f2a/data", Rule.LEADING_SLASH, "anna-3f2a/#"),
    ("/", Rule.LEADING_SLASH, "slashes"),
    ("anna-3f2a//data", Rule.EMPTY_LEVEL, "publish to anna-3f2a/data"),
    ("anna-3f2a/data/", Rule.EMPTY_LEVEL, "ends with a slash"),
    ("anna-3f2a/My Sensor", Rule.SPACE, "publish to anna-3f2a/My-Sensor"),
    ("anna-3f2a/temp\u00a0C", Rule.UNPRINTABLE, "U+00A0"),
    ("büro-3f2a/licht", Rule.NON_ASCII, "ü"),
    ("anna-3f2a/温度", Rule.NON_ASCII, "温, 度"),
    ("anna-3f2a/da\u200bta", Rule.UNPRINTABLE, "U+200B"),
    ("anna-3f2a/\x1b[31mred", Rule.UNPRINTABLE, "U+001B"),
    ("anna-3f2a/data\n", Rule.UNPRINTABLE, "U+000A"),
    ("anna-3f2a/" + "x" * 91, Rule.TOO_LONG, "101 bytes"),
    ("a/b/c/d/e/f/g/h/i", Rule.TOO_DEEP, "9 levels"),
    ("solar/current", Rule.NO_PREFIX, "<name>-<uid>/solar/current"),
    ("solar_panel_current", Rule.NO_PREFIX, "<name>-<uid>/solar_panel_current"),
    ("/temperature/kitchen", Rule.NO_PREFIX, "<name>-<uid>/temperature/kitchen"),
    ("Sensor1/value", Rule.NO_PREFIX, "Sensor1"),
    ("mixer", Rule.NO_PREFIX, "one level"),
]


@pytest.mark.parametrize("topic", GOOD)
def test_a_good_name_breaks_no_rule(topic: str) -> None:
    """Names as the course recommends them pass."""
    assert name_findings(topic.encode()) == {}


@pytest.mark.parametrize(("topic", "rule", "part"), BAD)
def test_a_bad_name_is_found_and_explained(topic: str, rule: Rule, part: str) -> None:
    """Each rule finds what it is for, and its sentence names what is wrong or what to do."""
    assert part in name_findings(topic.encode())[rule]


def test_bytes_that_are_not_utf8_are_named() -> None:
    """A Latin-1 degree sign is found as the byte that it is."""
    assert "the byte 0xb0" in name_findings(b"anna-3f2a/\xb0C")[Rule.UNPRINTABLE]


def test_a_space_is_not_called_unprintable() -> None:
    """One mistake is one finding."""
    assert set(name_findings(b"anna-3f2a/My Sensor")) == {Rule.SPACE}


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_name_gives_printable_sentences(topic: bytes) -> None:
    """Whatever a topic is called, nothing raises and nothing reaches the terminal raw."""
    for rule, sentence in name_findings(topic).items():
        assert printable(sentence) == sentence, rule
        assert sentence.endswith(".")


def test_the_longest_topic_gives_short_sentences() -> None:
    """A topic of 65,535 bytes is not repeated in full."""
    topic = ("/" + "ü " * 20_000).encode()[:65_535]
    found = name_findings(topic)
    assert {Rule.LEADING_SLASH, Rule.SPACE, Rule.NON_ASCII, Rule.TOO_LONG} <= set(found)
    assert max(map(len, found.values())) < 400
