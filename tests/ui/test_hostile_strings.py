"""Hostile topics and payloads in every part of the interface.

What would go to the terminal is looked at as it is: no control character but the sequences with
which Textual itself colours and places text, and no style or link out of a topic or payload.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from mqttui.core.message import RETAIN
from mqttui.core.publishing import Outcome, PublishRequest, ReceiptStatus
from mqttui.core.source import Phase, SourceCounters, SubscriptionStatus
from mqttui.core.trace import Direction, TraceEntry
from mqttui.ui.tabs.registry import TABS
from tests.support.hostile_strings import HOSTILE, unsafe_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOPICS = {name: data for name, data in HOSTILE.items() if data and b"\0" not in data}

# Colours and attributes, and placing the cursor (ECMA-48): nothing else may be there.
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;]*[mH]")


def sent_to_terminal(explorer) -> str:
    """Return what a full paint of the screen would write, without Textual's own sequences."""
    app = explorer.app
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    written = update.render_segments(app.console)
    assert OWN_SEQUENCES.search(written)
    return OWN_SEQUENCES.sub("", written)


def check_screen(explorer, where: str) -> str:
    """Fail when anything unsafe would be written; return the text of the screen."""
    text = sent_to_terminal(explorer)
    # Rows are ended by a line feed.
    unsafe = unsafe_characters(text.replace("\n", ""))
    assert not unsafe, f"{where}: {sorted(map(ascii, unsafe))}"
    for strip in explorer.app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            if style is not None:
                assert style.link is None, where
                # Actions are for what Textual's own widgets offer to a click.
                assert "app.quit" not in str(style.meta), where
    return text


def deliver(source, topic: bytes, payload: bytes, *, is_retained: bool = False) -> None:
    """Let one message wait."""
    source.deliver([(topic, payload, RETAIN if is_retained else 0, None)])


def batched(names: Iterable[str], count: int) -> Iterator[list[str]]:
    """Yield names, `count` at a time."""
    left = iter(names)
    while some := list(islice(left, count)):
        yield some


async def open_all(explorer) -> None:
    """Open every branch and go to the first topic."""
    await explorer.press("E", "home")


TOGETHER = 4
MANY = 8
MOST_TOGETHER_BYTES = 400
SCREENS = {
    "busiest": ["b"],
    "hygiene": ["y"],
    "copy": ["Y"],
    "publish": ["P"],
    "answer": ["a"],
    "subscriptions": ["s"],
    "charts": ["2"],
    "devices": ["3"],
    "pins": ["asterisk"],
    "log": ["L"],
    "packets": ["L", "t", "R"],
    "clear retained": ["x"],
}


# What is shown there does not depend on the topic under the cursor.
FOR_ALL_TOPICS = {"busiest", "hygiene", "subscriptions", "devices", "log", "packets"}
WAYS = (
    (("home", "down", "down", "down"), SCREENS),
    (("end", "up"), {name: SCREENS[name] for name in SCREENS if name not in FOR_ALL_TOPICS}),
)


async def test_every_string_as_topic_and_payload(explore, source) -> None:
    """All at once in the tree, and from two topics to every screen and panel there is."""
    async with explore(width=120, height=36) as explorer:
        for name, data in TOPICS.items():
            deliver(source, b"top/" + data, HOSTILE[name], is_retained=True)
            deliver(source, b"top/" + data, HOSTILE[name])
        source.trace.recorded += [
            TraceEntry(
                number,
                1000.0 + number,
                Direction.RECEIVED,
                "PUBLISH",
                topic=data[:256],
                words=data[:500].decode("utf-8", "backslashreplace"),
            )
            for number, data in enumerate(TOPICS.values(), 1)
        ]
        await explorer.settle()
        check_screen(explorer, "closed tree")
        await open_all(explorer)
        assert "top" in check_screen(explorer, "tree")
        pages = explorer.outline.row_count // explorer.tree.size.height
        assert pages
        for page in range(pages):
            await explorer.press("pagedown")
            check_screen(explorer, f"page {page} of the tree")
        for way, screens in WAYS:
            for screen, keys in screens.items():
                await explorer.pilot.press(*way, *keys)
                for key in ("down", "end", "tab", "enter"):
                    await explorer.press(key)
                    check_screen(explorer, f"{screen} after {key}")
                for _ in range(4):
                    if explorer.app.screen is explorer.app.connection.explorer and (
                        explorer.tree.has_focus
                    ):
                        break
                    await explorer.press("escape")
                assert explorer.tree.has_focus, screen


async def test_every_string_in_the_message_pane(explore, source) -> None:
    """Each as it is beside its kin in JSON; then many at a time in every view that there is."""
    async with explore(width=120, height=30) as explorer:
        deliver(source, b"one", b"first")
        await explorer.settle()
        await explorer.press("home", "tab")
        for name, data in HOSTILE.items():
            for payload in (json.dumps({"text": data.decode("latin-1")}).encode(), data):
                deliver(source, b"one", payload)
            await explorer.settle()
            assert "one" in check_screen(explorer, name)
        texts = {name: data[:MOST_TOGETHER_BYTES] for name, data in HOSTILE.items()}
        for view in TABS:
            for names in batched(texts, MANY):
                some = {
                    texts[name].decode("latin-1"): texts[name].decode("latin-1") for name in names
                }
                deliver(source, b"one", json.dumps(some, ensure_ascii=False).encode())
                await explorer.settle()
                assert f"[{view.title}]" in check_screen(explorer, f"{view.name}: {names}")
            for key in ("pagedown", "end", "full_stop"):
                await explorer.press(key)
                check_screen(explorer, f"{view.name}, after {key}")


async def test_markup_is_shown_as_it_came(explore, source) -> None:
    """Brackets are text: nothing is coloured, nothing can be clicked, nothing is left out."""
    async with explore(width=160, height=40) as explorer:
        for name in ("markup", "markup action", "markup link"):
            deliver(source, b"m/" + HOSTILE[name].replace(b"/", b"|"), HOSTILE[name])
        await explorer.settle()
        await open_all(explorer)
        screen = check_screen(explorer, "tree")
        assert "[red]red[" in screen
        assert "[@click=app.quit]quit[" in screen
        assert "[link=https:" in screen
        for row in range(1, 12):
            await explorer.pilot.click("#topic-tree", offset=(20, row))
        await explorer.settle()
        assert explorer.app.is_running
        assert not explorer.app._exit


async def test_every_string_from_the_broker_itself(explore, source) -> None:
    """In names of brokers, filters, reasons, causes of drops and exceptions: banner, log, bar."""
    async with explore(width=110, height=30, contains_failures=True) as explorer:
        await explorer.press("L")
        workspace = explorer.app.connection.workspace
        connected = source.status
        texts = [data[:2000].decode("utf-8", "surrogateescape") or "x" for data in HOSTILE.values()]
        for start in range(0, len(texts), TOGETHER):
            some = texts[start : start + TOGETHER]
            first = workspace.journal.log.newest
            source.status = replace(
                connected,
                label=some[0],
                client_id=some[-1],
                protocol=some[-1][:5],
                warnings=tuple(some),
                subscriptions=(
                    *(SubscriptionStatus(text, 0, 0) for text in some),
                    *(SubscriptionStatus(f"y/{n}", 1, None, text) for n, text in enumerate(some)),
                ),
            )
            source.counters = SourceCounters(dropped=dict.fromkeys(some, 3))
            await explorer.settle()
            check_screen(explorer, f"connected, {some!r:.100}")
            for text in some:
                receipt = workspace.source.publish(PublishRequest(text, b"", 1))
                receipt.status = ReceiptStatus(Outcome.REFUSED, text, is_final=True)
                workspace.journal.note_settings_problem(text, 0.0)
                assert explorer.app.containment.takes(ValueError(text))
            source.status = replace(
                source.status,
                phase=Phase.WAITING,
                problem=some[-1],
                advice=some[0],
                connected_at_s=None,
            )
            await explorer.settle()
            check_screen(explorer, f"waiting, {some!r:.100}")
            told = workspace.journal.log.events(after=first)
            subjects = {event.subject.value for event in told}
            assert {"connection", "subscriptions", "publish", "settings"} <= subjects
            await explorer.press("enter")
            check_screen(explorer, f"whole entry, {some!r:.100}")
            await explorer.press("escape")


async def test_hostile_text_can_be_typed_and_pasted(explore, source) -> None:
    """Search and filters take what is pasted, leave out what steers, and show the rest."""
    deliver(source, b"a/b", b"1")
    async with explore(width=120, height=40) as explorer:
        for keys in (["slash"], ["L", "slash"]):
            await explorer.press(*keys)
            for name in ("colour", "markup action", "clipboard", "bidirectional override", "NUL"):
                field = explorer.app.focused
                field.value = HOSTILE[name].decode()
                await explorer.settle()
                check_screen(explorer, f"{keys}, {name}")
            await explorer.press("escape", "escape")
