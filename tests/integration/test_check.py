"""`mqttui check` as cron and monitoring systems run it, against real brokers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.mosquitto import MosquittoConfig
from tests.support.publisher import publisher

if TYPE_CHECKING:
    from tests.integration.conftest import StartMosquitto
    from tests.support.mosquitto import Mosquitto

pytestmark = pytest.mark.mosquitto
SAMPLE = re.compile(r'mqttui_broker_[a-z_]+\{broker="127\.0\.0\.1:\d+"(,\w+="[\w-]+")*\} -?[\d.]+')


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which a broker may be young."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MQTTUI_")}
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "preferences.toml").write_text("[alarms]\nrestart_within_s = false\n")
    return {
        **kept,
        "MQTTUI_CONFIG_DIR": str(tmp_path / "config"),
        "MQTTUI_STATE_DIR": str(tmp_path / "state"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }


def begin(*words: str, environ: dict[str, str]) -> subprocess.Popen[str]:
    """Start a check."""
    return subprocess.Popen(
        [sys.executable, "-m", "mqttui", "check", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )


def result(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error of a check that ends."""
    out, errors = process.communicate(timeout=60)
    return process.returncode, out, errors


def test_a_healthy_broker_in_all_three_forms(broker: Mosquitto, environ: dict[str, str]) -> None:
    """One line, JSON and a scrape say the same numbers, and the exit code is 0."""
    where = f"{broker.host}:{broker.port}"
    processes = [
        begin(where, *words, environ=environ) for words in ((), ("--json",), ("--prometheus",))
    ]
    (code, line, errors), as_json, scrape = map(result, processes)
    assert (code, errors) == (0, "")
    assert line.startswith(f"OK {where}: mosquitto 2")
    assert line.count("\n") == 1
    assert " client" in line
    assert (as_json[0], scrape[0]) == (0, 0)
    said = json.loads(as_json[1])
    assert (said["status"], said["product"], said["alarms"]) == ("ok", "mosquitto", [])
    assert said["metrics"]["publish.out"]["per_s"] > 0
    assert 1 <= said["metrics"]["clients.connected"]["value"] <= 3
    samples = [row for row in scrape[1].splitlines() if not row.startswith("#")]
    assert len(samples) > 20
    for sample in samples:
        assert SAMPLE.fullmatch(sample), sample
    assert any(sample.startswith("mqttui_broker_publish_out_total{") for sample in samples)


def test_a_young_broker_is_a_warning(broker: Mosquitto, environ: dict[str, str]) -> None:
    """Without other settings a restart within the last ten minutes is told."""
    Path(environ["MQTTUI_CONFIG_DIR"], "preferences.toml").unlink()
    code, line, _ = result(begin(f"{broker.host}:{broker.port}", environ=environ))
    assert code == 1
    assert "was restarted" in line


def test_a_broker_that_drops_is_critical(
    start_mosquitto: StartMosquitto, environ: dict[str, str]
) -> None:
    """A full queue of a client that is away makes the broker drop, and the share is told."""
    broker = start_mosquitto(MosquittoConfig(extra=("max_queued_messages 5",)))
    import paho.mqtt.client as paho

    away = paho.Client(paho.CallbackAPIVersion.VERSION2, "away", clean_session=False)
    away.on_connect = lambda client, *_: client.subscribe("flood", qos=1)
    away.on_subscribe = lambda client, *_: client.disconnect()
    away.connect(broker.host, broker.port)
    away.loop_forever()
    process = begin(f"{broker.host}:{broker.port}", "--json", environ=environ)
    with publisher(broker.host, broker.port) as client:
        while process.poll() is None:
            client.publish("flood", "x", qos=1).wait_for_publish(15)
    code, out, _ = result(process)
    said = json.loads(out)
    assert (code, said["status"]) == (2, "critical")
    assert {alarm["kind"] for alarm in said["alarms"]} >= {"dropping", "dropping-much"}
    assert said["metrics"]["publish.dropped"]["per_s"] > 0


def test_what_cannot_be_asked(
    acl_broker: Mosquitto,
    dynsec_broker: Mosquitto,
    tmp_path: Path,
    environ: dict[str, str],
) -> None:
    """Not reachable is critical; silent and refused are unknown, with what to do."""
    secret = tmp_path / "password"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    login = ("--user", "ada", "--password-file", str(secret))
    silent = begin(f"127.0.0.1:{acl_broker.port}", "--timeout", "2", *login, environ=environ)
    refused = begin(f"127.0.0.1:{dynsec_broker.port}", "--json", *login, environ=environ)
    no_login = begin(f"127.0.0.1:{acl_broker.port}", "--user", "ada", environ=environ)
    code, line, _ = result(silent)
    assert code == 3
    assert line.startswith("UNKNOWN")
    assert "topic read $SYS/#" in line
    code, out, _ = result(refused)
    assert code == 3
    assert json.loads(out)["status"] == "unknown"
    assert "$SYS/#" in json.loads(out)["problem"]
    code, out, errors = result(no_login)
    assert (code, out) == (3, "")
    assert "correct horse" not in errors
    acl_broker.stop()
    code, line, _ = result(begin(f"127.0.0.1:{acl_broker.port}", *login, environ=environ))
    assert code == 2
    assert line.startswith(f"CRITICAL 127.0.0.1:{acl_broker.port}: ")
    code, out, errors = result(
        begin(f"127.0.0.1:{acl_broker.port}", "--prometheus", *login, environ=environ)
    )
    assert (code, out) == (2, "")
    assert errors.startswith("mqttui: ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "check needs a HOST"),
        (("127.0.0.1", "--timeout", "soon"), "--timeout must be a number"),
        (("127.0.0.1", "--json", "--prometheus"), "contradict each other"),
        (("127.0.0.1", "--subscribe", "a"), "Unknown option '--subscribe'"),
        (("127.0.0.1", "--password", "hush"), "There is no --password option"),
    ],
)
def test_what_cannot_be_used(
    words: tuple[str, ...], sentence: str, environ: dict[str, str]
) -> None:
    """The exit code is that of unknown, not that of a broker in trouble."""
    code, out, errors = result(begin(*words, environ=environ))
    assert (code, out) == (3, "")
    assert sentence in errors
    assert "hush" not in errors
