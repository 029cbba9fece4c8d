"""The demo as a whole, on both brokers, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING

import pytest

from mqttui.demo.mosquitto import MosquittoFailed, MosquittoProcess
from mqttui.demo.run import BrokerChoice, Demo, DemoUnavailable
from mqttui.demo.spells import Pattern
from tests.support.mosquitto import program
from tests.support.peer import Peer
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROKERS = [pytest.param("mosquitto", marks=pytest.mark.mosquitto), "embedded"]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder that is the place for temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    monkeypatch.setattr(tempfile, "tempdir", None)


def is_listening(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether anything accepts connections on a port of an address of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


@pytest.mark.parametrize("choice", BROKERS)
def test_the_class_comes_alive_and_ends_without_a_trace(
    choice: BrokerChoice, temporary: Path
) -> None:
    """Twelve boards, the other publishers and `$SYS` are there; then port, threads, files go."""
    threads_before = set(threading.enumerate())
    demo = Demo(choice)
    settings = demo.start()
    try:
        assert settings.host == "127.0.0.1"
        assert choice in demo.broker_name
        assert not is_listening(settings.port, "127.0.0.2"), "loopback address 127.0.0.1 only"
        with Peer(settings.host, settings.port) as watcher:
            watcher.subscribe("#", 1)
            watcher.subscribe("$SYS/#", 0)

            def topics() -> set[str]:
                return {message.topic for message in watcher.received}

            wait_until(
                lambda: sum(topic.endswith("/status") for topic in topics()) >= 13,
                lambda: f"twelve boards and the weather station in {topics()}",
            )
            for part in (
                "iot49/finn/adc",
                "iot49/max/data",
                "weather/roof",
                "zigbee2mqtt/bridge/state",
                "tele/tasmota_4A1B2C/LWT",
                "lab/accelerometer/raw",
                "$SYS/broker/uptime",
            ):
                wait_until(lambda part=part: part in topics(), part)
            data = wait_until(
                lambda: [m for m in watcher.received if m.topic.endswith("/data") and m.qos == 1],
                "a reading",
            )
            assert {"v", "i", "p", "n", "t"} <= set(json.loads(data[0].payload))
    finally:
        demo.stop()
    assert demo.problems == ()
    assert not is_listening(settings.port)
    assert set(threading.enumerate()) == threads_before
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("choice", BROKERS)
def test_a_board_answers_over_the_broker(choice: BrokerChoice) -> None:
    """A command to a board is answered on its reply topic."""
    with Demo(choice) as demo:
        settings = demo.start()
        with Peer(settings.host, settings.port) as teacher:
            teacher.subscribe("iot49/+/status", 1)
            board = teacher.wait_for(1)[0].topic.removesuffix("/status")
            teacher.subscribe(f"{board}/reply", 1)
            teacher.publish(f"{board}/cmd", b'{"id": "q", "op": "get"}', 1)
            reply = wait_until(
                lambda: [m for m in teacher.received if m.topic.endswith("/reply")], "a reply"
            )[0]
            assert json.loads(reply.payload)["id"] == "q"


def test_a_board_that_vanishes_leaves_its_will(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board that drops off is reported offline by the broker, then online by itself."""
    soon = Pattern(first_s=(1.0, 1.0), lasts_s=(1.0, 1.0), pause_s=(600.0, 600.0))
    monkeypatch.setattr("mqttui.demo.boards.WIFI_GAPS", soon)
    with Demo("embedded") as demo:
        settings = demo.start()
        with Peer(settings.host, settings.port) as watcher:
            watcher.subscribe("iot49/+/status", 1)

            def course() -> list[bytes]:
                return [m.payload for m in watcher.received if "/bench05-" in m.topic]

            wait_until(lambda: course()[-3:] == [b"online", b"offline", b"online"], course)


def test_the_class_comes_back_after_its_broker(temporary: Path) -> None:
    """When the broker loses everybody the devices connect again by themselves."""
    from mqttui.demo.broker.server import EmbeddedBroker
    from mqttui.demo.performance import Performance

    first = EmbeddedBroker()
    port = first.start()
    performance = Performance("127.0.0.1", port, 1)
    performance.start()
    try:
        with Peer("127.0.0.1", port) as watcher:
            watcher.subscribe("iot49/+/status", 1)
            watcher.wait_for(12)
        first.stop()
        second = EmbeddedBroker()
        second.start(port)
        try:
            with Peer("127.0.0.1", port) as watcher:
                watcher.subscribe("iot49/+/status", 1)
                watcher.wait_for(12)
        finally:
            second.stop()
    finally:
        performance.stop()
    assert performance.problems == []


def test_without_mosquitto_the_embedded_broker_serves(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    """`auto` does what it can and says nothing; asking for mosquitto gets a sentence."""
    monkeypatch.setattr("mqttui.demo.run.find_mosquitto", lambda: None)
    with Demo("auto") as demo:
        demo.start()
        assert demo.broker_name == "embedded broker"
        assert demo.problems == ()
    with pytest.raises(DemoUnavailable, match="mosquitto is not installed"):
        Demo("mosquitto").start()


def test_a_mosquitto_that_does_not_start_is_replaced_and_named(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    """`auto` says why it took the other one and leaves no files of the failure."""
    monkeypatch.setattr("mqttui.demo.run.find_mosquitto", lambda: "/bin/false")
    with Demo("auto") as demo:
        demo.start()
        assert demo.broker_name == "embedded broker"
        (problem,) = demo.problems
        assert "/bin/false" in problem
        assert "embedded broker serves instead" in problem
        assert list(temporary.iterdir()) == []
    with pytest.raises(DemoUnavailable, match="did not start"):
        Demo("mosquitto").start()


@pytest.mark.mosquitto
def test_a_taken_port_is_not_mistaken_for_mosquitto(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    """When another program was quicker the next port is tried."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        from mqttui.demo import mosquitto

        chosen = mosquitto._free_port
        ports = iter([taken.getsockname()[1], chosen()])
        monkeypatch.setattr(mosquitto, "_free_port", lambda: next(ports))
        process = MosquittoProcess(program("mosquitto"))
        try:
            assert process.start() != taken.getsockname()[1]
            assert is_listening(process.port)
        finally:
            process.stop()
    assert list(temporary.iterdir()) == []


def test_what_mosquitto_said_is_passed_on(tmp_path: Path, temporary: Path) -> None:
    """The sentence has the last error line of its log."""
    fake = tmp_path / "mosquitto"
    fake.write_text("#!/bin/sh\necho 'Error: no such thing'\nexit 3\n")
    fake.chmod(0o755)
    with pytest.raises(MosquittoFailed, match="Error: no such thing"):
        MosquittoProcess(str(fake)).start()


@pytest.mark.mosquitto
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_mosquitto_does_not_outlive_a_program_that_dies(
    how: signal.Signals, temporary: Path
) -> None:
    """However the program ends, mosquitto and its folder are gone."""
    program("mosquitto")
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time; from mqttui.demo.run import Demo;"
            "print(Demo('mosquitto').start().port, flush=True); time.sleep(600)",
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert child.stdout is not None
    with child.stdout:
        port = int(child.stdout.readline())
        assert is_listening(port)
        assert len(list(temporary.iterdir())) == 1
        child.send_signal(how)
        child.wait(10)
    wait_until(lambda: not is_listening(port), "mosquitto to end")
    wait_until(lambda: not list(temporary.iterdir()), "its folder to go")


@pytest.mark.mosquitto
def test_stopping_twice_is_harmless(temporary: Path) -> None:
    """`stop` may be called again, by hand and by the context manager."""
    with Demo("auto") as demo:
        demo.start()
        demo.stop()
        demo.stop()
        assert demo.broker_name == "none"
