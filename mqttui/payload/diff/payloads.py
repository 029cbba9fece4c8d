"""The difference of two messages, by whatever way suits what they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from mqttui.payload.diff.sequence import ByteDiff, LineDiff, diff_bytes, diff_lines
from mqttui.payload.diff.structure import Change, StructureDiff, diff_values
from mqttui.payload.extraction import node_at
from mqttui.payload.printable import printable
from mqttui.payload.quantities import size_text
from mqttui.payload.tree_layout import lay_out
from mqttui.payload.value_path import key_text, path_text

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.diff.structure import Place, Value
    from mqttui.payload.tree import Node

MOST_COMPARED_BYTES = 64_000

UNFINISHED = "unfinished"
"""The note of a value whose end was not read."""

_AS_LINES = ("text", "json")

PayloadDiff: TypeAlias = StructureDiff | LineDiff | ByteDiff


@dataclass(frozen=True, slots=True)
class MessageDiff:
    """How one message differs from another; `notes` say what was not compared, and why."""

    diff: PayloadDiff
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether what was compared is the same."""
        if isinstance(self.diff, StructureDiff):
            return not self.diff.changes
        return not self.diff.edits


def diff_messages(
    old: Decoded, new: Decoded, old_payload: bytes, new_payload: bytes
) -> MessageDiff:
    """Return how a message changed: by structure, by line if both are text, else by byte."""
    notes: list[str] = []
    if old.title != new.title:
        notes.append(f"was {old.title}, is {new.title}")
    diff: PayloadDiff
    if old.tree is not None and new.tree is not None:
        diff = diff_values(named_value(old.tree), named_value(new.tree))
        is_cut = _is_partial(old) or _is_partial(new)
        if is_cut:
            notes.append("only what is shown of the messages was compared")
        if not diff.changes and not is_cut and old_payload != new_payload:
            notes.append("the values are the same, only written differently")
        if diff.is_coarse:
            places = ", ".join(path_text(place) or "the whole" for place in diff.coarse_places[:3])
            notes.append(f"too much changed to be compared part by part: {places}")
        return MessageDiff(diff, tuple(notes))
    if old.kind in _AS_LINES and new.kind in _AS_LINES:
        diff = diff_lines(old.text, new.text)
        if old.is_cut or new.is_cut:
            notes.append("only what is shown of the messages was compared")
    else:
        diff = diff_bytes(old_payload[:MOST_COMPARED_BYTES], new_payload[:MOST_COMPARED_BYTES])
        longest = max(len(old_payload), len(new_payload))
        if longest > MOST_COMPARED_BYTES:
            compared = size_text(MOST_COMPARED_BYTES)
            notes.append(f"only the first {compared} of {size_text(longest)} were compared")
    if diff.is_coarse:
        notes.append("too much changed to find what stayed the same in between")
    return MessageDiff(diff, tuple(notes))


def _is_partial(decoded: Decoded) -> bool:
    return decoded.is_cut or (decoded.tree is not None and not decoded.tree.is_whole)


def named_value(node: Node) -> Value:
    """Return a tree as dictionaries with texts as keys, lists and scalars.

    What was cut off in its middle is left out: nobody knows what it would have been.
    """
    if node.kind == "object":
        return {
            key_text(child.key): named_value(child)
            for child in node.children
            if child.note != UNFINISHED
        }
    if node.kind == "array":
        return [named_value(child) for child in node.children if child.note != UNFINISHED]
    # What has no value of its own (undefined, unfinished) is told apart by its text.
    return node.text if node.kind == "other" and node.value is None else node.value


def change_text(change: Change, old: Node | None, new: Node | None, width: int = 60) -> str:
    """Return a change in words: `solar.v: 4.8 → 5.1 (+0.3)`; values as they were sent.

    `old` and `new` are the roots of the two trees.
    """
    before = "" if change.old_place is None else _value_text(old, change.old_place, width)
    after = "" if change.new_place is None else _value_text(new, change.new_place, width)
    place = change.new_place if change.new_place is not None else change.old_place
    path = printable(path_text(place or ())) or "value"
    if change.kind == "added":
        return f"{path}: {after}"
    if change.kind == "removed":
        return f"{path}: {before}"
    if change.kind == "moved":
        return f"{printable(path_text(change.old_place or ()))} → {path}: {after}"
    delta = "" if change.delta is None else f" ({delta_text(change.delta)})"
    return f"{path}: {before} → {after}{delta}"


def delta_text(delta: float) -> str:
    """Return a difference with its sign, without the digits that floating point adds."""
    return f"{delta:+d}" if isinstance(delta, int) else f"{delta:+.10g}"


def _value_text(root: Node | None, place: Place, width: int) -> str:
    node = None if root is None else node_at(root, place)
    if node is None:
        return "-"
    text = node.text or " ".join(line.text.strip() for line in lay_out(replace(node, label="")))
    return text if len(text) <= width else f"{text[: width - 1]}…"
