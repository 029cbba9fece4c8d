"""A command and a group of them: key bindings, footer, help and palette come from here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Command:
    """What a key does.

    `keys` are Textual's names, comma separated, `key_display` what people call them, with a blank
    between those of several keys. `title` stands in the footer and the palette,
    `explanation` in the help. `in_palette` is False for what makes sense only as a key. A key
    that `takes_the_keyboard` is handled before the keys that were typed ahead of it are given
    to the widget that has the focus now. What `changes_broker` is not available while mqttui
    may only read; what `needs_payloads` works with messages as they are, which a presenter's
    mqttui does not keep.
    """

    keys: str
    action: str
    title: str
    explanation: str
    is_in_footer: bool = False
    in_palette: bool = True
    key_display: str | None = None
    takes_the_keyboard: bool = False
    changes_broker: bool = False
    needs_payloads: bool = False

    @property
    def action_name(self) -> str:
        """The name of the action without its parameters."""
        return self.action.partition("(")[0]

    @property
    def shown_by_key(self) -> list[tuple[str, str | None]]:
        """Each key with what it is called; None leaves that to Textual."""
        keys = self.keys.split(",")
        shown = (self.key_display or "").split()
        if len(shown) == len(keys):
            return list(zip(keys, shown, strict=True))
        return [(key, self.key_display) for key in keys]


@dataclass(frozen=True, slots=True)
class CommandGroup:
    """The commands of one screen, panel or widget; `title` stands over them in the help."""

    name: str
    title: str
    commands: tuple[Command, ...]

    def id_of(self, command: Command) -> str:
        """Return the name by which a key can be given to a command: `explorer.find`."""
        return f"{self.name}.{re.sub(r'[^a-z0-9]+', '-', command.title.lower()).strip('-')}"

    @property
    def bindings(self) -> list[Binding]:
        """The Textual bindings."""
        return [
            Binding(
                key,
                command.action,
                command.title,
                show=command.is_in_footer,
                key_display=shown,
                tooltip=command.explanation,
                priority=command.takes_the_keyboard,
                id=self.id_of(command),
            )
            for command in self.commands
            for key, shown in command.shown_by_key
        ]

    def changes_broker(self, action_name: str) -> bool:
        """Return whether an action of this group changes something on the broker."""
        return any(
            command.changes_broker and command.action_name == action_name
            for command in self.commands
        )

    def needs_payloads(self, action_name: str) -> bool:
        """Return whether an action of this group works with messages as they are."""
        return any(
            command.needs_payloads and command.action_name == action_name
            for command in self.commands
        )
