"""Leaving a broker so that it notices (MQTT 5.0 section 3.14)."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient


def send_disconnect(client: FastClient | StockClient, deadline_s: float) -> None:
    """Send DISCONNECT behind all that waits to be written, until the deadline at most."""
    client.disconnect()
    with selectors.DefaultSelector() as selector:
        sock = client.socket()
        if sock is None:
            return
        selector.register(sock.fileno(), selectors.EVENT_WRITE)
        while client.socket() is sock and time.monotonic() < deadline_s:
            selector.select(max(0.0, deadline_s - time.monotonic()))
            client.loop_write()


def await_end(descriptor: int, deadline_s: float) -> None:
    """Wait until the broker has closed the connection after a DISCONNECT, or the deadline.

    Closing while messages still arrive would reset the connection, and the broker would publish
    the will because it never came to read the DISCONNECT.
    """
    with (
        contextlib.suppress(OSError),
        socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as end,
    ):
        end.shutdown(socket.SHUT_WR)
        while (remaining_s := deadline_s - time.monotonic()) > 0:
            end.settimeout(remaining_s)
            if not end.recv(256 * 1024):
                break
