"""What the name of a topic alone tells."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mqttui.core.hygiene.rules import LONGEST_TOPIC_BYTES, MOST_LEVELS, Findings, Rule, quoted

# Whatever none of these is found in needs no closer look.
_SUSPICIOUS = re.compile(rb"[^\x21-\x7e]|\A/|//|/\Z")
_UNPRINTABLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_NAMED_CHARACTERS = 3
_LOOKED_AT_CHARACTERS = 1000

# Words that anybody would choose for a first level.
_WORDS = (
    "acceleration accel adc altitude arduino battery board brightness button client cmd co command "
    "count counter current data debug device devices distance energy esp foo bar gpio gyro hello "
    "hi humidity hum i imu info lamp led light log lux measurement measurements message messages "
    "motor mqtt msg my n new node noise output input panel pi pico pin power pressure publish "
    "raspberry reading readings relay reply result results sensor sensors servo solar sound speed "
    "state status switch temp temperature test testing tests topic v value values volt voltage "
    "watt weight world x y z"
)
_GENERAL_WORDS = frozenset(_WORDS.split())
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_UID = re.compile(r"[-_][0-9a-fA-F]{4,}\Z")
_LONGEST_GENERAL_LEVEL = 48


def name_findings(topic: bytes) -> Findings:
    """Return which rules the name of `topic` breaks."""
    found: Findings = {}
    if _SUSPICIOUS.search(topic) is not None:
        text = topic.decode("utf-8", "surrogateescape")
        _check_slashes(text, found)
        _check_characters(text, found)
    if len(topic) > LONGEST_TOPIC_BYTES:
        found[Rule.TOO_LONG] = (
            f"The topic has {len(topic):,} bytes, which are sent with every message; "
            f"stay below {LONGEST_TOPIC_BYTES}."
        )
    levels = topic.count(b"/") + 1
    if levels > MOST_LEVELS:
        found[Rule.TOO_DEEP] = (
            f"The topic has {levels:,} levels and some brokers refuse more than {MOST_LEVELS}; "
            "put what does not serve filtering into the payload."
        )
    _check_prefix(topic, found)
    return found


def _check_slashes(text: str, found: Findings) -> None:
    if text.startswith("/"):
        better = text.lstrip("/")
        first = better.partition("/")[0]
        found[Rule.LEADING_SLASH] = (
            f"The leading slash makes a first level without a name, which {quoted(first)}/# does "
            f"not match; publish to {quoted(better)}."
            if better
            else "The topic consists of slashes, so that no level has a name; give it one."
        )
    rest = text.lstrip("/")
    if "//" in rest or rest.endswith("/"):
        where = "ends with a slash" if rest.endswith("/") else "has two slashes in a row"
        better = "/".join(level for level in rest.split("/") if level)
        found[Rule.EMPTY_LEVEL] = (
            f"The topic {where}, which makes a level without a name that is easily overlooked; "
            f"publish to {quoted(better)}."
        )


def _check_characters(text: str, found: Findings) -> None:
    head = text[:_LOOKED_AT_CHARACTERS]
    foreign: dict[str, None] = {}
    unprintable: dict[str, None] = {}
    for character in head:
        if " " <= character <= "~":
            continue
        category = unicodedata.category(character)
        if category in _UNPRINTABLE_CATEGORIES:
            unprintable[character] = None
        else:
            foreign[character] = None
    if " " in head:
        better = "-".join(text.split())
        found[Rule.SPACE] = (
            "A space must be quoted on every command line and is easily doubled; "
            f"publish to {quoted(better)}."
        )
    if foreign:
        found[Rule.NON_ASCII] = (
            f"The topic contains {_named(foreign)}, which can be encoded in more than one way and "
            "not everybody can type; use a-z, 0-9, - and _."
        )
    if unprintable:
        found[Rule.UNPRINTABLE] = (
            f"The topic contains {_codes(unprintable)}, which nobody sees or can type into a "
            "filter; remove it where the topic is made."
        )


def _named(characters: dict[str, None]) -> str:
    some = list(characters)[:_NAMED_CHARACTERS]
    more = ", …" if len(characters) > len(some) else ""
    return ", ".join(quoted(character) for character in some) + more


def _codes(characters: dict[str, None]) -> str:
    codes = []
    for character in list(characters)[:_NAMED_CHARACTERS]:
        code = ord(character)
        is_byte = 0xDC80 <= code <= 0xDCFF
        codes.append(f"the byte 0x{code - 0xDC00:02x}" if is_byte else f"U+{code:04X}")
    return ", ".join(codes) + (", …" if len(characters) > len(codes) else "")


def _check_prefix(topic: bytes, found: Findings) -> None:
    head = topic[: 4 * _LONGEST_GENERAL_LEVEL].decode("utf-8", "replace").lstrip("/")
    first, slash, _ = head.partition("/")
    if not first or len(first) > _LONGEST_GENERAL_LEVEL:
        return
    if _is_general(first):
        found[Rule.NO_PREFIX] = (
            f"Others on this broker may choose {quoted(first)} too, and the messages would mix; "
            f"publish to <name>-<uid>/{quoted(head)}."
        )
    elif not slash and _UID.search(first) is None:
        found[Rule.NO_PREFIX] = (
            "The topic has one level, which stands beside those of everybody else; "
            f"publish to <name>-<uid>/{quoted(head)}."
        )


@lru_cache(maxsize=1024)
def _is_general(level: str) -> bool:
    """Return whether a first level consists of words that anybody might choose."""
    words = _WORD.findall(level)
    return bool(words) and level.isascii() and all(w.lower() in _GENERAL_WORDS for w in words)
