"""Variables in what is published: `{{now}}`, `{{counter}}`, `{{random 0 100}}` and others.

`{{{{` stands for two braces that are sent as they are. A variable that is not known is an error:
it is never sent raw.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(r"\{\{\{\{|\{\{(?P<body>[^{}]*)\}\}|\{\{")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.([0-9]{1,9}))?")
_SHOWN_CHARACTERS = 40
_MOST_RANDOM_BYTES = 64
_ADVICE = "Write {{{{ for {{ as it is, or turn variables off."


@dataclass(frozen=True, slots=True)
class Moment:
    """What variables stand for in one message.

    `now` is in seconds since the epoch. `number` counts messages from 0. `random` is used up
    by what is expanded: the same seed gives the same text.
    """

    now: float
    number: int
    random: Random


@dataclass(slots=True)
class Variables:
    """Goes from message to message; what a preview shows is what is sent, but for the time."""

    number: int = 0
    _seed: int = field(default_factory=lambda: Random().getrandbits(64))  # noqa: S311  # no secret

    def moment(self, now: float) -> Moment:
        """Return what variables stand for in the next message."""
        return Moment(now, self.number, Random(self._seed))  # noqa: S311  # no secret

    def advance(self) -> None:
        """Note that a message was sent."""
        self.number += 1
        self._seed = Random(self._seed).getrandbits(64)  # noqa: S311  # no secret

    def restart(self) -> None:
        """Let counters begin again."""
        self.number = 0


class BadVariable(ValueError):
    """A variable that stands for nothing; the text is one plain sentence, safe for a terminal.

    `position` is where it begins in the text.
    """

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(sentence)
        self.position = position


@dataclass(frozen=True, slots=True)
class Variable:
    """How a variable is written and what it stands for, for the help."""

    usage: str
    meaning: str


def has_variables(text: str) -> bool:
    """Return whether anything in a text would be replaced."""
    return "{{" in text


@dataclass(frozen=True, slots=True)
class Replacement:
    """A variable from `typed_start` to `typed_end` became what is from `start` to `end`."""

    typed_start: int
    typed_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text with its variables replaced."""

    text: str
    replacements: tuple[Replacement, ...] = ()

    def origin_of(self, position: int) -> int:
        """Return where in the text as typed a character comes from, its variable if it has one."""
        shift = 0
        for each in self.replacements:
            if position < each.start:
                break
            if position < each.end:
                return each.typed_start
            shift = each.typed_end - each.end
        return position + shift


def expand(text: str, moment: Moment) -> Expanded:
    """Return a text with its variables replaced; raise `BadVariable` for the first unknown one."""
    if not has_variables(text):
        return Expanded(text)
    pieces: list[str] = []
    replacements: list[Replacement] = []
    size = copied = 0
    for token in _TOKEN.finditer(text):
        value = _value_of(token, moment)
        pieces += [text[copied : token.start()], value]
        start = size + token.start() - copied
        size = start + len(value)
        copied = token.end()
        replacements.append(Replacement(token.start(), copied, start, size))
    pieces.append(text[copied:])
    return Expanded("".join(pieces), tuple(replacements))


def _value_of(token: re.Match[str], moment: Moment) -> str:
    if token.group() == "{{{{":
        return "{{"
    body = token.group("body")
    if body is None:
        raise BadVariable(f"There is a {{{{ without its }}}}. {_ADVICE}", token.start())
    name, *arguments = body.split() or [""]
    make = _MAKERS.get(name)
    if make is None:
        raise BadVariable(_unknown(body, name), token.start())
    try:
        return make(arguments, moment)
    except _BadArguments as problem:
        raise BadVariable(f"{_quoted(body)}: {problem}", token.start()) from None


class _BadArguments(ValueError):
    """The text says what is wanted."""


def _quoted(body: str) -> str:
    shown = printable(body[:_SHOWN_CHARACTERS])
    return "{{" + shown + ("…" if len(body) > _SHOWN_CHARACTERS else "") + "}}"


def _unknown(body: str, name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name[:_SHOWN_CHARACTERS], list(_MAKERS), n=1, cutoff=0.5)
    hint = f"; did you mean {{{{{close[0]}}}}}?" if close else f": there are {', '.join(_MAKERS)}."
    return f"{_quoted(body)} is not a variable{hint} {_ADVICE}"


def _now(arguments: list[str], moment: Moment) -> str:
    form = arguments[0] if arguments else "unix"
    if len(arguments) > 1 or form not in _TIME_FORMS:
        raise _BadArguments("now is followed by nothing or one of s, ms, iso, local.")
    return _TIME_FORMS[form](moment.now)


_TIME_FORMS: dict[str, Callable[[float], str]] = {
    "unix": lambda now: f"{now:.3f}",
    "s": lambda now: str(int(now)),
    "ms": lambda now: str(int(now * 1000)),
    "iso": lambda now: (
        datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    ),
    "local": lambda now: (
        datetime.fromtimestamp(now, UTC).astimezone().isoformat(timespec="milliseconds")
    ),
}


def _counter(arguments: list[str], moment: Moment) -> str:
    first, _ = _number(arguments[0]) if arguments else (1.0, 0)
    if len(arguments) > 1 or not first.is_integer():
        raise _BadArguments("counter is followed by nothing or by its first number.")
    return str(int(first) + moment.number)


def _random(arguments: list[str], moment: Moment) -> str:
    if len(arguments) != 2:
        raise _BadArguments("random is followed by the lowest and the highest number.")
    (low, low_digits), (high, high_digits) = map(_number, arguments)
    if low > high:
        raise _BadArguments("the lowest number comes first.")
    digits = max(low_digits, high_digits)
    scale = 10**digits
    value = moment.random.randint(round(low * scale), round(high * scale))
    return f"{value / scale:.{digits}f}" if digits else str(value)


def _number(text: str) -> tuple[float, int]:
    """Return a number and how many digits stand after its point."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _BadArguments(f"{printable(text[:_SHOWN_CHARACTERS])} is not a number.")
    return float(text), len(match[1] or "")


def _choice(arguments: list[str], moment: Moment) -> str:
    if not arguments:
        raise _BadArguments("choice is followed by what there is to choose from.")
    return moment.random.choice(arguments)


def _uuid(arguments: list[str], moment: Moment) -> str:
    if arguments:
        raise _BadArguments("nothing follows uuid.")
    return str(uuid.UUID(int=moment.random.getrandbits(128), version=4))


def _hex(arguments: list[str], moment: Moment) -> str:
    size, _ = _number(arguments[0]) if arguments else (4.0, 0)
    if len(arguments) > 1 or not size.is_integer() or not 1 <= size <= _MOST_RANDOM_BYTES:
        raise _BadArguments(f"hex is followed by a number of bytes from 1 to {_MOST_RANDOM_BYTES}.")
    return moment.random.randbytes(int(size)).hex()


_MAKERS: dict[str, Callable[[list[str], Moment], str]] = {
    "now": _now,
    "counter": _counter,
    "random": _random,
    "choice": _choice,
    "uuid": _uuid,
    "hex": _hex,
}

VARIABLES = (
    Variable("{{now}}", "seconds since 1970 with milliseconds"),
    Variable("{{now s}} {{now ms}}", "whole seconds, milliseconds"),
    Variable("{{now iso}} {{now local}}", "ISO 8601 in UTC, in local time"),
    Variable("{{counter}} {{counter 0}}", "1, 2, 3, ...; from 0 on"),
    Variable("{{random 0 100}} {{random 0 1.00}}", "a whole number, one with two decimals"),
    Variable("{{choice on off}}", "one of these words"),
    Variable("{{uuid}} {{hex 4}}", "a random UUID, 4 random bytes"),
    Variable("{{{{", "two braces as they are"),
)
