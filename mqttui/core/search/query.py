"""What somebody looks for: a text, how it is meant, and where to look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Mode(Enum):
    """How the text of a query is meant; `AUTO` is an MQTT filter if it has wildcards, else text."""

    AUTO = "auto"
    TEXT = "text"
    FUZZY = "fuzzy"
    EXPRESSION = "regex"
    WILDCARD = "mqtt"


class Place(Enum):
    """Where to look: in topic names, in the last payload of each topic, or in both."""

    TOPICS = "topics"
    PAYLOADS = "payloads"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Query:
    """A text to look for; an empty text finds nothing."""

    text: str
    mode: Mode = Mode.AUTO
    place: Place = Place.TOPICS

    @property
    def mode_in_force(self) -> Mode:
        """What `AUTO` comes to, else the mode itself."""
        if self.mode is not Mode.AUTO:
            return self.mode
        has_wildcard = "+" in self.text or "#" in self.text
        return Mode.WILDCARD if has_wildcard and self.place is not Place.PAYLOADS else Mode.TEXT

    @property
    def looks_in_topics(self) -> bool:
        """Whether names can be hits."""
        return self.place is not Place.PAYLOADS

    @property
    def looks_in_payloads(self) -> bool:
        """Whether payloads can be hits; an MQTT filter knows topics only."""
        return self.place is not Place.TOPICS and self.mode_in_force is not Mode.WILDCARD
