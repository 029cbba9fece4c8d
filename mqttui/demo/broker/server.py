"""The embedded broker as a thread with its own event loop on a loopback port."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from mqttui.demo.broker.connection import Connection
from mqttui.demo.broker.hub import Hub
from mqttui.demo.broker.session import Limits
from mqttui.demo.broker.sys_tree import SysTree

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
_CHECK_EVERY_S = 0.25
_SERVER_SHUTTING_DOWN = 0x8B
_STOP_WITHIN_S = 2.0


class EmbeddedBroker:
    """`start` returns when the port listens, `stop` when the thread has ended."""

    def __init__(
        self,
        limits: Limits | None = None,
        sys_interval_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = HOST
        self.port = 0
        self.faults: list[str] = []
        self._hub = Hub(limits or Limits(), clock)
        self._sys_interval_s = sys_interval_s
        self._connections: set[Connection] = set()
        self._unsent: list[Connection] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def start(self, port: int = 0) -> int:
        """Listen on `port` of the loopback interface, a free one by default; return the port.

        Raises OSError when the port is taken.
        """
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
            listener.listen(128)
        except OSError:
            listener.close()
            raise
        self.port = int(listener.getsockname()[1])
        is_ready = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(listener, is_ready), name="embedded-broker", daemon=True
        )
        self._thread.start()
        is_ready.wait()
        return self.port

    def stop(self) -> None:
        """Take leave of every client and end; does nothing when it has ended."""
        thread, loop, ending = self._thread, self._loop, self._ending
        if thread is None or loop is None or ending is None:
            return
        self._thread = None
        loop.call_soon_threadsafe(ending.set)
        thread.join()

    def _run(self, listener: socket.socket, is_ready: threading.Event) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve(listener, is_ready))

    async def _serve(self, listener: socket.socket, is_ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._note_fault)
        self._ending = asyncio.Event()
        server = await self._loop.create_server(
            lambda: Connection(self._hub, self._connections, self._unsent), sock=listener
        )
        ticking = asyncio.create_task(self._tick())
        is_ready.set()
        await self._ending.wait()
        ticking.cancel()
        server.close()
        await self._close_all()

    async def _close_all(self) -> None:
        """Say goodbye to every client; cut those that do not read it."""
        # Sockets that were accepted a moment ago become connections first.
        for _ in range(3):
            await asyncio.sleep(0)
        connections = list(self._connections)
        if not connections:
            return
        for connection in connections:
            connection.close(_SERVER_SHUTTING_DOWN)
        leaving = [asyncio.ensure_future(connection.is_gone.wait()) for connection in connections]
        _, staying = await asyncio.wait(leaving, timeout=_STOP_WITHIN_S)
        for connection in list(self._connections):
            connection.abort()
        if staying:
            await asyncio.wait(staying)

    async def _tick(self) -> None:
        """Check keepalives and sessions, publish `$SYS` at its interval."""
        tree = SysTree(self._hub)
        sys_due_at_s = self._hub.clock()
        while True:
            now_s = self._hub.clock()
            for connection in list(self._connections):
                connection.check_keepalive(now_s)
            self._hub.tick()
            if now_s >= sys_due_at_s:
                sys_due_at_s = now_s + self._sys_interval_s
                tree.publish()
            while self._unsent:
                self._unsent.pop().flush()
            await asyncio.sleep(min(_CHECK_EVERY_S, self._sys_interval_s))

    def _note_fault(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Keep what went wrong in here: the default would write over the screen."""
        self.faults.append(f"{context.get('message')}: {context.get('exception')!r}")
