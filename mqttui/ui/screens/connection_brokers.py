"""The list of the connection screen: saved profiles, then the brokers of the last days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from mqttui.payload.printable import printable
from mqttui.payload.quantities import age_text
from mqttui.settings.draft import Draft
from mqttui.settings.recent import address_of
from mqttui.ui.widgets.cells import fitted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events

    from mqttui.settings.recent import RecentBroker

NARROW_CELLS = 21


class EntryKind(Enum):
    """What a row stands for; the value is the heading over its kind."""

    NEW = "New"
    PROFILE = "Profiles"
    RECENT = "Recent"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; `name` is that of the profile, or host and port. `at_s` is the last connection."""

    kind: EntryKind
    name: str
    draft: Draft = Draft()  # noqa: RUF009  # frozen
    at_s: float | None = None

    @property
    def profile(self) -> str | None:
        """The name of the profile, None for everything else."""
        return self.name if self.kind is EntryKind.PROFILE else None


NEW = Entry(EntryKind.NEW, "New connection")


def entries_of(profiles: Mapping[str, Draft], recent: Sequence[RecentBroker]) -> list[Entry]:
    """Return all rows; a recent broker that a profile leads to is not shown a second time."""
    known = {address_of(draft) for draft in profiles.values()}
    return [
        NEW,
        *(Entry(EntryKind.PROFILE, name, draft) for name, draft in profiles.items()),
        *(
            Entry(EntryKind.RECENT, _recent_name(each), each.draft, each.at_s)
            for each in recent
            if each.address not in known
        ),
    ]


def _recent_name(broker: RecentBroker) -> str:
    user = broker.draft.user
    return broker.address.label if user is None else f"{broker.address.label}, {user}"


def row_text(entry: Entry, width: int, now_s: float) -> str:
    """Return a row of `width` cells: the name and, where there is room, how long ago it was."""
    name = printable(entry.name)
    if entry.at_s is None:
        return fitted(name, width)
    age = age_text(now_s - entry.at_s)
    room = width - cell_len(age) - 1
    if cell_len(name) > room:
        return fitted(name, width)
    return f"{name}{' ' * (room - cell_len(name))} {age}"


class BrokerList(OptionList):
    """Shows the entries; a click moves to one, a second click or enter chooses it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "screen.edit", "Edit", show=False),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id, markup=False)
        self._entries: list[Entry] = []
        self._entry_of_row: dict[int, Entry] = {}
        self._now_s = 0.0
        self._width = 0

    @property
    def entry(self) -> Entry:
        """The entry under the cursor."""
        return self._entry_of_row.get(self.highlighted or 0, NEW)

    def show(self, entries: list[Entry], now_s: float) -> None:
        """Show entries; the cursor stays on its entry, or goes to the first."""
        before = self.entry
        self._entries, self._now_s = entries, now_s
        self._fill()
        self.move_to(before.kind, before.name)

    def move_to(self, kind: EntryKind, name: str) -> None:
        """Put the cursor on an entry, on the first if it is not there."""
        rows = (
            row
            for row, entry in self._entry_of_row.items()
            if (entry.kind, entry.name) == (kind, name)
        )
        self.highlighted = next(rows, 0)

    def on_resize(self) -> None:
        """Fit the rows to the new width."""
        if self.scrollable_content_region.width != self._width:
            row = self.highlighted
            with self.prevent(OptionList.OptionHighlighted):
                self._fill()
                self.highlighted = row

    def _fill(self) -> None:
        self._width = self.scrollable_content_region.width
        # Textual pads each row by one cell on both sides.
        width = max(1, (self._width or NARROW_CELLS) - 2)
        self._entry_of_row = {}
        options: list[Option] = []
        kind = EntryKind.NEW
        for entry in self._entries:
            if entry.kind is not kind:
                kind = entry.kind
                options.append(Option(Content(kind.value), disabled=True))
            self._entry_of_row[len(options)] = entry
            options.append(Option(Content(row_text(entry, width, self._now_s))))
        self.clear_options()
        self.add_options(options)

    def on_click(self, event: events.Click) -> None:
        """Move to the row; a second click chooses it."""
        event.prevent_default()
        row = event.style.meta.get("option")
        if row in self._entry_of_row:
            self.highlighted = row
            if event.chain == 2:
                self.action_select()
