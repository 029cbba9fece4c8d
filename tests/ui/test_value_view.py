"""The value of a message before and after it has room."""

from __future__ import annotations

from mqttui.payload.registry import decode
from mqttui.ui.widgets.value_view import ValueView
from tests.ui.test_message_tabs import show


async def test_a_value_without_room_is_not_wrapped_letter_by_letter(explore, source) -> None:
    """What is shown before the first layout has no rows, and all of them after it."""
    view = ValueView()
    view.show(decode(b'{"name": "row 0", "v": 4.8}'), ("a note",))
    assert view.row_count == 0
    source.publish("lab/a", '{"name": "row 0", "v": 4.8}')
    async with explore(80, 24) as explorer:
        pane = await show(explorer)
        assert pane.query_one(ValueView).row_count == 4
