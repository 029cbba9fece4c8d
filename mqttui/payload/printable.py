"""Text from hostile input, made safe for a terminal and honest for the reader.

What would steer the terminal, reorder the line or vanish is replaced by something visible:

- C0 controls and DEL become Control Pictures (`␀` … `␟`, `␡`), one cell each;
- C1 controls, line and paragraph separators, format characters (bidirectional controls, zero-width
  characters, joiners, soft hyphen, byte order mark, tags), lone surrogates, private use and
  unassigned code points become `⟨U+202E⟩`;
- bytes that are not UTF-8 become `\\xff`, also where they come as surrogates (PEP 383);
- combining marks beyond the third in a row become a count, `⟨+12 marks⟩`;
- one variation selector 15 or 16 after a character is left out: it picks only between the text
  and the colour form of a glyph, and terminals disagree on its width. All others are shown.

- the letters that flags are made of and the skin tones of emoji become `⟨U+1F1E9⟩` too: whether
  they join with their neighbour decides where the rest of the line stands, and terminals differ.

A joined emoji therefore shows its parts and the joiners between them.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROL_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}

# Printable to `str.isprintable`, yet invisible, of disputed width, or piled up without end.
_UNRULY = re.compile(
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0\u034f"
    "\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]"
    "|[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4,}"
)
_GLYPH_CHOICE = re.compile(
    "(?<=[^\ufe00-\ufe0f\\s])[\ufe0e\ufe0f](?![\ufe00-\ufe0f\U000e0100-\U000e01ef])"
)
_KEPT_MARKS = 3


class _Visible(dict[int, str]):
    """A table for `str.translate` that fills itself, so that each code point is judged once."""

    _SIZE_LIMIT = 4096

    def __missing__(self, code: int) -> str:
        character = chr(code)
        shown = character
        if not character.isprintable() and unicodedata.category(character) != "Zs":
            shown = _name(code)
        # Hostile input must not be able to grow the table to every code point there is.
        if len(self) < self._SIZE_LIMIT:
            self[code] = shown
        return shown


def _name(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\u27e8U+{code:04X}\u27e9"


_VISIBLE = _Visible(_CONTROL_PICTURES)
_VISIBLE_LINES = _Visible(_CONTROL_PICTURES | {0x0A: "\n"})


def _tame(found: re.Match[str]) -> str:
    run = found.group()
    if len(run) > _KEPT_MARKS:
        return f"{run[:_KEPT_MARKS]}\u27e8+{len(run) - _KEPT_MARKS} marks\u27e9"
    return _name(ord(run))


def _made_visible(text: str, table: _Visible) -> str:
    if not text.isascii() and _UNRULY.search(text) is not None:
        text = _UNRULY.sub(_tame, _GLYPH_CHOICE.sub("", text))
    return text.translate(table)


def printable(text: str) -> str:
    """Return `text` on one line with nothing in it that a terminal would obey or hide.

    Line feeds and tabs are shown as `␊` and `␉`. Clean text is returned as it is.
    """
    if text.isprintable() and (text.isascii() or _UNRULY.search(text) is None):
        return text
    return _made_visible(text, _VISIBLE)


def printable_lines(text: str, tab_columns: int = 4) -> str:
    """Return `text` safe for a terminal with its line feeds kept and its tabs expanded.

    A carriage return is shown as `␍`, since sender and receiver often disagree about it.
    """
    if "\t" in text:
        text = text.expandtabs(tab_columns)
    return _made_visible(text, _VISIBLE_LINES)


def topic_text(topic: bytes) -> str:
    r"""Return a topic name for display; bytes that are not UTF-8 appear as `\xff`."""
    return printable(topic.decode("utf-8", "backslashreplace"))
