"""Bytes as numbers of fixed width: one, several of the same kind, or a table of all kinds."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mqttui.payload.decoded import Decoded
from mqttui.payload.request import UnreadableError
from mqttui.payload.tree import Node, integer_text
from mqttui.payload.tree_reader import float_text
from mqttui.payload.tree_value import tree_value

if TYPE_CHECKING:
    from mqttui.payload.request import DecodeRequest

NUMBER_SIZES = {
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "int32": 4,
    "uint32": 4,
    "int64": 8,
    "uint64": 8,
    "float16": 2,
    "float32": 4,
    "float64": 8,
}
_CODES = dict(zip(NUMBER_SIZES, "bBhHiIqQefd", strict=True))

NARROW_ROW_BYTES = 8
"""A view that has room for no more bytes in a row of a hex dump is narrow."""


def decode(request: DecodeRequest) -> Decoded:
    """Return numbers of the kind that `request.variant` names, or the table without one."""
    if not request.variant:
        return _table(request)
    name, _, order = request.variant.partition("-")
    size_bytes = NUMBER_SIZES[name]
    total = len(request.payload)
    if total % size_bytes and not request.is_head:
        plural = "" if total == 1 else "s"
        raise UnreadableError(f"not {name}: {total:,} byte{plural}, {size_bytes} each are needed")
    head = request.head
    count = len(head) // size_bytes
    budget = request.budget()
    items: list[Node] = []
    layout = number_layout(name, order)
    for (number,) in struct.iter_unpack(layout, head[: count * size_bytes]):
        node = Node("number", number_text(number, size_bytes), number)
        items.append(node)
        budget.spend(node, 1)
        if budget.is_spent:
            break
    if not items:
        raise UnreadableError(f"not {name}: {total:,} bytes, {size_bytes} each are needed")
    used_bytes = min(len(items) * size_bytes, len(head))
    if total == size_bytes:
        return tree_value(items[0], request, used_bytes)
    is_whole = used_bytes >= total and not request.is_head
    return tree_value(Node("array", children=items, is_whole=is_whole), request, used_bytes)


def number_layout(name: str, order: str) -> str:
    """Return the layout for `struct` of a kind of number, `order` being `be` or `le`."""
    return ("<" if order == "le" else ">") + _CODES[name]


def number_text(number: float, size_bytes: int) -> str:
    """Return a number with as many digits as its size has."""
    return integer_text(number) if isinstance(number, int) else float_text(number, size_bytes)


def _table(request: DecodeRequest) -> Decoded:
    text = number_table(request.payload, is_narrow=is_narrow(request))
    used_bytes = min(8, len(request.payload))
    return Decoded("table", text, None, used_bytes, len(request.payload))


def is_narrow(request: DecodeRequest) -> bool:
    """Whether both byte orders of a number do not fit beside each other."""
    return request.hex_row_bytes <= NARROW_ROW_BYTES


def number_table(payload: bytes, *, is_narrow: bool = False) -> str:
    """Return what the first bytes are as each kind of number, in both byte orders.

    Where it is narrow each order has a line of its own.
    """
    rows = [] if is_narrow else [("endian", "big", "little")]
    for name, size_bytes in NUMBER_SIZES.items():
        if size_bytes <= len(payload):
            big, little = (
                number_text(struct.unpack_from(number_layout(name, order), payload)[0], size_bytes)
                for order in ("be", "le")
            )
            if not is_narrow:
                rows.append((name, big, little if size_bytes > 1 else ""))
            elif size_bytes == 1:
                rows.append((name, "", big))
            else:
                rows += [(name, "big", big), ("", "little", little)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{name:{widths[0]}}  {middle:>{widths[1]}}  {last:>{widths[2]}}".rstrip()
        for name, middle, last in rows
    ]
    return "\n".join(lines)
