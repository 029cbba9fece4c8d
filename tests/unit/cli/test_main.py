"""Words in, sentences and exit codes out."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest

from mqttui import __version__
from mqttui.cli import terminal
from mqttui.cli.main import main
from mqttui.cli.terminal import CannotRunError, require_terminal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("MQTTUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MQTTUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("MQTTUI_STATE_DIR", str(tmp_path / "state"))


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is one line on standard output."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mqttui {__version__}\n"


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--help"], ["connect", "demo", "exit codes:"]),
        (["connect", "--help"], ["Encryption (TLS):", "--cafile FILE", "MQTTUI_PORT", "$SYS/#"]),
        (["demo", "--help"], ["--broker", "--history-budget SIZE"]),
    ],
)
def test_help_is_complete_and_plain(
    words: list[str], parts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Help goes to standard output and ends well."""
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert all(part in out for part in parts)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["conect"], "There is no command 'conect'; did you mean mqttui connect?"),
        (["broker.example.org"], "mqttui connect HOST connects."),
        (["--versoin"], "Unknown option '--versoin'; did you mean --version?"),
        (["connect", "h", "--prt", "1"], "Unknown option '--prt'; did you mean --port?"),
        (["connect", "h", "--port"], "--port needs a value."),
        (["connect", "h", "--port", "0"], "--port must be a whole number from 1 to 65535, not 0."),
        (["connect", "h", "--tls=yes"], "--tls takes no value."),
        (["connect", "h", "i"], "There is one argument too many; --help shows"),
        (["connect", "h", "--save", "a\nb"], "--save: The name of a profile must not contain"),
        (["connect", "h", "--history-budget", "x"], "--history-budget must be a size like 64MB"),
        (["connect", "--port", "1"], "connect needs a HOST, a URL or --profile NAME"),
        (["demo", "--broker", "x"], "--broker: invalid choice: 'x'"),
        (["demo", "--tls"], "Unknown option '--tls'"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error, nothing on standard output."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mqttui: ")
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["connect", "h", "--password", "hunter2"],
        ["connect", "h", "--password=hunter2"],
        ["connect", "h", "--pasword", "hunter2"],
        ["connect", "h", "--pasword=hunter2"],
        ["connect", "h", "--passwd", "--password-file=x", "hunter2"],
        ["connect", "h", "hunter2"],
        ["connect", "mqtt://ada:hunter2@h:0"],
        ["connect", "mqtt://ada:hunter2@h", "--password-stdin=hunter2"],
        ["mqtt://ada:hunter2@h"],
        ["demo", "--password", "hunter2"],
    ],
)
def test_no_mistake_repeats_a_password(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong around it, a typed password is not printed."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert "hunter2" not in out + err
    assert err


def test_a_typed_password_option_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence has every way to give a password."""
    assert main(["connect", "h", "--password", "x"]) == 2
    err = capsys.readouterr().err
    for way in ("--user", "--password-stdin", "--password-file", "MQTTUI_PASSWORD", "profile"):
        assert way in err


@pytest.mark.parametrize("words", [[], ["connect", "h"], ["demo"]])
def test_without_a_terminal_nothing_starts(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interface needs a terminal; that is said, with exit code 1."""
    monkeypatch.setattr(os, "isatty", lambda _descriptor: False)
    assert main(words) == 1
    assert "needs a terminal" in capsys.readouterr().err


def test_ctrl_c_at_a_question_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An interrupt is the exit code of a shell and no traceback."""

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mqttui.cli.connect.make_plan", interrupted)
    assert main(["connect", "h"]) == 130
    assert capsys.readouterr().err == "\n"


def test_only_standard_output_may_be_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys come from standard input, the picture goes to standard error."""
    terminals = {0, 2}
    monkeypatch.setattr(os, "isatty", lambda descriptor: descriptor in terminals)
    require_terminal()
    for missing in (0, 2):
        terminals = {0, 1, 2} - {missing}
        with pytest.raises(CannotRunError, match="needs a terminal"):
            require_terminal()


def test_no_terminal_for_keys_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a pipe delivers the password, there must be a terminal to open for keys."""
    monkeypatch.setattr(os, "isatty", lambda descriptor: descriptor == 2)
    monkeypatch.setattr(os, "ttyname", lambda _descriptor: "/nonexistent/tty")

    def closed(_name: str, _flags: int) -> int:
        raise OSError(6, "No such device or address")

    monkeypatch.setattr(terminal.os, "open", closed)
    with pytest.raises(CannotRunError, match="a terminal to read keys from"):
        require_terminal(stdin_is_used=True)


def test_collection_is_off_while_a_command_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for garbage is left to the interface, and given back however the command ends."""
    seen = []

    def refuse(_words: object) -> int:
        seen.append(gc.isenabled())
        raise KeyboardInterrupt

    monkeypatch.setattr("mqttui.cli.connect.run", refuse)
    assert main(["connect", "h"]) == 130
    assert seen == [False]
    assert gc.isenabled()
