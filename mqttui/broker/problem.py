"""What went wrong, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One plain sentence, a way on, and whether waiting can help.

    `is_permanent` is true when the same attempt would fail again until the user changes
    something (a password, a certificate, an option).
    """

    sentence: str
    advice: str
    is_permanent: bool = False


class ProblemError(Exception):
    """A failure whose cause is already known in words."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem
