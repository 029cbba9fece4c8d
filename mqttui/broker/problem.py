"""What went wrong, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass

_RETRIES = "A new attempt follows by itself."


@dataclass(frozen=True, slots=True)
class Problem:
    """One plain sentence, a way on, and whether waiting can help.

    `is_permanent` is true when the same attempt would fail again until the user changes
    something (a password, a certificate, an option).
    """

    sentence: str
    advice: str
    is_permanent: bool = False

    @property
    def advice_while_retrying(self) -> str:
        """The advice for somebody whose session tries again unless that is hopeless."""
        return self.advice if self.is_permanent else f"{self.advice} {_RETRIES}"


class ProblemError(Exception):
    """A failure whose cause is already known in words."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem
