"""Editing in another program, without a shell and without leaving anything behind."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from mqttui.ui.external_editor import EditorProblem, edited, editor_command
from mqttui.ui.payload_file import BadFile, file_size, read_file


def editor(code: str) -> list[str]:
    """Return an editor that does something with the file in its last argument."""
    return [sys.executable, "-c", f"import sys, os; path = sys.argv[-1]; {code}"]


def test_the_command_is_split_like_a_shell_would_but_not_run_by_one() -> None:
    """VISUAL comes before EDITOR; quotes hold words together, nothing is expanded."""
    environ = {"VISUAL": "code --wait 'a b' $(date)", "EDITOR": "vi"}
    assert editor_command(environ) == ["code", "--wait", "a b", "$(date)"]
    assert editor_command({"VISUAL": " ", "EDITOR": "vi"}) == ["vi"]
    with pytest.raises(EditorProblem, match="EDITOR cannot be read: No closing quotation"):
        editor_command({"EDITOR": "vi 'x"})
    with pytest.raises(EditorProblem, match="set VISUAL or EDITOR"):
        editor_command({"PATH": "/nonexistent"})


def test_the_text_goes_there_and_back(tmp_path: Path) -> None:
    """The file is its owner's alone and gone afterwards; work goes on meanwhile."""
    facts = tmp_path / "facts"
    calls: list[None] = []
    code = (
        f"open({str(facts)!r}, 'w').write(path + ' ' + oct(os.stat(path).st_mode));"
        "text = open(path).read(); open(path, 'w').write(text.upper() + chr(10))"
    )
    text = edited("äb\nc", editor(code), suffix=".json", meanwhile=lambda: calls.append(None))
    assert text == "ÄB\nC"
    name, mode = facts.read_text().split()
    assert name.endswith(".json")
    assert stat.S_IMODE(int(mode, 8)) == 0o600
    assert not Path(name).parent.exists()
    assert calls


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit(3)", "ended with code 3; nothing was changed"),
        ("os.remove(path)", "left no file"),
        ("open(path, 'wb').write(bytes([255]))", "not UTF-8"),
        ("open(path, 'w').write('x' * 1_000_001)", "publish it from a file"),
    ],
)
def test_what_an_editor_may_do_wrong(code: str, words: str) -> None:
    """A sentence for the user, and the folder is gone in any case."""
    with pytest.raises(EditorProblem, match=words):
        edited("x", editor(code), meanwhile=lambda: None)


def test_files_to_publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a file that can be read, and not a larger one than is published."""
    file = tmp_path / "f"
    file.write_bytes(b"abc")
    assert (file_size(f" {file} "), read_file(str(file))) == (3, b"abc")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_file("~/f") == b"abc"
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "missing", Path("a\0b")):
        with pytest.raises(BadFile):
            file_size(str(path))
        with pytest.raises(BadFile):
            read_file(str(path))
    with file.open("wb") as stream:
        stream.truncate(33 * 1024 * 1024)
    with pytest.raises(BadFile, match="at most 32 MB are published"):
        read_file(str(file))
