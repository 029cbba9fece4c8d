"""Backups are written whole, for the owner alone, and never over one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.settings.backup_folder import BackupFolder, first_line, lines_of
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Folder and file can be read by nobody else, and nothing but the file is left."""
    folder = BackupFolder(tmp_path / "new" / "retained", ".jsonl")
    path = folder.save("a", ["one\n", "two\n"])
    assert path == tmp_path / "new" / "retained" / "a.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.read_text() == "one\ntwo\n"
    assert list(path.parent.iterdir()) == [path]


def test_no_file_replaces_another(tmp_path: Path) -> None:
    """Two backups of one second are two files."""
    folder = BackupFolder(tmp_path, ".jsonl")
    paths = [folder.save("a", [f"{number}\n"]) for number in range(3)]
    assert [path.name for path in paths] == ["a.jsonl", "a-2.jsonl", "a-3.jsonl"]
    assert [first_line(path) for path in paths] == ["0\n", "1\n", "2\n"]
    assert folder.files() == sorted(paths, reverse=True)


def test_what_fails_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """Half a backup is none."""

    def lines() -> Iterator[str]:
        yield "one\n"
        raise OSError(28, "No space left on device")

    with pytest.raises(SettingsError, match=r"a\.jsonl cannot be written: No space left"):
        BackupFolder(tmp_path, ".jsonl").save("a", lines())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """Nobody has made a backup yet; a file in its place is a problem with a name."""
    assert BackupFolder(tmp_path / "none", ".jsonl").files() == []
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="file cannot be"):
        BackupFolder(tmp_path / "file", ".jsonl").files()
    with pytest.raises(SettingsError, match="cannot be written"):
        BackupFolder(tmp_path / "file", ".jsonl").save("a", [])


def test_other_files_are_not_listed(tmp_path: Path) -> None:
    """Drafts and notes are no backups."""
    for name in (".draft.jsonl", "notes.txt", "b.jsonl"):
        (tmp_path / name).write_bytes(b"\xff\nx\n")
    assert [path.name for path in BackupFolder(tmp_path, ".jsonl").files()] == ["b.jsonl"]
    assert list(lines_of(tmp_path / "b.jsonl")) == ["\ufffd\n", "x\n"]
    with pytest.raises(SettingsError, match="gone cannot be read"):
        list(lines_of(tmp_path / "gone"))
