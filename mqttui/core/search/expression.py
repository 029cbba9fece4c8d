"""Regular expressions that cannot hold up the program, whatever they are.

`re` may need years for one text and cannot be interrupted; a thread would not help, since it keeps
the interpreter to itself. RE2 takes time in proportion to the text and to the size of the compiled
expression, so that bounds of both bound the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_EXPRESSION = 200
COMPILED_LIMIT_BYTES = 100_000
"""What RE2 may use for one expression; a small one compiles within 4 ms or is refused."""

MOST_STEPS = 300_000
"""Bytes of a text times instructions of an expression: two milliseconds at most."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; `finds` takes no more than `longest_text_bytes` of a text."""

    finds: Callable[[bytes], object]
    longest_text_bytes: int


def compiled(expression: str) -> Expression | str:
    """Return `expression` ready for use, or a sentence that says why it is none.

    Letter case does not matter unless the expression says `(?-i)`. The syntax is that of RE2,
    which has neither back-references nor lookaround.
    """
    if len(expression) > LONGEST_EXPRESSION:
        return (
            f"A regular expression may have {LONGEST_EXPRESSION} characters; "
            f"this one has {len(expression):,}."
        )
    try:
        # Imported here: few look for expressions.
        import re2
    except ImportError:
        return "Regular expressions need the Python package google-re2, which is not installed."
    options = re2.Options()
    options.max_mem = COMPILED_LIMIT_BYTES
    options.case_sensitive = False
    options.never_capture = True
    options.log_errors = False
    try:
        pattern = re2.compile(expression, options)
    except re2.error as error:
        return _explained(error.args[0])
    except UnicodeEncodeError:
        return "A regular expression must be valid UTF-8."
    return Expression(pattern.search, MOST_STEPS // max(1, pattern.programsize))


def _explained(problem: object) -> str:
    text = problem.decode("utf-8", "replace") if isinstance(problem, bytes) else str(problem)
    if "too large" in text or "repetition size" in text:
        return f"This regular expression is too large: {text}."
    if text.startswith("invalid perl operator"):
        return f"Regular expressions here know no lookaround or back-references: {text}."
    return f"Not a regular expression yet: {text}."
