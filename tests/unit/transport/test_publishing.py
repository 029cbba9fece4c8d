"""The queue, the window and the end of a connection, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.broker.limits import BrokerLimits
from mqttui.core.publishing import Outcome, PublishProperties, PublishRequest
from mqttui.transport.publishing import CHUNK_BYTES, WINDOW_311, Publishing
from mqttui.transport.task import Accepted
from mqttui.transport.wire import PUBACK, PUBCOMP, PUBLISH_IDS, PUBREC

if TYPE_CHECKING:
    from mqttui.transport.receipt import PublishReceipt


class FakeClient:
    """A client whose socket takes everything unless it is full."""

    can_send_again = True

    def __init__(self) -> None:
        self.on_acknowledged = None
        self.is_hurried = False
        self.is_full = False
        self.is_closed = False
        self.chunks: list[list[tuple[PublishReceipt, bytes]]] = []
        self.transmitted: list[bytes] = []
        self.forgotten = 0

    def want_write(self) -> bool:
        """Return whether the socket is full."""
        return self.is_full

    def socket(self) -> object:
        """Return something as long as the connection stands."""
        return None if self.is_closed else self

    def transmit(self, packets: bytes) -> None:
        """Keep what is sent."""
        self.transmitted.append(packets)

    def send_publishes(self, chunk: list[tuple[PublishReceipt, bytes]]) -> None:
        """Keep what is sent."""
        self.chunks.append(chunk)

    def forget_published(self) -> None:
        """Count the call."""
        self.forgotten += 1

    @property
    def packets(self) -> list[bytes]:
        """Every PUBLISH (and PUBREL in a chunk) so far."""
        return [packet for chunk in self.chunks for _, packet in chunk]


class Bench:
    """A Publishing on a connection."""

    def __init__(self, *, may_resume: bool = False, is_mqtt5: bool = True, **options: int) -> None:
        self.wakes = 0
        self.publishing = Publishing(self._wake, may_resume=may_resume, **options)
        self.is_mqtt5 = is_mqtt5
        self.client = FakeClient()
        self.connect()

    def _wake(self) -> None:
        self.wakes += 1

    def connect(self, *, is_session_present: bool = False, **limits: object) -> None:
        """Let a new connection be accepted."""
        self.client = FakeClient()
        accepted = Accepted(self.is_mqtt5, is_session_present, BrokerLimits(**limits))
        self.publishing.begin(self.client, accepted)

    def publish(self, qos: int = 0, payload: bytes = b"x", topic: str = "t"):
        """Submit a message."""
        return self.publishing.submit(PublishRequest(topic, payload, qos))

    def pursue(self) -> None:
        """Let the network thread do all that it can."""
        while self.publishing.pursue(0.0) is not None:
            pass

    def acknowledge(self, receipt: PublishReceipt, kind: int = PUBACK, code: int = 0) -> None:
        """Let the broker answer."""
        self.publishing.acknowledged(kind, receipt.packet_id, code, None)


def test_a_burst_wakes_once() -> None:
    """The network thread is woken by the first message of an empty queue only."""
    bench = Bench()
    for _ in range(100):
        bench.publish()
    assert bench.wakes == 1
    bench.pursue()
    bench.publish()
    assert bench.wakes == 2


def test_sent_means_written() -> None:
    """A message in a full socket is still queued."""
    bench = Bench()
    receipt = bench.publish()
    bench.publishing.pursue(0.0)
    bench.client.is_full = True
    bench.publishing.pursue(0.0)
    assert len(bench.client.packets) == 1
    assert receipt.status.outcome is Outcome.QUEUED
    bench.client.is_full = False
    bench.publishing.pursue(0.0)
    assert receipt.status.outcome is Outcome.SENT
    assert receipt.status.is_final


def test_a_full_socket_gets_nothing_more() -> None:
    """Paho's queue holds one chunk at most, however much is published."""
    bench = Bench()
    for _ in range(10):
        bench.publish(payload=bytes(CHUNK_BYTES))
    bench.publishing.pursue(0.0)
    bench.client.is_full = True
    for _ in range(5):
        bench.publishing.pursue(0.0)
    assert len(bench.client.chunks) == 1
    assert len(bench.client.packets) == 1


@pytest.mark.parametrize(("is_mqtt5", "window"), [(False, WINDOW_311), (True, 7)])
def test_the_window(is_mqtt5: bool, window: int) -> None:
    """Only so many messages are in flight; each acknowledgement lets one more out."""
    bench = Bench(is_mqtt5=is_mqtt5)
    bench.connect(receive_maximum=7)
    receipts = [bench.publish(1) for _ in range(100)]
    bench.pursue()
    assert len(bench.client.packets) == window
    bench.acknowledge(receipts[0])
    bench.pursue()
    assert len(bench.client.packets) == window + 1
    bench.acknowledge(receipts[0])
    bench.pursue()
    assert len(bench.client.packets) == window + 1, "a second acknowledgement is nobody's"


def test_identifiers_are_not_used_twice() -> None:
    """The range is gone through, around those that are in flight."""
    bench = Bench()
    slow = bench.publish(1)
    bench.pursue()
    seen = set()
    for _ in range(len(PUBLISH_IDS) + 10):
        receipt = bench.publish(1)
        bench.pursue()
        assert receipt.packet_id != slow.packet_id
        assert receipt.packet_id in PUBLISH_IDS
        seen.add(receipt.packet_id)
        bench.acknowledge(receipt)
    assert len(seen) == len(PUBLISH_IDS) - 1


def test_the_queue_is_bounded_by_count_and_bytes() -> None:
    """What is too much is refused with the numbers; one large message is always taken."""
    bench = Bench(max_messages=3, max_bytes=1000)
    assert bench.publish(payload=bytes(5000)).status.outcome is Outcome.QUEUED
    refused = bench.publish()
    assert refused.status.outcome is Outcome.REFUSED
    assert "1 messages (5,001 bytes) wait" in refused.status.words
    bench.pursue()
    assert [bench.publish().status.outcome for _ in range(4)] == [
        *[Outcome.QUEUED] * 3,
        Outcome.REFUSED,
    ]


def test_qos_2_has_two_steps() -> None:
    """PUBREC is answered with PUBREL; only PUBCOMP is the end."""
    bench = Bench()
    receipt = bench.publish(2)
    bench.pursue()
    bench.acknowledge(receipt, PUBREC)
    assert not receipt.status.is_final
    bench.pursue()
    assert bench.client.transmitted == [b"\x62\x02" + receipt.packet_id.to_bytes(2)]
    bench.acknowledge(receipt, PUBCOMP)
    assert receipt.status.outcome is Outcome.ACKNOWLEDGED


def test_an_answer_of_the_wrong_kind_ends_nothing() -> None:
    """A PUBACK for QoS 2 and a PUBCOMP for QoS 1 are passed over."""
    bench = Bench()
    one, two = bench.publish(1), bench.publish(2)
    bench.pursue()
    bench.acknowledge(one, PUBCOMP)
    bench.acknowledge(two, PUBACK)
    assert not one.status.is_final
    assert not two.status.is_final


def test_a_refusing_pubrec_is_the_end() -> None:
    """With a reason code of 0x80 or more there is no PUBREL (MQTT 5.0 section 4.3.3)."""
    bench = Bench()
    receipt = bench.publish(2)
    bench.pursue()
    bench.acknowledge(receipt, PUBREC, 0x97)
    bench.pursue()
    assert receipt.status.words == "refused: quota exceeded"
    assert bench.client.transmitted == []


def test_the_end_of_a_clean_session_loses_all() -> None:
    """Each receipt says how far it came, and the next connection sends nothing of it."""
    bench = Bench()
    in_flight = [bench.publish(1) for _ in range(3)]
    bench.pursue()
    writing = [bench.publish(0), bench.publish(1)]
    bench.publishing.pursue(0.0)
    bench.client.is_full = True
    waiting = [bench.publish(qos) for qos in (0, 1, 2)]
    first = bench.client
    bench.publishing.ended()
    assert first.forgotten == 1
    assert first.on_acknowledged is None
    assert [r.status.words for r in (in_flight[0], writing[0], writing[1], waiting[0])] == [
        "lost: the connection ended before the broker acknowledged it",
        "lost: the connection ended while it was being sent",
        "lost: the connection ended while it was being sent",
        "lost: the connection ended before it was sent",
    ]
    assert {r.status.outcome for r in (*in_flight, *writing, *waiting)} == {Outcome.LOST}
    bench.connect(is_session_present=True)
    bench.pursue()
    assert bench.client.packets == []


def test_a_session_keeps_what_has_a_promise() -> None:
    """QoS 1 and 2 go on in their order, QoS 0 is lost."""
    bench = Bench(may_resume=True)
    sent = [bench.publish(1, b"a"), bench.publish(2, b"b")]
    bench.pursue()
    bench.client.is_full = True
    waiting = [bench.publish(0, b"c"), bench.publish(1, b"d")]
    bench.publishing.ended()
    assert [r.status.outcome for r in sent] == [Outcome.SENT, Outcome.SENT]
    assert not sent[0].status.is_final
    assert waiting[0].status.outcome is Outcome.LOST
    assert waiting[1].status.outcome is Outcome.QUEUED
    assert bench.publish(1).status.outcome is Outcome.REFUSED
    bench.connect(is_session_present=True)
    bench.pursue()
    assert [(packet[0], packet[-1:]) for packet in bench.client.packets] == [
        (0x3A, b"a"),
        (0x3C, b"b"),
        (0x32, b"d"),
    ]
    for receipt, kind in ((sent[0], PUBACK), (sent[1], PUBCOMP), (waiting[1], PUBACK)):
        bench.acknowledge(receipt, kind)
        assert receipt.status.outcome is Outcome.ACKNOWLEDGED


def test_resending_keeps_the_window_of_the_new_connection() -> None:
    """A broker that takes less than before gets less at a time, and nothing new before."""
    bench = Bench(may_resume=True)
    receipts = [bench.publish(1, b"%d" % number) for number in range(4)]
    bench.pursue()
    late = bench.publish(1, b"late")
    bench.publishing.ended()
    bench.connect(is_session_present=True, receive_maximum=2)
    bench.pursue()
    assert [packet[-1:] for packet in bench.client.packets] == [b"0", b"1"]
    for receipt in receipts:
        bench.acknowledge(receipt)
        bench.pursue()
    assert [packet[-1:] for packet in bench.client.packets] == [b"0", b"1", b"2", b"3", b"e"]
    bench.acknowledge(late)
    assert late.status.outcome is Outcome.ACKNOWLEDGED


def test_a_pubcomp_that_knows_nothing_more_is_good_enough() -> None:
    """After a resumed session the broker may be done already (reason code 0x92)."""
    bench = Bench(may_resume=True)
    receipt = bench.publish(2)
    bench.pursue()
    bench.acknowledge(receipt, PUBREC)
    bench.publishing.ended()
    bench.connect(is_session_present=True)
    bench.pursue()
    assert bench.client.packets == [b"\x62\x02" + receipt.packet_id.to_bytes(2)]
    bench.acknowledge(receipt, PUBCOMP, 0x92)
    assert receipt.status.outcome is Outcome.ACKNOWLEDGED


def test_a_broker_of_less_ability_after_a_reconnect() -> None:
    """What was queued for one broker is refused in words by what the next CONNACK says."""
    bench = Bench(may_resume=True)
    bench.client.is_full = True
    receipt = bench.publish(2)
    bench.publishing.ended()
    bench.connect(is_session_present=True, maximum_qos=1)
    bench.pursue()
    assert receipt.status.words == "refused: the broker takes at most QoS 1, not QoS 2"


def test_properties_need_mqtt_5() -> None:
    """They are refused rather than dropped."""
    bench = Bench(is_mqtt5=False)
    request = PublishRequest("t", b"", properties=PublishProperties(content_type="x"))
    assert "need MQTT 5" in bench.publishing.submit(request).status.words


def test_it_hurries_while_answers_are_awaited() -> None:
    """The client is told, because TCP would wait with its confirmations."""
    bench = Bench()
    receipt = bench.publish(1)
    bench.pursue()
    assert bench.client.is_hurried
    bench.acknowledge(receipt)
    bench.pursue()
    assert not bench.client.is_hurried
