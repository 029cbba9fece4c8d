"""Panes share the screen, become tabs where it is small, and can be moved and maximised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.ui.pane_layout import (
    LEAST_MESSAGE_CELLS,
    LEAST_TREE_CELLS,
    Arrangement,
    Edge,
    Pane,
    Shares,
    arrangement_of,
    json_of,
    shares_of,
)


@pytest.fixture
def house(source):
    """Let a few topics wait in the source."""
    for room in ("attic", "kitchen", "porch"):
        source.publish(f"house/{room}/temperature", f"{len(room)}.5")
    return source


def bench_of(explorer):
    """Return the workbench."""
    return explorer.app.screen.query_one("#workbench")


def region(explorer, selector):
    """Return where a widget is, None if it is not in sight."""
    widget = explorer.app.screen.query_one(selector)
    shown = all(node.display for node in widget.ancestors_with_self if node is not explorer.app)
    return widget.region if shown else None


async def drag(explorer, from_, to) -> None:
    """Press the mouse at one place of the screen, move it to another and let it go."""
    await explorer.pilot.mouse_down(offset=from_)
    await explorer.pilot.hover(offset=to)
    await explorer.pilot.mouse_up(offset=to)
    await explorer.settle()


@pytest.mark.parametrize(
    ("size", "dock_cells", "arrangement"),
    [
        ((160, 48), 0, Arrangement.BESIDE),
        ((160, 48), 18, Arrangement.BESIDE),
        ((160, 12), 10, Arrangement.TABBED),
        ((100, 22), 18, Arrangement.TABBED),
        ((80, 22), 0, Arrangement.STACKED),
        ((80, 22), 10, Arrangement.TABBED),
        ((80, 48), 18, Arrangement.STACKED),
        ((80, 10), 0, Arrangement.TABBED),
    ],
)
def test_how_panes_stand(size, dock_cells, arrangement) -> None:
    """Wide terminals show them side by side, small ones as tabs."""
    assert arrangement_of(*size, dock_cells) is arrangement


@given(cells=st.integers(-50, 400), total=st.integers(60, 300))
def test_no_pane_is_squeezed_away(cells, total) -> None:
    """Wherever a line is dragged, both sides keep their least."""
    moved = Shares().with_cells(Edge.BESIDE, cells, total)
    tree = moved.cells(Edge.BESIDE, total)
    assert tree >= LEAST_TREE_CELLS - 1
    assert total - tree >= LEAST_MESSAGE_CELLS - 1


def test_shares_are_remembered_and_nonsense_is_not_taken() -> None:
    """What is written is read again."""
    shares = Shares(tree_of_width=0.4, dock_of_height=0.3)
    assert shares_of(json_of(shares)) == shares
    nonsense = {"tree_of_width": 7, "tree_of_height": "half", "dock_of_height": True}
    assert shares_of(nonsense) == shares_of([0.5]) == shares_of(None) == Shares()


async def test_a_line_is_dragged_and_put_back_by_a_double_click(explore, house) -> None:
    """The mouse takes hold of the frame on either side of the line."""
    async with explore(160, 50) as explorer:
        assert region(explorer, "#tree-frame").width == 80
        await drag(explorer, (79, 20), (59, 22))
        assert region(explorer, "#tree-frame").width == 60
        assert region(explorer, "#pane-frame").x == 60
        await drag(explorer, (60, 30), (100, 30))
        assert region(explorer, "#tree-frame").width == 100
        await drag(explorer, (100, 30), (3, 30))
        assert region(explorer, "#tree-frame").width == LEAST_TREE_CELLS
        await explorer.pilot.double_click(offset=(LEAST_TREE_CELLS, 30))
        await explorer.settle()
        assert region(explorer, "#tree-frame").width == 80


async def test_the_line_above_the_dock_is_dragged(explore, house) -> None:
    """A panel gets more room, and the panes keep some."""
    async with explore(160, 50) as explorer:
        await explorer.press("p", "escape")
        dock = region(explorer, "#dock")
        await drag(explorer, (40, dock.y), (40, dock.y - 6))
        assert region(explorer, "#dock").height == dock.height + 6
        await drag(explorer, (40, dock.y - 6), (40, 0))
        assert region(explorer, "#tree-frame").height >= 8


async def test_a_stacked_line_is_dragged(explore, house) -> None:
    """On a narrow terminal the line lies between the panes."""
    async with explore(80, 24) as explorer:
        tree = region(explorer, "#tree-frame")
        await drag(explorer, (40, tree.bottom - 1), (40, tree.bottom + 2))
        assert region(explorer, "#tree-frame").height == tree.height + 3


async def test_keys_move_lines_too(explore, house) -> None:
    """What the mouse can do, keys can; = puts everything back."""
    async with explore(160, 50) as explorer:
        await explorer.press("ctrl+left", "ctrl+left")
        assert region(explorer, "#tree-frame").width == 76
        await explorer.press("ctrl+right")
        assert region(explorer, "#tree-frame").width == 78
        await explorer.press("p", "escape")
        before = region(explorer, "#dock").height
        await explorer.press("ctrl+up")
        assert region(explorer, "#dock").height == before + 1
        await explorer.press("equals_sign")
        assert region(explorer, "#tree-frame").width == 80
        assert region(explorer, "#dock").height == before


async def test_clicks_and_scrolling_in_a_pane_move_no_line(explore, house) -> None:
    """Only the frames between panes are lines."""
    async with explore(160, 50) as explorer:
        await drag(explorer, (20, 5), (30, 8))
        await drag(explorer, (78, 5), (60, 5))
        assert region(explorer, "#tree-frame").width == 80


async def test_click_on_the_tab_of_the_topics_goes_to_the_tree(explore, house) -> None:
    """While a search is open the next keys are not typed into it."""
    async with explore(80, 24) as explorer:
        await explorer.press("p", "escape", "slash", *"a", "enter", "tab")
        assert "[Message]" in explorer.screen()[1]
        await explorer.pilot.click(offset=(explorer.screen()[1].index("Topics"), 1))
        await explorer.settle()
        assert "[Topics]" in explorer.screen()[1]
        assert explorer.tree.has_focus


async def test_panes_are_tabs_where_a_panel_leaves_too_little(explore, house) -> None:
    """At 80×24 each pane has the whole screen, and every one can be reached by key and mouse."""
    async with explore(80, 24) as explorer:
        await explorer.press("E", "end", "p")
        assert bench_of(explorer).arrangement is Arrangement.TABBED
        assert region(explorer, "#tree-frame") is None
        assert region(explorer, "#dock").height == 21
        assert "[Publish]" in explorer.screen()[1]
        await explorer.press("escape")
        assert "[Topics]" in explorer.screen()[1]
        assert explorer.tree.has_focus
        assert region(explorer, "#tree-frame").height == 21
        await explorer.press("tab")
        assert "[Message]" in explorer.screen()[1]
        assert region(explorer, "#pane-frame").height == 21
        await explorer.press("shift+tab")
        assert explorer.tree.has_focus
        at = explorer.screen()[1].index("Message")
        await explorer.pilot.click(offset=(at, 1))
        await explorer.settle()
        assert "[Message]" in explorer.screen()[1]
        await explorer.press("escape")
        assert explorer.tree.has_focus
        await explorer.press("escape")
        assert bench_of(explorer).arrangement is Arrangement.STACKED
        assert region(explorer, "#pane-frame") is not None


async def test_tab_goes_round_all_panes_and_through_all_fields(explore, house) -> None:
    """Every field of a panel is visited before the next tab."""
    async with explore(80, 24) as explorer:
        await explorer.press("E", "end", "p")
        bench = bench_of(explorer)
        seen = []
        for _ in range(40):
            if not seen or seen[-1] is not bench.front:
                seen.append(bench.front)
            await explorer.press("tab")
            if seen[-1] is Pane.TREE and bench.front is Pane.MESSAGE and len(seen) > 3:
                break
        assert seen[:4] == [Pane.DOCK, Pane.TREE, Pane.MESSAGE, Pane.DOCK]


async def test_a_branch_can_be_read_behind_its_tab_and_left_again(explore, house) -> None:
    """A pane in which nothing takes keys is no trap."""
    async with explore(80, 12) as explorer:
        await explorer.press("home", "tab")
        assert bench_of(explorer).front is Pane.MESSAGE
        assert any("house" in line for line in explorer.screen()[2:])
        await explorer.press("tab")
        assert explorer.tree.has_focus
        await explorer.press("shift+tab", "escape")
        assert explorer.tree.has_focus


async def test_z_gives_a_pane_all_room_and_takes_it_back(explore, house) -> None:
    """Maximised, the other panes are tabs; esc and a click go back as well."""
    async with explore(160, 50) as explorer:
        await explorer.press("E", "end", "z")
        assert region(explorer, "#tree-frame").width == 160
        assert region(explorer, "#pane-frame") is None
        assert "z: all panes" in explorer.screen()[1]
        await explorer.press("tab")
        assert region(explorer, "#pane-frame").width == 160
        await explorer.press("escape")
        assert region(explorer, "#tree-frame").width == 80
        await explorer.press("z")
        at = explorer.screen()[1].index("z: all")
        await explorer.pilot.click(offset=(at, 1))
        await explorer.settle()
        assert region(explorer, "#pane-frame").width == 80


async def test_a_resized_terminal_is_arranged_anew(explore, house) -> None:
    """The share stays when the terminal changes its size."""
    async with explore(160, 50) as explorer:
        await drag(explorer, (79, 20), (39, 20))
        await explorer.pilot.resize_terminal(80, 24)
        await explorer.settle()
        assert bench_of(explorer).arrangement is Arrangement.STACKED
        await explorer.pilot.resize_terminal(120, 36)
        await explorer.settle()
        assert region(explorer, "#tree-frame").width == 30
