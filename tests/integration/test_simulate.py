"""`mqttui simulate` on a real mosquitto: what is published, what is left, what is said."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.mosquitto import MosquittoConfig
from tests.support.peer import Peer
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.conftest import StartMosquitto
    from tests.support.certificates import CertificateAuthority
    from tests.support.mosquitto import Mosquitto

pytestmark = pytest.mark.mosquitto
PASSWORD = "chalk-and-board"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment without anybody's own profiles."""
    return {
        **os.environ,
        "MQTTUI_CONFIG_DIR": str(tmp_path / "config"),
        "MQTTUI_STATE_DIR": str(tmp_path / "state"),
    }


def _command(broker: Mosquitto, *words: str, port: int | None = None) -> list[str]:
    place = f"localhost:{port or broker.port}"
    return [sys.executable, "-m", "mqttui", "simulate", place, "--seed", "7", *words]


def _figure(text: str, name: str) -> int:
    found = re.search(rf"^  {re.escape(name)} +([\d,]+)", text, re.MULTILINE)
    assert found is not None, text
    return int(found[1].replace(",", ""))


@pytest.fixture
def started(broker: Mosquitto, environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Return a class of five boards that runs until it is told to end."""
    with subprocess.Popen(
        _command(broker, "-n", "5", "--profile", "mixed", "--rate", "10", "--end", "clear"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


def test_a_class_lives_obeys_and_leaves_nothing(
    broker: Mosquitto, started: subprocess.Popen[str]
) -> None:
    """Every board is born, a command is answered, ctrl+c ends it, and nothing stays retained."""
    with Peer(broker.host, broker.port) as teacher:
        teacher.subscribe("iot49/#", 1)

        def births() -> set[str]:
            return {
                message.topic.removesuffix("/status")
                for message in teacher.received
                if message.topic.endswith("/status") and message.payload == b"online"
            }

        wait_until(lambda: len(births()) == 5, lambda: f"five births, got {births()}", 60)
        board = min(births())
        teacher.publish(f"{board}/cmd", b'{"id": 9, "op": "set", "rate": 999}', 1)
        reply = wait_until(
            lambda: [m for m in teacher.received if m.topic == f"{board}/reply"], "a reply", 60
        )[0]
        answer = json.loads(reply.payload)
        assert (answer["id"], answer["ok"], answer["rate"]) == (9, False, 10)
        started.send_signal(signal.SIGINT)
        printed, told = started.communicate(timeout=60)
        assert started.returncode == 0, told
        assert printed.startswith(f"5 boards (mixed) on localhost:{broker.port} for ")
        assert _figure(printed, "not acknowledged") == 0
        assert "connections         5, of them lost 0; failed attempts 0" in printed
        assert _figure(printed, "acknowledged") == _figure(printed, "published at QoS 1")
        # Everything at QoS 1 but the command and the clearing reached the teacher once.
        wait_until(
            lambda: (
                {m.topic for m in teacher.received if m.payload == b"offline"}
                == {f"{each}/status" for each in births()}
            ),
            "five farewells",
        )
        heard = [m for m in teacher.received if m.payload and not m.topic.endswith("/cmd")]
        assert len(heard) == _figure(printed, "published at QoS 1") - 10
    with Peer(broker.host, broker.port) as late:
        late.subscribe("iot49/#", 1)
        late.publish("end", b"x", 1)
        late.subscribe("end", 1)
        assert [m for m in late.received if m.retain] == []


def test_wills_are_published_by_those_who_vanish(
    broker: Mosquitto, environ: dict[str, str]
) -> None:
    """The time is over, and the broker itself says that the boards are gone."""
    with Peer(broker.host, broker.port) as teacher:
        teacher.subscribe("iot49/+/status", 1)
        done = subprocess.run(
            _command(broker, "-n", "2", "--duration", "3", "--end", "will"),
            capture_output=True,
            text=True,
            env=environ,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        wait_until(lambda: sum(m.payload == b"offline" for m in teacher.received) == 2, "two wills")
    # A board that says farewell has disconnected.
    assert broker.log_text().count("closed its connection") >= 2


def test_boards_come_back_after_their_broker_and_lose_no_sample(
    start_mosquitto: StartMosquitto, environ: dict[str, str]
) -> None:
    """A restart in the middle of a lesson; what waited comes in order, at least once."""
    broker = start_mosquitto(MosquittoConfig(has_persistence=True))
    command = _command(broker, "-n", "2", "--rate", "10")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            with Peer(broker.host, broker.port) as teacher:
                teacher.subscribe("iot49/+/data", 1)
                before = wait_until(lambda: list(teacher.received)[20:], "samples", 60)[-1]
            broker.stop()
            broker.start()
            with Peer(broker.host, broker.port) as teacher:
                teacher.subscribe("iot49/+/data", 1)
                after = wait_until(
                    lambda: [m for m in teacher.received if m.topic == before.topic][15:],
                    "samples after the restart",
                    60,
                )
                numbers = [json.loads(m.payload)["n"] for m in after]
            assert numbers == list(range(numbers[0], numbers[-1] + 1))
        finally:
            process.send_signal(signal.SIGTERM)
            printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert _figure(printed, "connections") >= 4
    assert _figure(printed, "dropped") == 0


def test_tls_and_account_are_those_of_connect_and_the_password_is_nowhere(
    start_mosquitto: StartMosquitto, authority: CertificateAuthority, environ: dict[str, str]
) -> None:
    """Verified TLS and a password from standard input; a wrong one is told once, and ends it."""
    broker = start_mosquitto(
        MosquittoConfig(server_certificate=authority.issue("sim"), users={"ada": PASSWORD})
    )
    words = (
        *("-n", "2", "--duration", "2", "--user", "ada", "--password-stdin"),
        *("--cafile", str(authority.ca_file)),
    )
    command = _command(broker, *words, port=broker.tls_port)
    done, refused = (
        subprocess.run(
            command, input=f"{text}\n", capture_output=True, text=True, env=environ, check=False
        )
        for text in (PASSWORD, "wrong")
    )
    assert done.returncode == 0, done.stderr
    assert _figure(done.stdout, "acknowledged") > 10
    assert PASSWORD not in done.stdout + done.stderr + " ".join(command)
    assert refused.returncode == 1
    assert refused.stdout == ""
    (sentence,) = refused.stderr.splitlines()
    assert "ada" in sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--fault", "fire"], "there is no fault 'fire'"),
        (["--fault", "wifi:x"], "--fault wifi must be a whole number"),
        (["-n", "2", "--fault", "wifi:3"], "3 boards cannot have the fault wifi"),
        (["-n", "0"], "--boards must be a whole number from 1 to 1000"),
        (["--profile", "wind"], "--profile must be solar, battery, motor or mixed"),
        (["--prefix", "a//b"], "prefix: topic levels"),
        (["--password", PASSWORD], "There is no --password option"),
    ],
)
def test_a_mistake_is_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the exit code of a wrong option."""
    from mqttui.cli.main import main

    assert main(["simulate", "localhost:1", *words]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
    assert PASSWORD not in told
