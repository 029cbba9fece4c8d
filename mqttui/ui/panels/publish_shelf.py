"""The saved messages of the publish panel, together with the memory that they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from mqttui.payload.printable import printable
from mqttui.ui.panels.publish_memory import PublishMemory
from mqttui.ui.widgets.saved_drafts import SavedDrafts, Shelf

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mqttui.core.publish.draft import MessageDraft
    from mqttui.ui.workspace import Workspace


class PublishShelf(SavedDrafts):
    """Lists what is remembered of a broker, and writes what changes behind the scenes."""

    @dataclass
    class Said(Message):
        """There is a sentence for the user: that something `is_done`, or what to think of."""

        sentence: str
        is_done: bool = False

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(is_presenting=workspace.is_presenting, id=id)
        self.template_name = ""
        self._workspace = workspace
        self._memory = PublishMemory(
            workspace.memory, keeps_payloads=workspace.preferences.remembers_payloads
        )
        self._topic = ""
        self._doomed: object = None

    @property
    def problems(self) -> list[str]:
        """Sentences about what could not be read."""
        return self._memory.problems

    def show_rows(self, topic: str | None = None) -> None:
        """Show the list in force; `topic` is what stands in the form."""
        self._topic = self._topic if topic is None else topic
        node = self._workspace.store.find(self._topic)
        now = self._workspace.wall_clock()
        self.show(self._memory.history, self._memory.templates, node, now)

    # What is sent

    def note(self, draft: MessageDraft) -> None:
        """Put a message that is being sent on top of the history."""
        self._memory.history.note(draft, self._workspace.wall_clock())
        self.show_rows()
        self._save(self._memory.save_history)

    def conclude(self, draft: MessageDraft, mark: str) -> None:
        """Note what became of a message."""
        self._memory.history.conclude(draft, mark)
        self.show_rows()

    # What the user keeps and forgets

    def keep(self, name: str, draft: MessageDraft) -> bool:
        """Keep a message under a name; return whether that was possible."""
        templates = self._memory.templates
        problem = templates.problem_of(name, draft)
        if problem is not None:
            self.post_message(self.Said(problem))
            return False
        verb = "replaced" if name in templates else "kept"
        templates[name] = draft
        self.template_name = name
        self.shelf = Shelf.TEMPLATES
        self.show_rows()
        self._save(self._memory.save_templates)
        self.post_message(self.Said(f"The template {name} is {verb}.", is_done=True))
        return True

    @on(SavedDrafts.Deleted)
    def forget(self, event: SavedDrafts.Deleted) -> None:
        """Forget a message; a template only when asked for a second time."""
        event.stop()
        saved, memory = event.saved, self._memory
        if not saved.is_named:
            memory.history.forget(saved.key)
            self._save(memory.save_history)
        elif self._doomed != saved.key:
            self._doomed = saved.key
            self.post_message(self.Said(f"Delete once more to forget the template {saved.title}."))
            return
        else:
            memory.templates.pop(saved.title, None)
            self.post_message(self.Said(f"The template {saved.title} is forgotten.", is_done=True))
            self._save(memory.save_templates)
        self._doomed = None
        self.show_rows()

    @on(SavedDrafts.ShelfChanged)
    def fill_shelf(self, event: SavedDrafts.ShelfChanged) -> None:
        """Fill the list that came into sight."""
        event.stop()
        self._doomed = None
        self.show_rows()
        self.refresh_bindings()

    def _save(self, save: Callable[[], Awaitable[str | None]]) -> None:
        self.run_worker(self._save_and_tell(save), group="saving")

    async def _save_and_tell(self, save: Callable[[], Awaitable[str | None]]) -> None:
        problem = await save()
        if problem is not None:
            self.notify(printable(problem), severity="warning", markup=False)
