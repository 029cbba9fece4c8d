"""Questions to the person at the terminal, asked again until the answer can be used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mqttui.cli.terminal import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Callable


def ask(
    question: str, default: str = "", problem_of: Callable[[str], str | None] | None = None
) -> str:
    """Return the answer to a question, the default for an empty one.

    `problem_of` says what is wrong with an answer; without it any text will do, but not none.
    Raises `CannotRunError` at the end of the input.
    """
    hint = f" [{default}]" if default else ""

    def read() -> str:
        print(f"  {question}{hint}: ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise CannotRunError("There was no answer; nothing was changed.")
        return line.strip() or default

    return _asked(read, problem_of or _none_given)


def ask_secret(
    question: str, _default: str = "", problem_of: Callable[[str], str | None] | None = None
) -> str:
    """Return an answer that does not appear on the screen; raise `CannotRunError` for none."""
    import getpass

    def read() -> str:
        try:
            return getpass.getpass(f"  {question}: ")
        except EOFError:
            raise CannotRunError("There was no answer; nothing was changed.") from None

    return _asked(read, problem_of or _none_given)


def _asked(read: Callable[[], str], problem_of: Callable[[str], str | None]) -> str:
    while True:
        answer = read()
        problem = problem_of(answer)
        if problem is None:
            return answer
        print(f"  {problem}", flush=True)


def _none_given(answer: str) -> str | None:
    return None if answer else "An answer is needed."
