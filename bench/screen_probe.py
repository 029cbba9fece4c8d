"""The whole program with clocks attached: `python -m bench.screen_probe REPORT KEYS ARGUMENTS...`.

It runs mqttui as it is and wraps, from outside, the frame loop, the event loop and what is
written to the terminal. Every sample carries the monotonic clock, which all processes of a
machine share, so that whoever started the probe can say afterwards which samples belong to
which load. With KEYS `keys`, the cursor is moved up and down at random times. From SIGUSR1 on it
searches all payloads, again and again; from SIGUSR2 on it draws charts, from SIGRTMIN on it lists
the history of the first topic. SIGRTMIN+1 selects a large and a small message in
turn.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import signal
import sys
import threading
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.wire import topic_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

LATENESS_INTERVAL_S = 0.002
SHORTEST_KEY_INTERVAL_S = 0.03
LONGEST_KEY_INTERVAL_S = 0.09
KEY_PATIENCE_S = 2.0
SEARCH_POLL_S = 0.005
SELECTIONS = 20
SELECTION_GAP_S = 0.15
LARGE_TOPIC, SMALL_TOPIC = "bench/z-large", "bench/z-small"
SYNCHRONISATION_BYTES = 32
"""Writes up to this length only begin or end an update."""


class Probe:
    """The samples of one run, each as two numbers: monotonic seconds, value in seconds.

    Flat arrays, because objects would make work for the garbage collector that is measured.
    """

    def __init__(self, has_keys: bool) -> None:
        self.lateness = array("d")
        self.own_work = array("d")
        self.frames = array("d")
        self.slices = array("d")
        self.keys = array("d")
        self.keys_without_effect = array("d")
        self.searches = array("d")
        self.large_selections = array("d")
        self.small_selections = array("d")
        self._has_keys = has_keys
        self._slice_cpu_s = 0.0
        self._frame_began_cpu_s: float | None = None
        self._tree: Any = None
        self._key_at: float | None = None
        self._selected_before: object = None
        self._is_painted = threading.Event()

    def attach(self) -> None:
        """Wrap the frame loop's class; everything else follows when it runs."""
        from mqttui.ui.frame import FrameLoop

        probe = self
        original_init, original_run = FrameLoop.__init__, FrameLoop.run
        original_drain = FrameLoop.drain_slice

        def init(loop: FrameLoop, source: Any, store: Any, draw: Any, **options: Any) -> None:
            original_init(loop, source, store, probe.timed_frame(draw), **options)

        async def run(loop: FrameLoop) -> None:
            # Kept in variables: the event loop holds tasks only weakly.
            tasks = [asyncio.create_task(probe.watch_lateness())]
            if probe._has_keys:
                tasks.append(asyncio.create_task(probe.attach_keys()))
            tasks.append(asyncio.create_task(probe.search_on_signal()))
            tasks.append(asyncio.create_task(probe.chart_on_signal()))
            tasks.append(asyncio.create_task(probe.history_on_signal()))
            tasks.append(asyncio.create_task(probe.select_on_signal()))
            try:
                await original_run(loop)
            finally:
                for task in tasks:
                    task.cancel()

        def drain_slice(loop: FrameLoop) -> bool:
            before_s = time.thread_time()
            has_backlog = original_drain(loop)
            spent_s = time.thread_time() - before_s
            probe._slice_cpu_s += spent_s
            probe.slices.extend((time.monotonic(), spent_s))
            return has_backlog

        FrameLoop.__init__ = init  # type: ignore[method-assign,assignment]
        FrameLoop.run = run  # type: ignore[method-assign,assignment]
        FrameLoop.drain_slice = drain_slice  # type: ignore[method-assign,assignment]

    def timed_frame(self, draw: Callable[[float], None]) -> Callable[[float], None]:
        """Return `draw`, noting what the loop's thread worked per frame, slices left out.

        Painting happens after `draw` has returned, so a frame lasts until the next one begins.
        """

        def timed(now: float) -> None:
            cpu_s = time.thread_time()
            if self._frame_began_cpu_s is not None:
                spent_s = cpu_s - self._frame_began_cpu_s - self._slice_cpu_s
                self.frames.extend((time.monotonic(), spent_s))
            self._frame_began_cpu_s = cpu_s
            self._slice_cpu_s = 0.0
            draw(now)

        return timed

    async def watch_lateness(self) -> None:
        """Note by how much the event loop is late, again and again.

        Also what its thread worked meanwhile: the rest it waited for a processor or for the
        interpreter's lock.
        """
        while True:
            before, before_cpu_s = time.monotonic(), time.thread_time()
            await asyncio.sleep(LATENESS_INTERVAL_S)
            now, cpu_s = time.monotonic(), time.thread_time()
            self.lateness.extend((now, now - before - LATENESS_INTERVAL_S))
            self.own_work.extend((now, cpu_s - before_cpu_s))

    async def search_on_signal(self) -> None:
        """Search all payloads from SIGUSR1 on, each time for something else."""
        from textual._context import active_app

        from mqttui.core.search.query import Mode, Place, Query
        from mqttui.ui.screens.explorer import ExplorerScreen

        wanted = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, wanted.set)
        await wanted.wait()
        explorer = active_app.get().screen
        assert isinstance(explorer, ExplorerScreen)
        queries = (
            Query("no such text", Mode.TEXT, Place.PAYLOADS),
            Query("nscht xz", Mode.FUZZY, Place.PAYLOADS),
            Query("(no|such)+ (text)+$", Mode.EXPRESSION, Place.PAYLOADS),
            Query("7", Mode.TEXT, Place.BOTH),
        )
        for query in itertools.cycle(queries):
            began = time.monotonic()
            explorer._search_for(query, is_filter=False)
            search = explorer._outline.search
            assert search is not None
            # What ends a search is no event.
            while search.is_searching:  # noqa: ASYNC110
                await asyncio.sleep(SEARCH_POLL_S)
            now = time.monotonic()
            self.searches.extend((now, now - began))

    async def chart_on_signal(self) -> None:
        """On SIGUSR2 show the chart of the topic under the cursor, with all of its numbers."""
        from textual._context import active_app

        from mqttui.ui.screens.explorer import ExplorerScreen
        from mqttui.ui.tabs.chart import ChartTab
        from mqttui.ui.widgets.number_list import NumberList

        wanted = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, wanted.set)
        await wanted.wait()
        explorer = active_app.get().screen
        assert isinstance(explorer, ExplorerScreen)
        await explorer.action_show_tab("chart")
        # What is shown first is no event.
        while not explorer.query_one(ChartTab).spec.series:  # noqa: ASYNC110
            await asyncio.sleep(LATENESS_INTERVAL_S)
        tab = explorer.query_one(ChartTab)
        numbers = tab.query_one(NumberList)
        drawn = {series.path for series in tab.spec.series}
        for found in numbers._items:
            if found.path not in drawn:
                numbers.post_message(NumberList.Toggled(numbers, found.path))

    async def history_on_signal(self) -> None:
        """On SIGRTMIN list the history of the first topic, from which the keys go on and back."""
        from textual._context import active_app

        from mqttui.ui.screens.explorer import ExplorerScreen
        from mqttui.ui.widgets.topic_tree import TopicTree

        wanted = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGRTMIN, wanted.set)
        await wanted.wait()
        explorer = active_app.get().screen
        assert isinstance(explorer, ExplorerScreen)
        node = explorer.workspace.store.find(topic_name(0))
        assert node is not None
        explorer.query_one(TopicTree).go_to(node)
        await explorer.action_show_tab("history")

    async def select_on_signal(self) -> None:
        """On SIGRTMIN+1 select a large and a small message in turn, and wait for their paint."""
        from textual._context import active_app

        from mqttui.ui.screens.explorer import ExplorerScreen
        from mqttui.ui.widgets.message_pane import MessagePane
        from mqttui.ui.widgets.topic_tree import TopicTree

        wanted = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGRTMIN + 1, wanted.set)
        await wanted.wait()
        explorer = active_app.get().screen
        assert isinstance(explorer, ExplorerScreen)
        tree, pane = explorer.query_one(TopicTree), explorer.query_one(MessagePane)
        driver = explorer.app._driver
        assert driver is not None
        original_write = driver.write
        is_painted = asyncio.Event()
        awaited: object = None

        def write(data: str) -> None:
            original_write(data)
            if len(data) > SYNCHRONISATION_BYTES and pane._shown.entry is awaited:
                is_painted.set()

        driver.write = write  # type: ignore[method-assign]
        places = ((LARGE_TOPIC, self.large_selections), (SMALL_TOPIC, self.small_selections))
        for topic, samples in places * SELECTIONS:
            await asyncio.sleep(SELECTION_GAP_S)
            node = explorer.workspace.store.find(topic.encode())
            assert node is not None
            awaited = node.last
            is_painted.clear()
            began = time.monotonic()
            tree.go_to(node)
            await is_painted.wait()
            now = time.monotonic()
            samples.extend((now, now - began))

    async def attach_keys(self) -> None:
        """Watch what is written to the terminal, and begin to press keys."""
        from textual._context import active_app
        from textual.drivers.linux_driver import LinuxDriver

        from mqttui.ui.widgets.topic_tree import TopicTree

        app: App[Any] = active_app.get()
        while not app.screen.query(TopicTree):  # noqa: ASYNC110  # no event from outside
            await asyncio.sleep(LATENESS_INTERVAL_S)
        tree = app.screen.query_one(TopicTree)
        driver = app._driver
        assert isinstance(driver, LinuxDriver)
        original_write = driver.write

        def write(data: str) -> None:
            original_write(data)
            if (
                self._key_at is not None
                and len(data) > SYNCHRONISATION_BYTES
                and tree.selected is not self._selected_before
            ):
                now = time.monotonic()
                self.keys.extend((now, now - self._key_at))
                self._key_at = None
                self._is_painted.set()

        driver.write = write  # type: ignore[method-assign]
        threading.Thread(
            target=self.press_keys, args=(tree, driver.process_message), daemon=True
        ).start()

    def press_keys(self, tree: Any, send: Callable[[Any], None]) -> None:
        """Move the cursor down and up at random times, as the terminal's input thread would."""
        from textual.events import Key

        chance = random.Random(1)
        is_down = True
        while True:
            time.sleep(chance.uniform(SHORTEST_KEY_INTERVAL_S, LONGEST_KEY_INTERVAL_S))
            self._is_painted.clear()
            self._selected_before = tree.selected
            began = time.monotonic()
            self._key_at = began
            send(Key("down" if is_down else "up", None))
            is_down = not is_down
            if not self._is_painted.wait(KEY_PATIENCE_S):
                self._key_at = None
                self.keys_without_effect.extend((began, KEY_PATIENCE_S))

    def write_report(self, path: Path) -> None:
        """Write all samples."""
        names = (
            "lateness",
            "own_work",
            "frames",
            "slices",
            "keys",
            "keys_without_effect",
            "searches",
            "large_selections",
            "small_selections",
        )
        path.write_text(json.dumps({name: getattr(self, name).tolist() for name in names}))


def main() -> None:
    """Run mqttui with the probe attached."""
    report, keys, *arguments = sys.argv[1:]
    probe = Probe(has_keys=keys == "keys")
    probe.attach()

    from mqttui.cli.main import main as run_mqttui

    try:
        run_mqttui(arguments)
    finally:
        probe.write_report(Path(report))


if __name__ == "__main__":
    main()
