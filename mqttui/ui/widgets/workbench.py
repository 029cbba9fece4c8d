"""The room of the panes: side by side, stacked or as tabs, with lines that can be moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container
from textual.message import Message

from mqttui.ui.commands.layout import LAYOUT_COMMANDS
from mqttui.ui.pane_layout import (
    DOCK_CELLS,
    ROOMY_DOCK_CELLS,
    Arrangement,
    Edge,
    Pane,
    Shares,
    arrangement_of,
    dock_height,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType
    from textual.widget import Widget

    from mqttui.ui.panels.registry import PanelKind
    from mqttui.ui.widgets.dock import Dock
    from mqttui.ui.widgets.switches import Switches

STEP_CELLS = 2
DOUBLE_CLICK_S = 0.5
RESTORE = "restore"


class Workbench(Container):
    """Arranges `#tree-frame` and `#pane-frame`, and the dock below them.

    Where panes are tabs, one of them is in sight: the one that has or had the keyboard. A pane can
    be maximised, which makes tabs of all of them on any terminal.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*LAYOUT_COMMANDS.bindings]

    @dataclass
    class Moved(Message):
        """Somebody has put a line elsewhere."""

        shares: Shares

    @dataclass
    class PanelWanted(Message):
        """Somebody clicked the tab of a panel."""

        name: str

    def __init__(self, shares: Shares, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.is_maximised = False
        self.shares = shares
        self._front = Pane.TREE
        self._arrangement: Arrangement | None = None
        self._dock: Dock | None = None
        self._tabs: Switches | None = None
        self._kinds: Sequence[PanelKind] = ()
        self._dragged: tuple[Edge, int] | None = None
        self._pressed: tuple[Edge | None, float] = (None, 0.0)
        self._pointed_at: Edge | None = None

    def on_mount(self) -> None:
        """Know the parts."""
        self._tree_frame = self.query_one("#tree-frame")
        self._pane_frame = self.query_one("#pane-frame")

    async def add_dock(self, dock: Dock, kinds: Sequence[PanelKind]) -> None:
        """Take in the dock, below the panes; `kinds` are the panels that have a tab."""
        self._dock = dock
        self._kinds = kinds
        await self.mount(dock)

    @property
    def arrangement(self) -> Arrangement | None:
        """How the panes stand, None before there is any room."""
        return self._arrangement

    @property
    def front(self) -> Pane:
        """The pane that has or had the keyboard, and is in sight where panes are tabs."""
        return self._front

    # Arranging

    def lay_out(self) -> None:
        """Put everything where it belongs now."""
        width, height = self.size
        if not width or not height:
            return
        dock = self._dock
        has_dock = dock is not None and dock.is_open
        if self._front is Pane.DOCK and not has_dock:
            self._front = Pane.TREE
        now = arrangement_of(width, height, self._wanted_dock_cells)
        if self.is_maximised:
            now = Arrangement.TABBED
        self._arrangement = now
        for each in Arrangement:
            self.set_class(each is now, f"-{each.value}")
        is_tabbed = now is Arrangement.TABBED
        front = self._front
        self._tree_frame.display = not is_tabbed or front is Pane.TREE
        self._pane_frame.display = not is_tabbed or front is Pane.MESSAGE
        if dock is not None:
            dock.display = has_dock and (not is_tabbed or front is Pane.DOCK)
        self._share_out()
        self._show_tabs()

    @property
    def _wanted_dock_cells(self) -> int:
        if self._dock is None or not self._dock.is_open:
            return 0
        return ROOMY_DOCK_CELLS if self._dock.has_class("-roomy") else DOCK_CELLS

    def _share_out(self) -> None:
        """Give each pane its part; a line between panes that nobody moved is the style sheet's."""
        tree, message = self._tree_frame, self._pane_frame
        _set_parts("width", tree, message, self._parts_of(Edge.BESIDE))
        _set_parts("height", tree, message, self._parts_of(Edge.STACKED))
        if self._dock is not None:
            self._dock.styles.height = self._dock_cells

    @property
    def _dock_cells(self) -> int:
        """The rows of the dock while it is in sight."""
        height = self.size.height
        if self._arrangement is Arrangement.TABBED:
            return height - 1
        is_used = self._front is Pane.DOCK
        needs_room = is_used and self._wanted_dock_cells == ROOMY_DOCK_CELLS
        return dock_height(self.shares, height, needs_room=needs_room)

    def _parts_of(self, edge: Edge) -> tuple[int, int] | None:
        """Return the cells on both sides of a line that was moved, None for any other."""
        total, is_shown = self._room_of(edge)
        if not is_shown or self.shares.of(edge) is None:
            return None
        cells = self.shares.cells(edge, total)
        return cells, total - cells

    def _show_tabs(self) -> None:
        if self._arrangement is not Arrangement.TABBED:
            if self._tabs is not None:
                self._tabs.display = False
            return
        # Imported here: most terminals have room for all panes.
        from mqttui.ui.widgets.switches import Switch, Switches

        if self._tabs is None:
            self._tabs = Switches(id="pane-tabs")
            self.mount(self._tabs, before=0)
        self._tabs.display = True
        options: list[tuple[object, str]] = [(Pane.TREE, "Topics"), (Pane.MESSAGE, "Message")]
        options += [(kind.name, kind.title) for kind in self._kinds]
        chosen: object = self._front
        if self._front is Pane.DOCK and self._dock is not None:
            chosen = self._dock.current
        switches = [Switch("", options, chosen)]
        if self.is_maximised:
            switches.append(Switch("", [(RESTORE, "z: all panes")], None))
        self._tabs.show(switches)

    def on_resize(self) -> None:
        """Another size may want another arrangement."""
        self.lay_out()

    # Which pane has the keyboard

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Bring the pane that has the keyboard into sight."""
        pane = self._pane_of(event.widget)
        if pane is not None:
            self.bring_to_front(pane)

    def bring_to_front(self, pane: Pane) -> None:
        """Bring a pane into sight, which is about to get the keyboard."""
        if pane is not self._front:
            was_dock = self._front is Pane.DOCK
            self._front = pane
            if self._arrangement is Arrangement.TABBED or was_dock or pane is Pane.DOCK:
                self.lay_out()

    def show(self, pane: Pane, *, at_end: bool = False) -> None:
        """Bring a pane into sight and give it the keyboard, at its last place if `at_end`."""
        self._front = pane
        self.lay_out()
        places = self._places_of(self._front)
        frame = self._frame_of(self._front)
        if places:
            # At once: `focus` would come behind keys that are typed ahead, and undo what they did.
            self.screen.set_focus(places[-1 if at_end else 0])
        elif frame is not None:
            # Nothing in it takes keys, but those of the panes must go on working.
            frame.can_focus = True
            frame.focus()

    def _frame_of(self, pane: Pane) -> Widget | None:
        return {
            Pane.TREE: self._tree_frame,
            Pane.MESSAGE: self._pane_frame,
            Pane.DOCK: self._dock,
        }[pane]

    def _pane_of(self, widget: Widget | None) -> Pane | None:
        if widget is None:
            return None
        ancestors = widget.ancestors_with_self
        return next((pane for pane in Pane if self._frame_of(pane) in ancestors), None)

    def _places_of(self, pane: Pane) -> list[Widget]:
        """Return what can take the keyboard in a pane that is in sight."""
        frame = self._frame_of(pane)
        return [
            widget
            for widget in self.screen.focus_chain
            if widget is not frame and frame in widget.ancestors
        ]

    def action_step_pane(self, steps: int) -> None:
        """Move to the next place for the keyboard, or to the one before, also behind a tab."""
        if self._arrangement is not Arrangement.TABBED:
            if steps > 0:
                self.screen.focus_next()
            else:
                self.screen.focus_previous()
            return
        places = self._places_of(self._front)
        focused = self.screen.focused
        at = places.index(focused) + steps if focused in places else -1
        if 0 <= at < len(places):
            places[at].focus()
            return
        panes = [pane for pane in Pane if pane is not Pane.DOCK or self._has_dock]
        following = panes[(panes.index(self._front) + steps) % len(panes)]
        self.show(following, at_end=steps < 0)

    @property
    def _has_dock(self) -> bool:
        return self._dock is not None and self._dock.is_open

    def action_toggle_maximised(self) -> None:
        """Give all room to the pane that has the keyboard, or take it back."""
        if not self.is_maximised and self._arrangement is Arrangement.TABBED:
            # It has all the room already.
            self.app.bell()
            return
        self.is_maximised = not self.is_maximised
        self.lay_out()

    # Moving lines

    def action_move_edge(self, right: int, down: int) -> None:
        """Move a line; up and down it is the one above the dock while that is the nearer one."""
        edge = Edge.BESIDE if right else self._edge_for_keys()
        total, is_shown = self._room_of(edge)
        if not is_shown:
            self.app.bell()
            return
        # The dock grows when its line goes up.
        by = right * STEP_CELLS + (-down if edge is Edge.DOCK else down)
        self._move(edge, self._cells_of(edge) + by, total)

    def _edge_for_keys(self) -> Edge:
        is_stacked = self._arrangement is Arrangement.STACKED
        if self._has_dock and (self._front is Pane.DOCK or not is_stacked):
            return Edge.DOCK
        return Edge.STACKED

    def action_reset_edges(self) -> None:
        """Put all lines back where they were."""
        self._take_on(Shares())

    def _room_of(self, edge: Edge) -> tuple[int, bool]:
        """Return the cells that a line shares out, and whether the line is there."""
        arrangement = self._arrangement
        if edge is Edge.BESIDE:
            return self.size.width, arrangement is Arrangement.BESIDE
        if edge is Edge.STACKED:
            below = self._dock_cells if self._has_dock else 0
            return self.size.height - below, arrangement is Arrangement.STACKED
        return self.size.height, self._has_dock and arrangement is not Arrangement.TABBED

    def _cells_of(self, edge: Edge) -> int:
        """Return the cells that the pane of a line has."""
        if edge is Edge.BESIDE:
            return self._tree_frame.region.width
        if edge is Edge.STACKED:
            return self._tree_frame.region.height
        return self._dock.region.height if self._dock is not None else 0

    def _move(self, edge: Edge, cells: int, total: int) -> None:
        self._take_on(self.shares.with_cells(edge, cells, total))

    def _take_on(self, shares: Shares) -> None:
        if shares != self.shares:
            self.shares = shares
            self._share_out()
            self.post_message(self.Moved(shares))

    # The mouse

    def _edge_at(self, x: int, y: int) -> Edge | None:
        """Return the line at a place of the screen: the frames on both sides of it are the line."""
        tree = self._tree_frame.region
        if self._arrangement is Arrangement.TABBED or not self.region.contains(x, y):
            return None
        if self._dock is not None and self._dock.is_open:
            top = self._dock.region.y
            if y >= top - 1:
                return Edge.DOCK if y <= top else None
        if self._arrangement is Arrangement.BESIDE:
            return Edge.BESIDE if x in (tree.right - 1, tree.right) else None
        return Edge.STACKED if y in (tree.bottom - 1, tree.bottom) else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of a line; a second click puts it back."""
        x, y = int(event.screen_x), int(event.screen_y)
        edge = self._edge_at(x, y)
        if edge is None:
            return
        event.stop()
        was_edge, was_at = self._pressed
        if edge is was_edge and event.time - was_at < DOUBLE_CLICK_S:
            self._pressed = (None, 0.0)
            self._take_on(Shares(**{e.value: self.shares.of(e) for e in Edge if e is not edge}))
            return
        self._pressed = (edge, event.time)
        self._dragged = (edge, self._cells_of(edge) - self._cells_at(edge, x, y))
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the line that is held, or show which one could be."""
        x, y = int(event.screen_x), int(event.screen_y)
        if self._dragged is None:
            self._point_at(self._edge_at(x, y))
            return
        event.stop()
        edge, offset = self._dragged
        total, is_shown = self._room_of(edge)
        if is_shown:
            # A press that moves the line is no first click.
            self._pressed = (None, 0.0)
            self._move(edge, self._cells_at(edge, x, y) + offset, total)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let the line go."""
        if self._dragged is not None:
            event.stop()
            self._dragged = None
            self.release_mouse()

    def on_leave(self) -> None:
        """No line is pointed at any more."""
        self._point_at(None)

    def _cells_at(self, edge: Edge, x: int, y: int) -> int:
        """Return the cells that the pane of a line would have if the line went through a place."""
        if edge is Edge.BESIDE:
            return x - self.region.x
        if edge is Edge.STACKED:
            return y - self.region.y
        return self.region.bottom - y

    def _point_at(self, edge: Edge | None) -> None:
        if edge is not self._pointed_at:
            self._pointed_at = edge
            self.set_class(edge in (Edge.BESIDE, Edge.STACKED), "-on-tree-edge")
            self.set_class(edge is Edge.DOCK, "-on-dock-edge")

    def on_switches_clicked(self, event: Switches.Clicked) -> None:
        """Show the pane whose tab was clicked."""
        if event.switches is not self._tabs:
            return
        event.stop()
        if event.value == RESTORE:
            self.action_toggle_maximised()
        elif isinstance(event.value, Pane):
            # The tree is below the pins and what is searched for, where keys would be typed.
            self.show(event.value, at_end=event.value is Pane.TREE)
        else:
            self.post_message(self.PanelWanted(event.value))


def _set_parts(rule: str, first: Widget, second: Widget, parts: tuple[int, int] | None) -> None:
    """Share a width or height out between two widgets, or leave it to the style sheet."""
    for number, widget in enumerate((first, second)):
        if parts is not None:
            # Fractions, so that both are right also while the terminal changes its size.
            setattr(widget.styles, rule, f"{parts[number]}fr")
        elif widget.styles.inline.has_rule(rule):
            widget.styles.inline.clear_rule(rule)
            widget.refresh(layout=True)
