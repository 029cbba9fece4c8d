"""What decoding a payload yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["json", "text", "hex", "empty"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A payload as text that is safe for a terminal, lines separated by line feeds.

    `error` is a plain sentence when the payload is not what it seems to be, else None.
    `shown_bytes` of `total_bytes` are in `text`; the rest was cut for display.
    """

    kind: Kind
    text: str
    error: str | None
    shown_bytes: int
    total_bytes: int

    @property
    def is_cut(self) -> bool:
        """Whether only the beginning of the payload is shown."""
        return self.shown_bytes < self.total_bytes
