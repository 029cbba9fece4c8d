"""Profiles as files to hand to others: written without what is secret, read with what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mqttui.settings.profile_table import MAX_NAME_CHARS, profile_table
from mqttui.settings.profiles import load_profiles, profile_text
from mqttui.settings.toml_file import SettingsError, replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from mqttui.settings.draft import Draft, TopicRules

_HEADER = """\
# A connection of mqttui, without its password. Import it on the connection screen.
# The files of certificates that it names are not part of it.
"""


class FileIsThereError(SettingsError):
    """A file would be overwritten that nobody said may be."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file had: profiles by the name under which they can be saved, renames, problems.

    `renamed` maps the name in the file to the new one, where a profile of that name was there.
    `problems` are sentences with file, line and key.
    """

    profiles: dict[str, Draft]
    renamed: dict[str, str]
    problems: tuple[str, ...] = ()


def without_secrets(draft: Draft) -> tuple[Draft, tuple[str, ...]]:
    """Return a draft as others may see it, and in words what was left out.

    A query behind the path of a WebSocket may be a signature that lets anybody in.
    """
    left_out = ["the password"]
    if draft.password_file is not None:
        left_out.append("the name of the password file")
        draft = replace(draft, password_file=None)
    path, question, _ = (draft.websocket_path or "").partition("?")
    if question:
        left_out.append("the query of the WebSocket path")
        draft = replace(draft, websocket_path=path)
    return draft, tuple(left_out)


def export_profile(path: Path, name: str, draft: Draft, *, may_replace: bool = False) -> str:
    """Write a profile to a file of its own; return a sentence that says what is not in it.

    Files beside the new one are named relative to it. Raises `SettingsError`,
    `FileIsThereError` when the file is there already and is not to be replaced.
    """
    if path.is_dir():
        raise SettingsError(f"{path} is a folder; name a file in it.")
    shown, left_out = without_secrets(draft)
    text = profile_text(name, profile_table(shown, folder=path.parent.absolute()), _HEADER)
    if may_replace:
        replace_file(path, text)
    else:
        try:
            # Fails when the file is there, also when it came a moment ago.
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError:
            raise FileIsThereError(f"{path} is there already.") from None
        except OSError as error:
            raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None
    return f"{name!r} is written to {path}, without {_listed(left_out)}."


def import_profiles(path: Path, taken: frozenset[str], topics: TopicRules) -> Imported:
    """Return the usable profiles of a file and a sentence for everything that is not.

    A name in `taken` gets a number. Raises `SettingsError` when there is no such file.
    """
    if not path.exists():
        raise SettingsError(f"There is no file {path}.")
    loaded = load_profiles(path, topics)
    found: dict[str, Draft] = {}
    renamed: dict[str, str] = {}
    for name, draft in loaded.profiles.items():
        free = _free_name(name, taken | found.keys())
        found[free] = draft
        if free != name:
            renamed[name] = free
    problems = list(loaded.problems)
    if not found and not problems:
        problems.append(f"{path} has no profiles: they are tables like [profiles.NAME].")
    return Imported(found, renamed, tuple(problems))


def _free_name(name: str, taken: frozenset[str]) -> str:
    number = 2
    free = name
    while free in taken:
        ending = f" {number}"
        free = name[: MAX_NAME_CHARS - len(ending)] + ending
        number += 1
    return free


def _listed(words: tuple[str, ...]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
