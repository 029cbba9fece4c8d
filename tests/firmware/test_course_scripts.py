"""The course's scripts (docs/examples) as a student runs them: unchanged, on a board with the
firmware, by `mqttui device run`, and against a real broker."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mqttui.payload.registry import decode
from mqttui.settings.connection import ConnectionSettings
from mqttui.simulation.circuit import Steady
from mqttui.simulation.clock import RealClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import Ina219Chip
from tests.firmware.bench import FIRMWARE
from tests.integration.conftest import listen  # noqa: F401 (fixture)
from tests.support.board.emulated_board import BoardOptions
from tests.support.mosquitto import MosquittoConfig
from tests.support.publisher import publish
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Listen, StartBoard, StartMosquitto
    from tests.support.board.emulated_board import EmulatedBoard
    from tests.support.certificates import CertificateAuthority
    from tests.support.listening import Listener
    from tests.support.mosquitto import Mosquitto

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
HOST, USER, PASSWORD = "broker.local", "anna", "chalk"


@pytest.fixture
def class_broker(start_mosquitto: StartMosquitto, authority: CertificateAuthority) -> Mosquitto:
    """Return a broker with TLS, certified for the name in the scripts, that knows one account."""
    files = authority.issue("class-broker", hosts=(HOST, "localhost"))
    return start_mosquitto(MosquittoConfig(users={USER: PASSWORD}, server_certificate=files))


@pytest.fixture
def board(start_board: StartBoard, class_broker: Mosquitto, ca_der: Path) -> EmulatedBoard:
    """Return a board with the firmware's modules, configured for that broker; nothing runs."""
    settings = {"name": USER, "ssid": "classroom", "key": "chalk-and-board", "host": HOST}
    settings |= {"user": USER, "password": PASSWORD, "ca": "/ca.der"}
    files: dict[str, str | bytes] = {
        f"/{name}.py": (FIRMWARE / f"{name}.py").read_bytes()
        for name in ("mqtt", "mqttclient", "ina219")
    }
    files["/lib/wifi.py"] = (EXAMPLES / "wifi.py").read_bytes()
    files["/config.json"] = json.dumps(settings)
    files["/ca.der"] = ca_der.read_bytes()
    return start_board(
        BoardOptions(is_clock_set=False, names=(HOST,), ports={8883: class_broker.tls_port}),
        bus=I2CBus({0x40: Ina219Chip(Steady(4.5, 0.2), RealClock())}),
        files=files,
    )


@pytest.fixture
def teacher(class_broker: Mosquitto, listen: Listen) -> Listener:  # noqa: F811
    """Return a subscriber to everything."""
    listener = listen(
        ConnectionSettings(class_broker.host, class_broker.port, user=USER, password=PASSWORD)
    )
    listener.wait_subscribed()
    return listener


class Script:
    """A script on a board, run by the command as a student does."""

    def __init__(self, board: EmulatedBoard, name: str) -> None:
        self.lines: list[str] = []
        words = ["run", str(EXAMPLES / name), "--port", board.port]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mqttui", "device", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as printed:
            self.lines.extend(line.rstrip("\n") for line in printed)

    def wait_for(self, line: str) -> None:
        """Return once the script has printed a line."""
        wait_until(lambda: line in self.lines, lambda: f"{line!r}, got {self.lines}", 30)

    def wait_for_end(self) -> int:
        """Return the exit code of the command once the script has ended by itself."""
        return self._process.wait(30)

    def interrupt(self) -> int:
        """Press ctrl+c twice, as the impatient do; return the exit code."""
        self._process.send_signal(signal.SIGINT)
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(30)

    def close(self) -> None:
        """End the command in any case."""
        self._process.kill()
        self._process.wait()
        self._reader.join(10)


@contextlib.contextmanager
def running(board: EmulatedBoard, name: str) -> Iterator[Script]:
    """Yield a script of docs/examples that runs on a board."""
    script = Script(board, name)
    try:
        yield script
    finally:
        script.close()


def test_hello_greets_and_prints_what_it_hears(
    board: EmulatedBoard, class_broker: Mosquitto, teacher: Listener
) -> None:
    """The example of the lecture: `hello N` goes out again and again, two topics are printed; the
    broker was verified, by its name, after the clock was set. ctrl+c ends it."""
    login = {"user": USER, "password": PASSWORD}
    with running(board, "hello.py") as script:
        script.wait_for("connected")
        teacher.wait_payload(b"class/anna", b"hello 0")
        publish(class_broker.host, class_broker.port, "class/questions", b"who?", **login)
        publish(class_broker.host, class_broker.port, "class/anna/questions", b"you?", **login)
        script.wait_for("heard who? on class/questions")
        script.wait_for("heard you? on class/anna/questions")
        teacher.wait_payload(b"class/anna", b"hello 1")
        assert script.interrupt() == 130
        script.wait_for("mqttui: Interrupted; the board was restarted.")
    assert teacher.payloads(b"class/anna")[:2] == [b"hello 0", b"hello 1"]


def test_lab_3_keeps_below_its_session(
    board: EmulatedBoard, class_broker: Mosquitto, teacher: Listener
) -> None:
    """It looks for the Wi-Fi, greets below its own topic, listens, and goes when it is told to."""
    with running(board, "lab3.py") as script:
        script.wait_for("in the Wi-Fi as 127.0.0.1")
        teacher.wait_payload(b"iot49/anna/lab3/mcu/hello", b"hello 1")
        publish(
            class_broker.host,
            class_broker.port,
            "iot49/anna/lab3/host/hello",
            b"stop",
            user=USER,
            password=PASSWORD,
        )
        script.wait_for("iot49/anna/lab3/host/hello says stop")
        script.wait_for("done")
        assert script.wait_for_end() == 0
    topics = {message[0] for message in teacher.messages if not message[0].startswith(b"$SYS")}
    assert topics == {b"iot49/anna/lab3/mcu/hello", b"iot49/anna/lab3/host/hello"}


def test_a_dictionary_becomes_json_with_the_measured_values(
    board: EmulatedBoard, teacher: Listener
) -> None:
    """What arrives is what `json.dumps(dict)` makes, whatever the order of its keys."""
    with running(board, "curve.py"):
        wait_until(
            lambda: len(teacher.payloads(b"iot49/anna/solar")) >= 3,
            lambda: f"three samples, got {teacher.messages}",
            30,
        )
    samples = [json.loads(payload) for payload in teacher.payloads(b"iot49/anna/solar")]
    assert all(set(sample) == {"t", "v", "i"} for sample in samples)
    assert (samples[1]["v"], samples[1]["i"]) == (pytest.approx(4.5), pytest.approx(0.2))
    times = [sample["t"] for sample in samples]
    assert times == sorted(times)


def test_readings_of_thingflow_are_read_as_such(board: EmulatedBoard, teacher: Listener) -> None:
    """A JSON list of sensor, time and value, which mqttui's own decoder names."""
    with running(board, "readings.py"):
        wait_until(
            lambda: len(teacher.payloads(b"iot49/sensor-data")) >= 2,
            lambda: f"two readings, got {teacher.messages}",
            30,
        )
    payload = teacher.payloads(b"iot49/sensor-data")[0]
    sensor_id, seconds, value = json.loads(payload)
    assert (sensor_id, value) == ("volts-1", pytest.approx(4.5))
    assert isinstance(seconds, int)
    decoded = decode(payload, decoder="thingflow")
    assert decoded.error is None
    assert '"value": 4.5' in decoded.text
