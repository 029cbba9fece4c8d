"""One connection as a table of TOML values, like `[profiles.lab]`, never with a password."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mqttui.settings.connection_rules import subscription_toml
from mqttui.settings.draft import FIELD_RULES, Draft, TopicRules, resolve
from mqttui.settings.rules import BadValueError, Text, kind_of
from mqttui.settings.toml_file import Document, SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Key of the profile's table -> field of the draft.
KEYS = {
    "host": "host",
    "port": "port",
    "tls": "tls",
    "websocket": "websocket",
    "websocket_path": "websocket_path",
    "user": "user",
    "password_file": "password_file",
    "client_id": "client_id",
    "keepalive_s": "keepalive_s",
    "clean": "is_clean",
    "session_expiry_s": "session_expiry_s",
    "protocol": "protocol",
    "will": "will_topic",
    "subscriptions": "subscriptions",
}
TABLE_KEYS = {
    "tls": {
        "cafile": "ca_file",
        "cert": "cert_file",
        "key": "key_file",
        "insecure": "is_insecure",
        "alpn": "alpn",
    },
    "will": {
        "topic": "will_topic",
        "payload": "will_payload",
        "qos": "will_qos",
        "retain": "will_retain",
    },
}
FILE_FIELDS = ("ca_file", "cert_file", "key_file", "password_file")
MAX_NAME_CHARS = 64


def profile_name_problem(name: str) -> str | None:
    """Return a sentence about why a text cannot name a profile, else None."""
    try:
        Text().of_text(name)
    except BadValueError as problem:
        return problem.about("The name of a profile")
    if len(name) > MAX_NAME_CHARS:
        return f"The name of a profile must not be longer than {MAX_NAME_CHARS} characters."
    return None


def read_profile(
    document: Document, name: str, table: object, topics: TopicRules | None
) -> tuple[Draft, list[str]]:
    """Return the draft of one table and its problems, each with file and line.

    Relative file names lie beside the document.
    """
    reader = _ProfileReader(document, name)
    if problem := profile_name_problem(name):
        return Draft(), [f"{document.place(('profiles', name))}: {problem}"]
    if not isinstance(table, dict):
        where = document.place(("profiles", name))
        return Draft(), [f"{where}: profile {name!r} must be a table, not {kind_of(table)}."]
    reader.read(table)
    draft = Draft(**reader.values, names=reader.names)
    if draft.host is None and not reader.problems:
        where = document.place(("profiles", name))
        reader.problems.append(f"{where}: profile {name!r} has no host.")
    if topics is not None and not reader.problems:
        try:
            resolve(draft, topics, payload_limit_bytes=0)
        except SettingsError as problem:
            where = document.place(("profiles", name))
            reader.problems.append(f"{where}: {problem}")
    return draft, reader.problems


class _ProfileReader:
    """Collects the values and problems of one profile."""

    def __init__(self, document: Document, name: str) -> None:
        self._document = document
        self._name = name
        self.values: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        self.problems: list[str] = []

    def read(self, table: Mapping[str, object]) -> None:
        """Take over the keys of the profile's table."""
        for key, value in table.items():
            if key in TABLE_KEYS and isinstance(value, dict):
                if key == "tls":
                    self.values["tls"] = True
                    self.names["tls"] = self._spelled("tls")
                self._read_table(key, value)
            elif key == "will":
                self._problem((key,), f"will must be a table, not {kind_of(value)}.")
            elif key in {"password", "passwd", "secret", "token"}:
                self._problem(
                    (key,),
                    f"{key!r} does not belong in a profile; use password_file, or store it "
                    f"with mqttui connect --profile NAME --save NAME.",
                )
            elif key in KEYS:
                self._take((key,), KEYS[key], value)
            else:
                self._unknown((key,), KEYS)

    def _read_table(self, outer: str, table: Mapping[str, object]) -> None:
        known = TABLE_KEYS[outer]
        for key, value in table.items():
            if key in known:
                self._take((outer, key), known[key], value)
            else:
                self._unknown((outer, key), known)

    def _take(self, keys: tuple[str, ...], field_name: str, value: object) -> None:
        spelled = ".".join(keys)
        try:
            checked = FIELD_RULES[field_name].of_toml(value)
        except BadValueError as problem:
            self._problem(keys, problem.about(spelled))
            return
        if field_name in FILE_FIELDS:
            checked = self._document.path.parent / checked
        self.values[field_name] = checked
        self.names[field_name] = self._spelled(spelled)

    def _spelled(self, key: str) -> str:
        return f"{key} of profile {self._name!r}"

    def _unknown(self, keys: tuple[str, ...], known: Mapping[str, str]) -> None:
        # A key of the inner table on the outer level, or the other way round, is a usual slip.
        inner = {f"{outer}.{key}" for outer, table in TABLE_KEYS.items() for key in table}
        names = [*known, *(inner if len(keys) == 1 else ())]
        close = nearest(keys[-1], names)
        for dotted in inner if len(keys) == 1 else ():
            if dotted.partition(".")[2] == keys[0]:
                close = dotted
        hint = f"did you mean {close!r}?" if close else f"valid keys are {', '.join(known)}."
        self._problem(keys, f"unknown key {'.'.join(keys)!r}; {hint}")

    def _problem(self, keys: tuple[str, ...], sentence: str) -> None:
        where = self._document.place(("profiles", self._name, *keys))
        self.problems.append(f"{where}: profile {self._name!r}: {sentence}")


def profile_table(draft: Draft, folder: Path | None = None) -> dict[str, Any]:
    """Return a draft as the values of a profile's table; relative file names become absolute.

    Files in `folder` are named relative to it. Raises `SettingsError` for a will payload that is
    no text.
    """
    draft = draft.completed()
    for name in FILE_FIELDS:
        path: Path | None = getattr(draft, name)
        if path is not None:
            path = path.absolute()
            if folder is not None and path.is_relative_to(folder):
                path = path.relative_to(folder)
            draft = replace(draft, **{name: path})  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, field_name in KEYS.items():
        value = getattr(draft, field_name)
        if key in TABLE_KEYS:
            inner = {
                inner_key: _toml_value(getattr(draft, inner_field))
                for inner_key, inner_field in TABLE_KEYS[key].items()
                if getattr(draft, inner_field) is not None
            }
            is_wanted = value is not None and value is not False
            values[key] = inner if inner and is_wanted else value
        else:
            values[key] = _toml_value(value)
    return {key: value for key, value in values.items() if value is not None}


def _toml_value(value: Any) -> Any:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise SettingsError("A will payload that is not UTF-8 cannot be saved.") from None
    if isinstance(value, tuple):
        return [each if isinstance(each, str) else subscription_toml(each) for each in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
