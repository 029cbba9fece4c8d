"""Reading messages as the user chose it for their topics, with what is known beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.decoder_rules import DecoderRules
from mqttui.payload.one_line import one_line
from mqttui.payload.registry import AUTOMATIC, SHOWN_LIMIT_BYTES, decode
from mqttui.payload.request import Context

if TYPE_CHECKING:
    from mqttui.core.decoder_rules import DecoderRule
    from mqttui.core.node import Entry, TopicNode
    from mqttui.core.store import TopicStore
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.protobuf.schema import Schema
    from mqttui.payload.sparkplug.births import SparkplugBirths

ONE_LINE_BYTES = 1_000
"""So much of a message is decoded for a row of a list."""

_LETTERS_OF_BINARY = b"Gx"
"""GIF images and zlib begin with a letter, too."""

_KNOWN_TOPICS = 10_000
_SPARKPLUG = "spBv1.0/"


class MessageReader:
    """Decodes messages; a message costs nothing before somebody looks at it.

    `rules` say which decoder is wanted where, `schema` has the messages of Protobuf. `version`
    grows with every change of either, after which what was decoded is out of date.
    """

    def __init__(self, store: TopicStore, rules: DecoderRules | None = None) -> None:
        self.version = 0
        self._store = store
        self._rules = DecoderRules() if rules is None else rules
        self._schema: Schema | None = None
        self._births: SparkplugBirths | None = None
        self._known: dict[str, DecoderRule | None] = {}

    @property
    def rules(self) -> DecoderRules:
        """Which decoder was chosen for which topics."""
        return self._rules

    def set_rules(self, rules: DecoderRules) -> None:
        """Decode by other rules from now on."""
        self._rules = rules
        self._known.clear()
        self.version += 1

    @property
    def schema(self) -> Schema | None:
        """The messages of Protobuf that are known."""
        return self._schema

    def set_schema(self, schema: Schema | None) -> None:
        """Decode Protobuf by another schema from now on."""
        self._schema = schema
        self.version += 1

    def rule_for(self, topic: str) -> DecoderRule | None:
        """Return the rule that decides for a topic, None while it is decoded automatically."""
        if not self._rules.rules:
            return None
        try:
            return self._known[topic]
        except KeyError:
            if len(self._known) >= _KNOWN_TOPICS:
                self._known.clear()
            rule = self._known[topic] = self._rules.rule_for(topic)
            return rule

    def decoder_of(self, topic: str) -> str:
        """Return the name of the decoder for a topic."""
        rule = self.rule_for(topic)
        return AUTOMATIC if rule is None else rule.decoder

    def context_of(self, topic: str, entry: Entry | None = None) -> Context:
        """Return what is known beside the payload of a message."""
        births = self._births_for(topic) if topic.startswith(_SPARKPLUG) else None
        return Context(topic, _content_type(entry), births, self._schema)

    def decode(
        self,
        topic: str,
        entry: Entry,
        limit_bytes: int = SHOWN_LIMIT_BYTES,
        *,
        hex_row_bytes: int = 16,
        decoder: str | None = None,
        wants_picture: bool = False,
    ) -> Decoded:
        """Return a message decoded as it is wanted for its topic, or by another decoder."""
        return decode(
            entry[1],
            limit_bytes,
            is_head=is_head(entry),
            hex_row_bytes=hex_row_bytes,
            decoder=self.decoder_of(topic) if decoder is None else decoder,
            context=self.context_of(topic, entry),
            wants_picture=wants_picture,
        )

    def one_line(self, node: TopicNode, entry: Entry, width: int) -> str:
        """Return at most `width` characters for a message in a row of a list.

        A wide character counts as one: who draws must crop.
        """
        payload = entry[1]
        if not payload or width <= 0:
            return one_line(payload, width)
        is_text = 0x20 <= payload[0] < 0x7F and payload[0] not in _LETTERS_OF_BINARY
        if is_text and not self._rules.rules:
            return one_line(payload, width)
        topic = node.path
        decoder = self.decoder_of(topic)
        if decoder in ("json", "text") or (decoder == AUTOMATIC and is_text):
            return one_line(payload, width)
        decoded = self.decode(topic, entry, ONE_LINE_BYTES, decoder=decoder)
        if decoded.error is not None or (decoder == AUTOMATIC and decoded.kind in ("hex", "text")):
            return one_line(payload, width)
        # Imported here: most rows are text.
        from mqttui.payload.candidates import brief

        return brief(decoded, width)

    def _births_for(self, topic: str) -> SparkplugBirths:
        # Imported here: few brokers speak Sparkplug.
        from mqttui.payload.sparkplug.births import SparkplugBirths, birth_topic

        if self._births is None:
            self._births = SparkplugBirths()
        name = birth_topic(topic)
        if name is not None:
            node = self._store.find(name.encode("utf-8", "surrogateescape"))
            if node is not None and node.last is not None:
                self._births.feed(name, node.last[1])
        return self._births


def is_head(entry: Entry) -> bool:
    """Return whether only the beginning of a payload was kept."""
    detail = entry[3]
    return detail is not None and detail.full_size_bytes is not None


def _content_type(entry: Entry | None) -> str:
    if entry is None or entry[3] is None or not entry[3].properties:
        return ""
    # Imported here: most messages have no properties.
    from mqttui.core.publish_properties import UnreadableProperties, properties_of

    try:
        found = properties_of(entry[3].properties)
    except UnreadableProperties:
        return ""
    return (found.content_type or "") if found is not None else ""
