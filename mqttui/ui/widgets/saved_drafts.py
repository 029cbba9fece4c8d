"""Messages to be used again: what was sent, templates, and what was received on a topic."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from mqttui.core.publish.draft import MessageDraft, PayloadMode, has_secret
from mqttui.core.publish.replying import again
from mqttui.payload.printable import printable
from mqttui.ui.widgets.cells import Cells, Lines, fitted, fitted_end
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.events import Click

    from mqttui.core.node import TopicNode
    from mqttui.core.publish.history import PublishHistory
    from mqttui.core.publish.templates import Templates

MOST_SEEN = 50
CLOCK_CELLS = 8
NAME_SHARE = 0.3
TOPIC_SHARE = 0.45
_SHOWN_CHARACTERS = 300


class Shelf(Enum):
    """Where saved messages come from."""

    SENT = "sent"
    TEMPLATES = "templates"
    SEEN = "seen here"


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A row; `title` is a time or a name, `mark` what became of the message.

    `draft` is None where the message cannot be used, `why` then says why not.
    """

    key: object
    title: str
    draft: MessageDraft | None
    mark: str = " "
    why: str = ""
    is_named: bool = False


class _Rows(ChoiceList[SavedDraft]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "Take over", tooltip="Put it into the form", key_display="enter"),
        Binding("delete", "delete", "Delete", key_display="del"),
        Binding("left", "shelf(-1)", "Previous list", show=False),
        Binding("right", "shelf(1)", "Next list", show=False),
    ]

    def on_click(self, event: Click) -> None:
        """Take over what is clicked; the second click sends it."""
        self.post_message(SavedDrafts.PickWanted(is_to_send=event.chain == 2, is_by_key=False))

    def action_pick(self) -> None:
        """Take over what is under the cursor."""
        self.post_message(SavedDrafts.PickWanted(is_to_send=False, is_by_key=True))

    def action_delete(self) -> None:
        """Ask for the row to be forgotten."""
        self.post_message(SavedDrafts.DeleteWanted())

    def action_shelf(self, steps: int) -> None:
        """Show another list."""
        self.post_message(SavedDrafts.ShelfWanted(steps))


class SavedDrafts(Vertical):
    """Three lists of messages, one in sight; a chosen message is posted as `Picked`.

    While `is_presenting` a message with a secret in it is neither shown nor taken over.
    """

    @dataclass
    class Picked(Message):
        """A message is to be put into the form.

        `is_to_send` when it is to be sent as well; `is_by_key` when the keyboard goes on there.
        """

        saved: SavedDraft
        is_to_send: bool
        is_by_key: bool

    @dataclass
    class Deleted(Message):
        """A message is to be forgotten."""

        shelf: Shelf
        saved: SavedDraft

    @dataclass
    class PickWanted(Message):
        """The row under the cursor is to be used."""

        is_to_send: bool
        is_by_key: bool

    class ShelfChanged(Message):
        """Another list is in sight and wants its rows."""

    class DeleteWanted(Message):
        """The row under the cursor is to be forgotten."""

    @dataclass
    class ShelfWanted(Message):
        """Another list is to be shown."""

        steps: int

    def __init__(
        self,
        *,
        is_presenting: bool = False,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._is_presenting = is_presenting
        self.shelf = Shelf.SENT
        self._tabs = Switches(id="saved-tabs")
        self._rows = _Rows(_cells, lambda saved: saved.key, id="saved-rows")
        self._empty = Lines(id="saved-empty")

    def compose(self) -> ComposeResult:
        """Lay out the tabs over the rows."""
        yield self._tabs
        yield self._empty
        yield self._rows

    def focus_rows(self) -> None:
        """Give the keyboard to the first of the rows."""
        self._rows.action_move_to(0)
        self.screen.set_focus(self._rows)

    @property
    def has_row(self) -> bool:
        """Whether the keyboard is at a message."""
        return self._rows.has_focus and self._rows.item is not None

    def send_row(self) -> None:
        """Have the row under the cursor sent."""
        self._rows.post_message(self.PickWanted(is_to_send=True, is_by_key=True))

    def show(
        self, history: PublishHistory, templates: Templates, node: TopicNode | None, now: float
    ) -> None:
        """Show the list in force; `node` is what was received on the topic of the form."""
        self._tabs.show([Switch("", [(shelf, shelf.value) for shelf in Shelf], self.shelf)])
        rows: Sequence[SavedDraft]
        if self.shelf is Shelf.SENT:
            rows = [
                SavedDraft(
                    entry,
                    _when(entry.sent_at, now),
                    entry.draft if entry.is_whole else None,
                    entry.mark,
                    f"{entry.draft.topic}: its payload was not kept",
                )
                for entry in history.entries
            ]
            empty = "Nothing was sent yet."
        elif self.shelf is Shelf.TEMPLATES:
            rows = [
                SavedDraft(name, name, draft, is_named=True) for name, draft in templates.named()
            ]
            empty = "No templates. ctrl+n keeps the message under a name."
        else:
            rows = _seen(node, now)
            empty = "Nothing was received on this topic."
        self._empty.show([] if rows else [[(f" {empty}", "dim")]])
        self._empty.display = not rows
        self._rows.show([self._presentable(row) for row in rows])

    def _presentable(self, saved: SavedDraft) -> SavedDraft:
        """Return a row without a message that has something to hide from a class."""
        draft = saved.draft
        if draft is None or not self._is_presenting or not has_secret(draft):
            return saved
        return replace(saved, draft=None, why=f"{draft.topic}: hidden while presenting")

    @on(ChoiceList.Moved)
    @on(ChoiceList.Chosen)
    def keep_to_itself(self, event: Message) -> None:
        """Nobody else need know where the cursor is."""
        event.stop()

    @on(Switches.Clicked)
    def show_shelf(self, event: Switches.Clicked) -> None:
        """Show the list whose tab was clicked."""
        event.stop()
        self._change(event.value)

    @on(ShelfWanted)
    def step_shelf(self, event: ShelfWanted) -> None:
        """Show the list to the left or right."""
        event.stop()
        shelves = list(Shelf)
        self._change(shelves[(shelves.index(self.shelf) + event.steps) % len(shelves)])

    def _change(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.post_message(self.ShelfChanged())

    @on(PickWanted)
    def pick(self, event: PickWanted) -> None:
        """Hand over the row under the cursor."""
        event.stop()
        saved = self._rows.item
        if saved is not None:
            self.post_message(self.Picked(saved, event.is_to_send, event.is_by_key))

    @on(DeleteWanted)
    def delete(self, event: DeleteWanted) -> None:
        """Have the row under the cursor forgotten."""
        event.stop()
        saved = self._rows.item
        if saved is not None and self.shelf is not Shelf.SEEN:
            self.post_message(self.Deleted(self.shelf, saved))


def _seen(node: TopicNode | None, now: float) -> list[SavedDraft]:
    """Return the newest messages of a topic as drafts."""
    if node is None or node.topic is None:
        return []
    topic = node.path
    rows = []
    first = node.messages
    for number, entry in enumerate(islice(reversed(node.entries()), MOST_SEEN)):
        rows.append(
            SavedDraft(
                first - number,
                _when(entry[0], now),
                again(topic, entry),
                why="It is not kept whole, or too long to be edited",
            )
        )
    return rows


def _when(at: float, now: float) -> str:
    """Return the local time of today, else the day."""
    local = time.localtime(at)
    is_today = local[:3] == time.localtime(now)[:3]
    return time.strftime("%H:%M:%S" if is_today else "%d %b", local)


def _cells(saved: SavedDraft, width: int) -> Cells:
    """Return a row: when or what, where to, and the beginning of the payload."""
    share = int(width * NAME_SHARE) if saved.is_named else 0
    title = fitted(printable(saved.title), max(CLOCK_CELLS, share))
    title += " " * (max(CLOCK_CELLS, share) - cell_len(title))
    cells: Cells = [(f"{title} {saved.mark} ", "dim")]
    rest = max(0, width - cell_len(title) - 3)
    draft = saved.draft
    if draft is None:
        return [*cells, (fitted(printable(saved.why), rest), "dim")]
    topic = fitted_end(printable(draft.topic), max(8, int(rest * TOPIC_SHARE)))
    cells.append((f"{topic}  ", "retained" if draft.retain else "value"))
    text = printable(draft.text[:_SHOWN_CHARACTERS].replace("\n", " "))
    if draft.mode not in (PayloadMode.TEXT, PayloadMode.JSON):
        text = f"{draft.mode.title} {text}"
    cells.append((fitted(text, max(0, rest - cell_len(topic) - 2)), "dim"))
    return cells
