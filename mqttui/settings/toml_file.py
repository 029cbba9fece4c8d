"""TOML files that people write by hand: reading with exact complaints, replacing in one step.

What only a file or a mistake needs is imported on use: most starts have neither.
"""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mqttui.settings.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED_KEY = rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*="
_HEADER = rf"\s*\[\[?\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]\]?\s*(?:#.*)?$"


class SettingsError(Exception):
    """Something that a user must know about a settings file or option; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a TOML file, its text, and why it could not be read, in sentences."""

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    text: str = field(default="", repr=False)
    problems: tuple[str, ...] = ()

    def place(self, key_path: tuple[str, ...]) -> str:
        """Return `FILE, line N` of a key, or `FILE` where the line is not found."""
        line = line_of(self.text, key_path)
        return f"{self.path}, line {line}" if line else f"{self.path}"


def read_toml(path: Path) -> Document:
    """Return a file's values; a missing file is empty, a broken one is empty with a problem."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Document(path)
    except UnicodeDecodeError:
        return Document(path, problems=(f"{path} is not UTF-8 text, so nothing of it is used.",))
    except OSError as error:
        return Document(path, problems=(f"{path} cannot be read: {error.strerror}.",))
    import tomllib

    try:
        return Document(path, tomllib.loads(text), text)
    except tomllib.TOMLDecodeError as error:
        sentence = f"{path} is not valid TOML, so nothing of it is used: {error}."
        return Document(path, text=text, problems=(sentence,))
    except RecursionError:
        sentence = f"{path} is nested too deeply, so nothing of it is used."
        return Document(path, text=text, problems=(sentence,))


def line_of(text: str, key_path: tuple[str, ...]) -> int | None:
    """Return the line, from 1, where a key of a valid TOML text stands, or None.

    Where the key itself is not found (inside an inline table, say) it is the line of the
    nearest table around it. Lines inside multi-line texts may be taken for keys.
    """
    table: tuple[str, ...] = ()
    best_line, best_length = None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(_HEADER, line):
            found = table = _parts(header[1])
        elif key := re.match(_DOTTED_KEY, line):
            found = (*table, *_parts(key[1]))
        else:
            continue
        common = min(len(found), len(key_path))
        if common > best_length and found[:common] == key_path[:common]:
            best_line, best_length = number, common
    return best_line


def without_table(text: str, table: tuple[str, ...]) -> str:
    """Return a TOML text without a table and those inside it, as far as they have headers.

    Comments right above the header that follows stay.
    """
    kept: list[str] = []
    is_inside = False
    undecided: list[str] = []
    for line in text.splitlines(keepends=True):
        if header := re.match(_HEADER, line):
            was_inside, is_inside = is_inside, _parts(header[1])[: len(table)] == table
            if not is_inside and was_inside:
                kept += undecided
        if not is_inside:
            kept.append(line)
        undecided = [*undecided, line] if line.startswith("#") else []
    return "".join(kept)


def is_toml(text: str, values: dict[str, Any]) -> bool:
    """Return whether a text is TOML with these values."""
    import tomllib

    try:
        return tomllib.loads(text) == values
    except tomllib.TOMLDecodeError:
        return False


def _parts(dotted_key: str) -> tuple[str, ...]:
    """Return the parts of a dotted key, quotes resolved."""
    import tomllib

    try:
        values: Any = tomllib.loads(f"{dotted_key} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts = []
    while isinstance(values, dict):
        (part, values), *_ = values.items()
        parts.append(part)
    return tuple(parts)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like a mistyped one, or None."""
    import difflib

    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)), None)


def unknown_key(where: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence for a key that means nothing."""
    close = nearest(name, known)
    if close is None:
        return f"{where}: unknown key {name!r}; valid keys are {', '.join(known)}."
    return f"{where}: unknown key {name!r}; did you mean {close!r}?"


def replace_file(path: Path, text: str | Secret, *, mode: int | None = None) -> None:
    """Replace a file in one step, so that a reader sees the old or the new one, never a half.

    `mode` is the mode of the new file; None keeps the mode of the old one or follows the
    umask. A symbolic link is followed. Folders are made, readable by their owner alone.
    Raises `SettingsError`.
    """
    target = path.resolve()
    if mode is None:
        with contextlib.suppress(OSError):
            mode = target.stat().st_mode & 0o777
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # What a killed process of the same id may have left would make O_EXCL fail.
        draft.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(draft, flags, 0o666 if mode is None else mode)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
                if mode is not None:
                    os.fchmod(stream.fileno(), mode)
                stream.write(text.reveal() if isinstance(text, Secret) else text)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None
