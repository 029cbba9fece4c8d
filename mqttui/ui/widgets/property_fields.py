"""The properties of MQTT 5 in a part of the form that can be folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, TextArea

from mqttui.core.publish.composing import LEFT_OUT
from mqttui.core.publish.draft import PropertiesDraft
from mqttui.ui.glyphs import CLOSED, OPENED, WARNING
from mqttui.ui.widgets.cells import Cells, Lines, fitted, wrapped
from mqttui.ui.widgets.form_input import FieldCaption, FormInput
from mqttui.ui.widgets.form_switch import CheckMark

if TYPE_CHECKING:
    from textual.app import ComposeResult

_FIELDS = {
    "response_topic": ("Response topic", "where an answer is expected"),
    "correlation": ("Correlation", "comes back with the answer: text, or bytes as 0x0aff"),
    "content_type": ("Content type", "like application/json"),
    "expiry": ("Expires after", "seconds; never if empty"),
}


class _Heading(Lines, can_focus=False):
    def on_click(self) -> None:
        self.post_message(PropertyFields.ToggleWanted())


class PropertyFields(Vertical):
    """A line that says which properties are set and, open, a field for each."""

    class Changed(Message):
        """Something else stands in a field."""

    class ToggleWanted(Message):
        """The line was clicked, to open or to fold."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.is_open = False
        self._heading = _Heading(id="properties-heading")
        self._is_text = CheckMark("payload is text", False, id="property-is_text")
        self._pairs = TextArea(
            id="property-user_properties", compact=True, highlight_cursor_line=False
        )
        self._pairs.cursor_blink = False
        self._pairs.placeholder = "name=value, one a line"
        self._face: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the line and the fields."""
        yield self._heading
        with Vertical(id="property-fields") as fields:
            fields.display = False
            for name, (title, hint) in _FIELDS.items():
                with Horizontal(classes="publish-row"):
                    yield FieldCaption(title, classes="publish-caption")
                    yield FormInput(placeholder=hint, id=f"property-{name}")
                    if name == "expiry":
                        yield self._is_text
            with Horizontal(id="property-pairs"):
                yield FieldCaption("User props", classes="publish-caption")
                yield self._pairs

    def _field(self, name: str) -> FormInput:
        return self.query_one(f"#property-{name}", FormInput)

    @property
    def draft(self) -> PropertiesDraft:
        """What stands in the fields."""
        return PropertiesDraft(
            **{name: self._field(name).value for name in _FIELDS},
            is_text=self._is_text.value,
            user_properties=self._pairs.text,
        )

    def fill(self, draft: PropertiesDraft) -> None:
        """Put properties into the fields."""
        with self.prevent(Input.Changed, TextArea.Changed, CheckMark.Changed):
            for name in _FIELDS:
                self._field(name).value = getattr(draft, name)
            self._is_text.value = draft.is_text
            self._pairs.load_text(draft.user_properties)

    def toggle(self) -> None:
        """Open or fold."""
        self.is_open = not self.is_open
        self.query_one("#property-fields").display = self.is_open
        self.post_message(self.Changed())

    def focus_first(self) -> None:
        """Give the keyboard to the first field."""
        self.screen.set_focus(self._field("response_topic"))

    def show_problems(self, problems: dict[str, str], *, is_left_out: bool) -> None:
        """Say in the line what is set, what is wrong with it, and whether it is sent at all."""
        draft = self.draft
        for name in _FIELDS:
            self._field(name).set_class(name in problems, "-wrong")
        face = (draft, tuple(problems.values()), is_left_out, self.is_open, self.size.width)
        if face == self._face:
            return
        self._face = face
        cells: Cells = [(f" {OPENED if self.is_open else CLOSED} Properties", "heading")]
        rest: list[Cells] = []
        names = (*_FIELDS, "user_properties", "properties")
        mine = [problems[name] for name in names if name in problems]
        room = max(0, self.size.width - 15)
        if mine:
            sentence = f"  {WARNING} {mine[0]}"
            if len(mine) > 1:
                sentence += f" (1 of {len(mine)})"
            first, *rest = wrapped(sentence, room, "warning")
            cells += first
            rest = [[(" " * (self.size.width - room), "dim"), *row] for row in rest]
        elif draft.is_empty:
            cells.append((fitted("  none", room), "dim"))
        elif is_left_out:
            cells.append((fitted(f"  {WARNING} {LEFT_OUT}", room), "warning"))
        else:
            cells.append((fitted(f"  {_summary(draft)}", room), "fact"))
        if len(rest) + 1 != len(self._heading.rows):
            self._heading.styles.height = len(rest) + 1
        self._heading.show([cells, *rest])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(self.Changed())

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(self.Changed())

    def on_form_switch_changed(self, event: CheckMark.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(self.Changed())


def _summary(draft: PropertiesDraft) -> str:
    """Return which properties are set."""
    names = [title.lower() for name, (title, _) in _FIELDS.items() if getattr(draft, name)]
    if draft.is_text:
        names.append("payload is text")
    count = sum(bool(line.strip()) for line in draft.user_properties.splitlines())
    if count:
        names.append(f"{count} user {'property' if count == 1 else 'properties'}")
    return ", ".join(names)
