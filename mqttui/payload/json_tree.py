"""JSON read token by token into a tree, from the whole of a payload or from its beginning.

The tree keeps what was sent: numbers digit by digit, keys in their order and as often as they
occur. A parser would lose duplicate keys, round numbers, give up on deep nesting and could not
work on a payload whose end is missing. The grammar is that of RFC 8259.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable
from mqttui.payload.tree import Node, NodeKind, Scalar, TreeBudget

if TYPE_CHECKING:
    from collections.abc import Callable

_WS = r"[ \t\r\n]*"
_STRING = r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"'
_SCALAR = r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])"
_TOKEN = re.compile(
    f"{_WS}(?:(?P<mark>[{{}}\\[\\],:])|(?P<string>{_STRING})|(?P<scalar>{_SCALAR})"
    r"|(?P<constant>(?:NaN|-?Infinity)(?![\w.+-]))|(?P<end>\Z))"
)
# A whole member with a plain value, which most of most payloads consists of, in one step.
_MEMBER = re.compile(f"{_WS}({_STRING}){_WS}:{_WS}({_STRING}|{_SCALAR}){_WS}(,?)")
# Likewise an item of an array that is followed by another.
_ITEM = re.compile(f"{_WS}({_SCALAR}){_WS},")
_SPACE = re.compile(r"[ \t\r\n]*")
_UNFINISHED = re.compile(r'(?:"(?:[^"\\\x00-\x1f]|\\.)*\\?|[-+.\w]{1,400})\Z')
_STARTS_LIKE_JSON = re.compile(
    r"\ufeff?[ \t\r\n]*(?:\{|\[[ \t\r\n]*(?:[{\[\"\]0-9-]|(?:true|false|null|NaN|Infinity)\b|\Z))"
)
_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)
_LONGEST_INTEGER = 400

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
class JsonTree:
    """JSON as a tree; `used_characters` of the input are in it.

    `problem` is a sentence about something that is wrong but can be read past (a duplicate key,
    NaN), else None. The tree is whole when all of the input is in it and no end is missing.
    """

    root: Node
    problem: str | None
    used_characters: int


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """Why a text is not JSON."""

    sentence: str


def starts_like_json(text: str) -> bool:
    """Whether `text` begins as a JSON object or array does; scalars count as plain text."""
    return _STARTS_LIKE_JSON.match(text) is not None


def read_json(text: str, is_cut: bool, budget: TreeBudget) -> JsonTree | JsonProblem:
    """Return `text` as a tree, or why it is not JSON.

    `is_cut` says that `text` is only a beginning, so that a missing end is no problem. Reading
    stops when the budget is spent; containers that are open then are not whole.
    """
    return _Reader(text, is_cut, budget).run()


class _Level:
    """One open object or array."""

    __slots__ = ("children", "indent", "keys", "node")

    def __init__(self, node: Node, children: list[Node], depth: int) -> None:
        self.node = node
        self.children = children
        self.keys: set[str] | None = set() if node.kind == "object" else None
        self.indent = 2 * min(depth + 1, 24)


class _Reader:
    def __init__(self, text: str, is_cut: bool, budget: TreeBudget) -> None:
        self._text = text
        self._is_cut = is_cut
        self._budget = budget
        self._levels: list[_Level] = []
        self._root: Node | None = None
        self._label = ""
        self._key: str | None = None
        self._problem: str | None = None
        self._expected = _VALUE
        self._is_after_comma = False
        # Escapes become characters only where these can be shown.
        is_clean = text.isascii() and "\x7f" not in text
        self._shown: Callable[[str], str] = str if is_clean else printable

    def run(self) -> JsonTree | JsonProblem:
        text = self._text
        budget = self._budget
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
                    if budget.nodes > 0 and budget.characters > 0:
                        continue
                    return self._result(position)
            elif self._expected is _VALUE and not self._label:
                # Only in an array is a value expected after a comma and without a key.
                item = _ITEM.match(text, position) if self._levels else None
                if item is not None:
                    level = self._levels[-1]
                    word = item.group(1)
                    level.children.append(_scalar_node(word, "", None))
                    budget.nodes -= 1
                    budget.characters -= len(word) + level.indent
                    position = item.end()
                    self._is_after_comma = True
                    if budget.nodes > 0 and budget.characters > 0:
                        continue
                    return self._result(position)
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
            if budget.is_spent:
                return self._result(position)

    def _result(self, position: int) -> JsonTree:
        if self._label or self._root is None:
            self._add(Node("other", "…", None, self._label, self._key, note="unfinished"))
        assert self._root is not None
        for level in self._levels:
            level.node.is_whole = False
        return JsonTree(self._root, self._problem, position)

    def _ended(self, position: int) -> JsonTree | JsonProblem:
        if self._expected is _NOTHING or self._is_cut:
            if self._levels and self._text[-1].isdigit():
                # More digits may have been cut off.
                self._levels[-1].children[-1].note = "unfinished"
            return self._result(len(self._text))
        return JsonProblem(
            f"not valid JSON: ends where {self._expected} is expected, at {self._place(position)}"
        )

    def _stuck(self, position: int) -> JsonTree | JsonProblem:
        space = _SPACE.match(self._text, position)
        start = space.end() if space is not None else position
        expected = self._expected
        is_word_expected = expected in (_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END)
        if self._is_cut and is_word_expected and _UNFINISHED.match(self._text, start):
            word = printable(self._text[start:])
            self._add(Node("other", word, None, self._label, self._key, note="unfinished"))
            return self._result(len(self._text))
        return self._unexpected(start)

    def _unexpected(self, position: int) -> JsonProblem:
        place = self._place(position)
        found = self._text[position]
        if found == '"' and self._expected in (_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END):
            return JsonProblem(f"not valid JSON: a string does not end well, at {place}")
        if self._expected is _NOTHING:
            return JsonProblem(f"not valid JSON: more text after the end, at {place}")
        if self._expected is _VALUE and found in "]}" and self._is_after_comma:
            return JsonProblem(f"not valid JSON: a comma too many, at {place}")
        if self._expected is _KEY and found == "}":
            return JsonProblem(f"not valid JSON: a comma too many, at {place}")
        return JsonProblem(f"not valid JSON: expected {self._expected}, at {place}")

    def _place(self, position: int) -> str:
        line = self._text.count("\n", 0, position) + 1
        column = position - self._text.rfind("\n", 0, position)
        return f"line {line:,}, column {column:,}"

    def _add(self, node: Node) -> None:
        """Hang a value where it belongs."""
        if self._levels:
            self._levels[-1].children.append(node)
        else:
            self._root = node
        self._budget.spend(node, len(self._levels))
        self._label = ""
        self._key = None
        self._is_after_comma = False

    def _after_value(self) -> None:
        if not self._levels:
            self._expected = _NOTHING
        elif self._levels[-1].keys is None:
            self._expected = _COMMA_OR_BRACKET
        else:
            self._expected = _COMMA_OR_BRACE

    def _is_value_expected(self) -> bool:
        return self._expected is _VALUE or self._expected is _VALUE_OR_END

    def _member(self, member: re.Match[str]) -> None:
        label, word, comma = member.groups()
        key = self._take_key(label, member.start(1))
        level = self._levels[-1]
        first = word[0]
        if first == '"':
            value: Scalar = _string_value(word)
            if "\\u" in word:
                word = _ESCAPES.sub(_unescape, word)
            node = Node("string", self._shown(word), value, self._label, key)
        else:
            node = _scalar_node(word, self._label, key)
        level.children.append(node)
        budget = self._budget
        budget.nodes -= 1
        budget.characters -= len(label) + len(word) + level.indent
        self._label = ""
        self._key = None
        self._expected = _KEY if comma else _COMMA_OR_BRACE

    def _take_key(self, word: str, position: int) -> str:
        """Keep a key and how it is shown for the value to come; note if its object has it."""
        key = _string_value(word)
        if "\\u" in word:
            word = _ESCAPES.sub(_unescape, word)
        keys = self._levels[-1].keys
        assert keys is not None
        if key in keys:
            self._note(f"the key {word[:42]} occurs more than once", position)
        keys.add(key)
        self._label = self._shown(word)
        self._key = key
        return key

    def _mark(self, mark: str) -> bool:
        expected = self._expected
        if mark == ",":
            if expected is _COMMA_OR_BRACE:
                self._expected = _KEY
            elif expected is _COMMA_OR_BRACKET:
                self._expected = _VALUE
            else:
                return False
            self._is_after_comma = True
        elif mark == ":":
            if expected is not _COLON:
                return False
            self._expected = _VALUE
        elif mark in "{[":
            if not self._is_value_expected():
                return False
            children: list[Node] = []
            kind: NodeKind = "object" if mark == "{" else "array"
            node = Node(kind, "", None, self._label, self._key, children)
            depth = len(self._levels)
            self._add(node)
            self._levels.append(_Level(node, children, depth))
            self._expected = _KEY_OR_END if mark == "{" else _VALUE_OR_END
        else:
            wanted = (
                (_COMMA_OR_BRACE, _KEY_OR_END)
                if mark == "}"
                else (_COMMA_OR_BRACKET, _VALUE_OR_END)
            )
            if expected not in wanted:
                return False
            self._levels.pop()
            self._after_value()
        return True

    def _string(self, word: str, position: int) -> bool:
        if self._expected is _KEY or self._expected is _KEY_OR_END:
            self._take_key(word, position)
            self._expected = _COLON
            return True
        if not self._is_value_expected():
            return False
        value = _string_value(word)
        if "\\u" in word:
            word = _ESCAPES.sub(_unescape, word)
        self._add(Node("string", self._shown(word), value, self._label, self._key))
        self._after_value()
        return True

    def _scalar(self, word: str, position: int, is_constant: bool) -> bool:
        if not self._is_value_expected():
            return False
        if is_constant:
            self._note(f"not valid JSON: {word}", position)
        self._add(_scalar_node(word, self._label, self._key))
        self._after_value()
        return True

    def _note(self, what: str, position: int) -> None:
        # Only the first is shown, so only its place is worth counting lines for.
        if self._problem is None:
            self._problem = f"{what}, at {self._place(position)}"


def _scalar_node(word: str, label: str, key: str | None) -> Node:
    first = word[0]
    if first == "t":
        return Node("boolean", word, True, label, key)
    if first == "f":
        return Node("boolean", word, False, label, key)
    if first == "n":
        return Node("null", word, None, label, key)
    return Node("number", word, _number(word), label, key)


def _number(word: str) -> float:
    if word.lstrip("-").isdigit() and len(word) <= _LONGEST_INTEGER:
        return int(word)
    return float(word)


def _string_value(word: str) -> str:
    if "\\" not in word:
        return word[1:-1]
    value: str = json.loads(word)
    return value


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
