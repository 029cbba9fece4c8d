"""Clearing retained messages: what it hits, the name, progress, cancel, undo, older backups."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mqttui.core.retained.fetching import RetainedMessage
from mqttui.core.source import Phase
from mqttui.settings.preferences import Preferences
from mqttui.ui.screens.backups import BackupsScreen
from mqttui.ui.screens.explorer import ExplorerScreen
from mqttui.ui.screens.retained import RetainedScreen
from tests.support.retaining import RetainingSource

if TYPE_CHECKING:
    from pathlib import Path

SIZES = [(80, 24), (160, 50)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where backups go."""
    monkeypatch.setenv("MQTTUI_STATE_DIR", str(tmp_path))
    return tmp_path / "retained"


@pytest.fixture
def broker(source) -> RetainingSource:
    """Return what the fake source's broker retains: thirty topics of a class, three others."""
    names = [f"iot49/b{number:02}/status" for number in range(30)]
    found = [RetainedMessage(name.encode(), b"online", 1) for name in names]
    broker = RetainingSource(
        [
            *found,
            RetainedMessage(b"iot49", b"top", 0),
            RetainedMessage(b"iot49/blob", b"x" * 10, 1, full_size_bytes=2_000_000),
            RetainedMessage(b"other", b"stays", 0),
        ]
    )
    source.fetch_retained = broker.fetch_retained
    source.publish_request = broker.publish
    plain_publish = source.publish

    def publish(topic, *arguments, **options):
        if isinstance(topic, str):
            return plain_publish(topic, *arguments, **options)
        return broker.publish(topic)

    source.publish = publish
    for name in [*names, "iot49", "other"]:
        source.publish(name, broker.retained[name.encode()].payload, retain=True)
    source.publish("live/value", "21.5")
    return broker


def text_of(explorer) -> str:
    """Return the screen as one text."""
    return "\n".join(explorer.screen())


def newest_notice(explorer) -> str:
    """Return what the app said last beside the screen; a test run shows no toasts."""
    return list(explorer.app._notifications)[-1].message


async def show(explorer, *keys: str) -> None:
    """Press keys, and draw until the broker has answered."""
    await explorer.press(*keys)
    explorer.draw(time.time())
    await explorer.settle()


async def ended(explorer) -> str:
    """Wait until the work is done and return the screen."""
    screen = explorer.app.screen
    await explorer.until(lambda: screen._work is not None and screen._work.status.is_done)
    await explorer.settle()
    return text_of(explorer)


async def select(explorer, path: str) -> None:
    """Put the cursor on a topic or branch."""
    node = explorer.app.connection.workspace.store.root
    for name in path.split("/"):
        node = node.children[name]
    explorer.app.connection.explorer._go_to(node)
    await explorer.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_a_branch_is_listed_and_cleared_after_its_name(explore, broker, folder, size) -> None:
    """At both sizes: the list with its count, the name, the broker's word, the backup, the mark."""
    async with explore(*size) as explorer:
        await select(explorer, "iot49")
        await show(explorer, "x")
        assert isinstance(explorer.app.screen, RetainedScreen)
        text = text_of(explorer)
        assert "Clear what is retained under iot49/#" in text
        assert "32 messages" in text
        assert "This clears 31 messages" in text
        assert "iot49/b00/status" in text
        assert "1 message larger than the payload limit" in text
        assert "To clear 31 messages press enter, then type iot49" in text
        await explorer.press("enter")
        assert "Type iot49 and press enter to clear 31 messages" in text_of(explorer)
        assert broker.requests == []
        await explorer.press(*"iot4", "enter")
        assert "This is not the name" in text_of(explorer)
        assert broker.requests == []
        await explorer.press("9", "enter")
        text = await ended(explorer)
        assert "31 of 31 cleared, and the broker confirms it." in text
        assert set(broker.retained) == {b"iot49/blob", b"other"}
        assert {(r.payload, r.qos, r.retain) for r in broker.requests} == {(b"", 1, True)}
        (file,) = folder.iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert len(file.read_text().splitlines()) == 32
        await explorer.press("escape")
        assert isinstance(explorer.app.screen, ExplorerScreen)
        assert "⚑" not in explorer.row_of("iot49")


async def test_only_the_topic_of_a_branch(explore, broker) -> None:
    """A topic with others below it can be cleared alone, by key and by mouse."""
    async with explore() as explorer:
        await select(explorer, "iot49")
        await show(explorer, "x", "t")
        assert "This clears 1 message " in text_of(explorer)
        await explorer.pilot.click("#retained-switches", offset=(16, 0))
        await show(explorer)
        assert "This clears 31 messages" in text_of(explorer)
        await explorer.pilot.click("#retained-switches", offset=(3, 0))
        await show(explorer)
        await explorer.press("enter", *"iot49", "enter")
        assert "1 of 1 cleared" in await ended(explorer)
        assert [request.topic for request in broker.requests] == ["iot49"]


async def test_cancel_go_on_and_undo(explore, broker) -> None:
    """What was cleared is counted, the rest is offered, and one key brings all of it back."""
    async with explore() as explorer:
        before = dict(broker.retained)
        await select(explorer, "iot49")
        await show(explorer, "x")
        broker.is_prompt = False
        await explorer.press("enter", *"iot49", "enter")
        screen = explorer.app.screen
        await explorer.until(lambda: screen._work.status.progress.in_flight)
        await explorer.press("escape")
        assert isinstance(explorer.app.screen, RetainedScreen)
        broker.answer()
        text = await ended(explorer)
        sent = len(broker.requests)
        if sent < 31:
            assert f"Cancelled: {sent} of 31 cleared, {31 - sent} not touched." in text
            broker.is_prompt = True
            await explorer.press("c")
            text = await ended(explorer)
        broker.is_prompt = True
        assert "confirms it" in text
        assert "Press u to put back" in text
        assert set(broker.retained) == {b"iot49/blob", b"other"}
        await explorer.press("u")
        assert "31 of 31 put back, and the broker confirms it." in await ended(explorer)
        assert broker.retained == before


async def test_what_cannot_be_backed_up_needs_insisting(explore, broker) -> None:
    """A cut payload is cleared only when the user says so."""
    async with explore() as explorer:
        await select(explorer, "iot49")
        await show(explorer, "x")
        await explorer.press("i")
        assert "This clears 32 messages" in text_of(explorer)
        await explorer.press("enter", *"iot49", "enter")
        assert "32 of 32 cleared" in await ended(explorer)
        await explorer.press("u")
        assert "31 of 31 put back" in await ended(explorer)


async def test_refusals_come_first_with_their_reasons(explore, broker) -> None:
    """After the work the list begins with what went wrong."""
    async with explore() as explorer:
        broker.refused = {b"iot49/b17/status"}
        broker.ignored = {b"iot49/b21/status"}
        await select(explorer, "iot49")
        await show(explorer, "x")
        await explorer.press("enter", *"iot49", "enter")
        text = await ended(explorer)
        assert "29 of 31 cleared, 1 refused" in text
        assert "Refused: not authorised (1)." in text
        rows = [line for line in text.splitlines() if "iot49/b" in line]
        assert "✗ iot49/b17/status" in rows[0]
        assert "refused: not authorised" in rows[0]
        assert "✗ iot49/b21/status" in rows[1]
        assert "still retained" in rows[1]


async def test_a_lost_connection_is_told_and_can_be_gone_on_with(explore, source, broker) -> None:
    """Nothing is offered that needs the broker before it is back."""
    async with explore() as explorer:
        await select(explorer, "iot49")
        await show(explorer, "x")
        broker.is_prompt = False
        await explorer.press("enter", *"iot49", "enter")
        screen = explorer.app.screen
        await explorer.until(lambda: screen._work.status.progress.in_flight)
        source.status = replace(source.status, phase=Phase.WAITING)
        broker.disconnect()
        text = await ended(explorer)
        assert "The connection was lost: 0 of 31 cleared" in text
        assert "When the connection is back, press" in text
        await explorer.press("c")
        assert screen._work.status.is_done
        source.status = replace(source.status, phase=Phase.CONNECTED)
        broker.reconnect()
        broker.is_prompt = True
        await explorer.settle()
        await explorer.press("c")
        assert "31 of 31 cleared" in await ended(explorer)


async def test_an_older_backup_is_put_back(explore, broker, folder) -> None:
    """From the list of files: damaged ones say why, newer values stay unless replaced."""
    async with explore() as explorer:
        await select(explorer, "iot49")
        await show(explorer, "x")
        await explorer.press("enter", *"iot49", "enter")
        await ended(explorer)
        await explorer.press("escape")
        broker.retained[b"iot49/b03/status"] = RetainedMessage(b"iot49/b03/status", b"new", 0)
        (folder / "00000000-broken.jsonl").write_text("{\n")
        await explorer.press("X")
        screen = explorer.app.screen
        assert isinstance(screen, BackupsScreen)
        await explorer.until(lambda: "2 backups" in text_of(explorer))
        assert "31 messages" in text_of(explorer)
        await explorer.press("down", "enter")
        assert "00000000-broken.jsonl is not a backup" in text_of(explorer)
        await explorer.press("up", "enter")
        await explorer.until(lambda: isinstance(explorer.app.screen, RetainedScreen))
        await show(explorer)
        text = text_of(explorer)
        assert "This publishes 30 messages with retain, as they were." in text
        assert "1 message with another value on the broker by now" in text
        await explorer.press("i")
        assert "1 message of another value are replaced" in text_of(explorer)
        await explorer.press("enter", *"put back", "enter")
        assert "31 of 31 put back" in await ended(explorer)
        assert broker.retained[b"iot49/b03/status"].payload == b"online"
        # Two backups of one second differ by a number, which names do not sort by.
        newest = max(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        assert json.loads(newest.read_text().splitlines()[1]) == {
            "topic": "iot49/b03/status",
            "payload": "new",
            "qos": 0,
        }
        await explorer.press("u")
        assert "1 of 1 put back" in await ended(explorer)
        assert broker.retained[b"iot49/b03/status"].payload == b"new"


async def test_the_brokers_own_topics_and_nothing_selected(explore, source, broker) -> None:
    """Neither opens the screen; both say why."""
    source.publish("$SYS/broker/version", "mosquitto", retain=True)
    async with explore() as explorer:
        await explorer.press("x")
        assert "Select a topic" in newest_notice(explorer)
        await select(explorer, "$SYS/broker/version")
        await explorer.press("x")
        assert isinstance(explorer.app.screen, ExplorerScreen)
        assert "belong to the broker" in newest_notice(explorer)


async def test_while_only_reading_nothing_can_be_cleared(explore, broker) -> None:
    """The keys say that they do nothing; to ask is still allowed."""
    preferences = Preferences(frame_rate_hz=0.5, is_read_only=True)
    async with explore(preferences=preferences) as explorer:
        await select(explorer, "iot49")
        await explorer.press("down", "up")
        assert not explorer.app._notifications, "another key says nothing"
        await explorer.press("x")
        assert newest_notice(explorer) == "mqttui may only read: nothing can be changed."
        await explorer.press("X")
        assert isinstance(explorer.app.screen, ExplorerScreen)
        await show(explorer, "i")
        assert "the broker retains this value" in text_of(explorer)


async def test_hostile_names_are_shown_and_confirmed_by_a_number(explore, source, broker) -> None:
    """Nothing of a name or value reaches the terminal raw, and what cannot be typed need not be."""
    name = "a\u202e[b]\x1b[2J"
    broker.retained[name.encode()] = RetainedMessage(name.encode(), b"\x1b[31m[red]", 0)
    source.publish(name, "x", retain=True)
    async with explore() as explorer:
        await select(explorer, name)
        await show(explorer, "x")
        text = text_of(explorer)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "a⟨U+202E⟩[b]␛[2J" in text
        await explorer.press("enter", *"clear 1", "enter")
        assert "1 of 1 cleared" in await ended(explorer)
        assert name.encode() not in broker.retained


async def test_nothing_retained_offers_nothing(explore, broker) -> None:
    """There is nothing to type and nothing to confirm."""
    async with explore() as explorer:
        await select(explorer, "live/value")
        await show(explorer, "x", "enter")
        assert "Nothing is retained here that could be cleared." in text_of(explorer)
        assert "Type" not in text_of(explorer)


async def test_leaving_ends_a_question(explore, source) -> None:
    """Nobody waits for an answer any more."""
    source.publish("a", "1", retain=True)
    async with explore() as explorer:
        await select(explorer, "a")
        await explorer.press("x", "escape")
        assert source.fetches[-1].is_cancelled


@pytest.mark.parametrize(
    ("path", "words", "mark"),
    [
        ("other", "Yes: the broker retains this value", True),
        ("live/value", "No: the broker retains nothing here", False),
        ("iot49/b05/status", "Changed: the broker retains another value", True),
        ("live", "0 messages retained below this branch", False),
    ],
)
@pytest.mark.parametrize("size", SIZES)
async def test_is_it_retained(explore, source, broker, path, words, mark, size) -> None:
    """Yes, no, changed, and how many below a branch; the mark in the tree follows."""
    broker.retained[b"iot49/b05/status"] = RetainedMessage(b"iot49/b05/status", b"offline", 1)
    async with explore(*size) as explorer:
        await select(explorer, path)
        await show(explorer, "i")
        text = text_of(explorer)
        assert words in " ".join(text.split())
        assert "20 ms" in text
        if "Changed" in words:
            assert "differs from byte 2, 7 B, not 6 B: retained offline" in text
        if "/" in path or path == "other":
            assert ("⚑" in explorer.row_of(path.rpartition("/")[2])) == mark
        await explorer.press("escape")
        assert words not in text_of(explorer)


async def test_the_mark_follows_what_the_broker_says(explore, source, broker) -> None:
    """A mark that is out of date goes, one that is missing comes, for a whole branch at once."""
    del broker.retained[b"iot49/b05/status"]
    source.publish("iot49/b05/status", "back")
    async with explore() as explorer:
        await select(explorer, "iot49/b05/status")
        assert "⚑" in explorer.row_of("back")
        await show(explorer, "i")
        assert "⚑" not in explorer.row_of("back")
        broker.retained[b"live/value"] = RetainedMessage(b"live/value", b"21.5", 0)
        await select(explorer, "live")
        await show(explorer, "i")
        await select(explorer, "live/value")
        assert "⚑" in explorer.row_of("21.5")


async def test_another_topic_closes_the_answer(explore, broker) -> None:
    """An answer stands only beside its question."""
    async with explore() as explorer:
        await select(explorer, "other")
        await show(explorer, "i")
        assert "Yes" in text_of(explorer)
        await explorer.press("up")
        assert "Yes: the broker" not in text_of(explorer)
