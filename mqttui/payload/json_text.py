"""JSON laid out for reading, token by token, from the whole of a payload or from its beginning.

The layout keeps what was sent: numbers digit by digit, keys in their order and as often as they
occur. A parser would lose duplicate keys, round numbers, give up on deep nesting and could not
work on a payload whose end is missing. The grammar is that of RFC 8259.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

INDENT = "  "
_DEEPEST_INDENT = 24
_ONE_LINE_COLUMNS = 60

# Bounds the time of one layout to about ten milliseconds, whatever the payload.
MOST_PARTS = 20_000

_WS = r"[ \t\r\n]*"
_STRING = r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"'
_SCALAR = r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])"
_TOKEN = re.compile(
    f"{_WS}(?:(?P<mark>[{{}}\\[\\],:])|(?P<string>{_STRING})|(?P<scalar>{_SCALAR})"
    r"|(?P<constant>(?:NaN|-?Infinity)(?![\w.+-]))|(?P<end>\Z))"
)
# A whole member with a plain value, which most of most payloads consists of, in one step.
_MEMBER = re.compile(f"{_WS}({_STRING}){_WS}:{_WS}({_STRING}|{_SCALAR}){_WS}(,?)")
_SPACE = re.compile(r"[ \t\r\n]*")
_UNFINISHED = re.compile(r'(?:"(?:[^"\\\x00-\x1f]|\\.)*\\?|[-+.\w]{1,400})\Z')
_STARTS_LIKE_JSON = re.compile(
    r"\ufeff?[ \t\r\n]*(?:\{|\[[ \t\r\n]*(?:[{\[\"\]0-9-]|(?:true|false|null|NaN|Infinity)\b|\Z))"
)
_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)

# What may come next; the words are shown to the user.
_VALUE = "a value"
_VALUE_OR_END = "a value or ']'"
_KEY = "a key in double quotes"
_KEY_OR_END = "a key in double quotes or '}'"
_COLON = "':'"
_COMMA_OR_BRACE = "',' or '}'"
_COMMA_OR_BRACKET = "',' or ']'"
_NOTHING = "the end"


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """JSON laid out on lines; `used_characters` of the input are in it.

    `problem` is a sentence about something that is wrong but can be read past (a duplicate key,
    NaN), else None.
    """

    text: str
    problem: str | None
    used_characters: int


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """Why a text is not JSON."""

    sentence: str


def starts_like_json(text: str) -> bool:
    """Whether `text` begins as a JSON object or array does; scalars count as plain text."""
    return _STARTS_LIKE_JSON.match(text) is not None


def lay_out(text: str, is_cut: bool, limit_characters: int) -> JsonLayout | JsonProblem:
    """Return `text` with one member per line, short arrays of scalars on one line.

    `is_cut` says that `text` is only a beginning, so that a missing end is no problem. The layout
    stops after `limit_characters`, which indentation could otherwise exceed many times, and
    after `MOST_PARTS` tokens.
    """
    return _Layout(text, is_cut, limit_characters).run()


class _Level:
    """One open object or array."""

    __slots__ = ("first_part", "is_flat", "keys", "members")

    def __init__(self, is_object: bool, first_part: int) -> None:
        self.keys: set[str] | None = set() if is_object else None
        self.first_part = first_part
        self.members = 0
        self.is_flat = not is_object


class _Layout:
    def __init__(self, text: str, is_cut: bool, limit_characters: int) -> None:
        self._text = text
        self._is_cut = is_cut
        self._limit = limit_characters
        self._parts: list[str] = []
        self._size = 0
        self._levels: list[_Level] = []
        self._problem: str | None = None
        self._expected = _VALUE

    def run(self) -> JsonLayout | JsonProblem:
        text = self._text
        position = 0
        if text.startswith("\ufeff"):
            position = 1
            self._problem = "not valid JSON: starts with a byte order mark"
        while True:
            if self._expected is _KEY or self._expected is _KEY_OR_END:
                member = _MEMBER.match(text, position)
                if member is not None:
                    self._member(member)
                    position = member.end()
                    if not self._is_full():
                        continue
                    return JsonLayout("".join(self._parts), self._problem, position)
            token = _TOKEN.match(text, position)
            if token is None:
                return self._stuck(position)
            kind = token.lastgroup
            if kind == "end":
                return self._ended(position)
            assert kind is not None
            word = token.group(kind)
            is_accepted = (
                self._mark(word)
                if kind == "mark"
                else self._string(word, token.start(kind))
                if kind == "string"
                else self._scalar(word, token.start(kind), kind == "constant")
            )
            if not is_accepted:
                return self._unexpected(token.start(kind))
            position = token.end()
            if self._is_full():
                return JsonLayout("".join(self._parts), self._problem, position)

    def _is_full(self) -> bool:
        return self._size > self._limit or len(self._parts) > MOST_PARTS

    def _ended(self, position: int) -> JsonLayout | JsonProblem:
        if self._expected is _NOTHING or self._is_cut:
            return JsonLayout("".join(self._parts), self._problem, len(self._text))
        return JsonProblem(
            f"not valid JSON: ends where {self._expected} is expected, at {self._place(position)}"
        )

    def _stuck(self, position: int) -> JsonLayout | JsonProblem:
        space = _SPACE.match(self._text, position)
        start = space.end() if space is not None else position
        is_word_expected = self._expected in (_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END)
        if self._is_cut and is_word_expected and _UNFINISHED.match(self._text, start):
            is_in_array = bool(self._levels) and self._levels[-1].keys is None
            if is_in_array or self._expected in (_KEY, _KEY_OR_END):
                self._new_member()
            self._put(self._text[start:])
            return JsonLayout("".join(self._parts), self._problem, len(self._text))
        return self._unexpected(start)

    def _unexpected(self, position: int) -> JsonProblem:
        place = self._place(position)
        found = self._text[position]
        if found == '"' and self._expected in (_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END):
            return JsonProblem(f"not valid JSON: a string does not end well, at {place}")
        if self._expected is _NOTHING:
            return JsonProblem(f"not valid JSON: more text after the end, at {place}")
        if self._expected is _VALUE and found in "]}" and self._parts[-1:] == [","]:
            return JsonProblem(f"not valid JSON: a comma too many, at {place}")
        if self._expected is _KEY and found == "}":
            return JsonProblem(f"not valid JSON: a comma too many, at {place}")
        return JsonProblem(f"not valid JSON: expected {self._expected}, at {place}")

    def _place(self, position: int) -> str:
        line = self._text.count("\n", 0, position) + 1
        column = position - self._text.rfind("\n", 0, position)
        return f"line {line:,}, column {column:,}"

    def _put(self, part: str) -> None:
        self._parts.append(part)
        self._size += len(part)

    def _new_member(self) -> None:
        if self._levels:
            self._levels[-1].members += 1
            self._put("\n" + INDENT * min(len(self._levels), _DEEPEST_INDENT))

    def _after_value(self) -> None:
        if not self._levels:
            self._expected = _NOTHING
        elif self._levels[-1].keys is None:
            self._expected = _COMMA_OR_BRACKET
        else:
            self._expected = _COMMA_OR_BRACE

    def _begin_value(self) -> bool:
        """Take the place of a value; False when none may stand here."""
        if self._expected not in (_VALUE, _VALUE_OR_END):
            return False
        if self._levels and self._levels[-1].keys is None:
            self._new_member()
        return True

    def _member(self, member: re.Match[str]) -> None:
        key, value, comma = member.groups()
        if "\\u" in value:
            value = _ESCAPES.sub(_unescape, value)
        key = self._key(key, member.start(1))
        self._levels[-1].members += 1
        indent = INDENT * min(len(self._levels), _DEEPEST_INDENT)
        self._put(f"\n{indent}{key}: {value}{comma}")
        self._expected = _KEY if comma else _COMMA_OR_BRACE

    def _key(self, word: str, position: int) -> str:
        """Return a key as it is shown, and note if its object has it already."""
        if "\\u" in word:
            word = _ESCAPES.sub(_unescape, word)
        keys = self._levels[-1].keys
        if keys is not None:
            if word in keys:
                self._note(f"the key {word[:42]} occurs more than once", position)
            keys.add(word)
        return word

    def _mark(self, mark: str) -> bool:
        expected = self._expected
        if mark == ",":
            if expected is _COMMA_OR_BRACE:
                self._expected = _KEY
            elif expected is _COMMA_OR_BRACKET:
                self._expected = _VALUE
            else:
                return False
            self._put(",")
        elif mark == ":":
            if expected is not _COLON:
                return False
            self._put(": ")
            self._expected = _VALUE
        elif mark in "{[":
            if not self._begin_value():
                return False
            if self._levels:
                self._levels[-1].is_flat = False
            self._levels.append(_Level(mark == "{", len(self._parts)))
            self._put(mark)
            self._expected = _KEY_OR_END if mark == "{" else _VALUE_OR_END
        elif mark == "}":
            if expected not in (_COMMA_OR_BRACE, _KEY_OR_END):
                return False
            self._close(mark)
        else:
            if expected not in (_COMMA_OR_BRACKET, _VALUE_OR_END):
                return False
            self._close(mark)
        return True

    def _close(self, mark: str) -> None:
        level = self._levels.pop()
        if level.members:
            if level.is_flat and self._fits_one_line(level):
                members = (part.strip() for part in self._parts[level.first_part :])
                line = "".join(", " if part == "," else part for part in members)
                del self._parts[level.first_part :]
                self._parts.append(line)
            else:
                self._put("\n" + INDENT * min(len(self._levels), _DEEPEST_INDENT))
        self._put(mark)
        self._after_value()

    def _fits_one_line(self, level: _Level) -> bool:
        parts = self._parts
        if len(parts) - level.first_part > _ONE_LINE_COLUMNS * 2:
            return False
        return sum(len(part.strip()) for part in parts[level.first_part :]) <= _ONE_LINE_COLUMNS

    def _string(self, word: str, position: int) -> bool:
        if self._expected in (_KEY, _KEY_OR_END):
            self._new_member()
            self._put(self._key(word, position))
            self._expected = _COLON
            return True
        if "\\u" in word:
            word = _ESCAPES.sub(_unescape, word)
        if not self._begin_value():
            return False
        self._put(word)
        self._after_value()
        return True

    def _scalar(self, word: str, position: int, is_constant: bool) -> bool:
        if not self._begin_value():
            return False
        if is_constant:
            self._note(f"not valid JSON: {word}", position)
        self._put(word)
        self._after_value()
        return True

    def _note(self, what: str, position: int) -> None:
        # Only the first is shown, so only its place is worth counting lines for.
        if self._problem is None:
            self._problem = f"{what}, at {self._place(position)}"


def _unescape(escape: re.Match[str]) -> str:
    r"""Return what an escape stands for when it can be shown as it is; `\n`, `\"` stay escaped."""
    sequence = escape.group()
    if len(sequence) == 12:
        high, low = int(sequence[2:6], 16), int(sequence[8:], 16)
        character = chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    elif len(sequence) == 6:
        character = chr(int(sequence[2:], 16))
    else:
        return sequence
    return character if character.isprintable() and character not in '"\\' else sequence
