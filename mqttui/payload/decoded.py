"""What decoding a payload yields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from mqttui.payload.tree import Node
    from mqttui.payload.tree_layout import Line

Kind: TypeAlias = Literal["json", "tree", "table", "image", "text", "hex", "empty"]
"""How to draw it: `json` and `tree` have a tree and its lines, `image` has pixels if it could."""

Certainty: TypeAlias = Literal["certain", "likely", "chosen"]
"""`certain`: the format says so itself; `likely`: it fits; `chosen`: the user said so."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image made small: rows of pixels, each (red, green, blue) from 0 to 255.

    Two rows make one row of half blocks in a terminal. The number of rows is even.
    """

    width: int
    height: int
    rows: tuple[tuple[tuple[int, int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A payload as text that is safe for a terminal, lines separated by line feeds.

    - `error`: a plain sentence when the payload is not what it seems or was said to be, else None;
      the raw bytes are then in `text`.
    - `shown_bytes` of `total_bytes` are in `text`; the rest was cut for display.
    - `decoder`: the name in the registry, to be remembered; of nested formats the outermost.
    - `title`: what it was read as, in words: `JSON`, `gzip → JSON`.
    - `notes`: more sentences about it, such as what a container holds.
    - `is_content_cut`: of what a container holds only the beginning is shown.
    - `tree`, `lines`: the value and its layout when `kind` is `json` or `tree`; `text` is the same.
    """

    kind: Kind
    text: str
    error: str | None
    shown_bytes: int
    total_bytes: int
    decoder: str = ""
    title: str = ""
    certainty: Certainty = "certain"
    notes: tuple[str, ...] = ()
    is_content_cut: bool = False
    tree: Node | None = field(default=None, compare=False, repr=False)
    lines: tuple[Line, ...] = field(default=(), compare=False, repr=False)
    picture: Picture | None = field(default=None, repr=False)

    @property
    def is_cut(self) -> bool:
        """Whether only the beginning of the payload is shown."""
        return self.shown_bytes < self.total_bytes

    @property
    def guess(self) -> str:
        """What it was read as and how sure that is: `JSON`, `looks like CBOR`, `CBOR (chosen)`."""
        if self.certainty == "likely":
            return f"looks like {self.title}"
        return f"{self.title} (chosen)" if self.certainty == "chosen" else self.title
