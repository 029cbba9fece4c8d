"""The search over the topic tree; exists only once it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from mqttui.core.search.query import Mode, Place, Query
from mqttui.ui.commands.search import SEARCH_COMMANDS
from mqttui.ui.widgets.cells import Lines, fitted
from mqttui.ui.widgets.search_words import (
    filter_switch,
    meaning_switch,
    place_switch,
    remark_text,
    tally_text,
)
from mqttui.ui.widgets.switches import Switches

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.node import TopicNode
    from mqttui.core.search.search import Search

MOST_REMARK_LINES = 2


class _SearchField(Input):
    """An input whose keys are those of the bar."""

    BINDINGS: ClassVar[list[BindingType]] = [*SEARCH_COMMANDS.bindings]

    def __init__(self, bar: SearchBar) -> None:
        super().__init__(placeholder="text, or an MQTT filter like +/status", compact=True)
        # A blinking cursor would write to the terminal for ever.
        self.cursor_blink = False
        self._bar = bar

    def validate_value(self, value: str) -> str:
        """Leave out what a terminal would obey; it can only have been pasted."""
        return "".join(character for character in value if character.isprintable())

    def action_cycle_mode(self) -> None:
        """Mean the text otherwise."""
        self._bar.choose(mode=_next(Mode, self._bar.mode))

    def action_cycle_place(self) -> None:
        """Look elsewhere."""
        self._bar.choose(place=_next(Place, self._bar.place))

    def action_toggle_filter(self) -> None:
        """Show only the hits, or all topics."""
        self._bar.choose(is_filter=not self._bar.is_filter)


class SearchBar(Vertical):
    """A text to look for, how it is meant, where to look, and how many hits there are.

    While it has the keyboard its choices are in sight; afterwards one line remains.
    """

    @dataclass
    class Changed(Message):
        """Something else is looked for, or shown otherwise; `query` is None without a text."""

        query: Query | None
        is_filter: bool

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.is_filter = True
        self._wanted = Query("")
        self._field = _SearchField(self)
        self._tally = Lines(id="search-tally")
        self._meaning = Switches(id="search-meaning")
        self._rest = Switches(id="search-rest")
        self._remark = Lines(id="search-remark")
        self._remark_rows = 0

    def compose(self) -> ComposeResult:
        """Lay out the input with the tally, the choices, and room for a remark."""
        with Horizontal(id="search-line"):
            yield self._field
            yield self._tally
        yield self._meaning
        yield self._rest
        yield self._remark

    def on_mount(self) -> None:
        """Show the choices."""
        self._show_choices()

    @property
    def mode(self) -> Mode:
        """How the text is meant."""
        return self._wanted.mode

    @property
    def place(self) -> Place:
        """Where it is looked for."""
        return self._wanted.place

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return not self._wanted.text

    def focus_input(self) -> None:
        """Let the user type at once; `focus` would come behind keys that wait."""
        self.screen.set_focus(self._field)

    def end(self) -> None:
        """Look for nothing any more; how and where stays chosen for the next time."""
        with self._field.prevent(Input.Changed):
            self._field.value = ""
        self._look_for(replace(self._wanted, text=""))

    def choose(
        self,
        *,
        mode: Mode | None = None,
        place: Place | None = None,
        is_filter: bool | None = None,
    ) -> None:
        """Change what is given and search again."""
        if is_filter is not None:
            self.is_filter = is_filter
        self._look_for(replace(self._wanted, mode=mode or self.mode, place=place or self.place))

    def draw(self, search: Search | None, selected: TopicNode | None, topics: int) -> None:
        """Tell how the search stands among `topics` topics; called once per frame."""
        tally = remark = ""
        if search is not None:
            tally, remark = tally_text(search, selected), remark_text(search, topics)
        width = self._tally.size.width
        self._tally.show([[(fitted(tally, width).rjust(width), "fact")]])
        lines = wrap(remark, max(10, self.size.width - 2))[:MOST_REMARK_LINES]
        role = "warning" if search is not None and search.problem else "dim"
        self._remark.show([[(f" {line}", role)] for line in lines])
        if self._remark_rows != len(lines):
            # A layout of the screen, so only when it is needed.
            self._remark_rows = len(lines)
            self._remark.styles.height = len(lines)

    @on(Input.Changed)
    def take_text(self, event: Input.Changed) -> None:
        """Look for what was typed."""
        event.stop()
        self._look_for(replace(self._wanted, text=event.value))

    @on(Switches.Clicked)
    def take_choice(self, event: Switches.Clicked) -> None:
        """Take over what was clicked."""
        event.stop()
        match event.value:
            case Mode():
                self.choose(mode=event.value)
            case Place():
                self.choose(place=event.value)
            case bool():
                self.choose(is_filter=event.value)

    def _look_for(self, wanted: Query) -> None:
        self._wanted = wanted
        self._show_choices()
        self.post_message(self.Changed(wanted if wanted.text else None, self.is_filter))

    def _show_choices(self) -> None:
        self._meaning.show([meaning_switch(self._wanted)])
        self._rest.show([place_switch(self._wanted), filter_switch(self.is_filter)])


Choice = TypeVar("Choice", bound=Enum)


def _next(choices: type[Choice], chosen: Choice) -> Choice:
    """Return the choice after `chosen`, after the last the first."""
    every = list(choices)
    return every[(every.index(chosen) + 1) % len(every)]
