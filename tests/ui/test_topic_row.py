"""What stands in a row of the tree, and in which columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mqttui.core.message import RETAIN, Batch
from mqttui.core.store import TopicStore
from mqttui.ui.widgets.row_columns import (
    NAME_CELLS,
    Column,
    columns_of,
    names_of,
    row_layout,
    shown_columns,
    toggled,
)
from mqttui.ui.widgets.topic_row import Pulse, RowFace, face_of, figures_of, pulse_of, row_segments

QUIET = Pulse("", "", 0, is_new=False, is_silent=False)


def row_of(face: RowFace, width: int, **shape) -> str:
    """Return the text of a topic's row."""
    options = {"depth": 0, "is_branch": False, "is_expanded": False, "has_cursor": False, **shape}
    segments = row_segments(face, row_layout(width), **options)
    return "".join(text for text, _ in segments)


def node_with(payload: bytes, flags: int = 0, topic: bytes = b"house/lamp"):
    """Return the node of a topic with one message at 100 s."""
    store = TopicStore()
    store.apply(Batch(100.0, [(topic, payload, flags, None)], len(payload)))
    store.settle(100.0)
    return store.find(topic)


@given(
    width=st.integers(4, 200),
    name=st.text(st.sampled_from("aé温🌡️\u0301"), min_size=1, max_size=60),
    value=st.text(st.sampled_from("aé温🌡️"), max_size=300),
    marks=st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    depth=st.integers(0, 40),
    chosen=st.none() | st.frozensets(st.sampled_from(Column)),
)
def test_a_row_is_as_wide_as_it_says(width, name, value, marks, depth, chosen) -> None:
    """Wherever a name has its cells, the pieces of a row fill it exactly."""
    is_new, is_silent, is_retained, is_broken, breaks_rule = marks
    layout = row_layout(width, chosen)
    face = RowFace(
        name=name,
        below="3 topics, 1.3k msg",
        value=value,
        pulse=Pulse("1,284/s", "12 min", 2, is_new, is_silent),
        messages="1,207 msg",
        size="96 B",
        trend="▁▂▃▄▅▆▇█",
        is_retained=is_retained,
        is_broken=is_broken,
        breaks_rule=breaks_rule,
    )
    segments = row_segments(
        face, layout, depth=depth, is_branch=True, is_expanded=True, has_cursor=True
    )
    if layout.room >= NAME_CELLS:
        assert sum(cell_len(text) for text, _ in segments) == width


def test_marks_stand_in_their_own_cells_before_the_value() -> None:
    """Each mark has its place, so that a column of them can be read downwards."""
    plain = row_of(RowFace("lamp", "", "on", QUIET), 60)
    everything = RowFace(
        "lamp",
        "",
        "on",
        Pulse("", "", 0, is_new=True, is_silent=False),
        is_retained=True,
        is_broken=True,
    )
    at = plain.index("on")
    assert row_of(everything, 60)[at - 4 : at] == "+▲⚑ "
    silent = RowFace("lamp", "", "on", Pulse("", "", 0, False, True), breaks_rule=True)
    assert row_of(silent, 60)[at - 4 : at] == "◌!  "


@pytest.mark.parametrize("width", [20, 46, 78])
def test_marks_are_seen_however_long_the_name_is(width: int) -> None:
    """A name that fills the row gives way to them, the value does first."""
    pulse = Pulse("5.1/s", "now", 0, is_new=True, is_silent=False)
    face = RowFace("x" * 300, "", "on", pulse, is_retained=True, breaks_rule=True)
    text = row_of(face, width)
    assert "+!⚑" in text
    assert "xxxx" in text
    unmarked = row_of(RowFace("x" * 300, "", "on", QUIET), width)
    assert unmarked.count("x") > text.count("x")


def test_a_rate_is_told_while_there_were_messages_in_its_time() -> None:
    """A mean over ten seconds says nothing of a topic that was quiet for longer."""
    node = node_with(b"on")
    rates = [figures_of(node, 100.0 + age_s)[0] for age_s in (0, 5, 8, 20, 60, 600)]
    assert all(rates[:3])
    assert not any(rates[3:])


def test_nobody_knows_the_age_of_what_was_retained() -> None:
    """A value from before has no age, no rate and no shade, nor has its branch, until one comes."""
    store = TopicStore()
    store.apply(Batch(100.0, [(b"house/lamp", b"on", RETAIN, None)], 2))
    store.settle(100.0)
    branch, lamp = store.root.children["house"], store.find(b"house/lamp")
    for node in (branch, lamp):
        assert pulse_of(node, 100.0, 0.0)[:3] == ("", "-", 0)
    store.apply(Batch(101.0, [(b"house/lamp", b"off", 0, None)], 3))
    store.settle(101.0)
    for node in (branch, lamp):
        assert pulse_of(node, 101.0, 0.0)[1:3] == ("now", 3)


def test_a_branch_tells_its_topics_and_messages() -> None:
    """What is below is counted where there is room for it."""
    store = TopicStore()
    messages = [(b"house/%d" % (number % 3), b"1", 0, None) for number in range(1500)]
    store.apply(Batch(100.0, messages, 1500))
    store.settle(100.0)
    branch = store.root.children["house"]
    pulse = pulse_of(branch, 100.0, 0.0)
    assert face_of(branch, pulse, row_layout(40)).below == "3 topics"
    assert face_of(branch, pulse, row_layout(80)).below == "3 topics, 1.5k msg"
    face = face_of(branch, pulse, row_layout(120))
    assert (face.below, face.messages) == ("3 topics", "1,500 msg")


def test_a_value_fades_in_steps_and_its_age_tells_the_same() -> None:
    """The shade changes only when the age does, so fading sends no line of its own."""
    node = node_with(b"on")
    seen = [pulse_of(node, 100.0 + age_s / 10, 0.0) for age_s in range(200)]
    assert [pulse.freshness for pulse in seen[::10]][:8] == [3, 2, 2, 1, 1, 1, 0, 0]
    assert len({pulse[1:3] for pulse in seen}) == len({pulse.age for pulse in seen})


def test_size_and_retained_come_from_the_newest_message() -> None:
    """The size is that of the payload."""
    face = face_of(node_with(b"x" * 96, RETAIN), QUIET, row_layout(130))
    assert face.size == "96 B"
    assert face.is_retained


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (30, {Column.VALUE}),
        (40, {Column.VALUE, Column.RATE}),
        (60, {Column.VALUE, Column.RATE, Column.AGE}),
        (77, {Column.VALUE, Column.RATE, Column.AGE, Column.TREND}),
        (160, set(Column)),
    ],
)
def test_the_width_chooses_columns(width: int, columns: set[Column]) -> None:
    """Half of 80 columns has the rate, half of 160 the curve as well."""
    assert shown_columns(width, None) == columns


@pytest.mark.parametrize("chosen", [None, frozenset({Column.RATE}), frozenset({Column.VALUE})])
def test_the_last_cell_of_a_row_stays_blank(chosen) -> None:
    """The scroll bar lies over it, so that it would hide the end of whatever column is the last."""
    face = RowFace("lamp", "", "x" * 200, Pulse("11/min", "3 s", 0, False, False))
    segments = row_segments(
        face,
        row_layout(40, chosen),
        depth=0,
        is_branch=False,
        is_expanded=False,
        has_cursor=False,
    )
    text = "".join(each for each, _ in segments)
    assert (len(text), text[-1]) == (40, " ")
    assert text[-2] != " "


def test_chosen_columns_leave_room_for_the_name() -> None:
    """Of too many the lightest are left out."""
    shown = shown_columns(45, frozenset(Column))
    assert shown == {Column.VALUE, Column.RATE, Column.AGE, Column.TREND}
    assert row_layout(45, frozenset(Column)).room >= NAME_CELLS


def test_switching_a_column_begins_with_what_is_shown() -> None:
    """The first switch takes over what the width had chosen."""
    assert toggled(None, Column.RATE, 60) == {Column.VALUE, Column.AGE}
    assert toggled(frozenset({Column.VALUE}), Column.SIZE, 60) == {Column.VALUE, Column.SIZE}


@given(chosen=st.none() | st.frozensets(st.sampled_from(Column)))
def test_columns_are_remembered_by_name(chosen) -> None:
    """What is written is read again; anything else means none were chosen."""
    assert columns_of(names_of(chosen)) == chosen
    assert columns_of({"value": True}) is None
    assert columns_of(["value", "colour", 3]) == {Column.VALUE}
