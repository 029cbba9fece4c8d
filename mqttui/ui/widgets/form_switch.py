"""Choices of a form that take one row, for keyboard and mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from mqttui.ui.widgets.cells import painted
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size
    from textual.strip import Strip


class FormSwitch(Switches, can_focus=True):
    """One switch; the arrow keys and space go through its options, a click takes one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,down,space,enter", "step(1)", "Next option", show=False),
        Binding("left,up", "step(-1)", "Previous option", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another option is in force."""

        form_switch: FormSwitch
        value: Any

        @property
        def control(self) -> FormSwitch:
            """The switch in which it happened."""
            return self.form_switch

    def __init__(
        self,
        title: str,
        options: Sequence[tuple[object, str]],
        value: object,
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._title = title
        self._options = options
        self._value = value
        self._show()

    @property
    def value(self) -> Any:
        """The option in force."""
        return self._value

    @value.setter
    def value(self, value: object) -> None:
        if value != self._value:
            self._value = value
            self._show()
            self.post_message(self.Changed(self, value))

    def _show(self) -> None:
        self.show([Switch(self._title, self._options, self._value)])

    def action_step(self, steps: int) -> None:
        """Take the next or previous option."""
        values = [value for value, _ in self._options]
        self.value = values[(values.index(self._value) + steps) % len(values)]

    @on(Switches.Clicked)
    def take_clicked(self, event: Switches.Clicked) -> None:
        """Take the option that was clicked."""
        event.stop()
        self.value = event.value

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width of the row, so that several fit beside each other."""
        return sum(cell_len(text) for text, *_ in self._pieces())

    def render_line(self, y: int) -> Strip:
        """Return the row; the option in force is marked while the switch has the keyboard."""
        if y:
            return painted(self, [], self.size.width)
        return painted(
            self,
            [(text, role) for text, role, _ in self._pieces()],
            self.size.width,
            "cursor" if self.has_focus else None,
        )


class CheckMark(FormSwitch):
    """A switch that is on or off, painted `[x] retain`."""

    def __init__(self, title: str, value: bool, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(title, ((False, "no"), (True, "yes")), value, id=id)

    def _pieces(self) -> list[tuple[str, str, tuple[int, object] | None]]:
        mark = "x" if self.value else " "
        role = "heading" if self.value else "fact"
        return [(f" [{mark}] {self._title}", role, (0, not self.value))]
