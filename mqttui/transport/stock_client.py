"""paho as it comes, for a version of it whose inside the fast path does not know."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from mqttui.core.message import MessageDetail
from mqttui.transport.packet_stream import size_of
from mqttui.transport.wire import (
    DROPPED_INTERNAL,
    DROPPED_TOPIC,
    PAYLOAD_LIMIT_BYTES,
    WireState,
)

if TYPE_CHECKING:
    from typing import Any

    from paho.mqtt.client import MQTTMessage

    from mqttui.core.message import RawMessage
    from mqttui.transport.wire import Sink

_log = logging.getLogger(__name__)


class StockClient(Client):
    """A client that uses only what paho promises; about twenty times the cost of `FastClient`.

    Messages are handed to the sink once per `loop` call. Acknowledgements go out before that,
    and a payload that is too long is cut only after it has been received.
    """

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

    def loop(self, timeout: float = 1.0) -> MQTTErrorCode:
        """Do what paho does and hand over what arrived."""
        try:
            return super().loop(timeout)
        finally:
            self._flush()

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


def _without_length(packed: bytes) -> bytes:
    """Return a property block without the length in front of it (MQTT 5.0 section 2.2.2.1)."""
    start = 0
    while packed[start] > 127:
        start += 1
    return packed[start + 1 :]
