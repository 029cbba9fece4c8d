"""The log pane: events and packets."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from mqttui.core.log.event_log import Severity, Subject
from mqttui.core.publishing import Outcome, PublishRequest, ReceiptStatus
from mqttui.core.source import Phase, SourceCounters
from mqttui.core.store import TopicStore
from mqttui.core.trace import Direction, TraceEntry
from mqttui.ui.panels.log import LogPanel, trace_file_name
from mqttui.ui.screens.save import SaveScreen

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


def log_of(explorer):
    """Return the event log of the connection in sight."""
    return explorer.app.connection.workspace.journal.log


def panel_of(explorer) -> LogPanel:
    """Return the panel."""
    return explorer.app.screen.query_one(LogPanel)


def rows(explorer) -> list[str]:
    """Return the visible rows of the list."""
    tail = panel_of(explorer).view.tail
    lines = [strip.text.rstrip() for strip in tail.render_lines(tail.size.region)]
    return [line for line in lines if line]


def words(explorer) -> str:
    """Return what stands below the list."""
    return " ".join(panel_of(explorer).view._words.text.split())


def frame(explorer) -> str:
    """Return what stands in the lower frame."""
    return panel_of(explorer).status


def switches(explorer) -> str:
    """Return the row of choices."""
    found = panel_of(explorer).query_one("#log-switches")
    return found.render_lines(found.size.region)[0].text


async def add(explorer, count: int, severity: Severity = Severity.INFO, start: int = 0) -> None:
    """Add events."""
    for number in range(start, start + count):
        log_of(explorer).add(1000.0 + number, severity, Subject.CONNECTION, f"event {number}")
    await explorer.settle()


async def test_the_key_opens_what_happened(explore, source) -> None:
    """What a connection did is there in sentences; esc goes back to the tree."""
    async with explore() as explorer:
        await explorer.press("L")
        assert any("Connected to broker.example:1883 with MQTT 5" in row for row in rows(explorer))
        assert any("#: subscribed, the broker grants QoS 0." in row for row in rows(explorer))
        source.status = replace(
            source.status,
            phase=Phase.WAITING,
            problem="The broker is gone.",
            advice="Look at its cable.",
            connected_at_s=None,
        )
        await explorer.settle()
        last = rows(explorer)[-1]
        assert "▌" in last
        assert " !  connection" in last
        assert words(explorer).startswith("Warning: The broker is gone. Look at its cable.")
        await explorer.press("escape")
        assert explorer.tree.has_focus


async def test_every_receipt_is_told(explore, source) -> None:
    """Whoever publishes through the workspace, the log tells what became of it."""
    async with explore() as explorer:
        workspace = explorer.app.connection.workspace
        receipt = workspace.source.publish(PublishRequest("a/b", b"x", 1))
        assert receipt is source.receipts[0]
        receipt.status = ReceiptStatus(Outcome.REFUSED, "refused: quota exceeded", is_final=True)
        await explorer.press("L")
        await explorer.settle()
        assert "a/b (QoS 1): refused: quota exceeded." in rows(explorer)[-1]
        assert "!!" in rows(explorer)[-1]


async def test_drops_are_told_and_marked_until_they_are_seen(explore, source) -> None:
    """The status bar names the unseen; a look at the log takes the mark away."""
    async with explore(width=160) as explorer:
        source.counters = SourceCounters(dropped={"inbox full": 7})
        explorer.app.connection.workspace.journal._drops_looked_at_s = float("-inf")
        await explorer.settle()
        explorer.app.screen._tell_now()
        await explorer.settle()
        assert "!! 1 error in log (L)" in explorer.screen()[0]
        await explorer.press("L")
        await explorer.settle()
        assert "×7  Messages were dropped on arrival: inbox full." in rows(explorer)[-1]
        explorer.app.screen._tell_now()
        await explorer.settle()
        assert "in log" not in explorer.screen()[0]


async def test_the_list_follows_its_end_until_one_looks_back(explore) -> None:
    """Rows on which somebody looks stay in place, what came is counted, `end` follows again."""
    async with explore() as explorer:
        await explorer.press("L")
        await add(explorer, 50)
        assert "event 49" in rows(explorer)[-1]
        assert "▌" in rows(explorer)[-1]
        await explorer.press("up", "up", "up")
        before = rows(explorer)
        await add(explorer, 5, start=50)
        assert rows(explorer) == before
        assert "5 new below (end)" in frame(explorer)
        await explorer.press("end")
        await explorer.settle()
        assert "event 54" in rows(explorer)[-1]
        assert "new below" not in frame(explorer)
        await add(explorer, 1, start=55)
        assert "event 55" in rows(explorer)[-1]


async def test_the_wheel_looks_back_too(explore) -> None:
    """Scrolling up ends following, scrolling down to the end begins it again."""
    async with explore() as explorer:
        await explorer.press("L")
        await add(explorer, 50)
        tail = panel_of(explorer).view.tail
        tail.scroll_to(y=10, animate=False)
        await explorer.settle()
        before = rows(explorer)
        await add(explorer, 3, start=50)
        assert rows(explorer) == before
        assert "3 new below" in frame(explorer)
        await explorer.press("end")
        await add(explorer, 1, start=53)
        assert "event 53" in rows(explorer)[-1]


async def test_old_events_give_way_without_moving_what_is_read(explore) -> None:
    """The cursor stays on its event while older ones go; what went is counted."""
    async with explore() as explorer:
        await explorer.press("L")
        log = log_of(explorer)
        log._max_events = 40
        await add(explorer, 40)
        await explorer.press(*["up"] * 10)
        chosen = next(row for row in rows(explorer) if "▌" in row)
        top = rows(explorer)[0]
        await add(explorer, 15, start=40)
        assert chosen in rows(explorer)
        assert rows(explorer)[0] == top
        assert "older gave way" in frame(explorer)


async def test_filters(explore) -> None:
    """By severity, subject and text; the numbers of their keys stand beside them."""
    async with explore() as explorer:
        await explorer.press("L")
        log = log_of(explorer)
        log.add(2000.0, Severity.WARNING, Subject.DROPS, "some were dropped")
        log.add(2001.0, Severity.ERROR, Subject.PROGRAM, "the tree failed")
        await add(explorer, 3)
        await explorer.press("1")
        assert [row.split("  ")[-1].strip() for row in rows(explorer)] == [
            "some were dropped",
            "the tree failed",
        ]
        assert "1  all [warnings] errors" in switches(explorer)
        await explorer.press("1")
        assert len(rows(explorer)) == 1
        assert "1 of " in frame(explorer)
        await explorer.press("1", "2")
        assert "2 about [connection]" in switches(explorer)
        assert not any("dropped" in row or "failed" in row for row in rows(explorer))
        await explorer.press("2", "2", "2")
        assert "2 about [drops]" in switches(explorer)
        assert len(rows(explorer)) == 1
        await explorer.press("2", "2", "2", "2")
        assert "2 about [everything]" in switches(explorer)
        await explorer.press("slash", *"TREE", "enter")
        assert [row.split("  ")[-1].strip() for row in rows(explorer)] == ["the tree failed"]
        await explorer.press("slash", "escape")
        assert len(rows(explorer)) > 3
        assert panel_of(explorer).view.tail.has_focus


async def test_switches_can_be_clicked(explore) -> None:
    """Severity, subject and view by mouse."""
    async with explore() as explorer:
        await explorer.press("L")
        row = switches(explorer)
        await explorer.pilot.click("#log-switches", offset=(row.index("errors"), 0))
        assert "[errors]" in switches(explorer)
        await explorer.pilot.click("#log-switches", offset=(row.index("everything"), 0))
        assert "[connection]" in switches(explorer)
        await explorer.pilot.click("#log-switches", offset=(row.index("packets"), 0))
        assert "[packets]" in switches(explorer)
        row = switches(explorer)
        await explorer.pilot.click("#log-switches", offset=(row.index(" on ") + 1, 0))
        assert explorer.source.trace.is_on
        await explorer.pilot.click("#log-switches", offset=(row.index("all packets"), 0))
        assert "[publish]" in switches(explorer)
        await explorer.pilot.click("#log-switches", offset=(row.index("events"), 0))
        assert "[events]" in switches(explorer)


async def test_a_long_sentence_can_be_read_whole(explore) -> None:
    """What does not fit below the list says so; enter gives it room."""
    async with explore(width=80, height=24) as explorer:
        await explorer.press("L")
        sentence = " ".join(f"word{number}" for number in range(120))
        log_of(explorer).add(2000.0, Severity.INFO, Subject.PROGRAM, sentence)
        await explorer.settle()
        assert "… (enter)" in words(explorer)
        assert "word119" not in words(explorer)
        await explorer.press("enter")
        shown = " ".join(" ".join(explorer.screen()).replace("│", " ").split())
        assert sentence in shown
        await explorer.press("escape")
        assert panel_of(explorer).view.tail.has_focus


def entry(number: int, packet: str, direction: Direction = SENT, **facts: object) -> TraceEntry:
    """Return an entry of a trace."""
    return TraceEntry(number, 1000.0 + number * 0.5, direction, packet, **facts)


CONVERSATION = [
    entry(1, "SUBSCRIBE", packet_id=1, topic=b"a/#", size_bytes=9, words="QoS 1"),
    entry(2, "SUBACK", RECEIVED, packet_id=1, size_bytes=5, words="granted QoS 1", after_s=0.004),
    entry(3, "PUBLISH", packet_id=2, qos=1, is_retained=True, topic=b"a/x", size_bytes=20),
    entry(4, "PUBLISH", RECEIVED, qos=0, topic=b"b", size_bytes=5000, count=700),
    entry(5, "PUBACK", RECEIVED, packet_id=2, size_bytes=4, after_s=0.012),
    entry(6, "PINGREQ", size_bytes=2),
]


async def show_packets(explorer) -> None:
    """Open the packets and let some pass."""
    await explorer.press("L", "t")
    explorer.source.trace.recorded += CONVERSATION
    await explorer.settle()


async def test_packets_are_recorded_on_demand(explore, source) -> None:
    """Off until R; a newcomer is told so in the list's place."""
    async with explore(width=160, height=40) as explorer:
        await explorer.press("L", "t")
        assert words(explorer).startswith("Nothing is recorded. R begins to record")
        assert "R record  on [off]" in switches(explorer)
        await explorer.press("R")
        assert source.trace.is_on
        assert "R record [on] off" in switches(explorer)
        assert words(explorer).startswith("Recording")
        source.trace.recorded += CONVERSATION
        await explorer.settle()
        found = rows(explorer)
        assert len(found) == len(CONVERSATION)
        named = [next(w for w in row.split() if w.isalpha() and w.isupper()) for row in found]
        assert named == [each.packet for each in CONVERSATION]
        assert found[0].endswith("a/#  QoS 1")
        assert "← " in found[1]
        assert "granted QoS 1" in found[1]
        assert "4 ms" in found[1]
        assert "500 ms" in found[2]
        assert "1⚑" in found[2]
        assert "×700 b" in found[3]
        assert "12 ms" in found[4]
        assert words(explorer).startswith("sent ")
        assert words(explorer).endswith("PINGREQ, 2 bytes")
        await explorer.press("R")
        assert not source.trace.is_on


async def test_packets_by_kind_direction_and_topic(explore) -> None:
    """An acknowledgement is found by the topic of what it acknowledges."""
    async with explore(width=100, height=40) as explorer:
        await show_packets(explorer)
        await explorer.press("1")
        assert "[publish]" in switches(explorer)
        assert len(rows(explorer)) == 2
        await explorer.press("1")
        (row,) = rows(explorer)
        assert "PUBACK" in row
        await explorer.press("1", "1", "1", "1", "2", "2")
        assert len(rows(explorer)) == 3
        assert "3 of 6 entries" in frame(explorer)
        await explorer.press("2", "slash", *"a/+", "enter")
        found = rows(explorer)
        shown = [next(w for w in row.split() if w.isalpha() and w.isupper()) for row in found]
        assert shown == ["SUBSCRIBE", "SUBACK", "PUBLISH", "PUBACK"]
        assert not any("×700" in row or "PINGREQ" in row for row in found)
        await explorer.press("slash", "end", "backspace", "backspace", "backspace", *"a/#/b")
        assert frame(explorer) == "The wildcard # must be the last level of a topic filter."


async def test_what_a_broker_tells_of_itself_can_be_hidden(explore) -> None:
    """By a key and by the mouse; among the events there is no such choice."""
    async with explore(width=80, height=24) as explorer:
        await explorer.press("L", "h")
        assert "$SYS" not in switches(explorer)
        await explorer.press("t")
        own = {"topic": b"$SYS/broker/uptime", "qos": 0}
        explorer.source.trace.recorded += [
            *CONVERSATION,
            entry(7, "PUBLISH", RECEIVED, **own),
        ]
        await explorer.settle()
        assert "h $SYS [on]" in switches(explorer)
        assert "$SYS/broker/uptime" in rows(explorer)[-1]
        await explorer.press("h")
        assert "h $SYS [off]" in switches(explorer)
        assert len(rows(explorer)) == len(CONVERSATION)
        assert "6 of 7 entries" in frame(explorer)
        at = switches(explorer).index("[off]", 50) + 1
        await explorer.pilot.click("#log-switches", offset=(at, 0))
        await explorer.settle()
        assert len(rows(explorer)) == len(CONVERSATION) + 1


async def test_packets_can_be_held(explore) -> None:
    """The list stands still while recording goes on, and catches up."""
    async with explore(height=40) as explorer:
        await show_packets(explorer)
        await explorer.press("space")
        explorer.source.trace.recorded.append(entry(7, "PINGRESP", RECEIVED))
        await explorer.settle()
        assert "PINGRESP" not in "".join(rows(explorer))
        assert "HELD" in frame(explorer)
        await explorer.press("space")
        assert "PINGRESP" in rows(explorer)[-1]
        assert not explorer.app.screen.is_paused


async def test_the_list_of_packets_is_bounded(explore, monkeypatch) -> None:
    """It keeps as much as the trace does and says what gave way."""
    monkeypatch.setattr("mqttui.ui.panels.packet_view.MAX_ENTRIES", 10)
    async with explore(height=40) as explorer:
        await show_packets(explorer)
        explorer.source.trace.recorded += [entry(n, "PINGREQ") for n in range(7, 40)]
        explorer.source.trace.evicted = 29
        await explorer.settle()
        assert frame(explorer).startswith("10 entries, 29 older gave way")
        await explorer.press("1", "1")
        assert rows(explorer) == []
        await explorer.press("x")
        assert frame(explorer).startswith("0 entries")


async def test_packets_are_saved_once(explore, source, tmp_path, monkeypatch) -> None:
    """A proposed path in the state folder, private, never over another file; the log tells."""
    monkeypatch.setenv("MQTTUI_STATE_DIR", str(tmp_path))
    async with explore(height=40) as explorer:
        await show_packets(explorer)
        await explorer.press("1", "w")
        assert isinstance(explorer.app.screen, SaveScreen)
        assert any("The 2 entries in the list" in line for line in explorer.screen())
        await explorer.pilot.press("enter")
        await explorer.until(lambda: not isinstance(explorer.app.screen, SaveScreen))
        (path,) = (tmp_path / "traces").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        lines = path.read_text().splitlines()
        assert "# 2 entries" in lines
        assert "# 4 more were recorded and left out by a filter" in lines
        packets = [line.split("\t")[2] for line in lines if not line.startswith("#")]
        assert packets == ["PUBLISH", "PUBLISH"]
        await explorer.press("t")
        assert "2 packets were saved in " in rows(explorer)[-1]
        # The same name again, as a user might type it.
        await explorer.press("t", "w")
        field = explorer.app.screen.query_one("Input")
        field.value = str(path)
        await explorer.pilot.click("#save-write")
        await explorer.until(
            lambda: any(
                "is there already and is not overwritten" in line for line in explorer.screen()
            )
        )
        await explorer.pilot.click("#save-back")
        await explorer.until(lambda: not isinstance(explorer.app.screen, SaveScreen))
        assert len(list(path.parent.iterdir())) == 1


async def test_nothing_is_saved_of_nothing(explore) -> None:
    """Without packets there is a sentence instead of an empty file; events are not saved at all."""
    async with explore() as explorer:
        await explorer.press("L", "w")
        assert not isinstance(explorer.app.screen, SaveScreen)
        await explorer.press("t", "w")
        assert not isinstance(explorer.app.screen, SaveScreen)
        (toast,) = explorer.app._notifications
        assert toast.message == "There is no packet in the list that could be saved."


async def test_an_idle_log_paints_nothing(explore, monkeypatch) -> None:
    """Without news no frame repaints the panel."""
    async with explore() as explorer:
        await explorer.press("L")
        await explorer.settle()
        painted = []
        for widget in panel_of(explorer).walk_children():
            monkeypatch.setattr(widget, "refresh", lambda *_, w=widget, **__: painted.append(w))
        await explorer.settle()
        await explorer.settle()
        assert painted == []


@pytest.mark.parametrize(
    ("label", "beginning"),
    [
        ("broker.example:1883", "broker.example-1883-"),
        ("../../\x1b[31m/", "31m-"),
        ("§", "broker-"),
    ],
)
def test_names_of_files(label: str, beginning: str) -> None:
    """A broker's name cannot lead anywhere else."""
    name = trace_file_name(label, 0.0)
    assert name.startswith(beginning)
    assert name.endswith(".txt")
    assert "/" not in name


async def test_problems_of_settings_are_kept(explore) -> None:
    """A notice is a toast that goes away; the log keeps it, and what memory complains of."""
    async with explore(notices=["profiles.toml, line 3: unknown key."]) as explorer:
        explorer.app.connection.workspace.memory.problems.append("broker.json is damaged.")
        await explorer.press("L")
        for _ in range(2):
            await explorer.settle()
        told = [row for row in rows(explorer) if " settings " in row]
        assert len(told) == 2
        assert "profiles.toml, line 3: unknown key." in told[0]
        assert "broker.json is damaged." in told[1]


async def test_a_loop_that_fails_closes_its_connection(explore, source, monkeypatch) -> None:
    """The broker is left, a sentence says so, and the log is still brought up to date."""

    def fail(self, batch):
        raise RuntimeError("broken loop")

    async with explore(width=160, contains_failures=True) as explorer:
        monkeypatch.setattr(TopicStore, "apply", fail)
        source.publish("a", "1")
        await explorer.until(lambda: "stop" in source.calls)
        sentence = "This connection is closed because mqttui failed"
        await explorer.until(lambda: sentence in "".join(explorer.screen()))
        await explorer.press("L")
        assert "RuntimeError: broken loop" in rows(explorer)[-1]
        source.status = replace(source.status, phase=Phase.STOPPED)
        await explorer.until(lambda: "Disconnected from" in rows(explorer)[-1])


async def test_a_part_that_fails_leaves_the_others_alone(explore, source, monkeypatch) -> None:
    """The rest of the frame is drawn, and the log says which part it was."""

    def fail(self, now):
        raise ZeroDivisionError

    async with explore(contains_failures=True) as explorer:
        monkeypatch.setattr("mqttui.ui.widgets.message_pane.MessagePane.refresh_frame", fail)
        source.publish("a/b", "1")
        await explorer.settle()
        assert "a" in explorer.rows()[0]
        await explorer.press("L")
        assert "The message pane failed unexpectedly: ZeroDivisionError" in rows(explorer)[-1]
