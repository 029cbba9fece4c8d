"""A source for the projector."""

from __future__ import annotations

from mqttui.core.message import Batch, MessageDetail
from mqttui.core.presenter import VeiledSource
from mqttui.core.retained.fetching import RetainedMessage

SECRET = b'{"password": "hunter2", "v": 1}'


class Source:
    """Delivers one batch and one retained message."""

    def __init__(self) -> None:
        self.messages = [RetainedMessage(b"r", SECRET, 1, b"\x26\x00\x01a\x00\x05token")]

    def drain(self, max_messages):
        """One batch with and without a secret, in payload and in properties."""
        detail = MessageDetail(b"\x26\x00\x05token\x00\x01x", 99)
        return [
            Batch(
                5.0,
                [(b"a", SECRET, 1, None), (b"b", b"4.8", 0, None), (b"c", b"1", 0, detail)],
                77,
            )
        ]

    def fetch_retained(self, topic_filter, timeout_s, *, with_qos):
        """Itself, as a fetch."""
        return self


def test_messages_are_veiled_before_anything_is_kept() -> None:
    """Payloads and properties lose what is to be hidden, all else stays."""
    (batch,) = VeiledSource(Source()).drain(10)
    assert (batch.received_at, batch.size_bytes) == (5.0, 77)
    assert batch.messages == [
        (b"a", b'{"password": "***", "v": 1}', 1, None),
        (b"b", b"4.8", 0, None),
        (b"c", b"1", 0, MessageDetail(b"", 99)),
    ]


def test_what_the_broker_retains_is_veiled_too() -> None:
    """The same list is worked out once."""
    fetch = VeiledSource(Source()).fetch_retained("#")
    (message,) = fetch.messages
    assert b"hunter2" not in message.payload
    assert message.properties == b""
    assert fetch.messages is fetch.messages
