"""How a topic or a payload is compared with a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.core.search.fuzzy import skipped_letters
from mqttui.core.search.query import Mode, Place
from mqttui.core.topic import MAX_TOPIC_BYTES, filter_pattern, filter_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.search.query import Query

SEARCHED_LIMIT_BYTES = 16_000
"""How much of a payload is searched at most."""

FUZZY_LIMIT_BYTES = 1_000
LOOK_COST = 64
"""Cost of what may be done between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """Compares topics and payloads, as bytes, with a query.

    `judge` returns None for what does not match, else how far it is from the best match there
    could be: 0 except for fuzzy matches. It is given `limit_bytes` at most. None in its place says
    that nothing can be found. `problem` is a sentence when the text is not what its mode says.
    `cost` of one comparison is in parts of `LOOK_COST`.
    """

    judge: Callable[[bytes], int | None] | None
    problem: str | None = None
    limit_bytes: int = SEARCHED_LIMIT_BYTES
    cost: int = 1


def matcher_of(query: Query) -> Matcher:
    """Return what compares with `query`, which has a text."""
    match query.mode_in_force:
        case Mode.FUZZY:
            return _fuzzy_matcher(query.text)
        case Mode.EXPRESSION:
            return _expression_matcher(query.text)
        case Mode.WILDCARD:
            return _wildcard_matcher(query)
        case _:
            return Matcher(_text_judge(query.text))


def _fuzzy_matcher(text: str) -> Matcher:
    words = text.casefold().split()
    if not words:
        return Matcher(None, "Type some letters of what you look for.")
    return Matcher(
        lambda data: skipped_letters(words, _text_of(data).casefold()),
        limit_bytes=FUZZY_LIMIT_BYTES,
        cost=8,
    )


def _expression_matcher(text: str) -> Matcher:
    # Imported here: few look for expressions.
    from mqttui.core.search.expression import compiled

    expression = compiled(text)
    if isinstance(expression, str):
        return Matcher(None, expression)
    finds = expression.finds
    return Matcher(
        lambda data: 0 if finds(data) else None,
        limit_bytes=min(SEARCHED_LIMIT_BYTES, expression.longest_text_bytes),
        cost=LOOK_COST,
    )


def _wildcard_matcher(query: Query) -> Matcher:
    if query.place is Place.PAYLOADS:
        return Matcher(None, "An MQTT filter matches topics, not payloads.")
    problem = filter_problem(query.text)
    if problem is not None:
        # While it is being typed a filter may be wrong; it then finds what contains it.
        return Matcher(_text_judge(query.text), problem)
    matches = filter_pattern(query.text).fullmatch
    return Matcher(
        lambda data: 0 if matches(data.decode("utf-8", "surrogateescape")) else None,
        limit_bytes=MAX_TOPIC_BYTES,
    )


def _text_judge(text: str) -> Callable[[bytes], int | None]:
    if text.isascii():
        # Without decoding, which most payloads need not.
        letters = text.lower().encode()
        return lambda data: 0 if letters in data.lower() else None
    wanted = text.casefold()
    return lambda data: 0 if wanted in _text_of(data).casefold() else None


def _text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")
