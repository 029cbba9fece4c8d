"""Where a password is looked for, in which order, and what is said about it."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.cli.options import Given
from mqttui.cli.password import FoundPassword, PasswordPlaces, find_password
from mqttui.cli.terminal import read_line
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOTHING = Given({}, {})


def given(**values: Any) -> Given:
    """Return typed values under the names of their options."""
    return Given(values, {name: f"--{name.replace('_', '-')}" for name in values})


def places(**changes: Any) -> PasswordPlaces:
    """Return places that have no password but those named."""
    values: dict[str, Any] = {
        "url": None,
        "typed": NOTHING,
        "environment": NOTHING,
        "variable": None,
        "profile_file": None,
        "stored": lambda: None,
    }
    return PasswordPlaces(**(values | changes))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with a password that only its owner can read."""
    path = tmp_path / "password"
    path.write_text("from file\nsecond line\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def type_into_stdin(tmp_path: Path) -> Iterator[Callable[[bytes], None]]:
    """Return a function that makes bytes the standard input of this process."""
    saved = os.dup(0)

    def type_in(data: bytes) -> None:
        (tmp_path / "stdin").write_bytes(data)
        descriptor = os.open(tmp_path / "stdin", os.O_RDONLY)
        os.dup2(descriptor, 0)
        os.close(descriptor)

    yield type_in
    os.dup2(saved, 0)
    os.close(saved)


def revealed(found: FoundPassword) -> str | None:
    """Return the text of what was found."""
    return None if found.secret is None else found.secret.reveal()


def test_the_strongest_place_counts(file: Path, type_into_stdin: Callable[[bytes], None]) -> None:
    """Typed, then the variable, then variables of places, then the profile, then the store."""
    everything: dict[str, Any] = {
        "typed": given(password_stdin=True),
        "variable": Secret("from variable"),
        "environment": given(password_file=file),
        "profile_file": file,
        "stored": lambda: Secret("from store"),
    }
    type_into_stdin(b"from stdin\nrest")
    found = []
    for name in list(everything):
        found.append(revealed(find_password(places(**everything), "ada", "h")))
        del everything[name]
    assert found == ["from stdin", "from variable", "from file", "from file", "from store"]


def test_a_url_is_a_place(file: Path) -> None:
    """The password of the URL counts like a typed one."""
    found = find_password(places(url=Secret("from url"), variable=Secret("x")), "ada", "h")
    assert revealed(found) == "from url"
    with pytest.raises(SettingsError, match="given twice: by the URL and by --password-file"):
        find_password(places(url=Secret("x"), typed=given(password_file=file)), "ada", "h")


def test_two_typed_ways_are_one_too_many(file: Path) -> None:
    """Nobody has to guess which of two passwords was sent."""
    typed = given(password_file=file, password_stdin=True)
    with pytest.raises(SettingsError, match="given twice: by --password-file and by --password-st"):
        find_password(places(typed=typed), "ada", "h")


def test_the_lasting_file_is_known(file: Path) -> None:
    """A saved profile can name the file instead of copying the password."""
    assert find_password(places(typed=given(password_file=file)), "ada", "h").file == file
    assert find_password(places(url=Secret("x")), "ada", "h").file is None


def test_an_empty_variable_says_no_password() -> None:
    """Set and empty is an answer, so nobody is asked and nothing is looked up."""
    found = find_password(places(variable=Secret(""), stored=lambda: Secret("x")), "ada", "h")
    assert found == FoundPassword()


def test_only_the_first_line_of_standard_input_is_taken(
    type_into_stdin: Callable[[bytes], None],
) -> None:
    """What stands behind the line stays there."""
    type_into_stdin(b"pass word \xc3\xbc\r\nnext\n")
    found = find_password(places(typed=given(password_stdin=True)), "ada", "h")
    assert revealed(found) == "pass word ü"
    assert os.read(0, 100) == b"next\n"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "--password-stdin: the first line of standard input is empty."),
        (b"\nx", "--password-stdin: the first line of standard input is empty."),
        (b"\xff\n", "--password-stdin: the first line of standard input is not UTF-8 text."),
        (b"x" * 65536, "--password-stdin: the first line of standard input is too long"),
    ],
)
def test_a_bad_line_is_a_sentence(
    type_into_stdin: Callable[[bytes], None], data: bytes, sentence: str
) -> None:
    """What cannot be a password is told without being repeated."""
    type_into_stdin(data)
    with pytest.raises(SettingsError) as raised:
        find_password(places(typed=given(password_stdin=True)), "ada", "h")
    assert sentence in str(raised.value)
    assert "xxx" not in str(raised.value)


def test_a_file_that_others_can_read_is_warned_about(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The password is used, and the warning says how to close the file."""
    find_password(places(typed=given(password_file=file)), "ada", "h")
    assert capsys.readouterr().err == ""
    file.chmod(0o644)
    assert revealed(find_password(places(typed=given(password_file=file)), "ada", "h"))
    told = capsys.readouterr().err
    assert f"{file} can be read by other users (mode 0644); run: chmod 600 {file}" in told


def test_a_missing_file_names_its_option(tmp_path: Path) -> None:
    """The sentence has the option, the file and the reason."""
    absent = tmp_path / "no"
    with pytest.raises(SettingsError, match=f"--password-file: {absent} cannot be read: No such"):
        find_password(places(typed=given(password_file=absent)), "ada", "h")
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        find_password(places(typed=given(password_file=tmp_path)), "ada", "h")


def test_a_password_needs_a_user(capsys: pytest.CaptureFixture[str]) -> None:
    """A typed password without a user is a mistake; one in the environment only a notice."""
    with pytest.raises(SettingsError, match="without a user name; add --user NAME"):
        find_password(places(url=Secret("x")), None, "h")
    assert find_password(places(variable=Secret("x")), None, "h") == FoundPassword()
    assert "it is not sent" in capsys.readouterr().err


def test_no_user_is_asked_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An anonymous connection asks no question, even where a password is stored."""
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: pytest.fail("asked"))
    assert find_password(places(stored=lambda: Secret("x")), None, "h") == FoundPassword()
    assert capsys.readouterr().err == ""


def test_a_user_without_a_password_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The question names the user and the broker; an empty answer means no password."""
    prompts: list[str] = []
    answers = iter(["typed in", ""])

    def answer(prompt: str) -> str:
        prompts.append(prompt)
        return next(answers)

    monkeypatch.setattr(os, "isatty", lambda _descriptor: True)
    monkeypatch.setattr(getpass, "getpass", answer)
    assert revealed(find_password(places(), "ada", "h:1")) == "typed in"
    assert revealed(find_password(places(), "ada", "h:1")) is None
    assert prompts == ["Password of ada at h:1 (empty for none): "] * 2


def test_without_a_terminal_the_ways_are_told(type_into_stdin: Callable[[bytes], None]) -> None:
    """Where nobody can be asked, the sentence says how to give the password."""
    type_into_stdin(b"")
    with pytest.raises(SettingsError) as raised:
        find_password(places(), "ada", "h")
    for way in ("'ada'", "--password-stdin", "--password-file", "MQTTUI_PASSWORD"):
        assert way in str(raised.value)


def test_reading_a_line_is_bounded() -> None:
    """One byte more than the limit is read at most, so that too long a line is seen."""
    reader, writer = os.pipe()
    os.write(writer, b"abcdefgh\n")
    os.close(writer)
    assert read_line(reader, 4) == b"abcde"
    os.close(reader)
