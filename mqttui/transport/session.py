"""A live broker as a source of messages: connects, stays, and comes back.

One thread of its own does everything that touches the network, in this order: look up the name,
connect, TLS, CONNECT, subscribe, read until the end, wait, and again. Other threads only leave
requests and wake it. What they read (`status`, `counters`) are snapshots.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from mqttui.broker import reasons
from mqttui.broker.diagnosis import diagnose
from mqttui.broker.problem import Problem, ProblemError
from mqttui.broker.reasons import Attempt
from mqttui.core.message import Batch
from mqttui.core.source import Phase, SourceStatus
from mqttui.transport.backoff import SHORTEST_S, TAKEOVER_FLOOR_S, Failures, reconnect_delay_s
from mqttui.transport.client_setup import ready_client
from mqttui.transport.connection import Connection, ConnectionEnd, Patience, Stopped
from mqttui.transport.counters import source_counters
from mqttui.transport.inbox import Inbox
from mqttui.transport.publishing import Publishing
from mqttui.transport.subscriptions import Subscriptions
from mqttui.transport.tls import INSECURE_WARNING, security_of
from mqttui.transport.trace import Trace
from mqttui.transport.wakeup import Wakeup

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.message import RawMessage
    from mqttui.core.publishing import PublishRequest, Receipt
    from mqttui.core.retained.fetching import RetainedFetch
    from mqttui.core.source import SourceCounters
    from mqttui.settings.connection import ConnectionSettings, Subscription
    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.retained import Fetch
    from mqttui.transport.stock_client import StockClient

_log = logging.getLogger(__name__)

KnownProtocol = Literal["3.1.1", "5"]

INBOX_MAX_MESSAGES = 1_000_000
INBOX_MAX_BYTES = 128 * 1024 * 1024

_STOP_CONNECTED_S = 3.0
_STOP_OPENING_S = 0.25
_STOP_SLICE_S = 0.05
_TAKEOVER_SUSPECTED_AFTER = 2
_LONG_S = 3600.0
_EXPIRY_IGNORED = "The session expiry is ignored: it needs MQTT 5, and this is MQTT 3.1.1."
_NO_CLIENT_ID = Problem(
    "A persistent session needs a client id, so that the broker knows it again.",
    "Give one with --client-id, or leave --persistent out.",
    is_permanent=True,
)


class Session:
    """A `MessageSource` that keeps a connection to one broker.

    `known_protocol` is what this broker spoke last time; under `auto` it is tried first.
    `on_protocol_learnt` is called on the network thread when something else worked than what
    was expected, `on_first_accepted` there when the broker has accepted the first connection.
    `chance` gives random numbers in [0, 1) for the waits between attempts.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        max_messages: int = INBOX_MAX_MESSAGES,
        max_bytes: int = INBOX_MAX_BYTES,
        known_protocol: KnownProtocol | None = None,
        on_protocol_learnt: Callable[[KnownProtocol], None] | None = None,
        on_first_accepted: Callable[[], None] | None = None,
        patience: Patience | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._expected_protocol: KnownProtocol = known_protocol or "5"
        self._on_protocol_learnt = on_protocol_learnt
        self._on_first_accepted = on_first_accepted
        self._patience = patience or Patience()
        self._chance = chance
        self._inbox = Inbox(max_messages, max_bytes)
        self._subscriptions = Subscriptions(settings.subscriptions)
        self._attempt = Attempt(
            label=settings.label,
            # 15 characters: MQTT 3.1 allows 23, and some brokers still do.
            client_id=settings.client_id or f"mqttui-{secrets.token_hex(4)}",
            is_client_id_given=settings.client_id is not None,
            user=settings.user,
        )
        self._clients: dict[KnownProtocol, FastClient | StockClient] = {}
        self._retired: list[FastClient | StockClient] = []
        self._client_warning: str | None = None
        self._proven_protocol: KnownProtocol | None = None
        self._acceptances = 0
        self._failures = Failures()
        self._wakeup = Wakeup()
        self._publishing = Publishing(
            self._wakeup.wake,
            may_resume=not settings.is_clean or bool(settings.session_expiry_s),
        )
        self._is_stopping = False
        self._is_retry_wanted = False
        self._connection: Connection | None = None
        self._fetches: list[Fetch] = []
        self._trace = Trace()
        self._status_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._status = SourceStatus(
            label=settings.label,
            phase=Phase.IDLE,
            security=security_of(settings.tls),
            client_id=self._attempt.client_id,
            subscriptions=self._subscriptions.status,
            warnings=self._warnings(None),
        )

    @property
    def status(self) -> SourceStatus:
        """The newest snapshot; the same object as long as nothing changed."""
        return self._status

    @property
    def counters(self) -> SourceCounters:
        """A snapshot of the counters."""
        clients = (*self._retired, *self._clients.values())
        return source_counters(
            self._inbox.counters,
            [client.wire for client in clients],
            reconnects=max(0, self._acceptances - 1),
        )

    @property
    def trace(self) -> Trace:
        """The record of control packets, off until it is started."""
        return self._trace

    def start(self) -> None:
        """Begin to connect; returns at once. Raises RuntimeError when called twice."""
        if self._thread is not None:
            raise RuntimeError("a session is started once")
        self._set_status(phase=Phase.CONNECTING, attempt=1)
        self._thread = threading.Thread(target=self._run, name="mqttui-session", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Disconnect politely and end the network thread.

        Always returns soon. While a name is looked up or a connection is being opened, the
        thread cannot be interrupted: it ends by itself when that is over, and no byte of MQTT
        leaves it any more.
        """
        self._is_stopping = True
        self._wakeup.wake()
        for fetch in self._fetches:
            fetch.cancel()
        if self._thread is None:
            self._wakeup.close()
        else:
            self._join(self._thread)
        self._set_stopped()

    def _join(self, thread: threading.Thread) -> None:
        """Wait for the end of the thread, but not long when it cannot be interrupted."""
        began_at = time.monotonic()
        while thread.is_alive():
            connection = self._connection
            is_opening = connection is not None and connection.is_opening
            bound_s = _STOP_OPENING_S if is_opening else _STOP_CONNECTED_S
            if time.monotonic() - began_at >= bound_s:
                return
            thread.join(_STOP_SLICE_S)

    def retry_now(self) -> None:
        """Reconnect without waiting for the count-down; does nothing while connected."""
        self._is_retry_wanted = True
        self._wakeup.wake()

    def drain(self, max_messages: int) -> list[Batch]:
        """Hand over waiting batches, oldest first, until `max_messages` are reached."""
        return self._inbox.drain(max_messages)

    def publish(self, request: PublishRequest) -> Receipt:
        """Publish a message; its receipt tells what becomes of it. From any thread."""
        return self._publishing.submit(request)

    def subscribe(self, subscription: Subscription) -> None:
        """Add a topic filter, or ask again for one that is there. From any thread."""
        self._subscriptions.want(subscription)
        self._subscriptions_changed()

    def unsubscribe(self, topic_filter: str) -> None:
        """Remove a topic filter; does nothing when it is not there. From any thread."""
        self._subscriptions.drop(topic_filter)
        self._subscriptions_changed()

    def set_paused(self, topic_filter: str, *, is_paused: bool) -> None:
        """Unsubscribe from a filter but remember it, or subscribe again. From any thread."""
        self._subscriptions.pause(topic_filter, is_paused=is_paused)
        self._subscriptions_changed()

    def fetch_retained(
        self, topic_filter: str, timeout_s: float = 30.0, *, with_qos: bool = False
    ) -> RetainedFetch:
        """Ask the broker what is retained now, on a connection of its own. From any thread."""
        # Imported here: the first paint can do without.
        from mqttui.transport.retained import Fetch

        status = self._status
        fetch = Fetch(
            self._settings,
            topic_filter,
            timeout_s,
            is_mqtt5=status.protocol == "5",
            with_qos=with_qos,
            patience=self._patience,
        )
        self._fetches = [known for known in self._fetches if not known.status.is_done]
        if status.phase is Phase.CONNECTED:
            self._fetches.append(fetch)
            fetch.start()
        else:
            fetch.refuse("There is no connection to the broker, so it cannot be asked.")
        return fetch

    def _subscriptions_changed(self) -> None:
        self._set_status()
        self._wakeup.wake()

    def _run(self) -> None:
        try:
            while not self._is_stopping:
                self._wait(self._connect())
        except Stopped:
            pass
        finally:
            self._wakeup.close()
            self._set_stopped()

    def _connect(self) -> ConnectionEnd:
        """Connect with each protocol that comes into question; return how the last one ended.

        Raises Stopped.
        """
        self._set_status(phase=Phase.CONNECTING, attempt=self._failures.count + 1, retry_at_s=None)
        protocols = self._protocols()
        end = self._connect_with(protocols[0])
        # What worked before is not refused by a mere close: the broker may be restarting.
        is_doubtful = end.may_be_protocol and protocols[0] != self._proven_protocol
        if len(protocols) > 1 and (is_doubtful or end.is_protocol_refused):
            end = self._connect_with(protocols[1])
        return end

    def _protocols(self) -> tuple[KnownProtocol, ...]:
        if self._settings.protocol != "auto":
            return (self._settings.protocol,)
        return ("5", "3.1.1") if self._expected_protocol == "5" else ("3.1.1", "5")

    def _connect_with(self, protocol: KnownProtocol) -> ConnectionEnd:
        """Stay connected until the connection ends and return how; raises Stopped."""
        settings = self._settings
        try:
            if not settings.is_clean and settings.client_id is None:
                raise ProblemError(_NO_CLIENT_ID)
            self._connection = Connection(
                self._client(protocol),
                settings,
                self._attempt,
                self._subscriptions,
                is_mqtt5=protocol == "5",
                # A session that outlives the connection is cleared only by the first one.
                is_clean_start=settings.is_clean
                and not (settings.session_expiry_s and self._acceptances),
                patience=self._patience,
                wakeup=self._wakeup,
                is_stopping=lambda: self._is_stopping,
                on_accepted=lambda: self._accepted(protocol),
                on_change=self._set_status,
                tasks=(self._publishing,),
            )
            return self._connection.run()
        except Stopped:
            raise
        except Exception as error:
            # The thread must survive whatever happens, or the screen would wait for ever.
            if not isinstance(error, ProblemError):
                _log.exception("a connection failed unexpectedly")
            return ConnectionEnd(diagnose(error, settings))
        finally:
            self._connection = None
            client = self._clients.get(protocol)
            if client is not None and client.is_spent:
                self._retired.append(self._clients.pop(protocol))

    def _client(self, protocol: KnownProtocol) -> FastClient | StockClient:
        """Return the client for a protocol, made and configured when it is used first.

        It is kept over connections, because it knows the unfinished QoS 2 messages of the
        session. Raises ProblemError when a file for TLS cannot be used.
        """
        known = self._clients.get(protocol)
        if known is not None:
            return known
        client, self._client_warning = ready_client(
            self._settings,
            self._take,
            client_id=self._attempt.client_id,
            is_mqtt5=protocol == "5",
            connect_timeout_s=self._patience.connect_s,
        )
        client.trace = self._trace
        self._clients[protocol] = client
        return client

    def _take(self, messages: list[RawMessage], size_bytes: int) -> None:
        self._inbox.put(Batch(time.time(), messages, size_bytes))

    def _wait(self, end: ConnectionEnd) -> None:
        """Show why the connection ended and wait until it is time to connect again."""
        self._failures = self._failures.after(end.lasted_s, was_closed_silently=end.was_silent)
        problem = end.problem
        is_suspected = (
            self._attempt.is_client_id_given
            and self._failures.accepted >= _TAKEOVER_SUSPECTED_AFTER
        )
        if is_suspected:
            problem = reasons.takeover_problem(self._attempt, is_certain=False)
        retry_at_s: float | None = None
        if problem.is_permanent:
            # Files may be mended meanwhile; they are read when a client is made.
            self._retired += self._clients.values()
            self._clients.clear()
        else:
            floor_s = TAKEOVER_FLOOR_S if is_suspected or end.was_taken_over else SHORTEST_S
            delay_s = reconnect_delay_s(self._failures.count, self._chance(), floor_s)
            retry_at_s = time.monotonic() + delay_s
        self._is_retry_wanted = False
        self._set_status(
            phase=Phase.WAITING,
            problem=problem.sentence,
            advice=problem.advice,
            retry_at_s=retry_at_s,
            retries_by_itself=not problem.is_permanent,
            connected_at_s=None,
        )
        while not self._is_stopping and not self._is_retry_wanted:
            remaining_s = _LONG_S if retry_at_s is None else retry_at_s - time.monotonic()
            if remaining_s <= 0:
                break
            self._wakeup.wait(min(remaining_s, _LONG_S))

    def _accepted(self, protocol: KnownProtocol) -> None:
        """Note that the broker has accepted a connection."""
        self._acceptances += 1
        self._proven_protocol = protocol
        is_news = protocol != self._expected_protocol
        self._expected_protocol = protocol
        self._set_status(
            phase=Phase.CONNECTED,
            protocol=protocol,
            problem=None,
            advice=None,
            retry_at_s=None,
            retries_by_itself=True,
            connected_at_s=time.monotonic(),
            warnings=self._warnings(protocol),
        )
        try:
            if self._acceptances == 1 and self._on_first_accepted is not None:
                self._on_first_accepted()
            is_asked = self._settings.protocol == "auto"
            if is_news and is_asked and self._on_protocol_learnt is not None:
                self._on_protocol_learnt(protocol)
        except Exception:
            # Remembering is a convenience; the connection stands.
            _log.exception("what is known of the broker could not be remembered")

    def _warnings(self, protocol: KnownProtocol | None) -> tuple[str, ...]:
        settings = self._settings
        warnings = []
        if settings.tls is not None and settings.tls.is_insecure:
            warnings.append(INSECURE_WARNING)
        if settings.session_expiry_s is not None and protocol == "3.1.1":
            warnings.append(_EXPIRY_IGNORED)
        if self._client_warning is not None:
            warnings.append(self._client_warning)
        return tuple(warnings)

    def _set_stopped(self) -> None:
        self._publishing.close()
        self._set_status(phase=Phase.STOPPED, retry_at_s=None, connected_at_s=None)

    def _set_status(self, **changes: Any) -> None:
        """Replace the snapshot if something differs; a stopped session stays so."""
        with self._status_lock:
            if self._status.phase is not Phase.STOPPED:
                filters = self._subscriptions.status
                status = replace(self._status, subscriptions=filters, **changes)
                if status != self._status:
                    self._status = status
