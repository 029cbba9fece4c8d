"""An emulated ESP32: real MicroPython (WebAssembly, in node) behind a pseudo terminal.

Unmodified mpremote connects to `EmulatedBoard.port` as to a serial port. A hard reset is a new
process, so that nothing survives it but the files and what an ESP32 keeps. What differs from a real
board: floats are double, no garbage is collected while main.py runs, there is neither
`asyncio.run` nor `mpremote mount`, Ctrl-C ends a loop only where it waits, a hard reset closes its
connections, and TLS is node's.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shutil
import socket
import subprocess
import threading
import tty
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.simulation.i2c_bus import I2CBus

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
_MICROPYTHON = ROOT / "node_modules" / "@micropython" / "micropython-webassembly-pyscript"
_EXIT_RESET = 75
_RESET_COMMAND, _POWER_OFF_COMMAND = 1, 2
_EIO = 5


def missing() -> str | None:
    """Return the sentence about what an emulated board needs here, None when all is there."""
    if shutil.which("node") is None:
        return "node is not installed and MicroPython of the emulated board runs in it: make test."
    if not _MICROPYTHON.exists():
        return "MicroPython for node is not installed: run make test, or npm ci."
    return None


@dataclass(frozen=True, slots=True)
class BoardOptions:
    """What kind of board it is.

    `resets_on_open` is the reset by DTR and RTS of a USB bridge. Without `is_clock_set` the clock
    starts at 2000-01-01, as after power-on. `flash_blocks` are blocks of 4096 bytes for files.
    `names` are hosts that the network of the board knows, all of them this machine; `ports` maps
    ports as the board sees them to those that are open here.
    """

    unique_id: str = "240ac4123456"
    flash_blocks: int = 512
    has_wifi: bool = True
    is_clock_set: bool = True
    has_time_server: bool = True
    resets_on_open: bool = False
    names: tuple[str, ...] = ()
    ports: Mapping[int, int] = field(default_factory=dict)


class EmulatedBoard:
    """One board; its files are below `folder`, its I2C devices on `bus`.

    `port` is the path of the serial port. `resets` counts hard resets since `start`.
    """

    def __init__(
        self, folder: Path, options: BoardOptions | None = None, bus: I2CBus | None = None
    ) -> None:
        self.port = ""
        self.resets = 0
        self.bus = bus
        self._folder = folder
        self._options = options or BoardOptions()
        self._is_on = False
        self._master = -1
        self._control: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "board.log"
        # Held while a process is started, and while it is decided that no more is.
        self._power = threading.Lock()

    def start(self) -> None:
        """Switch the board on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._master, slave = pty.openpty()
        # Bytes pass unchanged; the setting stays when the slave is closed.
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(slave)
        os.close(slave)
        self._is_on = True
        self._launch()
        self._thread = threading.Thread(target=self._supervise, name="emulated board", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Switch the board off; its files stay in the folder."""
        if not self._is_on:
            return
        with self._power:
            self._is_on = False
            self._tell({"command": _POWER_OFF_COMMAND})
        assert self._process is not None
        assert self._thread is not None
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._thread.join(10)
        os.close(self._master)

    def press_reset(self) -> None:
        """Reset the board wherever it is, as its button EN does; unwritten data are lost."""
        self._tell({"command": _RESET_COMMAND})

    def set_wifi(self, is_there: bool) -> None:
        """Let the access point appear or vanish; connections freeze, they are not closed."""
        self._options = replace(self._options, has_wifi=is_there)
        self._tell({"wifi": is_there})

    def log_text(self) -> str:
        """Return what node itself had to say, which is nothing when all is well."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def files(self) -> dict[str, bytes]:
        """Return the files as they were at the last hard reset or when it was switched off."""
        root = self._folder / "flash"
        return {
            f"/{path.relative_to(root)}": path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }

    def put(self, path: str, content: str | bytes) -> None:
        """Write a file while the board is off."""
        assert not self._is_on
        target = self._folder / "flash" / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        self._control = ours
        node = shutil.which("node")
        assert node is not None
        words = [node, str(HERE / "board.mjs"), str(self._folder)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*words, str(self._master), str(theirs.fileno())],
                cwd=ROOT,
                env={**os.environ, "EMULATED_BOARD": json.dumps(asdict(self._options))},
                pass_fds=(self._master, theirs.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        theirs.close()

    def _supervise(self) -> None:
        """Answer one process after another until the board is switched off."""
        while True:
            assert self._control is not None
            assert self._process is not None
            # A process that ends without having read what it was told resets the connection.
            ends = contextlib.suppress(ConnectionResetError)
            with ends, self._control, self._control.makefile("r") as lines:
                for line in lines:
                    self._tell({"i2c": self._transaction(json.loads(line)["i2c"])})
            with self._power:
                if self._process.wait() != _EXIT_RESET or not self._is_on:
                    return
                self.resets += 1
                self._launch()

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._control is not None
        # A board that is resetting hears nothing.
        with contextlib.suppress(OSError):
            self._control.sendall(json.dumps(message).encode() + b"\n")

    def _transaction(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return status and bytes of one transaction on the bus."""
        if self.bus is None:
            return {"status": 0 if question["method"] == "scan" else -19, "hex": ""}
        address, content = question["address"], bytes.fromhex(question["hex"])
        try:
            if question["method"] == "scan":
                return {"status": 0, "hex": bytes(self.bus.scan()).hex()}
            if question["method"] == "writeto":
                self.bus.writeto(address, content)
                return {"status": 0, "hex": ""}
            return {"status": 0, "hex": self.bus.readfrom(address, question["size"]).hex()}
        except OSError as error:
            return {"status": -(error.errno or _EIO), "hex": ""}
