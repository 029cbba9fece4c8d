"""Differences as rows: marks, what stayed folded, and what is said about the way."""

from __future__ import annotations

import json

from mqttui.payload.diff.payloads import diff_messages
from mqttui.payload.diff.rows import MOST_ROWS, DiffReport, report
from mqttui.payload.registry import decode


def compared(old: bytes, new: bytes, *, shows_same: bool = False) -> DiffReport:
    before, after = decode(old), decode(new)
    found = diff_messages(before, after, old, new)
    return report(found, before, after, old, shows_same=shows_same)


def lines(found: DiffReport) -> list[str]:
    return [f"{row.kind} {row.text}" for row in found.rows]


def test_values_that_changed_are_listed_and_the_others_counted() -> None:
    """Numbers with their difference, what came and went by path."""
    old = {"v": 4.8, "on": True, "gone": 1, "same": [1, 2, {"x": 3}]}
    new = {"v": 5.1, "on": True, "same": [1, 2, {"x": 3}], "new": "a"}
    found = compared(json.dumps(old).encode(), json.dumps(new).encode())
    assert found.summary == "1 changed, 1 added, 1 removed; compared value by value"
    assert lines(found) == [
        "changed v: 4.8 → 5.1 (+0.3)",
        'added new: "a"',
        "removed gone: 1",
        "folded 4 values the same (u)",
    ]


def test_unfolded_the_whole_message_has_marks() -> None:
    """Arrays in one row are marked for their items."""
    old, new = b'{"v":1,"a":[1,2],"b":{"c":1}}', b'{"v":1,"a":[1,3],"b":{"c":2}}'
    found = compared(old, new, shows_same=True)
    assert lines(found)[2:] == [
        "folded the whole message:",
        "same {",
        'same   "v": 1,',
        'changed   "a": [1, 3],',
        'same   "b": {',
        'changed     "c": 2',
        "same   }",
        "same }",
    ]


def test_lines_of_text_with_what_is_next_to_them() -> None:
    """Of long stretches that stayed only two lines next to a change are listed."""
    old = "\n".join(f"line {number}" for number in range(20))
    new = old.replace("line 10", "LINE TEN")
    found = compared(old.encode(), new.encode())
    assert found.summary == "1 line removed, 1 line added; compared line by line"
    assert lines(found) == [
        "folded 8 lines the same (u)",
        "same line 8",
        "same line 9",
        "removed line 10",
        "added LINE TEN",
        "same line 11",
        "same line 12",
        "folded 7 lines the same (u)",
    ]
    assert len(compared(old.encode(), new.encode(), shows_same=True).rows) == 21


def test_bytes_with_offsets() -> None:
    """Binary payloads are compared byte by byte, control characters visible."""
    old, new = bytes(range(128, 160)), bytes(range(128, 144)) + b"\x00A" + bytes(range(146, 160))
    found = compared(old, new)
    assert found.summary == "2 bytes removed, 2 bytes added; compared byte by byte"
    assert [line.split() for line in lines(found)] == [
        ["folded", "16", "bytes", "the", "same", "(u)"],
        ["removed", "0010", "90", "91", "··"],
        ["added", "0010", "00", "41", "␀A"],
        ["folded", "14", "bytes", "the", "same", "(u)"],
    ]


def test_nothing_changed_is_said() -> None:
    """Also when only the writing differs."""
    assert compared(b'{"a":1}', b'{"a":1}').summary.startswith("nothing changed")
    found = compared(b'{"a":1}', b'{ "a" : 1 }')
    assert found.summary.startswith("nothing changed")
    assert found.notes == ("the values are the same, only written differently",)


def test_rows_are_bounded_and_say_so() -> None:
    """A difference of thousands of places is listed in part."""
    old = bytes(range(128, 256)) * 200
    new = bytes(byte ^ (at % 2) for at, byte in enumerate(old))
    found = compared(old, new)
    assert len(found.rows) == MOST_ROWS
    assert f"only the first {MOST_ROWS:,} rows of the difference are listed" in found.notes


def test_value_that_was_cut_off_is_no_difference() -> None:
    """What the limit of display leaves in the middle of a key or number is not compared."""
    old, new = (b'{"a": %d, "bcd": 12345}' % value for value in (1, 2))
    for limit in range(12, 22):
        before, after = decode(old, limit), decode(new, limit)
        found = report(diff_messages(before, after, old, new), before, after, old)
        assert [row.text for row in found.rows if row.kind != "folded"] == ["a: 1 → 2 (+1)"]
