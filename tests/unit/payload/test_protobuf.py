"""Protobuf against the runtime of Google, and schemas against its compiler.

`schemas/weather.binpb` was written by `protoc --include_imports` from the files beside it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.protobuf.proto_file import read_proto, read_schema
from mqttui.payload.protobuf.schema import MessageType, Schema, SchemaError
from mqttui.payload.registry import decode
from mqttui.payload.request import Context
from mqttui.payload.tree import plain_value

SCHEMAS = Path(__file__).parent / "schemas"
READING = "course.weather.Reading"


def read_file(name: str) -> str | None:
    """Return the text of a file beside this one."""
    path = SCHEMAS / name
    return path.read_text() if path.is_file() else None


@cache
def from_proto() -> Schema:
    """Return the schema as the .proto files say it."""
    return read_proto("weather.proto", read_file)


@cache
def from_compiler() -> Schema:
    """Return the schema as the compiler wrote it."""
    data = (SCHEMAS / "weather.binpb").read_bytes()
    return read_schema("weather.binpb", data, read_file)


@cache
def reading_class() -> Any:
    """Return the class that Google's runtime makes of the schema."""
    pool = descriptor_pool.DescriptorPool()
    data = (SCHEMAS / "weather.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(READING))


def comparable(schema: Schema) -> dict[str, dict[int, tuple[Any, ...]]]:
    """Return the fields of all messages; a map by the fields of its entry, whatever its name."""

    def facts(message: MessageType) -> dict[int, tuple[Any, ...]]:
        found: dict[int, tuple[Any, ...]] = {}
        for number, field in message.fields.items():
            inner = schema.messages.get(field.type_name)
            is_map = inner is not None and inner.is_map_entry
            kind = facts(inner) if is_map and inner is not None else field.type_name
            found[number] = (field.name, field.kind, field.is_repeated, is_map, kind)
        return found

    return {
        name: facts(message)
        for name, message in schema.messages.items()
        if not message.is_map_entry
    }


def test_a_proto_file_says_the_same_as_its_compiler() -> None:
    """Messages, fields, maps, groups, enums and imports are those of the descriptor set."""
    assert comparable(from_proto()) == comparable(from_compiler())
    assert from_proto().enums == from_compiler().enums
    assert READING in from_proto().message_names()


FLOATS_32 = st.floats(width=32, allow_nan=False)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
INT_32 = st.integers(-(2**31), 2**31 - 1)
INT_64 = st.integers(-(2**63), 2**63 - 1)
WIND = st.fixed_dictionaries({"speed_mps": FLOATS_32, "direction_deg": INT_32})
READINGS = st.fixed_dictionaries(
    {},
    optional={
        "station": TEXT.filter(bool),
        "temperature_C": st.floats(allow_nan=False).filter(bool),
        "samples": st.lists(INT_32, min_size=1, max_size=5),
        "tags": st.lists(TEXT, min_size=1, max_size=5),
        "levels": st.dictionaries(TEXT, st.floats(allow_nan=False), min_size=1, max_size=4),
        "winds": st.dictionaries(INT_32, WIND, min_size=1, max_size=4),
        "wind": WIND,
        "gusts": st.lists(WIND, min_size=1, max_size=3),
        "state": st.sampled_from([1, -2]),
        "states": st.lists(st.sampled_from([0, 1, -2]), min_size=1, max_size=4),
        "raw": st.binary(min_size=1, max_size=90),
        "count": st.integers(1, 2**64 - 1),
        "offset": INT_64.filter(bool),
        "f32": st.integers(1, 2**32 - 1),
        "sf64": INT_64.filter(bool),
        "minus": INT_64.filter(bool),
        "maybe": st.integers(0, 2**32 - 1),
        "mains": st.booleans(),
        "position": st.fixed_dictionaries({"lat": st.floats(allow_nan=False)}),
    },
)


def written(fields: dict[str, Any]) -> bytes:
    """Return a reading as Google's runtime writes it; zeros of `Wind` are written by presence."""
    message = reading_class()()
    for name, value in fields.items():
        target = getattr(message, name)
        if name == "winds":
            for key, wind in value.items():
                target[key].CopyFrom(type(message.wind)(**wind))
        elif name == "levels":
            target.update(value)
        elif name == "gusts":
            target.extend(type(message.wind)(**wind) for wind in value)
        elif isinstance(value, list):
            target.extend(value)
        elif isinstance(value, dict):
            target.SetInParent()
            for inner, scalar in value.items():
                setattr(target, inner, scalar)
        else:
            setattr(message, name, value)
    data: bytes = message.SerializeToString(deterministic=True)
    return data


def without_zeros(value: Any) -> Any:
    """Return a value without the members of `Wind` that proto3 leaves out."""
    if isinstance(value, dict):
        keep = {k: without_zeros(v) for k, v in value.items()}
        if keep.keys() <= {"speed_mps", "direction_deg"}:
            return {k: v for k, v in keep.items() if v or str(v) == "-0.0"}
        return keep
    return [without_zeros(item) for item in value] if isinstance(value, list) else value


@given(READINGS)
def test_what_the_reference_writes_is_read_back(fields: dict[str, Any]) -> None:
    """Every kind of field comes back with its name and value."""
    payload = written(fields)
    if not payload:
        return
    context = Context(schema=from_proto())
    decoded = decode(payload, decoder=f"protobuf:{READING}", context=context)
    assert decoded.error is None
    assert decoded.tree is not None
    assert plain_value(decoded.tree) == without_zeros(fields)


SAMPLE = {
    "station": "roof",
    "temperature_C": 21.5,
    "samples": [1, -1],
    "levels": {"a": 0.5},
    "wind": {"speed_mps": 3.1, "direction_deg": -90},
    "state": 1,
}


def test_a_reading_is_laid_out_with_its_names() -> None:
    """Enums show their word, maps their keys, packed rows their items."""
    context = Context(schema=from_compiler())
    decoded = decode(written(SAMPLE), decoder="protobuf:Reading", context=context)
    assert decoded.title == f"Protobuf {READING}"
    assert decoded.text.splitlines() == [
        "{",
        '  "station": "roof",',
        '  "temperature_C": 21.5,',
        '  "samples": [1, -1],',
        '  "levels": {',
        '    "a": 0.5',
        "  },",
        '  "wind": {',
        '    "speed_mps": 3.1,',
        '    "direction_deg": -90',
        "  },",
        '  "state": STATE_RUNNING  # 1',
        "}",
    ]


def test_without_a_schema_fields_have_numbers() -> None:
    """What cannot be known is guessed and said to be."""
    decoded = decode(written(SAMPLE), decoder="protobuf")
    assert decoded.notes == ("without a schema: field numbers, and types as they seem",)
    assert decoded.text.splitlines()[1:3] == [
        '  1: "roof",',
        "  3: 21.5,  # float64, 0x0000000000803540",
    ]


@given(READINGS.filter(bool), st.data())
def test_a_beginning_is_shown_as_far_as_it_goes(
    fields: dict[str, Any], data: st.DataObject
) -> None:
    """A message that was cut anywhere is shown up to there, or to the last whole field."""
    payload = written(fields)
    if len(payload) < 2:
        return
    cut = payload[: data.draw(st.integers(1, len(payload) - 1))]
    context = Context(schema=from_proto())
    decoded = decode(cut, decoder="protobuf:Reading", context=context, is_head=True)
    assert decoded.kind == "tree"
    assert decoded.error is None


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b"\x00\x01", "not Protobuf: field 0, which cannot be, at offset 0"),
        (b"\x0c", "not Protobuf: an end of a group that did not begin at offset 0"),
        (b"\x0f\x01", "not Protobuf: wire type 7, which does not exist, at offset 0"),
        (b"\x08" + b"\xff" * 11, "not Protobuf: a number of more than ten bytes at offset 1"),
        (b"\x42\x02\x0d\x01", "not Protobuf: a value that goes on after its message at offset 4"),
    ],
)
def test_what_is_wrong_is_said_plainly(payload: bytes, error: str) -> None:
    """Bytes that are no message say where they stop being one."""
    context = Context(schema=from_proto())
    decoded = decode(payload + bytes(8), decoder="protobuf:Reading", context=context)
    assert (decoded.kind, decoded.error) == ("hex", error)


def test_a_message_that_no_schema_has_is_said() -> None:
    """The sentence names what there is instead."""
    assert decode(b"\x08\x01", decoder="protobuf:Nope").error == (
        "no schema is loaded that has the message Nope"
    )
    context = Context(schema=from_proto())
    assert "there are course.weather.Reading, course" in (
        decode(b"\x08\x01", decoder="protobuf:Nope", context=context).error or ""
    )


def test_a_field_of_another_type_than_the_schema_says_is_shown() -> None:
    """A publisher with a newer schema loses nothing and breaks nothing."""
    context = Context(schema=from_proto())
    decoded = decode(b"\x08\x05\xf8\x07\x07", decoder="protobuf:Reading", context=context)
    assert decoded.text == "{\n  1: 5,  # not a string\n  127: 7  # not in the schema\n}"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("message A { int32 a = 0; }", "x.proto, line 1: 0 is no field number"),
        ("message A {\n Nope a = 1;\n}", "x.proto, line 2: the type Nope is not declared"),
        ("message A {\n int32 a = 1\n}", "x.proto, line 3: expected ';', not '}'"),
        ("message A { int32 a = 1;", "x.proto, line 1: the file ends too early"),
        ('import "y.proto";', "y.proto, which x.proto imports, was not found"),
        ("§", "x.proto, line 1: a character that does not belong there"),
        ("hello;", "x.proto, line 1: 'hello' does not begin a declaration"),
        ("message { }", "x.proto, line 1: expected the name of a message, not '{'"),
        (
            "".join(f"message A{n} {{" for n in range(50)),
            "x.proto, line 1: messages are nested too deeply",
        ),
    ],
)
def test_a_schema_that_cannot_be_read_says_where(text: str, error: str) -> None:
    """The sentence names file, line and what is wrong."""
    with pytest.raises(SchemaError) as raised:
        read_schema("x.proto", text.encode(), lambda name: None)
    assert str(raised.value) == error


WORDS = (
    'message enum oneof map < > { } = ; 1 0x2 -3 "s" a .b c.d int32 repeated optional group '
    "reserved option import package [ ] ( ) , // /* */ syntax extend service to max"
)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=40))
def test_almost_a_schema_never_raises_anything_else(words: list[str]) -> None:
    """Whatever is in a file, it is a schema or a sentence that names the file."""
    assert named_problem("x.proto", " ".join(words).encode()).startswith(("x.proto", "s"))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_descriptor_set_or_a_sentence(data: bytes) -> None:
    """A file that is something else is refused without harm, also when cut or changed."""
    original = (SCHEMAS / "weather.binpb").read_bytes()
    for each in (data, original[: len(data) * 5], original[:400] + data + original[450:]):
        assert named_problem("x.binpb", each).startswith("x.binpb")


def named_problem(name: str, data: bytes) -> str:
    """Return why a schema cannot be read, its name if it can."""
    try:
        read_schema(name, data, lambda _: "")
    except SchemaError as error:
        return str(error)
    return name


@given(st.binary(max_size=400))
def test_any_bytes_by_a_schema(payload: bytes) -> None:
    """Arbitrary bytes read by a schema with groups, maps and recursion raise nothing."""
    context = Context(schema=from_proto())
    for name in ("Reading", "Position"):
        for is_head in (False, True):
            decoded = decode(
                payload or b"0", decoder=f"protobuf:{name}", context=context, is_head=is_head
            )
            assert decoded.kind in ("tree", "hex")


def test_groups_have_names_and_messages_may_contain_themselves() -> None:
    """The deprecated form of a message is read too, as deep as it goes."""
    inner = b"\x09" + bytes(8)
    payload = inner + b"\x1b\x0a\x04Main\x12" + bytes([len(inner)]) + inner + b"\x1c"
    context = Context(schema=from_proto())
    decoded = decode(payload, decoder="protobuf:Position", context=context)
    assert decoded.tree is not None
    assert plain_value(decoded.tree) == {
        "lat": 0.0,
        "detail": {"street": "Main", "origin": {"lat": 0.0}},
    }
