"""Named connections in `profiles.toml`: one `[profiles.NAME]` table each, never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mqttui.settings.profile_table import profile_name_problem, profile_table, read_profile
from mqttui.settings.toml_file import (
    SettingsError,
    is_toml,
    read_toml,
    replace_file,
    unknown_key,
    without_table,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit import TOMLDocument
    from tomlkit.items import Item, Table

    from mqttui.settings.draft import Draft, TopicRules


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
        draft, found = read_profile(document, name, table, topics)
        problems.extend(found)
        if found:
            broken.add(name)
        else:
            profiles[name] = draft
    return Profiles(path, profiles, problems, frozenset(broken))


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
    _put(document, name, profile_table(draft))
    replace_file(path, document.as_string())


def profile_text(name: str, values: dict[str, Any], header: str) -> str:
    """Return the text of a file with one profile; `header` is a comment.

    Raises `SettingsError` for a name that cannot be used.
    """
    import tomlkit

    if problem := profile_name_problem(name):
        raise SettingsError(problem)
    document = tomlkit.parse(header)
    _put(document, name, values)
    return document.as_string()


def _put(document: TOMLDocument, name: str, values: dict[str, Any]) -> None:
    """Make a profile of a document what `values` says."""
    tables = _subtable(document, "profiles", is_super=True)
    table = _subtable(tables, name)
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


def delete_profile(path: Path, name: str) -> None:
    """Take a profile out of the file; everything else stays. One that is not there is no problem.

    Raises `SettingsError` when the file cannot be written or is not valid TOML.
    """
    document = _editable(path)
    text = document.as_string()
    tables: Any = document.get("profiles")
    if not isinstance(tables, dict) or name not in tables:
        return
    del tables[name]
    shorter = without_table(text, ("profiles", name))
    # The parser takes the comment above the next table for the end of this one, the text does
    # not; but only the parser knows every way to write a table.
    is_right = is_toml(shorter, document.unwrap())
    replace_file(path, shorter if is_right else document.as_string())


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
    old = table.get(key)
    item = _item(value)
    if type(item.unwrap()) is type(getattr(old, "unwrap", lambda: old)()) and old == value:
        return
    table[key] = item


def _item(value: object) -> Item:
    """Return a value as it is written; tables in a list stand inline."""
    import tomlkit

    if not isinstance(value, list):
        return tomlkit.item(value)
    array = tomlkit.array()
    for each in value:
        if isinstance(each, dict):
            inline = tomlkit.inline_table()
            inline.update(each)
            array.append(inline)
        else:
            array.append(each)
    return array
