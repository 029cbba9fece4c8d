"""The application: wires a source, a store, the frame loop and the screens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SuspendNotSupported, SystemCommand

from mqttui.payload.printable import printable
from mqttui.settings.broker_memory import memory_of
from mqttui.ui.clipboard import MOST_BYTES, copied_text, osc52, too_long_text
from mqttui.ui.commands.app import APP_COMMANDS
from mqttui.ui.connections import Connections, OpenConnection
from mqttui.ui.containment import ContainedApp
from mqttui.ui.garbage import GarbagePacer
from mqttui.ui.layout_memory import SECTION, layout_of
from mqttui.ui.looks import AsciiFilter, chosen_theme, is_without_colour
from mqttui.ui.lost_terminal import losable_terminal
from mqttui.ui.screens.explorer import ExplorerScreen
from mqttui.ui.theme import OWN_VARIABLES, SIXTEEN_COLOURS, THEMES, filter_variables
from mqttui.ui.typed_ahead import TypedAhead
from mqttui.ui.typed_keys import is_text_for
from mqttui.ui.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path, PurePath

    from rich.console import RenderableType
    from textual.binding import BindingType
    from textual.events import Event
    from textual.filter import LineFilter
    from textual.screen import Screen
    from textual.widget import Widget

    from mqttui.core.source import MessageSource
    from mqttui.core.summary import Summary
    from mqttui.settings.broker_memory import BrokerMemory
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.preferences import Preferences
    from mqttui.ui.commands.keymap import Keymap
    from mqttui.ui.messages import ConnectionRequested, CopyWanted, EditorWanted
    from mqttui.ui.widgets.connection_tabs import ConnectionTabs

NOTICE_S = 20.0

QUIT_AGAIN_S = 3.0
"""Within this time a second ctrl+c ends the program."""


class MqttuiApp(ContainedApp):
    """One run of the program, with any number of connections."""

    TITLE = "mqttui"
    DEFAULT_MODE = "connection-0"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "styles/app.tcss",
        "styles/explorer.tcss",
        "styles/message_pane.tcss",
    ]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*APP_COMMANDS.bindings]

    def __init__(
        self,
        source: MessageSource | None,
        preferences: Preferences,
        *,
        settings: ConnectionSettings | None = None,
        title: str = "",
        make_source: Callable[[ConnectionSettings], MessageSource] | None = None,
        memory_folder: Path | None = None,
        pacer: GarbagePacer | None = None,
        notices: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        contains_failures: bool = False,
    ) -> None:
        memory = memory_of(settings, memory_folder) if memory_folder is not None else None
        remembered = layout_of(memory.read(SECTION)).theme if memory is not None else None
        theme_name = chosen_theme(preferences, remembered if source is not None else None)
        # Without colour no other colours may come into being: shades of grey are some.
        super().__init__(
            contains_failures=contains_failures,
            ansi_color=True if is_without_colour() or theme_name == SIXTEEN_COLOURS.name else None,
        )
        self.typed_ahead = TypedAhead(self, super().on_event)
        self._own_filters = [AsciiFilter()] if preferences.is_ascii else []
        self._take_on_looks(theme_name)
        self.connections = Connections(preferences.history_budget_bytes)
        self._preferences = preferences
        self._make_source = make_source
        self._memory_folder = memory_folder
        self._pacer = pacer
        self._notices = notices
        self._clock = clock
        self._wall_clock = wall_clock
        self._interrupted_s = -QUIT_AGAIN_S
        if source is None:
            self.add_mode(self.DEFAULT_MODE, lambda: self._connection_screen(self._notices))
        else:
            self._open(source, settings, self.DEFAULT_MODE, memory)
        if title:
            self.title = title

    def _take_on_looks(self, theme_name: str) -> None:
        """Choose the theme before any style is read: to change it later styles everything twice."""
        for theme in THEMES:
            self.register_theme(theme)
        # From now on it is the theme's to say.
        self.set_reactive(App.ansi_color, None)
        self.set_reactive(App.theme, theme_name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every painted line passes through."""
        return [*super().get_line_filters(), *self._own_filters]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return what a theme of Textual's lacks."""
        return OWN_VARIABLES | filter_variables(self.current_theme)

    @property
    def connection(self) -> OpenConnection | None:
        """The connection in sight; None while only the connection screen is."""
        return self.connections.current

    def get_default_screen(self) -> Screen[None]:
        """Return the explorer, for a default mode without a screen of its own.

        Textual reads every style twice more for the first screen of a mode that it knows.
        """
        explorer = self.connections[0].explorer
        self.add_mode(self.DEFAULT_MODE, lambda: explorer)
        return explorer

    def on_mount(self) -> None:
        """Begin to turn."""
        self._leave_politely_on_signals()
        if self._preferences.keys:
            self.set_keymap(dict(self.keymap.keys))
            self._notices = (*self._notices, *self.keymap.problems)
        for connection in self.connections:
            self._turn(connection)
            for notice in self._notices:
                self.notify(printable(notice), severity="warning", timeout=NOTICE_S, markup=False)
                connection.workspace.journal.note_settings_problem(notice, self._wall_clock())

    def on_ready(self) -> None:
        """Finish what the first paint could do without."""
        for connection in self.connections:
            connection.explorer.complete()
        self.screen.call_after_refresh(self.call_later, self.typed_ahead.begin)

    def _connection_screen(self, notices: Sequence[str] = ()) -> Screen[None]:
        # Imported here: the form is much code that the first paint can do without.
        from mqttui.ui.screens.connection import ConnectionScreen

        return ConnectionScreen(
            payload_limit_bytes=self._preferences.payload_limit_bytes,
            notices=notices,
            make_source=self._make_source,
            wall_clock=self._wall_clock,
        )

    def _open(
        self,
        source: MessageSource,
        settings: ConnectionSettings | None,
        mode: str,
        memory: BrokerMemory | None,
        *,
        from_form: bool = False,
    ) -> OpenConnection:
        """Take in a connection, whose mode and loop are the caller's to start."""
        workspace = Workspace(
            source,
            self._preferences,
            settings=settings,
            from_form=from_form,
            memory=memory,
            clock=self._clock,
            wall_clock=self._wall_clock,
        )
        tidy = self._pacer.pace if self._pacer is not None else None
        connection = OpenConnection(self, workspace, mode, self.connections.faces, tidy)
        self.connections.add(connection)
        self.containment.attach(workspace)
        return connection

    def _turn(self, connection: OpenConnection) -> None:
        self.run_worker(connection.turn(), name="frames", group=f"frames of {connection.mode}")

    # Several connections

    def on_connection_requested(self, event: ConnectionRequested) -> None:
        """Connect to the chosen broker and show it."""
        connecting = self.connect(event.settings, event.source)
        self.run_worker(connecting, name="connect", group="connect")

    async def connect(
        self, settings: ConnectionSettings, source: MessageSource | None = None
    ) -> None:
        """Open one more connection and show it; those that are open go on.

        A `source` that is given is started already.
        """
        if source is None:
            assert self._make_source is not None
            source = self._make_source(settings)
            source.start()
        left = self.current_mode
        folder = self._memory_folder
        memory = memory_of(settings, folder) if folder is not None else None
        mode = self.connections.new_mode()
        connection = self._open(source, settings, mode, memory, from_form=True)
        explorer = connection.explorer
        if len(self.screen_stack) > 1:
            # The connection screen has done its work.
            self.pop_screen()
        self.add_mode(connection.mode, lambda: explorer)
        await self.switch_mode(connection.mode)
        self.theme = explorer.theme_name
        explorer.complete()
        if len(self.connections) == 1:
            # There was nothing but the connection screen.
            await self.remove_mode(left)
        self._turn(connection)
        self._show_tabs()

    async def action_switch_connection(self, steps: int) -> None:
        """Show the connection so many tabs to the right."""
        current = self.connection
        if current is not None and len(self.connections) > 1:
            await self._show_connection(self.connections.beside(current, steps))

    async def on_connection_tabs_clicked(self, event: ConnectionTabs.Clicked) -> None:
        """Show the connection whose tab was clicked."""
        if event.index < len(self.connections):
            await self._show_connection(self.connections[event.index])

    async def _show_connection(self, connection: OpenConnection) -> None:
        await self.switch_mode(connection.mode)
        self.theme = connection.explorer.theme_name
        self._show_tabs()
        now = self._wall_clock()
        connection.draw_tree(now)
        connection.draw_rest(now)

    def _show_tabs(self) -> None:
        for each in self.connections:
            each.show_tabs()

    def action_close_connection(self) -> None:
        """Leave the broker in sight; without another one the connection screen comes."""
        if self.connection is not None:
            self.run_worker(self._close(self.connection), name="close", group="connect")

    async def _close(self, connection: OpenConnection) -> None:
        if len(self.connections) > 1:
            following = self.connections.beside(connection, 1).mode
        else:
            following = self.connections.new_mode()
            self.add_mode(following, self._connection_screen)
        self.workers.cancel_group(self, f"frames of {connection.mode}")
        # A polite goodbye waits for the network.
        await asyncio.to_thread(connection.workspace.source.stop)
        self.connections.close(connection)
        self.containment.detach(connection.workspace)
        await self.switch_mode(following)
        if self.connection is not None:
            self.theme = self.connection.explorer.theme_name
        await self.remove_mode(connection.mode)
        self._show_tabs()

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Leave; what is just being opened or closed is not waited for."""
        # It would add and remove modes while Textual takes them down.
        self.workers.cancel_group(self, "connect")
        super().exit(result, return_code, message)

    def summaries(self) -> list[Summary]:
        """Return what was seen on each connection of this run."""
        return self.connections.summaries()

    def action_choose_broker(self) -> None:
        """Offer other brokers; the present connection goes on until another is chosen."""
        if self._make_source is not None and isinstance(self.screen, ExplorerScreen):
            self.push_screen(self._connection_screen())

    def copy_to_clipboard(self, text: str) -> None:
        """Ask the terminal to copy, also through tmux, where Textual's own way ends."""
        self._clipboard = text
        if self._driver is not None:
            self._driver.write(osc52(text, is_in_tmux="TMUX" in os.environ))

    def on_copy_wanted(self, event: CopyWanted) -> None:
        """Copy something and say so; what is too long for a terminal is refused."""
        wanted = event.wanted
        if wanted.size_bytes > MOST_BYTES:
            self.notify(too_long_text(wanted), severity="warning", markup=False)
            return
        self.copy_to_clipboard(wanted.text)
        self.notify(copied_text(wanted), markup=False)

    def on_editor_wanted(self, event: EditorWanted) -> None:
        """Give the terminal to an editor; messages are taken in meanwhile."""
        from mqttui.ui.external_editor import EditorProblem, edited, editor_command, lent_terminal

        def receive() -> None:
            for connection in self.connections:
                connection.frames.drain_slice()

        try:
            command = editor_command(os.environ)
            with lent_terminal(self):
                text = edited(event.text, command, suffix=event.suffix, meanwhile=receive)
        except SuspendNotSupported:
            event.complain("This terminal cannot be given to another program.")
        except EditorProblem as problem:
            event.complain(str(problem))
        else:
            event.take(text)

    def action_help_quit(self) -> None:
        """Leave at the second ctrl+c in a row: what ends other programs may come by mistake."""
        now_s = self._clock()
        if now_s - self._interrupted_s < QUIT_AGAIN_S:
            self.exit()
            return
        self._interrupted_s = now_s
        self.notify("Press ctrl+c again to quit.", timeout=QUIT_AGAIN_S, markup=False)

    def action_help(self) -> None:
        """Show every key."""
        from mqttui.ui.commands.in_force import offers_on
        from mqttui.ui.screens.help import HelpScreen

        here = [offer.group for offer in offers_on(self.screen)]
        self.push_screen(HelpScreen(here, self.keymap))

    def action_jump(self) -> None:
        """Label every place that can take the keyboard, and go to the one whose letter comes."""
        from mqttui.ui.screens.jump import JumpScreen, places_of

        if places := places_of(self.screen):
            self.push_screen(JumpScreen(places), self._jump_to)

    def _jump_to(self, place: Widget | None) -> None:
        if place is not None:
            place.focus()

    @cached_property
    def keymap(self) -> Keymap:
        """The keys that the user gave to commands."""
        # Imported here: most starts have no keys of their own.
        from mqttui.ui.commands.keymap import make_keymap

        return make_keymap(self._preferences.keys, "preferences.toml")

    async def on_event(self, event: Event) -> None:
        """Hand an event on, a key when the one before it is worked off."""
        await self.typed_ahead.take(event)

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """Leave letters to what is typed into, also those that the user gave to a command.

        Textual does so for the keys that a command has by itself.
        """
        if priority and is_text_for(self.focused, key):
            return False
        if await super()._check_bindings(key, priority):
            return True
        # Textual asks only a dialog for its keys, not the app below it.
        if not priority and self.screen.is_modal and self._asks_for_help(key):
            self.action_help()
            return True
        return False

    def _asks_for_help(self, key: str) -> bool:
        """Whether a key is that of the help, and the screen has keys of its own to show."""
        from mqttui.ui.commands.in_force import offers_on

        bindings = self._bindings.key_to_bindings.get(key, ())
        return any(binding.action == "help" for binding in bindings) and any(
            offer.node is not self for offer in offers_on(self.screen)
        )

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every command of ours in the palette, then what Textual has."""
        from mqttui.ui.commands.in_force import offers_on

        for group, node in offers_on(screen):
            for command in group.commands:
                if command.in_palette:
                    yield SystemCommand(
                        command.title,
                        command.explanation,
                        # Refused where the key would be.
                        lambda c=command, t=node: self.run_worker(
                            self.run_action(c.action, default_namespace=t)
                        ),
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
    settings: ConnectionSettings | None = None,
    title: str = "",
    make_source: Callable[[ConnectionSettings], MessageSource] | None = None,
    memory_folder: Path | None = None,
    notices: Sequence[str] = (),
) -> list[Summary]:
    """Explore `source`, which is started already, until the user quits; return what was seen.

    `settings` are those of `source`. Without a source the user chooses a broker first, and
    `make_source` makes its source; the app starts it, and `notices` are sentences that the user
    sees meanwhile. Whatever sources are in use at the end are stopped. Returns one summary per
    connection. What is remembered of brokers is kept in `memory_folder`, nothing if None. The
    terminal is restored in any case; what ended the interface unexpectedly is printed by Textual,
    and `SystemExit` is raised.
    """
    with GarbagePacer() as pacer, losable_terminal():
        app = MqttuiApp(
            source,
            preferences,
            settings=settings,
            title=title,
            make_source=make_source,
            memory_folder=memory_folder,
            pacer=pacer,
            notices=notices,
            contains_failures=True,
        )
        try:
            app.run()
        finally:
            for connection in app.connections:
                connection.workspace.source.stop()
        if app.return_code:
            raise SystemExit(app.return_code)
        return app.summaries()
