"""The outline against a slow and obvious model of the same tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.core.order import Order
from mqttui.core.outline import Outline
from mqttui.core.search.matcher import matcher_of
from mqttui.core.search.query import Mode, Place, Query
from mqttui.core.store import TopicStore

if TYPE_CHECKING:
    from mqttui.core.node import TopicNode

NOW = 1_000_000.0


def publish(store: TopicStore, *topics: str, now: float = NOW, payload: bytes = b"1") -> None:
    store.apply_messages([(topic.encode(), payload, 0, None) for topic in topics], now)
    store.settle(now)


def finish(outline: Outline, now: float = NOW) -> None:
    """Let the outline work until nothing is left to do."""
    for _ in range(10_000):
        outline.update(now, budget_s=1.0)
        if not outline.is_working:
            return
    raise AssertionError("the outline never comes to rest")


def paths(outline: Outline) -> list[str]:
    return [row.node.path for row in outline.window(0, outline.row_count + 5)]


def make(*topics: str) -> tuple[TopicStore, Outline]:
    store = TopicStore()
    outline = Outline(store)
    publish(store, *topics)
    finish(outline)
    return store, outline


def test_first_level_unfolds_by_itself_but_not_sys() -> None:
    """A newcomer sees the second level of a small tree without a key, and $SYS stays shut."""
    _, outline = make("home/hall/t", "$SYS/broker/uptime", "garden/t")
    assert paths(outline) == ["garden", "garden/t", "home", "home/hall", "$SYS"]


def test_expand_and_collapse_one_branch() -> None:
    """Expanding shows the children of one branch and collapsing hides all that is below."""
    store, outline = make("a/b/c", "a/b/d", "e")
    branch = store.root.children["a"].children["b"]  # type: ignore[index]
    outline.expand(branch)
    assert paths(outline) == ["a", "a/b", "a/b/c", "a/b/d", "e"]
    outline.collapse(branch.parent)  # type: ignore[arg-type]
    assert paths(outline) == ["a", "e"]
    outline.expand(branch.parent)  # type: ignore[arg-type]
    finish(outline)
    assert paths(outline) == ["a", "a/b", "a/b/c", "a/b/d", "e"]


def test_a_topic_that_becomes_a_branch_unfolds_when_all_are_expanded() -> None:
    """After "expand all", what comes later is shown unfolded too."""
    store, outline = make("a", "b/c")
    outline.expand_all()
    finish(outline)
    publish(store, "a/x/y", "b/c/d")
    finish(outline)
    assert paths(outline) == ["a", "a/x", "a/x/y", "b", "b/c", "b/c/d"]


def test_filter_finds_a_branch_that_becomes_a_topic_later() -> None:
    """A level that existed as a branch is listed as soon as something is published on it."""
    store, outline = make("a/b")
    outline.search_for(Query("+"))
    finish(outline)
    assert paths(outline) == []
    publish(store, "a")
    finish(outline)
    assert paths(outline) == ["a"]


def test_a_topic_whose_payload_matches_no_longer_leaves_the_filter() -> None:
    """A filter by payload follows the payloads, branches without a hit included."""
    store, outline = make("lab/a/status", "lab/b/status")
    publish(store, "lab/a/status", "lab/b/status", payload=b"offline")
    outline.search_for(Query("offline", place=Place.PAYLOADS))
    finish(outline)
    assert paths(outline) == ["lab", "lab/a", "lab/a/status", "lab/b", "lab/b/status"]
    publish(store, "lab/a/status", payload=b"online")
    finish(outline, NOW + 2)
    assert paths(outline) == ["lab", "lab/b", "lab/b/status"]
    publish(store, "lab/a/status", payload=b"offline")
    finish(outline, NOW + 4)
    assert paths(outline) == ["lab", "lab/a", "lab/a/status", "lab/b", "lab/b/status"]


def test_a_search_that_is_no_filter_leaves_all_rows() -> None:
    """Hits are found and nothing is hidden; the same search can become a filter and back."""
    store, outline = make("a/b", "a/c", "d")
    outline.search_for(Query("b"), is_filter=False)
    finish(outline)
    search = outline.search
    assert search is not None
    assert (search.hits, paths(outline)) == (1, ["a", "a/b", "a/c", "d"])
    outline.search_for(Query("b"))
    finish(outline)
    assert (outline.search, paths(outline)) == (search, ["a", "a/b"])
    outline.search_for(Query("b"), is_filter=False)
    finish(outline)
    assert paths(outline) == ["a", "a/b", "a/c", "d"]
    publish(store, "b")
    finish(outline)
    assert search.hits == 2


def test_a_row_that_leaves_during_a_sort_does_not_come_back_with_it() -> None:
    """A sort is done in pieces; who goes meanwhile is gone, who comes back is there once."""
    store = TopicStore()
    ticks = iter(range(10_000_000))
    outline = Outline(store, timer=lambda: float(next(ticks)))
    names = [f"t{number:05d}" for number in range(6_000)]
    publish(store, *names, payload=b"wanted")
    outline.set_order(Order.COUNT)
    outline.search_for(Query("wanted", place=Place.PAYLOADS))
    finish(outline)
    now = NOW + 2
    outline.window(0, 10)
    outline.update(now, budget_s=4.0)
    publish(store, names[5], names[17], payload=b"gone")
    for _ in range(40):
        outline.update(now + 2, budget_s=3.0)
    publish(store, names[17], payload=b"wanted")
    for step in range(400):
        outline.update(now + 4 + step, budget_s=3.0)
        outline.window(0, 10)
    assert sorted(paths(outline)) == [name for name in names if name != names[5]]


def test_collapsing_under_a_filter_leaves_the_tree_without_filter_as_it_was() -> None:
    """What is folded while searching is unfolded again when the search ends."""
    store, outline = make("a/b/c", "a/b/d")
    outline.expand_all()
    finish(outline)
    outline.search_for(Query("c"))
    finish(outline)
    outline.collapse(store.root.children["a"])  # type: ignore[index]
    assert paths(outline) == ["a"]
    outline.search_for(None)
    finish(outline)
    assert paths(outline) == ["a", "a/b", "a/b/c", "a/b/d"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.NAME, ["a", "b", "c", "$SYS"]),
        (Order.RECENT, ["c", "a", "b", "$SYS"]),
        (Order.RATE, ["b", "a", "c", "$SYS"]),
        (Order.COUNT, ["b", "a", "c", "$SYS"]),
    ],
)
def test_orders(order: Order, expected: list[str]) -> None:
    """Each order sorts the topics as it says, with what the broker says of itself at the end."""
    store, outline = make("$SYS")
    for _ in range(50):
        publish(store, "$SYS", now=NOW + 1)
    publish(store, "b", "b", "b", now=NOW + 1)
    publish(store, "a", "a", now=NOW + 2)
    publish(store, "c", now=NOW + 3)
    outline.set_order(order)
    outline.update(NOW + 3)
    outline.window(0, 10)
    for step in range(4):
        outline.update(NOW + 5 + step)
        outline.window(0, 10)
    assert paths(outline) == expected


@pytest.mark.parametrize("order", [Order.RATE, Order.RECENT])
def test_topics_of_the_same_pace_keep_their_places(order: Order) -> None:
    """Boards that send equally often do not swap places with every jitter of their timing."""
    store, outline = make("a", "b", "c")
    outline.set_order(order)
    now = NOW
    for step in range(300):
        now += 0.1
        names = ["a", "b", "c"] if step % 2 else ["c", "b", "a"]
        publish(store, names[step % 3], now=now)
        outline.update(now)
        outline.window(0, 10)
        if step > 100:
            assert paths(outline) == ["a", "b", "c"]


def test_a_long_branch_is_sorted_over_several_updates() -> None:
    """An order that changes is brought up to date in pieces that honour the budget."""
    store = TopicStore()
    ticks = iter(range(10_000_000))
    outline = Outline(store, timer=lambda: float(next(ticks)))
    publish(store, *(f"t{i:05d}" for i in range(9_000)))
    while outline.row_count < 9_000:
        outline.update(NOW, budget_s=3.0)
    outline.set_order(Order.COUNT)
    publish(store, "t04242")
    outline.window(0, 10)
    updates = 0
    while outline.window(0, 1)[0].node.path != "t04242":
        outline.update(NOW + 10, budget_s=3.0)
        updates += 1
        assert updates < 1_000
    assert updates > 1
    assert sorted(paths(outline)) == [f"t{i:05d}" for i in range(9_000)]


def test_search_is_done_in_slices() -> None:
    """A filter over many topics honours the budget and says that it is still searching."""
    store = TopicStore()
    ticks = iter(range(10_000_000))
    outline = Outline(store, timer=lambda: float(next(ticks)))
    publish(store, *(f"r/t{i:05d}" for i in range(3_000)))
    finish(outline)
    outline.search_for(Query("t0000"))
    outline.update(NOW, budget_s=2.0)
    assert outline.is_working
    finish(outline)
    assert outline.search is not None
    assert outline.search.hits == 10


# A model that lists every row, for trees small enough to do so.

levels = st.sampled_from(["a", "b", "c", "A", "$x", "", "ü"])
topics = st.lists(levels, min_size=1, max_size=4).map("/".join)
steps = st.one_of(
    st.tuples(st.just("publish"), st.lists(topics, min_size=1, max_size=8)),
    st.tuples(st.just("publish c"), st.lists(topics, min_size=1, max_size=8)),
    st.tuples(st.just("toggle"), st.integers(0, 30)),
    st.tuples(st.just("expand branch"), st.integers(0, 30)),
    st.tuples(st.just("collapse branch"), st.integers(0, 30)),
    st.tuples(st.just("all"), st.booleans()),
    st.tuples(
        st.just("search"),
        st.tuples(
            st.sampled_from(["", "a", "+/b", "a/#", "#", "$x", "b#", "c"]),
            st.sampled_from([Mode.AUTO, Mode.TEXT, Mode.FUZZY]),
            st.sampled_from(list(Place)),
            st.booleans(),
        ),
    ),
    st.tuples(st.just("order"), st.sampled_from(list(Order))),
    st.tuples(st.just("work"), st.floats(1, 50)),
)


def is_hit(node: TopicNode, query: Query) -> bool:
    """Return whether a topic matches as it is now."""
    judge = matcher_of(query).judge
    if node.topic is None or node.last is None or judge is None:
        return False
    return (query.looks_in_topics and judge(node.topic) is not None) or (
        query.looks_in_payloads and judge(node.last[1]) is not None
    )


def expected_rows(store: TopicStore, outline: Outline) -> set[str]:
    """Return the paths that must be visible, found by walking the whole tree."""
    search = outline.search

    def is_listed(node: TopicNode) -> bool:
        if search is None or not outline.is_filtered or is_hit(node, search.query):
            return True
        return any(is_listed(child) for child in (node.children or {}).values())

    rows: set[str] = set()

    def walk(node: TopicNode) -> None:
        for child in (node.children or {}).values():
            if is_listed(child):
                rows.add(child.path)
                if outline.is_expanded(child):
                    walk(child)

    walk(store.root)
    return rows


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=25))
def test_rows_are_those_of_the_model_whatever_happens(
    todo: list[tuple[str, object]],
) -> None:
    """After any sequence of events the rows are those of the model, each once, parents first."""
    store = TopicStore()
    ticks = iter(range(10_000_000))
    outline = Outline(store, timer=lambda: float(next(ticks)))
    now = NOW
    for action, argument in todo:
        now += 0.7
        if action == "publish":
            publish(store, *argument, now=now)  # type: ignore[misc]
        elif action == "publish c":
            publish(store, *argument, now=now, payload=b"c")  # type: ignore[misc]
        elif action == "search":
            text, mode, place, is_filter = argument  # type: ignore[misc]
            query = Query(text, mode, place) if text else None  # type: ignore[has-type]
            outline.search_for(query, is_filter=is_filter)  # type: ignore[has-type]
        elif action == "order":
            outline.set_order(argument)  # type: ignore[arg-type]
        elif action == "all":
            (outline.expand_all if argument else outline.collapse_all)()
        elif action == "work":
            outline.update(now, budget_s=argument)  # type: ignore[arg-type]
        else:
            rows = outline.window(argument, 1)  # type: ignore[arg-type]
            if rows:
                act = {
                    "toggle": outline.toggle,
                    "expand branch": outline.expand_branch,
                    "collapse branch": outline.collapse_branch,
                }[action]
                act(rows[0].node)
        outline.window(0, 12)
    finish(outline, now + 2)
    finish(outline, now + 2)
    rows = outline.window(0, 10_000)
    seen = [row.node.path for row in rows]
    assert len(seen) == len(set(seen)) == outline.row_count
    assert set(seen) == expected_rows(store, outline)
    for index, row in enumerate(rows):
        assert outline.index_of(row.node) == index
        assert outline.window(index, 1)[0] == row
        parent = row.node.parent
        if parent is not None and parent.parent is not None:
            parent_index = outline.index_of(parent)
            assert parent_index is not None
            assert parent_index < index
            assert rows[parent_index].is_expanded
    if outline.order is Order.NAME:
        for parent in {row.node.parent for row in rows}:
            names = [
                (row.depth == 0 and row.node.name.startswith("$"), row.node.name)
                for row in rows
                if row.node.parent is parent
            ]
            assert names == sorted(names)


def test_nearest_visible_is_the_closest_ancestor_in_sight() -> None:
    """A selected topic inside a collapsed branch is represented by that branch."""
    store, outline = make("a/b/c/d")
    node = store.find("a/b/c/d")
    assert node is not None
    nearest = outline.nearest_visible(node)
    assert nearest is not None
    assert nearest.path == "a/b"
    outline.reveal(node)
    assert outline.nearest_visible(node) is node
