"""The course's scripts run on the firmware's client as they ran on the course's own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.simulation.clock import RealClock
from mqttui.simulation.micropython import Interpreter, module, time_module
from tests.firmware.bench import FIRMWARE
from tests.firmware.sockets import network_modules
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.mosquitto import Mosquitto

# All that scripts of the course call, in one: it answers what it is asked until it is told to stop.
SCRIPT = """
from mqttclient import MQTTClient

heard = []
client = MQTTClient(BROKER, port=PORT, user="anna", password="chalk")

def answer(topic, message):
    heard.append(message)
    client.publish(topic + b"/answer", message.upper())

client.set_callback(answer)
client.subscribe("anna/a")
client.subscribe("anna/b")
client.publish("anna/kept", "stays", retain=True)
client.publish("anna/a", "one")
client.publish("anna/b", "two", qos=1)
while len(heard) < 2:
    client.wait_msg()
client.publish("anna/a", "three")
while len(heard) < 3:
    client.check_msg()
print(sorted(heard))
client.disconnect()
"""


@pytest.fixture
def heard(
    broker: Mosquitto, client: Callable[..., Any]
) -> Iterator[list[tuple[bytes, bytes, bool]]]:
    """Return what a teacher's client hears while the test goes on."""
    messages: list[tuple[bytes, bytes, bool]] = []
    watcher = client(broker.port, "teacher")
    watcher.set_callback(lambda *message: messages.append(message))
    watcher.connect()
    watcher.subscribe("#")

    is_over = threading.Event()

    def listen() -> None:
        while not is_over.is_set():
            watcher.loop(20)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield messages
    is_over.set()
    thread.join(10)


def _run(script: str, folder: Path, port: int) -> None:
    """Run a script on a board that has the firmware in its file system."""
    for name in ("mqtt.py", "mqttclient.py"):
        (folder / name).write_text((FIRMWARE / name).read_text())
    (folder / "script.py").write_text(f"BROKER, PORT = 'localhost', {port}\n{script}")
    modules = {"time": time_module(RealClock()), **network_modules()}
    modules["machine"] = module("machine", unique_id=lambda: bytes.fromhex("240ac4123456"))
    Interpreter(folder, modules).load("script")


def test_a_script_publishes_listens_and_answers(
    broker: Mosquitto,
    heard: list[tuple[bytes, bytes, bool]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Text and bytes, from two topics, answered inside the callback, retained where it says so."""
    _run(SCRIPT, tmp_path, broker.port)
    wait_until(lambda: len(heard) >= 7, lambda: f"seven messages, got {heard}")
    assert capsys.readouterr().out == "[b'one', b'three', b'two']\n"
    answers = sorted(payload for topic, payload, _ in heard if topic.endswith(b"/answer"))
    assert answers == [b"ONE", b"THREE", b"TWO"]
    assert (b"anna/kept", b"stays", False) in heard
    late = []
    # Who comes later gets what is retained, and nothing else.
    late_client = Interpreter(FIRMWARE, {"time": time_module(RealClock()), **network_modules()})
    watcher = late_client.load("mqtt").MQTTClient("late", "localhost", broker.port, timeout=5)
    watcher.set_callback(lambda *message: late.append(message))
    watcher.connect()
    watcher.subscribe("anna/#")
    watcher.wait_msg()
    watcher.close()
    assert late == [(b"anna/kept", b"stays", True)]


def test_ssl_true_needs_the_certificate_of_the_authority(tmp_path: Path) -> None:
    """Without /ca.der there is no connection, and the error names the file."""
    script = "from mqttclient import MQTTClient\nMQTTClient(BROKER, port=PORT, ssl=True)\n"
    with pytest.raises(OSError, match=r"certificate of the authority in /ca\.der"):
        _run(script, tmp_path, 1)
