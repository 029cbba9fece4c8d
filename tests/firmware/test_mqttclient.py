"""The course's scripts run on the firmware's client as they ran on the course's own."""

from __future__ import annotations

import json
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

# Written for these tests in the manner of the lecture: greet on one topic, print what comes on two.
LECTURE = """
from mqttclient import MQTTClient

received = []

def mqtt_callback(topic, msg):
    received.append(msg)
    print("RECEIVE topic = {}, msg = {}".format(topic.decode("utf-8"), msg.decode("utf-8")))

mqtt = MQTTClient(BROKER, port=PORT, user="iot49", password="rocks")
mqtt.set_callback(mqtt_callback)
mqtt.subscribe("iot49/a")
mqtt.subscribe("iot49/b")
for i in range(5):
    topic = "iot49/esp32"
    message = "hello " + str(i)
    print("PUBLISH topic = {} message = {}".format(topic, message))
    mqtt.publish(topic, message)
mqtt.publish("iot49/a", "for me")
mqtt.publish("iot49/b", "and me", qos=1)
while len(received) < 2:
    mqtt.wait_msg()
mqtt.check_msg()
mqtt.disconnect()
"""

LAB_3 = """
import json
from mqttclient import MQTTClient

session = "hopla"
mqtt = MQTTClient(BROKER, port=PORT)

answered = []

def handle(topic, msg):
    if topic == (session + "/host/hello").encode():
        mqtt.publish(session + "/mcu/hello", msg)
        answered.append(msg)

mqtt.set_callback(handle)
mqtt.subscribe(session + "/host/hello")
mqtt.publish(session + "/data", json.dumps(dict(t=1.5, v=3, i=2)), retain=True)
mqtt.publish(session + "/host/hello", "hi")
while not answered:
    mqtt.check_msg()
mqtt.disconnect()
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


def test_the_example_of_the_lecture(
    broker: Mosquitto,
    heard: list[tuple[bytes, bytes, bool]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It greets five times and prints what it hears on both topics."""
    _run(LECTURE, tmp_path, broker.port)
    wait_until(lambda: len(heard) >= 7, lambda: f"seven messages, got {heard}")
    greetings = [payload for topic, payload, _ in heard if topic == b"iot49/esp32"]
    assert greetings == [b"hello %d" % number for number in range(5)]
    printed = capsys.readouterr().out
    assert "RECEIVE topic = iot49/a, msg = for me" in printed
    assert "RECEIVE topic = iot49/b, msg = and me" in printed


def test_the_skeleton_of_lab_3(
    broker: Mosquitto, heard: list[tuple[bytes, bytes, bool]], tmp_path: Path
) -> None:
    """It answers a greeting inside the callback and sends a dictionary as JSON."""
    _run(LAB_3, tmp_path, broker.port)
    wait_until(lambda: len(heard) >= 3, lambda: f"three messages, got {heard}")
    by_topic = {topic: payload for topic, payload, _ in heard}
    assert json.loads(by_topic[b"hopla/data"]) == {"t": 1.5, "v": 3, "i": 2}
    assert by_topic[b"hopla/mcu/hello"] == b"hi"


def test_ssl_true_needs_the_certificate_of_the_authority(tmp_path: Path) -> None:
    """Without /ca.der there is no connection, and the error names the file."""
    script = "from mqttclient import MQTTClient\nMQTTClient(BROKER, port=PORT, ssl=True)\n"
    with pytest.raises(OSError, match=r"certificate of the authority in /ca\.der"):
        _run(script, tmp_path, 1)
