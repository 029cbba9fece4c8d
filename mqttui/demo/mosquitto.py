"""The real mosquitto as a child process that cannot outlive this program.

A small shell supervises it: it holds one end of a pipe whose other end is ours. However this
program ends, even by SIGKILL, the pipe closes; the supervisor then ends mosquitto and removes
its folder. (PR_SET_PDEATHSIG would be Linux only and is tied to the thread that forked.)
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

_PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
_HOST = "127.0.0.1"
_ATTEMPTS = 5
_READY_WITHIN_S = 5.0
_SILENT_START_S = 0.5
_LOOK_EVERY_S = 0.004
_STOP_WITHIN_S = 3.0

_LOGGED = ("error", "warning", "information", "notice", "subscribe", "unsubscribe")

# $1 program, $2 folder. The reader ends the broker at the end of its input, that is of us.
_SUPERVISOR = """
exec 3<&0
"$1" -c "$2/mosquitto.conf" </dev/null >"$2/mosquitto.log" 2>&1 3<&- &
broker=$!
( read -r _ <&3; kill "$broker" 2>/dev/null ) &
reader=$!
wait "$broker"
status=$?
kill "$reader" 2>/dev/null
wait "$reader" 2>/dev/null
if [ "$status" -eq 0 ] || [ "$status" -gt 128 ]; then
  rm -f "$2/mosquitto.conf" "$2/mosquitto.log"
  rmdir "$2"
fi
exit "$status"
"""


class MosquittoFailed(Exception):
    """mosquitto did not come up; the message is a sentence with what it said."""


def find_mosquitto() -> str | None:
    """Return the path of mosquitto from PATH or where package managers put it, else None."""
    search = os.pathsep.join((os.environ.get("PATH", ""), *_PLACES))
    return shutil.which("mosquitto", path=search)


class MosquittoProcess:
    """One mosquitto on a free loopback port, without persistence, for everybody on this machine."""

    def __init__(self, program: str) -> None:
        self.host = _HOST
        self.port = 0
        self._program = program
        self._folder: Path | None = None
        self._supervisor: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Return the port once it accepts connections; MosquittoFailed if it never does.

        mosquitto does not tell a port that it chose itself, so a free one is chosen for it;
        should another program be quicker, the next one is tried.
        """
        said = ""
        for _ in range(_ATTEMPTS):
            self.port = _free_port()
            self._spawn()
            if self._is_ready():
                return self.port
            said = self._last_words()
            self.stop()
        raise MosquittoFailed(f"mosquitto ({self._program}) did not start: {said}")

    def stop(self) -> None:
        """End mosquitto and remove its folder; does nothing when it has ended."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            assert supervisor.stdin is not None
            supervisor.stdin.close()
            try:
                supervisor.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                # Its process group is its own, the broker in it.
                os.killpg(supervisor.pid, 9)
                supervisor.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _spawn(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="mqttui-demo-"))
        (self._folder / "mosquitto.conf").write_text(
            f"listener {self.port} {_HOST}\n"
            "allow_anonymous true\n"
            "persistence false\n"
            "sys_interval 1\n"
            "log_dest stderr\n"
            # Who comes and goes is shown on the screen of the broker.
            "log_dest topic\n"
            + "".join(f"log_type {kind}\n" for kind in _LOGGED)
            + "set_tcp_nodelay true\n"
        )
        self._supervisor = subprocess.Popen(  # noqa: S603 (no shell text from outside)
            ["/bin/sh", "-c", _SUPERVISOR, "sh", self._program, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _is_ready(self) -> bool:
        """Wait until mosquitto itself accepts connections; return whether it does."""
        assert self._supervisor is not None
        deadline_s = time.monotonic() + _READY_WITHIN_S
        opened_at_s: float | None = None
        is_accepting = False
        while self._supervisor.poll() is None and time.monotonic() < deadline_s:
            time.sleep(_LOOK_EVERY_S)
            if not is_accepting:
                with contextlib.suppress(OSError), socket.create_connection((_HOST, self.port), 1):
                    is_accepting = True
                continue
            # Another program may hold the port, and mosquitto be about to try. Versions before 2.0
            # do not say when they are running: no complaint after the attempt has to do.
            log = self._log_text()
            if opened_at_s is None and "listen socket" in log:
                opened_at_s = time.monotonic()
            is_silent = opened_at_s is not None and time.monotonic() - opened_at_s > _SILENT_START_S
            if is_silent or " running" in log:
                return True
        return False

    def _log_text(self) -> str:
        assert self._folder is not None
        with contextlib.suppress(OSError):
            return (self._folder / "mosquitto.log").read_text(errors="replace")
        return ""

    def _last_words(self) -> str:
        lines = [line for line in self._log_text().splitlines() if "Error" in line]
        return lines[-1] if lines else "it gave no reason"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
