"""The configuration of a board, judged here by the firmware's own rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.deploy.config import ConfigRules, changes, is_secret, read_values, shown_value
from mqttui.deploy.failures import DeployError

FIRMWARE = Path(__file__).resolve().parents[3] / "firmware"
RULES = ConfigRules(FIRMWARE)
LEAST = {"ssid": "classroom", "host": "broker.local"}


def test_the_rules_are_those_of_the_firmware() -> None:
    """The sentence names the key and the rule, never the value; defaults are filled in."""
    assert RULES.problem(LEAST) is None
    assert RULES.complete(LEAST)["rate"] == 5
    problem = RULES.problem({**LEAST, "key": "hush"})
    assert problem == "key: 8 to 64 characters"
    assert RULES.problem({"ssid": "x"}) == "host is missing: the broker's name or address"
    with pytest.raises(DeployError, match="pasword"):
        RULES.complete({**LEAST, "pasword": "hush-hush"})


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("rate", "2.5", 2.5),
        ("port", "8883", 8883),
        ("led", "-1", -1),
        ("password", "1234", "1234"),
        ("user", "true", "true"),
        ("name", "anna", "anna"),
    ],
)
def test_what_is_typed_becomes_what_the_key_takes(key: str, text: str, value: object) -> None:
    """A password of digits stays text, a port is a number."""
    found = RULES.value_of(key, text)
    assert (found, type(found)) == (value, type(value))


@given(st.sampled_from(["rate", "port", "key", "name", "host", "nothing"]), st.text())
def test_typing_anything_gives_a_value_or_a_sentence(key: str, text: str) -> None:
    """Whatever is taken, the board takes it too."""
    try:
        value = RULES.value_of(key, text)
    except DeployError:
        return
    assert RULES.problem({**LEAST, key: value}) is None


def test_a_refused_value_is_not_repeated() -> None:
    """It may be a secret."""
    with pytest.raises(DeployError) as caught:
        RULES.value_of("key", "hush")
    assert str(caught.value) == "key: 8 to 64 characters."


def test_secrets_are_never_shown() -> None:
    """Not in a list, not in a change, under whatever name a firmware has for them."""
    for key in ("key", "password", "wifi_pass", "WIFI_PASSWORD", "api_token"):
        assert is_secret(key)
        assert shown_value(key, "chalk") == "(set, not shown)"
        assert shown_value(key, "") == "(none)"
    assert not any(is_secret(key) for key in ("ssid", "host", "user", "name", "keepalive"))
    before = {"key": "old-chalk", "rate": 5, "user": "anna"}
    after = {"key": "new-chalk", "rate": 2, "password": "board", "user": "anna"}
    assert changes(before, after) == ["  key: new value", "  password: new value", "  rate: 5 -> 2"]
    assert changes(after, {}) == [
        "  key: removed",
        "  password: removed",
        "  rate: 2 -> -",
        "  user: anna -> -",
    ]


def test_what_a_board_says_cannot_steer_the_terminal() -> None:
    """Keys and values come from a board that somebody else may have written."""
    assert shown_value("name", "\x1b[2J") == "␛[2J"
    assert changes({}, {"\x1b[2J": 1}) == ["  ␛[2J: - -> 1"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 10_000])
def test_what_is_no_configuration_is_named(content: bytes) -> None:
    """The sentence has the name of the file."""
    with pytest.raises(DeployError, match=r"anna\.json"):
        read_values(content, "anna.json")
