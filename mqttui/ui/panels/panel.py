"""What all panels have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical

if TYPE_CHECKING:
    from mqttui.ui.commands.command import CommandGroup
    from mqttui.ui.workspace import Workspace


class Panel(Vertical):
    """Part of a connection's interface that stays open beside the tree.

    What it wants of the explorer it asks for by a message that bubbles up (`mqttui.ui.messages`).
    """

    COMMANDS: ClassVar[CommandGroup | None] = None
    """The table from which the panel takes its bindings."""

    NEEDS_ROOM: ClassVar[bool] = False
    """Whether a small terminal gives nearly all of its rows to the panel while it is used."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace

    @property
    def status(self) -> str:
        """What stands in the lower frame of the dock; printable."""
        return ""

    def draw(self, now: float) -> None:
        """Show what has changed; called once per frame while the panel is in sight.

        `now` is in seconds since the epoch.
        """

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What changes the broker is off while mqttui may only read."""
        if (
            self.workspace.is_read_only
            and self.COMMANDS is not None
            and self.COMMANDS.changes_broker(action)
        ):
            return None
        return True

    def focus_first(self) -> None:
        """Take the keyboard."""
        self.focus()
