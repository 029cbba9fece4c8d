"""The pinned topics above the tree with their values; exists only once something is pinned."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Region
from textual.message import Message

from mqttui.core.pins import MOST_PINS, node_at, pins_of_json
from mqttui.payload.printable import printable
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.commands.pins import PIN_COMMANDS
from mqttui.ui.glyphs import PINNED
from mqttui.ui.widgets.cells import Cells, fitted, fitted_end
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.message_facts import counted
from mqttui.ui.widgets.row_columns import COLUMN_CELLS, Column, shown_columns
from mqttui.ui.widgets.topic_row import figures_of

if TYPE_CHECKING:
    from textual.binding import BindingType

    from mqttui.core.node import TopicNode
    from mqttui.ui.widgets.topic_row import ValueOf
    from mqttui.ui.workspace import Workspace

SECTION = "pins"
NAME_SHARE = 0.55
MOST_ROWS = 8


class PinList(ChoiceList[str]):
    """The pins of a connection, remembered for its broker.

    Only the rows in sight are looked at, once per frame, and only those that changed are painted.
    """

    # The cursor that counts is the tree's.
    MARKS_CURSOR_WITHOUT_FOCUS = False
    BINDINGS: ClassVar[list[BindingType]] = [*PIN_COMMANDS.bindings]

    @dataclass
    class Pointed(Message):
        """The cursor is on another pin; `node` is None while the topic does not exist."""

        node: TopicNode | None

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(self._cells_now, lambda path: path, id=id)
        self._workspace = workspace
        self._pins = pins_of_json(workspace.memory.read(SECTION))
        self._saving = asyncio.Lock()
        self._now = workspace.wall_clock()
        self._in_sight: dict[str, Cells] = {}

    def on_mount(self) -> None:
        """Show what is remembered, and say what of it could not be used."""
        self._show_pins()
        if self._pins.dropped:
            self.notify(
                f"{self._pins.dropped:,} remembered pins could not be used and are left out.",
                severity="warning",
                markup=False,
            )

    @property
    def node(self) -> TopicNode | None:
        """The topic or branch under the cursor, None while it does not exist."""
        return None if self.item is None else node_at(self._workspace.store.root, self.item)

    def toggle(self, path: str) -> None:
        """Pin a topic or branch, or unpin it, and remember that."""
        if not self._pins.toggle(path):
            self.notify(f"{MOST_PINS} topics are pinned already.", severity="warning", markup=False)
            return
        self._show_pins()
        self.run_worker(self._save(), group="pins")

    def draw(self, now: float) -> None:
        """Show what has changed; `now` is in seconds since the epoch."""
        self._now = now
        top, width = self.scroll_offset.y, self.size.width
        before, self._in_sight = self._in_sight, {}
        for y, path in enumerate(self._pins.paths[top : top + self.size.height]):
            cells = self._in_sight[path] = self._cells_now(path, self.row_cells - 1)
            if before.get(path) != cells:
                self.refresh(Region(0, y, width, 1))

    def action_unpin(self) -> None:
        """Unpin what is under the cursor."""
        if self.item is not None:
            self.toggle(self.item)

    def on_choice_list_moved(self, event: ChoiceList.Moved) -> None:
        """Tell where the cursor is."""
        event.stop()
        self.post_message(self.Pointed(self.node))

    def on_focus(self) -> None:
        """Tell where the cursor is."""
        self.post_message(self.Pointed(self.node))

    def _show_pins(self) -> None:
        paths = self._pins.paths
        self.display = bool(paths)
        self.styles.height = min(len(paths), MOST_ROWS)
        self.show(paths)

    async def _save(self) -> None:
        # In turn, so that what is older is not written last.
        async with self._saving:
            memory, paths = self._workspace.memory, list(self._pins.paths)
            try:
                await asyncio.to_thread(memory.write, SECTION, paths or None)
            except SettingsError as problem:
                self.notify(printable(str(problem)), severity="warning", markup=False)

    def _cells_now(self, path: str, width: int) -> Cells:
        node = node_at(self._workspace.store.root, path)
        return pin_cells(path, node, self._now, width, self._workspace.reader.one_line)


def pin_cells(
    path: str, node: TopicNode | None, now: float, width: int, value_of: ValueOf
) -> Cells:
    """Return the row of a pin: its name, of a long one the end, its value, rate and age."""
    shown = shown_columns(width, None)
    rate_cells = COLUMN_CELLS[Column.RATE] if Column.RATE in shown else 0
    age_cells = COLUMN_CELLS[Column.AGE] if Column.AGE in shown else 0
    room = max(0, width - 2 - rate_cells - age_cells)
    name_cells = max(min(room, 12), int(room * NAME_SHARE))
    name = fitted_end(printable(path[-4 * width :] or "(empty)"), name_cells)
    value_cells = max(0, room - name_cells - 1)
    value, role, rate, age = "not seen yet", "dim", "", ""
    if node is not None:
        rate, age = figures_of(node, now)
        value, role = counted(node.topics_below, "topic"), "dim"
        if node.last is not None:
            value, role = value_of(node, node.last, value_cells), "value"
    value = fitted(value, value_cells)
    return [
        (f"{PINNED} ", "mark"),
        (name + " " * (name_cells - cell_len(name) + 1), "fact"),
        (value + " " * (value_cells - cell_len(value)), role),
        (rate.rjust(rate_cells) if rate_cells else "", "dim"),
        (age.rjust(age_cells) if age_cells else "", "dim"),
    ]
