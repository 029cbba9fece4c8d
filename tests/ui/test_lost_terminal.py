"""A program whose terminal is gone comes to its end."""

from __future__ import annotations

import os
import pty
import sys
import threading

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from mqttui.ui.lost_terminal import LosableTerminal, losable_terminal


def test_whoever_writes_to_a_lost_terminal_goes_on() -> None:
    """More than Textual's queue holds, and the farewell, are taken though nobody reads them."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as file:
        terminal = LosableTerminal(file)
        writer = WriterThread(terminal)  # type: ignore[arg-type]
        writer.start()
        os.close(master)

        def write_and_leave() -> None:
            for _ in range(3 * MAX_QUEUED_WRITES):
                writer.write("x" * 9000)
            writer.stop()

        user = threading.Thread(target=write_and_leave, daemon=True)
        user.start()
        user.join(30)
        assert not user.is_alive()
        assert terminal.is_lost


def test_a_terminal_that_is_there_gets_every_byte() -> None:
    """What is written arrives, and everything else is the file's own."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as file:
        terminal = LosableTerminal(file)
        assert terminal.write("hallo") == 5
        terminal.flush()
        assert os.read(master, 100) == b"hallo"
        assert terminal.fileno() == slave
        assert terminal.isatty()
        assert not terminal.is_lost
    os.close(master)


def test_textual_gets_it_and_others_get_the_original_back() -> None:
    """The replacement lasts as long as the interface."""
    original = sys.__stderr__
    with losable_terminal():
        assert isinstance(sys.__stderr__, LosableTerminal)
    assert sys.__stderr__ is original
