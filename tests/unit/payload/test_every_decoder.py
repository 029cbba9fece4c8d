"""What every decoder must keep to, whatever it is given."""

from __future__ import annotations

import tracemalloc
import unicodedata
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.payload.registry import AUTOMATIC, DECODERS, decode
from mqttui.payload.request import SHOWN_LIMIT_BYTES
from mqttui.payload.tree import MOST_DEPTH, MOST_NODES

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.tree import Node

LIMIT = 600
NAMES = [AUTOMATIC, *(decoder.name for decoder in DECODERS)]
READERS = [name for name in NAMES if not name.startswith(("int", "uint", "float"))]
KINDS = {"json", "tree", "table", "image", "text", "hex"}


def unsafe(text: str) -> set[str]:
    """Return the characters that must not reach a terminal."""
    odd = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return {each for each in text if each != "\n" and unicodedata.category(each) in odd}


def nodes_of(node: Node, depth: int = 0) -> list[tuple[Node, int]]:
    """Return every node of a tree with its depth."""
    found = [(node, depth)]
    for child in node.children:
        found += nodes_of(child, depth + 1)
    return found


def check(decoded: Decoded, payload: bytes, limit_bytes: int) -> None:
    """Assert what holds for the outcome of any decoder."""
    assert decoded.kind in KINDS
    assert decoded.title
    assert decoded.text
    for text in (decoded.text, decoded.error or "", decoded.guess, *decoded.notes):
        assert not unsafe(text)
    assert not any("\n" in note for note in (*decoded.notes, decoded.error or ""))
    assert decoded.total_bytes == len(payload)
    assert 0 <= decoded.shown_bytes <= decoded.total_bytes
    assert len(decoded.text) <= 12 * limit_bytes + 4000
    if decoded.tree is not None:
        nodes = nodes_of(decoded.tree)
        assert len(nodes) <= MOST_NODES + 4 * MOST_DEPTH
        assert max(depth for _, depth in nodes) <= MOST_DEPTH + 1
        assert decoded.text == "\n".join(line.text for line in decoded.lines)
        for node, _ in nodes:
            assert node.is_container == (not node.text)
            assert "\n" not in node.text + node.label + node.note


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=80)
@given(st.binary(min_size=1, max_size=1500), st.booleans())
def test_any_bytes(name: str, payload: bytes, is_head: bool) -> None:
    """Arbitrary bytes never raise; what comes out is safe, bounded and counted."""
    check(decode(payload, LIMIT, decoder=name, is_head=is_head), payload, LIMIT)


def test_random_bytes_after_each_first_byte() -> None:
    """No opening byte of any format leads astray, whatever follows."""
    random = Random(4)
    for first in range(256):
        for size in (0, 3, 200):
            payload = bytes([first]) + random.randbytes(size)
            for name in NAMES:
                check(decode(payload, LIMIT, decoder=name), payload, LIMIT)


@pytest.mark.parametrize("name", NAMES)
def test_a_failure_says_why_and_shows_the_bytes(name: str) -> None:
    """A chosen decoder that cannot read a payload explains itself over a hex dump."""
    payload = b"\xc1\xff\x00 not it"
    decoded = decode(payload, decoder=name)
    assert decoded.decoder == (name if name != AUTOMATIC else "hex")
    if decoded.kind == "hex":
        assert decoded.text.startswith("0000  c1 ff 00 20")
        assert name in (AUTOMATIC, "hex") or decoded.error


def test_an_unknown_decoder_is_said_to_be_unknown() -> None:
    """A name from a file that no decoder has shows the bytes and says so."""
    decoded = decode(b"abc", decoder="avro")
    assert (decoded.kind, decoded.error) == ("hex", "there is no decoder named 'avro'")


LARGE = {
    "deep JSON": b"[" * 300_000,
    "deep MessagePack": b"\x91" * 300_000,
    "deep CBOR": b"\x9f" * 300_000,
    "many items": b"\xdd\x00\x0f\x00\x00" + b"\x90" * 300_000,
    "marks": ("Z" + "\u0301" * 100_000).encode(),
    "noise": Random(5).randbytes(300_000),
}


@pytest.mark.parametrize("payload", LARGE.values(), ids=LARGE)
def test_large_hostile_payloads_cost_no_more_than_is_shown(payload: bytes) -> None:
    """Memory and nodes stay within what 64 kB may cost, in every decoder."""
    for name in (*READERS, "int8", "float32-le"):
        tracemalloc.start()
        decoded = decode(payload, decoder=name)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < 20_000_000, name
        if decoded.kind != "image" and not decoded.title.startswith(("gzip", "zlib", "deflate")):
            check(decoded, payload, SHOWN_LIMIT_BYTES)
