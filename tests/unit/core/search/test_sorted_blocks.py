"""Sorted blocks against a plain sorted list."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.search import sorted_blocks
from mqttui.core.search.sorted_blocks import SortedBlocks


@given(st.lists(st.integers(0, 60), max_size=300))
def test_blocks_are_a_sorted_list(numbers: list[int]) -> None:
    """Whatever comes and goes: order, length, ranks and neighbours are those of a sorted list."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_blocks, "BLOCK_ITEMS", 4)
        blocks: SortedBlocks[int] = SortedBlocks()
        model: list[int] = []
        for number in numbers:
            if number in model:
                blocks.remove(number)
                model.remove(number)
            else:
                blocks.add(number)
                insort(model, number)
            assert list(blocks) == model
            assert len(blocks) == len(model)
            for wanted in (number, -1, 61):
                after, before = bisect_right(model, wanted), bisect_left(model, wanted)
                assert blocks.rank(wanted) == before
                assert blocks.after(wanted) == (model[after] if after < len(model) else None)
                assert blocks.before(wanted) == (model[before - 1] if before else None)
            assert blocks.first() == (model[0] if model else None)
            assert blocks.last() == (model[-1] if model else None)


@pytest.mark.parametrize("missing", [0, 2, 9])
def test_removing_what_is_not_there_is_an_error(missing: int) -> None:
    """A hit that is counted twice or never would go unnoticed otherwise."""
    blocks: SortedBlocks[int] = SortedBlocks()
    blocks.add(1)
    blocks.add(3)
    with pytest.raises(ValueError, match=str(missing)):
        blocks.remove(missing)
    assert list(blocks) == [1, 3]
