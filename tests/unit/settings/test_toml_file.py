"""Lines of keys in TOML text, and replacing files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.settings.toml_file import SettingsError, line_of, read_toml, replace_file

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
top = 1
[ a . "b.c" ]  # a table
key = 1
"quoted key" = 2
in.line = 3
inner = { x = 1,
}
[[list]]
x = 1
[d.e]
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("top",), 1),
        (("a", "b.c"), 2),
        (("a", "b.c", "key"), 3),
        (("a", "b.c", "quoted key"), 4),
        (("a", "b.c", "in", "line"), 5),
        (("a", "b.c", "inner", "x"), 6),
        (("list", "x"), 9),
        (("d",), 10),
        (("nowhere",), None),
    ],
)
def test_the_line_of_a_key(keys: tuple[str, ...], line: int | None) -> None:
    """A key is found where it stands, or else the nearest table around it."""
    assert line_of(TEXT, keys) == line


def test_a_syntax_error_has_its_line(tmp_path: Path) -> None:
    """The sentence has the line and column of the parser."""
    path = tmp_path / "x.toml"
    path.write_text("a = 1\nb =\n")
    (problem,) = read_toml(path).problems
    assert problem.startswith(f"{path} is not valid TOML, so nothing of it is used: ")
    assert "line 2" in problem


def test_a_folder_in_place_of_a_file_is_a_problem(tmp_path: Path) -> None:
    """What cannot be read is told with the system's reason."""
    assert read_toml(tmp_path).problems == (f"{tmp_path} cannot be read: Is a directory.",)


def test_a_failed_replacement_leaves_the_old_file(tmp_path: Path) -> None:
    """Text that cannot be encoded harms neither the file nor its folder."""
    path = tmp_path / "x"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "\udcff")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_does_not_block(tmp_path: Path) -> None:
    """A leftover draft under the same process id is taken away."""
    import os

    path = tmp_path / "x"
    (tmp_path / f".x.{os.getpid()}.new").write_text("half")
    replace_file(path, "whole")
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_without_permission_is_a_sentence(tmp_path: Path) -> None:
    """The sentence names the file that was to be written."""
    target = tmp_path / "file" / "x"
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=f"{target} cannot be written: "):
        replace_file(target, "text")
