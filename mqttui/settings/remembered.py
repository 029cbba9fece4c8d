"""What a broker taught us and the user need not say: the protocol version that works."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mqttui.settings.toml_file import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mqttui.settings.connection import ConnectionSettings

KnownProtocol: TypeAlias = Literal["3.1.1", "5"]

# A broker may have learned MQTT 5 meanwhile.
_FORGET_AFTER_S = 30 * 24 * 3600
_MAX_BROKERS = 500


@dataclass(slots=True)
class Remembered:
    """The memory in a JSON file of the state folder.

    `problem` is a sentence when the file was there and could not be used; it is then replaced
    by the next `remember_protocol`.
    """

    path: Path
    problem: str | None = None
    _protocols: dict[str, dict[str, Any]] = field(default_factory=dict)
    _clock: Callable[[], float] = time.time

    def protocol_of(self, settings: ConnectionSettings) -> KnownProtocol | None:
        """Return the version that worked for a profile, or for a host and port, in 30 days."""
        entry = self._protocols.get(_key(settings))
        if entry is None or not 0 <= self._clock() - entry["at"] <= _FORGET_AFTER_S:
            return None
        version: KnownProtocol = entry["version"]
        return version

    def remember_protocol(self, settings: ConnectionSettings, version: KnownProtocol) -> None:
        """Keep the version that worked; raise `SettingsError` when it cannot be written."""
        key = _key(settings)
        if self.protocol_of(settings) == version:
            return
        # Another process may have written meanwhile.
        self._protocols = load_remembered(self.path)._protocols
        self._protocols.pop(key, None)
        self._protocols[key] = {"version": version, "at": int(self._clock())}
        while len(self._protocols) > _MAX_BROKERS:
            del self._protocols[next(iter(self._protocols))]
        text = json.dumps({"protocols": self._protocols}, indent=1, ensure_ascii=False)
        replace_file(self.path, text + "\n")
        self.problem = None


def load_remembered(path: Path, clock: Callable[[], float] = time.time) -> Remembered:
    """Return what a file remembers; nothing, with a problem, when it is damaged."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Remembered(path, _clock=clock)
    except OSError as error:
        return Remembered(path, f"{path} cannot be read: {error.strerror}.", _clock=clock)
    except (ValueError, RecursionError):
        values = None
    protocols = values.get("protocols") if isinstance(values, dict) else None
    if not isinstance(protocols, dict):
        sentence = f"{path} is damaged, so what mqttui remembered about brokers is lost."
        return Remembered(path, sentence, _clock=clock)
    usable = {key: entry for key, entry in protocols.items() if _is_entry(entry)}
    damaged = len(protocols) - len(usable)
    problem = f"{path} has {damaged} damaged entries, which are not used." if damaged else None
    return Remembered(path, problem, usable, clock)


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("version") in ("3.1.1", "5")
        and type(entry.get("at")) in (int, float)
    )


def _key(settings: ConnectionSettings) -> str:
    """Return the name under which a broker is remembered."""
    return f"profile {settings.profile}" if settings.profile else settings.label
