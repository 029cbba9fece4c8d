"""Fixtures with a real mosquitto.

`start_mosquitto(MosquittoConfig(...))` starts a broker with that configuration and returns a
`Mosquitto` (`host`, `port`, `tls_port`, `websocket_port`, `secure_websocket_port`, `stop`,
`kill`, `start`, `freeze`, `thaw`, `log_text`); all are ended with the test. Ready-made ones:

- `broker`: anonymous, plain TCP and WebSocket;
- `password_broker`: only user `ada` with password `correct horse`;
- `acl_broker`: like it, `ada` may read and write `open/#` only, and not read `$SYS/#`;
- `tls_broker`: TLS and secure WebSocket with a certificate of `authority` for localhost and
  127.0.0.1;
- `client_cert_broker`: the same, and demands a client certificate of `authority`;
- `dynsec_broker`: like `acl_broker` through the dynamic security plugin, which refuses
  subscriptions openly.

`listen(settings, **options)` starts a `Listener` (a session, what it delivered and ways to wait);
`scripted(script)` starts a `ScriptedBroker` for what a real broker cannot be made to do.

`start_board(options, bus=, files=)` starts an `EmulatedBoard`; without node these tests are
skipped, and fail where the variable CI is set.

`authority` is a `CertificateAuthority` made for the run; trust it with `authority.ca_file`.
Publish with `tests.support.publisher`, wait with `tests.support.waiting.wait_until`.
When mosquitto is missing these fixtures fail with what to install.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.support.board.emulated_board import BoardOptions, EmulatedBoard, missing
from tests.support.certificates import CertificateAuthority
from tests.support.listening import Listener
from tests.support.mosquitto import Mosquitto, MosquittoConfig, MosquittoMissing, program
from tests.support.scripted_broker import ScriptedBroker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mqttui.simulation.i2c_bus import I2CBus
    from tests.support.scripted_broker import Script

StartMosquitto: TypeAlias = "Callable[[MosquittoConfig], Mosquitto]"
Listen: TypeAlias = "Callable[..., Listener]"
Scripted: TypeAlias = "Callable[[Script], ScriptedBroker]"
StartBoard: TypeAlias = "Callable[..., EmulatedBoard]"

USER = "ada"
PASSWORD = "correct horse"
ACL = "user ada\ntopic readwrite open/#\n"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """Return a certificate authority that lives as long as the run."""
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start_mosquitto(tmp_path: Path) -> Iterator[StartMosquitto]:
    """Return a function that starts a broker with a configuration."""
    try:
        program("mosquitto")
    except MosquittoMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    brokers: list[Mosquitto] = []

    def start(config: MosquittoConfig) -> Mosquitto:
        broker = Mosquitto(tmp_path / f"mosquitto-{len(brokers)}", config)
        brokers.append(broker)
        broker.start()
        return broker

    yield start
    for broker in brokers:
        broker.stop()


@pytest.fixture
def broker(start_mosquitto: StartMosquitto) -> Mosquitto:
    """Return an anonymous broker with plain TCP and WebSocket listeners."""
    return start_mosquitto(MosquittoConfig(has_websockets=True))


@pytest.fixture
def password_broker(start_mosquitto: StartMosquitto) -> Mosquitto:
    """Return a broker that knows only the user ada with the password `correct horse`."""
    return start_mosquitto(MosquittoConfig(users={USER: PASSWORD}))


@pytest.fixture
def acl_broker(start_mosquitto: StartMosquitto) -> Mosquitto:
    """Return a broker on which ada may read and write `open/#` and nothing else."""
    return start_mosquitto(MosquittoConfig(users={USER: PASSWORD}, acl=ACL))


@pytest.fixture
def tls_broker(start_mosquitto: StartMosquitto, authority: CertificateAuthority) -> Mosquitto:
    """Return a broker with TLS and secure WebSocket, certified by `authority`."""
    files = authority.issue("server")
    return start_mosquitto(MosquittoConfig(server_certificate=files, has_websockets=True))


@pytest.fixture
def client_cert_broker(
    start_mosquitto: StartMosquitto, authority: CertificateAuthority
) -> Mosquitto:
    """Return a TLS broker that demands a client certificate of `authority`."""
    files = authority.issue("demanding-server")
    return start_mosquitto(
        MosquittoConfig(server_certificate=files, client_ca_file=authority.ca_file)
    )


@pytest.fixture
def dynsec_broker(start_mosquitto: StartMosquitto) -> Mosquitto:
    """Return a broker whose dynamic security lets ada subscribe to `open/#` and nothing else."""
    return start_mosquitto(MosquittoConfig(dynamic_security=("ada", PASSWORD, "open/#")))


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Return a function that starts a session; all are stopped with the test."""
    listeners: list[Listener] = []

    def start(*arguments: object, **options: object) -> Listener:
        listener = Listener(*arguments, **options)
        listeners.append(listener)
        listener.session.start()
        return listener

    yield start
    for listener in listeners:
        listener.session.stop()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """Return a function that starts a scripted broker; failures of its script fail the test."""
    brokers: list[ScriptedBroker] = []

    def start(script: Script) -> ScriptedBroker:
        brokers.append(ScriptedBroker(script))
        return brokers[-1]

    yield start
    for broker in brokers:
        broker.stop()


@pytest.fixture
def start_board(tmp_path: Path) -> Iterator[StartBoard]:
    """Return a function that switches an emulated board on, with files on its flash."""
    sentence = missing()
    if sentence is not None and os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    if sentence is not None:
        pytest.skip(sentence)
    boards: list[EmulatedBoard] = []

    def start(
        options: BoardOptions | None = None,
        *,
        bus: I2CBus | None = None,
        files: Mapping[str, str | bytes] | None = None,
    ) -> EmulatedBoard:
        board = EmulatedBoard(tmp_path / f"board-{len(boards)}", options, bus)
        boards.append(board)
        for path, content in (files or {}).items():
            board.put(path, content)
        board.start()
        return board

    yield start
    for board in boards:
        board.stop()
        assert board.log_text() == ""
