"""Which decoder reads the messages of a topic, and of which others."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from mqttui.core.decoder_choice import (
    DecoderOption,
    decoder_options,
    filter_suggestions,
    with_choice,
)
from mqttui.payload.printable import printable
from mqttui.ui.commands.decoders import DECODER_COMMANDS
from mqttui.ui.decoder_memory import RULES_SECTION, save_section
from mqttui.ui.glyphs import DONE, FAILED, FULL
from mqttui.ui.widgets.cells import Cells, Lines, fitted
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.form_input import FormInput
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.decoder_rules import DecoderRules
    from mqttui.core.node import Entry
    from mqttui.payload.protobuf.schema import Schema
    from mqttui.ui.workspace import Workspace

TITLE_SHARE = 0.24


class DecoderScreen(ModalScreen[bool]):
    """Offers every decoder with what it makes of a message; dismissed with whether one was chosen.

    What is chosen counts at once and is remembered for the broker.
    """

    AUTO_FOCUS = "#decoder-list"
    BINDINGS: ClassVar[list[BindingType]] = [*DECODER_COMMANDS.bindings]
    CSS_PATH = "../styles/decoders.tcss"

    def __init__(self, workspace: Workspace, topic: str, entry: Entry) -> None:
        super().__init__()
        self._workspace = workspace
        self._topic = topic
        self._entry = entry
        reader = workspace.reader
        rule = reader.rule_for(topic)
        self._filters = filter_suggestions(topic)
        if rule is not None and rule.topic_filter not in self._filters:
            self._filters.append(rule.topic_filter)
        self._filter = topic if rule is None else rule.topic_filter
        self._in_force = reader.decoder_of(topic)
        self._containers: list[str] = []
        self._list = ChoiceList[DecoderOption](
            self._cells, lambda option: option.name, id="decoder-list"
        )
        self._words = Lines(id="decoder-words")

    def compose(self) -> ComposeResult:
        """Lay out the list, and below it for which topics the choice is meant."""
        with Vertical(id="decoder-frame"):
            yield self._list
            yield self._words
            yield FormInput(id="decoder-filter")
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin at the decoder that is in force."""
        self._list_options()
        self._show_filter()

    def _list_options(self) -> None:
        container = self._containers[-1] if self._containers else ""
        options = decoder_options(self._workspace.reader, self._topic, self._entry, container)
        self._list.show(options, is_other_list=True)
        place = next((at for at, each in enumerate(options) if self._is_in_force(each)), 0)
        self._list.action_move_to(place)
        inside = f"what is inside {container} of " if container else ""
        title = Content(f"Decoder of {inside}{printable(self._topic[:200])}")
        self.query_one("#decoder-frame").border_title = title

    def _is_in_force(self, option: DecoderOption) -> bool:
        is_around = option.is_container and self._in_force.startswith(f"{option.name}:")
        return is_around or option.name == self._in_force

    def _show_filter(self) -> None:
        # What a terminal would obey is seen, and stands for what it is.
        self.query_one("#decoder-filter", Input).value = self._filter
        self._tell()

    def _tell(self) -> None:
        rule = self._workspace.reader.rule_for(self._topic)
        text = "Nothing is chosen for this topic."
        if rule is not None:
            text = f"{rule.decoder} is chosen for {rule.topic_filter}; del removes it."
        rows: list[Cells] = [
            [(fitted(printable(text), self._words.size.width or 78), "dim")],
            [("Remember for these topics:", "heading")],
        ]
        self._words.show(rows)

    def on_resize(self) -> None:
        """Show as much of the words as fits."""
        self.call_after_refresh(self._tell)

    def _cells(self, option: DecoderOption, width: int) -> Cells:
        title_cells = max(14, int(width * TITLE_SHARE))
        is_in_force = self._is_in_force(option)
        mark = f"{FULL} " if is_in_force else f"{DONE} " if option.fits else f"{FAILED} "
        title = fitted(printable(option.title), title_cells - 3)
        preview = fitted(option.preview, max(0, width - title_cells))
        role = "heading" if is_in_force else "key" if option.fits else "dim"
        return [
            (mark + title + " " * (title_cells - 2 - cell_len(title)), role),
            (preview, "value" if option.fits else "dim"),
        ]

    # What the user does

    def on_choice_list_chosen(self) -> None:
        """Choose what was clicked twice."""
        self.action_choose()

    @on(Input.Changed, "#decoder-filter")
    def take_filter(self, event: Input.Changed) -> None:
        """Remember what was typed."""
        if event.value != printable(self._filter):
            self._filter = event.value

    @on(Input.Submitted, "#decoder-filter")
    def leave_filter(self) -> None:
        """Go on in the list."""
        self._list.focus()

    def action_edit_filter(self) -> None:
        """Type the filter."""
        self.set_focus(self.query_one("#decoder-filter"))

    def action_next_filter(self) -> None:
        """Take the next filter that might be meant."""
        filters = self._filters
        place = filters.index(self._filter) if self._filter in filters else -1
        self._filter = filters[(place + 1) % len(filters)]
        self._show_filter()

    def action_choose(self) -> None:
        """Read these topics by the decoder under the cursor."""
        option = self._list.item
        if option is not None:
            self._set(option.name, self._filter)

    def action_remove(self) -> None:
        """Forget the rule that decides for this topic."""
        rule = self._workspace.reader.rule_for(self._topic)
        if rule is None:
            self.app.bell()
            return
        self._take(self._workspace.reader.rules.without(rule.topic_filter))

    def action_look_inside(self) -> None:
        """Choose how that is read which the format under the cursor is around."""
        option = self._list.item
        if option is None or not option.is_container:
            self.notify(
                "Nothing is inside this format: put the cursor on gzip, base64 or the like."
            )
        elif not option.fits:
            self.notify(printable(f"This message is {option.preview}"), markup=False)
        else:
            self._containers.append(option.name)
            self._list_options()

    def action_leave(self) -> None:
        """From the filter go to the list, from inside a format to what is around it; else back."""
        if not self._list.has_focus:
            self._list.focus()
        elif self._containers:
            left = self._containers.pop()
            self._list_options()
            names = [option.name for option in self._list.items]
            if left in names:
                self._list.action_move_to(names.index(left))
        else:
            self.dismiss(False)

    def action_open_schema(self) -> None:
        """Ask for a schema of Protobuf."""
        from mqttui.ui.screens.protobuf_schema import SchemaScreen

        self.app.push_screen(SchemaScreen(self._workspace), self._take_schema)

    def _take_schema(self, schema: Schema | None) -> None:
        if schema is not None:
            self._workspace.reader.set_schema(schema)
            self._list_options()
            names = schema.message_names()
            first = f"protobuf:{names[0]}" if names else ""
            for place, option in enumerate(self._list.items):
                if option.name == first:
                    self._list.action_move_to(place)

    def _set(self, decoder: str, topic_filter: str) -> None:
        try:
            rules = with_choice(self._workspace.reader.rules, self._topic, topic_filter, decoder)
        except ValueError as problem:
            self.notify(printable(str(problem)), severity="warning", markup=False)
            return
        self._take(rules)

    def _take(self, rules: DecoderRules) -> None:
        self._workspace.reader.set_rules(rules)
        self.app.run_worker(self._save(rules), group="decoders")
        self.dismiss(True)

    async def _save(self, rules: DecoderRules) -> None:
        tables = rules.to_tables() or None
        problem = await save_section(self._workspace.memory, RULES_SECTION, tables)
        if problem is not None:
            self.app.notify(printable(problem), severity="warning", markup=False)
