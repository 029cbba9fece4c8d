"""Copying by OSC 52: the terminal puts a text on the clipboard, over SSH as well.

Everything that is copied travels in base64, so that nothing in it can end the sequence. Nobody
answers: whether the terminal obeys is not known.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.core.copying import Copyable

MOST_BYTES = 74_994
"""What all terminals take: 100,000 bytes of sequence, the smallest limit there is (hterm, vim)."""


def osc52(text: str, *, is_in_tmux: bool = False) -> str:
    """Return what makes a terminal copy `text`.

    tmux reads it where `set-clipboard` is `on`, and hands it through, wrapped, where
    `allow-passthrough` is `on`; what it does not want it ignores.
    """
    sequence = f"\x1b]52;c;{b64encode(text.encode()).decode()}\a"
    if not is_in_tmux:
        return sequence
    wrapped = sequence.replace("\x1b", "\x1b\x1b")
    return f"{sequence}\x1bPtmux;{wrapped}\x1b\\"


def copied_text(copied: Copyable) -> str:
    """Return what was copied, in words; only the terminal knows whether it took it."""
    text = f"{_name(copied)}: {copied.size_bytes:,} bytes sent to the terminal's clipboard."
    if copied.note:
        text += f" {copied.note.capitalize()}."
    if copied.controls:
        text += f" {copied.controls:,} control characters are in it: take care where you paste it."
    return text


def too_long_text(wanted: Copyable) -> str:
    """Return why something is not copied."""
    return (
        f"{_name(wanted)}: not copied. It has {wanted.size_bytes:,} bytes; "
        f"terminals take {MOST_BYTES:,} at most."
    )


def _name(copyable: Copyable) -> str:
    name = printable(copyable.name)
    return name if copyable.path else name.capitalize()
