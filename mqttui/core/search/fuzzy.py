"""Fuzzy matching: letters in their order, with some others between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SKIPPED_PER_LETTER = 2
"""A word is found where at most this many letters per letter of it are skipped."""

MOST_WINDOWS = 32
"""Places that are tried for one word; bounds the work in a text of one letter."""


def skipped_letters(words: Sequence[str], text: str) -> int | None:
    """Return how many letters of `text` lie between those of `words`, None if they do not match.

    Every word is looked for on its own, so their order is free; the letters of a word keep
    theirs. Fewer skipped letters are a better match. `words` and `text` are casefolded, and no
    word is empty.
    """
    skipped = 0
    for word in words:
        fewest = _fewest_skipped(word, text)
        if fewest is None:
            return None
        skipped += fewest
    return skipped


def _fewest_skipped(word: str, text: str) -> int | None:
    if word in text:
        return 0
    length = len(word)
    fewest = SKIPPED_PER_LETTER * length + 1
    start = 0
    for _ in range(MOST_WINDOWS):
        window = _window(word, text, start)
        if window is None:
            break
        first, end = window
        fewest = min(fewest, end - first - length)
        start = first + 1
    return fewest if fewest <= SKIPPED_PER_LETTER * length else None


def _window(word: str, text: str, start: int) -> tuple[int, int] | None:
    """Return where the first match from `start` on that ends soonest begins and ends, tightened."""
    position = start
    for letter in word:
        found = text.find(letter, position)
        if found < 0:
            return None
        position = found + 1
    end = position
    for letter in reversed(word):
        position = text.rfind(letter, start, position)
    return position, end
