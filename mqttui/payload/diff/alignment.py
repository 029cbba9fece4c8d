"""Which parts of two sequences are the same, found in bounded time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

MOST_STEPS = 200_000
"""About 50 ms of comparing."""


class Match(NamedTuple):
    """`length` elements are the same, from `old` and from `new` on."""

    old: int
    new: int
    length: int


class Alignment(NamedTuple):
    """Matches in order. When it `is_coarse`, only the beginning and the end were compared."""

    matches: list[Match]
    is_coarse: bool


def align(
    old: Sequence[Hashable], new: Sequence[Hashable], most_steps: int = MOST_STEPS
) -> Alignment:
    """Return what two sequences have in common, as much of it as is possible.

    The search is that of Myers (An O(ND) difference algorithm, 1986), after equal beginnings and
    ends are set aside. It is given up after `most_steps`.
    """
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    matches = [Match(0, 0, start)] if start else []
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    is_coarse = False
    if middle_old and middle_new:
        found = _middle(middle_old, middle_new, most_steps)
        is_coarse = found is None
        matches += [Match(start + i, start + j, size) for i, j, size in found or ()]
    if end:
        matches.append(Match(len(old) - end, len(new) - end, end))
    return Alignment(matches, is_coarse)


def _middle(
    old: Sequence[Hashable], new: Sequence[Hashable], most_steps: int
) -> list[tuple[int, int, int]] | None:
    """Return the matches of a longest common subsequence, None if that takes too long."""
    # What occurs on one side only can match nothing, and would only cost steps.
    in_new, in_old = set(new), set(old)
    kept_old = [at for at, item in enumerate(old) if item in in_new]
    kept_new = [at for at, item in enumerate(new) if item in in_old]
    if not kept_old or not kept_new:
        return []
    pairs = _shortest_edit([old[at] for at in kept_old], [new[at] for at in kept_new], most_steps)
    if pairs is None:
        return None
    runs: list[tuple[int, int, int]] = []
    for short_old, short_new in pairs:
        i, j = kept_old[short_old], kept_new[short_new]
        if runs and (runs[-1][0] + runs[-1][2], runs[-1][1] + runs[-1][2]) == (i, j):
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((i, j, 1))
    return runs


def _shortest_edit(
    old: Sequence[Hashable], new: Sequence[Hashable], most_steps: int
) -> list[tuple[int, int]] | None:
    """Return pairs of equal elements, in order, None when the steps do not suffice.

    `furthest[k]` is how far in `old` one gets on the diagonal `k` (place in `old` less place in
    `new`) with the edits so far; one copy per number of edits leads back.
    """
    length_old, length_new = len(old), len(new)
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    steps = 0
    for edits in range(length_old + length_new + 1):
        trace.append(furthest.copy())
        steps += len(furthest)
        for k in range(-edits, edits + 1, 2):
            is_down = k == -edits or (
                k != edits and furthest.get(k - 1, -1) < furthest.get(k + 1, -1)
            )
            x = furthest[k + 1] if is_down else furthest[k - 1] + 1
            y = x - k
            while x < length_old and y < length_new and old[x] == new[y]:
                x += 1
                y += 1
                steps += 1
            furthest[k] = x
            steps += 1
            if x >= length_old and y >= length_new:
                return _walk_back(trace, length_old, length_new)
        if steps > most_steps:
            return None
    return []


def _walk_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for edits in range(len(trace) - 1, -1, -1):
        furthest = trace[edits]
        k = x - y
        is_down = k == -edits or (k != edits and furthest.get(k - 1, -1) < furthest.get(k + 1, -1))
        before = k + 1 if is_down else k - 1
        start_x = furthest[before]
        start_y = start_x - before
        while x > start_x and y > start_y and x > 0 and y > 0:
            x -= 1
            y -= 1
            pairs.append((x, y))
        if edits == 0:
            break
        x, y = start_x, start_y
    pairs.reverse()
    return pairs
