"""Writing to a terminal that may be gone: its window was closed, the connection to it was lost.

Textual writes on a thread. An error ends that thread, and whoever writes afterwards, the farewell
to the terminal included, waits for it for ever: the program would stay behind, unseen.
"""

from __future__ import annotations

import contextlib
import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class LosableTerminal:
    """A text file on a terminal that takes everything also when the terminal is gone."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.is_lost = False

    def write(self, text: str) -> int:
        """Write a text, or nothing from the first failure on."""
        if not self.is_lost:
            try:
                return self._file.write(text)
            except OSError:
                self.is_lost = True
        return len(text)

    def flush(self) -> None:
        """Hand over what was written."""
        if not self.is_lost:
            try:
                self._file.flush()
            except OSError:
                self.is_lost = True

    def __getattr__(self, name: str) -> Any:
        """Return everything else as the file has it."""
        return getattr(self._file, name)


@contextlib.contextmanager
def losable_terminal() -> Iterator[None]:
    """Let Textual, which draws on the original standard error, write to a `LosableTerminal`."""
    original = sys.__stderr__
    if original is None:
        yield
        return
    sys.__stderr__ = LosableTerminal(original)  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        sys.__stderr__ = original  # type: ignore[misc]
