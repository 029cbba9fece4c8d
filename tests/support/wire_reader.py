"""A wire client with the thread that drives it, as a session has one, and nothing more."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Literal

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.transport.fast_client import FastClient
from mqttui.transport.fast_path import make_client
from mqttui.transport.stock_client import StockClient
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType

    from mqttui.core.message import RawMessage

ClientKind = Literal["fast", "stock"]


class WireReader:
    """Connects, subscribes, and collects messages until the end of its `with` block."""

    def __init__(
        self,
        *,
        is_mqtt5: bool,
        kind: ClientKind = "fast",
        client_id: str = "reader",
        is_websocket: bool = False,
        is_clean: bool = True,
        payload_limit_bytes: int = 1 << 28,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.messages: list[RawMessage] = []
        self.size_bytes = 0
        self.connections = 0
        self.sessions_present: list[bool] = []
        self._is_mqtt5 = is_mqtt5
        self._is_clean = is_clean
        self._subscribed = threading.Event()
        self._stopping = threading.Event()
        self._actions: deque[Callable[[], Any]] = deque()
        self._thread: threading.Thread | None = None
        arguments: dict[str, Any] = {
            "client_id": client_id,
            "is_mqtt5": is_mqtt5,
            "is_websocket": is_websocket,
            "is_clean": is_clean,
            "payload_limit_bytes": payload_limit_bytes,
        }
        self.client: FastClient | StockClient
        if kind == "fast":
            client, problem = make_client(self._take, **arguments)
            assert problem is None
            assert isinstance(client, FastClient)
            self.client = client
        else:
            self.client = StockClient(self._take, **arguments)
        if tls is not None:
            self.client.tls_set_context(tls)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self._subscribed.set()

    def _take(self, messages: list[RawMessage], size_bytes: int) -> None:
        self.messages += messages
        self.size_bytes += size_bytes

    def _on_connect(self, _client: Any, _userdata: Any, flags: Any, reason: Any, _p: Any) -> None:
        assert not reason.is_failure, str(reason)
        self.connections += 1
        self.sessions_present.append(flags.session_present)

    def connect(self, host: str, port: int, *, keepalive_s: int = 60) -> None:
        """Connect and start the thread."""
        options: dict[str, Any] = {}
        if self._is_mqtt5:
            options["clean_start"] = self._is_clean
            options["properties"] = Properties(PacketTypes.CONNECT)
            if not self._is_clean:
                options["properties"].SessionExpiryInterval = 3600
        self.client.connect(host, port, keepalive_s, **options)
        self._run(self._loop)
        wait_until(lambda: self.connections, "CONNACK")

    def subscribe(self, topic_filter: str, qos: int) -> None:
        """Subscribe and wait for the answer."""
        self._subscribed.clear()
        self.call(lambda: self.client.subscribe(topic_filter, qos))
        wait_until(self._subscribed.is_set, "SUBACK")

    def call(self, action: Callable[[], Any]) -> None:
        """Let the client's thread do something: nothing else may write to the socket."""
        self._actions.append(action)

    def drop_connection(self) -> None:
        """Break the connection without a farewell, as a lost network does."""
        self._halt()
        sock = self.client.socket()
        assert sock is not None
        sock.close()

    def reconnect(self) -> None:
        """Connect again, trying until the broker is there."""
        before = self.connections

        def has_reconnected() -> bool:
            with contextlib.suppress(OSError):
                self.client.reconnect()
                return True
            return False

        self._halt()
        wait_until(has_reconnected, "the broker to accept a connection")
        self._run(self._loop)
        wait_until(lambda: self.connections > before, "CONNACK")

    def wait_for(self, count: int) -> None:
        """Return once `count` messages have come."""
        wait_until(
            lambda: len(self.messages) >= count,
            lambda: f"{count} messages, got {len(self.messages)}; {self.client.wire}",
            30,
        )

    def _loop(self) -> None:
        while not self._stopping.is_set():
            while self._actions:
                self._actions.popleft()()
            if self.client.loop(0.02) or self.client.socket() is None:
                return

    def _run(self, loop: Any) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=loop)
        self._thread.start()

    def _halt(self) -> None:
        if self._thread is not None:
            self._stopping.set()
            self._thread.join()
            self._thread = None

    def wait_for_end(self) -> None:
        """Return once the connection is gone."""
        assert self._thread is not None
        self._thread.join(15)
        assert not self._thread.is_alive()

    def __enter__(self) -> WireReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._halt()
        self.client.disconnect()
        self.client._reset_sockets()
