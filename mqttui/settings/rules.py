"""What one value of a setting may be, whether it was typed or stands in a TOML file.

A rule turns text (`of_text`: an option, an environment variable, a form field) or a TOML value
(`of_toml`) into a checked value, or raises `BadValueError`. The error's text is the end of a
sentence that the caller begins with the name of the setting, as the user spelled it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T_co = TypeVar("T_co", covariant=True)
ChoiceT = TypeVar("ChoiceT", bound=str)

# UTF-8 strings and binary data carry a two-byte length (MQTT 5.0 sections 1.5.4 and 1.5.6).
MAX_FIELD_BYTES = 65535
_SHOWN_CHARS = 48


class BadValueError(ValueError):
    """A value that cannot be used; the text ends a sentence that starts with its name."""

    def about(self, name: str) -> str:
        """Return the whole sentence."""
        return f"{name} {self}."


class Rule(Protocol[T_co]):
    """Checks one value."""

    def of_text(self, text: str) -> T_co:
        """Return the value that a text stands for; raise `BadValueError`."""

    def of_toml(self, value: object) -> T_co:
        """Return the value of a TOML key; raise `BadValueError` for a wrong type or range."""


def shown(value: object) -> str:
    """Return a value for a sentence: quoted, shortened, without control characters."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"


def kind_of(value: object) -> str:
    """Return the name of a TOML value's type in plain words."""
    kinds = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), "a date or time")


def text_in_quotes(value: object) -> str:
    """Return a TOML value that is text; raise `BadValueError` for any other."""
    if not isinstance(value, str):
        raise BadValueError(f"must be text in quotes, not {kind_of(value)}")
    return value


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number from `low` to `high`, both included."""

    low: int
    high: int
    unit: str = ""

    def of_text(self, text: str) -> int:
        """Return the number; only ASCII digits with an optional sign count as one."""
        if not re.fullmatch(r"[+-]?[0-9]{1,12}", text.strip()):
            raise BadValueError(f"must be {self._wanted()}, not {shown(text)}")
        return self._in_range(int(text))

    def of_toml(self, value: object) -> int:
        """Return the number; true, false and text are refused."""
        if type(value) is not int:
            raise BadValueError(f"must be {self._wanted()}, not {kind_of(value)}")
        return self._in_range(value)

    def _in_range(self, number: int) -> int:
        if not self.low <= number <= self.high:
            raise BadValueError(f"must be {self._wanted()}, not {number}")
        return number

    def _wanted(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"a whole number from {self.low} to {self.high}{unit}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`, both included."""

    low: float
    high: float
    unit: str = ""

    def of_text(self, text: str) -> float:
        """Return the number."""
        if not re.fullmatch(r"[+-]?[0-9]{1,12}(\.[0-9]{1,12})?", text.strip()):
            raise BadValueError(f"must be {self._wanted()}, not {shown(text)}")
        return self._in_range(float(text))

    def of_toml(self, value: object) -> float:
        """Return the number; true, false and text are refused."""
        if type(value) not in (int, float):
            raise BadValueError(f"must be {self._wanted()}, not {kind_of(value)}")
        return self._in_range(float(str(value)))

    def _in_range(self, number: float) -> float:
        # Written so that a TOML `nan` is refused too.
        if not self.low <= number <= self.high:
            raise BadValueError(f"must be {self._wanted()}, not {number:g}")
        return number

    def _wanted(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"a number from {self.low:g} to {self.high:g}{unit}"


@dataclass(frozen=True, slots=True)
class Size:
    """A number of bytes written like `256MB`, `512KiB` or `4096`.

    kB, MB and GB are powers of 1000, KiB, MiB and GiB powers of 1024.
    """

    low_bytes: int
    high_bytes: int

    def of_text(self, text: str) -> int:
        """Return the size in bytes."""
        match = re.fullmatch(
            r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([kmg]i?b?|b?)", text.strip(), re.IGNORECASE
        )
        if match is None:
            raise BadValueError(f"must be a size like 64MB or 512KiB, not {shown(text)}")
        unit = match[2].lower().removesuffix("b")
        base = 1024 if unit.endswith("i") else 1000
        exponent = " kmg".index(unit[0]) if unit else 0
        size_bytes = round(float(match[1]) * base**exponent)
        return self._in_range(size_bytes, shown(text))

    def of_toml(self, value: object) -> int:
        """Return the size in bytes of a text like `"64MB"` or of a number of bytes."""
        if type(value) is int:
            return self._in_range(value, f"{value}")
        if isinstance(value, str):
            return self.of_text(value)
        raise BadValueError(f'must be a size like "64MB", not {kind_of(value)}')

    def _in_range(self, size_bytes: int, text: str) -> int:
        if not self.low_bytes <= size_bytes <= self.high_bytes:
            low, high = size_text(self.low_bytes), size_text(self.high_bytes)
            raise BadValueError(f"must be from {low} to {high}, not {text}")
        return size_bytes


def size_text(size_bytes: int) -> str:
    """Return a size in the largest unit that divides it: `256MB`, `1MiB`, `1500`."""
    units = {"GiB": 1024**3, "MiB": 1024**2, "KiB": 1024, "GB": 1000**3, "MB": 1000**2, "kB": 1000}
    fitting = [
        (size_bytes // unit_bytes, unit)
        for unit, unit_bytes in units.items()
        if size_bytes and size_bytes % unit_bytes == 0
    ]
    number, unit = min(fitting, default=(size_bytes, ""))
    return f"{number}{unit}"


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false; as text also yes/no, on/off and 1/0."""

    def of_text(self, text: str) -> bool:
        """Return what the text says."""
        word = text.strip().lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        raise BadValueError(f"must be 1, true, yes, on, 0, false, no or off, not {shown(text)}")

    def of_toml(self, value: object) -> bool:
        """Return the value; 0, 1 and text are refused."""
        if not isinstance(value, bool):
            raise BadValueError(f"must be true or false, not {kind_of(value)}")
        return value


@dataclass(frozen=True, slots=True)
class Text:
    """Text for a UTF-8 string of MQTT: at most 65535 bytes, no control characters.

    MQTT 5.0 section 1.5.4 forbids U+0000 and lone surrogates and lets a broker close the
    connection for the other control characters.
    """

    may_be_empty: bool = False

    def of_text(self, text: str) -> str:
        """Return the text as it is."""
        if not text and not self.may_be_empty:
            raise BadValueError("must not be empty")
        if any(c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in text):
            raise BadValueError("must not contain control characters")
        if len(text.encode()) > MAX_FIELD_BYTES:
            raise BadValueError(f"must not be longer than {MAX_FIELD_BYTES} bytes")
        return text

    def of_toml(self, value: object) -> str:
        """Return the text; everything else is refused."""
        return self.of_text(text_in_quotes(value))


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table that gives names texts; its keys are judged by whoever knows them."""

    def of_text(self, text: str) -> dict[str, str]:
        """Return nothing: a table can only stand in a file."""
        raise BadValueError("can only be set in a file")

    def of_toml(self, value: object) -> dict[str, str]:
        """Return the table; quoted and dotted names mean the same."""
        if not isinstance(value, dict):
            raise BadValueError(f"must be a table, not {kind_of(value)}")
        texts = {}
        for name, each in _flat(value):
            if not isinstance(each, str):
                raise BadValueError(f"has {name!r}, which must be text, not {kind_of(each)}")
            texts[name] = each
        return texts


def _flat(table: dict[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield what a table and the tables in it say, by dotted names."""
    for name, value in table.items():
        if isinstance(value, dict) and not prefix:
            yield from _flat(value, f"{name}.")
        else:
            yield prefix + name, value


@dataclass(frozen=True, slots=True)
class Bytes:
    """Binary data written as text and kept as its UTF-8 bytes, at most 65535."""

    def of_text(self, text: str) -> bytes:
        """Return the UTF-8 bytes; what was no UTF-8 on the command line comes back as it was."""
        data = text.encode("utf-8", "surrogateescape")
        if len(data) > MAX_FIELD_BYTES:
            raise BadValueError(f"must not be longer than {MAX_FIELD_BYTES} bytes")
        return data

    def of_toml(self, value: object) -> bytes:
        """Return the UTF-8 bytes of a text."""
        return self.of_text(text_in_quotes(value))


@dataclass(frozen=True, slots=True)
class Choice(Generic[ChoiceT]):
    """One of a few words."""

    words: tuple[ChoiceT, ...]

    def of_text(self, text: str) -> ChoiceT:
        """Return the word; upper and lower case are the same."""
        for word in self.words:
            if word == text.strip().lower():
                return word
        raise BadValueError(f"must be {self._wanted()}, not {shown(text)}")

    def of_toml(self, value: object) -> ChoiceT:
        """Return the word; everything but text is refused."""
        if not isinstance(value, str):
            raise BadValueError(f"must be {self._wanted()} in quotes, not {kind_of(value)}")
        return self.of_text(value)

    def _wanted(self) -> str:
        return f"{', '.join(self.words[:-1])} or {self.words[-1]}"
