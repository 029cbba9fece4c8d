"""What options and environment variables say; their table is `settings.connection_options`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mqttui.settings.connection_options import (
    CONNECTION_OPTIONS,
    ENVIRONMENT_PREFIX,
    PROFILE_OPTION,
    Option,
)
from mqttui.settings.preferences import PREFERENCE_KEYS
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD_VARIABLE = "MQTTUI_PASSWORD"  # noqa: S105
HOST_VARIABLE = "MQTTUI_HOST"


def _preference(
    flag: str, key: str, metavar: str | None, text: str, group: str = "Limits and pace"
) -> Option:
    known = PREFERENCE_KEYS[key]
    return Option(flag, known.field, known.rule, text, group, metavar)


PREFERENCE_OPTIONS: tuple[Option, ...] = (
    _preference(
        "--history-budget",
        "history_budget",
        "SIZE",
        "memory for the messages that are kept, like 64MB (default 256MB)",
    ),
    _preference(
        "--payload-limit",
        "payload_limit",
        "SIZE",
        "keep only the head of longer payloads; what is cut is counted (default 1MiB)",
    ),
    _preference(
        "--frame-rate",
        "frame_rate_hz",
        "HZ",
        "how often the screen may change in a second (default 10)",
    ),
    _preference(
        "--read-only",
        "read_only",
        None,
        "look only: nothing is published, cleared or administered",
        "For a projector or a guest",
    ),
    _preference(
        "--presenter",
        "presenter",
        None,
        "hide secrets in messages, and the addresses of clients",
        "For a projector or a guest",
    ),
    _preference(
        "--theme",
        "theme",
        "{auto,dark,light,high-contrast,16-colours}",
        "colours; auto is dark, or 16-colours where the terminal has no more (default auto)",
        "Looks",
    ),
    _preference(
        "--ascii",
        "ascii",
        None,
        "draw with ASCII characters only (default: where the locale is not UTF-8)",
        "Looks",
    ),
)

# Variables that are no options.
OTHER_VARIABLES = {
    HOST_VARIABLE: "host or URL, where none is typed",
    PASSWORD_VARIABLE: "the password",
    "MQTTUI_CONFIG_DIR": "folder of profiles.toml, preferences.toml and secrets.toml",
    "MQTTUI_STATE_DIR": "folder of what mqttui remembers by itself",
}

PASSWORD_FIELDS = ("password_file", "password_stdin")
"""Fields that say where the password is."""


@dataclass(frozen=True, slots=True)
class Given:
    """The checked values of one place and how the user spelled each there."""

    values: Mapping[str, Any]
    names: Mapping[str, str]


def typed_values(arguments: Mapping[str, Any], options: tuple[Option, ...]) -> Given:
    """Return what was typed; raise `SettingsError` for the first value that cannot be used.

    `arguments` maps `Option.key` to the typed text, to a list of texts or to True.
    """
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for option in options:
        raw = arguments.get(option.key)
        if raw is None:
            continue
        if option.metavar is None:
            value: Any = option.switch_value
        elif option.is_repeatable:
            value = tuple(option.value_of(each, option.flag) for each in raw)
        else:
            value = option.value_of(raw, option.flag)
        _add(values, names, option, value, option.flag)
    return Given(values, names)


def environment_values(environ: Mapping[str, str], options: tuple[Option, ...]) -> Given:
    """Return what the environment says; an empty variable says nothing.

    A repeatable option takes several values between white space. Raises `SettingsError` for
    the first value that cannot be used.
    """
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for option in options:
        raw = environ.get(option.variable, "")
        if not raw:
            continue
        if option.is_repeatable:
            value: Any = tuple(option.value_of(each, option.variable) for each in raw.split())
        else:
            value = option.value_of(raw, option.variable)
        if value != ():
            _add(values, names, option, value, option.variable)
    return Given(values, names)


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for every `MQTTUI_` variable that means nothing."""
    from mqttui.settings.toml_file import nearest

    every = (*CONNECTION_OPTIONS, PROFILE_OPTION, *PREFERENCE_OPTIONS)
    known = {option.variable for option in every} | set(OTHER_VARIABLES)
    sentences = []
    for name in sorted(environ):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            close = nearest(name, known)
            hint = f"; did you mean {close}?" if close else "."
            sentences.append(f"The environment variable {name!r} means nothing to mqttui{hint}")
    return sentences


def _add(
    values: dict[str, Any], names: dict[str, str], option: Option, value: Any, name: str
) -> None:
    """Put a value in; raise `SettingsError` when another option said the opposite."""
    if values.get(option.field, value) != value:
        raise SettingsError(f"{names[option.field]} and {name} contradict each other.")
    values[option.field] = value
    names[option.field] = name
