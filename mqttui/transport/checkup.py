"""Examining a connection step by step, on a thread of its own.

Each step is taken with connections that are closed again, so that a failure has one place: name,
TCP, TLS, WebSocket, CONNECT, and then one subscription after the other. The last will is never
given, because a test must not announce anybody's death, and a persistent session is left alone.
"""

from __future__ import annotations

import datetime
import ipaddress
import logging
import secrets
import socket
import ssl
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from mqttui.broker.certificate import read_certificate
from mqttui.broker.checkup import (
    Checkup,
    StepKind,
    StepState,
    certificate_facts,
    examined_subscriptions,
    expiry_remark,
    planned_checkup,
    step_changes,
)
from mqttui.broker.diagnosis import diagnose, shown_path
from mqttui.broker.problem import ProblemError
from mqttui.broker.reasons import Attempt
from mqttui.payload.printable import printable
from mqttui.transport.client_setup import ready_client
from mqttui.transport.connection import Connection, Patience, Stopped
from mqttui.transport.subscriptions import Subscriptions
from mqttui.transport.tls import tls_context
from mqttui.transport.wakeup import Wakeup

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.broker.problem import Problem
    from mqttui.core.message import RawMessage
    from mqttui.core.source import SubscriptionStatus
    from mqttui.settings.connection import ConnectionSettings, Subscription
    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient
    from mqttui.transport.task import Accepted

Facts: TypeAlias = "tuple[tuple[str, str], ...]"

_log = logging.getLogger(__name__)

_SYS = "$SYS/#"
_MAX_SHOWN_ADDRESSES = 4
_FIGURES_PATIENCE_S = 2.0
"""How long to wait for the first figure under `$SYS/`, which brokers retain."""

_NO_FIGURES = "The broker grants this, but nothing came."
_NO_FIGURES_ADVICE = (
    "It has no figures there, or an access list withholds them; what mqttui says of the broker "
    "itself stays unknown."
)


class _Failed(Exception):
    """The step that is running has failed; its snapshot says why."""


class CheckupRun:
    """One examination. `status` is polled; `start` and `cancel` return at once.

    `wall_clock` gives seconds since the epoch, for the age of certificates.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        patience: Patience | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._patience = patience or Patience()
        self._wall_clock = wall_clock
        self._status = planned_checkup(settings)
        self._lock = threading.Lock()
        self._wakeup = Wakeup()
        self._number = -1
        self._began_s = 0.0
        self._is_finished = False
        # What the connection for CONNECT and SUBSCRIBE is about.
        self._protocol = ""
        self._client: FastClient | StockClient | None = None
        self._subscriptions = Subscriptions(())
        self._has_figures = False
        self._figures_due_s: float | None = None

    @property
    def status(self) -> Checkup:
        """The newest snapshot; the same object as long as nothing changed."""
        return self._status

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._run, name="mqttui-checkup", daemon=True).start()

    def cancel(self) -> None:
        """End it now. A call that cannot be interrupted ends later, unnoticed. From any thread."""
        self._finish(is_cancelled=True)
        self._wakeup.wake()

    def _run(self) -> None:
        try:
            self._examine()
        except (_Failed, Stopped):
            pass
        except Exception as error:
            # Whoever polls must come to an end whatever happens.
            _log.exception("a checkup failed unexpectedly")
            self._change(**step_changes(diagnose(error, self._settings)))
        finally:
            self._finish()
            self._wakeup.close()

    def _examine(self) -> None:
        addresses = self._look_up()
        self._require_interest()
        sock = self._reach(addresses)
        try:
            self._require_interest()
            if self._settings.tls is not None:
                sock = self._encrypt(sock, addresses)
        finally:
            sock.close()
        self._require_interest()
        self._speak()

    def _require_interest(self) -> None:
        """Raise Stopped when the checkup was cancelled."""
        if self._is_finished:
            raise Stopped

    # Snapshots

    def _begin(self, kind: StepKind) -> None:
        """Take the next step."""
        self._number += 1
        assert self._status.steps[self._number].kind is kind
        self._began_s = time.monotonic()
        self._change(state=StepState.RUNNING)

    def _pass(self, *facts: tuple[str, str], problem: str | None = None, advice: str = "") -> None:
        """End the step that is running well, or with a remark."""
        state = StepState.PASSED if problem is None else StepState.REMARKABLE
        self._change(
            state=state, took_s=self._took_s(), facts=facts, problem=problem, advice=advice or None
        )

    def _fail(self, problem: Problem, *facts: tuple[str, str]) -> _Failed:
        """End the step that is running; the caller raises what is returned."""
        self._change(took_s=self._took_s(), facts=facts, **step_changes(problem))
        return _Failed()

    def _took_s(self) -> float:
        return time.monotonic() - self._began_s

    def _change(self, **changes: Any) -> None:
        with self._lock:
            if not self._status.is_done:
                self._status = self._status.with_step(self._number, **changes)

    def _finish(self, *, is_cancelled: bool = False) -> None:
        with self._lock:
            if not self._status.is_done:
                self._status = self._status.ended(is_cancelled=is_cancelled)
        self._is_finished = True

    # Name, TCP, TLS

    def _look_up(self) -> list[tuple[Any, ...]]:
        """Return what getaddrinfo knows of the host."""
        self._begin(StepKind.NAME)
        settings = self._settings
        try:
            found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self._fail(diagnose(error, settings)) from None
        names = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if _is_address(settings.host):
            self._pass(("nothing to look up", "an address was given"))
            return found
        more = len(names) - _MAX_SHOWN_ADDRESSES
        shown = ", ".join(map(printable, names[:_MAX_SHOWN_ADDRESSES]))
        self._pass(("addresses", shown + (f" and {more} more" if more > 0 else "")))
        return found

    def _reach(self, addresses: list[tuple[Any, ...]]) -> socket.socket:
        """Return a socket that is connected to the first address that answers."""
        self._begin(StepKind.TCP)
        facts: list[tuple[str, str]] = []
        last_error: OSError = ConnectionRefusedError()
        for address in addresses:
            try:
                sock = self._connected(address)
            except OSError as error:
                last_error = error
                facts.append((f"not {printable(str(address[4][0]))}", _reason(error)))
            else:
                self._pass((f"port {self._settings.port}", _peer(sock)), *facts)
                return sock
            self._require_interest()
        raise self._fail(diagnose(last_error, self._settings), *facts)

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
        self._begin(StepKind.TLS)
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
            raise self._fail(diagnose(error, settings), *facts) from None
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
        self._pass(*facts, problem=remark, advice=advice)
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

    # WebSocket, CONNECT, SUBSCRIBE

    def _speak(self) -> None:
        """Connect and subscribe, again after a filter at which the broker closes."""
        if self._settings.websocket_path is not None:
            self._begin(StepKind.WEBSOCKET)
        else:
            self._begin(StepKind.CONNECT)
        wanted, _ = examined_subscriptions(self._settings)
        protocols = ["5", "3.1.1"]
        if self._settings.protocol != "auto":
            protocols = [self._settings.protocol]
        while not self._is_finished:
            self._protocol = protocols[0]
            end = self._connection(wanted).run()
            if self._status.has_passed:
                # The broker ended it instead of answering; the others may still be granted.
                self._fail(end.problem)
                wanted = wanted[len(wanted) - self._steps_left() :]
                if not wanted:
                    return
                self._begin(StepKind.SUBSCRIBE)
            elif end.may_be_protocol and len(protocols) > 1:
                del protocols[0]
            else:
                raise self._fail(end.problem)

    def _steps_left(self) -> int:
        return len(self._status.steps) - self._number - 1

    def _connection(self, wanted: list[Subscription]) -> Connection:
        settings = replace(
            self._settings,
            will=None,
            is_clean=True,
            session_expiry_s=None,
            client_id=self._settings.client_id if self._settings.is_clean else None,
        )
        client_id = settings.client_id or f"mqttui-{secrets.token_hex(4)}"
        is_mqtt5 = self._protocol == "5"
        if is_mqtt5:
            wanted = [_without_retained(each) for each in wanted]
        self._subscriptions = Subscriptions(tuple(wanted))
        try:
            client, _ = ready_client(
                settings,
                self._take,
                client_id=client_id,
                is_mqtt5=is_mqtt5,
                connect_timeout_s=self._patience.connect_s,
            )
        except ProblemError as error:
            raise self._fail(error.problem) from None
        self._client = client
        return Connection(
            client,
            settings,
            Attempt(
                settings.label,
                client_id,
                is_client_id_given=settings.client_id is not None,
                user=settings.user,
            ),
            self._subscriptions,
            is_mqtt5=is_mqtt5,
            is_clean_start=True,
            patience=self._patience,
            wakeup=self._wakeup,
            is_stopping=lambda: self._is_finished,
            on_opened=self._opened,
            on_accepted=lambda: None,
            on_change=self._look_at_answers,
            tasks=(self,),
        )

    def _opened(self) -> None:
        if self._status.steps[self._number].kind is StepKind.WEBSOCKET:
            self._pass(("path", shown_path(self._settings.websocket_path or "/")))
            self._begin(StepKind.CONNECT)

    def _take(self, messages: list[RawMessage], size_bytes: int) -> None:
        self._has_figures = self._has_figures or any(
            message[0].startswith(b"$SYS/") for message in messages
        )

    def begin(self, client: FastClient | StockClient, accepted: Accepted) -> None:
        """Say what the broker said when it accepted the connection."""
        if self._status.has_passed:
            return
        settings = self._settings
        version = f"MQTT {self._protocol}"
        if settings.protocol == "auto" and self._protocol != "5":
            version += "; MQTT 5 is refused"
        session = "yes" if accepted.is_session_present else "no"
        if not settings.is_clean:
            session = "not looked at: the test leaves your session alone"
        facts = [("version", version), ("session present", session)]
        if settings.client_id is not None and settings.is_clean:
            facts.append(("client id", printable(settings.client_id)))
        limits = accepted.limits.words()
        facts.append(("limits", ", ".join(limits) if limits else self._no_limits()))
        remark = None
        if settings.will is not None:
            remark = _will_problem(settings.will.qos, settings.will.retain, accepted)
        self._pass(*facts, problem=remark, advice="Change the will." if remark else "")
        self._begin(StepKind.SUBSCRIBE)

    def _no_limits(self) -> str:
        return "none said" if self._protocol == "5" else "not said in MQTT 3.1.1"

    def pursue(self, now_s: float) -> float | None:
        """Wait for figures of the broker once everything was answered; then end."""
        if self._is_finished or self._status.steps[self._number].is_over:
            return None
        entry = self._entry()
        if entry is None or entry.is_pending or entry.topic_filter != _SYS:
            return None
        if self._figures_due_s is None:
            self._figures_due_s = now_s + _FIGURES_PATIENCE_S
        if not self._has_figures and now_s < self._figures_due_s:
            return self._figures_due_s - now_s
        self._judge(entry)
        self._go_on()
        return None

    def ended(self) -> None:
        """Forget the client."""
        self._client = None

    def _entry(self) -> SubscriptionStatus | None:
        """Return the state of the filter whose step is running."""
        topic_filter = self._status.steps[self._number].topic_filter
        found = (e for e in self._subscriptions.status if e.topic_filter == topic_filter)
        return next(found, None)

    def _look_at_answers(self) -> None:
        """Note every answer; the filters are answered in the order of the steps."""
        while not self._is_finished:
            entry = self._entry()
            if entry is None or entry.is_pending:
                return
            if entry.topic_filter == _SYS and entry.granted_qos is not None:
                # `pursue` sees whether something comes.
                return
            self._judge(entry)
            if not self._go_on():
                return

    def _judge(self, entry: SubscriptionStatus) -> None:
        """End the step of a filter that was answered."""
        if entry.granted_qos is None:
            own = (each.topic_filter for each in self._settings.subscriptions)
            # Nobody asked for `#` where the connection has filters of its own.
            is_wanted = entry.topic_filter in own
            self._change(
                state=StepState.FAILED if is_wanted else StepState.REMARKABLE,
                took_s=self._took_s(),
                problem=entry.problem,
                advice=_refusal_advice(entry.topic_filter),
            )
            return
        granted = ("granted", f"QoS {entry.granted_qos}")
        if entry.topic_filter == _SYS and not self._has_figures:
            self._pass(granted, problem=_NO_FIGURES, advice=_NO_FIGURES_ADVICE)
        else:
            self._pass(granted, problem=entry.problem)

    def _go_on(self) -> bool:
        """Take the step of the next filter, or end; return whether there is one."""
        if self._steps_left():
            self._begin(StepKind.SUBSCRIBE)
            return True
        self._finish()
        self._wakeup.wake()
        return False


def _without_retained(subscription: Subscription) -> Subscription:
    """Return a subscription that brings no retained messages, at which nobody would look.

    But of `$SYS/#` they show that something comes.
    """
    if subscription.topic_filter == _SYS:
        return replace(subscription, retain_handling=0)
    return replace(subscription, retain_handling=2)


def _refusal_advice(topic_filter: str) -> str:
    if topic_filter == "#":
        return "Subscribe to what this user may read: a narrower topic filter."
    if topic_filter == _SYS:
        return "What mqttui says of the broker itself stays unknown."
    return "Ask whoever runs the broker to allow this filter, or leave it out."


def _will_problem(qos: int, retain: bool, accepted: Accepted) -> str | None:
    if qos > accepted.limits.maximum_qos:
        return f"The broker takes no will at QoS {qos}."
    if retain and not accepted.limits.is_retain_available:
        return "The broker takes no will that is to be retained."
    return None


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
