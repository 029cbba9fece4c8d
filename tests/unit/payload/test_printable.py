"""Nothing that a terminal obeys or hides gets through."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.printable import printable, printable_lines, topic_text

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def _forbidden(text: str, allowed: str = "") -> list[str]:
    return [
        character
        for character in text
        if character not in allowed
        and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    ]


@given(ANY_TEXT)
def test_no_text_leaves_a_forbidden_character(text: str) -> None:
    """Whatever goes in, nothing that a terminal obeys or hides comes out."""
    assert not _forbidden(printable(text))
    assert not _forbidden(printable_lines(text), allowed="\n")


@given(ANY_TEXT)
def test_printable_is_stable(text: str) -> None:
    """Text that was made printable is not changed a second time."""
    once = printable(text)
    assert printable(once) == once


@given(st.binary())
def test_any_topic_bytes_can_be_shown(topic: bytes) -> None:
    """A topic of arbitrary bytes gives text without forbidden characters."""
    assert not _forbidden(topic_text(topic))


def test_every_code_point_is_judged_safely() -> None:
    """Of all code points of Unicode none brings a forbidden character into the output."""
    everything = "a".join(map(chr, range(sys.maxunicode + 1)))
    assert not _forbidden("".join(set(printable(everything))))
    assert not _forbidden("".join(set(printable_lines(everything))), allowed="\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 12.3 °C ✓", "plain 12.3 °C ✓"),
        ("\x1b[2J", "␛[2J"),
        ("a\tb\nc\rd\x00\x7f", "a␉b␊c␍d␀␡"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("txt\u202eexe", "txt⟨U+202E⟩exe"),
        ("a\u200bb\ufeff", "a⟨U+200B⟩b⟨U+FEFF⟩"),
        ("soft\u00adhyphen", "soft⟨U+00AD⟩hyphen"),
        ("\u2028\u2029", "⟨U+2028⟩⟨U+2029⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("\udcb0", "\\xb0"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468⟨U+200D⟩\U0001f469"),
        ("\U0001f1e9\U0001f1ea", "⟨U+1F1E9⟩⟨U+1F1EA⟩"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d⟨U+1F3FD⟩"),
        ("\u2764\ufe0f", "\u2764"),
        ("\u2764\ufe0f\ufe0f", "\u2764⟨U+FE0F⟩⟨U+FE0F⟩"),
        ("e" + "\u0301" * 3, "e" + "\u0301" * 3),
        ("e" + "\u0301" * 9, "e" + "\u0301" * 3 + "⟨+6 marks⟩"),
        ("12\u00a0°C", "12\u00a0°C"),
        ("[b]x[/b]", "[b]x[/b]"),
    ],
)
def test_what_replaces_what(text: str, shown: str) -> None:
    """The replacements are the ones the module promises."""
    assert printable(text) == shown


def test_clean_text_is_returned_as_it_is() -> None:
    """The common case makes no copy."""
    text = "iot49/bench01/data"
    assert printable(text) is text


def test_lines_keep_line_feeds_and_expand_tabs() -> None:
    """Line structure and indentation survive; a carriage return is shown."""
    assert printable_lines("a\r\n\tb\x07") == "a␍\n    b␇"


def test_topic_that_is_not_utf_8_shows_the_bytes() -> None:
    """A byte that cannot be decoded is shown as a backslash escape."""
    assert topic_text(b"temp/\xb0C") == "temp/\\xb0C"
