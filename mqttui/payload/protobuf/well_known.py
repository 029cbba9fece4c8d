"""The messages that come with Protobuf and that a schema may import."""

from __future__ import annotations

_HEAD = 'syntax = "proto3"; package google.protobuf; '
_WRAPPED = {
    "DoubleValue": "double",
    "FloatValue": "float",
    "Int64Value": "int64",
    "UInt64Value": "uint64",
    "Int32Value": "int32",
    "UInt32Value": "uint32",
    "BoolValue": "bool",
    "StringValue": "string",
    "BytesValue": "bytes",
}
_MESSAGES = {
    "timestamp": "message Timestamp { int64 seconds = 1; int32 nanos = 2; }",
    "duration": "message Duration { int64 seconds = 1; int32 nanos = 2; }",
    "empty": "message Empty {}",
    "any": "message Any { string type_url = 1; bytes value = 2; }",
    "field_mask": "message FieldMask { repeated string paths = 1; }",
    "struct": (
        "message Struct { map<string, Value> fields = 1; }"
        "message Value { oneof kind { NullValue null_value = 1; double number_value = 2; "
        "string string_value = 3; bool bool_value = 4; Struct struct_value = 5; "
        "ListValue list_value = 6; } }"
        "enum NullValue { NULL_VALUE = 0; }"
        "message ListValue { repeated Value values = 1; }"
    ),
    "wrappers": " ".join(
        f"message {name} {{ {kind} value = 1; }}" for name, kind in _WRAPPED.items()
    ),
    # Only for options, which are passed over.
    "descriptor": "",
}

WELL_KNOWN = {f"google/protobuf/{name}.proto": _HEAD + text for name, text in _MESSAGES.items()}
"""The text of each file by the path under which it is imported."""
