"""Differences of values: they lead from the old one to the new one, and read as one would say."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.diff.structure import (
    MOST_CHANGES,
    Change,
    apply_changes,
    are_same,
    diff_values,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=True)
    | st.sampled_from(["", "a", "b"])
)
KEYS = st.sampled_from(["a", "b", "id", "name", "c.d"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@given(VALUES, VALUES)
def test_applying_a_diff_to_the_old_value_gives_the_new_one(old: Any, new: Any) -> None:
    """Whatever the two values are, nothing is lost and the old one stays as it was."""
    before = copy.deepcopy(old)
    diff = diff_values(old, new)
    assert are_same(apply_changes(old, diff), new)
    assert are_same(old, before)


@given(VALUES, st.randoms())
def test_a_value_that_was_changed_a_little_is_rebuilt(old: Any, chance: random.Random) -> None:
    """Arrays with items moved, dropped, doubled and changed come out as they became."""

    def changed(value: Any) -> Any:
        if isinstance(value, list):
            items = [changed(item) for item in value]
            if items and chance.random() < 0.5:
                items.insert(chance.randrange(len(items)), items.pop(chance.randrange(len(items))))
            if items and chance.random() < 0.3:
                items.insert(0, copy.deepcopy(items[-1]))
            if items and chance.random() < 0.3:
                items.pop()
            return items
        if isinstance(value, dict):
            return {key: changed(member) for key, member in value.items() if chance.random() < 0.9}
        return value if chance.random() < 0.8 else 17

    new = changed(old)
    assert are_same(apply_changes(old, diff_values(old, new)), new)


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    """NaN is itself, and a copy is no change."""
    assert diff_values(value, copy.deepcopy(value)).changes == ()


A, B, C = {"id": 1, "v": 1}, {"id": 2, "v": 2}, {"id": 3, "v": 3}


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"v": 4.8}, {"v": 5.0}, [Change("changed", ("v",), ("v",), 4.8, 5.0, 5.0 - 4.8)]),
        ({"v": 1}, {"v": 1.0}, []),
        ({"v": 1}, {"v": True}, [Change("changed", ("v",), ("v",), 1, True)]),
        ({"v": 1}, {"v": "1"}, [Change("changed", ("v",), ("v",), 1, "1")]),
        (
            {"a": 1, "b": 2},
            {"b": 2, "c": None},
            [Change("added", None, ("c",)), Change("removed", ("a",), None, 1)],
        ),
        ([1, 2, 3], [1, 3], [Change("removed", (1,), None, 2)]),
        ([1, 3], [1, 2, 3], [Change("added", None, (1,), None, 2)]),
        ([1, 2, 3], [1, 5, 3], [Change("changed", (1,), (1,), 2, 5, 3)]),
        ([A, B, C], [C, A, B], [Change("moved", (2,), (0,), C, C)]),
        (
            [A, B, C],
            [A, {"id": 9, "v": 9}, {"id": 2, "v": 5}, C],
            [
                Change("added", None, (1,), None, {"id": 9, "v": 9}),
                Change("changed", (1, "v"), (2, "v"), 2, 5, 3),
            ],
        ),
        ([[1, 2], [3]], [[1, 2, 4], [3]], [Change("added", None, (0, 2), None, 4)]),
        (1, [1], [Change("changed", (), (), 1, [1])]),
        (
            [0.1, 0.2, 0.3, 0.4, 0.5],
            [0.5, 0.6, 0.7, 0.8, 0.9],
            [Change("changed", (at,), (at,), (at + 1) / 10, (at + 5) / 10) for at in range(5)],
        ),
    ],
)
def test_changes_are_what_one_would_say(old: Any, new: Any, changes: list[Change]) -> None:
    """Shifted items are unmoved, named ones keep their name, rows of readings go by place."""
    found = [
        Change(c.kind, c.old_place, c.new_place, c.old, c.new, None)
        for c in diff_values(old, new).changes
    ]
    assert found == [Change(c.kind, c.old_place, c.new_place, c.old, c.new, None) for c in changes]
    deltas = [c.delta for c in diff_values(old, new).changes]
    assert [d for d in deltas if d is not None] == pytest.approx(
        [c.new - c.old for c in changes if _are_numbers(c)]
    )


def _are_numbers(change: Change) -> bool:
    return (
        type(change.old) in (int, float)
        and type(change.new) in (int, float)
        and change.kind == "changed"
    )


def test_large_and_different_arrays_are_compared_by_place_and_said_to_be() -> None:
    """The search for what stayed gives up in bounded time, and the diff still holds."""
    chance = random.Random(7)
    old = [chance.randrange(50) for _ in range(8000)]
    new = [chance.randrange(50) for _ in range(8000)]
    diff = diff_values({"a": old}, {"a": new})
    assert diff.coarse_places == (("a",),)
    assert apply_changes({"a": old}, diff) == {"a": new}


def test_the_number_of_changes_is_bounded() -> None:
    """With thousands of changes the rest is told by whole objects."""
    old = [{"id": n, "v": [n, n + 1], "w": n} for n in range(3000)]
    new = [{"id": n, "v": [n + 1, n + 2], "w": -n - 1} for n in range(3000)]
    diff = diff_values(old, new)
    assert diff.is_coarse
    assert len(diff.changes) < MOST_CHANGES + 3000
    assert apply_changes(old, diff) == new


def test_deep_values_are_compared_to_the_bottom() -> None:
    """A value as deep as a tree may be is no problem, however often arrays are nested."""

    def nested(bottom: Any) -> Any:
        for level in range(100):
            bottom = [bottom, level] if level % 2 else {"a": bottom}
        return bottom

    old, new = nested(list(range(9000))), nested([-1, *range(9000)])
    diff = diff_values(old, new)
    assert [change.kind for change in diff.changes] == ["added"]
    assert json.dumps(apply_changes(old, diff)) == json.dumps(new)
