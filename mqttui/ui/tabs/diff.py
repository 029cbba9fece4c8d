"""How a message differs from the one before, or from another that was chosen."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from mqttui.core.message_reader import is_head
from mqttui.payload.diff.payloads import diff_messages
from mqttui.payload.diff.rows import report
from mqttui.payload.diff.sides import side_rows
from mqttui.payload.quantities import count_text, duration_text
from mqttui.payload.registry import decode
from mqttui.ui.commands.diff import DIFF_COMMANDS
from mqttui.ui.glyphs import RIGHT, WARNING
from mqttui.ui.tabs.tab import LiveWanted, MessageTab, MessageWanted, Numbered
from mqttui.ui.widgets.cells import Cells, Lines, cropped_cells
from mqttui.ui.widgets.diff_view import DiffView
from mqttui.ui.widgets.message_facts import clock_text
from mqttui.ui.widgets.side_view import SideView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.node import Entry
    from mqttui.payload.diff.rows import DiffReport
    from mqttui.payload.diff.sides import SideRow
    from mqttui.ui.tabs.tab import Shown
    from mqttui.ui.workspace import Workspace

COMPARING_SHARE = 0.05
"""Share of the time that may go into comparing messages that come all the time."""

AT_ONCE_BYTES = 8_000
"""Larger messages are compared on a thread."""

BESIDE_FROM_WIDTH = 120
"""From here on two messages stand side by side unless the user wants it otherwise."""


class Comparison(NamedTuple):
    """What is to be seen of a difference; `sides` only where they are shown."""

    report: DiffReport
    sides: tuple[SideRow, ...] = ()


class DiffTab(MessageTab):
    """Compares what is shown with the message before it, or with the one that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [*DIFF_COMMANDS.bindings]

    def __init__(
        self, workspace: Workspace, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(workspace)
        self._clock = clock
        self._shows_same = False
        self._wants_beside: bool | None = None
        self._shown: Shown | None = None
        self._pair: tuple[Numbered, Numbered] | None = None
        self._compared: object = None
        self._report: DiffReport | None = None
        self._again_at = 0.0
        self._is_comparing = False
        self._now = 0.0
        self._head = Lines(id="diff-head")
        self._view = DiffView(id="diff-view")
        self._side_view = SideView(id="diff-sides")

    def compose(self) -> ComposeResult:
        """Which messages, what changed in sum, and the rows."""
        yield self._head
        yield self._view
        yield self._side_view

    def on_mount(self) -> None:
        """Show one of the two ways."""
        self._arrange()

    @property
    def is_beside(self) -> bool:
        """Whether the two messages stand side by side."""
        if self._wants_beside is None:
            return self.size.width >= BESIDE_FROM_WIDTH
        return self._wants_beside

    def _arrange(self) -> None:
        is_beside, had_focus = self.is_beside, self._view.has_focus or self._side_view.has_focus
        self._view.display, self._side_view.display = not is_beside, is_beside
        if had_focus:
            self.focus_first()

    @property
    def report(self) -> DiffReport | None:
        """What is shown, None while there is nothing to compare."""
        return self._report

    def refresh_frame(self, shown: Shown, now: float) -> None:
        """Compare what is shown now; `now` is in seconds since the epoch."""
        before = self._shown
        if before is None or shown.node is not before.node:
            self._again_at = 0.0
            self._view.scroll_to(y=0, animate=False)
            self._side_view.scroll_to(y=0, animate=False)
        elif (shown.is_last, shown.against) != (before.is_last, before.against):
            # Somebody chose something else to compare, and waits for it.
            self._again_at = 0.0
        self._shown, self._now = shown, now
        new = Numbered(shown.number, shown.entry)
        old = shown.against if shown.against is not None else _before(shown)
        if old is None:
            self._pair = self._report = self._compared = None
            self._view.show(())
            self._side_view.show(())
            self._draw_head()
            return
        way = (self.workspace.reader.version, self._shows_same, self.is_beside)
        wanted = (old.entry, new.entry, way)
        if self._compared is not None and wanted == self._compared:
            # The same messages may have been chosen by other numbers.
            self._draw_head()
            return
        if self._is_comparing or (shown.is_last and self._clock() < self._again_at):
            return
        self._pair, self._compared = (old, new), wanted
        compare = self._comparison(old.entry, new.entry)
        if len(old.entry[1]) + len(new.entry[1]) <= AT_ONCE_BYTES:
            started = self._clock()
            self._take(compare())
            ended = self._clock()
            self._again_at = ended + (ended - started) / COMPARING_SHARE
        else:
            self._is_comparing = True
            self.run_worker(self._compare_apart(compare), group="diff")

    def _comparison(self, old: Entry, new: Entry) -> Callable[[], Comparison]:
        """Return what compares two messages and needs nothing of this thread."""
        assert self._shown is not None
        topic, reader = self._shown.node.path, self.workspace.reader
        decoder, shows_same = reader.decoder_of(topic), self._shows_same
        is_beside = self.is_beside
        contexts = [reader.context_of(topic, entry) for entry in (old, new)]
        limit = self.workspace.preferences.shown_limit_bytes

        def compare() -> Comparison:
            before, after = (
                decode(entry[1], limit, is_head=is_head(entry), decoder=decoder, context=context)
                for entry, context in zip((old, new), contexts, strict=True)
            )
            found = diff_messages(before, after, old[1], new[1])
            seen = report(found, before, after, old[1], shows_same=shows_same)
            if not is_beside:
                return Comparison(seen)
            payloads = (old[1], new[1])
            return Comparison(
                seen, side_rows(found, before, after, payloads, shows_same=shows_same)
            )

        return compare

    async def _compare_apart(self, compare: Callable[[], Comparison]) -> None:
        started = self._clock()
        try:
            found = await asyncio.to_thread(compare)
        finally:
            self._is_comparing = False
        ended = self._clock()
        self._again_at = ended + (ended - started) / COMPARING_SHARE
        self._take(found)

    def _take(self, found: Comparison) -> None:
        self._report = found.report
        self._view.show(found.report.rows)
        self._side_view.show(found.sides)
        self._draw_head()

    def focus_first(self) -> None:
        """To the rows."""
        (self._side_view if self.is_beside else self._view).focus()

    def on_resize(self) -> None:
        """Crop for the new width, which may have room for both messages beside each other."""
        self._arrange()
        self._compare_again()
        self.call_after_refresh(self._draw_head)

    def _draw_head(self) -> None:
        width = self._head.size.width
        rows: list[Cells] = []
        if self._pair is None:
            rows.append([(self._why_nothing(), "dim")])
        else:
            old, new = self._pair
            apart = duration_text(new.entry[0] - old.entry[0])
            rows.append(
                [
                    (f"{_named(old, self._now)} {RIGHT} {_named(new, self._now)}", "heading"),
                    (f"  {apart} later", "dim"),
                ]
            )
        if self._report is not None:
            rows.append([(self._report.summary, "fact")])
            rows += [[(f"{WARNING} {note}", "warning")] for note in self._report.notes]
        self._head.styles.height = len(rows)
        self._head.show([cropped_cells(row, width) for row in rows])

    def _why_nothing(self) -> str:
        if self._shown is not None and self._shown.number > 1:
            return "The message before was forgotten, so there is nothing to compare with."
        return "There is no earlier message to compare with."

    # What the user does

    def action_toggle_unchanged(self) -> None:
        """Show what stayed the same, or fold it."""
        self._shows_same = not self._shows_same
        self._compare_again()

    def action_toggle_beside(self) -> None:
        """Show the messages side by side, or what changed one below the other."""
        self._wants_beside = not self.is_beside
        self._arrange()
        self._compare_again()

    def _compare_again(self) -> None:
        self._again_at = 0.0
        if self._shown is not None:
            self.refresh_frame(self._shown, self._now)

    def action_step_old(self, steps: int) -> None:
        """Compare with an earlier or later message than now."""
        if self._pair is None or self._shown is None:
            return
        old, new = self._pair
        wanted = _numbered(self._shown, old.number + steps)
        if wanted is None or wanted.number >= new.number:
            self.app.bell()
            return
        self.post_message(MessageWanted(new, "diff", wanted))

    def action_hold(self) -> None:
        """Stay with these two messages, or follow the topic again."""
        if self._shown is None or self._pair is None:
            return
        if self._shown.is_last:
            self.post_message(MessageWanted(self._pair[1], "diff", self._pair[0]))
        else:
            self.post_message(LiveWanted())


def _before(shown: Shown) -> Numbered | None:
    return _numbered(shown, shown.number - 1)


def _numbered(shown: Shown, number: int) -> Numbered | None:
    """Return a message of the topic by its number, None if it is not kept."""
    entries = shown.node.entries()
    at = len(entries) - 1 - (shown.node.messages - number)
    return Numbered(number, entries[at]) if 0 <= at < len(entries) else None


def _named(message: Numbered, now: float) -> str:
    return f"message {count_text(message.number)} ({clock_text(message.entry[0], now).strip()})"
