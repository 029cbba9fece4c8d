"""Topics and branches that somebody wants to keep in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.core.node import TopicNode

MOST_PINS = 200
LONGEST_PATH = 65_535
"""A topic is no longer than this (MQTT 5.0 section 1.5.4)."""


class Pins:
    """Paths of topics and branches in the order in which they were pinned.

    A path is as `TopicNode.path` has it, and need not exist. `dropped` counts what of the
    remembered pins could not be used.
    """

    def __init__(self, paths: Iterable[str] = (), dropped: int = 0) -> None:
        self._paths = list(dict.fromkeys(paths))
        self.dropped = dropped

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, the oldest pin first."""
        return tuple(self._paths)

    @property
    def is_full(self) -> bool:
        """Whether no more can be pinned."""
        return len(self._paths) >= MOST_PINS

    def toggle(self, path: str) -> bool:
        """Pin a path, or unpin it if it is pinned; return False if there are too many pins."""
        if path in self._paths:
            self._paths.remove(path)
        elif self.is_full:
            return False
        else:
            self._paths.append(path)
        return True


def pins_of_json(value: object) -> Pins:
    """Return pins as they were remembered; what is no path is dropped and counted."""
    if value is None:
        return Pins()
    if not isinstance(value, list):
        return Pins(dropped=1)
    paths = [each for each in value if isinstance(each, str) and len(each) <= LONGEST_PATH]
    kept = list(dict.fromkeys(paths))[:MOST_PINS]
    return Pins(kept, dropped=len(value) - len(kept))


def node_at(root: TopicNode, path: str) -> TopicNode | None:
    """Return the topic or branch with a path below `root`, None if there is none (yet)."""
    node = root
    for name in path.split("/"):
        child = node.children.get(name) if node.children else None
        if child is None:
            return None
        node = child
    return node
