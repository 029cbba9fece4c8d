"""What a user is about to do: shown with all it will hit before anybody confirms it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.core.retained.jobs import Clearing, Restoring, SavedMessage
from mqttui.core.retained.report import messages_text
from mqttui.payload.printable import printable
from mqttui.payload.quantities import size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.retained.backup import Backup
    from mqttui.core.retained.fetching import RetainedMessage
    from mqttui.core.retained.jobs import Job, Prepared
    from mqttui.core.retained.scope import Scope


@dataclass(frozen=True, slots=True)
class ClearPlan:
    """To clear a topic, or what is below a branch.

    `insists` takes messages along that cannot be backed up.
    """

    scope: Scope
    insists: bool = False
    verb: str = field(default="clear", init=False)

    @property
    def topic_filter(self) -> str:
        """What the broker is asked for."""
        return self.scope.topic_filter

    @property
    def title(self) -> str:
        """The plan in a few words; printable."""
        return f"Clear what is retained under {printable(self.topic_filter)}"

    def job(self, present: Sequence[RetainedMessage]) -> Job:
        """Return the job for what the broker has listed."""
        return Clearing(self.topic_filter, present, includes_cut=self.insists)

    def typed_name(self, count: int) -> str:
        """Return what is to be typed to confirm it."""
        return self.scope.typed_name(count)

    def announcement(self, prepared: Prepared) -> str:
        """Return what will happen, in a few sentences."""
        count = len(prepared.items)
        if not count:
            return "Nothing is retained here that could be cleared."
        size_bytes = sum(len(item.message.payload) for item in prepared.items)
        return (
            f"This clears {messages_text(count)} ({size_text(size_bytes)}). A backup is written "
            "first. Then each topic gets an empty retained message at QoS 1, which subscribers "
            "see, and the broker is asked whether it is done. It can be cancelled and undone."
        )


@dataclass(frozen=True, slots=True)
class PutBackPlan:
    """To put the messages of a backup file back; `insists` replaces newer values."""

    backup: Backup
    file_name: str
    insists: bool = False
    verb: str = field(default="put back", init=False)

    @property
    def topic_filter(self) -> str:
        """What the broker is asked for."""
        return self.backup.header.topic_filter

    @property
    def title(self) -> str:
        """The plan in a few words; printable."""
        return f"Put back what is saved in {printable(self.file_name)}"

    def job(self, present: Sequence[RetainedMessage]) -> Job:
        """Return the job for what is in the file."""
        saved_at = self.backup.header.saved_at
        saved = [SavedMessage(message, saved_at) for message in self.backup.messages]
        return Restoring(self.topic_filter, saved, overwrites=self.insists)

    def typed_name(self, count: int) -> str:
        """Return what is to be typed to confirm it."""
        return self.verb

    def announcement(self, prepared: Prepared) -> str:
        """Return what will happen, in a few sentences."""
        count = len(prepared.items)
        if not count:
            return "Nothing in this backup is missing on the broker."
        replaced = sum(item.before is not None for item in prepared.items)
        sentence = f"This publishes {messages_text(count)} with retain, as they were."
        if replaced:
            sentence += (
                f" {messages_text(replaced)} of another value are replaced; they are saved first."
            )
        return sentence
