"""Copying by OSC 52: what is offered, what is written to the terminal, what is said."""

from __future__ import annotations

import base64
import re

import pytest

from mqttui.ui.clipboard import MOST_BYTES, osc52
from mqttui.ui.screens.copy import CopyScreen

SIZES = [(80, 24), (160, 50)]
SEQUENCE = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


@pytest.fixture(autouse=True)
def outside_tmux(monkeypatch):
    """The tests may run inside tmux."""
    monkeypatch.delenv("TMUX", raising=False)


def watch_driver(explorer) -> list[str]:
    """Return what is written to the terminal from now on."""
    written: list[str] = []
    explorer.app._driver.write = written.append
    return written


def copied(written: list[str]) -> list[str]:
    """Return the texts in the sequences that were written, which must be whole."""
    found = [each for each in written if "\x1b]52" in each]
    assert all(SEQUENCE.fullmatch(each) for each in found)
    return [base64.b64decode(SEQUENCE.fullmatch(each)[1]).decode() for each in found]


def notices(explorer) -> list[str]:
    return [notification.message for notification in explorer.app._notifications]


async def select(explorer, topic: str) -> None:
    assert explorer.tree.go_to(explorer.app.connection.workspace.store.find(topic))
    await explorer.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_topic_payload_value_and_path(explore, source, size) -> None:
    """`Y` offers them; each arrives at the terminal byte by byte, and a notice says how much."""
    payload = '{"volt": 4.80, "unit": "°C"}'
    source.publish("lab/data", payload)
    async with explore(*size) as explorer:
        await select(explorer, "lab/data")
        written = watch_driver(explorer)
        await explorer.press("Y")
        assert isinstance(explorer.app.screen, CopyScreen)
        screen = "\n".join(explorer.screen())
        assert all(text in screen for text in ("topic", "payload", "$.volt", "4.80", "$.unit"))
        await explorer.press("t")
        await explorer.press("Y", "p")
        await explorer.press("Y", "down", "down", "enter")
        await explorer.press("Y", "end", "J")
        assert copied(written) == ["lab/data", payload, "4.80", "$.unit"]
        assert notices(explorer) == [
            "Topic: 8 bytes sent to the terminal's clipboard.",
            "Payload: 29 bytes sent to the terminal's clipboard.",
            "$.volt: 4 bytes sent to the terminal's clipboard.",
            "path $.unit: 6 bytes sent to the terminal's clipboard.",
        ]


async def test_only_what_is_there_is_offered(explore, source) -> None:
    """A branch has no payload, and a topic no path: their keys are not on the bar."""
    source.publish("lab/data", '{"volt": 4.80}')
    async with explore() as explorer:
        explorer.app.connection.explorer._go_to(
            explorer.app.connection.workspace.store.root.children["lab"]
        )
        await explorer.press("Y")
        assert "Payload" not in explorer.screen()[-2] + explorer.screen()[-1]
        bar = next(line for line in explorer.screen() if "enter Copy" in line)
        assert "JSON path" not in bar
        await explorer.press("escape")
        await select(explorer, "lab/data")
        await explorer.press("Y", "end")
        bar = next(line for line in explorer.screen() if "enter Copy" in line)
        assert "p Payload" in bar
        assert "J JSON path" in bar


async def test_keys_typed_ahead_of_the_pane_copy_of_the_selected_topic(explore, source) -> None:
    """`Y` right after a move offers the payload of the new topic, not what the pane still shows."""
    source.publish("lab/a", '{"volt": 4.80}')
    source.publish("lab/b", '{"ampere": 0.12}')
    async with explore() as explorer:
        await select(explorer, "lab/a")
        store = explorer.app.connection.workspace.store
        explorer.tree.go_to(store.find("lab/b"))
        explorer.app.connection.explorer.action_copy()
        names = [each.name for each in explorer.app.screen._offered]
        assert names == ["topic", "payload", "$.ampere"]


async def test_by_mouse(explore, source) -> None:
    """A second click on a row copies it."""
    source.publish("lab/data", "hello")
    async with explore() as explorer:
        await select(explorer, "lab/data")
        written = watch_driver(explorer)
        await explorer.press("Y")
        await explorer.pilot.click("#copy-list", offset=(3, 1), times=2)
        await explorer.settle()
        assert copied(written) == ["hello"]


async def test_the_message_that_is_shown_is_the_one_that_is_copied(explore, source) -> None:
    """Whoever looks at an earlier message copies that, not the last one."""
    source.publish("lab/data", "first")
    source.publish("lab/data", "second")
    async with explore() as explorer:
        await select(explorer, "lab/data")
        written = watch_driver(explorer)
        await explorer.press("tab", "tab", "down", "down")
        assert explorer.app.screen.query_one("MessagePane").is_frozen
        await explorer.press("Y", "p")
        assert copied(written) == ["first"]


async def test_escape_and_nothing_selected_copy_nothing(explore, source) -> None:
    """There is a way out, and without a topic there is nothing to offer."""
    source.publish("lab/data", "1")
    async with explore() as explorer:
        written = watch_driver(explorer)
        await explorer.press("Y")
        assert not isinstance(explorer.app.screen, CopyScreen)
        await select(explorer, "lab/data")
        await explorer.press("Y", "escape")
        assert copied(written) == []
        assert explorer.app.focused is explorer.tree


async def test_what_is_too_long_is_refused_with_its_size(explore, source) -> None:
    """A terminal would cut it or drop it without a word."""
    source.publish("big", "x" * (MOST_BYTES + 1))
    source.publish("fits", "x" * MOST_BYTES)
    async with explore() as explorer:
        written = watch_driver(explorer)
        await select(explorer, "big")
        await explorer.press("Y", "p")
        assert copied(written) == []
        assert notices(explorer)[0].startswith("Payload: not copied. It has 74,995 bytes")
        await select(explorer, "fits")
        await explorer.press("Y", "p")
        assert len(copied(written)[0]) == MOST_BYTES
        assert max(map(len, written)) <= 100_000


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_texts_are_copied_whole_and_steer_nothing(explore, source, size) -> None:
    """What would end the sequence travels in base64; the list and the notice show it tamed."""
    hostile = "\x07\x1b\\\x1b]52;c;aGk=\x07[bold]\u202e\n$(reboot)"
    source.deliver([(f"evil/{hostile}".encode(), hostile.encode(), 0, None)])
    async with explore(*size) as explorer:
        await select(explorer, f"evil/{hostile}")
        written = watch_driver(explorer)
        await explorer.press("Y")
        assert all(line.isprintable() for line in explorer.screen())
        await explorer.press("p")
        await explorer.press("Y", "t")
        assert copied(written) == [hostile, f"evil/{hostile}"]
        assert "4 control characters are in it" in notices(explorer)[0]
        assert all(line.isprintable() for line in explorer.screen())


def test_tmux_gets_the_sequence_plain_and_wrapped() -> None:
    """It takes the one or hands through the other, as it is set; escapes inside are doubled."""
    plain = osc52("hi\x1b")
    assert plain == f"\x1b]52;c;{base64.b64encode(b'hi' + bytes([27])).decode()}\a"
    both = osc52("hi\x1b", is_in_tmux=True)
    assert both == plain + "\x1bPtmux;\x1b" + plain + "\x1b\\"
