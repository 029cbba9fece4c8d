"""PacketStream delivers what a stream says, however it is cut, and survives what is malformed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.core.message import MessageDetail, RawMessage
from mqttui.transport.packet_stream import CONTROL_LIMIT_BYTES, PacketStream, Parsed, size_of
from mqttui.transport.publish_layout import PROPERTY_LIMIT_BYTES
from tests.support.packets import (
    CONNACK_5,
    CONNACK_311,
    PINGRESP,
    Publish,
    Stream,
    cut,
    cut_points,
    packet,
    publishes,
    pubrel,
    streams,
    string,
    variable_length,
)

LIMIT = 1024 * 1024


def _new(is_mqtt5: bool = False, limit: int = LIMIT) -> PacketStream:
    return PacketStream(is_mqtt5=is_mqtt5, payload_limit_bytes=limit)


def _feed_all(stream: PacketStream, pieces: list[bytes]) -> Parsed:
    """Feed every piece and return everything that came out, put together."""
    messages: list[RawMessage] = []
    size_bytes = 0
    acknowledgements = b""
    controls: list[tuple[int, bytes]] = []
    problem = None
    for piece in pieces:
        parsed = stream.feed(piece)
        messages += parsed.messages
        size_bytes += parsed.size_bytes
        acknowledgements += parsed.acknowledgements
        controls += parsed.controls
        problem = parsed.problem
    return Parsed(messages, size_bytes, acknowledgements, controls, problem)


def _raw(message: Publish) -> RawMessage:
    detail = MessageDetail(message.properties) if message.properties else None
    return (message.topic, message.payload, message.flags, detail)


@given(streams(), cut_points())
def test_every_message_comes_out_once_and_in_order(stream: Stream, points: list[int]) -> None:
    """Messages, sizes, acknowledgements and other packets are those of the stream."""
    parsed = _feed_all(_new(stream.is_mqtt5), cut(stream.data, points))
    assert parsed.problem is None
    assert parsed.messages == [_raw(message) for message in stream.messages]
    assert parsed.size_bytes == sum(map(size_of, parsed.messages))
    assert parsed.acknowledgements == stream.acknowledgements
    connack = CONNACK_5 if stream.is_mqtt5 else CONNACK_311
    assert parsed.controls[0] == (0x20, connack[2:])
    assert {header for header, _ in parsed.controls[1:]} <= {0x90, 0xD0}


@given(streams(max_packets=5))
def test_a_stream_may_come_byte_by_byte(stream: Stream) -> None:
    """One byte per read gives the same as one read for all."""
    pieces = [stream.data[i : i + 1] for i in range(len(stream.data))]
    at_once = _feed_all(_new(stream.is_mqtt5), [stream.data])
    assert _feed_all(_new(stream.is_mqtt5), pieces) == at_once


@pytest.mark.parametrize("remaining_length", [2_097_151, 2_097_152])
@pytest.mark.parametrize("qos", [0, 1])
def test_four_length_bytes_are_read(remaining_length: int, qos: int) -> None:
    """A packet at the edge between three and four length bytes comes out whole."""
    message = Publish(b"big", qos=qos, packet_id=9)
    message = replace(message, payload=b"ab" * 1_048_576)
    message = replace(message, payload=message.payload[: remaining_length - message.overhead])
    data = message.encode() + PINGRESP
    pieces = [data[i : i + 65_537] for i in range(0, len(data), 65_537)]
    parsed = _feed_all(_new(limit=4 * LIMIT), pieces)
    assert parsed.messages == [_raw(message)]
    assert parsed.controls == [(0xD0, b"")]


def test_a_large_packet_in_small_reads_is_collected_once() -> None:
    """Every read is put aside as it is; copying what is there each time would be quadratic."""
    message = Publish(b"big", b"x" * 20_000_000)
    data = message.encode()
    stream = _new(limit=30_000_000)
    pieces = [data[i : i + 1000] for i in range(0, len(data), 1000)]
    for number, piece in enumerate(pieces[:-1], 1):
        assert stream.feed(piece).messages == []
        assert len(stream._parts) == number
    parsed = stream.feed(pieces[-1])
    assert len(parsed.messages) == 1
    assert parsed.messages[0][1] == message.payload


@given(streams(), cut_points(), st.integers(0, 300))
def test_a_long_payload_keeps_its_head(stream: Stream, points: list[int], limit: int) -> None:
    """Only payloads over the limit are cut, and what is missing adds up."""
    reader = _new(stream.is_mqtt5, limit)
    parsed = _feed_all(reader, cut(stream.data, points))
    assert parsed.problem is None
    assert parsed.acknowledgements == stream.acknowledgements
    assert parsed.size_bytes == sum(map(size_of, parsed.messages))
    too_long = [message for message in stream.messages if len(message.payload) > limit]
    assert reader.cut == len(too_long)
    assert reader.cut_bytes == sum(len(message.payload) - limit for message in too_long)
    expected = []
    for message in stream.messages:
        if len(message.payload) > limit:
            detail = MessageDetail(message.properties or b"", len(message.payload))
            expected.append((message.topic, message.payload[:limit], message.flags, detail))
        else:
            expected.append(_raw(message))
    assert parsed.messages == expected


@given(
    st.integers(0, 200),
    st.integers(201, 5000),
    st.integers(1, 700),
    st.booleans(),
    st.sampled_from((0, 1, 2)),
)
def test_a_skipped_payload_is_not_held(
    limit: int, size: int, read: int, is_mqtt5: bool, qos: int
) -> None:
    """While a payload is passed by, no more than its head and one read stay in memory."""
    message = Publish(b"topic", b"x" * size, qos, packet_id=3, properties=b"" if is_mqtt5 else None)
    data = message.encode()
    reader = _new(is_mqtt5, limit)
    acknowledgements = b""
    for i in range(0, len(data), read):
        assert not acknowledgements, "acknowledged before the packet was complete"
        acknowledgements += reader.feed(data[i : i + read]).acknowledgements
        assert reader.held_bytes <= limit + read + 5 + message.overhead
    assert reader.cut == 1
    assert acknowledgements == {0: b"", 1: b"\x40\x02\x00\x03", 2: b"\x50\x02\x00\x03"}[qos]
    assert reader.feed(PINGRESP).controls == [(0xD0, b"")]


def test_two_hundred_megabytes_pass_by() -> None:
    """A payload of 200 MB is counted and never held."""
    size = 200_000_000
    head = b"\x30" + variable_length(size + 5) + string(b"big")
    reader = _new()
    parsed = _feed_all(reader, [head, *[bytes(1_000_000)] * 199])
    assert parsed.messages == []
    assert reader.held_bytes <= LIMIT + len(b"big")
    parsed = reader.feed(bytes(1_000_000) + Publish(b"t", b"x").encode())
    assert [(topic, len(payload)) for topic, payload, *_ in parsed.messages] == [
        (b"big", LIMIT),
        (b"t", 1),
    ]
    assert parsed.messages[0][3] == MessageDetail(full_size_bytes=size)
    assert reader.cut_bytes == size - LIMIT


def _malformed() -> list[tuple[bool, bytes, str]]:
    """(is MQTT 5, packet, what its problem is called)."""
    alias = packet(0x30, string(b"t") + b"\x03\x23\x00\x01" + b"x")
    both = [
        (packet(0x36, string(b"t") + b"\x00\x01\x00x"), "QoS 3"),
        (b"\x30\xff\xff\xff\xff\x01", "remaining length"),
        (b"\xd0\x80\x80\x80\x80\x00", "remaining length"),
        (packet(0x30, b""), "topic length"),
        (packet(0x30, b"\x00"), "topic length"),
        (packet(0x30, b"\x00\x05abc"), "topic reaches beyond"),
        (packet(0x32, b"\x00\x05abc"), "topic reaches beyond"),
        (packet(0x30, b"\x00\x00abc"), "empty topic"),
        (packet(0x30, b"\x00\x00"), "empty topic"),
        (packet(0x34, b"\x00\x00\x00\x01\x00"), "empty topic"),
        (packet(0x32, string(b"t") + b"\x00\x00\x00x"), "packet identifier 0"),
        (packet(0x34, string(b"t") + b"\x00\x00\x00x"), "packet identifier 0"),
        (packet(0x32, string(b"t")), "packet identifier reaches beyond"),
        (packet(0x34, string(b"t") + b"\x01"), "packet identifier reaches beyond"),
        (packet(0x62, b"\x00\x00"), "PUBREL"),
        (packet(0x62, b"\x00"), "PUBREL"),
        (b"\x00\x00", "0x00"),
        (packet(0x10, b"abc"), "0x10"),
        (packet(0x82, b"abc"), "0x82"),
        (b"\x90" + variable_length(CONTROL_LIMIT_BYTES + 1), "SUBACK"),
    ]
    only_5 = [
        (alias, "topic alias"),
        (packet(0x32, string(b"t") + b"\x00\x01" + b"\x03\x23\x00\x01" + b"x"), "topic alias"),
        (packet(0x30, string(b"t")), "property length reaches beyond"),
        (packet(0x30, string(b"t") + b"\x09x"), "property block reaches beyond"),
        (packet(0x30, string(b"t") + b"\x80"), "property length reaches beyond"),
        (packet(0x30, string(b"t") + b"\x80\x80\x80\x80\x01"), "property length of more"),
        (packet(0x32, string(b"t") + b"\x00\x01\x7f"), "property block reaches beyond"),
        (
            packet(0x30, string(b"t") + variable_length(PROPERTY_LIMIT_BYTES + 1) + bytes(LIMIT)),
            "more than the",
        ),
    ]
    only_311 = [(packet(0xE0, b""), "0xe0")]
    return [
        *((version, *case) for version in (False, True) for case in both),
        *((True, *case) for case in only_5),
        *((False, *case) for case in only_311),
    ]


@pytest.mark.parametrize(("is_mqtt5", "bad", "name"), _malformed())
@settings(max_examples=10)
@given(data=st.data())
def test_what_came_before_a_malformed_packet_is_delivered(
    is_mqtt5: bool, bad: bytes, name: str, data: st.DataObject
) -> None:
    """The messages before the fault come out, the fault is named, and nothing follows it."""
    before = data.draw(st.lists(publishes(is_mqtt5, qos=0, edges=(128,)), max_size=3))
    good = b"".join(message.encode() for message in before)
    # Also cut exactly behind the bad packet, where nothing follows it that it could reach into.
    behind = [len(good + bad)] if data.draw(st.booleans()) else []
    pieces = cut(good + bad + Publish(b"never").encode(), data.draw(cut_points()) + behind)
    reader = _new(is_mqtt5)
    parsed = _feed_all(reader, pieces)
    assert parsed.messages == [_raw(message) for message in before]
    assert parsed.size_bytes == sum(map(size_of, parsed.messages))
    assert parsed.problem is not None
    assert name in parsed.problem
    assert reader.feed(Publish(b"never").encode()).messages == []


@given(
    st.booleans(),
    st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda stream, place, noise: (
                stream.data[: place % len(stream.data)] + noise + stream.data[place:]
            ),
            streams(max_packets=6, edges=(128,)),
            st.integers(0, 500),
            st.binary(max_size=6),
        ),
    ),
    cut_points(),
    st.integers(0, 200),
)
@settings(max_examples=400)
def test_noise_is_survived_the_same_way_however_it_is_cut(
    is_mqtt5: bool, noise: bytes, points: list[int], limit: int
) -> None:
    """No bytes raise, and where they are cut changes nothing of what comes out."""
    whole = _feed_all(_new(is_mqtt5, limit), [noise])
    assert whole.size_bytes == sum(map(size_of, whole.messages))
    assert _feed_all(_new(is_mqtt5, limit), cut(noise, points)) == whole


def test_a_letter_hash_in_properties_is_no_topic_alias() -> None:
    """The byte of the alias's identifier inside other properties means nothing."""
    block = (
        b"\x01\x00\x02\x00\x00\x00\x23\x03"
        + string(b"a#b")
        + b"\x09"
        + string(b"\x23\x23")
        + b"\x0b\xa3\x23"
        + b"\x26"
        + string(b"#")
        + string(b"#" * 200)
    )
    message = Publish(b"t", b"x", properties=block)
    parsed = _new(is_mqtt5=True).feed(message.encode())
    assert parsed.messages == [_raw(message)]
    behind = replace(message, properties=block + b"\x23\x00\x01")
    problem = _new(is_mqtt5=True).feed(behind.encode()).problem
    assert problem is not None
    assert "topic alias" in problem


@pytest.mark.parametrize("is_mqtt5", [False, True])
@pytest.mark.parametrize("flags", [0x0, 0x1, 0x8, 0x9])
def test_flags_are_kept_as_they_came(flags: int, is_mqtt5: bool) -> None:
    """Also the DUP flag, which means nothing with QoS 0 (section 3.3.1.1)."""
    data = packet(0x30 | flags, string(b"t") + (b"\x00" if is_mqtt5 else b"") + b"x")
    assert _new(is_mqtt5).feed(data).messages == [(b"t", b"x", flags, None)]


def test_half_a_packet_is_forgotten_with_its_connection() -> None:
    """What a new connection brings is not glued to the rest of the old one."""
    reader = _new()
    reader.feed(Publish(b"old", b"lost").encode()[:-1])
    reader.begin(is_mqtt5=False)
    assert reader.feed(Publish(b"new", b"x").encode()).messages == [(b"new", b"x", 0, None)]


def test_a_skipped_payload_is_forgotten_with_its_connection() -> None:
    """A payload that was being passed by does not swallow the next connection."""
    reader = _new(limit=10)
    reader.feed(Publish(b"old", b"x" * 100).encode()[:50])
    reader.begin(is_mqtt5=False)
    assert reader.feed(Publish(b"new", b"x").encode()).messages == [(b"new", b"x", 0, None)]
    assert reader.cut == 0


def test_a_fault_is_forgotten_with_its_connection() -> None:
    """A malformed packet ends one connection, not the reader."""
    reader = _new()
    assert reader.feed(b"\x00\x00").problem is not None
    reader.begin(is_mqtt5=False)
    parsed = reader.feed(Publish(b"new", b"x").encode())
    assert (parsed.messages, parsed.problem) == ([(b"new", b"x", 0, None)], None)


@pytest.mark.parametrize("is_mqtt5", [False, True])
def test_qos_2_is_exactly_once_over_a_resumed_session(is_mqtt5: bool) -> None:
    """A message sent again on a resumed session is acknowledged, not delivered twice."""
    properties = b"" if is_mqtt5 else None
    message = Publish(b"t", b"x", qos=2, packet_id=5, properties=properties)
    again = replace(message, is_dup=True).encode()
    tail = b"\x00" if is_mqtt5 else b""
    resumed = packet(0x20, b"\x01\x00" + tail)
    reader = _new(is_mqtt5)
    assert len(reader.feed(message.encode()).messages) == 1
    reader.begin(is_mqtt5=is_mqtt5)
    parsed = reader.feed(resumed + again + pubrel(5))
    assert parsed.messages == []
    assert parsed.acknowledgements == b"\x50\x02\x00\x05\x70\x02\x00\x05"
    assert len(reader.feed(message.encode()).messages) == 1, "released, so this is a new one"


@pytest.mark.parametrize("is_mqtt5", [False, True])
def test_qos_2_identifiers_end_with_the_session(is_mqtt5: bool) -> None:
    """Without a session on the broker the same identifier is a new message; a refusal keeps it."""
    properties = b"" if is_mqtt5 else None
    message = Publish(b"t", b"x", qos=2, packet_id=5, properties=properties).encode()
    tail = b"\x00" if is_mqtt5 else b""
    refused = packet(0x20, b"\x00" + (b"\x88" if is_mqtt5 else b"\x03") + tail)
    reader = _new(is_mqtt5)
    reader.feed(message)
    reader.begin(is_mqtt5=is_mqtt5)
    assert reader.feed(refused + message).messages == []
    reader.begin(is_mqtt5=is_mqtt5)
    assert len(reader.feed(packet(0x20, b"\x00\x00" + tail) + message).messages) == 1
