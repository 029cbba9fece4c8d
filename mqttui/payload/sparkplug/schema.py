"""The messages of Sparkplug B (Eclipse Sparkplug 3.0, section 6.4) and its data types."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mqttui.payload.protobuf.schema import Field, MessageType, Schema

if TYPE_CHECKING:
    from mqttui.payload.protobuf.schema import FieldKind

# `number name kind`, a star for what is repeated, a capital letter for a message.
_MESSAGES = {
    "Payload": "1 timestamp uint64, 2 metrics *Metric, 3 seq uint64, 4 uuid string, 5 body bytes",
    "Metric": (
        "1 name string, 2 alias uint64, 3 timestamp uint64, 4 datatype uint32, "
        "5 is_historical bool, 6 is_transient bool, 7 is_null bool, 8 metadata MetaData, "
        "9 properties PropertySet, 10 int_value uint32, 11 long_value uint64, "
        "12 float_value float, 13 double_value double, 14 boolean_value bool, "
        "15 string_value string, 16 bytes_value bytes, 17 dataset_value DataSet, "
        "18 template_value Template"
    ),
    "MetaData": (
        "1 is_multi_part bool, 2 content_type string, 3 size uint64, 4 seq uint64, "
        "5 file_name string, 6 file_type string, 7 md5 string, 8 description string"
    ),
    "PropertySet": "1 keys *string, 2 values *PropertyValue",
    "PropertyValue": (
        "1 type uint32, 2 is_null bool, 3 int_value uint32, 4 long_value uint64, "
        "5 float_value float, 6 double_value double, 7 boolean_value bool, "
        "8 string_value string, 9 propertyset_value PropertySet, "
        "10 propertysets_value PropertySetList"
    ),
    "PropertySetList": "1 propertyset *PropertySet",
    "DataSet": "1 num_of_columns uint64, 2 columns *string, 3 types *uint32, 4 rows *Row",
    "Row": "1 elements *DataSetValue",
    "DataSetValue": (
        "1 int_value uint32, 2 long_value uint64, 3 float_value float, 4 double_value double, "
        "5 boolean_value bool, 6 string_value string"
    ),
    "Template": (
        "1 version string, 2 metrics *Metric, 3 parameters *Parameter, 4 template_ref string, "
        "5 is_definition bool"
    ),
    "Parameter": (
        "1 name string, 2 type uint32, 3 int_value uint32, 4 long_value uint64, "
        "5 float_value float, 6 double_value double, 7 boolean_value bool, 8 string_value string"
    ),
}

DATA_TYPES: tuple[str, ...] = (
    *("Unknown", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"),
    *("Float", "Double", "Boolean", "String", "DateTime", "Text", "UUID", "DataSet", "Bytes"),
    *("File", "Template", "PropertySet", "PropertySetList", "Int8Array", "Int16Array"),
    *("Int32Array", "Int64Array", "UInt8Array", "UInt16Array", "UInt32Array", "UInt64Array"),
    *("FloatArray", "DoubleArray", "BooleanArray", "StringArray", "DateTimeArray"),
)
"""The names of the data types by their number."""

SIGNED_BITS = {"Int8": 8, "Int16": 16, "Int32": 32, "Int64": 64}

ARRAY_LAYOUTS = {
    "Int8Array": "<b",
    "Int16Array": "<h",
    "Int32Array": "<i",
    "Int64Array": "<q",
    "UInt8Array": "<B",
    "UInt16Array": "<H",
    "UInt32Array": "<I",
    "UInt64Array": "<Q",
    "FloatArray": "<f",
    "DoubleArray": "<d",
    "DateTimeArray": "<q",
}


def data_type_name(number: object) -> str:
    """Return the name of a data type, `type 99` for one that is not known."""
    if isinstance(number, int) and 0 <= number < len(DATA_TYPES):
        return DATA_TYPES[number]
    return f"type {number}"


def _schema() -> Schema:
    schema = Schema()
    for name, fields in _MESSAGES.items():
        message = MessageType(name)
        for words in fields.split(", "):
            number, field_name, kind = words.split(" ")
            bare = kind.removeprefix("*")
            is_message = bare[0].isupper()
            message.fields[int(number)] = Field(
                field_name,
                int(number),
                "message" if is_message else cast("FieldKind", bare),
                kind.startswith("*"),
                bare if is_message else "",
            )
        schema.messages[name] = message
    return schema


SCHEMA = _schema()
PAYLOAD = SCHEMA.messages["Payload"]
