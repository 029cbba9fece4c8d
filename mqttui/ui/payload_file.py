"""Files whose content is published."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from mqttui.core.publish.composing import MAX_FILE_BYTES
from mqttui.payload.printable import printable
from mqttui.payload.quantities import size_text
from mqttui.ui.glyphs import ELLIPSIS

_SHOWN_CHARACTERS = 36


class BadFile(ValueError):
    """A file that cannot be published; the text is one plain sentence that names it."""


def file_size(path_text: str) -> int:
    """Return the size in bytes of a file that can be published; raise `BadFile`."""
    path = _path_of(path_text)
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(path_text, error) from None
    return _checked(path_text, facts)


def read_file(path_text: str) -> bytes:
    """Return the content of a file; raise `BadFile`. Reads no more than is published."""
    path = _path_of(path_text)
    try:
        # Opening a pipe would wait for its other end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            _checked(path_text, os.fstat(stream.fileno()))
            content = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, BadFile):
            raise
        raise _unreadable(path_text, error) from None
    if len(content) > MAX_FILE_BYTES:
        raise _too_large(path_text, len(content))
    return content


def _shown(path_text: str) -> str:
    """Return the end of a path, which tells it apart, safe for a terminal."""
    shown = printable(path_text.strip())
    return shown if len(shown) <= _SHOWN_CHARACTERS else ELLIPSIS + shown[-_SHOWN_CHARACTERS:]


def _path_of(text: str) -> Path:
    try:
        return Path(text.strip()).expanduser()
    except RuntimeError as error:
        raise _unreadable(text, error) from None


def _checked(path_text: str, facts: os.stat_result) -> int:
    if not stat.S_ISREG(facts.st_mode):
        raise BadFile(f"{_shown(path_text)} is not a file.")
    if facts.st_size > MAX_FILE_BYTES:
        raise _too_large(path_text, facts.st_size)
    return facts.st_size


def _too_large(path_text: str, size_bytes: int) -> BadFile:
    limit, size = size_text(MAX_FILE_BYTES), size_text(size_bytes)
    return BadFile(f"{_shown(path_text)} has {size}; at most {limit} are published.")


def _unreadable(path_text: str, error: Exception) -> BadFile:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return BadFile(f"{_shown(path_text)} cannot be read: {printable(why or 'no such file')}.")
