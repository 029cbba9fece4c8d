"""The form of the connection screen: groups of fields that fold.

The form is a value; widgets exist only for the groups that were unfolded. What is typed is told by
`FormTyped` and read from the widgets when somebody looks, so that no key typed meanwhile is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Checkbox, Input

from mqttui.payload.printable import printable
from mqttui.settings.connection_options import BROKER, GROUPS, IDENTITY
from mqttui.settings.connection_options import SUBSCRIPTIONS as SUBSCRIPTIONS_GROUP
from mqttui.settings.secret import Secret
from mqttui.ui.glyphs import CLOSED, OPENED, WARNING
from mqttui.ui.screens.connection_form import (
    FIELDS,
    ON,
    SUBSCRIPTIONS,
    Field,
    FieldKind,
    Form,
    placeholder_of,
    summary_of,
)
from mqttui.ui.screens.connection_inputs import Caption, ChoiceField, FormTyped, Mark
from mqttui.ui.screens.connection_subscriptions import SubscriptionList, SubscriptionRow
from mqttui.ui.widgets.cells import fitted, painted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.events import Click
    from textual.strip import Strip


class FieldRow(Horizontal):
    """One field with its caption; it waits from the beginning where `form` says so."""

    def __init__(self, spec: Field, form: Form) -> None:
        super().__init__(classes="form-row")
        self.field = spec
        self._waits = not form.counts(spec.name)

    def compose(self) -> ComposeResult:
        """Lay out the row."""
        spec = self.field
        id_ = f"form-{spec.name}"
        if spec.kind is FieldKind.SWITCH:
            yield Caption("")
            yield Mark(spec.title, id=id_, compact=True, disabled=self._waits)
            return
        yield Caption(spec.title)
        if spec.kind is FieldKind.CHOICE:
            choice = ChoiceField("", spec.choices, spec.choices[0][0], id=id_)
            choice.disabled = self._waits
            yield choice
        else:
            field = Input(password=spec.kind is FieldKind.SECRET, id=id_, compact=True)
            # A blinking cursor would write to the terminal for ever.
            field.cursor_blink = False
            field.disabled = self._waits
            yield field

    @property
    def editor(self) -> Widget:
        """What the field is filled in with."""
        return self.query_one(f"#form-{self.field.name}")

    @property
    def text(self) -> str:
        """What stands in the field."""
        editor = self.editor
        if isinstance(editor, Mark):
            return ON if editor.value else ""
        return editor.value if isinstance(editor, Input | ChoiceField) else ""

    def show(self, form: Form) -> None:
        """Show what a form says in this field."""
        editor, name = self.editor, self.field.name
        text = form.password.reveal() if name == "password" else form.texts.get(name, "")
        if text == self.text:
            return
        if isinstance(editor, Mark):
            editor.value = bool(text)
        elif isinstance(editor, Input | ChoiceField):
            editor.value = text

    def mark(self, form: Form, problems: dict[str, str]) -> None:
        """Show whether the field breaks a rule, and whether it counts at all."""
        editor, name = self.editor, self.field.name
        placeholder = placeholder_of(name, form)
        if isinstance(editor, Input) and placeholder not in ("", editor.placeholder):
            editor.placeholder = placeholder
        is_wrong = name in problems
        if is_wrong != editor.has_class("-wrong"):
            editor.set_class(is_wrong, "-wrong")
            self.query_one(Caption).mark(is_wrong=is_wrong)
        editor.disabled = not form.counts(name)
        self.set_class(editor.disabled, "-waiting")

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(ChoiceField.Changed)
    def _on_changed(self, event: Message) -> None:
        event.stop()
        self.post_message(FormTyped())


class GroupHeader(Widget, can_focus=True):
    """The line over a group: what it is about, and what it says while it is folded."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "GroupHeader { height: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "turn", "Fold", show=False),
        Binding("right,l", "fold(False)", "Unfold", show=False),
        Binding("left,h", "fold(True)", "Fold", show=False),
    ]

    @dataclass
    class Toggled(Message):
        """Somebody wants the group folded or unfolded."""

        is_folded: bool

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self._is_folded = True
        self._summary = ""
        self._is_wrong = False

    def show(self, *, is_folded: bool, summary: str, is_wrong: bool) -> None:
        """Show this state."""
        shown = (is_folded, printable(summary), is_wrong)
        if shown != (self._is_folded, self._summary, self._is_wrong):
            self._is_folded, self._summary, self._is_wrong = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width = self.size.width
        mark = CLOSED if self._is_folded else OPENED
        cells = [(f"{mark} {self.title}", "heading")]
        if self._is_wrong:
            cells.append((f"  {WARNING} to be mended", "warning"))
        elif self._is_folded:
            room = width - len(self.title) - 5
            cells.append((f"   {fitted(self._summary, room)}", "dim"))
        return painted(self, cells, width, "cursor" if self.has_focus else None)

    def on_click(self, event: Click) -> None:
        """Fold or unfold."""
        self.action_turn()

    def action_turn(self) -> None:
        """Fold or unfold."""
        self.post_message(self.Toggled(not self._is_folded))

    def action_fold(self, is_folded: bool) -> None:
        """Fold, or unfold."""
        self.post_message(self.Toggled(is_folded))


class FieldGroup(Vertical):
    """A group of fields under a header; its widgets are made when it is unfolded first."""

    def __init__(self, title: str, *, is_folded: bool) -> None:
        super().__init__(classes="form-group")
        self.title = title
        self._starts_folded = is_folded
        self._form = Form()
        self._problems: dict[str, str] = {}
        self._header = GroupHeader(title)
        self._body = Vertical(classes="form-body")

    @property
    def is_folded(self) -> bool:
        """Whether only the header is to be seen."""
        return not self._body.display

    def compose(self) -> ComposeResult:
        """Lay out the group."""
        yield self._header
        with self._body:
            if not self._starts_folded:
                yield from self._content()
        self._body.display = not self._starts_folded

    def _content(self) -> Iterator[Widget]:
        if self.title == SUBSCRIPTIONS_GROUP:
            yield SubscriptionList()
        else:
            own = (each for each in FIELDS.values() if each.group == self.title)
            yield from (FieldRow(each, self._form) for each in own)

    async def fold(self, *, is_folded: bool) -> None:
        """Fold or unfold; once it returns the fields are there."""
        if not is_folded and not self._body.children:
            await self._body.mount(*self._content())
            await self.show(self._form)
        self._body.display = not is_folded
        self.mark(self._form, self._problems)

    def read(self, form: Form) -> Form:
        """Return a form with what stands in the fields of this group."""
        for row in self._body.query(FieldRow):
            if row.field.kind is FieldKind.SECRET:
                form = replace(form, password=Secret(row.text))
            else:
                form = form.with_text(row.field.name, row.text)
        for each in self._body.query(SubscriptionList):
            form = replace(form, subscriptions=each.subscriptions)
        return form

    async def show(self, form: Form) -> None:
        """Put a form into the fields."""
        self._form = form
        with self.prevent(Input.Changed, Checkbox.Changed, ChoiceField.Changed):
            for row in self._body.query(FieldRow):
                row.show(form)
            for subscriptions in self._body.query(SubscriptionList):
                await subscriptions.show(form)

    def mark(self, form: Form, problems: dict[str, str]) -> None:
        """Show what is wrong with a form, and what it says where the group is folded."""
        self._form, self._problems = form, problems
        for row in self._body.query(FieldRow):
            row.mark(form, problems)
        for subscriptions in self._body.query(SubscriptionList):
            subscriptions.mark(problems)
        self._header.show(
            is_folded=self.is_folded,
            summary=summary_of(self.title, form),
            is_wrong=any(self.has_field(name) for name in problems),
        )

    def has_field(self, name: str) -> bool:
        """Return whether a field belongs to this group."""
        if name.startswith(f"{SUBSCRIPTIONS}."):
            return self.title == SUBSCRIPTIONS_GROUP
        return name in FIELDS and FIELDS[name].group == self.title

    async def focus_field(self, name: str) -> None:
        """Unfold the group and give the keyboard to a field."""
        await self.fold(is_folded=False)
        if name.startswith(f"{SUBSCRIPTIONS}."):
            number = int(name.partition(".")[2])
            rows = list(self._body.query(SubscriptionRow))
            rows[min(number, len(rows) - 1)].query_one(Input).focus()
        else:
            self.query_one(f"#form-{name}").focus()

    @on(GroupHeader.Toggled)
    async def _on_toggled(self, event: GroupHeader.Toggled) -> None:
        event.stop()
        await self.fold(is_folded=event.is_folded)


class FormPane(VerticalScroll, can_focus=False):
    """All groups; up and down go from field to field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._form = Form()

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        for group in GROUPS:
            yield FieldGroup(group, is_folded=group not in (BROKER, IDENTITY))

    @property
    def form(self) -> Form:
        """What stands in the fields at this moment."""
        for group in self.query(FieldGroup):
            self._form = group.read(self._form)
        return self._form

    async def fill(self, form: Form) -> None:
        """Put a form into the fields."""
        self._form = form
        for group in self.query(FieldGroup):
            await group.show(form)

    def mark(self, form: Form, problems: dict[str, str]) -> None:
        """Show what is wrong with a form, and what it says where a group is folded."""
        for group in self.query(FieldGroup):
            group.mark(form, problems)

    async def unfold(self) -> None:
        """Show every field."""
        for group in self.query(FieldGroup):
            if group.is_folded:
                await group.fold(is_folded=False)

    async def focus_field(self, name: str) -> None:
        """Give the keyboard to a field, whose group unfolds."""
        for group in self.query(FieldGroup):
            if group.has_field(name):
                await group.focus_field(name)


def field_of(widget: Widget | None) -> str | None:
    """Return the name of the field that a widget fills in, None if it is none."""
    name = (widget.id or "") if widget is not None else ""
    return name.removeprefix("form-") if name.startswith("form-") else None


def subscription_part(widget: Widget) -> str | None:
    """Return which part of a subscription a widget edits, by the field of `Subscription`."""
    parts = ("topic_filter", "qos", "no_local", "retain_as_published", "retain_handling")
    return next((part for part in parts if widget.has_class(part)), None)
