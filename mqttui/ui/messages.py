"""Messages that several parts of the interface listen to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.copying import Copyable
    from mqttui.core.node import TopicNode
    from mqttui.core.source import MessageSource
    from mqttui.settings.connection import ConnectionSettings


@dataclass
class ConnectionRequested(Message):
    """Somebody chose a broker to connect to; `source` is connected already where it is given."""

    settings: ConnectionSettings
    source: MessageSource | None = None


@dataclass
class TopicWanted(Message):
    """A panel wants the cursor of the tree on a topic or branch."""

    node: TopicNode


@dataclass
class CopyWanted(Message):
    """Something is to be put on the terminal's clipboard."""

    wanted: Copyable


@dataclass
class EditorWanted(Message):
    """A text is to be edited in a program that gets the terminal.

    One of the two is called with what came of it: `take` with the new text, `complain` with one
    plain sentence.
    """

    text: str
    suffix: str
    take: Callable[[str], object]
    complain: Callable[[str], object]
