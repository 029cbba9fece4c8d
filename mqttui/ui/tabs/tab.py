"""What all tabs of the message pane have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Container
from textual.message import Message

if TYPE_CHECKING:
    from mqttui.core.node import Entry, TopicNode
    from mqttui.ui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Numbered:
    """A message and its number; the first that was received on its topic is 1.

    Whoever holds it keeps the message, also when the history has forgotten it.
    """

    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Shown:
    """What the message pane shows: a topic, and of its messages the last or an earlier one.

    `number` counts the messages of the topic from 1. `against` is a message that somebody chose to
    compare it with.
    """

    node: TopicNode
    entry: Entry
    number: int
    is_last: bool
    against: Numbered | None = None


@dataclass
class MessageWanted(Message):
    """A message of the topic is to be shown in a tab, compared with another if that is given."""

    wanted: Numbered
    tab: str
    against: Numbered | None = None


@dataclass
class LiveWanted(Message):
    """The last message of the topic is to be shown again."""


class MessageTab(Container):
    """A view of one topic; it is given what is shown when that changes and once per frame."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace

    def refresh_frame(self, shown: Shown, now: float) -> None:
        """Show what changed since the last frame; `now` is in seconds since the epoch."""

    def focus_first(self) -> None:
        """Take the keyboard."""
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus()
                return
