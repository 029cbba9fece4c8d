"""Every key, made from the table of commands, so that the help cannot be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
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

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.ui.commands.command import CommandGroup
    from mqttui.ui.commands.keymap import Keymap

READING = f"""\
{CLOSED} {OPENED}    a branch, closed or open; how many topics are in it
{CURSOR}      the cursor; in a row that is not bright it stands for a topic hidden below
{NEW}      new: first seen in the last {NEW_FOR_S:.0f} seconds
{SILENT}      silent: it used to talk and has not for {SILENT_PERIODS} times its longest pause
{WARNING}      the payload begins like JSON and is none
{CARELESS}      breaks a rule of topic hygiene; y tells which and why
{RETAINED}      the broker keeps a value of this topic (retained)
{LEVELS[1:6]}  the last minute: values of a number, else messages
412/s  messages per second, mean of the last 10 seconds
3 s    time since the last message; a value that is fresh is bright and fades"""

SEARCH = f"""\
Text is found anywhere, whatever the case. With + or # it is an MQTT filter:
+ stands for one level, # for everything below. Try +/status, iot49/#, $SYS/#.
Fuzzy finds letters in their order, with some others between: bnch01dat.
A regular expression finds what it describes: bench0[1-4]/(data|info)$.
n and N go from hit to hit; {HIT} marks a hit, and a closed branch counts those in it."""


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


def help_text(here: Sequence[CommandGroup], keymap: Keymap) -> Text:
    """Return the keys of the groups `here`, how to read a row, then the keys of all others."""
    text = Text()
    for group in here:
        _add_keys(text, group, keymap)
    text.append("Reading a row\n", "bold")
    text.append("".join(f"  {line}\n" for line in READING.splitlines()))
    text.append("\nSearch\n", "bold")
    text.append("".join(f"  {line}\n" for line in SEARCH.splitlines()))
    for group in GROUPS:
        if group not in here:
            text.append("\n")
            _add_keys(text, group, keymap)
    text.append("\nOther keys can be given to commands in preferences.toml, by their names:\n")
    text.append('  [keys]\n  "explorer.find" = "ctrl+f"\n')
    return text


def _add_keys(text: Text, group: CommandGroup, keymap: Keymap) -> None:
    text.append(f"{group.title}\n", "bold")
    for command in group.commands:
        keys = keymap.shown_keys(group, command)
        text.append("  " + keys + " " * max(2, 14 - cell_len(keys)), "bold")
        text.append(f"{command.explanation}")
        text.append(f"  {group.id_of(command)}\n", "dim")
    text.append("\n")
