"""Every key, made from the table of commands, so that the help cannot be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from mqttui.ui.commands.registry import GROUPS

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

READING = """\
▸ ▾    a branch, closed or open
⚑      the broker keeps this value (retained)
!      breaks a rule of topic hygiene; y tells which and why
412/s  messages per second, mean of the last 10 seconds
3 s    time since the last message
▌      the cursor; in a row that is not bright it stands for a topic hidden below"""

SEARCH = """\
Text is found anywhere, whatever the case. With + or # it is an MQTT filter:
+ stands for one level, # for everything below. Try +/status, iot49/#, $SYS/#.
Fuzzy finds letters in their order, with some others between: bnch01dat.
A regular expression finds what it describes: bench0[1-4]/(data|info)$.
n and N go from hit to hit; » marks a hit, and a closed branch counts those in it."""


class HelpScreen(ModalScreen[None]):
    """All keys with what they do; any of `?`, esc and q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close", key_display="esc")
    ]

    def compose(self) -> ComposeResult:
        """Lay out the help."""
        with VerticalScroll(id="help") as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc closes"
            yield Static(help_text())


def help_text() -> Text:
    """Return the keys of all groups, and how to read a row."""
    text = Text()
    for group in GROUPS:
        text.append(f"{group.title}\n", "bold")
        for command in group.commands:
            keys = command.key_display or command.keys.replace(",", " ")
            text.append("  " + keys + " " * max(2, 12 - cell_len(keys)), "bold")
            text.append(f"{command.explanation}\n")
        text.append("\n")
    text.append("Reading a row\n", "bold")
    text.append("".join(f"  {line}\n" for line in READING.splitlines()))
    text.append("\nSearch\n", "bold")
    text.append("".join(f"  {line}\n" for line in SEARCH.splitlines()))
    return text
