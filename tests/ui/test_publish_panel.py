"""The publish panel sends what was typed and claims no success before the broker does."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mqttui.core.publish.run import WINDOW_MESSAGES
from mqttui.core.publishing import Outcome, PublishProperties, PublishRequest, ReceiptStatus
from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.preferences import Preferences
from tests.ui.conftest import CONNECTED

if TYPE_CHECKING:
    from pathlib import Path

SIZES = [(80, 24), (160, 50)]
ACKNOWLEDGED = ReceiptStatus(Outcome.ACKNOWLEDGED, "acknowledged in 12 ms", True, 0.012)
TOPIC = "anna-1a2b3c/lamp"


def panel(explorer):
    """Return the panel."""
    return explorer.app.connection.explorer.query_one("PublishPanel")


def screen(explorer) -> str:
    """Return everything in sight."""
    return "\n".join(explorer.screen())


async def opened(explorer, topic: str = TOPIC, payload: str = "") -> None:
    """Open the panel with a topic and a payload in its form."""
    await explorer.press("p")
    form = panel(explorer)._form
    form.fill_topic(topic)
    form.editor.load_text(payload)
    form.editor.move_cursor(form.editor.document.end)
    form.focus_payload()
    await explorer.settle()


async def choose(explorer, field: str, value: object) -> None:
    """Choose an option of a switch, as its keys would."""
    getattr(panel(explorer)._form, f"_{field}").value = value
    await explorer.settle()


def conclude(explorer, status: ReceiptStatus = ACKNOWLEDGED) -> None:
    """Let the broker say what became of every message."""
    for receipt in explorer.source.receipts:
        receipt.status = status


@pytest.mark.parametrize("size", SIZES)
async def test_from_the_tree_to_the_acknowledgement(explore, size: tuple[int, int]) -> None:
    """A topic is completed, JSON is judged, and the result is the broker's own."""
    async with explore(*size) as explorer:
        explorer.source.publish("anna-1a2b3c/lamp/cmd", "{}")
        await explorer.settle()
        await explorer.press("p", *"anna")
        assert "anna-1a2b3c/lamp/cmd" in screen(explorer)
        await explorer.press("right", "right", "right", "enter", *'{"on": true')
        assert "Not JSON: a comma or the end is missing, at line 1, column 12" in screen(explorer)
        await explorer.press("}")
        assert "✓ valid JSON  12 B" in screen(explorer)
        assert "known" in screen(explorer)
        await explorer.press("tab", "tab", "right", "ctrl+s")
        (receipt,) = explorer.source.receipts
        assert receipt.request == PublishRequest("anna-1a2b3c/lamp/cmd", b'{"on": true}', 1)
        assert "… queued" in screen(explorer)
        assert "acknowledged" not in screen(explorer)
        receipt.status = ACKNOWLEDGED
        await explorer.settle()
        assert "✓ acknowledged in 12 ms" in screen(explorer)
        await explorer.press("escape")
        assert explorer.app.focused is explorer.tree


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ReceiptStatus(Outcome.SENT, "sent", True), "✓ sent (QoS 0 is never acknowledged)"),
        (ReceiptStatus(Outcome.SENT, "sent, not acknowledged yet"), "… sent, not acknowledged"),
        (
            ReceiptStatus(Outcome.NO_SUBSCRIBERS, "no matching subscribers (…)", True, 0.0),
            "○ no matching subscribers",
        ),
        (
            ReceiptStatus(Outcome.REFUSED, "refused: not authorised to publish", True, 0.0),
            "✗ refused: not authorised to publish",
        ),
        (ReceiptStatus(Outcome.LOST, "lost: the connection ended", True), "✗ lost: the connection"),
    ],
)
async def test_each_outcome_has_its_words(explore, status: ReceiptStatus, words: str) -> None:
    """Success is claimed for nothing else than what the broker took."""
    async with explore() as explorer:
        await opened(explorer)
        await explorer.press("ctrl+s")
        conclude(explorer, status)
        await explorer.settle()
        assert words in screen(explorer)


async def test_an_earlier_loss_is_not_forgotten(explore) -> None:
    """What became of the messages before the newest is counted."""
    async with explore() as explorer:
        await opened(explorer)
        await explorer.press("ctrl+s", "ctrl+s", "ctrl+s")
        first, second, third = explorer.source.receipts
        third.status = ACKNOWLEDGED
        first.status = ReceiptStatus(Outcome.LOST, "lost", True)
        await explorer.settle()
        assert "so far: 1 acknowledged · 0 refused · 1 lost · 1 under way" in screen(explorer)
        second.status = ACKNOWLEDGED
        await explorer.settle()
        assert "2 acknowledged · 0 refused · 1 lost" in screen(explorer)


@pytest.mark.parametrize("size", SIZES)
async def test_what_may_do_harm_is_sent_by_a_second_key(explore, size: tuple[int, int]) -> None:
    """The second ctrl+s goes through for the same content; another content asks anew."""
    async with explore(*size) as explorer:
        explorer.source.publish(TOPIC, "theirs")
        await explorer.settle()
        await opened(explorer, payload="mine")
        await choose(explorer, "retain", True)
        await explorer.press("ctrl+s")
        assert not explorer.source.receipts
        assert "Somebody else publishes to this topic too" in screen(explorer)
        assert "ctrl+s once more sends it nevertheless" in screen(explorer)
        await explorer.press("!", "ctrl+s")
        assert not explorer.source.receipts
        await explorer.press("ctrl+s")
        assert [r.request.payload for r in explorer.source.receipts] == [b"mine!"]
        await explorer.press("ctrl+s")
        assert len(explorer.source.receipts) == 2


async def test_what_cannot_be_sent_is_told_while_it_is_typed(explore) -> None:
    """Wildcards in the topic, a variable that is none; the key sends nothing and goes there."""
    async with explore() as explorer:
        await explorer.press("p", *"anna/+")
        assert "must not contain the wildcards + and #" in screen(explorer)
        await explorer.press("ctrl+s")
        assert explorer.app.focused.id == "topic-field"
        await explorer.press("backspace", *"x")
        assert "wildcards" not in screen(explorer)
        await explorer.press("enter", *"{{nwo}}")
        assert "{{nwo}} is not a variable; did you mean {{now}}?" in screen(explorer)
        await explorer.press("ctrl+s")
        assert not explorer.source.receipts


async def test_variables_are_shown_before_they_are_sent(explore) -> None:
    """The preview is what leaves; a counter goes on with the next message."""
    async with explore() as explorer:
        await opened(explorer, payload='{"n": {{counter}}, "id": "{{uuid}}"}')
        shown = next(line for line in explorer.screen() if "sends {" in line).partition("sends ")[2]
        await explorer.press("ctrl+s")
        sent = explorer.source.receipts[0].request.payload.decode()
        assert sent.startswith('{"n": 1, "id": "')
        assert sent.startswith(shown.partition("…")[0].split("│")[0].rstrip()[:40])
        await explorer.press("ctrl+s")
        assert explorer.source.receipts[1].request.payload.startswith(b'{"n": 2, ')
        panel(explorer)._form.editor.load_text("t: {{ value_json.t }}")
        await choose(explorer, "variables", False)
        await explorer.press("ctrl+s")
        assert explorer.source.receipts[2].request.payload == b"t: {{ value_json.t }}"


async def test_hex_base64_and_files(explore, tmp_path: Path) -> None:
    """Bytes are sent as they are; a file tells its size, and why it cannot be read."""
    file = tmp_path / "firmware.bin"
    file.write_bytes(b"\0\1{{now}}")
    async with explore() as explorer:
        form_of = lambda: panel(explorer)._form  # noqa: E731
        await opened(explorer, payload="00 ff")
        await choose(explorer, "mode", _mode("HEX"))
        await explorer.press("ctrl+s")
        await choose(explorer, "mode", _mode("BASE64"))
        form_of().editor.load_text("AP8=")
        await explorer.press("ctrl+s")
        await choose(explorer, "mode", _mode("FILE"))
        form_of()._path_field.value = str(file)
        await explorer.until(lambda: "9 B in the file" in screen(explorer))
        form_of().focus_payload()
        await explorer.press("ctrl+s")
        await explorer.until(lambda: len(explorer.source.receipts) == 3)
        assert [r.request.payload for r in explorer.source.receipts] == [
            b"\0\xff",
            b"\0\xff",
            b"\0\1{{now}}",
        ]
        form_of()._path_field.value = str(tmp_path)
        await explorer.until(lambda: "is not a file" in screen(explorer))
        await explorer.press("ctrl+s")
        await explorer.settle()
        assert len(explorer.source.receipts) == 3


def _mode(name: str):
    from mqttui.core.publish.draft import PayloadMode

    return PayloadMode[name]


async def test_properties_and_mqtt_3_1_1(explore) -> None:
    """Properties go with the message; where there is no way to send them it is said."""
    async with explore(160, 50) as explorer:
        await opened(explorer)
        await explorer.press("f2")
        assert explorer.app.focused.id == "property-response_topic"
        await explorer.press(*"a/reply", "tab", *"0x01ff", "tab", "tab", *"60")
        await explorer.press("ctrl+s")
        assert explorer.source.receipts[0].request.properties == PublishProperties(
            response_topic="a/reply", correlation_data=b"\x01\xff", message_expiry_s=60
        )
        await explorer.press(*"x")
        assert "a number of seconds" in screen(explorer)
        await explorer.press("backspace", "f2")
        assert "response topic, correlation, expires after" in screen(explorer)
        explorer.source.status = replace(CONNECTED, protocol="3.1.1")
        await explorer.press(*"y")
        assert "left out: this connection is MQTT 3.1.1" in screen(explorer)
        await explorer.press("ctrl+s")
        assert explorer.source.receipts[1].request == PublishRequest(TOPIC, b"y")


@pytest.mark.parametrize("size", SIZES)
async def test_history_by_keyboard_and_mouse(explore, size: tuple[int, int]) -> None:
    """Enter or a click fills the form; a second click or ctrl+r sends; a message stands once."""
    async with explore(*size) as explorer:
        await opened(explorer, payload="first")
        await explorer.press("ctrl+s")
        panel(explorer)._form.editor.load_text("second")
        await explorer.press("ctrl+s")
        conclude(explorer)
        await explorer.settle()
        await explorer.press("ctrl+l")
        rows = [line for line in explorer.screen() if "first" in line or "second" in line]
        assert any("✓" in row and "second" in row for row in rows)
        await explorer.press("down", "enter")
        assert panel(explorer)._form.editor.text == "first"
        assert len(explorer.source.receipts) == 2
        await explorer.press("ctrl+l")
        await explorer.pilot.click("#saved-rows", offset=(3, 1), times=2)
        await explorer.settle()
        assert [r.request.payload for r in explorer.source.receipts] == [
            b"first",
            b"second",
            b"first",
        ]
        entries = panel(explorer)._shelf._memory.history.entries
        assert [entry.draft.text for entry in entries] == ["first", "second"]
        assert panel(explorer)._shelf.has_row, "the keyboard stays in the list"
        assert "^r Again" in screen(explorer)
        await explorer.press("down", "ctrl+r")
        assert explorer.source.receipts[-1].request.payload == b"second"
        assert len(explorer.source.receipts) == 4
        panel(explorer).focus_first()
        await explorer.press("ctrl+r")
        assert len(explorer.source.receipts) == 4, "in the form it sends nothing"


async def test_history_and_templates_outlive_the_run(explore, tmp_path: Path) -> None:
    """They are remembered per broker; a template is deleted when asked for twice."""
    options = {"memory_folder": tmp_path, "settings": ConnectionSettings("broker", 1883)}
    async with explore(160, 50, **options) as explorer:
        await opened(explorer, payload="sent")
        await explorer.press("ctrl+s")
        await explorer.press("ctrl+n", *"lamp on", "enter")
        await explorer.until(lambda: "lamp on" in "".join(_texts(tmp_path)))
        assert _modes(tmp_path) == {0o600}
    async with explore(160, 50, **options) as explorer:
        await explorer.press("p", "ctrl+l")
        assert "sent" in screen(explorer)
        await explorer.press("right")
        assert "lamp on" in screen(explorer)
        await explorer.press("enter")
        assert panel(explorer)._form.draft.topic == TOPIC
        await explorer.press("ctrl+l", "delete")
        assert "Delete once more" in screen(explorer)
        await explorer.press("delete")
        await explorer.until(lambda: "lamp on" not in "".join(_texts(tmp_path)))


def _modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def _texts(folder: Path) -> list[str]:
    return [file.read_text() for file in folder.iterdir() if not file.name.startswith(".")]


async def test_payloads_can_be_kept_out_of_memory(explore, tmp_path: Path) -> None:
    """With the preference turned off, the history is kept without what was in the messages."""
    preferences = Preferences(frame_rate_hz=0.5, remembers_payloads=False)
    options = {"memory_folder": tmp_path, "settings": ConnectionSettings("broker", 1883)}
    async with explore(160, 50, preferences, **options) as explorer:
        await opened(explorer, payload="hush")
        await explorer.press("ctrl+s")
        await explorer.until(lambda: TOPIC in "".join(_texts(tmp_path)))
        assert "hush" not in "".join(_texts(tmp_path))


async def test_repeated_sending_keeps_its_number(explore) -> None:
    """Each message has the next count; it tells how far it is and ends by itself."""
    async with explore() as explorer:
        await opened(explorer, payload="{{counter}}")
        await choose(explorer, "way", _way("REPEAT"))
        form = panel(explorer)._form
        form._fields["every"].value = "10 ms"
        form._fields["times"].value = "3"
        await explorer.press("ctrl+s")
        await explorer.until(lambda: len(explorer.source.receipts) == 3)
        conclude(explorer)
        await explorer.settle()
        assert [r.request.payload for r in explorer.source.receipts] == [b"1", b"2", b"3"]
        await explorer.until(lambda: "✓ 3 of 3 sent" in screen(explorer))
        assert "3 acknowledged · 0 refused · 0 lost" in screen(explorer)
        form._fields["every"].value = "1 h"
        await explorer.press("ctrl+s")
        await explorer.until(lambda: len(explorer.source.receipts) == 4)
        await explorer.settle()
        assert "1 of 3 sent; esc stops" in screen(explorer)
        await explorer.press("escape")
        assert "1 of 3 sent; stopped" in screen(explorer)


def _way(name: str):
    from mqttui.ui.widgets.publish_form import Way

    return Way[name]


async def test_a_burst_waits_for_receipts_and_stops_at_once(explore) -> None:
    """No more is under way than the window takes, and esc is the end."""
    async with explore() as explorer:
        await opened(explorer, payload="x")
        await choose(explorer, "way", _way("BURST"))
        panel(explorer)._form._fields["times"].value = "100000"
        await explorer.press("ctrl+s")
        receipts = explorer.source.receipts
        await explorer.until(lambda: len(receipts) >= WINDOW_MESSAGES)
        await explorer.settle()
        assert len(receipts) == WINDOW_MESSAGES
        assert f"{WINDOW_MESSAGES} of 100,000 sent" in screen(explorer)
        conclude(explorer)
        await explorer.until(lambda: len(receipts) > WINDOW_MESSAGES)
        await explorer.press("ctrl+s", "escape")
        sent = len(receipts)
        conclude(explorer)
        await explorer.settle()
        assert len(receipts) == sent < 100_000
        assert f"{sent:,} of 100,000 sent" in screen(explorer)
        assert "stopped" in screen(explorer)
        assert f"{sent:,} acknowledged" in screen(explorer)


async def test_a_request_and_its_answer(explore) -> None:
    """The answer's topic is subscribed to for as long as it takes; time and answer are shown."""
    async with explore(160, 50) as explorer:
        source = explorer.source
        source.status = replace(CONNECTED, subscriptions=())
        await opened(explorer, "lab-1a2b3c/cmd", '{"id": 7}')
        await choose(explorer, "way", _way("ASK"))
        await explorer.press("ctrl+s")
        await explorer.until(lambda: source.receipts)
        request = source.receipts[0].request
        assert request.properties.response_topic == "lab-1a2b3c/reply"
        assert source.calls[-1] == "subscribe lab-1a2b3c/reply"
        source.publish("lab-1a2b3c/reply", '{"id": 6}')
        source.publish("lab-1a2b3c/reply", '{"id": 7, "v": 4.8}')
        await explorer.settle()
        await explorer.until(lambda: "unsubscribe lab-1a2b3c/reply" in source.calls)
        await explorer.settle()
        assert "✓ answered in" in screen(explorer)
        assert '{"id": 7, "v": 4.8}' in screen(explorer)
        await explorer.press("f3")
        assert explorer.selected == "lab-1a2b3c/reply"


async def test_waiting_can_be_given_up(explore) -> None:
    """esc ends it, and the subscription with it."""
    async with explore() as explorer:
        explorer.source.status = replace(CONNECTED, subscriptions=())
        await opened(explorer, "lab-1a2b3c/do", "x")
        await choose(explorer, "way", _way("ASK"))
        await explorer.press("ctrl+s")
        await explorer.until(lambda: explorer.source.receipts)
        await explorer.press("escape")
        assert "given up waiting" in screen(explorer)
        assert explorer.source.calls[-1].startswith("unsubscribe mqttui/reply/")


async def test_publish_here_and_answer(explore) -> None:
    """The tree gives the topic, the message its answer's address."""
    async with explore() as explorer:
        explorer.source.publish("lab/b1/cmd", '{"id": "q1"}')
        await explorer.settle()
        await explorer.press("E", "end", "P")
        assert panel(explorer)._form.draft.topic == "lab/b1/cmd"
        await explorer.press("escape", "a")
        assert panel(explorer)._form.draft.topic == "lab/b1/reply"
        assert panel(explorer)._form.draft.text == '{"id": "q1"}'


async def test_reading_only_publishes_nothing(explore) -> None:
    """Neither key nor button sends, and it is said."""
    preferences = Preferences(frame_rate_hz=0.5, is_read_only=True)
    async with explore(preferences=preferences) as explorer:
        await opened(explorer, payload="x")
        await explorer.press("ctrl+s")
        await explorer.pilot.click("#publish-send")
        await explorer.settle()
        assert not explorer.source.receipts
        assert "mqttui may only read" in screen(explorer)


async def test_an_editor_of_ones_own(explore, monkeypatch, tmp_path: Path) -> None:
    """It gets a file of the user's alone, messages come in meanwhile, and the file goes away."""
    editor = tmp_path / "edit it"
    editor.write_text(
        "#!/bin/sh\n"
        f'stat -c "%a" "$2" > "{tmp_path}/mode"; echo "$2" > "{tmp_path}/name"\n'
        'echo "[\\"$1\\"]" > "$2"\n'
    )
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", f"'{editor}' 'a b'")

    @contextmanager
    def suspend(_app):
        yield

    async with explore() as explorer:
        monkeypatch.setattr(type(explorer.app), "suspend", suspend)
        await opened(explorer, payload="before")
        await explorer.press("ctrl+g")
        assert panel(explorer)._form.editor.text == '["a b"]'
        assert (tmp_path / "mode").read_text() == "600\n"
        assert not _exists((tmp_path / "name").read_text().strip())
        monkeypatch.setenv("VISUAL", "/no/such/editor")
        await explorer.press("ctrl+g")
        assert "/no/such/editor cannot be started" in screen(explorer)


def _exists(path: str) -> bool:
    from pathlib import Path

    return Path(path).exists()


async def test_hostile_text_is_drawn_as_symbols(explore) -> None:
    """What a paste or a message brings cannot steer the terminal, nor is it markup."""
    async with explore(160, 50) as explorer:
        await opened(explorer, payload="\x1b[31mred\x07 [bold]x[/bold] \u202e")
        text = screen(explorer)
        assert "␛[31mred␇ [bold]x[/bold]" in text
        assert "\u202e" not in text
        panel(explorer)._form.topic._field.value = "a\x1b[2J"
        await explorer.settle()
        assert panel(explorer)._form.draft.topic == "a␛[2J"
        await explorer.press("ctrl+s", "ctrl+s", "ctrl+l")
        assert "[bold]x[/bold]" in screen(explorer)
        assert "\x1b" not in screen(explorer)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (120, 36), (160, 50)])
async def test_every_field_is_in_sight(explore, width: int, height: int) -> None:
    """No choice is cut off, also while the result takes several rows."""
    async with explore(width, height) as explorer:
        await opened(explorer, "/a b/", "x")
        await explorer.press("ctrl+s")
        text = screen(explorer)
        for words in ("Topic", "[x] variables", "burst", "Properties", "Send", "once more sends"):
            assert words in text, words
        await explorer.press("ctrl+l")
        assert "templates" in screen(explorer)


async def test_all_warnings_are_read_where_the_payload_leaves_room(explore) -> None:
    """On a small terminal three warnings of several rows are shown whole, not counted."""
    async with explore(80, 24) as explorer:
        await opened(explorer, "/a b/ü/cmd", '{"a": ')
        await explorer.press("ctrl+s")
        assert "more lines" not in screen(explorer)
        assert screen(explorer).count("▲") >= 3
        assert "ctrl+s once more sends it nevertheless." in screen(explorer)
