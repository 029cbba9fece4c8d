"""Named connections in `profiles.toml`: one `[profiles.NAME]` table each, never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mqttui.settings.draft import FIELD_RULES, Draft, TopicRules, resolve
from mqttui.settings.rules import BadValueError, Text, kind_of
from mqttui.settings.toml_file import (
    Document,
    SettingsError,
    nearest,
    read_toml,
    replace_file,
    unknown_key,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tomlkit import TOMLDocument
    from tomlkit.items import Table

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
_FILE_FIELDS = ("ca_file", "cert_file", "key_file", "password_file")
_MAX_NAME_CHARS = 64


@dataclass(frozen=True, slots=True)
class Profiles:
    """The connections of a file by name, and a sentence for everything that cannot be used.

    A profile with a problem is not in `profiles` but in `broken`: a mistyped `tls` must not
    lead to a connection without TLS.
    """

    path: Path
    profiles: dict[str, Draft] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    broken: frozenset[str] = frozenset()

    def nearest_names(self, name: str) -> list[str]:
        """Return the names of profiles that are most like a mistyped one."""
        import difflib

        folded = {known.casefold(): known for known in (*self.profiles, *self.broken)}
        close = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)
        return [folded[each] for each in close]


def load_profiles(path: Path, topics: TopicRules | None = None) -> Profiles:
    """Return the profiles of a file; with `topics`, their topics and filters are checked too.

    A file that is not there has no profiles and no problem.
    """
    document = read_toml(path)
    problems = list(document.problems)
    profiles: dict[str, Draft] = {}
    broken: set[str] = set()
    for key in document.values:
        if key != "profiles":
            problems.append(unknown_key(document.place((key,)), key, ["profiles"]))
    tables = document.values.get("profiles", {})
    if not isinstance(tables, dict):
        where = document.place(("profiles",))
        problems.append(f"{where}: profiles must be tables like [profiles.NAME].")
        tables = {}
    for name, table in tables.items():
        draft, found = _read_profile(document, name, table, topics)
        problems.extend(found)
        if found:
            broken.add(name)
        else:
            profiles[name] = draft
    return Profiles(path, profiles, problems, frozenset(broken))


def profile_name_problem(name: str) -> str | None:
    """Return a sentence about why a text cannot name a profile, else None."""
    try:
        Text().of_text(name)
    except BadValueError as problem:
        return problem.about("The name of a profile")
    if len(name) > _MAX_NAME_CHARS:
        return f"The name of a profile must not be longer than {_MAX_NAME_CHARS} characters."
    return None


def save_profile(path: Path, name: str, draft: Draft) -> None:
    """Write a profile, keeping comments and everything else in the file.

    Keys that the draft does not give are removed from the profile. Relative file names become
    absolute. Raises `SettingsError` when the file cannot be written or is not valid TOML.
    """
    if problem := profile_name_problem(name):
        raise SettingsError(problem)
    if draft.host is None:
        raise SettingsError("A profile needs a host.")
    document = _editable(path)
    tables = _subtable(document, "profiles", is_super=True)
    table = _subtable(tables, name)
    values = _toml_values(draft)
    for key in [key for key in table if key not in values]:
        del table[key]
    for key, value in values.items():
        if isinstance(value, dict):
            if not isinstance(table.get(key), dict):
                table.pop(key, None)
            inner = _subtable(table, key)
            for stale in [each for each in inner if each not in value]:
                del inner[stale]
            for inner_key, inner_value in value.items():
                _assign(inner, inner_key, inner_value)
        else:
            _assign(table, key, value)
    replace_file(path, document.as_string())


def _read_profile(
    document: Document, name: str, table: object, topics: TopicRules | None
) -> tuple[Draft, list[str]]:
    """Return the draft of one table and its problems."""
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
        if field_name in _FILE_FIELDS:
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


def _toml_values(draft: Draft) -> dict[str, Any]:
    """Return a draft as the values of a profile's table."""
    draft = draft.completed()
    draft = replace(
        draft, **{name: path.absolute() for name in _FILE_FIELDS if (path := getattr(draft, name))}
    )
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
        return [
            each if isinstance(each, str) else f"{each.topic_filter}:{each.qos}" for each in value
        ]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _editable(path: Path) -> TOMLDocument:
    """Return a file for editing; raise `SettingsError` when it cannot be read as it is."""
    import tomlkit

    document = read_toml(path)
    if document.problems:
        raise SettingsError(f"The profile is not saved: {document.problems[0]}")
    return tomlkit.parse(document.text)


def _subtable(parent: Any, name: str, *, is_super: bool = False) -> Table:
    """Return the named table of a table, made when it is not there."""
    import tomlkit

    if not isinstance(parent.get(name), dict):
        parent[name] = tomlkit.table(is_super_table=is_super)
    table: Table = parent[name]
    return table


def _assign(table: Table, key: str, value: object) -> None:
    """Set a key unless it has that value already, so that its formatting and comment stay."""
    import tomlkit

    old = table.get(key)
    if type(tomlkit.item(value).unwrap()) is type(getattr(old, "unwrap", lambda: old)()) and (
        old == value
    ):
        return
    table[key] = value
