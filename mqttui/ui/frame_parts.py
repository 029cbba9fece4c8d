"""The parts of a frame, each of which may fail without the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.log.faults import fault_of
from mqttui.ui.containment import containment_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode

FAILURES_IN_A_ROW = 20


class FrameParts:
    """Calls the parts of a frame, so that one that fails does not keep the others from drawing.

    A part that fails `FAILURES_IN_A_ROW` times without a success is not called any more.
    """

    def __init__(self, owner: DOMNode) -> None:
        self._owner = owner
        self._failures: dict[str, int] = {}

    def draw(self, part: str, draw: Callable[..., object], *values: object) -> None:
        """Call `draw`; `part` names what it draws, for a sentence."""
        failures = self._failures.get(part, 0)
        if failures >= FAILURES_IN_A_ROW:
            return
        try:
            draw(*values)
        except Exception as error:
            containment = containment_of(self._owner.app)
            if containment is None or not containment.is_containing(error):
                raise
            self._failures[part] = failures + 1
            if failures + 1 == FAILURES_IN_A_ROW:
                part = f"{part}, which is not brought up to date any more,"
            containment.note(error, fault_of(error, part, __file__))
        else:
            if failures:
                del self._failures[part]
