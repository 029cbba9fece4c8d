"""The subscriptions of the connection screen: a row per topic filter, and an empty one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Checkbox, Input

from mqttui.settings.connection import Subscription
from mqttui.ui.screens.connection_form import SUBSCRIPTIONS, Form
from mqttui.ui.screens.connection_inputs import Caption, ChoiceField, FormTyped, Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.message import Message
    from textual.widget import Widget

RETAINED = (("0", "always"), ("1", "new"), ("2", "never"))
QOS = (("0", "0"), ("1", "1"), ("2", "2"))


class SubscriptionRow(Vertical):
    """A topic filter and how it is subscribed to; the options show while one is in the row."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(classes="subscription")
        self.subscription = subscription

    def compose(self) -> ComposeResult:
        """Lay out the row."""
        first, wanted = Horizontal(classes="form-row"), self.subscription
        with first:
            yield Caption("Topic filter")
            field = Input(wanted.topic_filter, compact=True, classes="topic_filter")
            field.cursor_blink = False
            yield field
            yield self._choice(QOS, "QoS", "qos")
        with Horizontal(classes="form-row subscription-options"):
            yield Caption("")
            for name, title in (("no_local", "no local"), ("retain_as_published", "as published")):
                yield Mark(title, getattr(wanted, name), compact=True, classes=name)
        with Horizontal(classes="form-row subscription-options"):
            yield Caption("")
            yield self._choice(RETAINED, "retained", "retain_handling")

    def _choice(self, choices: Sequence[tuple[str, str]], title: str, name: str) -> ChoiceField:
        choice = ChoiceField(f"{title} ", choices, str(getattr(self.subscription, name)))
        choice.add_class(name)
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
            field, is_wrong = row.query_one(Input), f"{SUBSCRIPTIONS}.{number}" in problems
            if is_wrong != field.has_class("-wrong"):
                field.set_class(is_wrong, "-wrong")
                row.query(Caption).first().mark(is_wrong=is_wrong)
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
