"""The first screen: topics on the left, what the selected one says on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.style import Style

from mqttui.broker.sys_counters import BrokerReport, SysCounters
from mqttui.core.order import Order
from mqttui.core.outline import Outline
from mqttui.ui.commands.explorer import EXPLORER_COMMANDS
from mqttui.ui.frame_parts import FrameParts
from mqttui.ui.layout_memory import LayoutKeeper
from mqttui.ui.looks import chosen_theme
from mqttui.ui.messages import CopyWanted, TopicWanted
from mqttui.ui.pane_layout import Pane
from mqttui.ui.panels.registry import PANELS
from mqttui.ui.widgets.banner import Banner
from mqttui.ui.widgets.key_bar import KeyBar
from mqttui.ui.widgets.status_bar import Facts, RateMeter, StatusBar
from mqttui.ui.widgets.topic_tree import TopicTree
from mqttui.ui.widgets.tree_words import notice_text, subscribed_text, title_text
from mqttui.ui.widgets.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.theme import Theme

    from mqttui.core.copying import Copyable
    from mqttui.core.hygiene.subscriptions import FilterFinding
    from mqttui.core.message import Batch
    from mqttui.core.node import TopicNode
    from mqttui.core.retained.plan import PutBackPlan
    from mqttui.core.search.query import Query
    from mqttui.core.source import SourceStatus
    from mqttui.ui.connections import ConnectionFace
    from mqttui.ui.panels.panel import Panel
    from mqttui.ui.panels.publish import PublishPanel
    from mqttui.ui.widgets.choice_list import ChoiceList
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

HYGIENE_AT_ONCE_S = 0.01
"""What is found when the user asks for the first time."""


class ExplorerScreen(Screen[None]):
    """Draws one source's store; `draw_tree` and `draw_rest` are called once per frame."""

    AUTO_FOCUS = "TopicTree"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*EXPLORER_COMMANDS.bindings]

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
        if not frame.is_attached:
            # The user left at once.
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

    def on_workbench_moved(self, event: Workbench.Moved) -> None:
        """Remember where the lines are."""
        self._keeper.note(shares=event.shares)

    def _note_theme(self, theme: Theme) -> None:
        """Remember the theme that the user has chosen while this connection is in sight."""
        if self in self.app.screen_stack and theme.name != self.theme_name:
            self.theme_name = theme.name
            self._keeper.note(theme=theme.name)

    def action_choose_columns(self) -> None:
        """Offer what can stand in a row of the tree."""
        from mqttui.ui.screens.columns import ColumnsScreen

        tree = self._tree
        self.app.push_screen(ColumnsScreen(tree.columns, tree.size.width, self._show_columns))

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

    # Once per frame

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
        if (is_started or workspace.inspects_hygiene) and not self.is_paused:
            draw("Topic hygiene", workspace.hygiene.update, now)
            self._tree.careless = workspace.hygiene.report
            if self._tree.is_broken is None:
                # Imported here: the first paint can do without it.
                from mqttui.core.hygiene.samples import is_nearly_json

                self._tree.is_broken = is_nearly_json
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
                unseen_errors=self.workspace.unseen_errors,
                unseen_warnings=self.workspace.unseen_warnings,
            )
        )
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

    # What the user does

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

    def action_toggle_pause(self) -> None:
        """Hold the screen still, or let it go on."""
        self.is_paused = not self.is_paused
        self._messages_at_pause = self._store.messages
        self._tell_now()
        if not self.is_paused:
            self._draw_all()

    def action_toggle_follow(self) -> None:
        """Jump to whatever changes, or stop to."""
        self._tree.set_following(not self._tree.is_following)

    def action_cycle_order(self) -> None:
        """Take the next order."""
        orders = list(Order)
        following = orders[(orders.index(self._outline.order) + 1) % len(orders)]
        self._tree.hold_place()
        self._outline.set_order(following)
        self._keeper.note(order=following)
        self._redraw_tree()

    def action_show_hygiene(self) -> None:
        """Show which topics break which rule."""
        from mqttui.ui.screens.hygiene import HygieneScreen

        hygiene = self.workspace.hygiene
        hygiene.update(self._wall_clock(), HYGIENE_AT_ONCE_S)
        workspace = self.workspace
        workspace.look_at_filters(self._wall_clock())
        screen = HygieneScreen(hygiene, workspace.look_at_filters, is_still=self.is_paused)
        self.app.push_screen(screen, self._go_to_finding)

    async def _go_to_finding(self, place: TopicNode | FilterFinding | None) -> None:
        """Put the cursor on a topic, or open the panel of the subscriptions."""
        from mqttui.core.hygiene.subscriptions import FilterFinding

        if isinstance(place, FilterFinding):
            await self.action_show_panel("subscriptions")
        else:
            self._go_to(place)

    def action_show_busiest(self) -> None:
        """Show who floods the broker."""
        from mqttui.ui.screens.busiest import BusiestScreen

        traffic = self.workspace.traffic
        traffic.update(self._wall_clock())
        self.app.push_screen(BusiestScreen(traffic), self._go_to)

    async def action_ask_retained(self) -> None:
        """Ask the broker whether the selected value is retained."""
        node = self.selected
        if node is None:
            self._say_select_first()
            return
        if self._answer is None:
            # Imported here: the first paint can do without it.
            from mqttui.ui.widgets.retained_answer import RetainedAnswer

            self._answer = RetainedAnswer(self.workspace, id="retained-answer")
            await self.mount(self._answer, before=self.query_one(KeyBar))
        self._answer.ask(node)

    def action_clear_retained(self) -> None:
        """Show what is retained on the selected topic or branch, to clear it."""
        from mqttui.core.retained.plan import ClearPlan
        from mqttui.core.retained.scope import Scope

        node = self.selected
        if node is None:
            self._say_select_first()
            return
        scope = Scope(node.path, is_branch=bool(node.children))
        if scope.problem is not None:
            self.notify(scope.problem, severity="warning", markup=False)
            return
        from mqttui.ui.screens.retained import RetainedScreen

        self.app.push_screen(RetainedScreen(self.workspace, ClearPlan(scope), node))

    def _say_select_first(self) -> None:
        self.notify("Select a topic or branch in the tree first.", severity="warning")

    def action_show_backups(self) -> None:
        """Choose a backup of retained messages to put back."""
        from mqttui.ui.screens.backups import BackupsScreen

        self.app.push_screen(BackupsScreen(), self._put_back)

    def _put_back(self, plan: PutBackPlan | None) -> None:
        from mqttui.ui.screens.retained import RetainedScreen

        if plan is not None:
            self.app.push_screen(RetainedScreen(self.workspace, plan))

    def _go_to(self, node: TopicNode | None) -> None:
        """Put the cursor on a topic, which the filter must not hide."""
        if node is None:
            return
        self._tree.set_following(False)
        if not self._tree.go_to(node):
            self.action_back()
            self._tree.go_to(node)
        self._focus_tree()

    async def action_toggle_pin(self) -> None:
        """Keep what is selected in sight above the tree, or no longer."""
        pins, node = self._pins, self._tree.selected
        path = pins.item if pins is not None and pins.has_focus else node.path if node else None
        if path is None:
            self.app.bell()
            return
        (await self._open_pins()).toggle(path)

    def on_pin_list_pointed(self, event: PinList.Pointed) -> None:
        """Explain the pin under the cursor as if it were selected in the tree."""
        self._tree.set_following(False)
        self._tree.select(event.node)

    def on_choice_list_chosen(self, event: ChoiceList.Chosen) -> None:
        """Go to the place of a pin in the tree."""
        if self._pins is not None and event.choice_list is self._pins:
            event.stop()
            self._go_to(self._pins.node)

    def action_copy(self) -> None:
        """Offer what can be copied of the selected topic and the message that is shown."""
        from mqttui.core.copying import copyables
        from mqttui.ui.screens.copy import CopyScreen

        node = self._tree.selected
        if node is None:
            self.app.bell()
            return
        # The pane follows the cursor with the next frame; until then it shows another topic.
        pane = self._pane if self._pane is not None and self._pane.node is node else None
        entry = pane.shown_entry if pane is not None else node.last
        reader, topic = self.workspace.reader, node.path
        offered = copyables(
            node,
            entry,
            decoder=reader.decoder_of(topic),
            context=reader.context_of(topic, entry),
            pointed=pane.pointed if pane is not None else None,
        )
        self.app.push_screen(CopyScreen(offered), self._copy)

    def _copy(self, wanted: Copyable | None) -> None:
        if wanted is not None:
            self.post_message(CopyWanted(wanted))

    async def action_show_tab(self, name: str) -> None:
        """Show another view of the topic."""
        if self._pane is not None:
            await self._pane.show_tab(name)

    async def action_step_tab(self, steps: int) -> None:
        """Show the next view of the topic."""
        if self._pane is not None:
            await self._pane.step_tab(steps)

    def action_choose_decoder(self) -> None:
        """Choose how the messages of the selected topic are read."""
        node = self._tree.selected
        entry = self._pane.shown_entry if self._pane is not None else None
        if node is None or entry is None:
            self.notify("Select a topic with a message in the tree first.", severity="warning")
            return
        from mqttui.ui.screens.decoders import DecoderScreen

        screen = DecoderScreen(self.workspace, node.path, entry)
        self.app.push_screen(screen, self._show_decoded_anew)

    def _show_decoded_anew(self, has_chosen: bool | None) -> None:
        if has_chosen:
            self._tree.read_by(self.workspace.reader.one_line)
            self._draw_all()

    def action_show_charts(self) -> None:
        """Show the pinned charts."""
        from mqttui.ui.screens.charts import ChartsScreen

        self.app.push_screen(ChartsScreen(self.workspace, self.selected), self._go_to)

    def action_retry_now(self) -> None:
        """Reconnect without waiting."""
        self._source.retry_now()
        self._tell_now()

    @on(TopicWanted)
    def go_to_wanted(self, event: TopicWanted) -> None:
        """Put the cursor where a panel asks for it."""
        self._go_to(event.node)

    async def action_show_panel(self, name: str) -> None:
        """Open a panel below the panes, or give it the keyboard if it is open."""
        panel = await self._open_panel(name)
        self._workbench.show(Pane.DOCK)
        panel.focus_first()

    async def _open_panel(self, name: str) -> Panel:
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

    async def action_publish(self, begin: str) -> None:
        """Open the form to publish, with what the topic under the cursor has to give for it."""
        panel = cast("PublishPanel", await self._open_panel("publish"))
        self._workbench.show(Pane.DOCK)
        panel.begin(begin, self.selected)
        panel.focus_first()

    def on_dock_switched(self, event: Dock.Switched) -> None:
        """Open the panel whose tab was clicked."""
        self._show_panel_soon(event.name)

    def on_workbench_panel_wanted(self, event: Workbench.PanelWanted) -> None:
        """Open the panel whose tab was clicked, where all panes are tabs."""
        self._show_panel_soon(event.name)

    def _show_panel_soon(self, name: str) -> None:
        self.run_worker(self.action_show_panel(name), group="dock", exclusive=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A slash in a text is a slash; what changes the broker is off while only reading."""
        if action == "find":
            focused = self.focused
            return focused is None or not focused.check_consume_key("slash", "/")
        if self.workspace.is_read_only and EXPLORER_COMMANDS.changes_broker(action):
            return None
        if self.workspace.is_presenting and EXPLORER_COMMANDS.needs_payloads(action):
            return None
        return True

    async def action_find(self) -> None:
        """Open the search and let the user type."""
        if self._search_bar is None:
            # Imported here: an input is much code that the first paint can do without.
            from mqttui.ui.widgets.search_bar import SearchBar

            self._search_bar = SearchBar(id="search-bar")
            await self.query_one("#tree-frame").mount(self._search_bar, before=0)
        self._search_bar.display = True
        self._search_bar.focus_input()
        self._draw_titles()

    def action_step_hit(self, steps: int) -> None:
        """Go to the next hit of the search, or to the one before."""
        search = self._outline.search
        if search is None:
            self.app.bell()
            return
        selected = self._tree.selected
        self._go_to(search.hit_after(selected) if steps > 0 else search.hit_before(selected))
        self._draw_titles()

    def action_back(self) -> None:
        """Close the answer, end the search, show all panes, go to the tree, close the dock."""
        if self._answer is not None and self._answer.display:
            self._answer.close()
        elif self._search_bar is not None and self._search_bar.display:
            self._search_bar.end()
            self._search_bar.display = False
            self._search_for(None)
        elif self._workbench.is_maximised:
            self._workbench.action_toggle_maximised()
            return
        elif self._dock is not None and self._tree.has_focus:
            self._dock.close()
            self._keeper.note(panel=None)
            self._workbench.lay_out()
        self._focus_tree()

    def on_search_bar_changed(self, event: SearchBar.Changed) -> None:
        """Look for something else."""
        self._search_for(event.query, is_filter=event.is_filter)

    def action_leave_search(self) -> None:
        """Go on in the tree; where all topics are shown, at the next hit."""
        if self._search_bar is not None and self._search_bar.is_empty:
            self._search_bar.display = False
        self._focus_tree()
        search, selected = self._outline.search, self._tree.selected
        is_at_hit = search is not None and selected is not None and search.is_hit(selected)
        if search is not None and not self._outline.is_filtered and not is_at_hit:
            self.action_step_hit(1)

    def _search_for(self, query: Query | None, *, is_filter: bool = True) -> None:
        self._tree.hold_place()
        self._outline.search_for(query, is_filter=is_filter)
        self._redraw_tree()

    def _focus_tree(self) -> None:
        """Give the keyboard to the tree at once; `focus` would come behind keys that wait."""
        self._workbench.bring_to_front(Pane.TREE)
        self.set_focus(self._tree)

    def _redraw_tree(self) -> None:
        if self._status is not None:
            self._tree.set_notice(notice_text(self._status, self._outline))
        self._tree.unfold()
        self._draw_titles()
