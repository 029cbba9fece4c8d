"""Every key, made from the table of commands, so that the help cannot be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from mqttui.core.period import NEW_FOR_S, SILENT_PERIODS
from mqttui.ui.commands.registry import GROUPS
from mqttui.ui.glyphs import (
    CARELESS,
    CLOSED,
    CURSOR,
    HIT,
    LEVELS,
    NEW,
    OPENED,
    RETAINED,
    SILENT,
    WARNING,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.ui.commands.command import CommandGroup
    from mqttui.ui.commands.keymap import Keymap

KEYS_CELLS = 12

READING = (
    (f"{CLOSED} {OPENED}", "a branch, closed or open; how many topics are in it"),
    (CURSOR, "the cursor; in a row that is not bright it stands for a topic hidden below"),
    (NEW, f"new: first seen in the last {NEW_FOR_S:.0f} seconds"),
    (
        SILENT,
        f"silent: it used to talk and has not for {SILENT_PERIODS} times its longest pause",
    ),
    (WARNING, "the payload begins like JSON and is none"),
    (CARELESS, "breaks a rule of topic hygiene; y tells which and why"),
    (RETAINED, "the broker keeps a value of this topic (retained)"),
    (LEVELS[1:6], "the last minute: values of a number, else messages"),
    ("412/s", "messages per second, mean of the last 10 seconds"),
    ("3 s", "time since the last message; a value that is fresh is bright and fades"),
)
"""Marks in the rows of the tree, and what they mean."""

SEARCH = (
    ("text", "is found anywhere, whatever the case"),
    (
        "+ #",
        "make it an MQTT filter: + stands for one level, # for everything below. "
        "Try +/status, iot49/#, $SYS/#",
    ),
    ("fuzzy", "finds letters in their order, with some others between: bnch01dat"),
    ("regex", "finds what a regular expression describes: bench0[1-4]/(data|info)$"),
    ("n N", f"go from hit to hit; {HIT} marks a hit, and a closed branch counts those in it"),
)
"""How a search can be meant."""


class HelpScreen(ModalScreen[None]):
    """All keys with what they do, those of the place it was opened from first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q", "dismiss", "Close", key_display="esc")
    ]

    def __init__(self, here: Sequence[CommandGroup], keymap: Keymap) -> None:
        super().__init__()
        self._here = here
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """Lay out the help."""
        with VerticalScroll(id="help") as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc closes"
            yield Static(help_text(self._here, self._keymap))


def help_text(here: Sequence[CommandGroup], keymap: Keymap) -> Group:
    """Return the keys of the groups `here`, how to read a row, then the keys of all others."""
    parts: list[RenderableType] = []
    for group in here:
        parts += _keys_of(group, keymap)
    for title, entries in (("Reading a row", READING), ("Search", SEARCH)):
        parts += _section(title, [(Text(sign), Text(meaning)) for sign, meaning in entries])
    for group in GROUPS:
        if group not in here:
            parts += _keys_of(group, keymap)
    parts.append(Text("Other keys can be given to commands in preferences.toml, by their names:"))
    parts.append(Text('  [keys]\n  "explorer.find" = "ctrl+f"'))
    return Group(*parts)


def _keys_of(group: CommandGroup, keymap: Keymap) -> list[RenderableType]:
    rows = []
    for command in group.commands:
        keys = Text(keymap.shown_keys(group, command), "bold", no_wrap=True)
        name = (group.id_of(command), "dim")
        rows.append((keys, Text.assemble(command.explanation, "  ", name)))
    return _section(group.title, rows)


def _section(title: str, rows: Sequence[tuple[Text, Text]]) -> list[RenderableType]:
    """Return a title and rows whose second part is wrapped beside the first."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=KEYS_CELLS)
    table.add_column()
    for row in rows:
        table.add_row(*row)
    return [Text(title, "bold"), Padding(table, (0, 0, 1, 2))]
