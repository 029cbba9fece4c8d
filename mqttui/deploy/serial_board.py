"""A board on a serial port, by mpremote; the only file that knows its Python interface.

That interface "is going to change significantly" (mpremote's own words): what is used of it is
`SerialTransport` with its raw REPL and `fs_readfile`, `fs_writefile`. It prints when it fails,
which is swallowed here.
"""

from __future__ import annotations

import contextlib
import errno
import struct
import termios
import time
from typing import TYPE_CHECKING, Any, Self

import serial
from mpremote import transport_serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from mqttui.deploy.board_programs import RESTART
from mqttui.deploy.failures import (
    CancelledError,
    DeployError,
    cannot_open,
    connection_broke,
    no_answer,
    said_by_board,
)
from mqttui.deploy.ports import port_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BAUD_RATE = 115_200
# Opening the port resets many boards, and a Ctrl-C is lost while they boot.
_TRIES = 8
_PROMPT_S = 1.0
_ANSWER_S = 3.0
_PROMPT = b">>> "
_READ_TIMEOUT_S = 5.0
_LINE_TIMEOUT_S = 0.2
_CHUNK_BYTES = 1024
_LONGEST_LINE_BYTES = 4096
_PORT_ERRORS = {errno.EIO, errno.EBADF, errno.ENXIO, errno.ENOTTY}


def _swallow(*_words: object, **_options: object) -> None:
    """Take what mpremote prints; standard output belongs to all threads and stays as it is."""


transport_serial.print = _swallow


class SerialLine:
    """A serial port that is listened to; the program of the board runs on.

    `on_lost` is called when the port vanishes and is awaited. Waiting for a board ends with
    `CancelledError` once `is_unwanted` returns True. Raises `DeployError` when the port cannot be
    opened.
    """

    def __init__(
        self,
        port: str,
        on_lost: Callable[[], None] | None = None,
        is_unwanted: Callable[[], bool] | None = None,
    ) -> None:
        self._port = port
        self._on_lost = on_lost
        self._is_unwanted = is_unwanted
        self._unread = bytearray()
        self._transport: Any = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()

    @property
    def port(self) -> str:
        """The port, as it was named."""
        return self._port

    def close(self) -> None:
        """Close the port; the board stays as it is."""
        with contextlib.suppress(OSError, serial.SerialException):
            self._transport.close()

    def next_line(self, deadline_s: float) -> str | None:
        """Return the next line of a running board, None at the deadline."""
        line = self._transport.serial
        while time.monotonic() < deadline_s:
            self._require_wanted()
            place = self._unread.find(b"\n")
            if place < 0 and len(self._unread) > _LONGEST_LINE_BYTES:
                self._unread[_LONGEST_LINE_BYTES:_LONGEST_LINE_BYTES] = b"\n"
                place = _LONGEST_LINE_BYTES
            if place >= 0:
                text = bytes(self._unread[:place]).decode(errors="replace").rstrip("\r")
                del self._unread[: place + 1]
                return text
            try:
                line.timeout = _LINE_TIMEOUT_S
                self._unread += line.read(max(1, line.in_waiting))
            except (OSError, serial.SerialException):
                line = self._reopened(deadline_s)
        return None

    def _require_wanted(self) -> None:
        if self._is_unwanted is not None and self._is_unwanted():
            raise CancelledError("Cancelled.")

    def _opened(self) -> Any:
        try:
            return SerialTransport(self._port, BAUD_RATE, timeout=_READ_TIMEOUT_S)
        except (TransportError, OSError, serial.SerialException):
            raise DeployError(cannot_open(port_state(self._port))) from None

    def _reopened(self, deadline_s: float) -> Any:
        """Return the line of the port once it is there again; raise `DeployError`."""
        self.close()
        if self._on_lost is not None:
            self._on_lost()
        while time.monotonic() < deadline_s:
            self._require_wanted()
            try:
                self._transport = SerialTransport(self._port, BAUD_RATE, timeout=_READ_TIMEOUT_S)
            except (TransportError, OSError, serial.SerialException):
                time.sleep(_LINE_TIMEOUT_S)
            else:
                return self._transport.serial
        raise DeployError(connection_broke(self._port))


class SerialBoard(SerialLine):
    """A `Board` on a serial port: opened, interrupted, in the raw REPL.

    Raises `DeployError` when the port cannot be opened or nothing there speaks MicroPython. Once
    `is_unwanted` returns True, `CancelledError` ends what waits for the board, and what writes a
    file between two pieces of it; a program on the board is never left half done.
    """

    def __init__(self, port: str, is_unwanted: Callable[[], bool] | None = None) -> None:
        super().__init__(port, is_unwanted=is_unwanted)
        self._heard = b""
        try:
            self.interrupt()
        except BaseException:
            self.close()
            raise

    def run(self, program: str, on_output: Callable[[bytes], None] | None = None) -> str:
        """Run a program and return what it printed, or pass that on as it comes."""
        with self._explained():
            if on_output is None:
                printed = bytes(self._transport.exec(program))
                return printed.decode(errors="replace").replace("\r\n", "\n")
            self._transport.exec_raw_no_follow(program)
            _, error_text = self._transport.follow(timeout=None, data_consumer=on_output)
        if error_text:
            raise DeployError(said_by_board(error_text.decode(errors="replace")))
        return ""

    def read_file(self, path: str) -> bytes:
        """Return the content of a file."""
        with self._explained():
            return bytes(self._transport.fs_readfile(path, chunk_size=_CHUNK_BYTES))

    def write_file(
        self, path: str, content: bytes, on_progress: Callable[[int], None] | None = None
    ) -> None:
        """Write a file; `on_progress` is told how many bytes have arrived."""

        def tell(sent_bytes: int, _size_bytes: int) -> None:
            if on_progress is not None:
                on_progress(sent_bytes)
            self._require_wanted()

        self._require_wanted()
        with self._explained():
            self._transport.fs_writefile(
                path, content, chunk_size=_CHUNK_BYTES, progress_callback=tell
            )

    def restart(self) -> None:
        """Reset the board; a native USB port vanishes with that and comes again."""
        with self._explained():
            self._transport.exec_raw_no_follow(RESTART)

    def interrupt(self) -> None:
        """Stop what runs on the board and enter the raw REPL."""
        with self._explained():
            for attempt in range(_TRIES):
                self._require_wanted()
                if not self._has_prompt():
                    if attempt == 0:
                        self._require_alone()
                    continue
                with contextlib.suppress(TransportError):
                    self._transport.enter_raw_repl(soft_reset=False, timeout_overall=_ANSWER_S)
                    return
        raise DeployError(no_answer(self._port, self._heard.decode(errors="replace")))

    def _require_alone(self) -> None:
        """Raise `DeployError` when another program, which did not lock the port, hears it."""
        state = port_state(self._port)
        if state.users:
            raise DeployError(cannot_open(state))

    def _has_prompt(self) -> bool:
        """Ask for the prompt and say whether it came.

        mpremote would wait for ever for a board that prints without end: it looks at its deadline
        when nothing comes.
        """
        line = self._transport.serial
        # Ctrl-C ends the program, Ctrl-B leaves a raw REPL of before.
        line.write(b"\r\x03\x02")
        line.timeout = _LINE_TIMEOUT_S
        deadline_s = time.monotonic() + _PROMPT_S
        tail = b""
        while time.monotonic() < deadline_s:
            new = line.read(max(1, line.in_waiting))
            self._heard = (self._heard + new)[-_LONGEST_LINE_BYTES:]
            tail = (tail + new)[-len(_PROMPT) :]
            if tail == _PROMPT and not line.in_waiting:
                line.timeout = _READ_TIMEOUT_S
                return True
        return False

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what mpremote and pyserial raise into `DeployError`."""
        try:
            yield
        except TransportExecError as error:
            raise DeployError(said_by_board(str(error.error_output))) from None
        except OSError as error:
            # mpremote makes them of the board's own errors; those of the port have other numbers.
            is_port = isinstance(error, serial.SerialException) or error.errno in _PORT_ERRORS
            if is_port or error.errno is None:
                raise DeployError(connection_broke(self._port)) from None
            raise DeployError(said_by_board(f"OSError: {error.errno}")) from None
        except (TransportError, ValueError, TypeError, IndexError, struct.error, termios.error):
            # Bytes were lost: what mpremote read is not what it can parse.
            raise DeployError(connection_broke(self._port)) from None
