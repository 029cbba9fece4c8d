"""`mqttui device logs`, `repl` and `run`: what a board prints, and talking to it."""

from __future__ import annotations

import contextlib
import math
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from mqttui.cli.device import chosen_port, device_parser, say
from mqttui.cli.exit_codes import EXIT_INTERRUPTED, EXIT_OK
from mqttui.cli.terminal import require_terminal, warn
from mqttui.deploy.failures import DeployError
from mqttui.deploy.ports import repl_command, require_port
from mqttui.deploy.serial_board import SerialBoard, SerialLine
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_END_OF_OUTPUT = b"\x04"


def run_logs(words: Sequence[str]) -> int:
    """Print the lines of a board until ctrl+c; a port that vanishes is awaited."""
    arguments = device_parser("logs").parse_all(words)
    port = chosen_port(arguments.port)

    def tell_lost() -> None:
        warn(f"{printable(port)} is gone; waiting until it is there again.")

    with SerialLine(port, tell_lost) as line:
        try:
            while True:
                say(printable(line.next_line(math.inf) or ""))
        except KeyboardInterrupt:
            return EXIT_OK


def run_repl(words: Sequence[str]) -> int:
    """Hand the terminal to mpremote's REPL; return its exit code."""
    arguments = device_parser("repl").parse_all(words)
    require_terminal()
    port = chosen_port(arguments.port)
    require_port(port)
    return subprocess.call(repl_command(port))  # noqa: S603  # this Python, and a port


def run_file(words: Sequence[str]) -> int:
    """Run a file on a board, print what it prints, and restart the board."""
    parser = device_parser("run", takes="FILE")
    arguments = parser.parse_all(words)
    try:
        program = Path(arguments.file).read_text(encoding="utf-8")
    except OSError as error:
        raise DeployError(f"{arguments.file} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise DeployError(f"{arguments.file} is no text.") from None
    with SerialBoard(chosen_port(arguments.port)) as board:
        output = _Lines()
        is_interrupted = False
        try:
            board.run(program, output.take)
        except KeyboardInterrupt:
            is_interrupted = True
        finally:
            # A second ctrl+c must not leave the board at a prompt.
            with _without_interrupts():
                output.end()
                if is_interrupted:
                    board.interrupt()
                board.restart()
    if is_interrupted:
        warn("Interrupted; the board was restarted.")
        return EXIT_INTERRUPTED
    return EXIT_OK


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let ctrl+c do nothing for the moment that a board needs."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Lines:
    """Prints whole lines of a board; whatever could steer the terminal is made visible."""

    def __init__(self) -> None:
        self._unfinished = bytearray()

    def take(self, printed: bytes) -> None:
        """Take some bytes and print the lines that are complete."""
        self._unfinished += printed.replace(_END_OF_OUTPUT, b"")
        *lines, self._unfinished = self._unfinished.split(b"\n")
        for line in lines:
            say(printable(line.decode(errors="replace").rstrip("\r")))

    def end(self) -> None:
        """Print what has no line end."""
        if self._unfinished:
            self.take(b"\n")
