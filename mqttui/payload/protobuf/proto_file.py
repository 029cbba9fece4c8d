"""Schemas from `.proto` files: what is needed to read messages (proto2, proto3, editions).

Messages, enums, maps, oneofs, groups and imports are understood; options, services, extensions
and reserved ranges are passed over. A compiler would be a heavy dependency, and would have to be
installed where a course only has the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast, get_args

from mqttui.payload.protobuf.descriptors import read_descriptor_set
from mqttui.payload.protobuf.schema import (
    EnumType,
    Field,
    FieldKind,
    MessageType,
    Schema,
    SchemaError,
)
from mqttui.payload.protobuf.well_known import WELL_KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_FILES = 200
MOST_CHARACTERS = 2_000_000
_DEEPEST = 32
_LARGEST_FIELD = (1 << 29) - 1

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<word>\.?[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*)
    |(?P<number>[0-9][\w.]*(?:(?<=[eE])[+-][0-9]+)?)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<mark>[{}\[\]()<>=;,:+\-/.])""",
    re.VERBOSE | re.DOTALL,
)
_SCALARS = frozenset(get_args(FieldKind)) - {"group", "message", "enum"}
_LABELS = ("optional", "required", "repeated")


def read_proto(name: str, read: Callable[[str], str | None]) -> Schema:
    """Return the types of the file `name` and of what it imports; raise `SchemaError`.

    `read` returns the text of a file by the name that an import gives it, None for a file that
    is not there. The files that come with Protobuf need not be there.
    """
    files: dict[str, _File] = {}
    wanted = [(name, "")]
    while wanted:
        path, importer = wanted.pop()
        if path in files:
            continue
        if len(files) >= MOST_FILES:
            raise SchemaError(f"{name}: more than {MOST_FILES} files are imported")
        text = read(path)
        if text is None:
            text = WELL_KNOWN.get(path)
        if text is None:
            wanted_by = f", which {importer} imports," if importer else ""
            raise SchemaError(f"{path}{wanted_by} was not found")
        files[path] = _File(path, text)
        wanted += [(each, path) for each in files[path].imports]
    schema = Schema()
    for each in files.values():
        schema.add(each.schema)
    for each in files.values():
        each.link(schema)
    return schema


def read_schema(name: str, data: bytes, read: Callable[[str], str | None]) -> Schema:
    """Return the types of a `.proto` file, or of a descriptor set by any other name.

    Raises `SchemaError`. `read` is for imports only.
    """
    if not name.endswith(".proto"):
        try:
            return read_descriptor_set(data)
        except SchemaError as error:
            raise SchemaError(f"{name}: {error}") from None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise SchemaError(f"{name}: the file is not UTF-8 text") from None
    return read_proto(name, lambda path: text if path == name else read(path))


class _File:
    """One parsed file; `link` resolves its names when all files are known."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.schema = Schema()
        self.imports: list[str] = []
        self._text = text
        self._tokens = self._split()
        self._at = 0
        self._unresolved: list[tuple[MessageType, Field, str, int]] = []
        self._scope = ""
        self._parse()

    def _split(self) -> list[tuple[str, int]]:
        if len(self._text) > MOST_CHARACTERS:
            raise SchemaError(f"{self.path}: longer than {MOST_CHARACTERS:,} characters")
        tokens: list[tuple[str, int]] = []
        position = 0
        while position < len(self._text):
            found = _TOKEN.match(self._text, position)
            if found is None:
                raise self._error("a character that does not belong there", position)
            if found.lastgroup != "space":
                tokens.append((found.group(), position))
            position = found.end()
        tokens.append(("", position))
        return tokens

    def _error(self, what: str, position: int) -> SchemaError:
        line = self._text.count("\n", 0, position) + 1
        return SchemaError(f"{self.path}, line {line}: {what}")

    def _next(self) -> str:
        token, position = self._tokens[self._at]
        if not token:
            raise self._error("the file ends too early", position)
        self._at += 1
        return token

    @property
    def _peek(self) -> str:
        return self._tokens[self._at][0]

    def _expect(self, wanted: str) -> None:
        found = self._next()
        if found != wanted:
            raise self._error(f"expected {wanted!r}, not {found!r}", self._tokens[self._at - 1][1])

    def _word(self, what: str) -> str:
        found = self._next()
        if not re.fullmatch(r"[\w.]+", found) or found[0].isdigit():
            raise self._error(f"expected {what}, not {found!r}", self._tokens[self._at - 1][1])
        return found

    def _field_number(self) -> int:
        number = self._integer()
        if not 0 < number <= _LARGEST_FIELD:
            raise self._error(f"{number} is no field number", self._tokens[self._at - 1][1])
        return number

    def _integer(self) -> int:
        sign = 1
        while self._peek in ("-", "+"):
            sign = -sign if self._next() == "-" else sign
        found = self._next()
        try:
            # Octal digits begin with a bare 0 here.
            is_octal = re.fullmatch(r"0[0-7]+", found) is not None
            return sign * (int(found, 8) if is_octal else int(found[:40], 0))
        except ValueError:
            where = self._tokens[self._at - 1][1]
            raise self._error(f"expected a number, not {found!r}", where) from None

    def _parse(self) -> None:
        while self._peek:
            word = self._next()
            if word == "package":
                self._scope = self._word("a package")
                self._expect(";")
            elif word == "import":
                path = self._next()
                path = self._next() if path in ("public", "weak", "option") else path
                self.imports.append(path[1:-1])
                self._expect(";")
            elif word == "message":
                self._message(self._scope, 0)
            elif word == "enum":
                self._enum(self._scope)
            elif word in ("extend", "service"):
                self._skip_to_block()
            elif word in ("syntax", "edition", "option"):
                self._skip_statement()
            elif word != ";":
                where = self._tokens[self._at - 1][1]
                raise self._error(f"{word!r} does not begin a declaration", where)

    def _skip_to_block(self) -> None:
        while self._peek != "{":
            self._next()
        self._skip_balanced()

    def _skip_statement(self) -> None:
        while (token := self._peek) != ";":
            if token in ("{", "[", "("):
                self._skip_balanced()
            else:
                self._next()
        self._next()

    def _skip_balanced(self) -> None:
        """Pass over a bracket and all up to its counterpart."""
        depth = 0
        while True:
            token = self._next()
            if token in ("{", "[", "("):
                depth += 1
            elif token in ("}", "]", ")"):
                depth -= 1
                if depth == 0:
                    return

    def _full(self, scope: str, name: str) -> str:
        return f"{scope}.{name}" if scope else name

    def _message(self, scope: str, depth: int) -> None:
        name = self._word("the name of a message")
        self._body(self._full(scope, name), depth)

    def _body(self, name: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise self._error("messages are nested too deeply", self._tokens[self._at][1])
        message = MessageType(name)
        self.schema.messages[name] = message
        self._expect("{")
        self._members(message, depth)

    def _members(self, message: MessageType, depth: int) -> None:
        """Read up to the closing brace of a message or oneof."""
        while (word := self._next()) != "}":
            following = self._peek
            if word == ";":
                continue
            if word == "message" and following != "=":
                self._message(message.name, depth + 1)
            elif word == "enum":
                self._enum(message.name)
            elif word == "extend":
                self._skip_to_block()
            elif word == "oneof":
                self._word("the name of a oneof")
                self._expect("{")
                self._members(message, depth + 1)
            elif word in ("option", "reserved", "extensions"):
                self._skip_statement()
            else:
                self._field(message, word, depth)

    def _field(self, message: MessageType, word: str, depth: int) -> None:
        is_repeated = word == "repeated"
        if word in _LABELS:
            word = self._next()
        if word == "map" and self._peek == "<":
            self._map(message)
            return
        if word == "group":
            name = self._word("the name of a group")
            self._expect("=")
            number = self._field_number()
            if self._peek == "[":
                self._skip_balanced()
            inner = self._full(message.name, name)
            field = Field(name.lower(), number, "group", is_repeated, inner)
            message.fields[number] = field
            self._body(inner, depth + 1)
            return
        where = self._tokens[self._at - 1][1]
        if not re.fullmatch(r"\.?[A-Za-z_][\w.]*", word):
            raise self._error(f"expected a field, not {word!r}", where)
        name = self._word("the name of a field")
        self._expect("=")
        number = self._field_number()
        if self._peek == "[":
            self._skip_balanced()
        self._expect(";")
        self._add(message, name, number, word, is_repeated, where)

    def _add(
        self,
        message: MessageType,
        name: str,
        number: int,
        kind: str,
        is_repeated: bool,
        where: int,
    ) -> None:
        if kind in _SCALARS:
            message.fields[number] = Field(name, number, cast("FieldKind", kind), is_repeated)
            return
        field = Field(name, number, "message", is_repeated)
        message.fields[number] = field
        self._unresolved.append((message, field, kind, where))

    def _map(self, message: MessageType) -> None:
        """Read `<key, value> name = number;`, which stands for a repeated message of both."""
        self._expect("<")
        key = self._word("the type of a key")
        self._expect(",")
        where = self._tokens[self._at][1]
        value = self._word("the type of a value")
        self._expect(">")
        name = self._word("the name of a field")
        self._expect("=")
        number = self._field_number()
        if self._peek == "[":
            self._skip_balanced()
        self._expect(";")
        entry = MessageType(f"{message.name}.{name}.Entry", is_map_entry=True)
        self.schema.messages[entry.name] = entry
        self._add(entry, "key", 1, key, False, where)
        self._add(entry, "value", 2, value, False, where)
        message.fields[number] = Field(name, number, "message", True, entry.name)

    def _enum(self, scope: str) -> None:
        enum = EnumType(self._full(scope, self._word("the name of an enum")))
        self.schema.enums[enum.name] = enum
        self._expect("{")
        while (word := self._next()) != "}":
            if word == ";":
                continue
            if word in ("option", "reserved") and self._peek != "=":
                self._skip_statement()
                continue
            self._expect("=")
            enum.names.setdefault(self._integer(), word)
            if self._peek == "[":
                self._skip_balanced()
            self._expect(";")

    def link(self, schema: Schema) -> None:
        """Find the messages and enums that fields name, from the innermost scope outwards."""
        for message, field, kind, where in self._unresolved:
            found = self._resolved(schema, message.name, kind)
            if found is None:
                raise self._error(f"the type {kind} is not declared", where)
            field_kind: FieldKind = "message" if found in schema.messages else "enum"
            message.fields[field.number] = Field(
                field.name, field.number, field_kind, field.is_repeated, found
            )

    def _resolved(self, schema: Schema, scope: str, kind: str) -> str | None:
        if kind.startswith("."):
            name = kind[1:]
            return name if name in schema.messages or name in schema.enums else None
        while True:
            name = self._full(scope, kind)
            if name in schema.messages or name in schema.enums:
                return name
            if not scope:
                return None
            scope = scope.rpartition(".")[0]
