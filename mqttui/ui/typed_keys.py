"""Which keys are text where something is typed, so that no command gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.keys import KEY_NAME_REPLACEMENTS, key_to_character

if TYPE_CHECKING:
    from textual.widget import Widget

_UNICODE_NAMES = {key: name for name, key in KEY_NAME_REPLACEMENTS.items()}


def is_text_for(widget: Widget | None, key: str) -> bool:
    """Return whether a key, by Textual's name, is text for the widget with the keyboard."""
    if widget is None:
        return False
    return widget.check_consume_key(key, key_to_character(_UNICODE_NAMES.get(key, key)))
