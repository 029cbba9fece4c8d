"""The right-hand side of the explorer: what the selected topic says, and what it said before."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container, Vertical
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from mqttui.payload.printable import printable
from mqttui.payload.value_path import path_text
from mqttui.ui.commands.history import PANE_COMMANDS
from mqttui.ui.shown_value import ShownValue
from mqttui.ui.tabs.registry import TABS, VALUE
from mqttui.ui.tabs.tab import LiveWanted, MessageWanted, Numbered, Shown
from mqttui.ui.widgets.branch_summary import branch_facts, recent_rows, survey
from mqttui.ui.widgets.cells import Cells, Lines, flowed, ruled
from mqttui.ui.widgets.message_facts import (
    history_heading,
    kind_row,
    message_facts,
    notes_of,
    topic_row,
)
from mqttui.ui.widgets.message_list import MessageList, heading_cells
from mqttui.ui.widgets.value_view import ValueView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Click, Resize

    from mqttui.core.node import Entry, TopicNode
    from mqttui.payload.folding import Path
    from mqttui.payload.tree import Node
    from mqttui.ui.tabs.tab import MessageTab
    from mqttui.ui.workspace import Workspace

ONE_FACTS_ROW_FROM_WIDTH = 62
STACKED_FROM_HEIGHT = 14
FLAT_FROM_WIDTH = 64
HEX_16_FROM_WIDTH = 73
HEX_8_FROM_WIDTH = 40
SURVEY_INTERVAL_S = 1.0


class MessagePane(Vertical):
    """Shows one node of the topic tree: a topic's value and last messages, or a branch in sum.

    The app calls `show_node` when the selection changes and `refresh_frame` once per frame, both
    with wall-clock seconds. A frame in which nothing changed paints nothing; a value is decoded
    at most once per frame, and less often when it is expensive.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*PANE_COMMANDS.bindings]

    def __init__(
        self,
        workspace: Workspace,
        *,
        id: str | None = None,  # noqa: A002
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(id=id)
        self._workspace = workspace
        self._tab = VALUE
        self._tabs: dict[str, MessageTab] = {}
        self._node: TopicNode | None = None
        self._now = 0.0
        limit_bytes = workspace.preferences.shown_limit_bytes
        self._shown = ShownValue(workspace.reader, limit_bytes, clock)
        self._may_finish = True
        self._is_making_picture = False
        self._is_arranged_for_branch = True
        self._frozen: Numbered | None = None
        self._against: Numbered | None = None
        self._reader_version = 0
        self._surveyed_at = float("-inf")
        self._face: tuple[object, ...] = ()
        self._head = Lines(id="message-head")
        self._body = Container(id="message-body")
        self._value = ValueView(id="message-value")
        self._list_head = Lines(id="message-list-head")
        self._list = MessageList(workspace.reader.one_line, id="message-list")
        self._recent = Lines(id="branch-recent")

    def compose(self) -> ComposeResult:
        """Yield the header, the value, the last messages, and the summary of a branch."""
        yield self._head
        with self._body:
            yield self._value
            with Vertical(id="message-past"):
                yield self._list_head
                yield self._list
        yield self._recent

    def on_mount(self) -> None:
        """Begin with nothing selected."""
        self._arrange()
        self._show_tab_names()

    @property
    def tab(self) -> str:
        """The name of the tab that is shown for topics."""
        return self._tab

    async def show_tab(self, name: str) -> None:
        """Show another tab, made if it was never shown; the keyboard stays in the pane."""
        had_focus = self.has_focus_within
        kind = next(kind for kind in TABS if kind.name == name)
        if kind.load is not None and name not in self._tabs:
            tab = kind.load()(self._workspace)
            self._tabs[name] = tab
            await self.mount(tab, before=self._recent)
        self._tab = name
        self._face = ()
        self._arrange()
        self._show_tab_names()
        if had_focus:
            self.focus_first()
        self.call_after_refresh(self._show_again)

    async def step_tab(self, steps: int) -> None:
        """Show the tab so many places further on, around the end."""
        names = [kind.name for kind in TABS]
        await self.show_tab(names[(names.index(self._tab) + steps) % len(names)])

    def focus_first(self) -> None:
        """Take the keyboard."""
        tab = self._tabs.get(self._tab)
        if tab is not None:
            tab.focus_first()
        else:
            self._value.focus()

    def _show_tab_names(self) -> None:
        """Write the tabs into the frame around the pane, each to be clicked."""
        pieces = []
        for kind in TABS:
            text = f"[{kind.title}]" if kind.name == self._tab else f" {kind.title} "
            action = f"screen.show_tab('{kind.name}')"
            pieces.append(Content.styled(text, Style.from_meta({"@click": action})))
        if isinstance(self.parent, Widget):
            self.parent.border_title = Content.assemble(*pieces)

    @property
    def node(self) -> TopicNode | None:
        """What is shown."""
        return self._node

    @property
    def is_frozen(self) -> bool:
        """Whether an earlier message is shown instead of the last."""
        return self._frozen is not None

    @property
    def shown_entry(self) -> Entry | None:
        """The message that is shown, None for a branch or nothing."""
        if self._frozen is not None:
            return self._frozen.entry
        return self._node.last if self._node is not None else None

    @property
    def shown_number(self) -> int | None:
        """The number of the shown message within its topic, None for a branch or nothing."""
        if self._frozen is not None:
            return self._frozen.number
        return self._node.messages if self._node is not None and self._node.last else None

    def show_node(self, node: TopicNode | None, now: float) -> None:
        """Show another node, live and from its beginning; the same node changes nothing."""
        if node is self._node and node is not None:
            return
        self._node = node
        self._shown.forget()
        self._may_finish = False
        self._frozen = None
        self._against = None
        self._surveyed_at = float("-inf")
        self._face = ()
        self._arrange()
        self._list.show_node(node if node is not None and node.last else None, now)
        self._value.show(None)
        self._value.open_anew()
        self._value.show_beginning()
        self.refresh_frame(now)
        # Widgets that were hidden have no size before the next layout.
        self.call_after_refresh(self._show_again)

    def refresh_frame(self, now: float) -> None:
        """Show what changed since the last frame."""
        self._now = now
        node = self._node
        if not self.is_attached:
            return
        if node is None:
            self._head.show([[("Nothing selected", "dim")]])
        elif node.last is None:
            self._refresh_branch(node, now)
        else:
            if self._is_arranged_for_branch:
                # A branch became a topic while it was shown.
                self._arrange()
                self._list.show_node(node, now)
            self._refresh_topic(node, node.last, now)

    def _arrange(self) -> None:
        is_topic = self._node is not None and self._node.last is not None
        self._is_arranged_for_branch = not is_topic
        self._body.display = is_topic and self._tab == VALUE
        for name, tab in self._tabs.items():
            tab.display = is_topic and name == self._tab
        self._recent.display = self._node is not None and not is_topic
        self.set_class(self._is_flat(), "-flat")
        kind_rows = 0 if self._is_flat() else 1
        self._head.styles.height = 1 + self._facts_rows() + kind_rows

    def _is_flat(self) -> bool:
        """Whether value and last messages stand side by side, since there are few rows."""
        return self.size.height < STACKED_FROM_HEIGHT and self.size.width >= FLAT_FROM_WIDTH

    def _facts_rows(self) -> int:
        return 1 if self.size.width >= ONE_FACTS_ROW_FROM_WIDTH else 2

    def _refresh_topic(self, node: TopicNode, last: Entry, now: float) -> None:
        entry = self._frozen.entry if self._frozen is not None else last
        self._refresh_value(node, entry)
        tab = self._tabs.get(self._tab)
        if tab is not None and tab.size:
            number = self._frozen.number if self._frozen is not None else node.messages
            tab.refresh_frame(Shown(node, entry, number, self._frozen is None, self._against), now)
        width = self._head.size.width
        # Ages and rates are worth painting once a second, a new message at once.
        widths = (width, self._list.row_cells)
        age_s = int(now - entry[0])
        frozen = (self._frozen.number, node.messages) if self._frozen is not None else None
        value = self._shown
        face = (node.messages, node.evicted, age_s, widths, frozen, value.decoded, value.chosen_for)
        if face == self._face:
            return
        self._face = face
        kind: Cells = []
        if value.decoded is not None and value.entry is not None:
            kind = kind_row(value.decoded, value.entry, frozen, width, value.chosen_for)
        facts = message_facts(node, entry, now)
        rows = [topic_row(node, width)]
        if self._is_flat():
            # The whole sentence about an error stands below the value.
            brief: Cells = [(text.strip().partition(":")[0], role) for text, role in kind]
            if self._frozen is not None:
                brief = [(text.strip(), role) for text, role in kind]
            rows += flowed([*brief, *facts[self.is_frozen :]], width, 1)
        else:
            rows += [*flowed(facts, width, self._facts_rows()), kind]
        self._head.show(rows)
        if self._tab != VALUE:
            return
        list_width = self._list_head.size.width
        columns = heading_cells(self._list.row_cells)
        self._list_head.show([history_heading(node, list_width), columns])
        self._list.refresh_frame(now)

    def _refresh_value(self, node: TopicNode, entry: Entry) -> None:
        version = self._workspace.reader.version
        if version != self._reader_version:
            self._reader_version = version
            self._list.forget_values()
        is_other = self._shown.update(
            node,
            entry,
            self._hex_row_bytes_that_fit(),
            is_live=self._frozen is None,
            may_finish=self._may_finish,
        )
        if is_other:
            self._show_value(entry)
            if self._shown.needs_picture:
                self._make_picture(node.path, entry)

    def _show_value(self, entry: Entry) -> None:
        decoded = self._shown.decoded
        if decoded is not None:
            self._value.show(decoded, notes_of(decoded, entry))

    def _make_picture(self, topic: str, entry: Entry) -> None:
        """Make the picture of an image on a thread; one at a time."""
        if not self._is_making_picture:
            self._is_making_picture = True
            self.run_worker(self._show_picture(topic, entry), group="picture")

    async def _show_picture(self, topic: str, entry: Entry) -> None:
        shown = self._shown
        try:
            decoded = await asyncio.to_thread(shown.with_picture, topic, entry)
        finally:
            self._is_making_picture = False
        if not shown.needs_picture or shown.entry is None:
            return
        if shown.entry is entry:
            shown.decoded = decoded
            self._show_value(entry)
        elif self._node is not None:
            self._make_picture(self._node.path, shown.entry)

    def _hex_row_bytes_that_fit(self) -> int:
        width = self._value.row_cells
        return 16 if width >= HEX_16_FROM_WIDTH else 8 if width >= HEX_8_FROM_WIDTH else 4

    def _refresh_branch(self, node: TopicNode, now: float) -> None:
        width = self._head.size.width
        face = (width, self._recent.size)
        if face == self._face and 0 <= now - self._surveyed_at < SURVEY_INTERVAL_S:
            return
        self._face = face
        self._surveyed_at = now
        found = survey(node, wanted=max(1, self._recent.size.height - 1))
        facts = flowed(branch_facts(node, found, now), width, self._facts_rows())
        self._head.show([topic_row(node, width), *facts])
        title = "Last changed below" if found.is_complete else "Lately changed below (a part)"
        rows: list[Cells] = [ruled([(title, "heading")], width)]
        value_of = self._workspace.reader.one_line
        recent = recent_rows(node, found, now, self._recent.size.width, value_of)
        self._recent.show(rows + recent)

    def on_resize(self, event: Resize) -> None:
        """Arrange the facts for the new width."""
        self._arrange()
        self._surveyed_at = float("-inf")
        self._face = ()
        self.call_after_refresh(self._show_again)

    def _show_again(self) -> None:
        if self._now:
            self.refresh_frame(self._now)
        # What was begun is finished with the next frame, since its beginning has been painted.
        self._may_finish = True

    def on_message_list_chosen(self, event: MessageList.Chosen) -> None:
        """Show the chosen message, or go back to the last one."""
        event.stop()
        entry = self._list.entry(event.number) if event.number is not None else None
        self._frozen = None
        self._against = None
        if event.number is not None and entry is not None:
            self._frozen = Numbered(event.number, entry)
        self._shown.hurry()
        self._value.show_beginning()
        self.refresh_frame(self._now)

    async def on_message_wanted(self, event: MessageWanted) -> None:
        """Show a message that was chosen in a tab, in the tab that suits it."""
        event.stop()
        self._frozen = event.wanted
        self._against = event.against
        self._shown.hurry()
        self._list.choose(event.wanted.number, is_told=False)
        await self.show_tab(event.tab)
        self.focus_first()

    def on_live_wanted(self, event: LiveWanted) -> None:
        """Follow the topic again."""
        event.stop()
        self.action_live()

    def on_value_view_pointed(self, event: ValueView.Pointed) -> None:
        """Name the path to the value under the cursor in the frame around the pane."""
        event.stop()
        pointed = event.view.pointed
        text = ""
        if pointed is not None:
            unit = event.view.pointed_unit
            text = f"${_joined(path_text(pointed[0]))}{f'  {unit}' if unit else ''}"
        if isinstance(self.parent, Widget):
            self.parent.border_subtitle = Content(printable(text))

    def on_click(self, event: Click) -> None:
        """A click on what the value was read as offers the other decoders."""
        if event.widget is self._head and event.y == self._head.size.height - 1:
            event.stop()
            self.run_worker(self.screen.run_action("choose_decoder"))

    @property
    def pointed(self) -> tuple[Path, Node] | None:
        """Path and value under the cursor of the value, None while it has not the keyboard."""
        return self._value.pointed

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to the screen while there is nothing to come back from."""
        if action == "live":
            return self.is_frozen
        return True

    def action_live(self) -> None:
        """Show the last message again and follow the topic."""
        if self._list.cursor is None:
            self._frozen = self._against = None
            self._shown.hurry()
            self._show_again()
        self._list.choose(None)


def _joined(path: str) -> str:
    """Return a path as it follows `$`."""
    return path if not path or path.startswith("[") else f".{path}"
