"""A tree laid out on lines for reading: one member a line, short arrays of scalars on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.payload.tree import Node

INDENT = "  "
_DEEPEST_INDENT = 24
_ONE_LINE_COLUMNS = 60


class Line(NamedTuple):
    """One line of a layout.

    `node` is what begins on the line, None where an object or array ends. `parent` is the line
    on which the container around it begins, -1 for the outermost value. `last` is the line on
    which the value ends: line `i` can be folded when `last > i`, which hides the lines from
    `i + 1` to `last`.
    """

    text: str
    node: Node | None
    parent: int
    last: int


def lay_out(root: Node) -> tuple[Line, ...]:
    """Return the lines of a value, as JSON is indented."""
    layout = _Layout()
    layout.add(root, -1, 0, "")
    return tuple(layout.lines)


def layout_text(lines: Sequence[Line]) -> str:
    """Return the lines as one text."""
    return "\n".join([line[0] for line in lines])


def path_nodes(lines: Sequence[Line], index: int) -> list[Node]:
    """Return the values from the root down to the one on a line; a closing line is its opener's."""
    nodes: list[Node] = []
    if lines[index].node is None:
        index = lines[index].parent
    while index >= 0:
        node = lines[index].node
        assert node is not None
        nodes.append(node)
        index = lines[index].parent
    nodes.reverse()
    return nodes


def folded_text(line: Line) -> str:
    """Return the line of a container whose members are hidden, with their count."""
    node = line.node
    assert node is not None
    count = len(node.children)
    more = "" if node.is_whole else "+"
    noun = "member" if node.kind == "object" else "item"
    plural = "" if count == 1 and node.is_whole else "s"
    closing = "}" if node.kind == "object" else "]"
    return f"{line.text} … {closing}  {count:,}{more} {noun}{plural}"


class _Layout:
    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def add(self, node: Node, parent: int, depth: int, comma: str) -> None:
        lines = self.lines
        lead = INDENT * min(depth, _DEEPEST_INDENT)
        if node.label:
            lead = f"{lead}{node.label}: "
        note = f"  # {node.note}" if node.note else ""
        index = len(lines)
        kind = node.kind
        if kind != "object" and kind != "array":
            lines.append(Line(f"{lead}{node.text}{comma}{note}", node, parent, index))
            return
        opening, closing = "{}" if kind == "object" else "[]"
        children = node.children
        if not children and node.is_whole:
            lines.append(Line(f"{lead}{opening}{closing}{comma}{note}", node, parent, index))
            return
        if kind == "array" and node.is_whole and (row := _one_row(children)) is not None:
            lines.append(Line(f"{lead}[{row}]{comma}{note}", node, parent, index))
            return
        text = f"{lead}{opening}{note}"
        lines.append(Line(text, node, parent, index))
        depth += 1
        end = len(children) - 1
        lead = INDENT * min(depth, _DEEPEST_INDENT)
        for number, child in enumerate(children):
            if child.text and not child.note:
                # Most members of most payloads, in one step.
                tail = "," if number < end else ""
                label = f"{child.label}: " if child.label else ""
                at = len(lines)
                lines.append(Line(f"{lead}{label}{child.text}{tail}", child, index, at))
            else:
                self.add(child, index, depth, "," if number < end else "")
        if node.is_whole:
            lead = INDENT * min(depth - 1, _DEEPEST_INDENT)
            lines.append(Line(f"{lead}{closing}{comma}", None, index, len(lines)))
        lines[index] = Line(text, node, parent, len(lines) - 1)


def _one_row(children: Sequence[Node]) -> str | None:
    """Return scalars that fit one line, else None."""
    if len(children) > _ONE_LINE_COLUMNS:
        return None
    columns = len(children) - 1
    for child in children:
        if not child.text or child.note or child.label:
            return None
        columns += len(child.text)
    return ", ".join([child.text for child in children]) if columns <= _ONE_LINE_COLUMNS else None
