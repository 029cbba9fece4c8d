"""paho as it comes, for a version of it whose inside the fast path does not know."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.core.message import MessageDetail
from mqttui.core.trace import Direction
from mqttui.payload.printable import printable
from mqttui.transport.packet_stream import size_of
from mqttui.transport.task import reason_text
from mqttui.transport.wire import (
    DROPPED_INTERNAL,
    DROPPED_TOPIC,
    FINAL_ACK,
    PAYLOAD_LIMIT_BYTES,
    WireState,
)

if TYPE_CHECKING:
    from typing import Any

    from paho.mqtt.client import MQTTMessage
    from paho.mqtt.reasoncodes import ReasonCode

    from mqttui.core.message import RawMessage
    from mqttui.core.publishing import PublishProperties
    from mqttui.transport.receipt import PublishReceipt
    from mqttui.transport.trace import Trace
    from mqttui.transport.wire import OnAcknowledged, Sink

_log = logging.getLogger(__name__)

_DIRECTIONS = {"Sending": Direction.SENT, "Received": Direction.RECEIVED}
_LOG_LIMIT = 300


class StockClient(Client):
    """A client that uses only what paho promises; about twenty times the cost of `FastClient`.

    Messages are handed to the sink once per `loop` call. Acknowledgements go out before that,
    and a payload that is too long is cut only after it has been received. What is published and
    not acknowledged when a connection ends is forgotten, and before paho 2.2 the client `is_spent`
    then: it must not be used again.
    """

    can_send_again = False
    has_ping = False

    def __init__(
        self,
        sink: Sink,
        *,
        client_id: str,
        is_mqtt5: bool,
        is_websocket: bool = False,
        is_clean: bool = True,
        payload_limit_bytes: int = PAYLOAD_LIMIT_BYTES,
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
        self._payload_limit_bytes = payload_limit_bytes
        self._collected: list[RawMessage] = []
        self.on_message = self._collect
        self.on_publish = self._published
        self.on_acknowledged: OnAcknowledged | None = None
        self.is_spent = False
        self.is_hurried = False
        self.trace: Trace | None = None
        # The window is kept by who publishes; what paho queues it would send unasked.
        self.max_inflight_messages_set(0)

    def loop(self, timeout: float = 1.0) -> MQTTErrorCode:
        """Do what paho does and hand over what arrived."""
        is_tracing = self.trace is not None and self.trace.is_on
        if is_tracing != (self.on_log is not None):
            self.on_log = self._logged if is_tracing else None
        try:
            return super().loop(timeout)
        finally:
            self._flush()

    def transmit(self, packets: bytes) -> None:
        """Do nothing: paho answers a PUBREC itself."""

    def ping(self) -> None:
        """Do nothing: paho sends a PINGREQ only when it wants to."""

    def send_publishes(self, chunk: list[tuple[PublishReceipt, bytes]]) -> None:
        """Publish; paho makes its own packets and gives the packet identifiers."""
        for receipt, _ in chunk:
            request = receipt.request
            properties = None
            if self.protocol == MQTTv5 and request.properties is not None:
                properties = _paho_properties(request.properties)
            receipt.packet_id = self.publish(
                request.topic, request.payload, request.qos, request.retain, properties
            ).mid

    def forget_published(self) -> None:
        """Keep paho from sending again what was not acknowledged."""
        drop = getattr(self, "drop_out_messages", None)
        if drop is None:
            self.is_spent = True
        else:
            drop()

    def _logged(self, _client: Client, _userdata: Any, _level: int, text: str) -> None:
        """Give to the trace what paho says of a packet; of a CONNECT only that there was one."""
        verb, _, rest = text.partition(" ")
        name, _, words = rest.partition(" ")
        direction = _DIRECTIONS.get(verb)
        if self.trace is None or direction is None or not name.isupper():
            return
        shown = None if name == "CONNECT" else printable(words[:_LOG_LIMIT]) or None
        self.trace.said(direction, name, shown)

    def _published(
        self,
        _client: Client,
        _userdata: Any,
        packet_id: int,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self.on_acknowledged is not None:
            self.on_acknowledged(FINAL_ACK, packet_id, code.value, reason_text(properties))

    def _collect(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic.encode()
        except UnicodeDecodeError:
            self.wire.count_dropped(DROPPED_TOPIC, 1)
            return
        payload = bytes(message.payload)
        properties = b""
        if message.properties is not None:
            properties = _without_length(message.properties.pack())  # type: ignore[no-untyped-call]
        full_size = None
        if len(payload) > self._payload_limit_bytes:
            full_size = len(payload)
            payload = payload[: self._payload_limit_bytes]
            self.wire.cut += 1
            self.wire.cut_bytes += full_size - len(payload)
        detail = None
        if properties or full_size is not None:
            detail = MessageDetail(properties, full_size)
        flags = message.dup << 3 | message.qos << 1 | message.retain
        self._collected.append((topic, payload, flags, detail))

    def _flush(self) -> None:
        messages = self._collected
        if not messages:
            return
        self._collected = []
        try:
            self._sink(messages, sum(map(size_of, messages)))
        except Exception as error:
            _log.exception("messages could not be handed on")
            self.wire.count_dropped(DROPPED_INTERNAL, len(messages))
            self.wire.problem = f"Messages could not be handed on ({type(error).__name__})."


def _paho_properties(wanted: PublishProperties) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if wanted.is_text:
        properties.PayloadFormatIndicator = 1
    if wanted.message_expiry_s is not None:
        properties.MessageExpiryInterval = wanted.message_expiry_s
    if wanted.content_type is not None:
        properties.ContentType = wanted.content_type
    if wanted.response_topic is not None:
        properties.ResponseTopic = wanted.response_topic
    if wanted.correlation_data is not None:
        properties.CorrelationData = wanted.correlation_data
    if wanted.user_properties:
        properties.UserProperty = list(wanted.user_properties)
    return properties


def _without_length(packed: bytes) -> bytes:
    """Return a property block without the length in front of it (MQTT 5.0 section 2.2.2.1)."""
    start = 0
    while packed[start] > 127:
        start += 1
    return packed[start + 1 :]
