"""Paths to values within a payload: the part of JSONPath (RFC 9535) that names one value.

`$.solar.v`, `$['any name'][2]`; the `$` may be left out, so that `solar.v` and `[2]` are paths.
The empty path and `$` are the whole value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.payload.tree import Scalar

Step: TypeAlias = str | int
"""The name of a member, or the number of an item; a negative one counts from the end."""

LONGEST_PATH = 2000

_SHORTHAND = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEP = re.compile(
    r"""\.?(?P<name>[^\W\d][\w-]*|(?<=\.)[\w-]+)
    |\[\s*(?P<index>-?(?:0|[1-9][0-9]{0,8}))\s*\]
    |\[\s*'(?P<single>(?:[^'\\]|\\.)*)'\s*\]
    |\[\s*"(?P<double>(?:[^"\\]|\\.)*)"\s*\]""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class PathError(ValueError):
    """Why a text is no path; the text is a sentence without a full stop."""


def parse_path(text: str) -> tuple[Step, ...]:
    """Return the steps of a path; raise `PathError`."""
    if len(text) > LONGEST_PATH:
        raise PathError(f"a path must not be longer than {LONGEST_PATH:,} characters")
    position = 1 if text.startswith("$") else 0
    steps: list[Step] = []
    while position < len(text):
        found = _STEP.match(text, position)
        is_joined = text[position] in ".[" or (position == 0 and not steps)
        if found is None or not is_joined:
            raise PathError(f"expected .name, [number] or ['name'] at character {position + 1:,}")
        if (name := found["name"]) is not None:
            steps.append(name)
        elif (index := found["index"]) is not None:
            steps.append(int(index))
        else:
            quoted = found["single"] if found["single"] is not None else found["double"]
            steps.append(_unescaped(quoted))
        position = found.end()
    return tuple(steps)


def path_text(steps: Iterable[Step]) -> str:
    """Return the path of some steps, without the `$`; `parse_path` gives the steps back."""
    text = "".join(f"[{step}]" if isinstance(step, int) else member_step(step) for step in steps)
    return text.removeprefix(".")


def member_step(key: Scalar) -> str:
    """Return a step to a member: `.name` or `['any name']` (RFC 9535 section 2.3)."""
    name = key_text(key)
    if _SHORTHAND.fullmatch(name):
        return f".{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{''.join(map(_escaped, escaped))}']"


def key_text(key: Scalar) -> str:
    """Return the name of a member whose key may be a number or bytes."""
    return key.hex() if isinstance(key, bytes) else str(key)


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_character, text)
    # Pairs of surrogates that were escaped one by one become the character they stand for.
    return plain.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def _character(escape: re.Match[str]) -> str:
    word = escape[1]
    return chr(int(word[1:], 16)) if len(word) == 5 else _ESCAPED.get(word, word)
