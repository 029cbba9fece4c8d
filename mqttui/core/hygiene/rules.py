"""What topic hygiene asks for, and why, in one sentence each."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from mqttui.payload.printable import printable

LONGEST_TOPIC_BYTES = 100
MOST_LEVELS = 8

_QUOTED_CHARACTERS = 48


class Rule(Enum):
    """One rule: `rule_id` names it, `title` heads a list, `explanation` says why and what to do.

    The order is that of the screen: names first, then what is published, then what this program
    subscribes to.
    """

    LEADING_SLASH = (
        "leading-slash",
        "Leading slash",
        "A leading slash makes a first level without a name: anna/# does not match /anna/data. "
        "Begin with your prefix.",
    )
    EMPTY_LEVEL = (
        "empty-level",
        "Empty level",
        "Two slashes in a row and a slash at the end make a level without a name that nobody "
        "sees and every filter must match. Leave the extra slash out.",
    )
    SPACE = (
        "space",
        "Space in the name",
        "A space must be quoted on every command line, and two of them look like one. "
        "Write - or _ instead.",
    )
    NON_ASCII = (
        "non-ascii",
        "Not ASCII",
        "Letters beyond ASCII can be encoded in several ways that look alike and do not match, "
        "and not every keyboard has them. Use a-z, 0-9, - and _.",
    )
    UNPRINTABLE = (
        "unprintable",
        "Unprintable character",
        "Invisible characters and bytes that are not UTF-8 cannot be typed into a filter and "
        "can end the connection of a strict client. Remove them where the topic is made.",
    )
    TOO_LONG = (
        "too-long",
        f"Over {LONGEST_TOPIC_BYTES} bytes",
        "The whole topic is sent with every message and kept in the memory of small boards. "
        "Keep it short; what changes belongs into the payload.",
    )
    TOO_DEEP = (
        "too-deep",
        f"Over {MOST_LEVELS} levels",
        f"Deep topics are hard to filter, and some brokers refuse more than {MOST_LEVELS} levels. "
        "Put what does not serve filtering into the payload.",
    )
    NO_PREFIX = (
        "no-prefix",
        "No prefix of its own",
        "On a shared broker a general name like solar/current is chosen by others too, and the "
        "readings mix. Begin with <name>-<uid>/.",
    )
    SHARED_TOPIC = (
        "shared-topic",
        "Several publishers",
        "Two programs that publish to one topic cannot be told apart by whoever reads it. "
        "Give each a prefix of its own, or stop the one that was forgotten.",
    )
    BROKEN_JSON = (
        "broken-json",
        "Nearly JSON",
        "A payload that begins like JSON and is not makes every parser fail. "
        "Let a library write it: json.dumps(data).",
    )
    MISSING_UNIT = (
        "missing-unit",
        "No unit",
        "A number without a unit is read as mV by one and as V by another. "
        "Put the unit into the key, like temp_C, or beside it as unit.",
    )
    RETAINED_DATA = (
        "retained-data",
        "Data retained",
        "Whoever subscribes later takes the retained reading, which may be old, for a new one. "
        "Retain what stays true, like status and info, not a stream of readings.",
    )
    RETAINED_COMMAND = (
        "retained-command",
        "Command retained",
        "A retained command is carried out again each time that a board connects. "
        "Publish commands without retain, and clear this one.",
    )
    SUBSCRIBED_TO_ALL = (
        "subscribed-to-all",
        "Subscribed to #",
        "A subscriber of # makes the broker send every message of everybody once more; over a "
        "slow line messages are dropped, a small board drowns. Subscribe to a prefix instead.",
    )

    def __init__(self, rule_id: str, title: str, explanation: str) -> None:
        self.rule_id = rule_id
        self.title = title
        self.explanation = explanation


Findings: TypeAlias = dict[Rule, str]
"""One plain sentence, safe for a terminal, for each rule that a topic breaks."""

NAME_RULES = (
    Rule.LEADING_SLASH,
    Rule.EMPTY_LEVEL,
    Rule.SPACE,
    Rule.NON_ASCII,
    Rule.UNPRINTABLE,
    Rule.TOO_LONG,
    Rule.TOO_DEEP,
    Rule.NO_PREFIX,
)
FILTER_RULES = (Rule.SUBSCRIBED_TO_ALL,)
CONTENT_RULES = tuple(rule for rule in Rule if rule not in (*NAME_RULES, *FILTER_RULES))


def quoted(text: str) -> str:
    """Return the beginning of foreign text as it can stand in a sentence."""
    head = printable(text[:_QUOTED_CHARACTERS])
    return head + "…" if len(text) > _QUOTED_CHARACTERS else head
