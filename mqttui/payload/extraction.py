"""Reading one number out of thousands of payloads: compiled once, then as quick as JSON is."""

from __future__ import annotations

import json
from collections.abc import Callable
from json.scanner import make_scanner
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from mqttui.payload.numeric import node_number, number_in_text, number_of
from mqttui.payload.registry import AUTOMATIC, decode
from mqttui.payload.request import NO_CONTEXT
from mqttui.payload.value_path import Step, key_text, parse_path

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import Context
    from mqttui.payload.tree import Node

ReadPayload: TypeAlias = Callable[[bytes], float | None]
"""Returns a number of a payload (in its unit, or seconds since the epoch), None without one."""

LONGEST_PAYLOAD_BYTES = 256_000
"""Longer payloads have no number: reading them would hold up a frame."""

# The scanner itself, without the search for white space around the value.
_scan: Callable[[str, int], tuple[Any, int]] = make_scanner(cast("Any", json.JSONDecoder()))
_JSON_STARTS = frozenset(b'{["')
_SPACE = " \t\r\n"
_TEXT_START = 0x20
_LAST_ASCII = 0x7E


def compile_number(
    path: str, decoder: str = AUTOMATIC, context: Context = NO_CONTEXT
) -> ReadPayload:
    """Return a function that reads the number at `path`; raise `PathError` for what is no path.

    The function never raises. It knows JSON and text itself; everything else goes through the
    decoder, which takes about ten times as long. NaN and infinities are returned as such.
    """
    steps = parse_path(path)
    if decoder in (AUTOMATIC, "json", "text"):
        return _quick(steps, decoder, context)
    return lambda payload: _slow(payload, steps, decoder, context)


def _quick(steps: tuple[Step, ...], decoder: str, context: Context) -> ReadPayload:
    is_text_allowed = not steps and decoder != "json"
    is_json_allowed = decoder != "text"
    first = steps[0] if len(steps) == 1 else None

    def read(payload: bytes) -> float | None:
        if not payload or len(payload) > LONGEST_PAYLOAD_BYTES:
            return None
        start = payload[0]
        if is_json_allowed and start in _JSON_STARTS:
            try:
                text = payload.decode()
                value, end = _scan(text, 0)
                if end == len(text) or not text[end:].strip(_SPACE):
                    if first is not None:
                        value = value[first]
                    else:
                        for step in steps:
                            value = value[step]
                    kind = type(value)
                    if kind is float:
                        number: float = value
                        return number
                    return number_of(value) if kind is not str else number_in_text(value)
            except (KeyError, IndexError, TypeError):
                return None
            except (ValueError, StopIteration, RecursionError):
                pass
        return other(payload, start)

    def other(payload: bytes, start: int) -> float | None:
        if is_text_allowed and _TEXT_START <= start <= _LAST_ASCII:
            try:
                # What most devices send: digits and nothing else.
                value = float(payload)
            except ValueError:
                # Text with a space in it is nothing but text.
                if b" " in payload and (text := _text(payload)) is not None:
                    return number_in_text(text)
            else:
                return value if isfinite(value) and b"_" not in payload else None
        return _slow(payload, steps, decoder, context)

    return read


def _text(payload: bytes) -> str | None:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None


def _slow(payload: bytes, steps: tuple[Step, ...], decoder: str, context: Context) -> float | None:
    if len(payload) > LONGEST_PAYLOAD_BYTES:
        return None
    decoded = decode(payload, LONGEST_PAYLOAD_BYTES, decoder=decoder, context=context)
    return number_at(decoded, steps)


def number_at(decoded: Decoded, steps: tuple[Step, ...]) -> float | None:
    """Return the number at a path of a decoded payload, None if there is none."""
    if decoded.tree is None:
        if steps or decoded.kind != "text":
            return None
        return number_in_text(decoded.text.removesuffix("\u240a"))
    node = node_at(decoded.tree, steps)
    return None if node is None or node.is_container else node_number(node)


def node_at(root: Node, steps: tuple[Step, ...]) -> Node | None:
    """Return the node at a path, None if there is none; of equal keys the last one."""
    node = root
    for step in steps:
        children = node.children
        if isinstance(step, int) and node.kind == "array":
            if not -len(children) <= step < len(children):
                return None
            node = children[step]
        elif node.kind == "object":
            name = str(step)
            named = [child for child in children if key_text(child.key) == name]
            if not named:
                return None
            node = named[-1]
        else:
            return None
    return node
