"""Is it really retained? The broker's answer, in a few lines over the key bar."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mqttui.core.retained.check import Answer, retained_answer
from mqttui.core.retained.report import messages_text
from mqttui.core.retained.scope import Scope
from mqttui.payload.printable import printable, topic_text
from mqttui.payload.quantities import duration_text, size_text
from mqttui.ui.glyphs import DIFFERENT, FAILED, RETAINED
from mqttui.ui.widgets.cells import Cells, Lines, fitted, fitted_end

if TYPE_CHECKING:
    from mqttui.core.node import TopicNode
    from mqttui.core.retained.fetching import RetainedFetch
    from mqttui.ui.workspace import Workspace

SENTENCE_ROWS = 3
_MARKS = {
    Answer.SAME: RETAINED,
    Answer.NOTHING: FAILED,
    Answer.OTHER: DIFFERENT,
    Answer.UNKNOWN: "?",
}


class RetainedAnswer(Lines):
    """Asks for one topic or counts below a branch; hidden until it is asked. `draw` polls."""

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.display = False
        self._workspace = workspace
        self._node: TopicNode | None = None
        self._fetch: RetainedFetch | None = None

    def ask(self, node: TopicNode) -> None:
        """Ask for a topic, or for everything below a branch on which nothing was published."""
        self.close()
        self._node = node
        self.display = True
        scope = Scope(node.path, is_branch=node.topic is None)
        # Reading the broker's own topics does no harm.
        problem = None if node.path.startswith("$") else scope.problem
        if problem is not None:
            self._say([(problem, "warning")])
            return
        self._fetch = self._workspace.source.fetch_retained(scope.topic_filter)
        self._say([("Asking the broker ...", "dim")])

    def close(self) -> None:
        """Give up the question and hide."""
        if self._fetch is not None:
            self._fetch.cancel()
        self._node = self._fetch = None
        self.display = False

    def leave(self, node: TopicNode | None) -> None:
        """Hide when another topic than that of the answer is selected."""
        if self._node is not None and node is not self._node:
            self.close()

    def draw(self) -> None:
        """Show the answer once it is there; the mark in the tree follows it."""
        fetch, node = self._fetch, self._node
        if fetch is None or node is None or not fetch.status.is_done:
            return
        self._fetch = None
        if node.topic is None:
            self._show_branch(fetch, node)
            return
        answer = retained_answer(fetch, node.last)
        if answer.is_retained is not None:
            self._workspace.store.note_retained(node.topic, is_retained=answer.is_retained)
        role = "fact" if answer.answer is Answer.SAME else "warning"
        rows = [(f"{_MARKS[answer.answer]} {answer.sentence}", role)]
        if answer.difference is not None:
            rows.append((answer.difference, "value"))
        self._say(rows)

    def _show_branch(self, fetch: RetainedFetch, node: TopicNode) -> None:
        status = fetch.status
        took = duration_text(status.took_s)
        if not status.is_complete:
            why = printable(status.problem or "")
            self._say([(f"? Not known after {took}. {why}", "warning")])
            return
        retained = {message.topic for message in fetch.messages}
        self._workspace.store.note_retained_below(node, retained)
        size = f", {size_text(status.size_bytes)}" if status.count else ""
        below = f"{messages_text(status.count)} retained below this branch{size}"
        words = f"{RETAINED} {below} (answered in {took})"
        self._say([(words, "fact")])

    def _say(self, rows: list[tuple[str, str]]) -> None:
        node = self._node
        assert node is not None
        width = max(20, self.screen.size.width - 2)
        path = node.path[-4 * width :].encode("utf-8", "surrogateescape")
        lines: list[Cells] = [[(fitted_end(topic_text(path), width), "topic")]]
        (first, role), *others = rows
        lines += [[(line, role)] for line in textwrap.wrap(first, width)[:SENTENCE_ROWS]]
        lines += [[(fitted(text, width), role)] for text, role in others]
        before = len(self.rows)
        self.show(lines)
        if before != len(lines):
            self.refresh(layout=True)

    def on_click(self) -> None:
        """Hide."""
        self.close()
