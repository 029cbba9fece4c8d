"""The fields of the connection screen: groups that fold, and a list of subscriptions.

The form is a value; widgets exist only for the groups that were unfolded. What is typed is told by
`FormTyped` and read from the widgets when somebody looks, so that no key typed meanwhile is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Label

from mqttui.payload.printable import printable
from mqttui.settings.connection import Subscription
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
from mqttui.ui.widgets.cells import ROLES, fitted, painted
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult
    from textual.events import Click
    from textual.strip import Strip

RETAINED = (("0", "always"), ("1", "new"), ("2", "never"))
QOS = (("0", "0"), ("1", "1"), ("2", "2"))


class FormTyped(Message):
    """Something was typed or chosen in the form."""


class Mark(Checkbox):
    """A check box that can be read without colour."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Show the mark only where it is set."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class ChoiceField(Switches, can_focus=True):
    """One of a few words in a row; the one in force stands in brackets."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "Previous", show=False),
        Binding("right,l,space", "step(1)", "Next", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another word was chosen."""

        choice_field: ChoiceField

        @property
        def control(self) -> ChoiceField:
            """The field in which it happened."""
            return self.choice_field

    def __init__(
        self,
        choices: Sequence[tuple[str, str]],
        *,
        title: str = "",
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._choices = choices
        self._title = title
        self._value = choices[0][0]
        # One cell around each word, as in the row that is painted.
        self.styles.width = len(title) + 1 + sum(len(label) + 2 for _, label in choices)
        self._show()

    @property
    def value(self) -> str:
        """The text of the word in force."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        self._value = value
        self._show()

    def _show(self) -> None:
        self.show([Switch(self._title, self._choices, self._value)])

    def action_step(self, steps: int) -> None:
        """Choose the next or the previous word."""
        values = [value for value, _ in self._choices]
        self._choose(values[(values.index(self._value) + steps) % len(values)])

    def on_switches_clicked(self, event: Switches.Clicked) -> None:
        """Choose the word that was clicked."""
        event.stop()
        self._choose(event.value)

    def _choose(self, value: str) -> None:
        if value != self._value:
            self.value = value
            self.post_message(self.Changed(self))


class FieldRow(Horizontal):
    """One field with its caption."""

    def __init__(self, spec: Field) -> None:
        super().__init__(classes="form-row")
        self.field = spec

    def compose(self) -> ComposeResult:
        """Lay out the row."""
        spec = self.field
        id_ = f"form-{spec.name}"
        if spec.kind is FieldKind.SWITCH:
            yield Label("", classes="form-caption")
            yield Mark(spec.title, id=id_, compact=True)
            return
        yield Label(spec.title, classes="form-caption")
        if spec.kind is FieldKind.CHOICE:
            yield ChoiceField(spec.choices, id=id_)
        else:
            yield Input(password=spec.kind is FieldKind.SECRET, id=id_, compact=True)

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
        editor.set_class(name in problems, "-wrong")
        editor.disabled = not form.counts(name)
        self.set_class(editor.disabled, "-waiting")

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(ChoiceField.Changed)
    def _on_changed(self, event: Message) -> None:
        event.stop()
        self.post_message(FormTyped())


class SubscriptionRow(Vertical):
    """A topic filter and how it is subscribed to; the options show while one is in the row."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(classes="subscription")
        self.subscription = subscription

    def compose(self) -> ComposeResult:
        """Lay out the row."""
        first, wanted = Horizontal(classes="form-row"), self.subscription
        with first:
            yield Label("Topic filter", classes="form-caption")
            yield Input(wanted.topic_filter, compact=True, classes="topic_filter")
            yield self._choice(QOS, "QoS", "qos")
        with Horizontal(classes="form-row subscription-options"):
            yield Label("", classes="form-caption")
            for name, title in (("no_local", "no local"), ("retain_as_published", "as published")):
                yield Mark(title, getattr(wanted, name), compact=True, classes=name)
        with Horizontal(classes="form-row subscription-options"):
            yield Label("", classes="form-caption")
            yield self._choice(RETAINED, "retained", "retain_handling")

    def _choice(self, choices: Sequence[tuple[str, str]], title: str, name: str) -> ChoiceField:
        choice = ChoiceField(choices, title=f"{title} ")
        choice.add_class(name)
        choice.value = str(getattr(self.subscription, name))
        return choice

    def on_mount(self) -> None:
        """Keep unusual options in sight."""
        self._show_options()

    def on_descendant_focus(self) -> None:
        """Offer the options."""
        self._show_options()

    def on_descendant_blur(self) -> None:
        """Hide them once the keyboard is elsewhere, unless they say something."""
        self.call_after_refresh(self._show_options)

    def _show_options(self) -> None:
        is_shown = self.has_focus_within or self.subscription.needs_mqtt5
        self.set_class(is_shown, "-open")

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(ChoiceField.Changed)
    def _on_changed(self) -> None:
        qos, retain_handling = (
            int(self.query_one(f".{name}", ChoiceField).value)
            for name in ("qos", "retain_handling")
        )
        no_local, as_published = (
            self.query_one(f".{name}", Checkbox).value
            for name in ("no_local", "retain_as_published")
        )
        topic_filter = self.query_one(Input).value
        self.subscription = Subscription(topic_filter, qos, no_local, as_published, retain_handling)


class SubscriptionList(Vertical):
    """The rows of a form and an empty one to add another."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[SubscriptionRow] = []

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """What the rows say, the empty ones included."""
        return tuple(row.subscription for row in self._rows)

    async def show(self, form: Form) -> None:
        """Show the subscriptions of a form; rows that are there as they should be stay."""
        wanted = [each for each in form.subscriptions if each.topic_filter]
        if [row.subscription for row in self._rows[:-1]] != wanted or not self._rows:
            await self.remove_children()
            self._rows = [SubscriptionRow(each) for each in (*wanted, Subscription(""))]
            await self.mount(*self._rows)

    def mark(self, problems: dict[str, str]) -> None:
        """Show which filters break a rule."""
        for number, row in enumerate(self._rows):
            field = row.query_one(Input)
            field.set_class(f"{SUBSCRIPTIONS}.{number}" in problems, "-wrong")
            placeholder = "another one" if number else "# and $SYS/#"
            if field.placeholder != placeholder:
                field.placeholder = placeholder

    def number_of(self, widget: Widget) -> int | None:
        """Return in which row a widget is."""
        for number, row in enumerate(self._rows):
            if row in widget.ancestors:
                return number
        return None

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(ChoiceField.Changed)
    def _on_changed(self, event: Message) -> None:
        event.stop()
        if self._rows[-1].subscription.topic_filter:
            self._rows.append(SubscriptionRow(Subscription("")))
            self.mount(self._rows[-1])
        self.post_message(FormTyped())

    @on(Input.Blurred)
    def _on_left(self, event: Input.Blurred) -> None:
        number = self.number_of(event.input)
        if number is not None and number < len(self._rows) - 1 and not event.value:
            self._rows.pop(number).remove()
            self.post_message(FormTyped())


class GroupHeader(Widget, can_focus=True):
    """The line over a group: what it is about, and what it says while it is folded."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = set(ROLES)
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
            yield from (FieldRow(each) for each in FIELDS.values() if each.group == self.title)

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


def subscription_part(widget: Widget) -> str | None:
    """Return which part of a subscription a widget edits, by the field of `Subscription`."""
    parts = ("topic_filter", "qos", "no_local", "retain_as_published", "retain_handling")
    return next((part for part in parts if widget.has_class(part)), None)
