"""What there is to choose from when somebody wants another decoder for a topic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mqttui.core.message_reader import is_head
from mqttui.payload.candidates import brief, candidates
from mqttui.payload.registry import AUTOMATIC, DECODERS

if TYPE_CHECKING:
    from mqttui.core.decoder_rules import DecoderRules
    from mqttui.core.message_reader import MessageReader
    from mqttui.core.node import Entry
    from mqttui.payload.registry import Decoder

PREVIEW_BYTES = 1_000
PREVIEW_CHARACTERS = 120
MOST_MESSAGE_TYPES = 100


@dataclass(frozen=True, slots=True)
class DecoderOption:
    """A decoder by its name and title, and on one line what it makes of a message, or why not.

    What `is_container` can be followed by the decoder of what is in it.
    """

    name: str
    title: str
    preview: str
    fits: bool
    is_container: bool = False


def decoder_options(
    reader: MessageReader, topic: str, entry: Entry, container: str = ""
) -> list[DecoderOption]:
    """Return the automatic decoder, then those that fit the message, then the others.

    With a schema of Protobuf its messages stand behind the decoder without a schema. With a
    `container`, such as `gzip` or `gzip:base64`, they are those of what is in it.
    """
    if container:
        return _content_options(reader, topic, entry, container)
    guessed = reader.decode(topic, entry, PREVIEW_BYTES, decoder=AUTOMATIC)
    preview = f"{guessed.guess}: {brief(guessed, PREVIEW_CHARACTERS)}"
    options = [DecoderOption(AUTOMATIC, "automatic", preview, True)]
    context = reader.context_of(topic, entry)
    found = candidates(entry[1], PREVIEW_CHARACTERS, is_head=is_head(entry), context=context)
    for each in found:
        decoder = each.decoder
        options.append(
            DecoderOption(
                decoder.name, decoder.title, each.preview, each.fits, decoder.is_container
            )
        )
        if each.decoder.name == "protobuf":
            options += _message_options(reader, topic, entry)
    return options


def _content_options(
    reader: MessageReader, topic: str, entry: Entry, container: str
) -> list[DecoderOption]:
    options = []
    for decoder in DECODERS:
        name = f"{container}:{decoder.name}"
        options.append(_option(reader, topic, entry, name, decoder))
        if decoder.name == "protobuf":
            options += _message_options(reader, topic, entry, f"{container}:")
    options.sort(key=lambda option: not option.fits)
    return [_option(reader, topic, entry, container), *options]


def _message_options(
    reader: MessageReader, topic: str, entry: Entry, before: str = ""
) -> list[DecoderOption]:
    names = reader.schema.message_names() if reader.schema is not None else []
    return [
        replace(_option(reader, topic, entry, f"{before}protobuf:{message}"), title=message)
        for message in names[:MOST_MESSAGE_TYPES]
    ]


def _option(
    reader: MessageReader, topic: str, entry: Entry, name: str, decoder: Decoder | None = None
) -> DecoderOption:
    """Return a decoder by its full name; without an entry of the registry it is automatic."""
    decoded = reader.decode(topic, entry, PREVIEW_BYTES, decoder=name)
    fits = decoded.error is None
    preview = brief(decoded, PREVIEW_CHARACTERS) if fits else str(decoded.error)
    title = "automatic" if decoder is None else decoder.title
    return DecoderOption(name, title, preview, fits, decoder is not None and decoder.is_container)


def filter_suggestions(topic: str) -> list[str]:
    """Return topic filters for which a decoder may be meant, the narrowest first.

    Of `lab/b1/data`: itself, `lab/+/data`, `lab/b1/#` and `lab/#`.
    """
    levels = topic.split("/")
    found = [topic]
    if len(levels) > 1:
        found.append("/".join([*levels[:-2], "+", levels[-1]]))
    found += ["/".join([*levels[:depth], "#"]) for depth in range(len(levels) - 1, 0, -1)]
    return found


def with_choice(rules: DecoderRules, topic: str, topic_filter: str, decoder: str) -> DecoderRules:
    """Return the rules after a decoder was chosen for a filter because of a topic.

    Automatic takes the rule of the filter away; where a wider rule decides then, it becomes a rule.
    Raises `ValueError` with a sentence.
    """
    if decoder != AUTOMATIC:
        return rules.with_rule(topic_filter, decoder)
    others = rules.without(topic_filter)
    if others.decoder_for(topic) == AUTOMATIC:
        return others
    return others.with_rule(topic_filter, AUTOMATIC)
