"""Keys that come faster than they are worked off, as in a burst over a slow line.

Textual hands each key to whatever has the keyboard when the key comes. But a key is worked off in
several steps, from the widget with the keyboard up to the app, which carries out its command last:
of `/` and `s` in one burst the `s` would still be a command of the tree. Here a key waits until the
one before it has done all it does, also opened a panel or a screen.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from textual.events import InputEvent, Key, Paste

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.events import Event
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.widget import Widget

FEWEST_ROUNDS = 2
"""The first carries the key up to the app, the second what its command has set off."""

MOST_ROUNDS = 6
LONGEST_S = 1.0
"""Then the next key is taken in any case: what a key does may wait for the user."""


class TypedAhead:
    """Holds back keys, pastes and clicks until the app has begun, and while a key is worked off.

    Markers follow the key through the same queues, from the widget that was given it through all
    that surround it, up to the app. There are rounds of them until one leaves the keyboard where it
    was. `hand_on` does with an event what Textual does.
    """

    def __init__(self, app: App[Any], hand_on: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._waiting: deque[Event] = deque()
        self._has_begun = False
        self._deadline: asyncio.TimerHandle | None = None
        self._key_number = 0
        self._rounds = 0
        self._place: Widget | Screen[Any] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a key is worked off, or waits."""
        return self._deadline is not None or bool(self._waiting)

    async def begin(self) -> None:
        """Take the keys that came while there was nothing that they could be given to."""
        self._has_begun = True
        await self._release()

    async def take(self, event: Event) -> None:
        """Hand an event on, at once or when its turn comes."""
        if not isinstance(event, (InputEvent, Paste)) or event.is_forwarded:
            await self._hand_on(event)
        elif self._deadline is not None or not self._has_begun:
            self._waiting.append(event)
        elif isinstance(event, Key):
            place = self._app.focused or self._app.screen
            await self._hand_on(event)
            self._follow(place)
        else:
            await self._hand_on(event)

    def _follow(self, place: Widget | Screen[Any]) -> None:
        """Hold back what comes until the key that `place` was given is worked off."""
        self._key_number += 1
        self._rounds = 0
        self._deadline = asyncio.get_running_loop().call_later(
            LONGEST_S, self._app.call_later, self._give_up, self._key_number
        )
        self._send_round(place)

    def _send_round(self, place: Widget | Screen[Any]) -> None:
        self._rounds += 1
        self._place = place
        self._pass(place, self._key_number)

    def _pass(self, pump: MessagePump, key_number: int) -> None:
        """Send the marker of a key through the queue of `pump`, and on to what is around it."""
        if not self._is_followed(key_number):
            return
        outer = pump._parent or self._app
        if pump is self._app or not pump.call_later(self._pass, outer, key_number):
            # What is being closed hands nothing on any more.
            self._app.call_later(self._end_round, key_number)

    async def _end_round(self, key_number: int) -> None:
        if not self._is_followed(key_number):
            return
        place = self._app.focused or self._app.screen
        is_settled = self._rounds >= FEWEST_ROUNDS and place is self._place
        if is_settled or self._rounds == MOST_ROUNDS:
            await self._release()
        else:
            self._send_round(place)

    def _is_followed(self, key_number: int) -> bool:
        return key_number == self._key_number and self._deadline is not None

    async def _give_up(self, key_number: int) -> None:
        if self._is_followed(key_number):
            await self._release()

    async def _release(self) -> None:
        """Hand on what waits, up to the next key."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        while self._waiting and self._deadline is None:
            await self.take(self._waiting.popleft())
