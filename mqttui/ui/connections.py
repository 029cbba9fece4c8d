"""One open connection on the screen, and the list of all of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mqttui.core.summary import Summary
from mqttui.ui.containment import containment_of
from mqttui.ui.frame import FrameLoop, Live
from mqttui.ui.frame_parts import FrameParts
from mqttui.ui.screens.explorer import ExplorerScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import App

    from mqttui.core.source import Phase
    from mqttui.ui.workspace import Workspace


STILL_INTERVAL_S = 1.0
"""How often a connection is drawn whose loop has failed."""


class ConnectionFace(NamedTuple):
    """What a tab shows of a connection; `label` is not yet printable.

    `unseen` counts the warnings and errors in its log that nobody has looked at.
    """

    label: str
    phase: Phase
    is_current: bool
    unseen: int = 0


class OpenConnection:
    """A workspace with the explorer that shows it and the loop that keeps it going.

    Each connection is a mode of the app, so that its screens go away together with it. One that
    is not in sight goes on receiving and paints nothing. `faces` tells what the tabs show;
    `tidy` is called once per turn of the loop and returns whether it took time.
    """

    def __init__(
        self,
        app: App[None],
        workspace: Workspace,
        mode: str,
        faces: Callable[[], Sequence[ConnectionFace]],
        tidy: Callable[[], bool] | None = None,
    ) -> None:
        self.workspace = workspace
        self.mode = mode
        self.explorer = ExplorerScreen(workspace)
        self._app = app
        self._faces = faces
        self._parts = FrameParts(app)
        self.frames = FrameLoop(
            workspace.source,
            workspace.store,
            self.draw_tree,
            draw_rest=self.draw_rest,
            frame_rate_hz=workspace.preferences.frame_rate_hz,
            spare_work=self.explorer.unfold_more,
            tidy=tidy,
            wall_clock=workspace.wall_clock,
        )
        self.frames.subscribers.append(self.explorer.note_batch)

    async def turn(self) -> None:
        """Keep the connection going; what fails in the loop itself ends it with a sentence."""
        try:
            await self.frames.run()
        except Exception as error:
            containment = containment_of(self._app)
            if containment is None or not containment.takes(error):
                raise
            self.explorer.stand_still(
                f"This connection is closed because mqttui failed unexpectedly "
                f"({type(error).__name__}). The log (L) says where; B connects anew."
            )
            await asyncio.to_thread(self.workspace.source.stop)
            if self.explorer.is_mounted:
                # The log still has something to tell.
                self.explorer.set_interval(
                    STILL_INTERVAL_S, lambda: self.draw_rest(self.workspace.wall_clock())
                )

    @property
    def is_in_sight(self) -> bool:
        """Whether this is the connection whose screens are shown."""
        return self._app.current_mode == self.mode

    @property
    def _can_draw(self) -> bool:
        """Whether the screens have all their parts: those go first when the program ends."""
        return self.explorer.is_mounted and self._app.is_running

    def draw_tree(self, now: float) -> None:
        """Draw what is first in a frame; `now` is in seconds since the epoch."""
        if self._can_draw:
            with self._app.batch_update():
                self._parts.draw("The topic tree", self.explorer.draw_tree, now)

    def draw_rest(self, now: float) -> None:
        """Draw what comes half a frame later, and the screen that lies on top."""
        if self._can_draw:
            containment = containment_of(self._app)
            if containment is not None:
                containment.tell_records()
            with self._app.batch_update():
                self.explorer.draw_rest(now)
                if self.is_in_sight:
                    self._parts.draw("The screen on top", self._draw_on_top, now)
                    self._parts.draw("The connections", self.show_tabs)

    def show_tabs(self) -> None:
        """Show which connections are open and how they are."""
        if self.explorer.is_mounted:
            self.explorer.show_connections(self._faces())

    def _draw_on_top(self, now: float) -> None:
        """Draw the screen that lies over the explorer, if it shows something live."""
        stack = self._app.screen_stack
        if stack and isinstance(stack[-1], Live) and stack[-1].is_mounted:
            stack[-1].draw(now)

    def summary(self) -> Summary:
        """Return what was seen so far."""
        workspace = self.workspace
        store, counters = workspace.store, workspace.source.counters
        dropped = dict(counters.dropped)
        if store.unlisted:
            dropped["too many topics"] = store.unlisted
        return Summary(
            label=workspace.label,
            received=counters.received,
            topics=store.topics,
            dropped=dropped,
            evicted=store.evicted,
            cut=counters.cut + store.cut,
            duration_s=workspace.clock() - workspace.opened_s,
            broker_dropped=self.explorer.broker.dropped_since,
        )


class Connections(list[OpenConnection]):
    """The open connections in the order of their tabs; they share the memory for history."""

    def __init__(self, history_budget_bytes: int) -> None:
        super().__init__()
        self._history_budget_bytes = history_budget_bytes
        self.ended: list[Summary] = []
        self._opened = 0

    def new_mode(self) -> str:
        """Return a name that no connection had before."""
        self._opened += 1
        return f"connection-{self._opened}"

    def add(self, connection: OpenConnection) -> None:
        """Take one in, as the last."""
        self.append(connection)
        self._share_memory()

    def close(self, connection: OpenConnection) -> None:
        """Leave one out; what it saw is kept in `ended`. Its source is stopped by the caller."""
        self.ended.append(connection.summary())
        self.remove(connection)
        self._share_memory()

    @property
    def current(self) -> OpenConnection | None:
        """The connection in sight, None while there is none."""
        return next((each for each in self if each.is_in_sight), None)

    def beside(self, connection: OpenConnection, steps: int) -> OpenConnection:
        """Return the connection so many tabs to the right, around the end."""
        return self[(self.index(connection) + steps) % len(self)]

    def faces(self) -> list[ConnectionFace]:
        """Return what the tabs show; of the same name twice the later have a number."""
        faces: list[ConnectionFace] = []
        namesakes: Counter[str] = Counter()
        for each in self:
            workspace = each.workspace
            name = workspace.profile or workspace.label
            namesakes[name] += 1
            faces.append(
                ConnectionFace(
                    name if namesakes[name] == 1 else f"{name} ({namesakes[name]})",
                    workspace.source.status.phase,
                    each.is_in_sight,
                    workspace.unseen_errors + workspace.unseen_warnings,
                )
            )
        return faces

    def summaries(self) -> list[Summary]:
        """Return what was seen on every connection of this run, those that ended first."""
        return [*self.ended, *(each.summary() for each in self)]

    def _share_memory(self) -> None:
        for each in self:
            each.workspace.store.set_history_budget(self._history_budget_bytes // len(self))
