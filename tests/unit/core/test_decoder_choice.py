"""What is offered when somebody wants another decoder."""

from __future__ import annotations

import base64
import gzip
import struct

from mqttui.core.decoder_choice import decoder_options
from mqttui.core.decoder_rules import DecoderRules
from mqttui.core.message import Batch
from mqttui.core.message_reader import MessageReader
from mqttui.core.store import TopicStore


def stored(payload: bytes):
    """Return a reader and the only message of topic `t`."""
    store = TopicStore(1_000_000)
    store.apply(Batch(0.0, [(b"t", payload, 0, None)], len(payload)))
    return MessageReader(store), store.find(b"t").last


def test_what_is_inside_a_container_can_be_chosen() -> None:
    """Each decoder is tried on the content, and its full name is a rule that does the same."""
    reader, entry = stored(gzip.compress(struct.pack("<f", 4.5)))
    outside = {option.name: option for option in decoder_options(reader, "t", entry)}
    assert outside["gzip"].is_container
    assert outside["gzip"].fits
    assert not outside["cbor"].is_container
    inside = decoder_options(reader, "t", entry, "gzip")
    assert inside[0].name == "gzip"
    assert inside[0].title == "automatic"
    by_name = {option.name: option for option in inside}
    assert by_name["gzip:float32-le"].preview == "4.5"
    assert not by_name["gzip:json"].fits
    fits = [option.fits for option in inside[1:]]
    assert fits == sorted(fits, reverse=True)
    reader.set_rules(DecoderRules().with_rule("t", "gzip:float32-le"))
    assert reader.decode("t", entry).text.startswith("4.5")


def test_containers_are_opened_one_inside_the_other_up_to_a_limit() -> None:
    """Base64 in gzip is chosen in two steps, and too deep a choice says why not."""
    reader, entry = stored(gzip.compress(base64.b64encode(struct.pack(">h", -2))))
    inside = {option.name: option for option in decoder_options(reader, "t", entry, "gzip")}
    assert inside["gzip:base64"].is_container
    deeper = decoder_options(reader, "t", entry, "gzip:base64")
    found = next(option for option in deeper if option.name == "gzip:base64:int16-be")
    assert found.preview == "-2"
    deepest = decoder_options(reader, "t", entry, "gzip:gzip:gzip:gzip:gzip")
    assert not any(option.fits for option in deepest)
