"""Files that never overwrite another."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from mqttui.settings.new_file import write_new_file
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_new_file_is_private(tmp_path: Path) -> None:
    """Folders are made; file and folders are for the owner alone."""
    path = tmp_path / "a" / "b" / "trace.txt"
    write_new_file(path, ["one", "zwei ü"])
    assert path.read_bytes() == "one\nzwei ü\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file or link that is there stays as it is, and the sentence names it."""
    path = tmp_path / "there"
    path.write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    for each in (path, link):
        with pytest.raises(SettingsError, match=f"{each.name} is there already"):
            write_new_file(each, ["x"])
    assert path.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A failure in the middle removes the half; impossible paths are explained."""

    def lines() -> Iterator[str]:
        yield "first"
        raise OSError(28, "No space left on device")

    path = tmp_path / "half"
    with pytest.raises(SettingsError, match="half cannot be written: No space left on device"):
        write_new_file(path, lines())
    assert not path.exists()
    (tmp_path / "file").write_text("")
    for wrong in (tmp_path / "file" / "x", tmp_path / "n\0l", tmp_path / ("x" * 300)):
        with pytest.raises(SettingsError, match="cannot be written"):
            write_new_file(wrong, ["x"])
