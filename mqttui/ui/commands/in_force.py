"""Which commands can be used on a screen, and where they are carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.binding import Binding

from mqttui.ui.commands.registry import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.dom import DOMNode
    from textual.screen import Screen

    from mqttui.ui.commands.command import CommandGroup


class Offer(NamedTuple):
    """A group of commands and the widget, screen or app that carries them out."""

    group: CommandGroup
    node: DOMNode


def offers_on(screen: Screen[object]) -> list[Offer]:
    """Return what a screen offers: first for what has the keyboard, then for all else in sight.

    What a widget, a screen or the app can do is told by the ids of its bindings.
    """
    offers: dict[str, Offer] = {}
    groups = {group.name: group for group in GROUPS}
    for node in _nodes(screen):
        for name in _group_names(node):
            if name in groups:
                offers.setdefault(name, Offer(groups[name], node))
    return list(offers.values())


def _nodes(screen: Screen[object]) -> Iterator[DOMNode]:
    if screen.focused is not None:
        yield from (node for node in screen.focused.ancestors_with_self if node is not screen.app)
    yield screen
    yield from (node for node in screen.walk_children() if node.display)
    yield screen.app


def _group_names(node: DOMNode) -> list[str]:
    bindings = (each for each in type(node).BINDINGS if isinstance(each, Binding) and each.id)
    return list(dict.fromkeys(str(each.id).partition(".")[0] for each in bindings))
