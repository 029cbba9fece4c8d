"""Fixtures of the firmware's tests: real brokers, and the firmware's MQTT client on CPython."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.simulation.clock import RealClock
from mqttui.simulation.micropython import Interpreter, time_module
from tests.firmware.bench import FIRMWARE
from tests.firmware.sockets import network_modules
from tests.integration.conftest import (  # noqa: F401 (fixtures)
    authority,
    broker,
    password_broker,
    scripted,
    start_board,
    start_mosquitto,
    tls_broker,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.certificates import CertificateAuthority


@pytest.fixture
def interpreter() -> Interpreter:
    """Return an interpreter with the firmware, real time and real sockets."""
    return Interpreter(FIRMWARE, {"time": time_module(RealClock()), **network_modules()})


@pytest.fixture
def client(interpreter: Interpreter) -> Iterator[Callable[..., Any]]:
    """Return a function that makes clients for a broker on loopback; all are closed at the end.

    Times are short, because tests wait for them.
    """
    made: list[Any] = []

    def make(port: int, client_id: str = "board-1", **options: Any) -> Any:
        settings = {"server": "localhost", "timeout": 5, **options}
        made.append(interpreter.load("mqtt").MQTTClient(client_id, port=port, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def ca_der(authority: CertificateAuthority, tmp_path: Path) -> Path:  # noqa: F811
    """Return the file that a board would trust: the authority's certificate in DER."""
    file = tmp_path / "ca.der"
    file.write_bytes(ssl.PEM_cert_to_DER_cert(authority.ca_file.read_text()))
    return file
