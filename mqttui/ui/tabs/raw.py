"""The bytes of a message as they are."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, ClassVar

from mqttui.payload.byte_search import MOST_HITS, hits_in, pattern_of
from mqttui.payload.quantities import count_text, size_text
from mqttui.ui.commands.raw import RAW_COMMANDS
from mqttui.ui.glyphs import WARNING
from mqttui.ui.tabs.find_line import FindableTab
from mqttui.ui.widgets.cells import Lines, cropped_cells
from mqttui.ui.widgets.hex_view import HexView
from mqttui.ui.widgets.message_facts import counted, size_of

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.node import Entry
    from mqttui.payload.byte_search import BytePattern
    from mqttui.ui.tabs.tab import Shown
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.workspace import Workspace


class RawTab(FindableTab):
    """A hex dump of all that is kept of a message, whatever decoder is chosen.

    What is looked for stays when the next message comes, and the current hit the one at or after
    the same place.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*RAW_COMMANDS.bindings]
    HINT = "text, or bytes like 0x1b5b or 1b 5b"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._entry: Entry | None = None
        self._pattern: BytePattern | None = None
        self._hits: list[int] = []
        self._at = 0
        self._head = Lines(id="raw-head")
        self._view = HexView(id="raw-view")

    def compose(self) -> ComposeResult:
        """How much there is, and the bytes."""
        yield self._head
        yield self._view

    def refresh_frame(self, shown: Shown, now: float) -> None:
        """Show the bytes of another message."""
        if shown.entry is not self._entry:
            self._entry = shown.entry
            self._view.show(shown.entry[1])
            self._search(self._hits[self._at] if self._hits else 0)
        self._draw_head()

    def _draw_head(self) -> None:
        if self._entry is None:
            return
        payload = self._entry[1]
        cells: Cells = [(counted(len(payload), "byte"), "heading")]
        if size_of(self._entry) > len(payload):
            full = size_text(size_of(self._entry))
            kept = f"only the first {count_text(len(payload))} bytes of {full} were kept"
            cells = [(f"{WARNING} {kept}", "warning")]
        if self._pattern is not None:
            cells += self._found(self._pattern)
        width = self._head.size.width
        self._head.show([cropped_cells(cells, width), self._view.heading()])

    def _found(self, pattern: BytePattern) -> Cells:
        count = len(self._hits)
        if not count:
            return [(f"  no hit of {pattern.shown}", "warning")]
        of = f"{count_text(count)} or more" if count == MOST_HITS else count_text(count)
        text = f"  hit {count_text(self._at + 1)} of {of} at 0x{self._hits[self._at]:x}"
        return [(text, "cursor"), (f"  {pattern.shown}", "dim")]

    def focus_first(self) -> None:
        """To the bytes."""
        self._view.focus()

    def on_resize(self) -> None:
        """Other columns may fit."""
        self.call_after_refresh(self._draw_head)

    # What the user does

    def look_for(self, text: str) -> None:
        """Mark where text or bytes stand, and go to the first of them."""
        self._pattern = pattern_of(text)
        self._search(0)
        self._show_hit()

    def _search(self, from_offset: int) -> None:
        """Find all hits; the current one is the first at or after an offset."""
        payload = self._entry[1] if self._entry is not None else b""
        self._hits = hits_in(payload, self._pattern) if self._pattern is not None else []
        self._at = min(bisect_left(self._hits, from_offset), max(0, len(self._hits) - 1))
        self._mark()

    def _mark(self) -> None:
        size_bytes = len(self._pattern.data) if self._pattern is not None else 0
        self._view.mark(self._hits, size_bytes, self._hits[self._at] if self._hits else None)

    def _show_hit(self) -> None:
        self._mark()
        if self._hits:
            self._view.show_place(self._hits[self._at])
        self._draw_head()

    async def action_step_hit(self, steps: int) -> None:
        """Go to the next hit or the one before, around the ends; first ask what to find."""
        if self._pattern is None:
            await self.action_find()
        elif not self._hits:
            self.app.bell()
        else:
            self._at = (self._at + steps) % len(self._hits)
            self._show_hit()
