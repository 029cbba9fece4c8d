"""Picking entries of a trace."""

from __future__ import annotations

from mqttui.core.trace import Direction, TraceEntry
from mqttui.core.trace_filter import PacketKind, TraceFilter, kind_of

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


def entry(
    packet: str,
    direction: Direction = SENT,
    packet_id: int | None = None,
    topic: bytes | None = None,
) -> TraceEntry:
    """Return an entry."""
    return TraceEntry(1, 0.0, direction, packet, packet_id, topic=topic)


def shown(entries: list[TraceEntry], **wanted: object) -> list[tuple[str, int | None]]:
    """Return what a filter lets through, in its order."""
    picked = TraceFilter(**wanted)  # type: ignore[arg-type]
    return [(each.packet, each.packet_id) for each in entries if picked.matches(each)]


def test_kinds_and_directions() -> None:
    """Every packet has a kind, unknown ones belong to the connection."""
    entries = [
        entry("CONNECT"),
        entry("CONNACK", RECEIVED),
        entry("PUBLISH"),
        entry("PUBREL"),
        entry("SUBACK", RECEIVED),
        entry("PINGREQ"),
    ]
    assert shown(entries, kind=PacketKind.CONNECTION) == [("CONNECT", None), ("CONNACK", None)]
    assert shown(entries, kind=PacketKind.ACKNOWLEDGEMENT) == [("PUBREL", None)]
    assert shown(entries, direction=RECEIVED) == [("CONNACK", None), ("SUBACK", None)]
    assert len(shown(entries)) == 6
    assert kind_of(entry("AUTH")) is PacketKind.CONNECTION


def test_answers_follow_their_question() -> None:
    """A topic filter keeps the handshake of fitting messages, in either direction, and no other."""
    entries = [
        entry("PUBLISH", SENT, 1, b"a/x"),
        entry("PUBLISH", SENT, 2, b"b/x"),
        entry("PUBLISH", RECEIVED, 2, b"a/y"),
        entry("PUBACK", RECEIVED, 2),
        entry("PUBREC", SENT, 2),
        entry("PUBREC", RECEIVED, 1),
        entry("PUBREL", SENT, 1),
        entry("PUBCOMP", RECEIVED, 1),
        entry("PUBREL", RECEIVED, 2),
        entry("PUBCOMP", SENT, 2),
        entry("PUBACK", RECEIVED, 1),
        entry("PINGREQ"),
        entry("SUBSCRIBE", SENT, 3, b"a/#"),
        entry("SUBACK", RECEIVED, 3),
    ]
    wanted = [entries[n] for n in (0, 2, 4, 5, 6, 7, 8, 9, 12, 13)]
    by_filter = TraceFilter(text="a/+")
    assert [each for each in entries if by_filter.matches(each)] == wanted
    by_text = TraceFilter(text="A/")
    assert [each for each in entries if by_text.matches(each)] == wanted


def test_what_a_broker_tells_of_itself_can_be_left_out() -> None:
    """With its acknowledgements; what names no topic stays, and so do other topics with a $."""
    entries = [
        entry("CONNECT"),
        entry("PUBLISH", RECEIVED, None, b"$SYS/broker/uptime"),
        entry("PUBLISH", RECEIVED, 7, b"$SYS/broker/version"),
        entry("PUBLISH", RECEIVED, 8, b"$SYSTEM/a"),
        entry("PUBACK", SENT, 7),
        entry("PUBACK", SENT, 8),
        entry("PINGREQ"),
    ]
    kept = [("CONNECT", None), ("PUBLISH", 8), ("PUBACK", 8), ("PINGREQ", None)]
    assert shown(entries, hides_sys=True) == kept
    assert shown(entries, hides_sys=True, text="$SYS") == kept[1:3]
    assert len(shown(entries)) == len(entries)


def test_a_reused_identifier_belongs_to_the_newer_message() -> None:
    """What fitted before does not fit for ever."""
    entries = [
        entry("PUBLISH", SENT, 1, b"a"),
        entry("PUBLISH", SENT, 1, b"b"),
        entry("PUBACK", RECEIVED, 1),
    ]
    assert shown(entries, text="a") == [("PUBLISH", 1)]


def test_a_bad_filter_says_so() -> None:
    """Wildcards in wrong places are explained and looked for as text."""
    assert TraceFilter(text="a/#/b").problem == (
        "The wildcard # must be the last level of a topic filter."
    )
    assert TraceFilter(text="a/#").problem is None
    assert TraceFilter().problem is None
    assert TraceFilter(text="\xff").matches(entry("PUBLISH", topic="x\xff".encode()))
