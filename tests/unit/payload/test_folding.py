"""Folding a tree: by paths, so that it outlives the message."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.folding import Folding, line_at, path_at
from mqttui.payload.registry import decode
from mqttui.payload.tree_units import line_unit

JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
).filter(lambda value: isinstance(value, dict | list) and value)


def lines_of(value: object):
    return decode(json.dumps(value).encode()).lines


def shown(value: object, folding: Folding) -> list[str]:
    """Return the beginnings of the lines in sight, of folded ones with an ellipsis."""
    lines = lines_of(value)
    in_sight, folded = folding.visible(lines)
    return [lines[at].text.strip() + ("…" if at in folded else "") for at in in_sight]


def test_folding_hides_members_and_stays_for_the_next_message() -> None:
    """What is folded at a path is folded in another message too; what is not there does no harm."""
    folding = Folding()
    folding.set_folded(("a", 1), is_folded=True)
    folding.set_folded(("gone",), is_folded=True)
    first = {"a": [{"x": 1}, {"y": 2}], "b": 3}
    assert shown(first, folding) == [
        "{",
        '"a": [',
        "{",
        '"x": 1',
        "},",
        "{…",
        "],",
        '"b": 3',
        "}",
    ]
    second = {"new": True, "a": [{"x": 1}, {"z": {"deep": 2}}, {"y": 2}]}
    assert "{…" in shown(second, folding)
    assert not any("deep" in line for line in shown(second, folding))


def test_fold_all_leaves_the_members_of_the_outermost_value() -> None:
    """One look shows the keys; what is opened then is open, all others stay folded."""
    folding = Folding()
    folding.fold_all()
    value = {"a": {"x": {"y": 1}}, "b": {"z": 2}}
    assert shown(value, folding) == ["{", '"a": {…', '"b": {…', "}"]
    folding.set_folded(("a",), is_folded=False)
    assert shown(value, folding) == ["{", '"a": {', '"x": {…', "},", '"b": {…', "}"]
    folding.open_all()
    assert len(shown(value, folding)) == len(lines_of(value))


@given(JSON)
def test_every_line_is_found_again_by_its_path(value: object) -> None:
    """The path of a line leads back to it; that of a closing line to where it opened."""
    lines = lines_of(value)
    for index, line in enumerate(lines):
        opener = index if line.node is not None else line.parent
        assert line_at(lines, path_at(lines, index)) == opener


@given(JSON, st.data())
def test_lines_in_sight_are_those_of_no_folded_container(
    value: object, data: st.DataObject
) -> None:
    """A line is in sight exactly if nothing around it is folded."""
    lines = lines_of(value)
    containers = [at for at, line in enumerate(lines) if line.last > at]
    chosen = data.draw(st.sets(st.sampled_from(containers)) if containers else st.just(set()))
    folding = Folding()
    for at in chosen:
        folding.set_folded(path_at(lines, at), is_folded=True)
    hidden = {inner for at in chosen for inner in range(at + 1, lines[at].last + 1)}
    assert list(folding.visible(lines)[0]) == [at for at in range(len(lines)) if at not in hidden]


def test_path_that_is_gone_leads_to_what_was_around_it() -> None:
    """The cursor stays near."""
    lines = lines_of({"a": {"b": [{"c": 1}]}})
    assert lines[line_at(lines, ("a", "b", 5, "c"))].text.strip() == '"b": ['
    assert line_at((), ("a",)) == -1


def test_units_come_from_keys_and_what_stands_beside() -> None:
    """Only numbers have a unit, also those of an array with a telling key."""
    value = {
        "power_w": 1,
        "temps_C": [1, 2],
        "rows_mV": [{"x": {}}, 5],
        "plain": 3,
        "name_C": "x",
        "m": {"value": 3, "unit": "hPa"},
    }
    lines = lines_of(value)
    units = {line.text.strip(): line_unit(lines, at) for at, line in enumerate(lines)}
    assert units['"power_w": 1,'] == "W"
    assert units['"temps_C": [1, 2],'] == "°C"
    assert units["5"] == "mV"
    assert units['"value": 3,'] == "hPa"
    assert units['"plain": 3,'] is None
    assert units['"name_C": "x",'] is None
