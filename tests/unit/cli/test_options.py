"""Options: one table for typed words and environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mqttui.cli.options import (
    PREFERENCE_OPTIONS,
    environment_values,
    typed_values,
    unknown_variables,
)
from mqttui.cli.preferences import chosen_preferences
from mqttui.cli.terminal import draws_only_ascii
from mqttui.settings.connection import Subscription
from mqttui.settings.connection_options import CONNECTION_OPTIONS, PROFILE_OPTION
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = {
    "--theme": ("light", "light"),
    "--port": ("1884", 1884),
    "--protocol": ("5", "5"),
    "--keepalive": ("30", 30),
    "--subscribe": ("a:1", (Subscription("a", 1),)),
    "--alpn": ("mqtt", ("mqtt",)),
    "--ws-path": ("/x", "/x"),
    "--user": ("ada", "ada"),
    "--client-id": ("me", "me"),
    "--session-expiry": ("5", 5),
    "--will-topic": ("t", "t"),
    "--will-payload": ("p", b"p"),
    "--will-qos": ("1", 1),
}


@pytest.mark.parametrize("option", CONNECTION_OPTIONS, ids=lambda option: option.flag)
def test_an_option_and_its_variable_mean_the_same(option: Any) -> None:
    """What is typed and what stands in the environment become the same value."""
    if option.metavar is None:
        typed: Any = True
        text, value = "1", option.switch_value
    elif option.flag in EXAMPLES:
        text, value = EXAMPLES[option.flag]
        typed = [text] if option.is_repeatable else text
    else:
        text, value = "/a/file", option.rule.of_text("/a/file")
        typed = text
    by_option = typed_values({option.key: typed}, CONNECTION_OPTIONS)
    by_variable = environment_values({option.variable: text}, CONNECTION_OPTIONS)
    assert dict(by_option.values) == dict(by_variable.values) == {option.field: value}
    assert by_option.names == {option.field: option.flag}
    assert by_variable.names == {option.field: option.variable}


def test_the_options_are_complete() -> None:
    """The options of a connection are complete, and each has its variable."""
    wanted = {
        *("--port", "--tls", "--cafile", "--cert", "--key", "--insecure", "--alpn"),
        *("--websocket", "--ws-path", "--user", "--password-file", "--password-stdin"),
        *("--client-id", "--keepalive", "--clean", "--persistent", "--session-expiry"),
        *("--protocol", "--will-topic", "--will-payload", "--will-qos", "--will-retain"),
        *("--subscribe", "--profile"),
    }
    options = {option.flag: option for option in (*CONNECTION_OPTIONS, PROFILE_OPTION)}
    assert wanted == set(options)
    assert options["--ws-path"].variable == "MQTTUI_WS_PATH"


@pytest.mark.parametrize(
    ("environ", "values"),
    [
        ({"MQTTUI_TLS": "0"}, {"tls": False}),
        ({"MQTTUI_PERSISTENT": "yes"}, {"is_clean": False}),
        ({"MQTTUI_PERSISTENT": "no"}, {"is_clean": True}),
        ({"MQTTUI_CLEAN": "0"}, {"is_clean": False}),
        ({"MQTTUI_CLEAN": "0", "MQTTUI_PERSISTENT": "1"}, {"is_clean": False}),
        ({"MQTTUI_PORT": ""}, {}),
        ({"MQTTUI_SUBSCRIBE": " "}, {}),
        (
            {"MQTTUI_SUBSCRIBE": "a b:2"},
            {"subscriptions": (Subscription("a"), Subscription("b", 2))},
        ),
    ],
)
def test_the_environment(environ: dict[str, str], values: dict[str, Any]) -> None:
    """Switches may say no, empty variables say nothing, several filters stand between blanks."""
    assert environment_values(environ, CONNECTION_OPTIONS).values == values


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"MQTTUI_PORT": "x"}, "MQTTUI_PORT must be a whole number from 1 to 65535, not 'x'."),
        ({"MQTTUI_TLS": "x"}, "MQTTUI_TLS must be 1, true, yes, on, 0, false, no or off, not 'x'."),
        (
            {"MQTTUI_CLEAN": "1", "MQTTUI_PERSISTENT": "1"},
            "MQTTUI_CLEAN and MQTTUI_PERSISTENT contradict each other.",
        ),
    ],
)
def test_a_bad_variable_is_named(environ: dict[str, str], sentence: str) -> None:
    """The sentence starts with the variable, not with the option that nobody typed."""
    with pytest.raises(SettingsError) as raised:
        environment_values(environ, CONNECTION_OPTIONS)
    assert str(raised.value) == sentence


def test_preferences_are_options_too() -> None:
    """Sizes and rates fill the fields of the preferences."""
    given = typed_values({"history_budget": "64MB", "frame_rate": "4"}, PREFERENCE_OPTIONS)
    assert given.values == {"history_budget_bytes": 64_000_000, "frame_rate_hz": 4.0}


def test_mistyped_variables_are_told() -> None:
    """A variable with our prefix that means nothing is named with the nearest one."""
    environ = {"MQTTUI_PROT": "1", "MQTTUI_HOST": "h", "MQTTUI_PASSWORD": "x", "HOME": "/"}
    assert unknown_variables(environ) == [
        "The environment variable 'MQTTUI_PROT' means nothing to mqttui; did you mean MQTTUI_PORT?"
    ]


def test_no_variable_saves_a_profile() -> None:
    """Nothing is overwritten because of the environment, and a try is told."""
    assert len(unknown_variables({"MQTTUI_SAVE": "lab"})) == 1


def test_a_theme_that_is_typed_or_in_the_environment_overrides_what_is_remembered(
    tmp_path: Path,
) -> None:
    """A theme in the file is only where a broker begins."""
    (tmp_path / "preferences.toml").write_text('theme = "light"\nascii = true\n')
    environ = {"MQTTUI_CONFIG_DIR": str(tmp_path)}
    preferences, problems = chosen_preferences(environ)
    assert not problems
    assert (preferences.theme, preferences.is_ascii) == ("light", True)
    assert not preferences.overrides_remembered_theme
    typed, _ = chosen_preferences(environ, {"theme": "16-Colours"})
    assert (typed.theme, typed.overrides_remembered_theme) == ("16-colours", True)
    meant, _ = chosen_preferences({**environ, "MQTTUI_THEME": "dark", "MQTTUI_ASCII": "0"})
    assert (meant.theme, meant.is_ascii) == ("dark", False)
    assert meant.overrides_remembered_theme


@pytest.mark.parametrize(
    ("environ", "encoding", "is_only_ascii"),
    [
        ({}, "utf-8", False),
        ({"LANG": "en_GB.UTF-8", "TERM": "xterm"}, "utf-8", False),
        ({"LC_ALL": "C.utf8"}, "UTF-8", False),
        ({"LC_ALL": "C", "LANG": "en_GB.UTF-8"}, "utf-8", True),
        ({"LC_ALL": "", "LC_CTYPE": "POSIX"}, "utf-8", True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, "utf-8", True),
        ({"LC_CTYPE": "C.UTF-8"}, "utf-8", False),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "en_GB.UTF-8"}, "utf-8", False),
        ({"LANG": "de_DE.ISO-8859-1@euro"}, "utf-8", True),
        ({"LANG": "en_GB.UTF-8"}, "iso8859-1", True),
        ({"LANG": "en_GB.UTF-8"}, None, True),
        ({"LANG": "en_GB.UTF-8", "TERM": "linux"}, "utf-8", True),
    ],
)
def test_ascii_is_for_terminals_that_do_not_say_utf_8(
    environ: dict[str, str], encoding: str | None, is_only_ascii: bool
) -> None:
    """The first locale that is set decides, also where Python itself would speak UTF-8."""
    assert draws_only_ascii(environ, encoding) is is_only_ascii
