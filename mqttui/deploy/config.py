"""The configuration of a board on this side of the cable: the firmware's own rules, and what of it
may be shown.

The rules are firmware/config.py itself, so that this machine and the board cannot disagree.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mqttui.deploy.failures import DeployError
from mqttui.payload.printable import printable
from mqttui.simulation.micropython import Interpreter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BROKER_KEYS = ("host", "port", "user", "password", "ca")
"""What belongs to one broker: never mixed with another's."""

_SECRET_KEYS = ("key", "password")
_SECRET_PARTS = ("pass", "secret", "token", "psk", "pwd")
_LONGEST_SHOWN = 60


class ConfigRules:
    """The rules of the firmware in a folder; they run here as they do on a board."""

    def __init__(self, firmware: Path) -> None:
        self._module: Any = Interpreter(firmware, {}).load("config")

    def problem(self, values: object) -> str | None:
        """Return what is wrong with a configuration, naming the key, or None."""
        try:
            self._module.checked(values)
        except ValueError as error:
            return printable(str(error))
        return None

    def complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a configuration with its defaults; raise `DeployError` when it is wrong."""
        problem = self.problem(values)
        if problem is not None:
            raise DeployError(f"The configuration is wrong: {problem}.")
        return dict(self._module.checked(values))

    def value_of(self, key: str, text: str) -> Any:
        """Return what a typed text stands for: text where the key takes text, else JSON.

        Raises `DeployError` with the rule and without the text, which may be a secret.
        """
        try:
            return self._module.checked_value(key, text)
        except ValueError as error:
            problem = error
        try:
            return self._module.checked_value(key, json.loads(text))
        except (ValueError, RecursionError):
            raise DeployError(f"{printable(str(problem))}.") from None


def read_values(content: bytes, name: str) -> dict[str, Any]:
    """Return the values of a configuration file; raise `DeployError` naming it."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        raise DeployError(f"{printable(name)} is not JSON.") from None
    if not isinstance(values, dict):
        raise DeployError(f"{printable(name)} is no JSON object.")
    return values


def file_content(values: Mapping[str, Any]) -> bytes:
    """Return the file for a configuration."""
    return json.dumps(values, indent=2, ensure_ascii=False).encode() + b"\n"


def is_secret(key: str) -> bool:
    """Return whether the value of a key is never shown, nor typed where others can read it."""
    folded = key.lower()
    return folded in _SECRET_KEYS or any(part in folded for part in _SECRET_PARTS)


def shown_value(key: str, value: object) -> str:
    """Return a value for a screen; of a secret only whether there is one."""
    if is_secret(key):
        return "(set, not shown)" if value else "(none)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if not text:
        return "(none)"
    text = printable(text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return a line for every key that differs, without secrets."""
    lines = []
    for key in sorted({*before, *after}):
        if key in before and key in after and before[key] == after[key]:
            continue
        name = printable(key)
        if is_secret(key):
            lines.append(f"  {name}: {'new value' if after.get(key) else 'removed'}")
            continue
        was = shown_value(key, before[key]) if key in before else "-"
        lines.append(f"  {name}: {was} -> {shown_value(key, after[key]) if key in after else '-'}")
    return lines
