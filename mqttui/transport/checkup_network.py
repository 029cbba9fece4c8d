"""The first steps of an examined connection: name lookup, TCP and TLS."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from mqttui.broker.certificate import read_certificate
from mqttui.broker.checkup import StepKind, certificate_facts, expiry_remark
from mqttui.broker.diagnosis import diagnose
from mqttui.broker.problem import ProblemError
from mqttui.payload.printable import printable
from mqttui.transport.tls import tls_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.settings.connection import ConnectionSettings
    from mqttui.transport.checkup_record import CheckupRecord
    from mqttui.transport.connection import Patience

Facts: TypeAlias = "tuple[tuple[str, str], ...]"

_MAX_SHOWN_ADDRESSES = 4


class NetworkSteps:
    """Takes these steps with sockets of its own, which are closed again.

    `wall_clock` gives seconds since the epoch, for the age of certificates.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        record: CheckupRecord,
        patience: Patience,
        wall_clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._record = record
        self._patience = patience
        self._wall_clock = wall_clock

    def take(self) -> None:
        """Take them all. Raises `StepFailed`, or `Stopped` when nobody wants to know any more."""
        addresses = self._look_up()
        self._record.require_interest()
        sock = self._reach(addresses)
        try:
            self._record.require_interest()
            if self._settings.tls is not None:
                sock = self._encrypt(sock, addresses)
        finally:
            sock.close()
        self._record.require_interest()

    def _look_up(self) -> list[tuple[Any, ...]]:
        """Return what getaddrinfo knows of the host."""
        self._record.begin(StepKind.NAME)
        settings = self._settings
        try:
            found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self._record.failed(diagnose(error, settings)) from None
        names = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if _is_address(settings.host):
            self._record.passed(("nothing to look up", "an address was given"))
            return found
        more = len(names) - _MAX_SHOWN_ADDRESSES
        shown = ", ".join(map(printable, names[:_MAX_SHOWN_ADDRESSES]))
        self._record.passed(("addresses", shown + (f" and {more} more" if more > 0 else "")))
        return found

    def _reach(self, addresses: list[tuple[Any, ...]]) -> socket.socket:
        """Return a socket that is connected to the first address that answers."""
        self._record.begin(StepKind.TCP)
        facts: list[tuple[str, str]] = []
        last_error: OSError = ConnectionRefusedError()
        for address in addresses:
            try:
                sock = self._connected(address)
            except OSError as error:
                last_error = error
                facts.append((f"tried {printable(str(address[4][0]))}", _reason(error)))
            else:
                self._record.passed((f"port {self._settings.port}", _peer(sock)), *facts)
                return sock
            self._record.require_interest()
        raise self._record.failed(diagnose(last_error, self._settings), *facts)

    def _connected(self, address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, where = address
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(self._patience.connect_s)
            sock.connect(where)
        except BaseException:
            sock.close()
            raise
        return sock

    def _encrypt(self, sock: socket.socket, addresses: list[tuple[Any, ...]]) -> socket.socket:
        """Return the socket with TLS around it; the one that was given is no longer usable."""
        self._record.begin(StepKind.TLS)
        settings = self._settings
        assert settings.tls is not None
        try:
            context = tls_context(settings.tls)
            encrypted = context.wrap_socket(sock, server_hostname=settings.host)
        except (OSError, ProblemError, UnicodeError, ValueError) as error:
            sock.close()
            facts: Facts = ()
            if isinstance(error, ssl.SSLCertVerificationError):
                facts = self._unverified_facts(addresses)
            raise self._record.failed(diagnose(error, settings), *facts) from None
        version, cipher = encrypted.version() or "TLS", encrypted.cipher()
        facts = (("protocol", f"{version}, {cipher[0]}" if cipher else version),)
        if (protocol := encrypted.selected_alpn_protocol()) is not None:
            facts += (("ALPN", printable(protocol)),)
        certificate = read_certificate(encrypted.getpeercert(binary_form=True) or b"")
        remark, advice = None, ""
        if certificate is not None:
            facts += certificate_facts(certificate, self._now())
            remark = expiry_remark(certificate, self._now())
            advice = "Whoever runs the broker has to renew it." if remark else ""
        if settings.tls.is_insecure:
            remark = "The certificate was not checked."
            advice = "Anyone in between can read and change everything; use it for a test only."
        self._record.passed(*facts, problem=remark, advice=advice)
        return encrypted

    def _unverified_facts(self, addresses: list[tuple[Any, ...]]) -> Facts:
        """Return what a certificate says that was not accepted: shown only, never trusted."""
        settings = self._settings
        assert settings.tls is not None
        context = tls_context(replace(settings.tls, is_insecure=True))
        for address in addresses:
            try:
                with (
                    self._connected(address) as sock,
                    context.wrap_socket(sock, server_hostname=settings.host) as encrypted,
                ):
                    found = read_certificate(encrypted.getpeercert(binary_form=True) or b"")
            except OSError:
                continue
            return () if found is None else certificate_facts(found, self._now())
        return ()

    def _now(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._wall_clock(), datetime.UTC)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _peer(sock: socket.socket) -> str:
    return printable(str(sock.getpeername()[0]))


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    return printable(error.strerror or type(error).__name__)
