"""Which rows of the topic tree are visible: expansion, search and order.

New topics, a search and a changed order are worked in bit by bit by `update`, so that no call
takes long however many topics there are.
"""

from __future__ import annotations

from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from mqttui.core.expansion import Expansion
from mqttui.core.order import Order, is_of_the_broker, sort_key
from mqttui.core.sliced_sort import sorted_in_slices
from mqttui.core.visible_rows import OpenBranch, VisibleRows

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from mqttui.core.node import TopicNode
    from mqttui.core.search.query import Query
    from mqttui.core.search.search import Search
    from mqttui.core.store import TopicStore

RESORT_INTERVAL_S = 1.0
"""How often an order that changes by itself (recent, rate, count) is brought up to date."""

AUTO_EXPAND_ROWS = 200
"""Up to this many rows, branches of the first level open by themselves."""

STEP = 256
"""Topics that are taken in between two looks at the clock."""


class Row(NamedTuple):
    """One visible row; `depth` counts from 0 for the first level."""

    node: TopicNode
    depth: int
    is_branch: bool
    is_expanded: bool


class Outline:
    """The visible rows of a store's tree.

    Branches are named by their nodes, so that what a caller holds stays right whatever happens
    to the tree. `revision` grows whenever rows appear, vanish or move.
    """

    def __init__(self, store: TopicStore, timer: Callable[[], float] = perf_counter) -> None:
        self._store = store
        self._timer = timer
        self._additions = store.follow_additions()
        self._search: Search | None = None
        self._filter: Search | None = None
        self._filter_expansion = Expansion(is_open_by_default=True)
        self._order = Order.NAME
        self._expansion = Expansion(is_open_by_default=False)
        self._opens_by_itself = True
        self._to_open: deque[TopicNode] = deque()
        self._in_view: list[OpenBranch] = []
        self._unused: list[VisibleRows | Search] = []
        self._now = 0.0
        self.revision = 0
        self._rows = VisibleRows(store.root, [])
        self._rebuild()

    # What is visible

    @property
    def row_count(self) -> int:
        """How many rows there are in all."""
        return self._rows.count

    @property
    def began_at(self) -> float:
        """When the first message was received, in seconds since the epoch; 0 before."""
        return self._store.root.first_seen_at

    @property
    def order(self) -> Order:
        """The order in use."""
        return self._order

    @property
    def is_working(self) -> bool:
        """Whether a search or an expansion is still being worked in."""
        return bool(self._to_open) or (self._search is not None and self._search.is_searching)

    @property
    def has_backlog(self) -> bool:
        """Whether `update` has anything to work in: new topics, a search, an expansion."""
        return bool(self._additions.nodes or self._additions.topics) or self.is_working

    @property
    def search(self) -> Search | None:
        """What is looked for, None if nothing is."""
        return self._search

    @property
    def is_filtered(self) -> bool:
        """Whether only hits are shown, with their ancestors."""
        return self._filter is not None

    def window(self, first: int, count: int) -> list[Row]:
        """Return up to `count` rows from row `first` on (0 is the top)."""
        rows = self._rows.window(first, count)
        in_view = {self._store.root: self._rows.root}
        for node, opened in rows:
            if opened is not None:
                in_view[node] = opened
            parent = node.parent
            while parent is not None and parent not in in_view:
                branch = self._rows.branch(parent)
                assert branch is not None
                in_view[parent] = branch
                parent = parent.parent
        self._in_view = list(in_view.values())
        return [
            Row(node, node.depth, self._has_rows_below(node), opened is not None)
            for node, opened in rows
        ]

    def index_of(self, node: TopicNode) -> int | None:
        """Return the row of `node`, None when it is not visible."""
        index = 0
        level: TopicNode | None = node
        while level is not None and level.parent is not None:
            if not self._is_listed(level):
                return None
            before = self._rows.rows_before(level, self._fixed_key(level.parent))
            if before is None:
                return None
            index += before + 1
            level = level.parent
        return index - 1

    def nearest_visible(self, node: TopicNode) -> TopicNode | None:
        """Return `node` or its closest ancestor that is visible, None if there is none."""
        candidate: TopicNode | None = node
        while candidate is not None and candidate.parent is not None:
            if self.index_of(candidate) is not None:
                return candidate
            candidate = candidate.parent
        return None

    def is_expanded(self, node: TopicNode) -> bool:
        """Return whether the children of `node` are shown when `node` is."""
        return self._wishes.is_open(node)

    # What the user does

    def toggle(self, node: TopicNode) -> None:
        """Expand `node` if it is collapsed and the other way round."""
        if self.is_expanded(node):
            self.collapse(node)
        else:
            self.expand(node)

    def expand(self, node: TopicNode) -> None:
        """Show the children of `node`."""
        self._take_over()
        self._wishes.set_open(node, True)
        self._open(node)

    def collapse(self, node: TopicNode) -> None:
        """Hide what is below `node`."""
        self._take_over()
        self._wishes.set_open(node, False)
        self._close(node)

    def expand_branch(self, node: TopicNode) -> None:
        """Show everything below `node`; a large branch unfolds over the next updates."""
        self._take_over()
        self._wishes.set_subtree(node, True)
        opened = self._rows.branch(node)
        self._to_open.extend((node,) if opened is None else opened.order)

    def collapse_branch(self, node: TopicNode) -> None:
        """Hide what is below `node` and forget what was expanded there."""
        self._take_over()
        self._wishes.set_subtree(node, False)
        self._close(node)

    def expand_all(self) -> None:
        """Show everything, also what comes later; unfolds over the next updates."""
        self._set_all(is_open=True)

    def collapse_all(self) -> None:
        """Show the first level only."""
        self._set_all(is_open=False)

    def reveal(self, node: TopicNode) -> None:
        """Expand all ancestors of `node`; does not change a filter that hides it."""
        ancestors = []
        above = node.parent
        while above is not None and above.parent is not None:
            ancestors.append(above)
            above = above.parent
        for ancestor in reversed(ancestors):
            if self._rows.branch(ancestor) is None:
                self.expand(ancestor)

    def search_for(self, query: Query | None, *, is_filter: bool = True) -> None:
        """Look for `query`; None ends the search.

        With `is_filter` only hits are shown. The search itself is done by `update`, bit by bit.
        """
        is_same = query == (self._search.query if self._search is not None else None)
        if is_same and (is_filter and query is not None) == self.is_filtered:
            return
        self._take_additions(None)
        was_filtered = self.is_filtered
        if not is_same:
            if self._search is not None:
                self._unused.append(self._search)
            self._search = _begun_search(self._store, query) if query is not None else None
            self._filter_expansion = Expansion(is_open_by_default=True)
        self._filter = self._search if is_filter else None
        if was_filtered or self.is_filtered:
            self._rebuild()

    def set_order(self, order: Order) -> None:
        """Sort the children of every branch by `order`."""
        if order is self._order:
            return
        self._take_additions(None)
        self._order = order
        self._rebuild()

    # What time does

    def update(self, now: float, budget_s: float = 0.004) -> bool:
        """Take in what is new, for about `budget_s`; return whether rows changed.

        `now` is in seconds since the epoch.
        """
        self._now = now
        before = self.revision
        deadline = self._timer() + budget_s
        if self._take_additions(deadline):
            self._unfold(deadline)
            self._look(deadline)
            self._refresh_order(deadline)
            self._tidy(deadline)
        return self.revision != before

    def _take_additions(self, deadline: float | None) -> bool:
        """Take in new nodes; return whether all of them could be."""
        if self._search is not None:
            self._search.await_topics(self._additions.topics)
        self._additions.topics.clear()
        if self._filter is not None:
            self._additions.nodes.clear()
            return True
        waiting = self._additions.nodes
        while waiting:
            some = waiting[:STEP]
            del waiting[:STEP]
            self._show(some)
            if deadline is not None and self._timer() > deadline:
                break
        return not waiting

    def _unfold(self, deadline: float) -> None:
        """Open what the user wants open until all is or the time is up."""
        while self._to_open and self._timer() <= deadline:
            self._open(self._to_open.popleft())

    def _look(self, deadline: float) -> None:
        """Compare topics with what is looked for until all are or the time is up."""
        search = self._search
        if search is None:
            return
        while search.is_searching and self._timer() <= deadline:
            search.look()
            self._take_hits(search)
            self._unfold(deadline)
        while self._timer() <= deadline and search.look_again(self._now):
            self._take_hits(search)
        self._take_hits(search)

    def _take_hits(self, search: Search) -> None:
        """Show nodes that have hits now and hide those that have none any more."""
        gained, lost = search.take_changes()
        if self._filter is None:
            return
        self._show(gained)
        for node in lost:
            assert node.parent is not None
            self._close(node)
            if self._rows.remove(node, self._fixed_key(node.parent)):
                self.revision += 1

    def _refresh_order(self, deadline: float) -> None:
        """Sort the branches in view again when their order may have changed."""
        if self._order is Order.NAME:
            return
        for branch in self._in_view:
            if self._rows.branch(branch.node) is not branch:
                continue
            if branch.sorting is None:
                if self._now - branch.sorted_at < RESORT_INTERVAL_S:
                    continue
                # A copy: what comes before the first piece is worked counts as arrived.
                branch.sorting = sorted_in_slices(list(branch.order), self._key(branch.node))
            while branch.sorting is not None:
                if self._timer() > deadline:
                    return
                self._sort_on(branch, branch.sorting)

    def _tidy(self, deadline: float) -> None:
        """Free what an earlier search, order or expansion has left."""
        while self._unused and self._timer() <= deadline:
            if self._unused[-1].dismantle(STEP):
                self._unused.pop()

    def _sort_on(self, branch: OpenBranch, sorting: Generator[None, None, list[TopicNode]]) -> None:
        """Do one more piece of a sort and put the result in place when it is complete."""
        try:
            next(sorting)
        except StopIteration as finished:
            order = branch.completed(finished.value)
            branch.sorted_at = self._now
            if order != branch.order:
                branch.order = order
                self.revision += 1

    # Opening and closing

    @property
    def _wishes(self) -> Expansion:
        return self._filter_expansion if self._filter is not None else self._expansion

    def _take_over(self) -> None:
        """The user has a wish of their own: from now on nothing opens by itself."""
        self._take_additions(None)
        self._opens_by_itself = False

    def _rebuild(self) -> None:
        """Begin anew with the first level; `update` unfolds the rest."""
        root = self._store.root
        order = self._sorted_children(root)
        self._unused.append(self._rows)
        self._rows = VisibleRows(root, order)
        self._rows.root.sorted_at = self._now
        if self._filter is not None:
            # What was found so far is among the rows; what comes is shown by and by.
            self._filter.take_changes()
        self._in_view = []
        self._to_open = deque(node for node in order if self._wants_to_open(node))
        self.revision += 1

    def _set_all(self, *, is_open: bool) -> None:
        self._take_over()
        if self._filter is not None:
            self._filter_expansion = Expansion(is_open_by_default=is_open)
        else:
            self._expansion = Expansion(is_open_by_default=is_open)
        self._rebuild()

    def _show(self, nodes: list[TopicNode]) -> None:
        """Give rows to nodes that are new or newly listed, parents before their children."""
        arrivals: dict[TopicNode, list[TopicNode]] = {}
        for node in nodes:
            parent = node.parent
            assert parent is not None
            if self._rows.branch(parent) is not None:
                arrivals.setdefault(parent, []).append(node)
            elif parent.parent is not None and self._rows.branch(parent.parent) is not None:
                # A topic has become a branch.
                self._consider_opening(parent)
        for parent, children in arrivals.items():
            branch = self._rows.branch(parent)
            assert branch is not None
            self._rows.insert(branch, children, self._fixed_key(parent))
            self.revision += 1
            for child in children:
                self._consider_opening(child)

    def _consider_opening(self, node: TopicNode) -> None:
        if (
            self._opens_by_itself
            and node.depth == 0
            and not is_of_the_broker(node)
            and self._rows.count <= AUTO_EXPAND_ROWS
        ):
            self._expansion.set_open(node, True)
        if self._wants_to_open(node):
            self._to_open.append(node)

    def _wants_to_open(self, node: TopicNode) -> bool:
        return bool(node.children) and self.is_expanded(node)

    def _open(self, node: TopicNode) -> None:
        """Show the children of `node`, if it is visible, closed and wanted open."""
        if self._rows.branch(node) is not None or not self._wants_to_open(node):
            return
        if not self._is_listed(node):
            return
        assert node.parent is not None
        if self._rows.branch(node.parent) is None:
            return
        order = self._sorted_children(node)
        self._rows.open(node, order, self._now)
        self._to_open.extend(child for child in order if self._wants_to_open(child))
        self.revision += 1

    def _close(self, node: TopicNode) -> None:
        if self._rows.close(node):
            self.revision += 1

    def _has_rows_below(self, node: TopicNode) -> bool:
        if self._filter is not None:
            return self._filter.has_hits_below(node)
        return bool(node.children)

    def _is_listed(self, node: TopicNode) -> bool:
        return self._filter is None or self._filter.hits_within(node) > 0

    def _sorted_children(self, node: TopicNode) -> list[TopicNode]:
        children: Iterable[TopicNode] = node.children.values() if node.children else ()
        if self._filter is not None:
            children = (child for child in children if self._is_listed(child))
        return sorted(children, key=self._key(node))

    def _key(self, branch: TopicNode) -> Callable[[TopicNode], Any]:
        return sort_key(self._order, branch, self._now)

    def _fixed_key(self, branch: TopicNode) -> Callable[[TopicNode], Any] | None:
        """Return the sort key if it never changes, else None."""
        return self._key(branch) if self._order is Order.NAME else None


def _begun_search(store: TopicStore, query: Query) -> Search:
    # Imported here: the first paint can do without it.
    from mqttui.core.search.search import Search

    return Search(store, query)
