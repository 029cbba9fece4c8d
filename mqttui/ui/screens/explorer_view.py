"""What the explorer shows of a connection: topics, the selected one, status, panels."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.style import Style

from mqttui.broker.sys_counters import BrokerReport, SysCounters
from mqttui.core.outline import Outline
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.frame_parts import FrameParts
from mqttui.ui.layout_memory import LayoutKeeper
from mqttui.ui.looks import chosen_theme
from mqttui.ui.pane_layout import Pane
from mqttui.ui.panels.registry import PANELS
from mqttui.ui.widgets.banner import Banner
from mqttui.ui.widgets.key_bar import KeyBar
from mqttui.ui.widgets.status_bar import Facts, RateMeter, StatusBar
from mqttui.ui.widgets.topic_tree import TopicTree
from mqttui.ui.widgets.tree_words import notice_text, subscribed_text, title_text
from mqttui.ui.widgets.workbench import Workbench
from mqttui.ui.workspace import BROKER_SECTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.theme import Theme

    from mqttui.core.message import Batch
    from mqttui.core.node import TopicNode
    from mqttui.core.source import SourceStatus
    from mqttui.ui.connections import ConnectionFace
    from mqttui.ui.panels.panel import Panel
    from mqttui.ui.widgets.connection_tabs import ConnectionTabs
    from mqttui.ui.widgets.dock import Dock
    from mqttui.ui.widgets.message_pane import MessagePane
    from mqttui.ui.widgets.pin_list import PinList
    from mqttui.ui.widgets.retained_answer import RetainedAnswer
    from mqttui.ui.widgets.row_columns import Columns
    from mqttui.ui.widgets.search_bar import SearchBar
    from mqttui.ui.workspace import Workspace

OUTLINE_BUDGET_S = 0.003
STATUS_INTERVAL_S = 0.5
"""Numbers that change faster than this cannot be read."""

FOLLOW_LOOKS_BACK = 64
FRAMES_OF_START = 10
"""Topic hygiene and counting traffic begin when the start is over; they would make it longer."""

SUBTITLE_STYLE = Style.from_meta({"@click": "screen.show_panel('subscriptions')"})
"""A click on the topic filters in the frame of the tree opens their panel."""


class ExplorerView(Screen[None]):
    """Draws one source's store; `draw_tree` and `draw_rest` are called once per frame."""

    AUTO_FOCUS = "TopicTree"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012

    def __init__(
        self,
        workspace: Workspace,
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.is_paused = False
        self._source = workspace.source
        self._store = workspace.store
        self._clock = workspace.clock
        self._wall_clock = workspace.wall_clock
        self._outline = Outline(workspace.store)
        self._keeper = LayoutKeeper(self, workspace.memory)
        self._outline.set_order(self._keeper.layout.order)
        self.theme_name = chosen_theme(workspace.preferences, self._keeper.layout.theme)
        self._meter = RateMeter()
        self._sys_counters = SysCounters()
        self._broker = BrokerReport()
        self._status_at_s = float("-inf")
        self._status: SourceStatus | None = None
        self._messages_at_pause = 0
        self._last_topic: bytes | None = None
        self._titles: tuple[str, str] | None = None
        self._search_bar: SearchBar | None = None
        self._pane: MessagePane | None = None
        self._pins: PinList | None = None
        self._dock: Dock | None = None
        self._opening_panel = asyncio.Lock()
        self._tabs: ConnectionTabs | None = None
        self._answer: RetainedAnswer | None = None
        self._frames_with_messages = 0
        self._failure: str | None = None
        self._parts = FrameParts(self)

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield StatusBar(id="status-bar")
        yield Banner(id="banner")
        with Workbench(self._keeper.layout.shares, id="workbench"):
            with Vertical(id="tree-frame"):
                yield TopicTree(self._outline, wall_clock=self._wall_clock, id="topic-tree")
            # What it frames comes after the first paint.
            yield Vertical(id="pane-frame")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show where things stand before the first frame."""
        self._workbench = self.query_one(Workbench)
        self._tree = self.query_one(TopicTree)
        self._tree.marks = self.workspace.filter_marks
        self._tree.show_columns(self._keeper.layout.columns)
        self.app.theme_changed_signal.subscribe(self, self._note_theme)
        self._status_bar = self.query_one(StatusBar)
        self._banner = self.query_one(Banner)
        self._draw_all()

    def complete(self) -> None:
        """Add the message pane after the next paint: it is a third of the work of the screen."""
        self.call_after_refresh(self._add_pane)

    async def _add_pane(self) -> None:
        # Imported here: the first paint can do without it.
        from mqttui.ui.widgets.message_pane import MessagePane

        frame = self.query_one("#pane-frame")
        if not frame.is_attached or frame.children:
            # The user left at once, or the pane is there.
            return
        pane = MessagePane(self.workspace, id="message-pane")
        await frame.mount(pane)
        self._pane = pane
        self._tree.read_by(self.workspace.reader.one_line)
        pane.show_node(self._tree.selected, self._wall_clock())
        if self.workspace.memory.read("pins"):
            await self._open_pins()
        panel_name = self._keeper.layout.panel
        if panel_name in {kind.name for kind in PANELS}:
            await self._open_panel(panel_name)

    def on_unmount(self) -> None:
        """Remember what was changed a moment ago."""
        self._keeper.finish()
        if self.workspace.watches_broker:
            try:
                self.workspace.memory.write(BROKER_SECTION, self.workspace.broker.to_remember())
            except SettingsError as problem:
                self.app.log.warning(str(problem))

    def on_workbench_moved(self, event: Workbench.Moved) -> None:
        """Remember where the lines are."""
        self._keeper.note(shares=event.shares)

    def _note_theme(self, theme: Theme) -> None:
        """Remember the theme that the user has chosen while this connection is in sight."""
        if self in self.app.screen_stack and theme.name != self.theme_name:
            self.theme_name = theme.name
            self._keeper.note(theme=theme.name)

    def _show_columns(self, columns: Columns) -> None:
        self._tree.show_columns(columns)
        self._keeper.note(columns=columns)

    async def _open_pins(self) -> PinList:
        if self._pins is None:
            # Imported here: the first paint can do without it.
            from mqttui.ui.widgets.pin_list import PinList

            self._pins = PinList(self.workspace, id="pins")
            await self.query_one("#tree-frame").mount(self._pins, before=self._tree)
        return self._pins

    @property
    def is_complete(self) -> bool:
        """Whether every part of the screen is there."""
        return self._pane is not None

    @property
    def selected(self) -> TopicNode | None:
        """The topic or branch under the cursor of the tree."""
        return self._tree.selected

    @property
    def broker(self) -> BrokerReport:
        """What the broker last said of itself."""
        return self._broker

    @property
    def _is_covered(self) -> bool:
        """Whether nothing of this screen is to be seen.

        Textual paints the whole screen on top when anything below it changes.
        """
        top = self.app.screen
        return top is not self and not top.is_modal and top.styles.background.a == 1

    def note_batch(self, batch: Batch) -> None:
        """Remember which topic changed last, for following; the broker's own do not count."""
        for message in batch.messages[: -FOLLOW_LOOKS_BACK - 1 : -1]:
            if not message[0].startswith(b"$"):
                self._last_topic = message[0]
                return

    def draw_tree(self, now: float) -> None:
        """Bring the tree up to date; `now` is in seconds since the epoch."""
        if self._is_covered:
            return
        if not self.is_paused or self._outline.is_working:
            self._outline.update(now, OUTLINE_BUDGET_S)
        if not self.is_paused and self._tree.is_following and self._last_topic is not None:
            node = self._store.find(self._last_topic)
            if node is not None:
                self._tree.follow(node)
        self._tree.refresh_frame(now, is_still=self.is_paused)

    def unfold_more(self) -> bool:
        """Go on with what the outline has not shown yet; return whether there is more of it.

        What was found is painted with the next frame.
        """
        if self._outline.has_backlog and (not self.is_paused or self._outline.is_working):
            self._outline.update(self._wall_clock(), OUTLINE_BUDGET_S)
            return self._outline.has_backlog
        return False

    def draw_rest(self, now: float) -> None:
        """Bring everything else up to date; `now` is in seconds since the epoch."""
        draw = self._parts.draw
        draw("The status", self._draw_status)
        if not self._is_covered:
            draw("The title of the tree", self._draw_titles)
            if self._pane is not None and not self.is_paused:
                draw("The message pane", self._pane.refresh_frame, now)
            if self._pins is not None and not self.is_paused:
                draw("The pins", self._pins.draw, now)
        workspace = self.workspace
        if self.is_complete:
            draw("The log", workspace.note_changes, now, self._broker.dropped_since)
        self._frames_with_messages += self.is_complete and self._store.messages > 0
        is_started = self._frames_with_messages >= FRAMES_OF_START
        if is_started or workspace.counts_traffic:
            draw("Counting traffic", workspace.traffic.update, now)
        if is_started or workspace.watches_broker:
            draw("Watching the broker", workspace.watch_broker, now)
        if (is_started or workspace.inspects_hygiene) and not self.is_paused:
            draw("Topic hygiene", workspace.hygiene.update, now)
            self._tree.careless = workspace.hygiene.report
            if self._tree.is_broken is None:
                # Imported here: the first paint can do without it.
                from mqttui.core.hygiene.samples import is_nearly_json

                self._tree.is_broken = is_nearly_json
        if workspace.follows_boards:
            draw("The boards", workspace.follow_boards, now)
        if self._dock is not None and not self._is_covered:
            draw("The panel", self._dock.draw, now)
        if self._answer is not None and not self._is_covered:
            draw("The answer on what is retained", self._answer.draw)

    def stand_still(self, sentence: str) -> None:
        """Say, from now on, why this connection does not go on."""
        self._failure = sentence
        if self.is_mounted:
            self._tell_now()

    def show_connections(self, faces: Sequence[ConnectionFace]) -> None:
        """Show which connections are open; nothing while this is the only one."""
        if self._tabs is None:
            if len(faces) < 2:
                return
            # Imported here: most runs have one connection.
            from mqttui.ui.widgets.connection_tabs import ConnectionTabs

            self._tabs = ConnectionTabs(id="connection-tabs")
            self.mount(self._tabs, before=0)
        self._tabs.show(faces)

    def _draw_all(self) -> None:
        now = self._wall_clock()
        self.draw_tree(now)
        self.draw_rest(now)

    def _draw_status(self) -> None:
        now_s = self._clock()
        status = self._source.status
        counters = self._source.counters
        per_second = self._meter.per_second(now_s, counters.received)
        if status is self._status and now_s - self._status_at_s < STATUS_INTERVAL_S:
            return
        self._status = status
        self._status_at_s = now_s
        store = self._store
        sys_node = (store.root.children or {}).get("$SYS")
        names = sys_node.children or {} if sys_node is not None else {}
        self._broker = self._sys_counters.read(self._newest_payload, names)
        if self._is_covered:
            return
        self._status_bar.show(
            Facts(
                status=status,
                counters=counters,
                now_s=now_s,
                per_second=per_second,
                topics=store.topics,
                kept_bytes=store.kept_bytes,
                evicted=store.evicted,
                cut=store.cut,
                unlisted=store.unlisted,
                broker=self._broker,
                new_while_paused=store.messages - self._messages_at_pause
                if self.is_paused
                else None,
                is_following=self._tree.is_following,
                is_read_only=self.workspace.is_read_only,
                is_presenting=self.workspace.is_presenting,
                profile=self.workspace.profile,
                unseen_errors=self.workspace.unseen_errors,
                unseen_warnings=self.workspace.unseen_warnings,
            )
        )
        if self.workspace.is_from_form and status.advice is not None:
            from mqttui.ui.screens.connection_words import status_in_form_words

            status = status_in_form_words(status)
        self._banner.show(status, self._failure)
        self._tree.set_notice(notice_text(status, self._outline))

    def _newest_payload(self, topic: bytes) -> bytes | None:
        node = self._store.find(topic)
        return None if node is None or node.last is None else node.last[1]

    def _draw_titles(self) -> None:
        """Say in the frame of the tree what it shows and in which order."""
        outline = self._outline
        if outline.is_filtered and not outline.row_count and self._status is not None:
            # A search comes to its end between two looks at the status.
            self._tree.set_notice(notice_text(self._status, outline))
        marks = self.workspace.filter_marks
        if self._status is not None:
            marks.update(self._status.subscriptions)
        title, subscribed = title_text(outline), subscribed_text(self._status, marks)
        if self._titles != (title, subscribed):
            self._titles = (title, subscribed)
            frame = self.query_one("#tree-frame")
            frame.border_title = Content(title)
            frame.border_subtitle = Content(subscribed).stylize(SUBTITLE_STYLE)
        if self._search_bar is not None and self._search_bar.display:
            self._search_bar.draw(outline.search, self._tree.selected, self._store.topics)

    @on(TopicTree.TopicSelected)
    def show_topic(self, event: TopicTree.TopicSelected) -> None:
        """Explain on the right what is selected on the left."""
        if self._pane is not None:
            self._pane.show_node(event.node, self._wall_clock())
        if self._answer is not None:
            self._answer.leave(event.node)

    @on(TopicTree.FollowChanged)
    def show_following(self) -> None:
        """Tell at once."""
        self._tell_now()

    def _tell_now(self) -> None:
        self._status_at_s = float("-inf")
        self._draw_status()

    async def _open_panel(self, name: str) -> Panel:
        # One after the other: a panel that comes back by itself may not be complete yet.
        async with self._opening_panel:
            if self._dock is None:
                # Imported here: the first paint can do without it.
                from mqttui.ui.widgets.dock import Dock

                self._dock = Dock(self.workspace, id="dock")
                await self._workbench.add_dock(self._dock, self._dock.kinds)
            panel = await self._dock.open(name)
        self._workbench.lay_out()
        self._keeper.note(panel=name)
        panel.draw(self._wall_clock())
        return panel

    def _focus_tree(self) -> None:
        """Give the keyboard to the tree at once; `focus` would come behind keys that wait."""
        self._workbench.bring_to_front(Pane.TREE)
        self.set_focus(self._tree)

    def _redraw_tree(self) -> None:
        if self._status is not None:
            self._tree.set_notice(notice_text(self._status, self._outline))
        self._tree.unfold()
        self._draw_titles()
