"""WebSocket frames are taken apart wherever they are cut, and put together as clients must."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.transport.frame_socket import FrameSocket
from mqttui.transport.websocket_frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    WebSocketFault,
    WebSocketFrames,
    masked_frame,
)
from tests.support.packets import cut, cut_points
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


def _server_frame(opcode: int, payload: bytes) -> bytes:
    """Return a frame as a server sends it: not masked."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2) + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8) + payload


def _unmasked(data: bytes) -> list[tuple[int, bytes]]:
    """Return (opcode, payload) of the masked frames in `data`, byte by byte as RFC 6455 says."""
    frames = []
    while data:
        assert data[1] & 0x80, "a client masks every frame"
        size, start = data[1] & 0x7F, 2
        if size > 125:
            width = 2 if size == 126 else 8
            size, start = int.from_bytes(data[2 : 2 + width]), 2 + width
        mask, start = data[start : start + 4], start + 4
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data[start : start + size]))
        assert len(payload) == size, "a whole frame"
        frames.append((data[0] & 0x0F, payload))
        data = data[start + size :]
    return frames


PAYLOADS = st.one_of(
    st.binary(max_size=30),
    st.sampled_from((125, 126, 127, 65535, 65536)).map(lambda size: b"ab" * (size // 2 + 1)),
)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from((BINARY, 0)), PAYLOADS),
            st.tuples(st.sampled_from((PING, PONG, CLOSE)), st.binary(max_size=125)),
        ),
        max_size=8,
    ),
    cut_points(),
)
def test_payload_and_control_frames_come_apart(
    frames: list[tuple[int, bytes]], points: list[int]
) -> None:
    """The payload comes out as one stream and control frames in order, wherever it is cut."""
    reader = WebSocketFrames()
    data = b"".join(_server_frame(*frame) for frame in frames)
    payload = b"".join(map(reader.feed, cut(data, points)))
    assert reader.fault is None
    assert payload == b"".join(payload for opcode, payload in frames if opcode < CLOSE)
    assert reader.take_controls() == [frame for frame in frames if frame[0] >= CLOSE]
    assert reader.take_controls() == []


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        (masked_frame(BINARY, b"x", b"abcd"), "masked"),
        (_server_frame(1, b"text"), "not binary"),
        (_server_frame(PING, b"x" * 126), "too long"),
    ],
)
@given(points=cut_points())
def test_a_fault_comes_behind_what_was_right(bad: bytes, name: str, points: list[int]) -> None:
    """The payload before a fault is handed on, and nothing behind it."""
    reader = WebSocketFrames()
    data = _server_frame(BINARY, b"good") + bad + _server_frame(BINARY, b"never")
    assert b"".join(map(reader.feed, cut(data, points))) == b"good"
    assert name in str(reader.fault)


@given(st.binary(max_size=300), cut_points())
def test_noise_is_survived(noise: bytes, points: list[int]) -> None:
    """No bytes raise, and cutting them changes nothing."""
    at_once, in_pieces = WebSocketFrames(), WebSocketFrames()
    whole = at_once.feed(noise)
    assert b"".join(map(in_pieces.feed, cut(noise, points))) == whole
    assert str(in_pieces.fault) == str(at_once.fault)
    assert in_pieces.controls == at_once.controls


@given(PAYLOADS, st.binary(min_size=4, max_size=4))
def test_masking_is_undone_by_the_rule_of_the_rfc(payload: bytes, mask: bytes) -> None:
    """A frame of ours means its payload to a server."""
    assert _unmasked(masked_frame(BINARY, payload, mask)) == [(BINARY, payload)]


@pytest.fixture
def ends() -> Iterator[tuple[FrameSocket, socket.socket]]:
    """Return a FrameSocket that does not wait, and the server's end of its connection."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    frames = FrameSocket(ours)
    frames.setblocking(False)
    theirs.settimeout(5)
    yield frames, theirs
    frames.close()
    theirs.close()


def _receive(theirs: socket.socket) -> bytes:
    """Return all that can be read without waiting."""
    out = b""
    theirs.setblocking(False)
    while True:
        try:
            out += theirs.recv(65536)
        except BlockingIOError:
            return out


def test_a_ping_is_answered_between_frames(ends: tuple[FrameSocket, socket.socket]) -> None:
    """A PING that arrives while a frame is half sent is answered behind that frame."""
    ours, theirs = ends
    payload = bytes(range(256)) * 400
    with pytest.raises(BlockingIOError):
        ours.send(payload)
    theirs.sendall(_server_frame(PING, b"are you there") + _server_frame(BINARY, b"data"))
    assert ours.recv(65536) == b"data"
    received = bytearray()

    def sent() -> int:
        received.extend(_receive(theirs))
        with contextlib.suppress(BlockingIOError):
            return ours.send(payload)
        return 0

    assert wait_until(sent, "the frame to be sent") == len(payload)
    assert ours.send(b"next") == 4
    received.extend(_receive(theirs))
    assert _unmasked(bytes(received)) == [
        (BINARY, payload),
        (PONG, b"are you there"),
        (BINARY, b"next"),
    ]


def test_control_frames_alone_bring_nothing(ends: tuple[FrameSocket, socket.socket]) -> None:
    """A CLOSE is answered; the stream ends only when the server closes the connection."""
    ours, theirs = ends
    theirs.sendall(_server_frame(CLOSE, b"\x03\xe8"))
    with pytest.raises(BlockingIOError):
        ours.recv(65536)
    assert _unmasked(_receive(theirs)) == [(CLOSE, b"\x03\xe8")]
    theirs.shutdown(socket.SHUT_WR)
    assert ours.recv(65536) == b""


def test_a_fault_behind_data_is_not_forgotten(ends: tuple[FrameSocket, socket.socket]) -> None:
    """The data comes first; then `pending` says that there is more, and reading raises."""
    ours, theirs = ends
    theirs.sendall(_server_frame(BINARY, b"data") + _server_frame(1, b"text"))
    assert ours.recv(65536) == b"data"
    assert ours.pending() > 0
    with pytest.raises(WebSocketFault, match="not binary"):
        ours.recv(65536)
