"""From the text in the editor to the bytes that are published."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, NamedTuple, NoReturn

from mqttui.core.publish.draft import PayloadMode
from mqttui.payload.printable import printable

_HEX_SEPARATORS = re.compile(r"[\s,:;_-]+|\b0[xX]")
_NO_HEX = re.compile(r"[^0-9a-fA-F\s,:;_-]")
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s_-]")
_SHOWN_KEY_CHARACTERS = 40

# Python's words for what is wrong, and ours.
_JSON_WORDS = {
    "Expecting value": "a value is missing",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting ',' delimiter": "a comma or the end is missing",
    "Extra data": "more text after the end",
    "Unterminated string starting at": "a string does not end",
    "Invalid control character at": "a control character within a string",
    "Invalid \\escape": "not a valid escape",
    "Invalid \\uXXXX escape": "not a valid \\u escape",
    "Illegal trailing comma before end of object": "a comma too many",
    "Illegal trailing comma before end of array": "a comma too many",
    "Unexpected UTF-8 BOM (decode using utf-8-sig)": "starts with a byte order mark",
}


class Place(NamedTuple):
    """Where in the text something is, from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line:,}, column {self.column:,}"


def place_of(text: str, position: int) -> Place:
    """Return the place of a character."""
    line = text.count("\n", 0, position) + 1
    return Place(line, position - text.rfind("\n", 0, position))


class BadPayload(ValueError):
    """The text is not what its mode says; the message is a sentence without its full stop.

    `position` is that of the character where it goes wrong, None where none can be named.
    """

    def __init__(self, words: str, position: int | None = None) -> None:
        super().__init__(words)
        self.position = position


def payload_of(mode: PayloadMode, text: str) -> bytes:
    """Return the bytes that a text stands for; raise `BadPayload`. A file is not read here."""
    if mode is PayloadMode.HEX:
        return _bytes_of_hex(text)
    if mode is PayloadMode.BASE64:
        return _bytes_of_base64(text)
    assert mode is not PayloadMode.FILE
    if mode is PayloadMode.JSON:
        check_json(text)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise BadPayload(f"U+{code:04X} cannot be sent as UTF-8", error.start) from None


def text_of(payload: bytes) -> tuple[PayloadMode, str]:
    """Return the mode and the text that show a payload so that it can be edited and sent again."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return PayloadMode.HEX, payload.hex(" ")
    # What an editor would change or hide is kept as bytes.
    is_plain = all(character.isprintable() or character in "\n\t" for character in text)
    return (PayloadMode.TEXT, text) if is_plain else (PayloadMode.HEX, payload.hex(" "))


def check_json(text: str) -> str | None:
    """Return what is odd about valid JSON (RFC 8259), None if nothing is; raise `BadPayload`."""
    repeated: list[str] = []

    def note_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in pairs:
            if key in members and not repeated:
                repeated.append(key)
            members[key] = value
        return members

    if not text.strip():
        raise BadPayload("Not JSON: it is empty")
    try:
        # Numbers stay text: how long they are does not matter for being valid.
        json.loads(
            text,
            object_pairs_hook=note_repeated,
            parse_constant=_refuse_constant,
            parse_int=str,
            parse_float=str,
        )
    except json.JSONDecodeError as error:
        words = _JSON_WORDS.get(error.msg, error.msg)
        if _is_comma_too_many(text, error.pos):
            words = "a comma too many"
        raise BadPayload(f"Not JSON: {words}", error.pos) from None
    except RecursionError:
        raise BadPayload("Not JSON that can be checked: it is nested too deeply") from None
    except _BadConstant as constant:
        position = text.find(str(constant))
        raise BadPayload(f"Not JSON: {constant} is no JSON number", position) from None
    if repeated:
        return f"the key {printable(repeated[0][:_SHOWN_KEY_CHARACTERS])} occurs more than once"
    return None


class _BadConstant(Exception):
    """NaN or an infinity, which JSON has no way to write (RFC 8259 section 6)."""


def _refuse_constant(name: str) -> NoReturn:
    raise _BadConstant(name)


def _is_comma_too_many(text: str, position: int) -> bool:
    return text[position : position + 1] in ("}", "]") and text[:position].rstrip().endswith(",")


def _bytes_of_hex(text: str) -> bytes:
    # A prefix 0x before a group is skipped, an x elsewhere is not a digit.
    digits = _HEX_SEPARATORS.sub("", text)
    try:
        return bytes.fromhex(digits)
    except ValueError:
        pass
    blanked = re.sub(r"\b0[xX]", "00", text)
    wrong = _NO_HEX.search(blanked)
    if wrong is not None:
        raise BadPayload(f"Not hex: {printable(wrong.group())} is no digit", wrong.start())
    raise BadPayload("Not hex: a byte has two digits, and the number of digits is odd")


def _bytes_of_base64(text: str) -> bytes:
    wrong = _NO_BASE64.search(text)
    if wrong is not None:
        character = printable(wrong.group())
        raise BadPayload(f"Not base64: {character} is not used there", wrong.start())
    # The alphabet for URLs is as good (RFC 4648 section 5).
    letters = "".join(text.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(letters, validate=True)
    except binascii.Error:
        missing = -len(letters) % 4
        if "=" not in letters and missing in (1, 2):
            raise BadPayload(f"Not base64: {'=' * missing} is missing at the end") from None
        raise BadPayload("Not base64: letters are missing or = stands within") from None
