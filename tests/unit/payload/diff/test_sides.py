"""Differences side by side."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.diff.payloads import diff_messages
from mqttui.payload.diff.rows import MOST_ROWS
from mqttui.payload.diff.sides import SideRow, side_rows
from mqttui.payload.registry import decode


def beside(old: bytes, new: bytes, *, shows_same: bool = False, decoder: str = "auto"):
    """Return the rows of two payloads."""
    before, after = decode(old, decoder=decoder), decode(new, decoder=decoder)
    found = diff_messages(before, after, old, new)
    return side_rows(found, before, after, (old, new), shows_same=shows_same)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab:, ", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=2), inner),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_each_side_is_its_message(old, new) -> None:
    """Unfolded, the left lines are those of the old message and the right those of the new one."""
    old, new = {"m": old}, {"m": new}
    payloads = json.dumps(old).encode(), json.dumps(new).encode()
    rows = beside(*payloads, shows_same=True)
    for side, payload in enumerate(payloads):
        lines = [row[1 + side] for row in rows if row[1 + side] is not None]
        assert lines == decode(payload).text.split("\n")


@given(st.binary(min_size=1, max_size=60), st.binary(min_size=1, max_size=60))
def test_each_side_has_its_bytes(old, new) -> None:
    """Every byte stands on its side once, at its offset."""
    rows = beside(old, new, shows_same=True, decoder="hex")
    for side, payload in enumerate((old, new)):
        found = b""
        for row in rows:
            if row[1 + side] is not None:
                offset, _, rest = row[1 + side].partition("  ")
                assert int(offset, 16) == len(found)
                found += bytes.fromhex(rest[:23])
        assert found == payload


def test_members_stand_beside_their_like() -> None:
    """A comma is no difference; what came and what went have rows of their own."""
    rows = beside(
        b'{"a":1,"v":4.8,"gone":1,"list":[1,2],"last":"x"}',
        b'{"a":1,"v":5.1,"list":[1,2],"last":"x","new":true}',
    )
    assert rows == (
        SideRow("same", "{", "{"),
        SideRow("same", '  "a": 1,', '  "a": 1,'),
        SideRow("changed", '  "v": 4.8,', '  "v": 5.1,'),
        SideRow("removed", '  "gone": 1,', None),
        SideRow("same", '  "list": [1, 2],', '  "list": [1, 2],'),
        SideRow("same", '  "last": "x"', '  "last": "x",'),
        SideRow("added", None, '  "new": true'),
        SideRow("same", "}", "}"),
    )


def test_long_stretches_are_folded_and_long_differences_end() -> None:
    """What is not listed is counted."""
    lines = [f"line {number}" for number in range(20)]
    old = "\n".join(lines)
    rows = beside(old.encode(), old.replace("line 10", "LINE TEN\nmore").encode())
    assert [row.kind for row in rows] == [
        *("folded", "same", "same"),
        *("changed", "added"),
        *("same", "same", "folded"),
    ]
    assert rows[0].old == "8 lines the same (u)"
    assert rows[3:5] == (SideRow("changed", "line 10", "LINE TEN"), SideRow("added", None, "more"))
    many = ["x\n" * (MOST_ROWS + 50), "y\n" * (MOST_ROWS + 50)]
    rows = beside(*(each.encode() for each in many))
    assert len(rows) == MOST_ROWS + 1
    assert rows[-1].old == "only the first 5,000 rows are listed"
