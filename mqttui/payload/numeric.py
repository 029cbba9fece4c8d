"""Which numbers are in a decoded payload, and what counts as a number."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.payload.units import is_unit_key, unit_after, unit_of_key, unit_value
from mqttui.payload.value_path import Step, key_text, path_text

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.tree import Node

MOST_PATHS = 500

_LOOKED_AT_CHARACTERS = 1000
_WORDS = {"true": 1.0, "false": 0.0, "on": 1.0, "off": 0.0}
_NUMBER = re.compile(
    r"(?<![\w.])[-+\u2212]?(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d{1,40}(?:,\d{1,2}(?![\d,]))?)"
    r"(?:(?<!,)\.\d{1,60})?(?:[eE][-+]?\d{1,3})?",
    re.ASCII,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\D|\Z)", re.ASCII)


@dataclass(frozen=True, slots=True)
class NumericPath:
    """A number within a payload: where it is, its present value, and its unit if that is told.

    The empty path is the payload itself. `text` is the value as it was sent.
    """

    path: str
    value: float
    unit: str | None
    text: str


def number_of(value: object) -> float | None:
    """Return what counts as the number of a value, else None.

    True and false are 1 and 0, and so are the texts true, false, on and off; a text is otherwise
    its first number. NaN and infinities are numbers; one that is too large is infinite.
    """
    if isinstance(value, str):
        return number_in_text(value)
    if isinstance(value, (int, float)):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return None


def number_in_text(text: str) -> float | None:
    """Return the first number in a text, 1 or 0 for a text that only says on or off, else None."""
    found = first_number(text)
    return None if found is None else found[0]


def first_number(text: str) -> tuple[float, int] | None:
    """Return the first number in a text and where it ends; only the beginning is looked at.

    `12.3 °C` is 12.3; a comma before one or two digits is a decimal comma, before groups of three
    it separates thousands. Digits that belong to a word (`ESP32`, `v1.2`) are none.
    """
    head = text[:_LOOKED_AT_CHARACTERS]
    word = _WORDS.get(head.strip().lower())
    if word is not None:
        return word, len(text)
    found = _NUMBER.search(head)
    if found is None:
        return None
    digits = found[0].replace("\u2212", "-")
    if "," in digits:
        is_grouped = _THOUSANDS.match(digits.lstrip("+-")) is not None
        digits = digits.replace(",", "" if is_grouped else ".")
    return float(digits), found.end()


def numeric_paths(decoded: Decoded, most: int = MOST_PATHS) -> list[NumericPath]:
    """Return the numbers in a payload in their order, at most `most` of them."""
    if decoded.tree is None:
        if decoded.kind != "text":
            return []
        return _of_text(decoded.text)
    found: list[NumericPath] = []
    _collect(decoded.tree, (), None, found, most)
    return found


def _of_text(text: str) -> list[NumericPath]:
    number = first_number(text.removesuffix("\u240a"))
    if number is None:
        return []
    value, end = number
    return [NumericPath("", value, unit_after(text, end), text[:_LOOKED_AT_CHARACTERS])]


def _collect(
    node: Node, steps: tuple[Step, ...], unit: str | None, found: list[NumericPath], most: int
) -> None:
    """Add the numbers at and below a node; `unit` is what its surroundings say."""
    if len(found) >= most:
        return
    if node.kind == "array":
        for index, child in enumerate(node.children):
            _collect(child, (*steps, index), unit, found, most)
        return
    if node.kind == "object":
        keys = {key_text(child.key): child for child in node.children}
        told = [unit_value(child.value) for key, child in keys.items() if is_unit_key(key)]
        beside = told[0] if told else None
        for key, child in keys.items():
            of_key = unit_of_key(key, keys)
            inner = of_key or beside or (unit if child.kind == "array" else None)
            _collect(child, (*steps, key), inner, found, most)
        return
    value = node_number(node)
    if value is None:
        return
    if node.kind == "string" and unit is None and isinstance(node.value, str):
        first = first_number(node.value)
        unit = None if first is None else unit_after(node.value, first[1])
    found.append(NumericPath(path_text(steps), value, unit, node.text))


def node_number(node: Node) -> float | None:
    """Return what counts as the number of a node, else None."""
    return None if node.kind == "bytes" else number_of(node.value)
