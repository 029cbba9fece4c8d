"""The topic to publish to, completed from the topics that were seen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from mqttui.core.publish.completion import TopicCompletion
from mqttui.ui.widgets.cells import Cells, fitted_end
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.form_input import FormInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.events import Blur

    from mqttui.core.store import TopicStore

STEP_NAMES = 256
"""How many names are looked at between two looks at the keyboard."""

MOST_ROWS = 6


class _Field(FormInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "enter_suggestions", "Suggestions", show=False),
        Binding("right", "take_first", "Complete", show=False),
    ]

    def __init__(self, go_on: Callable[[], None]) -> None:
        super().__init__(placeholder="topic, like lab-1a2b3c/lamp/cmd", id="topic-field")
        self._go_on = go_on

    async def action_submit(self) -> None:
        """Go on at once: a message would come behind keys that are typed ahead."""
        self._go_on()

    def action_enter_suggestions(self) -> None:
        """Go on among the suggestions."""
        self.post_message(TopicInput.SuggestionsWanted())

    def action_take_first(self) -> None:
        """Take the first suggestion at the end of the text, else move as usual."""
        if self.cursor_at_end:
            self.post_message(TopicInput.FirstWanted())
        else:
            self.action_cursor_right()


class _Suggestions(ChoiceList[str]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right,tab", "choose", "Take", show=False),
    ]


class TopicInput(Vertical):
    """A line to type in and, while something is typed, topics that complete it.

    `→` at the end of the line takes the first suggestion, `↓` goes to them. `go_on` is called when
    the topic is complete as it is.
    """

    class Changed(Message):
        """Another topic stands there."""

    class SuggestionsWanted(Message):
        """The keyboard wants to go to the suggestions."""

    class FirstWanted(Message):
        """The first suggestion is to be taken."""

    def __init__(
        self,
        store: TopicStore,
        go_on: Callable[[], None],
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._completion = TopicCompletion(store)
        self._field = _Field(go_on)
        self._list = _Suggestions(_row, str, id="topic-suggestions")

    def compose(self) -> ComposeResult:
        """Lay out the line and the list that may cover what is below."""
        yield self._field
        yield self._list

    def on_mount(self) -> None:
        """Begin without suggestions."""
        self._list.display = False

    @property
    def value(self) -> str:
        """The topic as it was typed."""
        return self._field.value

    @value.setter
    def value(self, value: str) -> None:
        with self.prevent(Input.Changed):
            self._field.value = value
        self._field.cursor_position = len(self._field.value)
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether suggestions are in sight."""
        return self._list.display

    def close(self) -> None:
        """Put the suggestions away."""
        self.workers.cancel_group(self, "completion")
        if self._list.has_focus:
            self.screen.set_focus(self._field)
        self._list.display = False

    def focus_field(self) -> None:
        """Let the user type at once."""
        self.screen.set_focus(self._field)

    def set_wrong(self, is_wrong: bool) -> None:
        """Mark that nothing can be published to this topic."""
        self._field.set_class(is_wrong, "-wrong")

    @on(Input.Changed)
    def look_for_more(self, event: Input.Changed) -> None:
        """Look for topics that complete what was typed."""
        event.stop()
        self._completion.ask(self.value)
        self._search()
        self.post_message(self.Changed())

    @work(group="completion", exclusive=True)
    async def _search(self) -> None:
        """Search in slices, so that the next key need not wait; show what there is by and by."""
        shown: list[str] | None = None
        steps = 0
        while True:
            is_searching = self._completion.work(STEP_NAMES)
            steps += 1
            if not is_searching or steps in (1, 4) or not steps % 64:
                found = list(self._completion.suggestions)
                if found != shown:
                    shown = found
                    self._show(found)
            if not is_searching:
                return
            await asyncio.sleep(0)

    def _show(self, suggestions: list[str]) -> None:
        self._list.styles.height = max(1, min(MOST_ROWS, len(suggestions)))
        self._list.show(suggestions, is_other_list=not self._list.has_focus)
        is_wanted = bool(suggestions) and self.has_focus_within
        if self._list.has_focus and not is_wanted:
            self.screen.set_focus(self._field)
        self._list.display = is_wanted

    @on(SuggestionsWanted)
    def enter_suggestions(self, event: SuggestionsWanted) -> None:
        """Give the keyboard to the suggestions, or look for some first."""
        event.stop()
        if self.is_open:
            self.screen.set_focus(self._list)
        else:
            self._completion.ask(self.value)
            self._search()

    @on(FirstWanted)
    def take_first(self, event: FirstWanted) -> None:
        """Complete the line as far as the first suggestion."""
        event.stop()
        if self.is_open:
            self._list.action_move_to(0)
            self._take(self._list.item)

    @on(ChoiceList.Chosen)
    def take_chosen(self, event: ChoiceList.Chosen) -> None:
        """Complete the line with the chosen suggestion."""
        event.stop()
        self._take(self._list.item)

    @on(ChoiceList.Moved)
    def keep_moves(self, event: ChoiceList.Moved) -> None:
        """Nobody else need know."""
        event.stop()

    def _take(self, topic: str | None) -> None:
        if topic is None:
            return
        self.value = topic
        self.screen.set_focus(self._field)
        self.post_message(self.Changed())
        if topic.endswith("/"):
            self._completion.ask(topic)
            self._search()

    def on_descendant_blur(self, event: Blur) -> None:
        """Put the suggestions away once the keyboard is elsewhere."""
        self.call_later(self._close_unless_used)

    def _close_unless_used(self) -> None:
        if not self.has_focus_within:
            self.close()


def _row(topic: str, width: int) -> Cells:
    """Return a suggestion; its end tells it apart."""
    return [(fitted_end(topic, width), "value")]
