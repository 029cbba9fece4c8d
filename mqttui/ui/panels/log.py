"""The log pane: what happened, and the control packets themselves."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.actions import SkipAction
from textual.widgets import Input

from mqttui.core.log.event_log import Severity, Subject
from mqttui.payload.printable import printable
from mqttui.ui.commands.log import LOG_COMMANDS
from mqttui.ui.panels.event_view import EventView
from mqttui.ui.panels.packet_view import PacketView
from mqttui.ui.panels.panel import Panel
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.ui.panels.tail_view import TailView
    from mqttui.ui.widgets.text_filter import TextFilter
    from mqttui.ui.workspace import Workspace

PACKET_ACTIONS = {"save", "clear"}


class LogPanel(Panel):
    """Shows one of two views of a connection: events or packets."""

    COMMANDS = LOG_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = [*LOG_COMMANDS.bindings]
    DEFAULT_CSS = """
    LogPanel #log-switches { height: 1; }
    """

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._events = EventView(workspace, id="log-events")
        self._packets = PacketView(workspace, id="log-packets")
        self._view: TailView[Any] = self._events
        self._text_filter: TextFilter | None = None

    def compose(self) -> ComposeResult:
        """Lay out the panel."""
        yield Switches(id="log-switches")
        yield self._events
        self._packets.display = False
        yield self._packets

    @property
    def view(self) -> TailView[Any]:
        """The view in sight."""
        return self._view

    @property
    def status(self) -> str:
        """How much is listed, or what is wrong with the filter."""
        problem = self._view.filter_problem
        return printable(problem) if problem is not None else self._view.status

    def draw(self, now: float) -> None:
        """Show what has come."""
        self._view.draw(now)
        self._draw_switches()

    def _draw_switches(self) -> None:
        shown = "events" if self._view is self._events else "packets"
        views = Switch("t ", [("events", "events"), ("packets", "packets")], shown)
        self.query_one("#log-switches", Switches).show([views, *self._view.switches()])

    def focus_first(self) -> None:
        """Go to the list."""
        # At once: a key that is typed ahead belongs to the panel.
        self.screen.set_focus(self._view.tail)

    # What the user does

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """The filter of the panel is meant, not that of the tree."""
        return key == "slash"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Events are neither saved nor cleared, and none is about the broker's own topics."""
        is_for_packets = action in PACKET_ACTIONS or (action, parameters) == ("cycle", (2,))
        if is_for_packets and self._view is not self._packets:
            return False
        return super().check_action(action, parameters)

    @on(Switches.Clicked, "#log-switches")
    def take_option(self, event: Switches.Clicked) -> None:
        """Show what was clicked."""
        event.stop()
        if event.switch == 0:
            self._show(self._events if event.value == "events" else self._packets)
        else:
            self._view.choose(event.switch - 1, event.value)
            self._draw_switches()

    def action_switch_view(self) -> None:
        """From events to packets and back."""
        self._show(self._events if self._view is self._packets else self._packets)

    def _show(self, view: TailView[Any]) -> None:
        self._view = view
        self._events.display = view is self._events
        self._packets.display = view is self._packets
        if self._text_filter is not None:
            self._text_filter.value = view.text
            self._text_filter.display = bool(view.text)
        self.draw(self.workspace.wall_clock())
        view.draw_words()
        view.tail.focus()
        self.refresh_bindings()

    def action_toggle_recording(self) -> None:
        """Begin or stop to record packets, and show them."""
        self._packets.toggle_recording()
        if self._view is not self._packets:
            self._show(self._packets)
        self._draw_switches()

    def action_cycle(self, switch: int) -> None:
        """Take the next option of a choice."""
        self._view.cycle(switch)
        self._draw_switches()

    def action_toggle_pause(self) -> None:
        """Hold the list still, or let it go on."""
        self._view.hold()

    def action_show_whole(self) -> None:
        """Show the whole entry, however long it is."""
        self._view.show_whole()

    def action_go_to_end(self) -> None:
        """Follow what comes."""
        self._view.tail.action_move_to(-1)

    def action_leave(self) -> None:
        """Leave the way back to the explorer."""
        raise SkipAction

    def action_clear(self) -> None:
        """Forget the recorded packets."""
        self._packets.clear()

    def action_save(self) -> None:
        """Ask where, and write what is listed into a file."""
        count = self._packets.listed
        if not count:
            self.notify("There is no packet in the list that could be saved.", markup=False)
            return
        # Imported here: most looks at the log save nothing.
        from mqttui.settings.new_file import write_new_file
        from mqttui.settings.paths import traces_dir
        from mqttui.ui.screens.save import SaveScreen

        lines = self._packets.file_lines()
        now = self.workspace.wall_clock()
        name = trace_file_name(self.workspace.label, now)
        screen = SaveScreen(
            "Save packets",
            f"The {count:,} entries in the list go into a new text file that only you can read.",
            traces_dir() / name,
            lambda path: write_new_file(path, lines),
        )
        self.app.push_screen(screen, lambda path: self._tell_saved(path, count))

    def _tell_saved(self, path: Path | None, count: int) -> None:
        if path is not None:
            sentence = printable(f"{count:,} packets were saved in {path}.")
            now = self.workspace.wall_clock()
            self.workspace.journal.log.add(now, Severity.INFO, Subject.PROGRAM, sentence)
            self.notify(sentence, markup=False)

    async def action_find(self) -> None:
        """Let the user type what to look for."""
        if self._text_filter is None:
            # Imported here: an input is much code that a look at the log can do without.
            from mqttui.ui.widgets.text_filter import TextFilter

            self._text_filter = TextFilter(
                "text; for packets also an MQTT filter like +/status", id="log-filter"
            )
            await self.mount(self._text_filter, after=self.query_one("#log-switches"))
        self._text_filter.display = True
        # At once: a key that is typed ahead belongs to the filter.
        self.screen.set_focus(self._text_filter)

    @on(Input.Changed, "#log-filter")
    def take_text(self, event: Input.Changed) -> None:
        """Show only what fits."""
        event.stop()
        self._view.set_text(event.value)

    def on_text_filter_left(self, event: TextFilter.Left) -> None:
        """Go on in the list; an empty filter takes no room."""
        event.stop()
        if self._text_filter is not None:
            self._text_filter.display = not event.is_cleared and bool(self._text_filter.value)
        self.focus_first()


def trace_file_name(label: str, now: float) -> str:
    """Return a name for a trace that no other has: the broker and the second."""
    # A label may hold anything, and a name is no place for most of it.
    broker = re.sub(r"[^A-Za-z0-9.-]+", "-", label)[:60].strip("-.") or "broker"
    return f"{broker}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}.txt"
