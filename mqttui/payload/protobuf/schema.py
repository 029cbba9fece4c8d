"""What Protobuf messages consist of: names and types of fields, as a schema says them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

FieldKind: TypeAlias = Literal[
    "double",
    "float",
    "int64",
    "uint64",
    "int32",
    "fixed64",
    "fixed32",
    "bool",
    "string",
    "group",
    "message",
    "bytes",
    "uint32",
    "enum",
    "sfixed32",
    "sfixed64",
    "sint32",
    "sint64",
]


class SchemaError(Exception):
    """Why a schema cannot be used; the text is a sentence without a full stop."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message; `type_name` is the full name of its message or enum, else empty."""

    name: str
    number: int
    kind: FieldKind
    is_repeated: bool = False
    type_name: str = ""


@dataclass(slots=True)
class MessageType:
    """A message with its full name (`package.Outer.Inner`) and its fields by number."""

    name: str
    fields: dict[int, Field] = field(default_factory=dict)
    is_map_entry: bool = False


@dataclass(slots=True)
class EnumType:
    """An enum with its full name and the names of its numbers; of aliases the first."""

    name: str
    names: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Schema:
    """Message and enum types by their full names."""

    messages: dict[str, MessageType] = field(default_factory=dict)
    enums: dict[str, EnumType] = field(default_factory=dict)

    def add(self, other: Schema) -> None:
        """Take over the types of another schema; what has the same name is replaced."""
        self.messages.update(other.messages)
        self.enums.update(other.enums)

    def message_named(self, name: str) -> MessageType | None:
        """Return the message with a full name, or with a last part that only one has."""
        if (found := self.messages.get(name)) is not None:
            return found
        ending = f".{name}"
        close = [each for each in self.messages if each.endswith(ending)]
        return self.messages[close[0]] if len(close) == 1 else None

    def message_names(self) -> list[str]:
        """Return the full names of the messages that one may choose, in order."""
        return sorted(name for name, each in self.messages.items() if not each.is_map_entry)
