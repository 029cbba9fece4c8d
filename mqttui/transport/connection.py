"""One connection to a broker, from the name of the host to the last byte.

Everything here runs on the session's network thread: it alone calls paho, so that nothing else
writes to the socket.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import WebsocketConnectionError
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.broker import diagnosis, reasons
from mqttui.broker.limits import BrokerLimits
from mqttui.transport.farewell import await_end, send_disconnect
from mqttui.transport.subscribing import Subscribing
from mqttui.transport.task import Accepted, limits_of, reason_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
    from paho.mqtt.reasoncodes import ReasonCode

    from mqttui.broker.problem import Problem
    from mqttui.broker.reasons import Attempt
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient
    from mqttui.transport.subscriptions import Subscriptions
    from mqttui.transport.task import Task
    from mqttui.transport.wakeup import Wakeup

_log = logging.getLogger(__name__)

DEFAULT_SESSION_EXPIRY_S = 3600
"""How long an MQTT 5 broker keeps a persistent session after a lost connection, unless given."""

_TICK_S = 1.0
_KEEPALIVE_TIMEOUT = 0x8D

# Codes of DISCONNECT with which a broker may answer a SUBSCRIBE that it does not like.
_BLAMES_SUBSCRIPTION = {0x80, 0x82, 0x83, 0x87, 0x8F, 0x97, 0x9E, 0xA1, 0xA2}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds.

    `connect_s` holds for each address of the host, and again for TLS and for WebSocket.
    """

    connect_s: float = 10.0
    connack_s: float = 10.0
    suback_s: float = 5.0
    farewell_s: float = 1.0


@dataclass(frozen=True, slots=True)
class ConnectionEnd:
    """How a connection ended.

    `lasted_s` is the time since the broker accepted it, None when it never did.
    `may_be_protocol` is true when the broker perhaps does not speak this version of MQTT,
    `is_protocol_refused` when it said so. `was_silent` is true when an accepted connection was
    closed by the other side without a word, `was_taken_over` when the broker named a takeover.
    """

    problem: Problem
    lasted_s: float | None = None
    may_be_protocol: bool = False
    is_protocol_refused: bool = False
    was_silent: bool = False
    was_taken_over: bool = False


class Stopped(Exception):
    """The session is being stopped."""


class Connection:
    """Drives a client through one connection.

    `on_opened` is called when there is a way to speak MQTT and nothing was said, `on_accepted`
    when the broker has accepted the connection, `on_change` when the state of a subscription
    changed. `tasks` are done beside receiving. `is_stopping` is asked whenever
    `wakeup` fires. While `is_opening` the thread is in calls that nothing can interrupt.
    """

    def __init__(
        self,
        client: FastClient | StockClient,
        settings: ConnectionSettings,
        attempt: Attempt,
        subscriptions: Subscriptions,
        *,
        is_mqtt5: bool,
        is_clean_start: bool,
        patience: Patience,
        wakeup: Wakeup,
        is_stopping: Callable[[], bool],
        on_accepted: Callable[[], None],
        on_change: Callable[[], None],
        on_opened: Callable[[], None] | None = None,
        tasks: Sequence[Task] = (),
    ) -> None:
        self._client = client
        self._settings = settings
        self._attempt = attempt
        self._subscriptions = subscriptions
        self._is_mqtt5 = is_mqtt5
        self._is_clean_start = is_clean_start
        self._patience = patience
        self._wakeup = wakeup
        self._is_stopping = is_stopping
        self._on_opened = on_opened
        self._on_accepted = on_accepted
        self._tasks = (Subscribing(subscriptions, patience.suback_s, on_change), *tasks)
        self.is_opening = False
        self._accepted_at: float | None = None
        self._refusal: Problem | None = None
        self._is_protocol_refused = False
        self._disconnect_code: int | None = None
        self._disconnect_text: str | None = None
        self._has_missed_keepalive = False
        self._answer_due_at = 0.0
        self._farewell_until: float | None = None

    def run(self) -> ConnectionEnd:
        """Connect and stay until the connection ends; raises Stopped when the session stops."""
        client = self._client
        client.wire.problem = None
        client.wire.error = None
        client.wire.disconnect_code = None
        client.on_socket_open = self._socket_opened
        client.on_socket_close = self._socket_closing
        client.on_connect = self._connect_answered
        client.on_disconnect = self._disconnected
        try:
            self.is_opening = True
            try:
                self._open()
            except Exception as error:
                return self._failed(error)
            finally:
                self.is_opening = False
            try:
                rc = self._stay()
            except Exception as error:
                # Versions of paho raise different things for a packet that breaks the rules.
                _log.exception("a packet could not be handled")
                client.wire.malformed += 1
                client.wire.problem = f"a packet could not be handled ({type(error).__name__})."
                rc = MQTTErrorCode.MQTT_ERR_PROTOCOL
            if self._is_stopping():
                raise Stopped
            return self._judged(rc)
        finally:
            if client.socket() is not None:
                self._drop_socket()
            # The client outlives the connection; it must not keep it alive.
            client.on_socket_open = None
            client.on_socket_close = None
            client.on_connect = None
            client.on_disconnect = None
            for task in self._tasks:
                task.ended()

    def _open(self) -> None:
        settings = self._settings
        client = self._client
        if not self._is_mqtt5:
            client.connect(settings.host, settings.port, settings.keepalive_s)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        expiry_s = settings.session_expiry_s
        if expiry_s is None and not settings.is_clean:
            expiry_s = DEFAULT_SESSION_EXPIRY_S
        if expiry_s:
            properties.SessionExpiryInterval = expiry_s
        # Neither Receive Maximum nor Maximum Packet Size is announced: a broker drops silently
        # what is larger, while here it is cut and counted. No Topic Alias Maximum either: paho
        # would hand over messages without a topic.
        client.connect(
            settings.host,
            settings.port,
            settings.keepalive_s,
            clean_start=self._is_clean_start,
            properties=properties,
        )

    def _socket_opened(self, _client: Client, _userdata: Any, _socket: Any) -> None:
        # Not a byte of a session that was stopped meanwhile may reach the broker: its client id
        # may be in use again.
        if self._is_stopping():
            raise Stopped
        if self._on_opened is not None:
            self._on_opened()

    def _socket_closing(self, _client: Client, _userdata: Any, sock: Any) -> None:
        if self._farewell_until is not None:
            await_end(sock.fileno(), self._farewell_until)
            return
        wire = self._client.wire
        if self._accepted_at is not None or self._settings.tls is None or wire.error is not None:
            return
        # With TLS 1.3 a broker judges the client certificate after the handshake. Its alert
        # may have arrived though writing CONNECT failed, and then nobody has read it yet.
        try:
            sock.recv(1)
        except (ssl.SSLWantReadError, BlockingIOError):
            pass
        except OSError as error:
            wire.error = error

    def _stay(self) -> MQTTErrorCode:
        """Serve the connection until it ends or the session stops; return paho's last word."""
        client = self._client
        sock = client.socket()
        rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        if sock is None:
            return rc
        self._answer_due_at = time.monotonic() + self._patience.connack_s
        with selectors.DefaultSelector() as selector:
            # Registered by number: paho closes the socket while it is registered.
            number = sock.fileno()
            selector.register(self._wakeup.fileno(), selectors.EVENT_READ)
            selector.register(number, selectors.EVENT_READ)
            is_writing = False
            rest_s: float | None = None
            while client.socket() is sock:
                if client.want_write() != is_writing:
                    is_writing = not is_writing
                    events = selectors.EVENT_READ | (selectors.EVENT_WRITE * is_writing)
                    selector.modify(number, events)
                pending = getattr(sock, "pending", None)
                timeout_s = 0.0 if pending is not None and pending() else self._tick_s(rest_s)
                for key, _ in selector.select(timeout_s):
                    if key.fd != number:
                        self._wakeup.clear()
                        if self._is_stopping():
                            self._say_goodbye()
                            return rc
                rc = client.loop(0.0)
                if client.socket() is sock:
                    if self._accepted_at is not None:
                        rest_s = self._pursue_tasks()
                    elif time.monotonic() >= self._answer_due_at:
                        self._refusal = diagnosis.no_connack(self._settings)
                        break
        return rc

    def _tick_s(self, rest_s: float | None) -> float:
        """Return how long to wait for traffic, at most."""
        if self._accepted_at is None:
            rest_s = self._answer_due_at - time.monotonic()
        return _TICK_S if rest_s is None else max(0.0, min(_TICK_S, rest_s))

    def _pursue_tasks(self) -> float | None:
        """Do what is due; return how many seconds later there is more to do."""
        now_s = time.monotonic()
        rests = [task.pursue(now_s) for task in self._tasks]
        return min((rest for rest in rests if rest is not None), default=None)

    def _say_goodbye(self) -> None:
        self._farewell_until = time.monotonic() + self._patience.farewell_s
        send_disconnect(self._client, self._farewell_until)

    def _drop_socket(self) -> None:
        """Close a connection that paho still holds, without a DISCONNECT."""
        sock = self._client.socket()
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.close()

    def _connect_answered(
        self,
        _client: Client,
        _userdata: Any,
        flags: ConnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if code.value >= reasons.UNSPECIFIED_ERROR:
            self._is_protocol_refused = code.value == reasons.UNSUPPORTED_PROTOCOL_VERSION
            text = reason_text(properties)
            self._refusal = reasons.connack_problem(code.value, self._attempt, text)
            return
        self._accepted_at = time.monotonic()
        limits = limits_of(properties) if self._is_mqtt5 else BrokerLimits()
        accepted = Accepted(self._is_mqtt5, bool(flags.session_present), limits)
        for task in self._tasks:
            task.begin(self._client, accepted)
        self._on_accepted()

    def _disconnected(
        self,
        _client: Client,
        _userdata: Any,
        flags: DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            told = self._client.wire.disconnect_code
            self._disconnect_code = code.value if told is None else told
            self._disconnect_text = reason_text(properties)
        elif code.value == _KEEPALIVE_TIMEOUT:
            self._has_missed_keepalive = True

    def _failed(self, error: Exception) -> ConnectionEnd:
        """Return what an exception of `_open` means."""
        if isinstance(error, Stopped) or self._is_stopping():
            raise Stopped from error
        if isinstance(error, WebsocketConnectionError):
            return ConnectionEnd(diagnosis.websocket_refused(self._settings))
        if not isinstance(error, OSError | UnicodeError):
            _log.exception("connecting failed unexpectedly")
        return ConnectionEnd(diagnosis.diagnose(error, self._settings))

    def _judged(self, rc: MQTTErrorCode) -> ConnectionEnd:
        """Return why the connection that `_stay` served has ended."""
        if self._refusal is not None:
            return ConnectionEnd(
                self._refusal,
                may_be_protocol=self._is_protocol_refused,
                is_protocol_refused=self._is_protocol_refused,
            )
        if self._accepted_at is None:
            return self._judged_unanswered(rc)
        lasted_s = time.monotonic() - self._accepted_at
        code = self._disconnect_code
        if code is not None:
            self._subscriptions.connection_ended(is_suspect=code in _BLAMES_SUBSCRIPTION)
            return ConnectionEnd(
                reasons.disconnect_problem(code, self._attempt, self._disconnect_text),
                lasted_s,
                was_taken_over=code == reasons.SESSION_TAKEN_OVER,
            )
        if self._has_missed_keepalive:
            self._subscriptions.connection_ended(is_suspect=False)
            return ConnectionEnd(diagnosis.keepalive_missed(self._settings), lasted_s)
        if self._client.wire.problem is not None:
            self._subscriptions.connection_ended(is_suspect=False)
            problem = diagnosis.malformed_packet(self._settings, self._client.wire.problem)
            return ConnectionEnd(problem, lasted_s)
        blamed = self._subscriptions.connection_ended(is_suspect=True)
        if blamed is not None:
            problem = diagnosis.closed_at_subscription(self._settings, blamed)
            return ConnectionEnd(problem, lasted_s)
        # A broker that ends a connection on purpose closes or resets it; other errors come from
        # the network.
        error = self._client.wire.error
        was_silent = error is None or isinstance(error, ConnectionResetError)
        problem = diagnosis.connection_lost(self._settings)
        return ConnectionEnd(problem, lasted_s, was_silent=was_silent)

    def _judged_unanswered(self, rc: MQTTErrorCode) -> ConnectionEnd:
        """Return why a connection ended before a CONNACK that could be understood."""
        wire = self._client.wire
        if isinstance(wire.error, ssl.SSLError):
            return ConnectionEnd(diagnosis.diagnose(wire.error, self._settings))
        if rc == MQTTErrorCode.MQTT_ERR_PROTOCOL and wire.problem is None and not self._is_mqtt5:
            # What paho makes of return code 1 of 3.1.1 (section 3.2.2.3), without a callback.
            code = reasons.UNSUPPORTED_PROTOCOL_VERSION
            return ConnectionEnd(
                reasons.connack_problem(code, self._attempt),
                may_be_protocol=True,
                is_protocol_refused=True,
            )
        if wire.problem is not None or rc == MQTTErrorCode.MQTT_ERR_PROTOCOL:
            return ConnectionEnd(diagnosis.not_mqtt(self._settings), may_be_protocol=True)
        return ConnectionEnd(diagnosis.closed_without_answer(self._settings), may_be_protocol=True)
