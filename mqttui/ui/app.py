"""The application: wires a source, a store, the frame loop and the screens."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand

from mqttui.core.store import TopicStore
from mqttui.core.summary import Summary
from mqttui.payload.printable import printable
from mqttui.ui.commands import APP_COMMANDS, EXPLORER_COMMANDS, TREE_COMMANDS, bindings
from mqttui.ui.frame import FrameLoop, Live
from mqttui.ui.garbage import GarbagePacer
from mqttui.ui.screens.explorer import ExplorerScreen
from mqttui.ui.theme import THEMES
from mqttui.ui.widgets.topic_tree import TopicTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import PurePath

    from textual.binding import BindingType
    from textual.screen import Screen

    from mqttui.core.source import MessageSource
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.preferences import Preferences
    from mqttui.ui.messages import ConnectionRequested

NOTICE_S = 20.0


class MqttuiApp(App[None]):
    """One run of the program, with one source at a time."""

    TITLE = "mqttui"
    DEFAULT_MODE = "connection-0"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "styles/app.tcss",
        "styles/explorer.tcss",
        "styles/message_pane.tcss",
    ]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(APP_COMMANDS)]

    def __init__(
        self,
        source: MessageSource | None,
        preferences: Preferences,
        *,
        title: str = "",
        make_source: Callable[[ConnectionSettings], MessageSource] | None = None,
        pacer: GarbagePacer | None = None,
        notices: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._take_on_looks()
        self.source = source
        self.store: TopicStore | None = None
        self.explorer: ExplorerScreen | None = None
        self.frames: FrameLoop | None = None
        self._preferences = preferences
        self._make_source = make_source
        self._pacer = pacer
        self._notices = notices
        self._connections = 0
        self._clock = clock
        self._wall_clock = wall_clock
        self._started_s = clock()
        if source is None:
            self.add_mode(self.DEFAULT_MODE, lambda: self._connection_screen(self._notices))
        if title:
            self.title = title

    def _take_on_looks(self) -> None:
        """Choose the theme before any style is read: to change it later styles everything twice."""
        for theme in THEMES:
            self.register_theme(theme)
        self.set_reactive(App.theme, THEMES[0].name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[None]:
        """Return the explorer, for a default mode without a screen of its own.

        Textual reads every style twice more for the first screen of a mode that it knows.
        """
        assert self.source is not None
        explorer = self._explorer_for(self.source)
        self.add_mode(self.DEFAULT_MODE, lambda: explorer)
        return explorer

    def on_mount(self) -> None:
        """Begin to turn."""
        self._leave_politely_on_signals()
        if self.frames is not None:
            self._turn(self.frames)
            for notice in self._notices:
                self.notify(printable(notice), severity="warning", timeout=NOTICE_S, markup=False)

    def on_ready(self) -> None:
        """Finish what the first paint could do without."""
        if self.explorer is not None:
            self.explorer.complete()

    def _connection_screen(self, notices: Sequence[str] = ()) -> Screen[None]:
        # Imported here: the form is much code that the first paint can do without.
        from mqttui.ui.screens.connection import ConnectionScreen

        return ConnectionScreen(
            payload_limit_bytes=self._preferences.payload_limit_bytes, notices=notices
        )

    def _explorer_for(self, source: MessageSource) -> ExplorerScreen:
        self.source = source
        self.store = TopicStore(self._preferences.history_budget_bytes)
        self.explorer = ExplorerScreen(
            source, self.store, clock=self._clock, wall_clock=self._wall_clock
        )
        self.frames = FrameLoop(
            source,
            self.store,
            self._draw_tree,
            draw_rest=self._draw_rest,
            frame_rate_hz=self._preferences.frame_rate_hz,
            spare_work=self.explorer.unfold_more,
            tidy=self._pacer.pace if self._pacer is not None else None,
            wall_clock=self._wall_clock,
        )
        self.frames.subscribers.append(self.explorer.note_batch)
        return self.explorer

    def _turn(self, frames: FrameLoop) -> None:
        # A worker, so that what fails in the loop ends the program with its traceback.
        self.run_worker(frames.run(), name="frames", group="frames", exclusive=True)

    def _draw_tree(self, now: float) -> None:
        if self.explorer is not None and self.explorer.is_mounted:
            with self.batch_update():
                self.explorer.draw_tree(now)

    def _draw_rest(self, now: float) -> None:
        if self.explorer is not None and self.explorer.is_mounted:
            with self.batch_update():
                self.explorer.draw_rest(now)
                self._draw_on_top(now)

    def _draw_on_top(self, now: float) -> None:
        """Draw the screen that lies over the explorer, if it shows something live."""
        stack = self.screen_stack
        if stack and isinstance(stack[-1], Live) and stack[-1].is_mounted:
            stack[-1].draw(now)

    def on_connection_requested(self, event: ConnectionRequested) -> None:
        """Connect to the chosen broker and show it."""
        self.run_worker(self.connect(event.settings), name="connect", exclusive=True)

    async def connect(self, settings: ConnectionSettings) -> None:
        """Leave the present broker, if any, and explore another one."""
        assert self._make_source is not None
        if self.source is not None:
            # A polite goodbye waits for the network.
            await asyncio.to_thread(self.source.stop)
        source = self._make_source(settings)
        explorer = self._explorer_for(source)
        source.start()
        # Each connection is a mode, so that its screens go away together with it.
        left = self.current_mode
        self._connections += 1
        mode = f"connection-{self._connections}"
        self.add_mode(mode, lambda: explorer)
        await self.switch_mode(mode)
        explorer.complete()
        await self.remove_mode(left)
        assert self.frames is not None
        self._turn(self.frames)

    def summary(self) -> Summary | None:
        """Return what was seen; None if nothing was ever connected."""
        if self.source is None or self.store is None or self.explorer is None:
            return None
        counters = self.source.counters
        dropped = dict(counters.dropped)
        if self.store.unlisted:
            dropped["too many topics"] = self.store.unlisted
        return Summary(
            received=counters.received,
            topics=self.store.topics,
            dropped=dropped,
            evicted=self.store.evicted,
            cut=counters.cut + self.store.cut,
            duration_s=self._clock() - self._started_s,
            broker_dropped=self.explorer.broker.dropped_since,
        )

    def action_choose_broker(self) -> None:
        """Offer other brokers; the present connection goes on until another is chosen."""
        if self._make_source is not None and isinstance(self.screen, ExplorerScreen):
            self.push_screen(self._connection_screen())

    def action_help(self) -> None:
        """Show every key."""
        from mqttui.ui.screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every command of ours in the palette, then what Textual has."""
        if isinstance(screen, ExplorerScreen):
            tree = screen.query_one(TopicTree)
            for commands, target in ((EXPLORER_COMMANDS, screen), (TREE_COMMANDS, tree)):
                for command in commands:
                    if command.in_palette:
                        yield SystemCommand(
                            command.title,
                            command.explanation,
                            lambda c=command, t=target: self.run_worker(t.run_action(c.action)),
                        )
        for command in APP_COMMANDS:
            if command.in_palette:
                yield SystemCommand(
                    command.title,
                    command.explanation,
                    lambda c=command: self.run_worker(self.run_action(c.action)),
                )
        yield SystemCommand(
            "Theme", "Dark, light, high contrast and others", self.action_change_theme
        )

    def _leave_politely_on_signals(self) -> None:
        """Restore the terminal also when the program is asked to end from outside."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Not possible outside the main thread, where a test may run the app.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.exit)


def run(
    source: MessageSource | None,
    preferences: Preferences,
    *,
    title: str = "",
    make_source: Callable[[ConnectionSettings], MessageSource] | None = None,
    notices: Sequence[str] = (),
) -> Summary | None:
    """Explore `source`, which is started already, until the user quits; return what was seen.

    Without a source the user chooses a broker first, and `make_source` makes its source; the
    app starts it, and `notices` are sentences that the user sees meanwhile. Whatever source is
    in use at the end is stopped. Returns None if there was none. The terminal is restored in
    any case; what failed is printed by Textual.
    """
    with GarbagePacer() as pacer:
        app = MqttuiApp(
            source,
            preferences,
            title=title,
            make_source=make_source,
            pacer=pacer,
            notices=notices,
        )
        try:
            app.run()
        finally:
            if app.source is not None:
                app.source.stop()
        return app.summary()
