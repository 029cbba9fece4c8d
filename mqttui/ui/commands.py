"""Every command of the explorer, once: key bindings, footer, help and palette come from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Command:
    """What a key does.

    `keys` are Textual's names, comma separated. `title` stands in the footer and the palette,
    `explanation` in the help. `in_palette` is False for what makes sense only as a key. A key
    that `takes_the_keyboard` is handled before the keys that were typed ahead of it are given
    to the widget that has the focus now.
    """

    keys: str
    action: str
    title: str
    explanation: str
    is_in_footer: bool = False
    in_palette: bool = True
    key_display: str | None = None
    takes_the_keyboard: bool = False

    @property
    def binding(self) -> Binding:
        """The Textual binding."""
        return Binding(
            self.keys,
            self.action,
            self.title,
            show=self.is_in_footer,
            key_display=self.key_display,
            tooltip=self.explanation,
            priority=self.takes_the_keyboard,
        )


def bindings(commands: Iterable[Command]) -> list[Binding]:
    """Return the bindings of some commands."""
    return [command.binding for command in commands]


EXPLORER_COMMANDS = (
    Command(
        "slash",
        "find",
        "Find",
        "Show only topics that match a text or an MQTT filter like +/status",
        True,
        key_display="/",
        takes_the_keyboard=True,
    ),
    Command("space", "toggle_pause", "Pause", "Hold the screen still; counting goes on", True),
    Command(
        "f", "toggle_follow", "Follow", "Jump to the topic that changed last, until you move", True
    ),
    Command(
        "o", "cycle_order", "Order", "Order by name, last change, rate or number of messages", True
    ),
    Command(
        "b",
        "show_busiest",
        "Busiest",
        "Who floods the broker: topics and subtrees by messages and bytes per second",
        True,
    ),
    Command(
        "y",
        "show_hygiene",
        "Hygiene",
        "Which topics are hard to share or to read, and why",
        True,
    ),
    Command("r", "retry_now", "Retry", "Reconnect at once instead of waiting for the count-down"),
    Command(
        "escape",
        "back",
        "Back",
        "Leave the filter, clear it, leave this help",
        in_palette=False,
        key_display="esc",
    ),
)

TREE_COMMANDS = (
    Command("up,k", "move_cursor(-1)", "Up", "One row up", in_palette=False, key_display="↑ k"),
    Command(
        "down,j", "move_cursor(1)", "Down", "One row down", in_palette=False, key_display="↓ j"
    ),
    Command(
        "pageup", "move_page(-1)", "Page up", "One page up", in_palette=False, key_display="page up"
    ),
    Command(
        "pagedown",
        "move_page(1)",
        "Page down",
        "One page down",
        in_palette=False,
        key_display="page down",
    ),
    Command(
        "home,g",
        "move_to_start",
        "First row",
        "To the first row",
        in_palette=False,
        key_display="home g",
    ),
    Command(
        "end,G", "move_to_end", "Last row", "To the last row", in_palette=False, key_display="end G"
    ),
    Command(
        "right,l",
        "open",
        "Open",
        "Open the branch; once open, to its first row",
        in_palette=False,
        key_display="→ l",
    ),
    Command(
        "left,h",
        "close",
        "Close",
        "Close the branch; once closed, to its parent",
        in_palette=False,
        key_display="← h",
    ),
    Command(
        "enter",
        "toggle_branch",
        "Open/close",
        "Open or close the branch",
        True,
        in_palette=False,
        key_display="enter",
    ),
    Command("e", "expand_branch", "Open branch", "Open the branch and everything below it"),
    Command("c", "collapse_branch", "Close branch", "Close the branch and everything below it"),
    Command("E", "expand_all", "Open all", "Open every branch", key_display="E"),
    Command("C", "collapse_all", "Close all", "Close every branch", key_display="C"),
)

HYGIENE_COMMANDS = (
    Command(
        "enter",
        "enter",
        "Go to",
        "To the topics that break a rule; to a topic in the tree",
        True,
        in_palette=False,
        key_display="enter",
    ),
    Command(
        "escape,backspace",
        "back",
        "Back",
        "From the topics to the rules, from there to the tree",
        True,
        in_palette=False,
        key_display="esc",
    ),
    Command("y", "leave", "Leave", "Back to the tree at once", in_palette=False),
)

BUSIEST_COMMANDS = (
    Command(
        "1",
        "show_window(0)",
        "10 s",
        "What came in the last 10 seconds",
        True,
        in_palette=False,
    ),
    Command("2", "show_window(1)", "1 min", "What came in the last minute", True, in_palette=False),
    Command(
        "3", "show_window(2)", "10 min", "What came in the last 10 minutes", True, in_palette=False
    ),
    Command(
        "left",
        "step_window(-1)",
        "Shorter",
        "The next shorter time",
        in_palette=False,
        key_display="←",
    ),
    Command(
        "right",
        "step_window(1)",
        "Longer",
        "The next longer time",
        in_palette=False,
        key_display="→",
    ),
    Command("m", "toggle_measure", "Bytes", "Rank by messages or by bytes", True, in_palette=False),
    Command(
        "d",
        "cycle_scope",
        "Level",
        "Rank everything, subtrees of the first, second or third level, or topics",
        True,
        in_palette=False,
    ),
    Command(
        "enter",
        "enter",
        "Go to",
        "To the place of the topic in the tree",
        True,
        in_palette=False,
        key_display="enter",
    ),
    Command(
        "escape,backspace,b",
        "leave",
        "Back",
        "Back to the tree",
        True,
        in_palette=False,
        key_display="esc",
    ),
)

APP_COMMANDS = (
    Command("question_mark", "help", "Help", "Show every key", True, key_display="?"),
    Command("B", "choose_broker", "Broker", "Connect to another broker"),
    Command(
        "tab",
        "app.focus_next",
        "Next pane",
        "Move to the next pane",
        in_palette=False,
        key_display="tab",
    ),
    Command(
        "ctrl+p",
        "command_palette",
        "Commands",
        "Search every command by name",
        in_palette=False,
        key_display="ctrl+p",
    ),
    Command(
        "q,ctrl+q", "quit", "Quit", "Leave; one line says what was seen", True, key_display="q"
    ),
)

HELP_GROUPS = (
    ("Topics", TREE_COMMANDS),
    ("Explorer", EXPLORER_COMMANDS),
    ("Busiest", BUSIEST_COMMANDS),
    ("Topic hygiene", HYGIENE_COMMANDS),
    ("Everywhere", APP_COMMANDS),
)
