"""A message as it stands in the form: texts as typed, nothing checked yet."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from typing import Any

from mqttui.payload.veil import veiled

MAX_TEXT_CHARACTERS = 1_000_000
"""A longer text is not typed; it is published from a file."""


class PayloadMode(Enum):
    """What the text of the payload stands for."""

    TEXT = "text"
    JSON = "json"
    HEX = "hex"
    BASE64 = "base64"
    FILE = "file"

    @property
    def title(self) -> str:
        """The name as it is shown."""
        return {"json": "JSON"}.get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class PropertiesDraft:
    """The properties of MQTT 5.0 section 3.3.2.3 as typed; empty where nothing is said.

    `correlation` is text, or bytes as `0x0aff`. `user_properties` has one `name=value` a line.
    """

    content_type: str = ""
    response_topic: str = ""
    correlation: str = ""
    expiry: str = ""
    is_text: bool = False
    user_properties: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no property is set."""
        return self == PropertiesDraft()


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """Everything that the form says of a message.

    `text` is the payload in the writing that `mode` names; for a file it is the path.
    `has_variables` says that `{{now}}` and the like are replaced in topic and payload.
    """

    topic: str = ""
    mode: PayloadMode = PayloadMode.TEXT
    text: str = ""
    qos: int = 0
    retain: bool = False
    has_variables: bool = True
    properties: PropertiesDraft = field(default_factory=PropertiesDraft)

    @property
    def size_characters(self) -> int:
        """How long all its texts are together."""
        texts = [self.topic, self.text]
        texts += [value for value in asdict(self.properties).values() if isinstance(value, str)]
        return sum(map(len, texts))


def has_secret(draft: MessageDraft) -> bool:
    """Return whether a draft says something that is hidden while presenting."""
    texts = [draft.text]
    texts += [value for value in asdict(draft.properties).values() if isinstance(value, str)]
    written = "\n".join(texts).encode("utf-8", "surrogatepass")
    return veiled(written) != written


def draft_to_json(draft: MessageDraft) -> dict[str, Any]:
    """Return a draft as JSON has it; what is as usual is left out."""
    usual = MessageDraft()
    values: dict[str, Any] = {
        each.name: getattr(draft, each.name)
        for each in fields(draft)
        if getattr(draft, each.name) != getattr(usual, each.name)
    }
    if "mode" in values:
        values["mode"] = draft.mode.value
    if "properties" in values:
        values["properties"] = {
            name: value for name, value in asdict(draft.properties).items() if value
        }
    return values


def draft_of_json(values: object) -> MessageDraft | None:
    """Return the draft that JSON describes, None if it describes none. Unknown names are ignored.

    The file may have been edited by hand or be damaged, so nothing is taken for granted.
    """
    if not isinstance(values, dict):
        return None
    try:
        mode = PayloadMode(values.get("mode", PayloadMode.TEXT.value))
    except ValueError:
        return None
    properties = values.get("properties", {})
    if not isinstance(properties, dict):
        return None
    draft = MessageDraft(
        topic=values.get("topic", ""),
        mode=mode,
        text=values.get("text", ""),
        qos=values.get("qos", 0),
        retain=values.get("retain", False),
        has_variables=values.get("has_variables", True),
        properties=PropertiesDraft(
            **{
                each.name: properties[each.name]
                for each in fields(PropertiesDraft)
                if each.name in properties
            }
        ),
    )
    return draft if _is_sound(draft) else None


def _is_sound(draft: MessageDraft) -> bool:
    """Whether every field has the type that it should have."""
    texts = [draft.topic, draft.text]
    switches: list[object] = [draft.retain, draft.has_variables]
    for name, value in asdict(draft.properties).items():
        (switches if name == "is_text" else texts).append(value)
    return (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(switch, bool) for switch in switches)
        and type(draft.qos) is int
        and draft.qos in (0, 1, 2)
    )
