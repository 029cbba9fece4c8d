"""The list of what is cleared or put back: first as a plan, then as it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.retained_rows import planned_cells, worked_cells

if TYPE_CHECKING:
    from mqttui.core.retained.fetching import RetainedMessage
    from mqttui.core.retained.jobs import LeftOut, Prepared
    from mqttui.core.retained.work import RetainedWork
    from mqttui.ui.widgets.cells import Cells

    Planned: TypeAlias = tuple[RetainedMessage, LeftOut | None]
    Row: TypeAlias = Planned | int
    """A message with why it is left alone, or a place among the items of a work."""


class RetainedList(ChoiceList["Row"]):
    """Shows one message per row; of a work the cells are made from its newest state."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(self._cells, _key_of, id=id)
        self._work: RetainedWork | None = None

    def show_plan(self, prepared: Prepared) -> None:
        """List what will be hit, then what is left alone and why."""
        self._work = None
        planned = [(item.message, None) for item in prepared.items]
        left_out = sorted(prepared.left_out, key=lambda pair: pair[0].topic)
        self.show([*planned, *left_out], is_other_list=True)

    def show_work(self, work: RetainedWork) -> None:
        """Show how far a work is; at its end what went wrong comes first."""
        is_other = work is not self._work
        self._work = work
        places = range(len(work.items))
        if work.status.is_done:
            wrong_first = sorted(places, key=work.is_carried_out)
            self.show(wrong_first, is_other_list=True)
        elif is_other or len(places) != self.row_count:
            self.show(places, is_other_list=True)
        else:
            self.refresh()

    def _cells(self, row: Row, width: int) -> Cells:
        if not isinstance(row, int):
            return planned_cells(*row, width)
        assert self._work is not None
        return worked_cells(self._work, row, width)


def _key_of(row: Row) -> object:
    return row if isinstance(row, int) else row[0].topic
