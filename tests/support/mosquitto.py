"""A real mosquitto on free loopback ports."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.support.certificates import CertificateFiles

_PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


class MosquittoMissing(AssertionError):
    """mosquitto is not installed; the message says what to install."""


def program(name: str) -> str:
    """Return the path of a mosquitto program; MosquittoMissing when it is not installed."""
    search = os.pathsep.join((os.environ.get("PATH", ""), *_PLACES))
    found = shutil.which(name, path=search)
    if found is None:
        raise MosquittoMissing(
            f"{name} is not installed and these tests talk to a real broker: install the "
            "packages mosquitto and mosquitto-clients (apt install mosquitto mosquitto-clients, "
            "dnf install mosquitto, brew install mosquitto) or run `make test`."
        )
    return found


def free_port() -> int:
    """Return a TCP port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class MosquittoConfig:
    """What a broker should offer; a plain TCP listener is always there.

    `users` maps user names to passwords and turns anonymous access off. `acl` is the text of an
    ACL file. `server_certificate` adds listeners for TLS and secure WebSocket; with
    `client_ca_file` they demand a client certificate of that authority. `tls_version` is the only
    one then (`tlsv1.2`, `tlsv1.3`). `dynamic_security` is
    (user, password, filter): the dynamic security plugin lets that user publish and subscribe
    there and nobody else do anything. `extra` are further lines of the global part of the file.
    """

    users: dict[str, str] = field(default_factory=dict)
    acl: str | None = None
    server_certificate: CertificateFiles | None = None
    client_ca_file: Path | None = None
    tls_version: str | None = None
    dynamic_security: tuple[str, str, str] | None = None
    has_websockets: bool = False
    has_persistence: bool = False
    extra: tuple[str, ...] = ()
    listener_extra: tuple[str, ...] = ()


class Mosquitto:
    """One broker process; `start` after `stop` or `kill` uses the same ports again."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, config: MosquittoConfig) -> None:
        self._folder = folder
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self.port = 0
        self.tls_port = 0
        self.websocket_port = 0
        self.secure_websocket_port = 0

    def start(self) -> None:
        """Start the broker and return once every listener is open."""
        binary = program("mosquitto")
        for _ in range(5):
            if not self.port:
                self._choose_ports()
            self._write_files()
            self._log_start = len(self.log_text())
            with (self._folder / "mosquitto.log").open("ab") as log:
                self._process = subprocess.Popen(
                    [binary, "-c", str(self._folder / "mosquitto.conf")],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            wait_until(self._has_exited_or_runs, lambda: f"mosquitto:\n{self.log_text()}")
            if self._process.poll() is None:
                return
            if "Address already in use" not in self._new_log_text():
                break
            # Another program was faster; all ports are chosen anew.
            self.port = 0
        raise AssertionError(f"mosquitto did not start:\n{self.log_text()}")

    def stop(self) -> None:
        """End the broker as an administrator would (SIGTERM)."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker without a farewell (SIGKILL)."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Suspend the broker: connections stay open and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume a frozen broker."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def log_text(self) -> str:
        """Return everything that the broker has logged so far."""
        log = self._folder / "mosquitto.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            if how is not signal.SIGKILL:
                # A frozen broker must run to end; SIGKILL ends it before it can answer anything.
                self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        self._process = None

    def _choose_ports(self) -> None:
        self.port = free_port()
        if self._config.has_websockets:
            self.websocket_port = free_port()
        if self._config.server_certificate:
            self.tls_port = free_port()
            self.secure_websocket_port = free_port() if self._config.has_websockets else 0

    def _has_exited_or_runs(self) -> bool:
        """Say whether the process has ended, or opened every listener and said so."""
        assert self._process is not None
        return self._process.poll() is not None or " running\n" in self._new_log_text()

    def _new_log_text(self) -> str:
        return self.log_text()[self._log_start :]

    def _write_files(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._config
        is_closed = bool(config.users) or config.dynamic_security is not None
        lines = ["sys_interval 1", "allow_anonymous " + ("false" if is_closed else "true")]
        if os.geteuid() == 0:
            # It would drop to a user that cannot read files of this one.
            lines.append("user root")
        if config.has_persistence:
            lines += ["persistence true", f"persistence_location {self._folder}/"]
        if config.users:
            lines.append(f"password_file {self._write_password_file()}")
        if config.acl is not None:
            acl_file = self._folder / "acl"
            acl_file.write_text(config.acl)
            acl_file.chmod(0o600)
            lines.append(f"acl_file {acl_file}")
        if config.dynamic_security is not None:
            lines += [f"plugin {_dynamic_security_plugin()}"]
            lines += [f"plugin_opt_config_file {self._write_dynamic_security()}"]
        lines += config.extra
        lines += [f"listener {self.port} {self.host}", *config.listener_extra]
        if self.websocket_port:
            lines += _websocket_listener(self.websocket_port, self.host)
        if self.tls_port:
            lines += [f"listener {self.tls_port} {self.host}", *self._tls_lines()]
        if self.secure_websocket_port:
            lines += _websocket_listener(self.secure_websocket_port, self.host)
            lines += self._tls_lines()
        (self._folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def _tls_lines(self) -> list[str]:
        files = self._config.server_certificate
        assert files is not None
        lines = [f"certfile {files.cert_file}", f"keyfile {files.key_file}"]
        if self._config.tls_version:
            lines.append(f"tls_version {self._config.tls_version}")
        if self._config.client_ca_file:
            lines += [f"cafile {self._config.client_ca_file}", "require_certificate true"]
        return lines

    def _write_password_file(self) -> Path:
        password_file = self._folder / "passwords"
        pairs = [f"{user}:{password}\n" for user, password in self._config.users.items()]
        password_file.write_text("".join(pairs))
        password_file.chmod(0o600)
        subprocess.run([program("mosquitto_passwd"), "-U", str(password_file)], check=True)
        return password_file

    def _write_dynamic_security(self) -> Path:
        assert self._config.dynamic_security is not None
        user, password, topic_filter = self._config.dynamic_security
        salt = os.urandom(12)
        iterations = 101
        hashed = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)
        acls = [
            {"acltype": kind, "topic": topic_filter, "allow": True}
            for kind in ("publishClientSend", "publishClientReceive", "subscribePattern")
        ]
        denied = ("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe")
        content = {
            "defaultACLAccess": dict.fromkeys(denied, False),
            "roles": [{"rolename": "reader", "acls": acls}],
            "clients": [
                {
                    "username": user,
                    "password": base64.b64encode(hashed).decode(),
                    "salt": base64.b64encode(salt).decode(),
                    "iterations": iterations,
                    "roles": [{"rolename": "reader"}],
                }
            ],
        }
        file = self._folder / "dynamic-security.json"
        file.write_text(json.dumps(content))
        file.chmod(0o600)
        return file


def _dynamic_security_plugin() -> str:
    """Return the path of the plugin that comes with mosquitto 2; MosquittoMissing without it."""
    for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib"):
        found = sorted(Path(folder).glob("**/mosquitto_dynamic_security.so"))
        if found:
            return str(found[0])
    raise MosquittoMissing(
        "mosquitto_dynamic_security.so is missing: install mosquitto 2.0 or newer with its plugins."
    )


def _websocket_listener(port: int, host: str) -> list[str]:
    # mosquitto 2.0 binds WebSocket listeners to every interface without socket_domain.
    return [f"listener {port} {host}", "socket_domain ipv4", "protocol websockets"]
