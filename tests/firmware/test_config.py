"""The configuration of a board is checked before anything is done with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.simulation.micropython import Interpreter
from tests.firmware.bench import FIRMWARE

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = Interpreter(FIRMWARE, {}).load("config")
LEAST = {"ssid": "classroom", "host": "broker.local"}


def test_the_example_in_the_repository_is_right() -> None:
    """It gets its defaults, and every value of it is taken."""
    example = json.loads((FIRMWARE / "config.example.json").read_text())
    settings = CONFIG.checked(example)
    assert settings["buffer"] == 300
    assert {key: settings[key] for key in example} == example


@pytest.mark.parametrize("missing", sorted(LEAST))
def test_what_must_be_given_is_named(missing: str) -> None:
    """Nothing else must."""
    CONFIG.checked(LEAST)
    with pytest.raises(ValueError, match=f"{missing} is missing"):
        CONFIG.checked({key: value for key, value in LEAST.items() if key != missing})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rate", 0),
        ("rate", 21),
        ("rate", "5"),
        ("rate", True),
        ("rate", float("nan")),
        ("averaging", 3),
        ("averaging", 8.0),
        ("port", 65536),
        ("name", "a/b"),
        ("name", "a b"),
        ("name", ""),
        ("prefix", "iot49//x"),
        ("prefix", "iot49/#"),
        ("key", "short"),
        ("ca", "ca.der"),
        ("shunt", 0),
        ("address", 0x3F),
    ],
)
def test_a_wrong_value_is_refused_with_its_key(key: str, value: object) -> None:
    """The sentence names the key and the rule."""
    with pytest.raises(ValueError, match=f"^{key}: "):
        CONFIG.checked({**LEAST, key: value})


def test_a_typing_mistake_in_a_key_is_not_ignored() -> None:
    """`pasword` would be a board without a password."""
    with pytest.raises(ValueError, match="unknown key pasword"):
        CONFIG.checked({**LEAST, "pasword": "secret"})


def test_secrets_are_not_repeated_in_errors() -> None:
    """What is wrong with a Wi-Fi key can be said without it."""
    with pytest.raises(ValueError, match="key: 8 to 64") as error:
        CONFIG.checked({**LEAST, "key": "hush"})
    assert "hush" not in str(error.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_taken_or_refused(value: Any) -> None:
    """Nothing but ValueError is raised, whatever stands in the file."""
    for values in (value, {**LEAST, "rate": value}, {**LEAST, "name": value}):
        try:
            settings = CONFIG.checked(values)
        except ValueError:
            continue
        assert settings["host"] == "broker.local"


def test_a_file_that_is_missing_or_no_json_is_told_apart(tmp_path: Path) -> None:
    """Both name the file."""
    file = tmp_path / "config.json"
    with pytest.raises(ValueError, match=r"config\.json is missing"):
        CONFIG.load(str(file))
    file.write_text("{")
    with pytest.raises(ValueError, match=r"config\.json is not JSON"):
        CONFIG.load(str(file))
    file.write_text(json.dumps(LEAST))
    assert CONFIG.load(str(file))["ssid"] == "classroom"
