"""A broker as a connection of this program and as a configuration of a board, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mqttui.deploy.bundle import AUTHORITY_FILE
from mqttui.deploy.failures import DeployError
from mqttui.settings.connection import ConnectionSettings, Tls
from mqttui.settings.draft import default_port

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LOOPBACK = ("localhost", "127.", "::1")


def board_values(settings: ConnectionSettings, *, has_authority: bool) -> dict[str, Any]:
    """Return the values of config.json for a broker that this program connects to.

    `has_authority` tells that the board gets the broker's CA. Raises `DeployError` for what the
    firmware cannot do; it never falls back to something weaker.
    """
    if settings.websocket_path is not None:
        raise DeployError(
            f"Boards do not speak WebSocket: {settings.label} needs a listener for MQTT itself, "
            "named by --broker."
        )
    values: dict[str, Any] = {"host": settings.host}
    if settings.tls is not None:
        if settings.tls.cert_file is not None:
            raise DeployError(
                "Boards have no client certificates: use an account with a password "
                "(--broker, --user)."
            )
        if not has_authority:
            raise DeployError(
                "A board verifies the broker and has no CA store of its own: --ca-file FILE gives "
                "it the certificate of the CA that signed the broker's."
            )
        values["ca"] = AUTHORITY_FILE
    if settings.port != default_port(settings.tls is not None, False):
        values["port"] = settings.port
    if settings.user:
        values["user"] = settings.user
    if settings.password:
        values["password"] = settings.password
    return values


def connection_of(values: Mapping[str, Any], ca_file: Path | None) -> ConnectionSettings | None:
    """Return the connection that a board with these values makes, None when they name no broker.

    `ca_file` is the PEM file of the CA that the board trusts.
    """
    host, port = values.get("host"), values.get("port")
    if not isinstance(host, str) or not host:
        return None
    is_tls = bool(values.get("ca"))
    user, password = values.get("user"), values.get("password")
    return ConnectionSettings(
        host=host,
        port=port if isinstance(port, int) and port else default_port(is_tls, False),
        tls=Tls(ca_file=ca_file) if is_tls else None,
        user=user if isinstance(user, str) and user else None,
        password=password if isinstance(password, str) and password else None,
    )


def is_this_machine(host: object) -> bool:
    """Return whether a host name leads a board to itself instead of to this machine."""
    return isinstance(host, str) and host.lower().startswith(_LOOPBACK)
