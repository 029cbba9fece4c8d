"""gzip, zlib, deflate and base64 around other formats."""

from __future__ import annotations

import base64
import gzip
import tracemalloc
import zlib

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.registry import decode
from mqttui.payload.request import SHOWN_LIMIT_BYTES

JSON = b'{"v": 4.8, "unit": "V"}'
PLAIN_TEXT = '{\n  "v": 4.8,\n  "unit": "V"\n}'


def deflated(data: bytes) -> bytes:
    """Return data as raw deflate, without header and checksum."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


WRAPPERS = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "deflate": deflated,
    "base64": base64.b64encode,
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_the_content_is_shown_as_what_it_is(name: str) -> None:
    """The title names every layer, and the value is that of the innermost."""
    payload = WRAPPERS[name](JSON)
    decoded = decode(payload, decoder=name)
    assert (decoded.text, decoded.title, decoded.error) == (PLAIN_TEXT, f"{name} → JSON", None)
    assert decoded.notes == (f"{name}: {len(payload)} B hold 23 B",)
    assert (decoded.shown_bytes, decoded.total_bytes) == (len(payload), len(payload))


@pytest.mark.parametrize("name", WRAPPERS)
@given(st.binary(min_size=1, max_size=3000))
def test_any_content_comes_out_again(name: str, content: bytes) -> None:
    """Whatever is inside, opening the container gives the same as not having packed it."""
    inner = decode(content)
    outer = decode(WRAPPERS[name](content), decoder=name)
    assert (outer.text, outer.kind, outer.error) == (inner.text, inner.kind, inner.error)
    assert outer.title == f"{name} → {inner.title}"


@pytest.mark.parametrize(
    ("payload", "guess"),
    [
        (gzip.compress(JSON, mtime=0), "gzip → JSON"),
        (zlib.compress(JSON), "zlib → JSON"),
        (gzip.compress(msgpack.packb({"a": 1}) or b"", mtime=0), "looks like gzip → MessagePack"),
        (base64.b64encode(JSON), "looks like base64 → JSON"),
        (base64.b64encode(gzip.compress(JSON, mtime=0)), "looks like base64 → gzip → JSON"),
        (base64.b64encode(b"a plain sentence"), "looks like base64 → text"),
        (b"temperature1", "text"),
        (b"DEADBEEFDEADBEEF", "text"),
        (b"living/room/lamp", "text"),
        (b"x^2+1", "text"),
        (b"G", "text"),
    ],
)
def test_what_is_guessed(payload: bytes, guess: str) -> None:
    """Compressed data says so itself; base64 is opened only if something speaks for it."""
    assert decode(payload).guess == guess


def test_the_content_can_be_read_as_something_else() -> None:
    """The decoder of the content is chosen after a colon."""
    payload = gzip.compress(b"\x41\xa8\x00\x00", mtime=0)
    decoded = decode(payload, decoder="gzip:float32-be")
    assert (decoded.text, decoded.title) == ("21.0", "gzip → float32 big-endian")
    assert decode(payload, decoder="gzip:json").error == (
        "not valid JSON: not valid UTF-8: byte 0xa8 at offset 1"
    )


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    """Of a payload that would fill a gigabyte only what is shown is decompressed."""
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(bytes(1_000_000)) for _ in range(1000)]
    bomb = b"".join(parts) + packer.flush()
    tracemalloc.start()
    decoded = decode(bomb)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert decoded.title == "gzip → binary"
    assert decoded.notes[0].endswith("hold more than 64 kB")
    assert peak_bytes < 6 * len(bomb) + 40 * SHOWN_LIMIT_BYTES


def test_a_chain_of_containers_ends() -> None:
    """A payload that was packed over and over is opened a few times and then shown as it is."""
    payload = JSON
    for _ in range(8):
        payload = gzip.compress(payload, mtime=0)
    assert decode(payload).title == "gzip → gzip → gzip → gzip → binary"


def test_a_damaged_end_shows_what_came_before() -> None:
    """What could be decompressed is shown, with the reason why the rest could not."""
    payload = gzip.compress(JSON, mtime=0)[:-6]
    decoded = decode(payload)
    assert (decoded.text, decoded.error) == (PLAIN_TEXT, "damaged gzip: ends too early")
    assert decode(payload, is_head=True).error is None
    assert decode(gzip.compress(JSON, mtime=0) + b"tail").notes[1] == (
        "4 more bytes follow after the end of the gzip data"
    )


@pytest.mark.parametrize(
    ("payload", "name", "error"),
    [
        (b"hello", "gzip", "not gzip: incorrect header check"),
        (b"hello", "zlib", "not zlib: incorrect header check"),
        (b"hi there!", "base64", "not base64: a character that does not belong there"),
        (b"abcde", "base64", "not base64: 5 characters are one too many or too few"),
        (b"\x01\x02\x03\x04\x05", "deflate", "not deflate: invalid stored block lengths"),
        (b"\x0b\x00trailing", "deflate", "not deflate: 7 more bytes follow after the end"),
    ],
)
def test_what_is_none_is_said_to_be_none(payload: bytes, name: str, error: str) -> None:
    """A chosen container that cannot be opened says why."""
    decoded = decode(payload, decoder=name)
    assert (decoded.kind, decoded.error) == ("hex", error)


@pytest.mark.parametrize(
    "payload", [b"eyJ2Ijo0fQ", b"eyJ2Ijo0fQ==\n", b"eyJ2\r\nIjo0fQ==", b"data:;base64,eyJ2Ijo0fQ=="]
)
def test_all_ways_to_write_base64(payload: bytes) -> None:
    """Padding, line breaks and the head of a data URL do not matter."""
    assert decode(payload, decoder="base64").text == '{\n  "v": 4\n}'


def test_a_cut_content_is_said_whatever_is_around_it() -> None:
    """All of the payload was looked at, but not all that is in it; also two formats deep."""
    bomb = gzip.compress(b"x" * 1_000_000)
    for payload in (bomb, base64.b64encode(bomb)):
        decoded = decode(payload)
        assert not decoded.is_cut
        assert decoded.is_content_cut
        assert any("only the beginning" in note for note in decoded.notes)
    assert not decode(gzip.compress(JSON)).is_content_cut
