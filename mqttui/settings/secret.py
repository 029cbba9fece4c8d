"""A password in the hands of the program, never in a repr, a log or a traceback."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """Text that shows itself only when asked by name.

    Frames that hold a `Secret` instead of a string keep it out of tracebacks that print local
    variables.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = (each.reveal().encode("utf-8", "replace") for each in (self, other))
        return hmac.compare_digest(mine, theirs)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be pickled")
