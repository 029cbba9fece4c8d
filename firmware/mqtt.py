"""MQTT 3.1.1 client for boards: QoS 0 and 1, TLS with verification, every wait has an end.

    client = MQTTClient("board-1", "broker.local", ssl=tls_context("/ca.der"))
    client.set_callback(lambda topic, message, is_retained: print(topic, message))
    client.set_last_will("board-1/status", "offline", retain=True, qos=1)
    client.connect()
    client.subscribe("board-1/cmd", qos=1)
    client.publish("board-1/data", "42", qos=1)
    while True:
        client.loop(100)

The methods of umqtt.simple are there with the same arguments. What differs: publish() at QoS 1 does
not wait for its acknowledgement while fewer than `max_in_flight` are open, connect() subscribes
again and sends again what was not acknowledged, pings are sent from loop(), check_msg() and
wait_msg(), and a connection that fails raises OSError and leaves the client closed. Sections named
below are those of the MQTT 3.1.1 specification.
"""

import select
import socket
from time import gmtime, sleep_ms, ticks_add, ticks_diff, ticks_ms

from micropython import const

_EBADMSG = const(74)
_ECONNRESET = const(104)
_ENOTCONN = const(107)
_ETIMEDOUT = const(110)
_EINVAL = const(22)

_CONNACK = const(2)
_PUBLISH = const(3)
_PUBACK = const(4)
_SUBACK = const(9)
_PINGRESP = const(13)

_DUP = const(8)
_POLL_MS = const(50)
_BURST_MS = const(200)
# No certificate in use was issued before; a board without a clock starts in 2000 or 1970.
_FIRST_YEAR = const(2024)


class MQTTError(OSError):
    """The connection cannot be had or is lost; args are an errno and a sentence."""


class MQTTRefused(MQTTError):
    """The broker said no; args are its return code (section 3.2.2.3, or 128) and a sentence."""


def tls_context(ca_file):
    """Return an SSLContext that trusts the authority in `ca_file` (DER) and nobody else."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    with open(ca_file, "rb") as file:
        context.load_verify_locations(cadata=file.read())
    return context


class MQTTClient:
    """One connection to one broker, for one thread.

    keepalive: seconds; 0 sends no pings and notices no dead link. timeout: seconds an answer takes.
    max_packet: bytes; larger messages are acknowledged, dropped and counted in `skipped`.
    """

    def __init__(
        self,
        client_id,
        server,
        port=0,
        user=None,
        password=None,
        keepalive=30,
        ssl=None,
        timeout=10,
        max_in_flight=8,
        max_packet=8192,
    ):
        if ssl is True:
            raise ValueError("ssl is an SSLContext, such as tls_context() returns")
        self.client_id = client_id
        self.server = server
        self.port = port or (8883 if ssl else 1883)
        self.max_in_flight = max_in_flight
        self.max_packet = max_packet
        self.skipped = 0
        self._user = user
        self._password = password
        self._keepalive = keepalive
        self._ssl = ssl
        self._timeout = timeout
        self._timeout_ms = int(timeout * 1000)
        self._callback = None
        self._will = None
        self._subscriptions = []
        self._in_flight = []
        self._packet_id = 0
        self._suback = None
        self._connack = None
        self._is_in_callback = False
        self._messages = 0
        self._ping_at = None
        self._sent_at = 0
        self._raw = self._socket = self._poller = None
        self._byte = bytearray(1)

    @property
    def is_connected(self):
        """Whether the connection was not found dead yet."""
        return self._socket is not None

    @property
    def in_flight(self):
        """How many messages at QoS 1 were not acknowledged yet."""
        return len(self._in_flight)

    def set_callback(self, callback):
        """Call `callback(topic, message, is_retained)` with bytes for every message."""
        self._callback = callback

    def set_last_will(self, topic, msg, retain=False, qos=0):
        """Have the broker publish this when the connection breaks; set before connect()."""
        self._will = (_data(topic), _data(msg), retain, qos)

    def connect(self, clean_session=True):
        """Connect, subscribe again and send again; return whether the broker knew the session.

        MQTTRefused when the broker refuses, MQTTError for everything else.
        """
        self.close()
        if self._ssl and gmtime()[0] < _FIRST_YEAR:
            raise MQTTError(_EINVAL, "the clock is not set: certificates cannot be checked")
        self._open()
        flags = 2 if clean_session else 0
        parts = [b"\x00\x04MQTT\x04", b"", self._keepalive.to_bytes(2, "big")]
        parts += _prefixed(self.client_id)
        if self._will:
            topic, message, retain, qos = self._will
            flags |= 4 | qos << 3 | (32 if retain else 0)
            parts += _prefixed(topic) + _prefixed(message)
        if self._user is not None:
            flags |= 128
            parts += _prefixed(self._user)
            if self._password is not None:
                flags |= 64
                parts += _prefixed(self._password)
        parts[1] = bytes((flags,))
        self._connack = None
        self._send(_packet(0x10, parts))
        self._wait(lambda: self._connack, "CONNACK")
        is_known, code = self._connack
        if code:
            self.close()
            raise MQTTRefused(code, "the broker refuses: " + _reason(code))
        if not is_known:
            try:
                for topic, qos in self._subscriptions:
                    self._subscribe(topic, qos)
            except MQTTRefused:
                self.close()
                raise
        # Section 4.4: with the old identifiers, in the old order.
        for entry in self._in_flight:
            entry[1][0] |= _DUP
            self._send(entry[1])
        return bool(is_known)

    def disconnect(self):
        """Say farewell, so that the will is not published, and close."""
        try:
            if self._socket:
                self._send(b"\xe0\x00")
        except OSError:
            pass
        self.close()

    def close(self):
        """Drop the connection without a word; what is in flight is kept for connect()."""
        for each in (self._socket, self._raw):
            try:
                if each:
                    each.close()
            except OSError:
                pass
        self._raw = self._socket = self._poller = None

    def publish(self, topic, msg, retain=False, qos=0):
        """Send a message; at QoS 1 keep it until it is acknowledged.

        Waits while the window is full. When this raises, the message was not taken: publish it
        again after connect().
        """
        topic = _data(topic)
        if qos not in (0, 1):
            raise ValueError("qos is 0 or 1")
        if not topic or b"+" in topic or b"#" in topic:
            raise ValueError("a topic is not empty and has no + or #")
        parts = _prefixed(topic)
        if qos:
            if len(self._in_flight) >= self.max_in_flight:
                self._wait(lambda: len(self._in_flight) < self.max_in_flight, "PUBACK")
            packet_id = self._next_id()
            parts.append(packet_id.to_bytes(2, "big"))
        parts.append(_data(msg))
        packet = _packet(0x30 | qos << 1 | (1 if retain else 0), parts)
        self._send(packet)
        if qos:
            self._in_flight.append((packet_id, packet))

    def subscribe(self, topic, qos=0):
        """Subscribe, now and after every connect(); return when the broker has granted it."""
        if qos not in (0, 1):
            raise ValueError("qos is 0 or 1")
        topic = _data(topic)
        self._subscribe(topic, qos)
        self._subscriptions = [known for known in self._subscriptions if known[0] != topic]
        self._subscriptions.append((topic, qos))

    def ping(self):
        """Ask the broker for a sign of life; loop() does it by itself."""
        self._send(b"\xc0\x00")
        if self._ping_at is None:
            self._ping_at = ticks_ms()

    def loop(self, duration_ms=0):
        """Handle what arrives during `duration_ms`, and keep the connection alive."""
        started = ticks_ms()
        while True:
            is_idle = not self._step()
            passed = ticks_diff(ticks_ms(), started)
            # A flood of messages must not hold the caller for ever.
            if passed >= (duration_ms if is_idle else max(duration_ms, _BURST_MS)):
                return
            if is_idle:
                self._rest(duration_ms - passed)

    def check_msg(self):
        """Handle what has arrived, without waiting."""
        self.loop(0)

    def wait_msg(self):
        """Wait until a message has been handled."""
        before = self._messages
        while self._messages == before:
            if not self._step():
                self._rest(_POLL_MS)

    def flush(self):
        """Wait until everything at QoS 1 is acknowledged."""
        self._wait(lambda: not self._in_flight, "PUBACK")

    def _open(self):
        """Open the socket; afterwards nothing blocks, and all deadlines are ours.

        An SSLSocket has no settimeout(), and umqtt's setblocking(True) would forget a timeout.
        """
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self.server, self.port, 0, socket.SOCK_STREAM
            )[0]
        except OSError as error:
            raise MQTTError(error.args[0], "no address for %s" % self.server)
        self._raw = socket.socket(family, kind, protocol)
        try:
            self._raw.settimeout(self._timeout)
            try:
                self._raw.connect(address)
            except OSError as error:
                raise MQTTError(
                    error.args[0], "no connection to %s port %d" % (self.server, self.port)
                )
            self._socket = self._raw
            if self._ssl:
                try:
                    self._socket = self._ssl.wrap_socket(self._raw, server_hostname=self.server)
                except (OSError, ValueError) as error:
                    raise MQTTError(
                        error.args[0] if len(error.args) > 1 else _EINVAL,
                        "TLS with %s failed: %s" % (self.server, error.args[-1]),
                    )
            self._raw.setblocking(False)
        except OSError:
            self.close()
            raise
        self._poller = select.poll()
        self._poller.register(self._socket, select.POLLIN)
        self._ping_at = None
        self._sent_at = ticks_ms()

    def _subscribe(self, topic, qos):
        packet_id = self._next_id()
        self._suback = None
        parts = [packet_id.to_bytes(2, "big")] + _prefixed(topic) + [bytes((qos,))]
        self._send(_packet(0x82, parts))
        self._wait(lambda: self._suback and self._suback[0] == packet_id, "SUBACK")
        if self._suback[1] == 128:
            raise MQTTRefused(128, "the broker refuses to subscribe to %s" % topic.decode())

    def _wait(self, is_fulfilled, what):
        """Handle packets until the condition holds; MQTTError when it takes too long."""
        if self._is_in_callback:
            raise MQTTError(_EINVAL, "this waits for the broker: do it outside of the callback")
        end = ticks_add(ticks_ms(), self._timeout_ms)
        while not is_fulfilled():
            left = ticks_diff(end, ticks_ms())
            if left <= 0:
                self._fail(_ETIMEDOUT, "no %s from the broker" % what)
            if not self._step():
                self._rest(left)

    def _step(self):
        """Keep the connection alive and handle one packet; return whether there was one."""
        if self._socket is None:
            raise MQTTError(_ENOTCONN, "not connected")
        if self._keepalive:
            now = ticks_ms()
            if self._ping_at is not None:
                if ticks_diff(now, self._ping_at) > self._timeout_ms:
                    self._fail(_ETIMEDOUT, "no PINGRESP from the broker")
            elif ticks_diff(now, self._sent_at) > self._keepalive * 500:
                self.ping()
        if self._read(self._byte) is None:
            return False
        self._receive(self._byte[0])
        return True

    def _rest(self, duration_ms):
        """Return when something has arrived, at the latest after a short time."""
        for _ in self._poller.ipoll(min(duration_ms, _POLL_MS)):
            pass

    def _receive(self, first):
        """Read the rest of a packet and handle it."""
        size = shift = 0
        while True:
            self._fill(self._byte)
            size |= (self._byte[0] & 127) << shift
            shift += 7
            if self._byte[0] < 128:
                break
            if shift > 21:
                self._malformed()
        self._ping_at = None
        kind = first >> 4
        if size > self.max_packet:
            self._skip(first, size)
            return
        body = bytearray(size)
        self._fill(body)
        if kind == _PUBLISH:
            self._deliver(first, body)
        elif kind == _PUBACK and size == 2:
            packet_id = body[0] << 8 | body[1]
            self._in_flight = [entry for entry in self._in_flight if entry[0] != packet_id]
        elif kind == _SUBACK and size == 3:
            self._suback = (body[0] << 8 | body[1], body[2])
        elif kind == _CONNACK and size == 2:
            self._connack = (body[0] & 1, body[1])
        elif kind != _PINGRESP:
            self._malformed()

    def _deliver(self, first, body):
        """Hand a message to the callback and acknowledge it afterwards."""
        qos = first >> 1 & 3
        if len(body) < 2 or qos > 1:
            self._malformed()
        start = 2 + (body[0] << 8 | body[1])
        end = start + 2 * qos
        if end > len(body):
            self._malformed()
        self._messages += 1
        if self._callback:
            view = memoryview(body)
            was_in_callback = self._is_in_callback
            self._is_in_callback = True
            try:
                self._callback(bytes(view[2:start]), bytes(view[end:]), bool(first & 1))
            finally:
                self._is_in_callback = was_in_callback
        if qos:
            self._send(b"\x40\x02" + body[start:end])

    def _skip(self, first, size):
        """Drop a message that is too large for this board; it would come again without PUBACK."""
        if first >> 4 != _PUBLISH or size < 4:
            self._malformed()
        head = bytearray(2)
        self._fill(head)
        topic_size = head[0] << 8 | head[1]
        qos = first >> 1 & 3
        if size < 2 + topic_size + 2 * qos or qos > 1:
            self._malformed()
        self._drain(topic_size)
        if qos:
            self._fill(head)
        self._drain(size - 2 - topic_size - 2 * qos)
        self.skipped += 1
        if qos:
            self._send(b"\x40\x02" + head)

    def _drain(self, size):
        chunk = bytearray(min(size, 256))
        while size > 0:
            view = memoryview(chunk)[: min(size, 256)]
            self._fill(view)
            size -= len(view)

    def _read(self, view):
        """Return how many bytes were read, None when there are none yet."""
        try:
            size = self._socket.readinto(view)
        except OSError as error:
            self._fail(error.args[0] if error.args else _ECONNRESET, "the connection is lost")
        if size == 0:
            self._fail(_ECONNRESET, "the broker closed the connection")
        return size

    def _fill(self, buffer):
        """Read until the buffer is full; MQTTError when that takes too long."""
        view = memoryview(buffer)
        started = ticks_ms()
        while len(view):
            size = self._read(view)
            if size:
                view = view[size:]
            elif ticks_diff(ticks_ms(), started) > self._timeout_ms:
                self._fail(_ETIMEDOUT, "a packet of the broker does not end")
            else:
                self._rest(_POLL_MS)

    def _send(self, packet):
        """Write the whole packet; MQTTError when that takes too long."""
        if self._socket is None:
            raise MQTTError(_ENOTCONN, "not connected")
        view = memoryview(packet)
        started = ticks_ms()
        while len(view):
            try:
                size = self._socket.write(view)
            except OSError as error:
                self._fail(error.args[0] if error.args else _ECONNRESET, "the connection is lost")
            if size:
                view = view[size:]
            elif ticks_diff(ticks_ms(), started) > self._timeout_ms:
                self._fail(_ETIMEDOUT, "the broker takes nothing")
            else:
                sleep_ms(2)
        self._sent_at = ticks_ms()

    def _next_id(self):
        while True:
            self._packet_id = self._packet_id % 65535 + 1
            if all(entry[0] != self._packet_id for entry in self._in_flight):
                return self._packet_id

    def _malformed(self):
        self._fail(_EBADMSG, "the broker sent what is not MQTT 3.1.1")

    def _fail(self, code, sentence):
        self.close()
        raise MQTTError(code, sentence)


def _reason(code):
    if 1 <= code <= 5:
        return (
            "wrong protocol version",
            "bad client id",
            "not available now",
            "wrong user or password",
            "not authorised",
        )[code - 1]
    return "code %d" % code


def _data(text):
    return text.encode() if isinstance(text, str) else text


def _prefixed(text):
    data = _data(text)
    if len(data) > 65535:
        raise ValueError("longer than 65535 bytes")
    return [len(data).to_bytes(2, "big"), data]


def _packet(first, parts):
    """Return a packet in one piece, made without pieces between."""
    size = sum(len(part) for part in parts)
    head = bytearray((first,))
    rest = size
    while True:
        head.append(rest & 127 | (128 if rest > 127 else 0))
        rest >>= 7
        if not rest:
            break
    packet = bytearray(len(head) + size)
    packet[: len(head)] = head
    at = len(head)
    for part in parts:
        packet[at : at + len(part)] = part
        at += len(part)
    return packet
