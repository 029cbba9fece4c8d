"""Queues, windows and packet identifiers of a session."""

from __future__ import annotations

from mqttui.demo.broker.counters import Counters
from mqttui.demo.broker.packets import Message
from mqttui.demo.broker.session import Limits, Session
from mqttui.demo.broker.wire import Fields


class FakeLink:
    """Notes (first byte, packet identifier) of what is sent."""

    def __init__(self) -> None:
        self.is_congested = False
        self.sent: list[tuple[int, int]] = []
        self.payloads: list[bytes] = []

    def send(self, packet: bytes) -> None:
        """Read the packet back."""
        fields = Fields(packet)
        first = fields.byte()
        fields.varint()
        if first >> 4 == 3:
            fields.binary()
        self.sent.append((first, fields.uint16() if first & 6 else 0))
        self.payloads.append(fields.rest())

    def close(self, reason: int) -> None:
        """Not used here."""


def _session(limits: Limits, counters: Counters | None = None) -> Session:
    session = Session("c", limits, counters or Counters(), lambda: 0.0)
    session.level = 4
    return session


def _message(payload: bytes = b"x", qos: int = 1) -> Message:
    return Message(b"t", payload, qos, is_retained=False)


def test_the_window_bounds_what_is_in_flight() -> None:
    """The rest waits and moves up with each acknowledgement, in order."""
    session = _session(Limits(inflight=2))
    link = session.link = FakeLink()
    for number in range(5):
        session.deliver(_message(b"%d" % number), 1, is_retained=False)
    assert link.payloads == [b"0", b"1"]
    session.acknowledge(link.sent[1][1])
    assert link.payloads == [b"0", b"1", b"2"]
    session.acknowledge(link.sent[0][1])
    session.acknowledge(link.sent[2][1])
    assert link.payloads == [b"0", b"1", b"2", b"3", b"4"]
    assert session.stored_messages == 2


def test_the_client_can_make_the_window_smaller() -> None:
    """Receive maximum of MQTT 5, never larger than the broker's own limit."""
    session = _session(Limits(inflight=2))
    session.set_receive_maximum(1)
    link = session.link = FakeLink()
    for _ in range(3):
        session.deliver(_message(), 1, is_retained=False)
    assert len(link.sent) == 1


def test_what_exceeds_the_queue_is_dropped_and_counted() -> None:
    """By number of messages and by bytes; the oldest stay."""
    counters = Counters()
    by_count = _session(Limits(queued_messages=3), counters)
    for number in range(10):
        by_count.deliver(_message(b"%d" % number), 1, is_retained=False)
    assert (by_count.stored_messages, counters.dropped) == (3, 7)
    link = by_count.link = FakeLink()
    by_count.resume()
    assert link.payloads == [b"0", b"1", b"2"]
    assert by_count.stored_bytes == 0
    by_bytes = _session(Limits(queued_bytes=100), counters)
    for _ in range(3):
        by_bytes.deliver(_message(b"x" * 49), 2, is_retained=False)
    assert (by_bytes.stored_messages, counters.dropped) == (2, 8)


def test_qos0_does_not_wait_for_a_client_that_is_away() -> None:
    """At most once means now or never."""
    session = _session(Limits())
    session.deliver(_message(qos=0), 0, is_retained=False)
    assert session.stored_messages == 0


def test_a_new_connection_repeats_what_is_unacknowledged() -> None:
    """PUBLISH with DUP while no PUBREC came, PUBREL after it, with the old identifiers."""
    session = _session(Limits())
    first = session.link = FakeLink()
    for qos in (1, 2, 2):
        session.deliver(_message(qos=qos), qos, is_retained=False)
    ids = [packet_id for _, packet_id in first.sent]
    assert session.receive(ids[1], 0) == b"\x62\x02" + ids[1].to_bytes(2)
    second = session.link = FakeLink()
    session.resume()
    assert second.sent == [(0x3A, ids[0]), (0x62, ids[1]), (0x3C, ids[2])]
    session.complete(ids[2])
    assert session.stored_messages == 3, "PUBCOMP before PUBREC completes nothing"
    session.complete(ids[1])
    session.acknowledge(ids[0])
    assert session.stored_messages == 1


def test_a_refused_qos2_message_is_finished() -> None:
    """A PUBREC with an error of MQTT 5 ends the exchange without PUBREL."""
    session = _session(Limits(inflight=1))
    session.level = 5
    link = session.link = FakeLink()
    for _ in range(2):
        session.deliver(_message(qos=2), 2, is_retained=False)
    assert session.receive(link.sent[0][1], 0x97) is None
    assert len(link.sent) == 2


def test_an_unknown_pubrec_is_answered() -> None:
    """PUBREL with 0x92 under MQTT 5, so that the client can let go of it."""
    session = _session(Limits())
    session.level = 5
    assert session.receive(77, 0) == b"\x62\x03\x00\x4d\x92"


def test_packet_identifiers_go_round_and_skip_those_in_use() -> None:
    """1 to 65,535, never 0, never one in flight."""
    session = _session(Limits(inflight=3))
    link = session.link = FakeLink()
    session.deliver(_message(b"stays"), 1, is_retained=False)
    kept = link.sent[0][1]
    for _ in range(65_536):
        session.deliver(_message(), 1, is_retained=False)
        session.acknowledge(link.sent[-1][1])
    used = [packet_id for _, packet_id in link.sent[1:]]
    assert 0 not in used
    assert kept not in used
    assert max(used) == 65_535
    assert used[-1] == 3


def test_a_client_with_a_small_maximum_is_not_sent_more() -> None:
    """Packets above the client's maximum packet size are dropped and counted (3.1.2.11.4)."""
    counters = Counters()
    session = _session(Limits(), counters)
    session.maximum_packet_bytes = 20
    link = session.link = FakeLink()
    for qos in (0, 1):
        session.deliver(_message(b"x" * 50), qos, is_retained=False)
        session.deliver(_message(b"fits"), qos, is_retained=False)
    assert link.payloads == [b"fits", b"fits"]
    assert counters.dropped == 2
