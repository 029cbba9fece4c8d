"""What is remembered of one broker from run to run: pins, layout, what was published.

One JSON file per broker in the state folder, with a section for each part of the interface.
Nothing secret goes in.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from mqttui.settings.toml_file import SettingsError, replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from mqttui.settings.connection import ConnectionSettings

_MAX_NAME_CHARACTERS = 40
_DIGEST_CHARACTERS = 12
FILE_MODE = 0o600
"""Topics and payloads are nobody else's business."""


@dataclass(slots=True)
class BrokerMemory:
    """The sections of a file that is read when the first of them is asked for.

    Without a `path` nothing outlives the run. `problems` are sentences about a file that could
    not be used; it is then replaced by the next `write`.
    """

    path: Path | None = None
    problems: list[str] = field(default_factory=list)
    _writing: Lock = field(default_factory=Lock, repr=False)
    _sections: dict[str, Any] | None = None

    def read(self, section: str) -> Any:
        """Return a section as JSON has it, None if there is none. It must not be changed."""
        if self._sections is None:
            self._sections = self._load()
        return self._sections.get(section)

    def write(self, section: str, value: Any) -> None:
        """Replace a section, None removes it; raise `SettingsError` when it cannot be written.

        What another process has written to other sections meanwhile stays.
        """
        # Parts of the interface write from threads of their own.
        with self._writing:
            if self.read(section) == value:
                return
            sections = self._load()
            sections[section] = value
            if value is None:
                del sections[section]
            self._sections = sections
            if self.path is not None:
                text = json.dumps(sections, indent=1, ensure_ascii=True)
                replace_file(self.path, text + "\n", mode=FILE_MODE)

    def copy_to(self, other: BrokerMemory) -> None:
        """Let `other` remember all that is remembered here; without anything it stays as it is.

        Raises `SettingsError`.
        """
        if self.path is None or other.path is None:
            return
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be read: {error.strerror}.") from None
        replace_file(other.path, text, mode=FILE_MODE)

    def _load(self) -> dict[str, Any]:
        if self.path is None:
            return dict(self._sections or {})
        try:
            sections = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._complain(f"{self.path} cannot be read: {error.strerror}.")
            return {}
        except (ValueError, RecursionError):
            sections = None
        if not isinstance(sections, dict):
            self._complain(f"{self.path} is damaged, so what mqttui remembered of it is lost.")
            return {}
        return sections

    def _complain(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)


def memory_of(settings: ConnectionSettings | None, folder: Path) -> BrokerMemory:
    """Return the memory of a connection: of its profile, else of its host, port and user."""
    if settings is None:
        return BrokerMemory()
    if settings.profile:
        return memory_of_profile(settings.profile, folder)
    return _memory(folder, f"{settings.user or ''}@{settings.label}", settings.label)


def memory_of_profile(name: str, folder: Path) -> BrokerMemory:
    """Return the memory of all connections of a profile."""
    return _memory(folder, f"profile {name}", name)


def _memory(folder: Path, who: str, name: str) -> BrokerMemory:
    # Names may hold anything, also what differs in case only.
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", name)[:_MAX_NAME_CHARACTERS].strip(".-")
    digest = sha256(who.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_CHARACTERS]
    return BrokerMemory(folder / f"{readable or 'broker'}-{digest}.json")
