"""What the rest of this room needs of a board, however it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Board(Protocol):
    """A board whose program is interrupted and that waits for commands.

    Every method raises `DeployError` when the board fails or goes away.
    """

    @property
    def port(self) -> str:
        """The port at which it was found."""

    def run(self, program: str, on_output: Callable[[bytes], None] | None = None) -> str:
        """Run a program to its end and return what it printed.

        With `on_output` what is printed goes there as it comes, and the answer is empty.
        """

    def read_file(self, path: str) -> bytes:
        """Return the content of a file."""

    def write_file(
        self, path: str, content: bytes, on_progress: Callable[[int], None] | None = None
    ) -> None:
        """Write a file in place; `on_progress` is told how many bytes have arrived."""

    def restart(self) -> None:
        """Reset the board as its button does; only its lines can be followed afterwards."""

    def next_line(self, deadline_s: float) -> str | None:
        """Return the next line that a running board prints, None when `deadline_s` has passed.

        `deadline_s` is a time of `time.monotonic`. A port that vanishes is opened again.
        """
