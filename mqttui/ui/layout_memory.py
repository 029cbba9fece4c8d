"""What of the looks of an explorer is remembered for its broker, and when it is written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from mqttui.core.order import Order
from mqttui.payload.printable import printable
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.pane_layout import Shares, json_of, shares_of
from mqttui.ui.widgets.row_columns import Columns, columns_of, names_of

if TYPE_CHECKING:
    from textual.screen import Screen

    from mqttui.settings.broker_memory import BrokerMemory

SECTION = "layout"
DELAY_S = 1.0
"""A line that is dragged is written once."""


class Layout(NamedTuple):
    """The looks of an explorer.

    `columns` is None while the width chooses them, `theme` while none was chosen for this broker,
    `panel` while the dock is closed.
    """

    shares: Shares = Shares()
    columns: Columns = None
    order: Order = Order.NAME
    theme: str | None = None
    panel: str | None = None


def layout_of(remembered: object) -> Layout:
    """Return the layout of a remembered JSON object; what in it makes no sense is left out."""
    if not isinstance(remembered, dict):
        return Layout()
    order, theme, panel = (remembered.get(name) for name in ("order", "theme", "panel"))
    return Layout(
        shares=shares_of(remembered.get("shares")),
        columns=columns_of(remembered.get("columns")),
        order=next((each for each in Order if each.value == order), Order.NAME),
        theme=theme if isinstance(theme, str) else None,
        panel=panel if isinstance(panel, str) else None,
    )


def json_of_layout(layout: Layout) -> dict[str, Any] | None:
    """Return what is to be remembered of a layout; None if it is that of the beginning."""
    values: dict[str, Any] = {
        "shares": json_of(layout.shares) or None,
        "columns": names_of(layout.columns),
        "order": None if layout.order is Order.NAME else layout.order.value,
        "theme": layout.theme,
        "panel": layout.panel,
    }
    return {name: value for name, value in values.items() if value is not None} or None


class LayoutKeeper:
    """Has the layout of a screen's connection and writes it, a moment after it has changed."""

    def __init__(self, screen: Screen[None], memory: BrokerMemory) -> None:
        self.layout = layout_of(memory.read(SECTION))
        self._screen = screen
        self._memory = memory
        self._is_due = False

    def note(self, **changes: Any) -> None:
        """Take in fields of the layout that have changed."""
        layout = self.layout._replace(**changes)
        if layout == self.layout:
            return
        self.layout = layout
        if not self._is_due:
            self._is_due = True
            self._screen.set_timer(DELAY_S, self._write)

    def finish(self) -> None:
        """Write what is not written yet; the screen is about to go."""
        if self._is_due:
            self._is_due = False
            try:
                self._memory.write(SECTION, json_of_layout(self.layout))
            except SettingsError as problem:
                self._screen.app.log.warning(str(problem))

    async def _write(self) -> None:
        if not self._is_due:
            return
        self._is_due = False
        value = json_of_layout(self.layout)
        try:
            await asyncio.to_thread(self._memory.write, SECTION, value)
        except SettingsError as problem:
            self._screen.notify(printable(str(problem)), severity="warning", markup=False)
