"""What of a topic and its message can be copied, as it truly is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from mqttui.payload.printable import printable
from mqttui.payload.registry import AUTOMATIC, decode
from mqttui.payload.request import NO_CONTEXT
from mqttui.payload.tree_layout import lay_out, layout_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mqttui.core.node import Entry, TopicNode
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import Context
    from mqttui.payload.tree import Node, Scalar
    from mqttui.payload.value_path import Step

Pointed: TypeAlias = "tuple[tuple[Step, ...], Node]"
"""A value within a message: the steps that lead to it, and itself."""

MOST_VALUES = 1_000
"""Values of one payload that are offered one by one."""

_PREVIEW_CHARACTERS = 200
_SHORTHAND = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Copyable:
    """A text that can be copied; `name` says what it is, `note` what it is not, if anything.

    `path` is a JSONPath (RFC 9535) to a value within the payload, empty for everything else.
    """

    name: str
    text: str
    path: str = ""
    note: str = ""

    @property
    def size_bytes(self) -> int:
        """The size of the text as UTF-8."""
        return len(self.text.encode())

    @property
    def preview(self) -> str:
        """The beginning of the text on one line, safe for a terminal."""
        return printable(self.text[:_PREVIEW_CHARACTERS])

    @property
    def controls(self) -> int:
        """How many control characters are in it, tabs and line feeds not counted."""
        return len(_CONTROLS.findall(self.text))


def copyables(
    node: TopicNode,
    entry: Entry | None,
    *,
    decoder: str = AUTOMATIC,
    context: Context = NO_CONTEXT,
    pointed: Pointed | None = None,
) -> list[Copyable]:
    """Return what can be copied of a topic and one of its messages, the whole before its parts.

    First of all what is `pointed` at within the message, if anything is. `decoder` and `context`
    say how the message is read.
    """
    if node.topic is None:
        branch = _branch_text(node)
        return [Copyable("branch", branch), Copyable("topic filter", f"{branch}/#")]
    found = [] if pointed is None else [_pointed(*pointed)]
    found.append(_topic(node.topic))
    if entry is not None:
        _, payload, _, detail = entry
        is_head = detail is not None and detail.full_size_bytes is not None
        whole = _payload(payload, is_head)
        found.append(whole)
        parts = _parts(
            decode(payload, is_head=is_head, decoder=decoder, context=context), whole.text
        )
        found.extend(islice(parts, MOST_VALUES))
    return found


def _pointed(steps: tuple[Step, ...], node: Node) -> Copyable:
    """Return a value or, of an object or array, its layout, which for JSON is JSON."""
    names = (f"[{step}]" if isinstance(step, int) else member_step(step) for step in steps)
    path = f"${''.join(names)}"
    if not node.is_container:
        return Copyable(path, _scalar_text(node), path)
    text = layout_text(lay_out(replace(node, label="")))
    return Copyable(path, text, path, "" if node.is_whole else "only the beginning was read")


def _branch_text(node: TopicNode) -> str:
    return node.path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _topic(topic: bytes) -> Copyable:
    try:
        return Copyable("topic", topic.decode())
    except UnicodeDecodeError:
        text = topic.decode("utf-8", "backslashreplace")
        return Copyable("topic", text, note="not UTF-8; other bytes are written as \\xff")


def _payload(payload: bytes, is_head: bool) -> Copyable:
    note = "only the beginning was kept" if is_head else ""
    try:
        return Copyable("payload", payload.decode(), note=note)
    except UnicodeDecodeError:
        note = f"{note}; in hexadecimal" if note else "no text, so in hexadecimal"
        return Copyable("payload", payload.hex(), note=note)


def _parts(decoded: Decoded, text: str) -> Iterator[Copyable]:
    """Yield the values in a payload one by one, or the lines of a text that has several."""
    if decoded.tree is not None:
        yield from _scalars(decoded.tree, "$")
    elif decoded.kind == "text" and "\n" in text:
        for number, line in enumerate(text.split("\n"), start=1):
            if line:
                yield Copyable(f"line {number}", line)


def _scalars(node: Node, path: str) -> Iterator[Copyable]:
    """Yield the scalars below a node with their paths; trees are bounded in depth."""
    if not node.is_container:
        yield Copyable(path, _scalar_text(node), path)
        return
    for number, child in enumerate(node.children):
        step = f"[{number}]" if node.kind == "array" else member_step(child.key)
        yield from _scalars(child, path + step)


def _scalar_text(node: Node) -> str:
    if node.kind == "string" and isinstance(node.value, str):
        # A lone surrogate, which JSON can write and UTF-8 cannot, stays an escape.
        return node.value.encode("utf-8", "backslashreplace").decode()
    if isinstance(node.value, bytes):
        return node.value.hex()
    return node.text


def member_step(key: Scalar) -> str:
    """Return a step of a JSONPath to a member: `.name` or `['any name']` (RFC 9535 section 2.3)."""
    if isinstance(key, bytes):
        key = key.hex()
    name = str(key)
    if _SHORTHAND.fullmatch(name):
        return f".{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{''.join(map(_escaped, escaped))}']"


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
