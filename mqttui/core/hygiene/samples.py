"""The newest messages of a topic, read as far as the rules need it."""

from __future__ import annotations

import json
import re
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from mqttui.core.message import RETAIN
from mqttui.payload.json_tree import starts_like_json
from mqttui.payload.registry import decode
from mqttui.payload.text import is_texty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mqttui.core.node import Entry

MOST_SAMPLES = 32
MOST_BYTES = 16_384
LONGEST_PAYLOAD_BYTES = 8_192

_MOST_NUMBERS = 64
_DEEPEST_OBJECT = 3
_NUMBER = re.compile(rb"[ \t\r\n]*[-+]?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?\s*\Z")


class Kind(Enum):
    """What a payload is."""

    JSON = "JSON"
    NUMBER = "number"
    TEXT = "text"
    NEARLY_JSON = "nearly JSON"
    UNREAD = "not looked at"


class Sample(NamedTuple):
    """One live message; `value` is the JSON value or number, None for every other kind."""

    received_at: float
    payload: bytes
    kind: Kind
    value: Any


def newest_samples(entries: Sequence[Entry]) -> list[Sample]:
    """Return the newest live messages of a topic, oldest first.

    What the broker had retained is left out: it does not tell when it was published. At most
    `MOST_SAMPLES` messages and `MOST_BYTES` are looked at, however many are kept.
    """
    samples: list[Sample] = []
    size_bytes = 0
    for received_at, payload, flags, detail in reversed(entries[-MOST_SAMPLES:]):
        if flags & RETAIN or not payload:
            continue
        if len(payload) > LONGEST_PAYLOAD_BYTES or (
            detail is not None and detail.full_size_bytes is not None
        ):
            samples.append(Sample(received_at, payload, Kind.UNREAD, None))
            continue
        size_bytes += len(payload)
        if size_bytes > MOST_BYTES:
            break
        kind, value = _read(payload)
        samples.append(Sample(received_at, payload, kind, value))
    samples.reverse()
    return samples


def is_nearly_json(payload: bytes) -> bool:
    """Return whether a payload begins like JSON and is none; a long one is not looked at."""
    if payload[:1] not in (b"{", b"[", b" ", b"\n") or len(payload) > LONGEST_PAYLOAD_BYTES:
        return False
    return _read(payload)[0] is Kind.NEARLY_JSON


def json_problem(payload: bytes) -> str | None:
    """Return why a payload that begins like JSON is none, in the words of the value view."""
    return decode(payload, LONGEST_PAYLOAD_BYTES).error


def numbers(value: object, depth: int = 1) -> Iterator[tuple[str, float]]:
    """Yield the members of a JSON object that are numbers, with their keys, nested ones too."""
    if not isinstance(value, dict) or depth > _DEEPEST_OBJECT:
        return
    for key, member in list(value.items())[:_MOST_NUMBERS]:
        if isinstance(member, bool):
            continue
        if isinstance(member, (int, float)):
            if isfinite(member):
                yield key, member
        else:
            yield from numbers(member, depth + 1)


def _read(payload: bytes) -> tuple[Kind, Any]:
    if _NUMBER.match(payload) is not None:
        return Kind.NUMBER, _integer_or_float(payload)
    if payload.lstrip()[:1] not in (b"{", b"[") and not payload.startswith(b"\xef\xbb\xbf"):
        return Kind.TEXT, None
    try:
        return Kind.JSON, _DECODER.decode(payload.decode())
    except RecursionError:
        return Kind.UNREAD, None
    except ValueError:
        is_nearly = starts_like_json(payload.decode("utf-8", "replace")) and is_texty(
            payload, False
        )
        return (Kind.NEARLY_JSON if is_nearly else Kind.TEXT), None


def _integer_or_float(payload: bytes) -> float:
    text = payload.strip()
    if text.lstrip(b"+-").isdigit():
        return int(text)
    number = float(text)
    return number if isfinite(number) else 0.0


def _json_integer(text: str) -> float:
    # Thousands of digits would be refused by int() and say nothing that a float does not.
    return int(text) if len(text) <= 18 else float(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_int=_json_integer, parse_constant=_refuse_constant)
