"""Unexpected errors are kept for later, and told."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mqttui.cli.log_file import log_to

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_log = logging.getLogger("mqttui.test")


def test_a_quiet_run_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing unexpected happens, nothing is written and nothing is said."""
    path = tmp_path / "state" / "mqttui.log"
    with log_to(path):
        _log.info("all is well")
    assert not path.parent.exists()
    assert capsys.readouterr().err == ""


def test_problems_are_written_and_their_number_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The traceback is in the file, and the last line on the terminal says where."""
    path = tmp_path / "state" / "mqttui.log"
    with log_to(path):
        try:
            raise ValueError("odd")
        except ValueError:
            _log.exception("a thread stumbled")
        _log.warning("again")
    text = path.read_text()
    assert "a thread stumbled" in text
    assert "ValueError: odd" in text
    said = capsys.readouterr().err
    assert "2 in all" in said
    assert str(path) in said


def test_a_file_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A state folder that is a file costs the log, not the program."""
    blocked = tmp_path / "state"
    blocked.write_text("not a folder")
    with log_to(blocked / "mqttui.log"):
        _log.error("lost")
    assert "could not be written" in capsys.readouterr().err
