"""Which client to use: the fast one, if the installed paho is inside what it was made for."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import paho.mqtt
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from mqttui.transport.fast_client import (
    IN_PACKET_KEYS,
    LAST_READ_ATTRIBUTES,
    PRIVATE_ATTRIBUTES,
    PRIVATE_METHODS,
    FastClient,
)
from mqttui.transport.wire import NAP_S, PAYLOAD_LIMIT_BYTES, PUBACK

if TYPE_CHECKING:
    from mqttui.core.message import RawMessage
    from mqttui.transport.stock_client import StockClient
    from mqttui.transport.wire import Sink


def make_client(
    sink: Sink,
    *,
    client_id: str,
    is_mqtt5: bool,
    is_websocket: bool = False,
    is_clean: bool = True,
    payload_limit_bytes: int = PAYLOAD_LIMIT_BYTES,
    nap_s: float = NAP_S,
) -> tuple[FastClient | StockClient, str | None]:
    """Return a client, and a sentence to show when it is not the fast one."""
    problem = fast_path_problem()
    if problem is None:
        fast = FastClient(
            sink,
            client_id=client_id,
            is_mqtt5=is_mqtt5,
            is_websocket=is_websocket,
            is_clean=is_clean,
            payload_limit_bytes=payload_limit_bytes,
            nap_s=nap_s,
        )
        return fast, None
    # Imported here: hardly anybody needs it.
    from mqttui.transport.stock_client import StockClient

    stock = StockClient(
        sink,
        client_id=client_id,
        is_mqtt5=is_mqtt5,
        is_websocket=is_websocket,
        is_clean=is_clean,
        payload_limit_bytes=payload_limit_bytes,
    )
    return stock, problem


def fast_path_problem() -> str | None:
    """Return why the installed paho cannot be used with the fast path, None when it can."""
    version = getattr(paho.mqtt, "__version__", "?")
    reason = _missing_name() or _failed_trial()
    if reason is None:
        return None
    return f"Slow reception: the fast path does not fit paho-mqtt {version} ({reason})."


def _missing_name() -> str | None:
    """Return what is not as expected inside paho, None when all is well."""
    for name, parameters in PRIVATE_METHODS.items():
        method = getattr(Client, name, None)
        if method is None:
            return f"{name} is missing"
        if tuple(inspect.signature(method).parameters)[1:] != parameters:
            return f"{name} takes other arguments"
    client = Client(CallbackAPIVersion.VERSION2)
    for name in PRIVATE_ATTRIBUTES:
        if not hasattr(client, name):
            return f"{name} is missing"
    if set(client._in_packet) != IN_PACKET_KEYS:
        return "_in_packet has other keys"
    if not any(hasattr(client, name) for name in LAST_READ_ATTRIBUTES):
        return f"{LAST_READ_ATTRIBUTES[0]} is missing"
    return None


def _failed_trial() -> str | None:
    """Return what goes wrong when packets are read without a broker, None when nothing does."""
    received: list[RawMessage] = []
    connected: list[object] = []
    published: list[object] = []
    sock = _TrialSocket(b"\x20\x02\0\0\x30\x04\0\1tx\x32\x06\0\1u\0\7y\x40\x02\4\0\xd0\0")

    def take(messages: list[RawMessage], size_bytes: int) -> None:
        received.extend(messages)

    client = FastClient(take, client_id="trial", is_mqtt5=False, nap_s=0)
    client.on_connect = lambda *_: connected.append(None)
    client.on_acknowledged = lambda *what: published.append(what)
    try:
        client._sock = sock
        rc = client.loop_read()
        client.transmit(b"\x30\x04\0\1pz")
        client._sock = None
    except Exception as error:
        return f"{type(error).__name__} in the trial"
    if rc or not connected or received != [(b"t", b"x", 0, None), (b"u", b"y", 2, None)]:
        return "the trial was read wrongly"
    if not sock.sent.startswith(b"\x40\x02\0\7"):
        return "the trial was acknowledged wrongly"
    if sock.sent[4:] != b"\x30\x04\0\1pz" or published != [(PUBACK, 1024, 0, None)]:
        return "the trial was published wrongly"
    return None


class _TrialSocket:
    """A connection that brings `data` and keeps what is sent."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.sent = b""

    def recv(self, buffer_size: int) -> bytes:
        data, self._data = self._data[:buffer_size], self._data[buffer_size:]
        return data

    def send(self, buffer: bytes | bytearray) -> int:
        self.sent += buffer
        return len(buffer)

    def close(self) -> None:
        pass

    def fileno(self) -> int:
        return -1

    def setblocking(self, flag: bool) -> None:
        pass
