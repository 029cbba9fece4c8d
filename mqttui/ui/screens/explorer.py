"""The first screen: topics on the left, what the selected one says on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on

from mqttui.core.order import Order
from mqttui.ui.commands.explorer import EXPLORER_COMMANDS
from mqttui.ui.messages import CopyWanted, TopicWanted
from mqttui.ui.pane_layout import Pane
from mqttui.ui.screens.explorer_view import ExplorerView
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.events import Key

    from mqttui.core.copying import Copyable
    from mqttui.core.hygiene.subscriptions import FilterFinding
    from mqttui.core.node import TopicNode
    from mqttui.core.retained.plan import PutBackPlan
    from mqttui.core.search.query import Query
    from mqttui.ui.panels.publish import PublishPanel
    from mqttui.ui.widgets.choice_list import ChoiceList
    from mqttui.ui.widgets.dock import Dock
    from mqttui.ui.widgets.pin_list import PinList
    from mqttui.ui.widgets.search_bar import SearchBar
    from mqttui.ui.widgets.workbench import Workbench

HYGIENE_AT_ONCE_S = 0.01
"""What is found when the user asks for the first time."""


class ExplorerScreen(ExplorerView):
    """What the user does with what the explorer shows."""

    BINDINGS: ClassVar[list[BindingType]] = [*EXPLORER_COMMANDS.bindings]

    def action_choose_columns(self) -> None:
        """Offer what can stand in a row of the tree."""
        from mqttui.ui.screens.columns import ColumnsScreen

        tree = self._tree
        self.app.push_screen(ColumnsScreen(tree.columns, tree.size.width, self._show_columns))

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

    def action_show_broker(self) -> None:
        """Show what the broker says of itself."""
        from mqttui.ui.screens.broker import BrokerScreen

        self.workspace.watch_broker(self._wall_clock())
        self.app.push_screen(BrokerScreen(self.workspace), self._go_to)

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

    def action_show_devices(self) -> None:
        """Show the boards."""
        from mqttui.ui.screens.devices import DevicesScreen

        self.app.push_screen(DevicesScreen(self.workspace, self.selected), self._go_to)

    def action_show_plugged(self) -> None:
        """Show the boards that are plugged into this machine."""
        from mqttui.ui.screens.plugged import PluggedScreen

        self.app.push_screen(PluggedScreen(self.workspace))

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

    def on_key(self, event: Key) -> None:
        """Say why a key does nothing while only reading."""
        active = self.active_bindings.get(event.key)
        if active is None or active.enabled or not self.workspace.is_read_only:
            return
        if EXPLORER_COMMANDS.changes_broker(active.binding.action):
            self.notify("mqttui may only read: nothing can be changed.", severity="warning")

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
