"""Waiting for a condition with a deadline, the only way tests synchronise with threads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


def wait_until(
    condition: Callable[[], Answer], what: str | Callable[[], str], deadline_s: float = 15.0
) -> Answer:
    """Return the first true answer of `condition`, polled every few milliseconds.

    Raises AssertionError naming `what` was awaited when the deadline passes; `what` may be a
    function, so that the message can show the state at the end.
    """
    give_up_at = time.monotonic() + deadline_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= give_up_at:
            raise AssertionError(
                f"waited {deadline_s:g} s for {what if isinstance(what, str) else what()}"
            )
        time.sleep(0.005)
