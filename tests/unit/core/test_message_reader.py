"""Messages are read as somebody chose it for their topics."""

from __future__ import annotations

import zlib

import cbor2
import pytest

from mqttui.core.decoder_choice import decoder_options, filter_suggestions, with_choice
from mqttui.core.decoder_rules import DecoderRules
from mqttui.core.message import Batch, MessageDetail
from mqttui.core.message_reader import MessageReader
from mqttui.core.store import TopicStore
from mqttui.payload.registry import AUTOMATIC

CBOR = cbor2.dumps({"v": 4.8})


def a_store(*messages: tuple[bytes, bytes]) -> TopicStore:
    store = TopicStore(1_000_000)
    store.apply(Batch(1.0, [(topic, payload, 0, None) for topic, payload in messages], 0))
    return store


def test_rule_decides_until_it_goes() -> None:
    """The first rule that matches counts, and changes are seen by the version."""
    reader = MessageReader(a_store())
    assert reader.decoder_of("lab/a") == AUTOMATIC
    reader.set_rules(DecoderRules().with_rule("lab/#", "hex").with_rule("lab/a", "cbor"))
    assert reader.version == 1
    assert [reader.decoder_of(topic) for topic in ("lab/a", "lab/b", "x")] == [
        "cbor",
        "hex",
        AUTOMATIC,
    ]
    entry = (1.0, CBOR, 0, None)
    assert reader.decode("lab/a", entry).guess == "CBOR (chosen)"
    assert reader.decode("lab/b", entry).kind == "hex"
    assert reader.decode("lab/b", entry, decoder="cbor").kind == "tree"


@pytest.mark.parametrize(
    ("payload", "decoder", "line"),
    [
        (b'{"v": 4.8}', AUTOMATIC, '{"v": 4.8}'),
        (CBOR, AUTOMATIC, '{ "v": 4.8 }'),
        (b"\x00\x01\xfe", AUTOMATIC, "0x0001fe (3 B)"),
        (b"\x00\x00\x48\x41", "float32-le", "12.5"),
        (
            b"GIF89a\x40\x00\x28\x00\x87\x00\x00",
            AUTOMATIC,
            "GIF image 64 × 40 pixels 256 colours 13…",
        ),
        (zlib.compress(b'{"v": 4.8}'), AUTOMATIC, '{ "v": 4.8 }'),
        (b"x = 3", AUTOMATIC, "x = 3"),
        (b"plain", "cbor", "plain"),
        (b"", "cbor", "(empty)"),
        ("°C".encode("latin-1"), "latin-1", "°C"),
    ],
)
def test_row_of_a_list_is_read_by_the_decoder(payload: bytes, decoder: str, line: str) -> None:
    """What it cannot read stands there as it would without it."""
    store = a_store((b"t", payload))
    reader = MessageReader(store)
    if decoder != AUTOMATIC:
        reader.set_rules(DecoderRules().with_rule("#", decoder))
    node = store.find(b"t")
    assert node is not None
    assert node.last is not None
    assert reader.one_line(node, node.last, 40) == line


def test_content_type_of_a_message_counts() -> None:
    """What the properties name is believed if it fits."""
    reader = MessageReader(a_store())
    properties = b"\x03\x00\x10application/cbor"
    detail = MessageDetail(properties=properties)
    assert reader.decode("t", (1.0, CBOR, 0, detail)).certainty == "certain"
    assert reader.decode("t", (1.0, CBOR, 0, None)).certainty == "likely"
    broken = MessageDetail(properties=properties[:-1])
    assert reader.decode("t", (1.0, CBOR, 0, broken)).certainty == "likely"


def test_suggested_filters_all_match_the_topic() -> None:
    """From this topic alone to everything below its first level."""
    assert filter_suggestions("lab/b1/data") == ["lab/b1/data", "lab/+/data", "lab/b1/#", "lab/#"]
    assert filter_suggestions("lab") == ["lab"]


def test_automatic_takes_the_rule_away_or_stands_against_a_wider_one() -> None:
    """After choosing automatic for a topic it is decoded automatically."""
    rules = DecoderRules().with_rule("lab/a", "cbor")
    assert with_choice(rules, "lab/a", "lab/a", AUTOMATIC).rules == ()
    wide = DecoderRules().with_rule("lab/#", "hex")
    narrowed = with_choice(wide, "lab/a", "lab/a", AUTOMATIC)
    assert narrowed.decoder_for("lab/a") == AUTOMATIC
    assert narrowed.decoder_for("lab/b") == "hex"
    with pytest.raises(ValueError, match="#"):
        with_choice(rules, "lab/a", "lab/#/x", "cbor")


def test_options_tell_what_each_decoder_makes_of_a_message() -> None:
    """Automatic first with its guess, then what fits, then the others with the reason."""
    options = decoder_options(MessageReader(a_store()), "t", (1.0, CBOR, 0, None))
    assert options[0].name == AUTOMATIC
    assert options[0].preview == 'looks like CBOR: { "v": 4.8 }'
    fits = [option.fits for option in options]
    assert fits == sorted(fits, reverse=True)
    gzip = next(option for option in options if option.name == "gzip")
    assert not gzip.fits
    assert gzip.preview.startswith("not gzip")
