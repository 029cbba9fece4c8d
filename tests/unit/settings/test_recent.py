"""The brokers that were connected to lately, newest first, few and without secrets."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from mqttui.settings.draft import Draft
from mqttui.settings.recent import (
    MAX_BROKERS,
    address_of,
    forget_broker,
    load_recent,
    remember_broker,
)

LAB = Draft(host="lab.example", user="ada", keepalive_s=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where they are remembered."""
    return tmp_path / "state" / "recent.json"


def hosts(path: Path) -> list[str | None]:
    """Return the hosts in the order of the list."""
    return [broker.draft.host for broker in load_recent(path).brokers]


def test_the_newest_comes_first_and_each_once(path: Path) -> None:
    """Connecting again moves a broker up and takes over what was changed."""
    for seconds, draft in enumerate((LAB, Draft(host="b"), replace(LAB, keepalive_s=5))):
        remember_broker(path, draft, clock=lambda at_s=seconds: at_s)
    first, second = load_recent(path).brokers
    assert (first.draft, first.at_s) == (replace(LAB, keepalive_s=5), 2)
    assert (second.draft, second.at_s) == (Draft(host="b"), 1)


def test_another_user_or_port_is_another_broker(path: Path) -> None:
    """What differs in user, port or encryption is remembered apart; the usual port is no port."""
    for draft in (LAB, replace(LAB, user=None), replace(LAB, tls=True), replace(LAB, port=1883)):
        remember_broker(path, draft)
    assert len(load_recent(path).brokers) == 3
    assert address_of(LAB) == address_of(replace(LAB, port=1883, host="LAB.example"))


def test_the_list_is_bounded(path: Path) -> None:
    """The oldest gives way."""
    for number in range(MAX_BROKERS + 3):
        remember_broker(path, Draft(host=f"h{number}"))
    assert len(hosts(path)) == MAX_BROKERS
    assert hosts(path)[0] == f"h{MAX_BROKERS + 2}"
    assert "h2" not in hosts(path)


def test_a_broker_can_be_forgotten(path: Path) -> None:
    """It is gone from the file, and the others stay."""
    remember_broker(path, LAB)
    remember_broker(path, Draft(host="b"))
    forget_broker(path, address_of(LAB))
    assert hosts(path) == ["b"]


def test_nothing_secret_is_written(path: Path) -> None:
    """Neither a signature nor the way to a password; and nobody else may read the file."""
    draft = replace(
        LAB,
        password_file=Path("/home/ada/geheim"),
        websocket=True,
        websocket_path="/mqtt?signature=geheim",
    )
    remember_broker(path, draft)
    assert "geheim" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_recent(path).brokers[0].draft.websocket_path == "/mqtt"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"recent": 3}', "[" * 100_000])
def test_a_damaged_file_is_told_and_replaced(path: Path, text: str) -> None:
    """The list begins anew and somebody is told why."""
    path.parent.mkdir()
    path.write_text(text)
    loaded = load_recent(path)
    assert (loaded.brokers, loaded.problem) == (
        (),
        f"{path} is damaged, so the recent brokers are lost.",
    )
    remember_broker(path, LAB)
    assert hosts(path) == ["lab.example"]


def test_damaged_entries_are_counted_and_the_others_used(path: Path) -> None:
    """One odd entry costs nothing but itself."""
    remember_broker(path, LAB)
    entries = json.loads(path.read_text())["recent"]
    odd = [3, {"at_s": "x", "connection": {"host": "h"}}, {"at_s": 1, "connection": {"hots": 1}}]
    path.write_text(json.dumps({"recent": [*odd, *entries, {"at_s": float("nan")}]}))
    loaded = load_recent(path)
    assert [broker.draft for broker in loaded.brokers] == [LAB]
    assert loaded.problem == f"{path} has 4 damaged entries, which are not used."
