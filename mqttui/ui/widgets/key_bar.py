"""The last line of a screen: which keys do what, there to be pressed or clicked.

One widget that paints a line, where Textual's footer is a widget per key: the keys are part of
the first paint, and each widget costs a millisecond there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from mqttui.ui.glyphs import ELLIPSIS
from mqttui.ui.roles import partial_role_style, role_style
from mqttui.ui.typed_keys import is_text_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual import events
    from textual.screen import Screen

GAP_CELLS = 1


class Key(NamedTuple):
    """A key on the bar; `is_everywhere` tells that it is no matter of the focused widget."""

    name: str
    shown: str
    title: str
    explanation: str = ""
    is_enabled: bool = True
    is_everywhere: bool = False

    @property
    def width_cells(self) -> int:
        """The cells of key and title."""
        return cell_len(self.shown) + 1 + cell_len(self.title)


def fitting(keys: Sequence[Key], width: int) -> list[Key]:
    """Return the keys that fit into `width` cells in order.

    The way back comes first, then the keys of the whole program: help and quitting must be findable
    where there is room for little else. After them those that come first.
    """
    left = width + GAP_CELLS
    kept = set()
    for key in sorted(keys, key=lambda key: (key.name != "escape", not key.is_everywhere)):
        left -= key.width_cells + GAP_CELLS
        if left < 0:
            left += key.width_cells + GAP_CELLS
        else:
            kept.add(key)
    return [key for key in keys if key in kept]


def at(keys: Iterable[Key], cell: int) -> Key | None:
    """Return the key that is painted at a cell of the line."""
    start = 0
    for key in keys:
        end = start + key.width_cells
        if start <= cell < end:
            return key
        start = end + GAP_CELLS
    return None


class KeyBar(Widget):
    """Shows the active bindings of its screen that are meant to be shown."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "KeyBar { dock: bottom; height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._keys: list[Key] = []
        self._pointed_at: Key | None = None

    @property
    def keys(self) -> Sequence[Key]:
        """The keys that are on the line, from the left."""
        return fitting(self._keys, self.size.width)

    def on_mount(self) -> None:
        """Follow the bindings, which change with the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._take_bindings)

    def _take_bindings(self, screen: Screen[object]) -> None:
        # Without the focus of the terminal nothing is active, which is no news to show.
        if not self.app.app_focus or screen is not self.screen:
            return
        keys: dict[str, Key] = {}
        for key, (node, binding, is_enabled, tooltip) in screen.active_bindings.items():
            if not binding.show or is_text_for(self.app.focused, key):
                continue
            # Of several keys for one action the first is shown, one without ctrl if there is any.
            known = keys.get(binding.action)
            if known is None or (known.name.startswith("ctrl+") and not key.startswith("ctrl+")):
                keys[binding.action] = Key(
                    binding.key,
                    self.app.get_key_display(binding),
                    binding.description,
                    tooltip,
                    is_enabled,
                    node is self.app,
                )
        shown = list(keys.values())
        if shown != self._keys:
            self._keys = shown
            self.refresh()

    def render(self) -> Text:
        """Return the line."""
        key_style = role_style(self, "bar-key")
        title_style = role_style(self, "bar-title")
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        for key in self.keys:
            if line:
                line.append(" " * GAP_CELLS)
            piece = Text.assemble((key.shown, key_style), " ", (key.title, title_style))
            if not key.is_enabled:
                piece.stylize("dim")
            if key == self._pointed_at:
                piece.stylize(partial_role_style(self, "bar-hover"))
            line.append_text(piece)
        if len(self.keys) < len(self._keys) and line.cell_len + 2 <= self.size.width:
            # Help has the others.
            line.append(f" {ELLIPSIS}", title_style)
        return line

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key that was clicked."""
        key = at(self.keys, event.x)
        if key is not None and key.is_enabled:
            self.app.simulate_key(key.name)
        elif key is not None:
            self.app.bell()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Explain the key under the pointer."""
        self._point_at(at(self.keys, event.x))

    def on_leave(self) -> None:
        """Explain nothing."""
        self._point_at(None)

    def _point_at(self, key: Key | None) -> None:
        if key != self._pointed_at:
            self._pointed_at = key
            self.tooltip = key.explanation or None if key is not None else None
            self.refresh()
