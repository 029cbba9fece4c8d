"""Every character beyond ASCII that the interface draws, and what stands for it where it cannot.

Widgets take their marks from here. Foreign text (topics, payloads) and what Textual draws by
itself pass through `ascii_text` as well when only ASCII can be shown, so nothing is forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

OPENED = "▾"
CLOSED = "▸"
CURSOR = "▌"
CHOSEN = "◀"
HIT = "»"
PINNED = "★"
RETAINED = "⚑"
NEW = "+"
SILENT = "◌"
WARNING = "▲"
CARELESS = "!"
DONE = "✓"
FAILED = "✗"
FULL = CONNECTED = "●"
HOLLOW = DISCONNECTED = "○"
CONNECTING = "◌"
FILLED = "█"
EMPTY = "░"
HALF = "▀"
TIMES = "×"
SIGMA = "σ"
DIFFERENT = "≠"
ELLIPSIS = "…"
LINE = "─"
BESIDE = "│"
AT_LEAST = "≥"
BETWEEN = "·"
UP, DOWN, LEFT, RIGHT = "↑", "↓", "←", "→"
LEVELS = "▁▂▃▄▅▆▇█"
"""A cell that is filled from below, for curves of one row."""

PARTS = "▏▎▍▌▋▊▉█"
"""A cell that is filled from the left, for bars."""

UNKNOWN = "?"
"""Stands for what has no likeness in ASCII, once for each cell."""

ASCII_OF: dict[str, str] = {
    OPENED: "-",
    CLOSED: "+",
    CHOSEN: "<",
    HIT: "*",
    PINNED: "*",
    RETAINED: "R",
    SILENT: ".",
    WARNING: "^",
    DONE: "v",
    FAILED: "x",
    CONNECTED: "*",
    DISCONNECTED: "o",
    ELLIPSIS: "~",
    AT_LEAST: ">",
    BETWEEN: "-",
    UP: "^",
    DOWN: "v",
    LEFT: "<",
    RIGHT: ">",
    # Brackets, quotation marks, dashes and units in our own sentences.
    **dict(zip("⟨⟩“”„’‘«×–—°µμΩσ²³", '<>"""\'\'<x--ouuOs23', strict=True)),  # noqa: RUF001
    # Control characters made visible, and the replacement character.
    **{chr(0x2400 + code): "?" for code in range(0x27)},
    "\ufffd": "?",
    # Frames, scroll bars, check boxes and the pointer of Textual.
    **dict.fromkeys("─╌╍┄┅┈┉╴╶╼╾▔▀", "-"),
    **dict.fromkeys("│╎╏┆┇┊┋╵╷╽╿▕▐", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘┏┓┗┛╔╗╚╝├┤┬┴┼┣┫┳┻╋╠╣╦╩╬▖▗▘▝▙▛▜▟▞▚", "+"),
    # A stronger frame tells which pane has the keyboard.
    **dict.fromkeys("━═╸╺", "="),
    **dict.fromkeys("┃║╹╻", "#"),
    **dict.fromkeys("■◼▮▓▒", "#"),
    **dict.fromkeys("□◻▢░", "."),
    **dict(zip("✔✘❯›‹▶▷◁◂△▽▴☐☑☒•⊘⋮≠", "vx>><>><<^v^.xx*0:!", strict=True)),  # noqa: RUF001
    # The dots of charts: the more of the eight, the darker.
    **{chr(0x2800 + dots): " ..::+++#"[dots.bit_count()] for dots in range(256)},
    # Half a cell or more of a bar counts as all of it.
    **dict(zip(PARTS, "   #####", strict=True)),
    **dict(zip(LEVELS, "_.-:=+*#", strict=True)),
    CURSOR: ">",
}


def ascii_text(text: str) -> str:
    """Return `text` in ASCII characters only and exactly as many cells wide."""
    if text.isascii():
        return text
    pieces = []
    for character in text:
        if character.isascii():
            pieces.append(character)
            continue
        plain = ASCII_OF.get(character)
        pieces.append(UNKNOWN * cell_len(character) if plain is None else plain)
    plain_text = "".join(pieces)
    # Marks that join others have no width of their own, or take some away.
    missing = cell_len(text) - len(plain_text)
    return plain_text + " " * missing if missing >= 0 else plain_text[:missing]


def curve(levels: Sequence[float | None], *, from_zero: bool) -> str:
    """Return one character for each level, its height within the range of all; unknown is blank.

    The range begins at zero or at the lowest level. Levels that are all the same and not compared
    with zero lie in the middle.
    """
    known = [level for level in levels if level is not None]
    low = 0.0 if from_zero else min(known, default=0.0)
    range_ = max(known, default=0.0) - low
    # A steady rate is no wall: the highest level is left to values that reach it.
    top = len(LEVELS) - 3 if from_zero else len(LEVELS) - 1
    flat = 0 if from_zero else top // 2
    return "".join(
        " " if level is None else LEVELS[round((level - low) / range_ * top) if range_ else flat]
        for level in levels
    )
