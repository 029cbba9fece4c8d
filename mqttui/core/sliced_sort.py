"""Sorting that can be interrupted, for lists too long to be sorted within one frame."""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

T = TypeVar("T")

RUN_LENGTH = 2_000
"""Items that are sorted or merged between two interruptions: about a millisecond of work."""


def sorted_in_slices(items: Sequence[T], key: Callable[[T], Any]) -> Generator[None, None, list[T]]:
    """Return `items` sorted by `key`, smallest first, pausing after each piece of work.

    The order of equal items is kept. `items` must stay as it is meanwhile; keys may change between
    pieces, so the result is sorted by keys of slightly different times.
    """
    runs = []
    for start in range(0, len(items), RUN_LENGTH):
        run = [(key(item), item) for item in items[start : start + RUN_LENGTH]]
        run.sort(key=_first)
        runs.append(run)
        if len(items) > RUN_LENGTH:
            yield
    if len(runs) == 1:
        return [item for _, item in runs[0]]
    result: list[T] = []
    for count, (_, item) in enumerate(merge(*runs, key=_first), start=1):
        result.append(item)
        if count % RUN_LENGTH == 0:
            yield
    return result


def _first(pair: tuple[Any, T]) -> Any:
    return pair[0]
