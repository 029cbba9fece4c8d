"""The difference of two messages as they are shown."""

from __future__ import annotations

import json

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.diff.payloads import MOST_COMPARED_BYTES, change_text, diff_messages
from mqttui.payload.diff.sequence import ByteDiff, LineDiff
from mqttui.payload.diff.structure import StructureDiff
from mqttui.payload.registry import decode


def changes(old: bytes, new: bytes) -> tuple[list[str], tuple[str, ...]]:
    """Return the changes of two structured messages in words, and the notes."""
    before, after = decode(old), decode(new)
    found = diff_messages(before, after, old, new)
    assert isinstance(found.diff, StructureDiff)
    texts = [
        f"{change.kind} {change_text(change, before.tree, after.tree)}"
        for change in found.diff.changes
    ]
    return texts, found.notes


def test_changes_are_told_with_digits_as_sent_and_deltas() -> None:
    """Numbers have their difference; long values are cut."""
    old = b'{"v": 4.80, "n": 7, "mode": "auto", "gone": [1, {"a": 2}], "x": 1}'
    new = b'{"v": 5.10, "n": 9, "mode": "off", "new": null, "x": 1}'
    assert changes(old, new) == (
        [
            "changed v: 4.80 → 5.10 (+0.3)",
            "changed n: 7 → 9 (+2)",
            'changed mode: "auto" → "off"',
            "added new: null",
            'removed gone: [ 1, { "a": 2 } ]',
        ],
        (),
    )


def test_the_same_value_in_another_format_is_said_to_be() -> None:
    """JSON and MessagePack are compared by what they mean."""
    value = {"v": 4.8, "tags": ["a"]}
    old, new = json.dumps(value).encode(), msgpack.packb(value)
    assert changes(old, new) == (
        [],
        ("was JSON, is MessagePack", "the values are the same, only written differently"),
    )
    assert changes(b'{"a": 1}', b'{"a":1.0}')[1] == (
        "the values are the same, only written differently",
    )


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (b"on", b"off", LineDiff),
        (b"a\nb", b"a\nc", LineDiff),
        (b"\x00\x01\x02", b"\x00\x01\x03", ByteDiff),
        (b"on", b"\x00\x01\x03", ByteDiff),
        (b'{"a": 1}', b"offline", LineDiff),
        (b"", b"on", ByteDiff),
    ],
)
def test_what_has_no_structure_goes_by_line_or_byte(old: bytes, new: bytes, kind: type) -> None:
    """Two texts go by line; everything else by byte."""
    found = diff_messages(decode(old), decode(new), old, new)
    assert isinstance(found.diff, kind)
    assert not found.is_empty
    assert diff_messages(decode(old), decode(old), old, old).is_empty


def test_what_was_not_compared_is_said() -> None:
    """A message that is cut for display is compared as far as it is shown."""
    old = json.dumps([{"v": n} for n in range(9000)]).encode()
    found = diff_messages(decode(old), decode(old[:-9] + b"]"), old, old[:-9] + b"]")
    assert "only what is shown of the messages was compared" in found.notes
    large = b"\x00" * 200_000
    changed = large[:-1] + b"\x01"
    found = diff_messages(decode(large), decode(changed), large, changed)
    assert found.is_empty
    assert found.notes == ("only the first 64 kB of 200 kB were compared",)
    assert MOST_COMPARED_BYTES == 64_000


@given(st.binary(min_size=1, max_size=300), st.binary(min_size=1, max_size=300))
def test_any_two_messages_can_be_compared(old: bytes, new: bytes) -> None:
    """Arbitrary bytes in any two formats never raise."""
    for name in ("auto", "msgpack", "cbor", "protobuf", "int8"):
        before, after = decode(old, decoder=name), decode(new)
        found = diff_messages(before, after, old, new)
        if isinstance(found.diff, StructureDiff):
            for change in found.diff.changes:
                assert "\n" not in change_text(change, before.tree, after.tree)
