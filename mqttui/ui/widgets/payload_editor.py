"""The payload as one types it: several lines, JSON in colours, the place of an error marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.widgets import TextArea

from mqttui.ui.roles import partial_role_style
from mqttui.ui.widgets.value_text import json_cells

if TYPE_CHECKING:
    from mqttui.core.publish.payload_text import Place

_COLOURED_CHARACTERS = 2_000
"""A longer line is left plain: it would be coloured anew with each key."""

_ROLES = ("key", "string", "number", "literal", "mark", "warning")

# One character for one character, since the editor counts on it.
_VISIBLE = {code: chr(0x2400 + code) for code in range(0x20) if code != 0x09} | {0x7F: "\u2421"}
_UNSEEN = "\ufffd"
_UNDERLINED = Style(underline=True, bold=True)


class PayloadEditor(TextArea):
    """A text area that colours JSON by itself; what a terminal would obey is drawn as a symbol."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(
            id=id, compact=True, highlight_cursor_line=False, placeholder="payload", soft_wrap=True
        )
        # A blinking cursor would write to the terminal for ever.
        self.cursor_blink = False
        self._is_json = False
        self._error: Place | None = None

    def mark(self, *, is_json: bool, error: Place | None) -> None:
        """Colour the text as JSON or not, and mark the place of an error."""
        if (is_json, error) != (self._is_json, self._error):
            self._is_json = is_json
            self._error = error
            # Lines are cached as they were drawn; this forgets them.
            self.notify_style_update()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        """Return a line in its colours."""
        text = self.document.get_line(line_index)
        if not text.isprintable():
            text = "".join(map(_visible, text))
        line = Text(text, end="", no_wrap=True)
        if self._is_json and len(text) <= _COLOURED_CHARACTERS:
            position = 0
            for piece, role in json_cells(text):
                end = position + len(piece)
                if role in _ROLES:
                    style = partial_role_style(self, role)
                    line.stylize(style, position, end)
                position = end
        error = self._error
        if error is not None and error.line == line_index + 1:
            style = partial_role_style(self, "warning")
            column = min(error.column - 1, max(0, len(text) - 1))
            line.stylize(style + _UNDERLINED, column, column + 1)
        return line


def _visible(character: str) -> str:
    if character.isprintable() or character == "\t":
        return character
    return _VISIBLE.get(ord(character), _UNSEEN)
