"""Clients made ready for a broker: who they are, how they are encrypted, what their will is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.transport.fast_path import make_client
from mqttui.transport.tls import tls_context
from mqttui.transport.wire import NAP_S

if TYPE_CHECKING:
    import ssl

    from paho.mqtt.client import Client

    from mqttui.settings.connection import ConnectionSettings
    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient
    from mqttui.transport.wire import Sink


def ready_client(
    settings: ConnectionSettings,
    sink: Sink,
    *,
    client_id: str,
    is_mqtt5: bool,
    connect_timeout_s: float,
    nap_s: float = NAP_S,
) -> tuple[FastClient | StockClient, str | None]:
    """Return a client that can connect, and a sentence to show when it is not the fast one.

    Raises ProblemError when a file for TLS cannot be used.
    """
    context = None if settings.tls is None else tls_context(settings.tls)
    client, warning = make_client(
        sink,
        client_id=client_id,
        is_mqtt5=is_mqtt5,
        is_websocket=settings.websocket_path is not None,
        is_clean=settings.is_clean,
        payload_limit_bytes=settings.payload_limit_bytes,
        nap_s=nap_s,
    )
    client.connect_timeout = connect_timeout_s
    prepare_client(client, settings, context)
    if settings.will is not None:
        will = settings.will
        client.will_set(will.topic, will.payload, will.qos, will.retain)
    return client, warning


def prepare_client(
    client: Client, settings: ConnectionSettings, context: ssl.SSLContext | None
) -> None:
    """Give a client encryption, WebSocket and account of a connection."""
    if context is not None:
        client.tls_set_context(context)
    if settings.websocket_path is not None:
        client.ws_set_options(settings.websocket_path or "/")
    if settings.user is not None or settings.password is not None:
        # MQTT 3.1.1 knows no password without a user name (section 3.1.2.9).
        client.username_pw_set(settings.user or "", settings.password)
