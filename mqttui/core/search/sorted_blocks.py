"""A sorted list that stays quick to change when it is long."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

# What can be compared with `<`.
Item = TypeVar("Item", bound=Any)

BLOCK_ITEMS = 512


class SortedBlocks(Generic[Item]):
    """Distinct items, smallest first, in blocks of bounded length."""

    def __init__(self) -> None:
        self._blocks: list[list[Item]] = []
        self._count = 0

    def __len__(self) -> int:
        """Return how many items there are."""
        return self._count

    def __iter__(self) -> Iterator[Item]:
        """Yield the items, smallest first."""
        for block in self._blocks:
            yield from block

    def add(self, item: Item) -> None:
        """Take in an item that is not there yet."""
        self._count += 1
        if not self._blocks:
            self._blocks.append([item])
            return
        number = min(self._block_of(item), len(self._blocks) - 1)
        block = self._blocks[number]
        insort(block, item)
        if len(block) > BLOCK_ITEMS:
            middle = len(block) // 2
            self._blocks.insert(number + 1, block[middle:])
            del block[middle:]

    def remove(self, item: Item) -> None:
        """Take out an item; raises ValueError if it is not there."""
        number = self._block_of(item)
        if number == len(self._blocks):
            raise ValueError(f"{item!r} is not in the list")
        block = self._blocks[number]
        position = bisect_left(block, item)
        if position == len(block) or block[position] != item:
            raise ValueError(f"{item!r} is not in the list")
        del block[position]
        self._count -= 1
        if not block:
            del self._blocks[number]

    def dismantle(self, count: int) -> bool:
        """Take out about `count` items, the largest first; return whether all are out."""
        while self._blocks and count > 0:
            count -= len(self._blocks.pop())
        self._count = sum(map(len, self._blocks))
        return not self._blocks

    def rank(self, item: Item) -> int:
        """Return how many items are smaller than `item`, which need not be there."""
        number = self._block_of(item)
        before = sum(len(block) for block in self._blocks[:number])
        if number == len(self._blocks):
            return before
        return before + bisect_left(self._blocks[number], item)

    def after(self, item: Item) -> Item | None:
        """Return the smallest item that is larger than `item`, None if there is none."""
        number = self._block_of(item)
        if number == len(self._blocks):
            return None
        block = self._blocks[number]
        position = bisect_right(block, item)
        if position < len(block):
            return block[position]
        return self._blocks[number + 1][0] if number + 1 < len(self._blocks) else None

    def before(self, item: Item) -> Item | None:
        """Return the largest item that is smaller than `item`, None if there is none."""
        number = self._block_of(item)
        if number < len(self._blocks):
            position = bisect_left(self._blocks[number], item)
            if position:
                return self._blocks[number][position - 1]
        return self._blocks[number - 1][-1] if number else None

    def first(self) -> Item | None:
        """Return the smallest item, None if there is none."""
        return self._blocks[0][0] if self._blocks else None

    def last(self) -> Item | None:
        """Return the largest item, None if there is none."""
        return self._blocks[-1][-1] if self._blocks else None

    def _block_of(self, item: Item) -> int:
        """Return the first block whose largest item is not smaller than `item`."""
        return bisect_left(self._blocks, item, key=_largest)


def _largest(block: list[Item]) -> Item:
    return block[-1]
