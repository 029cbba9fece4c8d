"""paho with a fast path: one pass over everything a read brings, instead of four reads a packet.

paho keeps the connection, the handshakes, keepalive and every packet but PUBLISH and
PUBREL, and the acknowledgements of what is published. This is the only file that relies on paho's
private names: `PRIVATE_METHODS` and `PRIVATE_ATTRIBUTES` list them, and `fast_path.py` checks that
they are what they were.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from mqttui.transport.packet_stream import PacketStream, packet_name
from mqttui.transport.publish_encoding import reason_string
from mqttui.transport.websocket_frames import WebSocketFault
from mqttui.transport.wire import (
    CONTROL_IDS,
    DROPPED_INTERNAL,
    NAP_S,
    PAYLOAD_LIMIT_BYTES,
    PUBACK,
    PUBCOMP,
    PUBREC,
    WireState,
)

if TYPE_CHECKING:
    import ssl

    from mqttui.core.message import RawMessage
    from mqttui.transport.packet_stream import ControlPacket, Parsed
    from mqttui.transport.receipt import PublishReceipt
    from mqttui.transport.trace import Trace
    from mqttui.transport.wire import OnAcknowledged, Sink

_log = logging.getLogger(__name__)

READ_BYTES = 256 * 1024
"""The most that is taken in one go."""

QUIET_BYTES = 512
"""A read up to this size is not followed by a nap."""

FLOOD_BYTES = 65_536
"""After a larger read the nap is half as long: a broker drops what it cannot pass on soon."""

ACKNOWLEDGED_NAP_S = 0.0005
"""The longest nap while the broker waits for acknowledgements before it sends more."""

UNREAD_LIMIT_BYTES = 1024 * 1024
"""More acknowledgements than this cannot wait: there are only 65,535 packet identifiers."""

PRIVATE_METHODS = {
    "_create_socket": (),
    "_create_socket_connection": (),
    "_loop_rc_handle": ("rc",),
    "_mid_generate": (),
    "_packet_handle": (),
    "_packet_queue": ("command", "packet", "mid", "qos", "info"),
    "_sock_recv": ("bufsize",),
    "_ssl_wrap_socket": ("tcp_sock",),
}
PRIVATE_ATTRIBUTES = (
    "_in_packet",
    "_msgtime_mutex",
    "_protocol",
    "_sock",
    "_ssl_context",
    "_transport",
)
# Where paho notes when it last heard from the broker: since 2.2, before.
LAST_READ_ATTRIBUTES = ("_last_bytes_received", "_last_msg_in")
IN_PACKET_KEYS = {
    "command",
    "have_remaining",
    "packet",
    "pos",
    "remaining_count",
    "remaining_length",
    "remaining_mult",
    "to_process",
}

# Linux only; the kernel forgets it again, so that it is set anew after every read.
_TCP_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)

_CONNACK = 0x20
# A packet of this kind and QoS 1 is one that paho sends without further thought.
_PUBLISH = 0x32
_PINGRESP = 0xD0
_DISCONNECT = 0xE0


class FastClient(Client):
    """A client whose PUBLISH packets go to `sink`, all of a read at once.

    One thread calls `loop`, and everything else that writes to the socket (`subscribe`, `publish`,
    `disconnect`): packets of two threads would end up in each other. Acknowledgements go out
    after the sink has returned. `nap_s` is how long that thread sleeps after a busy read, 0 for
    not at all. While `on_acknowledged` is set, acknowledgements of what was published go there
    and not to paho. While `is_hurried` the broker's answers are awaited by what is to be sent next.
    """

    can_send_again = True
    is_spent = False
    has_ping = True

    def __init__(
        self,
        sink: Sink,
        *,
        client_id: str,
        is_mqtt5: bool,
        is_websocket: bool = False,
        is_clean: bool = True,
        payload_limit_bytes: int = PAYLOAD_LIMIT_BYTES,
        nap_s: float = NAP_S,
    ) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if is_mqtt5 else is_clean,
            protocol=MQTTv5 if is_mqtt5 else MQTTv311,
            transport="websockets" if is_websocket else "tcp",
            reconnect_on_failure=False,
        )
        self.wire = WireState()
        self._sink = sink
        self._nap_s = nap_s
        self._stream = PacketStream(is_mqtt5=is_mqtt5, payload_limit_bytes=payload_limit_bytes)
        self._stream_sock: object = None
        self._late_error: OSError | WebSocketFault | None = None
        self._unread_acknowledgements = 0
        self._opening: Any = None
        self._control_id = 0
        self.on_acknowledged: OnAcknowledged | None = None
        self.is_hurried = False
        self.trace: Trace | None = None
        self._tcp: Any = None
        self._last_read_attribute = next(
            (name for name in LAST_READ_ATTRIBUTES if hasattr(self, name)), LAST_READ_ATTRIBUTES[0]
        )

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Take what has arrived, hand it on and acknowledge it. Never raises."""
        sock = self._sock
        if sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        if sock is not self._stream_sock:
            self._stream_sock = sock
            self._stream.begin(is_mqtt5=self._protocol == MQTTv5)
            self._late_error = None
            self._unread_acknowledgements = 0
        try:
            data = self._read(sock)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except (OSError, WebSocketFault) as error:
            return self._fail(error)
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        with self._msgtime_mutex:
            setattr(self, self._last_read_attribute, time.monotonic())
        parsed = self._stream.feed(data)
        if self.trace is not None and self.trace.is_on:
            self.trace.received(parsed, is_mqtt5=self._protocol == MQTTv5)
        rc = self._hand_on(sock, parsed)
        if self._late_error is not None and self._sock is sock:
            return self._fail(self._late_error)
        if self._sock is sock:
            if self.is_hurried:
                self._confirm_receipt()
            if QUIET_BYTES < len(data) < READ_BYTES:
                is_awaited = parsed.acknowledgements or self.is_hurried
                nap_s = ACKNOWLEDGED_NAP_S if is_awaited else self._nap_s
                self._nap(nap_s / 2 if len(data) > FLOOD_BYTES else nap_s)
        return rc

    def _confirm_receipt(self) -> None:
        """Have TCP confirm at once what was read.

        A broker without TCP_NODELAY (mosquitto as it comes) sends the second acknowledgement only
        when the first is confirmed, which would take 40 ms for every window of messages.
        """
        if _TCP_QUICKACK is not None and self._tcp is not None:
            with contextlib.suppress(OSError):
                self._tcp.setsockopt(socket.IPPROTO_TCP, _TCP_QUICKACK, 1)

    def transmit(self, packets: bytes) -> None:
        """Queue packets that are ready to be sent and send what the socket takes."""
        # A view, because paho cuts off what was sent, again and again.
        self._packet_queue(_PUBLISH, memoryview(packets), 0, 1)

    def ping(self) -> None:
        """Send a PINGREQ; `wire.pongs` counts the answers."""
        self.transmit(b"\xc0\x00")

    def send_publishes(self, chunk: list[tuple[PublishReceipt, bytes]]) -> None:
        """Send PUBLISH packets, which know their packet identifiers."""
        self.transmit(b"".join([packet for _, packet in chunk]))

    def forget_published(self) -> None:
        """Do nothing: paho knows nothing of what was published."""

    def _packet_queue(
        self, command: int, packet: Any, mid: int, qos: int, info: Any = None
    ) -> MQTTErrorCode:
        if self.trace is not None and self.trace.is_on:
            self.trace.sent(packet, is_mqtt5=self._protocol == MQTTv5)
        return super()._packet_queue(command, packet, mid, qos, info)

    def _mid_generate(self) -> int:
        self._control_id = self._control_id % CONTROL_IDS[-1] + 1
        return self._control_id

    def _nap(self, seconds: float) -> None:
        """Sleep, so that the kernel collects what would have been a wake-up each."""
        if self._nap_s:
            time.sleep(min(self._nap_s, seconds))

    def _read(self, sock: Any) -> bytes:
        """Return what can be read without waiting, b"" at the end of the stream.

        An error behind some data is left in `_late_error`. Raises BlockingIOError when there is
        nothing, WebSocketFault, OSError.
        """
        data = self._sock_recv(READ_BYTES)
        if not hasattr(sock, "pending"):
            return data
        # TLS returns one record per call, however many have arrived.
        parts = [data]
        size = len(data)
        while data and size < READ_BYTES:
            try:
                data = self._sock_recv(READ_BYTES)
            except BlockingIOError:
                break
            except (OSError, WebSocketFault) as error:
                # What came before it is still to be handed on.
                self._late_error = error
                break
            if not data:
                break
            parts.append(data)
            size += len(data)
        return b"".join(parts)

    def _hand_on(self, sock: object, parsed: Parsed) -> MQTTErrorCode:
        """Deliver, acknowledge and let paho handle the rest, as long as `sock` is in use."""
        rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        controls = parsed.controls
        if controls and controls[0][0] & 0xF0 == _CONNACK:
            # It is the first packet of a connection, so it came before the messages.
            rc = self._handle(sock, controls[0])
            controls = controls[1:]
        if parsed.messages and not self._deliver(parsed.messages, parsed.size_bytes):
            return self._end(sock, MQTTErrorCode.MQTT_ERR_UNKNOWN)
        if parsed.acknowledgements and self._sock is sock:
            rc = self._acknowledge(parsed.acknowledgements)
        for control in controls:
            if self._sock is not sock:
                break
            rc = self._handle(sock, control)
        if parsed.problem is not None and self._sock is sock:
            return self._refuse(f"The broker sent {parsed.problem}.")
        return rc

    def _deliver(self, messages: list[RawMessage], size_bytes: int) -> bool:
        """Call the sink; return whether it took the messages."""
        self.wire.cut = self._stream.cut
        self.wire.cut_bytes = self._stream.cut_bytes
        count = len(messages)
        try:
            self._sink(messages, size_bytes)
        except Exception as error:
            _log.exception("messages could not be handed on")
            self.wire.count_dropped(DROPPED_INTERNAL, count)
            self.wire.problem = f"Messages could not be handed on ({type(error).__name__})."
            return False
        return True

    def _acknowledge(self, packets: bytes) -> MQTTErrorCode:
        """Send acknowledgements, all in one write."""
        rc = self._packet_queue(PUBACK, packets, 0, 1)
        if self.want_write():
            self._unread_acknowledgements += len(packets)
            if self._unread_acknowledgements > UNREAD_LIMIT_BYTES:
                return self._refuse("The broker sends but does not read.")
        else:
            self._unread_acknowledgements = 0
        return rc

    def _handle(self, sock: object, control: ControlPacket) -> MQTTErrorCode:
        """Let paho handle a packet; end the connection where paho would."""
        header, body = control
        kind = header & 0xF0
        if kind in (PUBACK, PUBREC, PUBCOMP) and self.on_acknowledged is not None:
            if len(body) < 2:
                return self._refuse(f"The broker sent a malformed {packet_name(header)} packet.")
            code = body[2] if len(body) > 2 else 0
            text = reason_string(body[3:]) if len(body) > 4 else None
            self.on_acknowledged(kind, int.from_bytes(body[:2]), code, text)
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        if kind == _PINGRESP:
            self.wire.pongs += 1
        elif kind == _DISCONNECT and body:
            # paho before 2.2 passes over a reason code without properties.
            self.wire.disconnect_code = body[0]
        self._in_packet = {
            "command": header,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        try:
            rc = self._packet_handle()
        except Exception as error:
            # Either the packet is malformed, which versions of paho say in different ways, or a
            # callback failed. Neither may end the thread.
            _log.exception("a %s packet could not be handled", packet_name(header))
            name = type(error).__name__
            return self._refuse(f"A {packet_name(header)} packet could not be handled ({name}).")
        if rc == MQTTErrorCode.MQTT_ERR_PROTOCOL and header & 0xF0 != _CONNACK:
            return self._refuse(f"The broker sent a malformed {packet_name(header)} packet.")
        return self._end(sock, rc) if rc > 0 else rc

    def _fail(self, error: OSError | WebSocketFault) -> MQTTErrorCode:
        """End the connection because of what reading raised."""
        if isinstance(error, WebSocketFault):
            return self._refuse(f"The broker sent {error}.")
        self.wire.error = error
        return self._end(self._stream_sock, MQTTErrorCode.MQTT_ERR_CONN_LOST)

    def _refuse(self, problem: str) -> MQTTErrorCode:
        """End the connection because of what the broker sent."""
        self.wire.malformed += 1
        self.wire.problem = problem
        return self._end(self._stream_sock, MQTTErrorCode.MQTT_ERR_PROTOCOL)

    def _end(self, sock: object, rc: MQTTErrorCode) -> MQTTErrorCode:
        """Close the connection and tell `on_disconnect`, unless that has happened."""
        return self._loop_rc_handle(rc) if self._sock is sock else rc

    def _create_socket(self) -> Any:
        self.wire.problem = None
        self.wire.error = None
        self.wire.disconnect_code = None
        try:
            sock: Any = super()._create_socket()
        except BaseException:
            # paho leaves the socket open when a handshake fails.
            if self._opening is not None:
                self._opening.close()
            raise
        finally:
            opened, self._opening = self._opening, None
        if opened is not None and opened.family != getattr(socket, "AF_UNIX", None):
            # An acknowledgement must not wait until the broker has acknowledged the one before.
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._tcp = opened
        # After the handshake paho's own framing is not needed: it copies a long frame again for
        # every read and loses what it could not send at once.
        if self._transport != "websockets":
            return sock
        # Imported here: most connections are plain TCP or TLS.
        from mqttui.transport.frame_socket import FrameSocket

        return FrameSocket(opened)

    def _create_socket_connection(self) -> Any:
        self._opening = super()._create_socket_connection()
        return self._opening

    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        """Do the TLS handshake; what the context demands is what is checked."""
        if self._ssl_context is None:
            raise ValueError("no TLS context was set")
        sock = self._ssl_context.wrap_socket(
            tcp_sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        self._opening = sock
        sock.settimeout(self.connect_timeout)
        sock.do_handshake()
        return sock
