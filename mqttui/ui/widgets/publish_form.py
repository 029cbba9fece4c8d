"""The form of a message: topic, payload, options, and how it is sent."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Input, Label, TextArea

from mqttui.core.publish.draft import MessageDraft, PayloadMode
from mqttui.core.publish.run import period_of, plan_of
from mqttui.payload.quantities import size_text
from mqttui.payload.registry import one_line
from mqttui.ui.glyphs import DONE, WARNING
from mqttui.ui.widgets.cells import Cells, Lines, fitted, wrapped
from mqttui.ui.widgets.form_input import FieldCaption, FormInput
from mqttui.ui.widgets.form_switch import CheckMark, FormSwitch
from mqttui.ui.widgets.payload_editor import PayloadEditor
from mqttui.ui.widgets.property_fields import PropertyFields
from mqttui.ui.widgets.topic_input import TopicInput

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Click

    from mqttui.core.node import TopicNode
    from mqttui.core.publish.composing import Composed
    from mqttui.core.publish.run import RunPlan
    from mqttui.core.store import TopicStore

NOTE_INDENT = " " * 8
LEAST_RESULT_ROWS = 4
FIELD_ROWS = 9
"""What the form needs above the result: a payload of three rows, and all else with one each."""


class Way(Enum):
    """How a message is sent."""

    ONCE = "once"
    ASK = "ask"
    REPEAT = "repeat"
    BURST = "burst"


_WAY_FIELDS: dict[Way, tuple[str, ...]] = {
    Way.ONCE: (),
    Way.ASK: ("wait",),
    Way.REPEAT: ("every", "times"),
    Way.BURST: ("times",),
}
_HINTS = {
    Way.ONCE: "",
    Way.ASK: "at most",
    Way.REPEAT: "or until esc",
    Way.BURST: "at the broker's pace",
}


class PublishForm(Vertical):
    """Holds what is typed; whoever owns it judges the draft and shows the verdict.

    `note` stands below the topic, `verdict` below the payload, `result` beside the button.
    """

    class Changed(Message):
        """The draft is another one."""

    class Resized(Message):
        """There is more or less room for words."""

    class MoreWanted(Message):
        """What did not fit beside the button was clicked."""

    class SendWanted(Message):
        """The button was pressed."""

    class TemplateNamed(Message):
        """The name of a template was typed."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, store: TopicStore, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.has_more_to_say = False
        self.topic = TopicInput(store, self.focus_payload, id="publish-topic")
        self.editor = PayloadEditor(id="publish-editor")
        self.properties = PropertyFields(id="publish-properties")
        self._path_field = FormInput(placeholder="path of a file", id="publish-path")
        self._note = Lines(id="publish-note")
        self._verdict = Lines(id="publish-verdict")
        self._result = Lines(id="publish-result")
        self._name_field = FormInput(placeholder="name of the template", id="publish-name")
        self._mode = FormSwitch("", [(m, m.title) for m in PayloadMode], PayloadMode.TEXT)
        self._qos = FormSwitch("QoS ", [(qos, str(qos)) for qos in (0, 1, 2)], 0)
        self._retain = CheckMark("retain", False)
        self._variables = CheckMark("variables", True)
        self._way = FormSwitch("Send ", [(way, way.value) for way in Way], Way.ONCE)
        self._hint = Lines(id="publish-hint")
        self._fields = {
            "every": FormInput(value="1 s", id="publish-every"),
            "times": FormInput(value="10", placeholder="no end", id="publish-times"),
            "wait": FormInput(value="5 s", id="publish-wait"),
        }

    def compose(self) -> ComposeResult:
        """Lay out the form, what is typed first on top."""
        with VerticalScroll(id="publish-fields", can_focus=False):
            with Horizontal(classes="publish-row", id="publish-topic-row"):
                yield FieldCaption("Topic", classes="publish-caption")
                yield self.topic
            yield self._note
            yield self.editor
            with Vertical(id="publish-file"):
                yield self._path_field
            yield self._verdict
            with Horizontal(classes="publish-row"):
                yield self._mode
                yield self._qos
                yield self._retain
                yield self._variables
            with Horizontal(classes="publish-row"):
                yield self._way
                for name, field in self._fields.items():
                    yield Label(f" {name} ", classes="publish-unit", id=f"publish-{name}-title")
                    yield field
                yield self._hint
            yield self.properties
        # Below what scrolls: what became of a message is always in sight.
        with Horizontal(id="publish-end"):
            yield Button("Send", id="publish-send", variant="primary", compact=True)
            yield self._name_field
            yield self._result

    def on_resize(self) -> None:
        """Say everything anew for the new width."""
        self.call_after_refresh(self._arrange)
        self.post_message(self.Resized())

    def on_mount(self) -> None:
        """Show what belongs to the first choices."""
        self._name_field.display = False
        self._arrange()

    # What stands there

    @property
    def draft(self) -> MessageDraft:
        """The message as typed."""
        mode: PayloadMode = self._mode.value
        return MessageDraft(
            topic=self.topic.value,
            mode=mode,
            text=self._path_field.value if mode is PayloadMode.FILE else self.editor.text,
            qos=self._qos.value,
            retain=self._retain.value,
            has_variables=self._variables.value,
            properties=self.properties.draft,
        )

    @property
    def way(self) -> Way:
        """How it is to be sent."""
        way: Way = self._way.value
        return way

    def plan(self) -> RunPlan:
        """Return how often it is to be sent; raise `ValueError` with one plain sentence."""
        period = self._fields["every"].value if self.way is Way.REPEAT else None
        return plan_of(period, self._fields["times"].value)

    def timeout_s(self) -> float:
        """Return how long an answer may take; raise `ValueError` with one plain sentence."""
        return period_of(self._fields["wait"].value, "The time to wait")

    def fill(self, draft: MessageDraft) -> None:
        """Put a message into the fields."""
        with self.prevent(Input.Changed, TextArea.Changed, FormSwitch.Changed):
            self.topic.value = draft.topic
            self._mode.value = draft.mode
            if draft.mode is PayloadMode.FILE:
                self._path_field.value = draft.text
            else:
                self.editor.load_text(draft.text)
                self.editor.move_cursor(self.editor.document.end)
            self._qos.value = draft.qos
            self._retain.value = draft.retain
            self._variables.value = draft.has_variables
            self.properties.fill(draft.properties)
        self._arrange()
        self.post_message(self.Changed())

    def fill_topic(self, topic: str) -> None:
        """Put a topic into its field and leave the rest as it is."""
        self.topic.value = topic
        self.post_message(self.Changed())

    def fill_text(self, text: str) -> None:
        """Put another text into the editor, which can be undone."""
        document = self.editor.document
        self.editor.replace(text, document.start, document.end)

    def focus_first(self) -> None:
        """Give the keyboard to what is to be typed next."""
        if self.topic.value and not self.topic.value.endswith("/"):
            self.focus_payload()
        else:
            self.topic.focus_field()

    def focus_payload(self) -> None:
        """Give the keyboard to the payload."""
        is_file = self._mode.value is PayloadMode.FILE
        self.screen.set_focus(self._path_field if is_file else self.editor)

    def focus_problem(self, field: str) -> None:
        """Give the keyboard to the field of a problem."""
        if field == "topic":
            self.topic.focus_field()
        elif field == "text":
            self.focus_payload()
        elif not self.properties.is_open:
            self.toggle_properties()

    @on(PropertyFields.ToggleWanted)
    def toggle_properties(self) -> None:
        """Open the properties, or fold them and go on with the payload."""
        self.properties.toggle()
        if self.properties.is_open:
            self.properties.focus_first()
        else:
            self.focus_payload()

    def _arrange(self) -> None:
        """Show the fields that belong to the choices, and no others."""
        is_file = self._mode.value is PayloadMode.FILE
        self.query_one("#publish-file").display = is_file
        self.editor.display = not is_file
        shown = _WAY_FIELDS[self.way]
        for name, field in self._fields.items():
            field.display = name in shown
            self.query_one(f"#publish-{name}-title").display = name in shown
        self._hint.show([[(fitted(f" {_HINTS[self.way]}", self._hint.size.width), "dim")]])

    # What there is to say

    def show_topic(self, problem: str | None, node: TopicNode | None, *, is_usable: bool) -> None:
        """Say what is wrong with the topic, or whether anything was received on it.

        `is_usable` tells that it can be published to.
        """
        is_wrong = problem is not None and bool(self.topic.value)
        if is_wrong:
            words = f"{WARNING} {problem}"
        elif not is_usable:
            words = ""
        elif node is None:
            words = "new: nothing was received on this topic so far"
        else:
            kept = "; the broker keeps a retained message" if node.is_retained else ""
            words = f"known{kept}"
        self.topic.set_wrong(is_wrong)
        role = "warning" if is_wrong else "dim"
        rows = wrapped(f"{NOTE_INDENT}{words}", self._words_cells, role, f"{NOTE_INDENT}  ")
        self._show_rows(self._note, rows or [[]])

    @property
    def _words_cells(self) -> int:
        """How wide a row of words over the whole form may be."""
        return max(20, self._note.size.width)

    def _show_rows(self, lines: Lines, rows: list[Cells]) -> None:
        """Show rows, with room for all of them."""
        if len(rows) != len(lines.rows):
            lines.styles.height = max(1, len(rows))
        lines.show(rows)

    def show_composed(self, composed: Composed, file_words: str) -> None:
        """Say what the payload comes to."""
        is_json = self._mode.value is PayloadMode.JSON or composed.is_like_json
        self.editor.mark(is_json=is_json, error=composed.place)
        self._show_rows(self._verdict, self._verdict_rows(composed, file_words))
        self.properties.show_problems(composed.problems, is_left_out=composed.properties_left_out)

    def _verdict_rows(self, composed: Composed, file_words: str) -> list[Cells]:
        width = self._words_cells
        problem = composed.problems.get("text")
        if problem is not None:
            return wrapped(f" {WARNING} {problem}", width, "warning")
        if self._mode.value is PayloadMode.FILE:
            return wrapped(f" {file_words}", width, "fact")
        rows: list[Cells] = []
        cells: Cells = []
        if composed.oddity is not None:
            *rows, cells = wrapped(f" {WARNING} {composed.oddity}", width, "warning")
        elif composed.verdict.startswith("valid"):
            cells.append((f" {DONE} {composed.verdict}", "literal"))
        else:
            cells.append((f" {composed.verdict}", "dim"))
        request = composed.request
        if request is not None:
            cells.append((f"  {size_text(len(request.payload))}", "fact"))
            used = sum(cell_len(text) for text, _ in cells)
            if self._variables.value and "{{" in self.editor.text:
                room = max(0, width - used - 10)
                cells.append(("  sends ", "dim"))
                cells.append((fitted(one_line(request.payload, room), room), "value"))
        return [*rows, cells]

    def show_result(self, rows: list[Cells]) -> None:
        """Say what became of a message, or what to think of before it is sent."""
        most = self.most_result_rows
        self.has_more_to_say = len(rows) > most
        if self.has_more_to_say:
            # The last row says what to do.
            more = len(rows) - (most - 2)
            words = f"   and {more} more rows: F4 or a click shows all"
            rows = [*rows[: most - 2], [(words, "mark")], rows[-1]]
        self._show_rows(self._result, rows or [[]])

    @property
    def result_cells(self) -> int:
        """How wide a row of the result may be."""
        return max(20, self._result.size.width)

    @property
    def most_result_rows(self) -> int:
        """How many rows a result may have; the payload gives way."""
        above = FIELD_ROWS + len(self._note.rows) + len(self._verdict.rows) - 2
        return max(LEAST_RESULT_ROWS, self.size.height - above)

    # The name of a template

    @property
    def is_naming(self) -> bool:
        """Whether the name of a template is being typed."""
        return self._name_field.display

    def ask_name(self, name: str) -> None:
        """Let the user type the name of a template."""
        self._name_field.value = name
        self._name_field.display = True
        self.query_one("#publish-send").display = False
        self.screen.set_focus(self._name_field)

    def close_name(self) -> None:
        """Put the field for the name away."""
        if self.is_naming:
            self._name_field.display = False
            self.query_one("#publish-send").display = True
            self.focus_payload()

    # What the user does

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Keep the template, or go on with the next thing to type."""
        event.stop()
        if event.input is self._name_field:
            self.post_message(self.TemplateNamed(event.value))

    def on_click(self, event: Click) -> None:
        """Show the rest of what there is to say."""
        if event.widget is self._result and self.has_more_to_say:
            self.post_message(self.MoreWanted())

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        """Send."""
        event.stop()
        self.post_message(self.SendWanted())

    @on(PropertyFields.Changed)
    @on(TopicInput.Changed)
    @on(TextArea.Changed)
    def tell_change(self, event: Message) -> None:
        """Let the draft be judged."""
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Changed)
    def tell_typed(self, event: Input.Changed) -> None:
        """Let the draft be judged."""
        event.stop()
        if event.input is not self._name_field:
            self.post_message(self.Changed())

    @on(FormSwitch.Changed)
    def tell_choice(self, event: FormSwitch.Changed) -> None:
        """Show what belongs to the choice, and let the draft be judged."""
        event.stop()
        self._arrange()
        self.post_message(self.Changed())
