"""The brokers that were connected to lately, newest first and without secrets."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from mqttui.settings.draft import default_port
from mqttui.settings.profile_exchange import without_secrets
from mqttui.settings.profile_table import profile_table, read_profile
from mqttui.settings.toml_file import Document, replace_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mqttui.settings.draft import Draft, TopicRules

MAX_BROKERS = 20
FILE_MODE = 0o600
"""Where somebody connects to is nobody else's business."""


class Address(NamedTuple):
    """What makes two connections go to the same place as the same user."""

    host: str
    port: int
    is_tls: bool
    websocket_path: str | None
    user: str | None

    @property
    def label(self) -> str:
        """`host:port`, IPv6 addresses in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address_of(draft: Draft) -> Address:
    """Return where a draft, which has a host, connects to."""
    draft = draft.completed()
    is_tls, is_websocket = bool(draft.tls), bool(draft.websocket)
    return Address(
        (draft.host or "").lower(),
        draft.port or default_port(is_tls, is_websocket),
        is_tls,
        (draft.websocket_path or "").partition("?")[0] if is_websocket else None,
        draft.user,
    )


@dataclass(frozen=True, slots=True)
class RecentBroker:
    """One of them; `at_s` is when it was connected to last, in seconds since the epoch."""

    draft: Draft
    at_s: float

    @property
    def address(self) -> Address:
        """Where it is."""
        return address_of(self.draft)


@dataclass(frozen=True, slots=True)
class RecentBrokers:
    """The brokers of a file; `problem` is a sentence about what of it cannot be used."""

    brokers: tuple[RecentBroker, ...] = ()
    problem: str | None = None


def load_recent(path: Path, topics: TopicRules | None = None) -> RecentBrokers:
    """Return what a file remembers; nothing, with a problem, when it is damaged."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return RecentBrokers()
    except OSError as error:
        return RecentBrokers(problem=f"{path} cannot be read: {error.strerror}.")
    except (ValueError, RecursionError):
        values = None
    entries = values.get("recent") if isinstance(values, dict) else None
    if not isinstance(entries, list):
        return RecentBrokers(problem=f"{path} is damaged, so the recent brokers are lost.")
    found = [broker for entry in entries if (broker := _broker_in(entry, path, topics))]
    damaged = len(entries) - len(found)
    problem = f"{path} has {damaged} damaged entries, which are not used." if damaged else None
    return RecentBrokers(tuple(found[:MAX_BROKERS]), problem)


def remember_broker(path: Path, draft: Draft, clock: Callable[[], float] = time.time) -> None:
    """Put a broker first; raise `SettingsError` when that cannot be written."""
    shown, _ = without_secrets(draft)
    newest = RecentBroker(shown, clock())
    others = [each for each in load_recent(path).brokers if each.address != newest.address]
    _write(path, [newest, *others][:MAX_BROKERS])


def forget_broker(path: Path, address: Address) -> None:
    """Take a broker out; raise `SettingsError` when that cannot be written."""
    brokers = load_recent(path).brokers
    kept = [each for each in brokers if each.address != address]
    if len(kept) < len(brokers):
        _write(path, kept)


def _broker_in(entry: object, path: Path, topics: TopicRules | None) -> RecentBroker | None:
    """Return the broker of an entry, None when it is damaged."""
    if not isinstance(entry, dict):
        return None
    at_s = entry.get("at_s")
    if not isinstance(at_s, int | float) or not math.isfinite(at_s):
        return None
    draft, problems = read_profile(Document(path), "recent", entry.get("connection"), topics)
    return None if problems else RecentBroker(draft, at_s)


def _write(path: Path, brokers: list[RecentBroker]) -> None:
    entries: list[dict[str, Any]] = [
        {"at_s": round(each.at_s), "connection": profile_table(each.draft)} for each in brokers
    ]
    text = json.dumps({"recent": entries}, indent=1, ensure_ascii=True)
    replace_file(path, text + "\n", mode=FILE_MODE)
