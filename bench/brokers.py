"""mosquitto as it comes, and with unlimited queues."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.certificates import Certificates, make_certificates
from bench.wire import ValueWatch

if TYPE_CHECKING:
    from collections.abc import Iterator

UNLIMITED = ("max_queued_messages 0", "max_queued_bytes 0", "max_inflight_messages 0")
DROPPED = "$SYS/broker/publish/messages/dropped"


@dataclass(frozen=True, slots=True)
class Broker:
    """A running mosquitto with a listener for each way to reach it."""

    port: int
    tls_port: int
    websocket_port: int
    certificates: Certificates
    log_file: Path
    pid: int
    drops: ValueWatch

    def wait_for_subscriber(self, client_id: str, timeout_s: float = 30) -> None:
        """Return when the broker's log says that `client_id` subscribed."""
        deadline = time.monotonic() + timeout_s
        while f"{client_id} " not in self.log_file.read_text():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{client_id} did not subscribe within {timeout_s:.0f} s")
            time.sleep(0.01)

    def dropped(self) -> int | None:
        """Return what the broker says it dropped, None when it does not say."""
        value = self.drops.newest()
        return None if value is None else int(value)


def free_ports(count: int) -> list[int]:
    """Return TCP ports that nobody uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def mosquitto_path() -> str:
    """Return where mosquitto is; raises FileNotFoundError when it is nowhere."""
    path = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        raise FileNotFoundError("mosquitto is not installed")
    return path


def configuration(ports: list[int], files: Certificates, sys_interval_s: int) -> list[str]:
    """Return the lines that are the same for every broker here."""
    plain, tls, websocket = ports
    lines = [
        "allow_anonymous true",
        "persistence false",
        "log_type error",
        "log_type subscribe",
        f"sys_interval {sys_interval_s}",
        f"listener {plain} 127.0.0.1",
        f"listener {tls} 127.0.0.1",
        f"cafile {files.ca_file}",
        f"certfile {files.cert_file}",
        f"keyfile {files.key_file}",
        f"listener {websocket} 127.0.0.1",
        "protocol websockets",
    ]
    return lines if os.geteuid() else [*lines, "user root"]


@contextmanager
def broker(*, is_unlimited: bool = False, sys_interval_s: int = 1) -> Iterator[Broker]:
    """A mosquitto of its own; queues are as it comes unless `is_unlimited`."""
    ports = free_ports(3)
    with tempfile.TemporaryDirectory(prefix="mqttui-bench-") as name:
        folder = Path(name)
        files = make_certificates(folder)
        lines = configuration(ports, files, sys_interval_s)
        if is_unlimited:
            lines[:0] = [*UNLIMITED, "set_tcp_nodelay true"]
        config_file = folder / "mosquitto.conf"
        config_file.write_text("\n".join(lines) + "\n")
        log_file = folder / "mosquitto.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [mosquitto_path(), "-c", config_file], stdout=log, stderr=subprocess.STDOUT
            )
        try:
            for port in ports:
                wait_until_listening(port, process, log_file)
            drops = ValueWatch(ports[0], DROPPED)
            try:
                yield Broker(ports[0], ports[1], ports[2], files, log_file, process.pid, drops)
            finally:
                drops.close()
        finally:
            process.terminate()
            process.wait()


def wait_until_listening(port: int, process: subprocess.Popen[bytes], log_file: Path) -> None:
    """Return when `port` accepts connections; raises RuntimeError when it never does."""
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"mosquitto did not start: {log_file.read_text()}") from None
            time.sleep(0.01)
        else:
            return
