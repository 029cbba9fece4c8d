"""The decoders that were chosen for the topics of a broker, and the schemas that they need."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mqttui.core.decoder_rules import rules_of_tables
from mqttui.core.message_reader import MessageReader
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from mqttui.core.store import TopicStore
    from mqttui.payload.protobuf.schema import Schema
    from mqttui.settings.broker_memory import BrokerMemory

RULES_SECTION = "decoders"
SCHEMA_SECTION = "protobuf_schema"
MOST_SCHEMA_BYTES = 10_000_000


def remembered_reader(store: TopicStore, memory: BrokerMemory) -> MessageReader:
    """Return a reader with what is remembered; what is not usable is told in `memory.problems`."""
    tables = memory.read(RULES_SECTION)
    if tables is None:
        return MessageReader(store)
    rules, problems = rules_of_tables(tables, "The memory of this broker")
    reader = MessageReader(store, rules)
    if any(rule.decoder.startswith("protobuf:") for rule in rules.rules):
        try:
            reader.set_schema(schema_at(remembered_schema_path(memory)))
        except SettingsError as problem:
            problems = (*problems, str(problem))
    memory.problems.extend(each for each in problems if each not in memory.problems)
    return reader


def remembered_schema_path(memory: BrokerMemory) -> str:
    """Return the path of the schema that was used last, empty if there was none."""
    path = memory.read(SCHEMA_SECTION)
    return path if isinstance(path, str) else ""


def schema_at(path: str) -> Schema:
    """Return the messages of a `.proto` file or descriptor set; raise `SettingsError`."""
    # Imported here: few brokers speak Protobuf.
    from mqttui.payload.protobuf.proto_file import read_schema
    from mqttui.payload.protobuf.schema import SchemaError

    try:
        file = Path(path).expanduser()
    except RuntimeError as problem:
        raise SettingsError(f"{path}: {problem}") from None
    folder = file.parent

    def imported(name: str) -> str | None:
        try:
            return _bytes_at(folder / name).decode()
        except (SettingsError, UnicodeDecodeError):
            return None

    try:
        return read_schema(file.name, _bytes_at(file), imported)
    except SchemaError as problem:
        raise SettingsError(f"{problem}.") from None


def _bytes_at(file: Path) -> bytes:
    try:
        # A device or a pipe has no size and might never end.
        if not file.is_file():
            raise SettingsError(f"{file} is no file.")
        if file.stat().st_size > MOST_SCHEMA_BYTES:
            raise SettingsError(f"{file} is larger than {MOST_SCHEMA_BYTES:,} bytes.")
        return file.read_bytes()
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise SettingsError(f"{file} cannot be read: {reason}.") from None


async def save_section(memory: BrokerMemory, section: str, value: Any) -> str | None:
    """Write a section; return a sentence when that was not possible."""
    try:
        await asyncio.to_thread(memory.write, section, value)
    except SettingsError as problem:
        return str(problem)
    return None
