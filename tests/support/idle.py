"""Waiting until an app under test has nothing left to do, without looking at a clock.

Textual's own way sleeps 20 ms again and again until the process needed next to no time on the
processor. That is slow, twice per key, and wrong on a loaded machine: who gets no time needs none.
Here an app is idle when its event loop has no callback that could run, no thread is at work for it,
nothing is to be painted and it has taken on the size of its terminal.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import textual.app
import textual.pilot
from textual._context import active_app

if TYPE_CHECKING:
    import pytest

LONGEST_S = 10.0
"""An app that is never idle, an animation without end for example, is looked at as it is."""

THREADS_S = 0.1
"""A thread that takes longer waits for something outside, and so must a test."""


async def until_idle(min_sleep: float = 0.0, max_sleep: float = LONGEST_S) -> None:
    """Let the app of this context work until only time or the outside can make it go on.

    Painting does not wait for the next tick of the screen.
    """
    app = active_app.get()
    loop = asyncio.get_running_loop()
    began_at = time.monotonic()
    ends_at = began_at + max_sleep
    while time.monotonic() < ends_at:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        is_early = time.monotonic() < began_at + THREADS_S
        if app._resize_timer is not None or (is_early and _threads_at_work(loop)):
            await asyncio.sleep(0.001)
            continue
        if app._screen_stack:
            app.screen._on_timer_update()
        if not loop._ready:
            return


def _threads_at_work(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether something that was given to the threads of the loop is unfinished."""
    executor = loop._default_executor
    return executor is not None and executor._idle_semaphore._value < len(executor._threads)


def use_it(patch: pytest.MonkeyPatch) -> None:
    """Let every pilot wait like this."""
    patch.setattr(textual.app, "wait_for_idle", until_idle)
    patch.setattr(textual.pilot, "wait_for_idle", until_idle)
