"""Keys that the user chose: which can be used, and what is wrong with the others."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.keys import KEY_NAME_REPLACEMENTS, Keys, format_key

from mqttui.settings.toml_file import nearest
from mqttui.ui.commands.registry import GROUPS, commands_by_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.ui.commands.command import Command, CommandGroup

MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_KNOWN_NAMES = frozenset({key.value for key in Keys} | set(KEY_NAME_REPLACEMENTS.values()))

TOGETHER = ("tree", "explorer", "app")
"""Groups whose keys are in force at the same time."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """Chosen keys by the id of their command, comma separated; `problems` are sentences."""

    keys: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def shown_keys(self, group: CommandGroup, command: Command) -> str:
        """Return the keys of a command as a person writes them."""
        chosen = self.keys.get(group.id_of(command))
        if chosen is None:
            keys = command.key_display or command.keys
            return keys if command.key_display else " ".join(map(shown_key, keys.split(",")))
        return " ".join(map(shown_key, chosen.split(",")))


def make_keymap(wanted: Mapping[str, str], where: str) -> Keymap:
    """Return what of the wanted keys can be used; `where` names their file in the sentences.

    A key that means something else in the same place already is refused, unless that command
    has got another key.
    """
    known = dict(commands_by_id())
    usable: dict[str, str] = {}
    problems: list[str] = []
    for command_id, text in wanted.items():
        if command_id not in known:
            close = nearest(command_id, known)
            hint = f"; did you mean {close!r}?" if close else "; the help (?) shows all commands."
            problems.append(f"{where}: there is no command {command_id!r}{hint}")
            continue
        keys = [key.strip() for key in text.split(",")]
        wrong = next((key for key in keys if not is_key(key)), None)
        if wrong is not None:
            problems.append(
                f"{where}: {command_id}: {wrong!r} is not a key; keys are written like "
                "x, ctrl+x, f5, space, page up as pageup, and comma for the comma."
            )
            continue
        usable[command_id] = ",".join(keys)
    for command_id in list(usable):
        if clash := _clash(command_id, usable):
            problems.append(f"{where}: {command_id}: {clash}")
            del usable[command_id]
    return Keymap(usable, tuple(problems))


def is_key(key: str) -> bool:
    """Return whether a terminal can send a key of that name."""
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    if not set(modifiers) <= MODIFIERS:
        return False
    if len(base) == 1:
        return base.isprintable()
    if key in _KNOWN_NAMES or base in _KNOWN_NAMES:
        return True
    try:
        unicodedata.lookup(base.replace("_", " ").upper())
    except KeyError:
        return False
    return True


def shown_key(key: str) -> str:
    """Return a key as it is written for people: `/` for `slash`."""
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    return "+".join([*modifiers, format_key(base)])


def _clash(command_id: str, chosen: Mapping[str, str]) -> str | None:
    """Return which other command has one of the keys already, in a sentence."""
    group_name = command_id.partition(".")[0]
    place = TOGETHER if group_name in TOGETHER else (group_name, "app")
    mine = {shown_key(key) for key in chosen[command_id].split(",")}
    for group in GROUPS:
        if group.name not in place:
            continue
        for command in group.commands:
            other_id = group.id_of(command)
            keys = {shown_key(key) for key in chosen.get(other_id, command.keys).split(",")}
            if other_id != command_id and (common := mine & keys):
                return (
                    f"{min(common)!r} is the key of {command.title!r} already; "
                    f"give {other_id} another one too."
                )
    return None
