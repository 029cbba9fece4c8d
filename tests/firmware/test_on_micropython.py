"""The firmware on real MicroPython: the emulated board, its bus, and a real broker."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.simulation.circuit import Steady
from mqttui.simulation.clock import RealClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import Ina219Chip
from tests.firmware.bench import FIRMWARE
from tests.support.board.emulated_board import BoardOptions
from tests.support.board.mpremote import mpremote
from tests.support.certificates import CertificateAuthority
from tests.support.mosquitto import MosquittoConfig
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.conftest import StartBoard, StartMosquitto
    from tests.support.mosquitto import Mosquitto

MAIN = (FIRMWARE / "main.py").read_bytes()
FILES = {path.name: path.read_bytes() for path in FIRMWARE.glob("*.py") if path.name != "main.py"}

WIFI = """
import network
from time import sleep_ms
station = network.WLAN(network.STA_IF)
station.active(True)
station.connect("classroom", "chalk")
while not station.isconnected():
    sleep_ms(10)
"""


def _der(authority: CertificateAuthority) -> bytes:
    """Return the authority's certificate as a board reads it."""
    return ssl.PEM_cert_to_DER_cert(authority.ca_file.read_text())


def test_the_driver_reads_the_same_as_on_cpython(start_board: StartBoard) -> None:
    """Ranges follow the current in both directions, signs are right, a brown-out is counted."""
    circuit = Steady(5.0, 0.123)
    chip = Ina219Chip(circuit, RealClock())
    board = start_board(bus=I2CBus({0x40: chip}), files=FILES)
    program = """
from machine import I2C
from ina219 import INA219
import json
sensor = INA219(I2C(0), averaging=1)
for _ in range(2):
    sensor.measure()
    print(json.dumps([sensor.bus_v, sensor.current_a, sensor.shunt_range_mv, sensor.resets]))
"""
    first, second = map(json.loads, mpremote(board, "exec", program).splitlines())
    assert first == pytest.approx([5.0, 0.123, 320, 0])
    assert second == pytest.approx([5.0, 0.123, 40, 0])
    circuit.current_a = -2.5
    first, second = map(json.loads, mpremote(board, "exec", program).splitlines())
    assert second == pytest.approx([5.0, -2.5, 320, 0])
    mpremote(board, "resume", "exec", program)
    chip.power_on_reset()
    again = "sensor.measure(); print(sensor.current_a, sensor.resets)"
    current_a, resets = mpremote(board, "resume", "exec", again).split()
    assert (float(current_a), resets) == (pytest.approx(-2.5), "1")


def test_a_measurement_allocates_nothing(start_board: StartBoard) -> None:
    """Measured by the interpreter itself, on a bus that allocates nothing either."""
    program = """
import gc
import ina219

class Bus:
    # The configuration after a reset, then whatever was written; 2 V, always ready, 5 mV.
    def __init__(self):
        self.words = [0x399F, 500, 500 << 3 | 2, 0, 0, 0]
    def writeto_mem(self, address, register, word):
        value = word[0] << 8 | word[1]
        self.words[register] = 0x399F if value == 0x8000 else value
    def readfrom_mem_into(self, address, register, word):
        word[0] = self.words[register] >> 8
        word[1] = self.words[register] & 255

ina219.sleep_ms = ina219.sleep_us = lambda duration: None
sensor = ina219.INA219(Bus(), averaging=1)
sensor.measure()
gc.collect()
gc.disable()
def allocated(times):
    before = gc.mem_alloc()
    for _ in range(times):
        sensor.measure()
    return gc.mem_alloc() - before
allocated(1)
print(allocated(50), sensor.resets, sensor.shunt_v)
"""
    board = start_board(files=FILES)
    allocated, resets, shunt_v = mpremote(board, "exec", program).split()
    assert (allocated, resets, float(shunt_v)) == ("0", "0", pytest.approx(0.005))


def test_a_missing_sensor_is_told_in_words(start_board: StartBoard) -> None:
    """The sentence and the errno are those that a program sees."""
    board = start_board(bus=I2CBus({}), files=FILES)
    program = """
from machine import I2C
from ina219 import INA219, SensorError
try:
    INA219(I2C(0))
except SensorError as error:
    print(error.args[0], error.args[1])
"""
    printed = mpremote(board, "exec", program)
    assert printed == "19 no INA219 at 0x40: check wires and address\n"


TALK = """
from mqtt import MQTTClient, MQTTError, tls_context
heard = []
client = MQTTClient("board-1", "localhost", PORT, ssl=tls_context("/ca.der"), keepalive=4)
client.set_callback(lambda topic, message, is_retained: heard.append(message))
try:
    client.connect()
    client.subscribe("x/#", qos=1)
    client.publish("x/long", b"l" * 6000, qos=1)
    for number in range(20):
        client.publish("x/n", str(number), qos=1)
    while len(heard) < 21:
        client.wait_msg()
    client.flush()
    print(len(heard[0]), [int(message) for message in heard[1:]] == list(range(20)))
    client.disconnect()
except MQTTError as error:
    print(error.args[1])
"""


def test_messages_pass_over_verified_tls(
    start_board: StartBoard, tls_broker: Mosquitto, authority: CertificateAuthority
) -> None:
    """At QoS 1 both ways, to a real broker."""
    board = start_board(files={**FILES, "ca.der": _der(authority)})
    program = f"{WIFI}PORT = {tls_broker.tls_port}\n{TALK}"
    assert mpremote(board, "exec", program) == "6000 True\n"


@pytest.mark.parametrize("fault", ["authority", "name", "expired", "clock"])
def test_no_unverified_broker_is_talked_to(
    start_board: StartBoard,
    start_mosquitto: StartMosquitto,
    authority: CertificateAuthority,
    tmp_path: Path,
    fault: str,
) -> None:
    """Another authority, another name, a certificate of yesterday, and a clock that is not set."""
    options: dict[str, Any] = {"is_expired": fault == "expired"}
    if fault == "name":
        options["hosts"] = ("elsewhere.example",)
    files = authority.issue(f"board-{fault}", **options)
    broker = start_mosquitto(MosquittoConfig(server_certificate=files))
    trusted = authority
    if fault == "authority":
        trusted = CertificateAuthority(tmp_path / "other", "another authority")
    board = start_board(
        BoardOptions(is_clock_set=fault != "clock"), files={**FILES, "ca.der": _der(trusted)}
    )
    printed = mpremote(board, "exec", f"{WIFI}PORT = {broker.tls_port}\n{TALK}")
    expected = "the clock is not set" if fault == "clock" else "TLS with localhost failed"
    assert printed.startswith(expected)


def test_nothing_is_missing_after_the_wifi_was_gone(
    start_board: StartBoard, broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """What was on its way is sent again, in order, once the board is connected again."""
    heard: list[bytes] = []
    teacher = client(broker.port, "teacher")
    teacher.set_callback(lambda topic, message, is_retained: heard.append(message))
    teacher.connect()
    teacher.subscribe("n", qos=1)

    def wait_for(text: bytes) -> None:
        def is_heard() -> bool:
            teacher.loop(20)
            return text in heard

        wait_until(is_heard, lambda: f"{text!r}, got {heard}", 30)

    main = f"""{WIFI}
from mqtt import MQTTClient
client = MQTTClient("board-1", "localhost", {broker.port}, keepalive=1, timeout=2)
client.set_last_will("n", "gone", qos=1)
number = 0
while number < 40 or client.in_flight:
    try:
        if not client.is_connected:
            client.connect()
        if number < 40:
            client.publish("n", str(number), qos=1)
            number += 1
        client.loop(50)
    except OSError:
        sleep_ms(50)
"""
    board = start_board(files={**FILES, "main.py": main})
    wait_for(b"10")
    board.set_wifi(False)
    wait_for(b"gone")
    assert b"39" not in heard
    board.set_wifi(True)
    wait_for(b"39")
    numbers = [int(text) for text in heard if text != b"gone"]
    # At least once: what was sent again may come twice, but its first time is in order.
    assert list(dict.fromkeys(numbers)) == list(range(40))


def test_a_board_from_birth_to_reset(
    start_board: StartBoard,
    start_mosquitto: StartMosquitto,
    authority: CertificateAuthority,
    client: Callable[..., Any],
) -> None:
    """main.py as it is: verified TLS, birth, samples, commands, a broken wire, a broker that
    restarts without one sample lost or out of order, the will, and a reset."""
    heard: list[tuple[str, bytes]] = []
    # The broker keeps what the teacher misses while it restarts.
    files = authority.issue("class-broker")
    broker = start_mosquitto(MosquittoConfig(server_certificate=files, has_persistence=True))
    teacher = client(broker.port, "teacher")
    teacher.set_callback(lambda topic, message, _: heard.append((topic.decode(), message)))
    topic = "iot49/alice-123456"

    def wait_for(name: str, is_wanted: Callable[[Any], object], since: int | None = None) -> Any:
        """Return the first message that is wanted: a new one, or one since there were so many."""
        place = len(heard) if since is None else since
        found: list[Any] = []

        def is_heard() -> bool:
            teacher.loop(20)
            for where, message in heard[place:]:
                text = message.decode()
                value = json.loads(text) if text.startswith("{") else text
                if where == f"{topic}/{name}" and is_wanted(value):
                    found.append(value)
            return bool(found)

        wait_until(is_heard, lambda: f"{name}, got {heard[-5:]}, {board.log_text()}", 30)
        return found[0]

    def command(**content: object) -> Any:
        before = len(heard)
        teacher.publish(f"{topic}/cmd", json.dumps({"id": "c", **content}), qos=1)
        return wait_for("reply", lambda reply: reply["id"] == "c", before)

    teacher.connect(clean_session=False)
    teacher.publish(f"{topic}/cmd", json.dumps({"op": "reset"}), retain=True)
    for name in ("status", "data", "info", "reply"):
        teacher.subscribe(f"iot49/+/{name}", qos=1)
    circuit = Steady(5.0, 0.123)
    bus = I2CBus({0x40: Ina219Chip(circuit, RealClock())})
    settings = {
        "name": "alice",
        "ssid": "classroom",
        "host": "localhost",
        "port": broker.tls_port,
        "ca": "/ca.der",
        "rate": 10,
    }
    board = start_board(
        BoardOptions(is_clock_set=False),
        bus=bus,
        files={
            **FILES,
            "main.py": MAIN,
            "ca.der": _der(authority),
            "config.json": json.dumps(settings),
        },
    )
    assert wait_for("status", lambda status: status == "online")
    # The first samples are older than the clock.
    sample = wait_for("data", lambda sample: "v" in sample and "t" in sample)
    assert (sample["v"], sample["i"]) == (pytest.approx(5.0), pytest.approx(0.123))
    assert sample["t"] / 1e9 == pytest.approx(RealClock().epoch_us() / 1e12, rel=1e-5)
    assert command(op="set", rate=20)["rate"] == 20
    refused = command(op="set", rate=999)
    assert (refused["ok"], refused["rate"]) == (False, 20)
    curve = command(op="sweep", n=3, interval_ms=20)
    assert curve["v"] == [pytest.approx(5.0)] * 3
    assert curve["i"] == [pytest.approx(0.123)] * 3
    circuit.current_a = -1.5
    assert wait_for("data", lambda sample: sample.get("i", 0) < -1.49)
    bus.unplugged.add(0x40)
    assert wait_for("data", lambda sample: "no INA219" in sample.get("err", ""))
    bus.unplugged.clear()
    assert wait_for("data", lambda sample: "v" in sample)

    broker.stop()
    with pytest.raises(OSError, match="connection"):
        wait_until(teacher.wait_msg, "the end of the connection")
    before = len(heard)
    broker.start()
    assert teacher.connect(clean_session=False) is True
    assert wait_for("status", lambda status: status == "online", before)
    assert command(op="get")["dropped"] == 0
    numbers = [json.loads(message)["n"] for where, message in heard if where.endswith("/data")]
    assert list(dict.fromkeys(numbers)) == list(range(numbers[0], max(numbers) + 1))

    assert board.resets == 0
    before = len(heard)
    assert command(op="reset")["ok"]
    assert wait_for("status", lambda status: status == "offline", before)
    assert wait_for("info", lambda info: info["uid"] == "240ac4123456", before)
    assert board.resets == 1


def test_a_board_sleeps_and_a_command_waits_for_it(
    start_board: StartBoard, broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """It says until when, wakes as another process, counts on, and obeys what was sent meanwhile;
    Home Assistant's messages are there, and gone after the command."""
    heard: list[tuple[str, bytes]] = []
    teacher = client(broker.port, "teacher")
    teacher.set_callback(lambda topic, message, _: heard.append((topic.decode(), message)))
    teacher.connect()
    for topic_filter in ("iot49/#", "homeassistant/#"):
        teacher.subscribe(topic_filter, qos=1)

    def wait_for(name: str, word: bytes, count: int = 1) -> bytes:
        def found() -> list[bytes]:
            teacher.loop(20)
            return [text for topic, text in heard if topic.endswith(name) and word in text]

        return wait_until(lambda: found()[count - 1 :], lambda: f"{name} in {heard[-5:]}", 60)[0]

    settings = {
        "name": "alice",
        "ssid": "classroom",
        "host": "localhost",
        "port": broker.port,
        "sleep": 5,
        "awake": 1,
        "home_assistant": True,
    }
    bus = I2CBus({0x40: Ina219Chip(Steady(5.0, 0.123), RealClock())})
    files = {**FILES, "main.py": MAIN, "config.json": json.dumps(settings)}
    board = start_board(bus=bus, files=files)
    status = json.loads(wait_for("/status", b"sleeping"))
    before = [json.loads(text)["n"] for topic, text in heard if topic.endswith("/data")]
    assert status["wake"] > RealClock().epoch_us() // 1000
    announced = [text for topic, text in heard if topic.startswith("homeassistant/")]
    assert [json.loads(text)["unit_of_meas"] for text in announced] == ["V", "A", "W"]
    command = {"id": 1, "op": "set", "home_assistant": False}
    teacher.publish("iot49/alice-123456/cmd", json.dumps(command), qos=1)
    reply = json.loads(wait_for("/reply", b"id"))
    assert (reply["id"], reply["ok"]) == (1, True)
    wait_for("/status", b"sleeping", 2)
    assert board.resets >= 1
    numbers = [json.loads(text)["n"] for topic, text in heard if topic.endswith("/data")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > len(before)
    removed = [topic for topic, text in heard if topic.startswith("homeassistant/") and not text]
    assert len(removed) == 3
