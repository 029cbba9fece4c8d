"""The file that keeps retained messages, so that they can be put back (docs/retained.md).

JSON Lines: the first line says what the file is, every other line is one message. Payloads,
topics and properties come back byte for byte.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mqttui.core.retained.fetching import RetainedMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FORMAT = "mqttui retained messages"
VERSION = 1
SUFFIX = ".jsonl"
_NAME_CHARACTERS = 40
_MOST_PROBLEMS = 20


class BackupError(Exception):
    """A file is not a backup at all; the text is a plain sentence."""


@dataclass(frozen=True, slots=True)
class BackupHeader:
    """What a backup is of.

    `broker` is the broker's label, `topic_filter` what was asked for, `saved_at` seconds since
    the epoch, `count` the number of messages.
    """

    broker: str
    topic_filter: str
    saved_at: float
    count: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read; `problems` are sentences on lines that could not be used."""

    header: BackupHeader
    messages: tuple[RetainedMessage, ...]
    problems: tuple[str, ...] = ()


def backup_name(header: BackupHeader) -> str:
    """Return a harmless file name without a suffix: the time in UTC, broker and topics."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(header.saved_at))
    what = re.sub(r"[^A-Za-z0-9.]+", "-", f"{header.broker} {header.topic_filter}").strip("-.")
    return f"{stamp}-{what[:_NAME_CHARACTERS].rstrip('-.') or 'retained'}"


def backup_lines(header: BackupHeader, messages: Iterable[RetainedMessage]) -> Iterator[str]:
    """Yield the lines of a backup, with their line ends."""
    yield _line(
        {
            "format": FORMAT,
            "version": VERSION,
            "broker": header.broker,
            "topic_filter": header.topic_filter,
            "saved_at": header.saved_at,
            "messages": header.count,
        }
    )
    for message in messages:
        values: dict[str, Any] = {}
        _put(values, "topic", message.topic)
        _put(values, "payload", message.payload)
        values["qos"] = message.qos
        if message.properties:
            values["properties_base64"] = base64.b64encode(message.properties).decode()
        yield _line(values)


def read_header(line: str, name: str) -> BackupHeader:
    """Return the header in the first line of the file `name`; raises `BackupError`."""
    values = _values(line)
    if values is None or values.get("format") != FORMAT:
        raise BackupError(f"{name} is not a backup of retained messages.")
    if values.get("version") != VERSION:
        raise BackupError(f"{name} was written by another version of mqttui, it cannot be read.")
    broker, topic_filter = values.get("broker"), values.get("topic_filter")
    saved_at, count = values.get("saved_at"), values.get("messages")
    if (
        not isinstance(broker, str)
        or not isinstance(topic_filter, str)
        or not isinstance(saved_at, int | float)
        or not isinstance(count, int)
        or not abs(saved_at) < 1e11
    ):
        raise BackupError(f"{name}, line 1: the description of the backup is damaged.")
    return BackupHeader(broker, topic_filter, float(saved_at), count)


def read_backup(lines: Iterable[str], name: str) -> Backup:
    """Return the backup in the lines of the file `name`; raises `BackupError`.

    Lines that are damaged are left out, and `problems` says which. A topic that comes twice has
    the value that comes last.
    """
    numbered = enumerate(lines, 1)
    _, first = next(numbered, (1, ""))
    header = read_header(first, name)
    found: dict[bytes, RetainedMessage] = {}
    problems: list[str] = []
    read = 0
    for number, line in numbered:
        if not line.strip():
            continue
        read += 1
        try:
            message = _message(line)
        except ValueError as error:
            problems.append(f"{name}, line {number}: {error}; this message is left out.")
        else:
            found[message.topic] = message
    if read != header.count:
        problems.insert(0, f"{name} has {read:,} messages instead of {header.count:,}: it was cut.")
    if len(problems) > _MOST_PROBLEMS:
        more = len(problems) - _MOST_PROBLEMS
        problems[_MOST_PROBLEMS:] = [f"{name}: {more:,} more lines are damaged and left out."]
    return Backup(header, tuple(found.values()), tuple(problems))


def header_of(
    broker: str, topic_filter: str, saved_at: float, messages: Sequence[RetainedMessage]
) -> BackupHeader:
    """Return the header for these messages."""
    return BackupHeader(broker, topic_filter, saved_at, len(messages))


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=True) + "\n"


def _put(values: dict[str, Any], name: str, data: bytes) -> None:
    """Write bytes as text where they are text, so that a person can read the file."""
    try:
        values[name] = data.decode()
    except UnicodeDecodeError:
        values[f"{name}_base64"] = base64.b64encode(data).decode()


def _values(line: str) -> dict[str, Any] | None:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _message(line: str) -> RetainedMessage:
    """Return the message in a line; raises ValueError with what is wrong, in a few words."""
    values = _values(line)
    if values is None:
        raise ValueError("not a JSON object")
    qos = values.get("qos")
    if type(qos) is not int or qos not in (0, 1, 2):
        raise ValueError("the qos must be 0, 1 or 2")
    topic = _bytes(values, "topic")
    if not topic:
        raise ValueError("the topic is missing")
    payload = _bytes(values, "payload")
    if payload is None:
        raise ValueError("the payload is missing")
    return RetainedMessage(topic, payload, qos, _bytes(values, "properties") or b"")


def _bytes(values: dict[str, Any], name: str) -> bytes | None:
    """Return what `_put` wrote, None if it is not there; raises ValueError."""
    text = values.get(name)
    if text is not None:
        if not isinstance(text, str):
            raise ValueError(f"the {name} must be text")
        try:
            return text.encode()
        except UnicodeEncodeError:
            raise ValueError(f"the {name} is not valid text") from None
    coded = values.get(f"{name}_base64")
    if coded is None:
        return None
    try:
        return base64.b64decode(coded, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError(f"{name}_base64 is not valid base64") from None
