"""The emulated board behaves as an ESP32 does, as far as other tests rely on it."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import serial

from mqttui.settings.connection import ConnectionSettings
from mqttui.simulation.circuit import Steady
from mqttui.simulation.clock import RealClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import Ina219Chip
from tests.support.board.emulated_board import BoardOptions
from tests.support.board.mpremote import mpremote
from tests.support.certificates import CertificateAuthority
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.integration.conftest import Listen, StartBoard
    from tests.support.mosquitto import Mosquitto

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"

WIFI = """
import network, time
station = network.WLAN(network.STA_IF)
station.active(True)
station.connect("classroom", "chalk")
while not station.isconnected():
    time.sleep_ms(10)
"""

# CONNECT with a will on `class/board/status` and a keep-alive of one second, then PUBLISH.
MQTT = """
import socket
def text(word):
    return len(word).to_bytes(2, "big") + word
def connected(port, wrap=lambda plain: plain):
    plain = socket.socket()
    plain.settimeout(10)
    plain.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    stream = wrap(plain)
    body = text(b"MQTT") + bytes([4, 0x06, 0, 1])
    body += text(b"board") + text(b"class/board/status") + text(b"offline")
    stream.write(bytes([0x10, len(body)]) + body)
    assert stream.read(4) == bytes([0x20, 2, 0, 0])
    body = text(b"class/board/data") + b"7"
    stream.write(bytes([0x30, len(body)]) + body)
    return stream
"""


def read_until(line: serial.Serial, text: bytes) -> bytes:
    """Return what comes over the line up to a text; AssertionError when it does not come."""
    line.timeout = 15
    found = bytes(line.read_until(text))
    assert found.endswith(text), found
    return found


def test_mpremote_talks_to_the_board(start_board: StartBoard) -> None:
    """Real MicroPython answers in the raw REPL and knows that it is an ESP32."""
    board = start_board()
    assert mpremote(board, "eval", "sum(range(7))").strip() == "21"
    code = "import os, time; print(os.uname()[0], time.gmtime(0)[0])"
    assert mpremote(board, "exec", code) == "esp32 2000\n"


def test_files_survive_every_kind_of_reset(start_board: StartBoard, tmp_path: Path) -> None:
    """Copied files are there after a soft reset, a hard reset, and when it was switched off."""
    source = tmp_path / "notes.bin"
    source.write_bytes(bytes(range(256)) * 40)
    board = start_board()
    mpremote(board, "fs", "mkdir", ":deep")
    mpremote(board, "fs", "cp", str(source), ":deep/notes.bin")
    mpremote(board, "soft-reset")
    mpremote(board, "reset")
    wait_until(lambda: board.resets == 1, "the hard reset")
    assert "10240 notes.bin" in mpremote(board, "fs", "ls", ":deep")
    board.stop()
    assert board.files() == {"/deep/notes.bin": source.read_bytes()}


def test_ctrl_c_interrupts_what_runs_at_boot(start_board: StartBoard) -> None:
    """boot.py and main.py run; Ctrl-C leads to the prompt, and Ctrl-D there runs them again."""
    main = "import time\nprint('measuring')\nwhile True:\n    time.sleep(1)\n"
    board = start_board(files={"boot.py": "print('booting')", "main.py": main})
    with serial.Serial(board.port) as line:
        line.write(b"\x03")
        read_until(line, b">>> ")
        line.write(b"\x04")
        assert b"booting\r\nmeasuring\r\n" in read_until(line, b"measuring\r\n")
        line.write(b"\x03")
        assert b"KeyboardInterrupt" in read_until(line, b">>> ")


def test_opening_the_port_resets_a_board_with_a_bridge(start_board: StartBoard) -> None:
    """DTR and RTS of the USB bridge reset the board, and mpremote reaches it all the same."""
    board = start_board(BoardOptions(resets_on_open=True))
    wait_until(lambda: Path(board.port).exists(), "the port")
    with serial.Serial(board.port) as line:
        read_until(line, b">>> ")
        assert board.resets == 1


def test_the_watchdog_survives_a_soft_reset(start_board: StartBoard) -> None:
    """A board that feeds its watchdog no more is reset, also while it waits at the prompt."""
    code = "import machine; machine.WDT(timeout=1000)"
    board = start_board(files={"main.py": "import machine; print('cause', machine.reset_cause())"})
    with serial.Serial(board.port) as line:
        line.write(b"\r")
        read_until(line, b">>> ")
        line.write(code.encode() + b"\r\x04")
        read_until(line, b"cause 5\r\n")
        read_until(line, b"cause 3\r\n")


def test_sockets_reach_a_broker_and_freeze_without_wifi(
    start_board: StartBoard, broker: Mosquitto, listen: Listen
) -> None:
    """What the board publishes arrives; when the Wi-Fi is gone the broker is told nothing, finds
    out by the keep-alive, and publishes the will."""
    listener = listen(ConnectionSettings(broker.host, broker.port))
    listener.wait_subscribed()
    main = f"""{WIFI}{MQTT}
stream = connected({broker.port})
while station.isconnected():
    time.sleep_ms(100)
    stream.write(b"\\xc0\\x00")
try:
    stream.write(b"\\xc0\\x00")
except OSError as error:
    print("lost", error.errno)
stream.close()
"""
    board = start_board(files={"main.py": main})
    listener.wait_payload(b"class/board/data", b"7")
    board.set_wifi(False)
    listener.wait_payload(b"class/board/status", b"offline")


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("none", "connected"),
        ("wrong authority", "refused -9984"),
        ("wrong name", "refused -9984"),
        ("clock unset", "refused -9984"),
    ],
)
def test_tls_is_verified(
    start_board: StartBoard,
    tls_broker: Mosquitto,
    authority: CertificateAuthority,
    tmp_path: Path,
    fault: str,
    answer: str,
) -> None:
    """A connection is made with the right authority, name and time, and refused otherwise."""
    trusted = CertificateAuthority(tmp_path / "other") if fault == "wrong authority" else authority
    name = "example.org" if fault == "wrong name" else "localhost"
    code = f"""{WIFI}{MQTT}
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(cafile="/ca.der")
try:
    wrap = lambda plain: context.wrap_socket(plain, server_hostname="{name}")
    connected({tls_broker.tls_port}, wrap)
    print("connected")
except OSError as error:
    print("refused", error.errno)
"""
    der = ssl.PEM_cert_to_DER_cert(trusted.ca_file.read_text())
    board = start_board(BoardOptions(is_clock_set=fault != "clock unset"), files={"ca.der": der})
    assert mpremote(board, "exec", code).strip() == answer


def test_the_driver_measures_a_simulated_sensor(start_board: StartBoard) -> None:
    """The firmware's INA219 driver on real MicroPython reads the simulated chip on its bus."""
    chip = Ina219Chip(Steady(5.0, 0.25), RealClock())
    board = start_board(
        bus=I2CBus({0x40: chip}), files={"ina219.py": (FIRMWARE / "ina219.py").read_bytes()}
    )
    code = """
from ina219 import INA219
from machine import I2C
sensor = INA219(I2C(0))
sensor.measure()
print(sensor.bus_v, sensor.current_a)
"""
    bus_v, current_a = map(float, mpremote(board, "exec", code).split())
    assert bus_v == pytest.approx(5.0, abs=0.004)
    assert current_a == pytest.approx(0.25, abs=0.0002)
