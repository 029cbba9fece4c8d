"""What a user prefers, whatever the broker: `preferences.toml`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mqttui.settings.alarm_thresholds import Thresholds, ThresholdsRule
from mqttui.settings.rules import (
    BadValueError,
    Choice,
    Number,
    Rule,
    Size,
    Switch,
    TextTable,
    WholeNumber,
)
from mqttui.settings.toml_file import read_toml, unknown_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MIB = 1024 * 1024
AUTOMATIC = "auto"
THEMES = (AUTOMATIC, "dark", "light", "high-contrast", "16-colours")


@dataclass(frozen=True, slots=True)
class Preferences:
    """Limits, paces and looks.

    `history_budget_bytes` bounds all kept messages together. `frame_rate_hz` is how often the
    screen may change. A payload longer than `payload_limit_bytes` is cut to it; no more than
    `shown_limit_bytes` of it are laid out to be read. The inbox holds what arrived and has not been
    looked at yet. While `is_read_only` nothing is published, while `is_presenting` secrets and
    client addresses are hidden.
    Without `remembers_payloads` the history of what was published is kept without payloads.
    `keys` gives commands other keys, by the id of the command. `theme` is one of `THEMES`; when it
    `overrides_remembered_theme` it counts more than what was chosen for a broker. `is_ascii` says
    whether only ASCII characters are drawn, None that the terminal decides. `thresholds` say when
    something at a broker is wrong.
    """

    history_budget_bytes: int = 256_000_000
    frame_rate_hz: float = 10.0
    payload_limit_bytes: int = MIB
    inbox_max_messages: int = 1_000_000
    inbox_max_bytes: int = 128 * MIB
    shown_limit_bytes: int = 64_000
    is_read_only: bool = False
    is_presenting: bool = False
    remembers_payloads: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str = AUTOMATIC
    overrides_remembered_theme: bool = False
    is_ascii: bool | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(frozen=True, slots=True)
class PreferenceKey:
    """A key of the file, the field it fills and what it may be."""

    field: str
    rule: Rule[Any]


PREFERENCE_KEYS: dict[str, PreferenceKey] = {
    "history_budget": PreferenceKey("history_budget_bytes", Size(1_000_000, 1024**4)),
    "frame_rate_hz": PreferenceKey("frame_rate_hz", Number(0.5, 60, "frames per second")),
    # The largest payload: the remaining length has 28 bits (MQTT 5.0 section 1.5.5).
    "payload_limit": PreferenceKey("payload_limit_bytes", Size(64, 256 * MIB)),
    # More would hold up a frame.
    "shown_limit": PreferenceKey("shown_limit_bytes", Size(1_000, 256_000)),
    "inbox_messages": PreferenceKey("inbox_max_messages", WholeNumber(1000, 100_000_000)),
    "inbox_size": PreferenceKey("inbox_max_bytes", Size(1_000_000, 1024**4)),
    "read_only": PreferenceKey("is_read_only", Switch()),
    "presenter": PreferenceKey("is_presenting", Switch()),
    "remember_payloads": PreferenceKey("remembers_payloads", Switch()),
    "keys": PreferenceKey("keys", TextTable()),
    "theme": PreferenceKey("theme", Choice(THEMES)),
    "ascii": PreferenceKey("is_ascii", Switch()),
    "alarms": PreferenceKey("thresholds", ThresholdsRule()),
}


def load_preferences(path: Path) -> tuple[Preferences, list[str]]:
    """Return the preferences of a file and a sentence for everything in it that cannot be used.

    What cannot be used keeps its default; a file that is not there is no problem.
    """
    document = read_toml(path)
    problems = list(document.problems)
    values: dict[str, Any] = {}
    for name, value in document.values.items():
        key = PREFERENCE_KEYS.get(name)
        where = document.place((name,))
        if key is None:
            problems.append(unknown_key(where, name, PREFERENCE_KEYS))
            continue
        try:
            values[key.field] = key.rule.of_toml(value)
        except BadValueError as problem:
            problems.append(problem.about(f"{where}: {name}"))
    return replace(Preferences(), **values), problems
