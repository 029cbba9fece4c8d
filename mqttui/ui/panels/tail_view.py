"""What the views of the log pane have in common: a list that grows, and words on one entry."""

from __future__ import annotations

import textwrap
from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from textual import on
from textual.containers import Vertical

from mqttui.payload.quantities import count_text
from mqttui.ui.glyphs import BETWEEN, ELLIPSIS
from mqttui.ui.widgets.cells import Cells, Lines, fitted
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.tail_list import TailList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from mqttui.ui.widgets.switches import Switch
    from mqttui.ui.workspace import Workspace

Item = TypeVar("Item")

SHORT = 10
"""A view with fewer rows leaves out the heading and has little room for words."""

SHORT_WORD_ROWS = 2
WORD_ROWS = 4
MORE = " (enter)"


class TailView(Vertical, Generic[Item]):
    """A heading, a list, and below it all that there is to say about the entry under the cursor.

    `changed` is called by the owner when a choice was made; `draw` once per frame in sight.
    """

    DEFAULT_CSS = """
    TailView { height: 1fr; }
    TailView .tail-heading { height: 1; padding: 0 1; }
    TailView TailList {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        background: $background;
    }
    TailView .tail-words { padding: 0 1; background: $panel; }
    """

    def __init__(self, workspace: Workspace, *, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.workspace = workspace
        self.text = ""
        self.is_held = False
        self._now = workspace.wall_clock()
        self._list: TailList[Item] = TailList(self.row_cells, self.number_of)
        self._heading = Lines()
        self._words = Lines()

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        self._heading.add_class("tail-heading")
        self._words.add_class("tail-words")
        yield self._heading
        yield self._list
        yield self._words

    # What a view must say

    @abstractmethod
    def number_of(self, item: Item) -> int:
        """Return the number of an item."""

    @abstractmethod
    def row_cells(self, item: Item, width: int) -> Cells:
        """Return an item as a row."""

    @abstractmethod
    def heading_cells(self, width: int) -> Cells:
        """Return the names of the columns."""

    @abstractmethod
    def words_of(self, item: Item | None) -> list[tuple[str, str]]:
        """Return paragraphs on an item, with their roles; None is an empty list."""

    @abstractmethod
    def switches(self) -> Sequence[Switch]:
        """Return the choices that there are."""

    @abstractmethod
    def cycle(self, switch: int) -> None:
        """Take the next option of a choice."""

    @abstractmethod
    def choose(self, switch: int, value: object) -> None:
        """Take an option that was clicked."""

    @abstractmethod
    def refill(self, *, is_other_list: bool) -> None:
        """List what there is now."""

    @property
    @abstractmethod
    def summary(self) -> str:
        """How much is listed, and of how much."""

    @property
    def filter_problem(self) -> str | None:
        """What is wrong with the text filter."""
        return None

    # What all views do

    @property
    def tail(self) -> TailList[Item]:
        """The list."""
        return self._list

    def draw(self, now: float) -> None:
        """Show what has come; `now` is in seconds since the epoch."""
        self._now = now
        if not self.is_held:
            self.refill(is_other_list=False)

    def changed(self) -> None:
        """Show what fits now, from the end."""
        self.is_held = False
        self.refill(is_other_list=True)
        self.draw_words()

    def set_text(self, text: str) -> None:
        """Show only what contains a text."""
        if text != self.text:
            self.text = text
            self.changed()

    def hold(self) -> None:
        """Stand still, or go on."""
        self.is_held = not self.is_held
        if not self.is_held:
            self.refill(is_other_list=False)
            self.draw_words()

    def show_whole(self) -> None:
        """Show all that there is to say on the entry under the cursor, with room for it."""
        if self._list.item is None:
            return
        # Imported here: most entries fit below the list.
        from mqttui.ui.screens.words import WordsScreen

        paragraphs = [paragraph for paragraph, _ in self.words_of(self._list.item)]
        self.app.push_screen(WordsScreen("Log", paragraphs))

    @property
    def status(self) -> str:
        """What stands in the frame: how much is listed, whether it stands still or more came."""
        parts = [self.summary]
        if self.is_held:
            parts.append("HELD (space)")
        elif self._list.new_items:
            parts.append(f"{count_text(self._list.new_items)} new below (end)")
        return f" {BETWEEN} ".join(part for part in parts if part)

    def on_resize(self) -> None:
        """Give every part the room there is."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        self._heading.display = self.size.height >= SHORT
        self._heading.show([self.heading_cells(max(1, self._list.row_cells - 1))])
        self._list.refresh()
        self.draw_words()

    @on(ChoiceList.Moved)
    def show_words(self, event: ChoiceList.Moved) -> None:
        """Say more about the entry under the cursor."""
        event.stop()
        self.draw_words()

    @on(ChoiceList.Chosen)
    def show_chosen(self, event: ChoiceList.Chosen) -> None:
        """Show all that there is to say on what was clicked twice."""
        event.stop()
        self.show_whole()

    def draw_words(self) -> None:
        """Say more about the entry under the cursor."""
        width = max(10, self.size.width - 3)
        rows: list[Cells] = []
        for paragraph, role in self.words_of(self._list.item):
            # Characters of two cells make a line wider than it is long.
            rows += [[(fitted(line, width), role)] for line in wrapped(paragraph, width)]
        room = SHORT_WORD_ROWS if self.size.height < SHORT else WORD_ROWS
        if len(rows) > room:
            rows = rows[:room]
            text, role = rows[-1][0]
            rows[-1] = [(fitted(f"{text} {ELLIPSIS}", width - len(MORE)), role), (MORE, "mark")]
        rows += [[] for _ in range(room - len(rows))]
        has_other_room = room != len(self._words.rows)
        self._words.show(rows)
        if has_other_room:
            self._words.styles.height = room


def wrapped(paragraph: str, width: int) -> list[str]:
    """Return a paragraph in lines of at most `width` characters, long words broken."""
    return textwrap.wrap(paragraph, width, break_on_hyphens=False) or [""]
