"""How a board gets its configuration: profile and answers, a roster, and changes of a key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mqttui.deploy.plan import sha256_of
from tests.integration.conftest import PASSWORD, USER
from tests.support.board.emulated_board import BoardOptions
from tests.support.mosquitto import MosquittoConfig
from tests.support.terminal_program import on_terminal

if TYPE_CHECKING:
    from tests.integration.conftest import StartBoard, StartMosquitto
    from tests.support.certificates import CertificateAuthority
    from tests.support.mosquitto import Mosquitto

ROOT = Path(__file__).resolve().parents[2]
DEVICE = (sys.executable, "-m", "mqttui", "device")
WIFI_KEY = "chalk-and-board"


@pytest.fixture
def closed_broker(start_mosquitto: StartMosquitto, authority: CertificateAuthority) -> Mosquitto:
    """Return a broker with TLS that knows only one account."""
    files = authority.issue("class-broker")
    return start_mosquitto(MosquittoConfig(users={USER: PASSWORD}, server_certificate=files))


@pytest.fixture
def environ(
    tmp_path: Path, closed_broker: Mosquitto, authority: CertificateAuthority
) -> dict[str, str]:
    """Return an environment with the profile `lab`, which leads to that broker."""
    folder = tmp_path / "settings"
    folder.mkdir()
    password_file = folder / "password"
    password_file.write_text(f"{PASSWORD}\n")
    password_file.chmod(0o600)
    (folder / "profiles.toml").write_text(
        f'[profiles.lab]\nhost = "localhost"\nport = {closed_broker.tls_port}\nuser = "{USER}"\n'
        f'password_file = "{password_file}"\n[profiles.lab.tls]\ncafile = "{authority.ca_file}"\n'
    )
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MQTTUI_CONFIG_DIR": str(folder),
        "MQTTUI_STATE_DIR": str(tmp_path / "state"),
    }


def device(
    environ: dict[str, str], *words: str, piped: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Return what `mqttui device` did without a terminal."""
    return subprocess.run(
        [*DEVICE, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environ,
        **({"stdin": subprocess.DEVNULL} if piped is None else {"input": piped}),
    )


def test_a_bare_board_from_a_profile_and_three_answers(
    start_board: StartBoard, environ: dict[str, str], closed_broker: Mosquitto
) -> None:
    """Name, Wi-Fi and its key are asked for, the rest is the profile's: broker, account, CA. A
    wrong answer is asked for again, no secret is shown, and mqttui asks the broker itself. What an
    older firmware left goes, what somebody changed of it stays. Then single keys are changed."""
    installed = {"/former.py": sha256_of(b"old"), "/edited.py": sha256_of(b"old")}
    board = start_board(
        BoardOptions(is_clock_set=False, has_time_server=False),
        files={
            "/former.py": b"old",
            "/edited.py": b"mine",
            "/own.py": b"own",
            "/installed.json": json.dumps(installed),
        },
    )
    command = [*DEVICE, "install", "--port", board.port, "--profile", "lab"]
    with on_terminal(command, environ) as program:
        program.wait_for("Name of the board [esp32]:")
        program.type("anna 1\r")
        program.wait_for("name: a name without / + # and spaces.")
        program.type("anna\r")
        program.wait_for("Name of the Wi-Fi:")
        program.type("classroom\r")
        program.wait_for("Key of the Wi-Fi (empty: open):")
        program.type(f"{WIFI_KEY}\r")
        program.wait_for("[y/N]")
        program.type("y\r")
        assert program.wait_for_end() == 0, program.text
        said = program.text
    assert "remove   /former.py  of an older firmware" in said
    assert "keep     /edited.py" in said
    shown = " ".join(said.split())
    assert "host localhost, key (set, not shown), name anna, password (set, not shown), " in shown
    assert "for a board that is the board" in shown
    assert f"The broker localhost:{closed_broker.tls_port} has it as online, too." in said
    assert WIFI_KEY not in said
    assert PASSWORD not in said

    port = ("--port", board.port)
    shown = device(environ, "config", *port)
    assert shown.returncode == 0, shown.stderr
    values = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    assert values["user"] == USER
    assert values["rate"] == "5  (default)"
    assert values["key"] == values["password"] == "(set, not shown)"
    for words, sentence in (
        (("set", "rate", "999"), "rate: 0.1 to 20 samples per second."),
        (("set", "pasword", "--stdin"), "unknown key pasword"),
        (("get", "hots"), "did you mean host?"),
        (("set", "password", "in-the-open"), "process list"),
        (("set", "name"), "--stdin"),
        (("unset", "ssid"), "ssid is missing"),
    ):
        refused = device(environ, "config", *words, *port, piped="in-the-open\n")
        assert refused.returncode in (1, 2)
        assert sentence in refused.stderr
        assert "in-the-open" not in refused.stdout + refused.stderr
    changed = device(environ, "config", "set", "rate", "2", *port)
    assert changed.returncode == 0, changed.stdout + changed.stderr
    assert "rate: 5 -> 2" in changed.stdout
    assert "has it as online, too." in changed.stdout
    words = ("config", "set", "password", "--stdin", "--wait", "5", *port)
    wrong = device(environ, *words, piped="new-chalk\n")
    assert wrong.returncode == 1
    assert "password: new value" in wrong.stdout
    assert "| LINK" in wrong.stdout
    assert "did not say ONLINE" in wrong.stderr + wrong.stdout
    assert "new-chalk" not in wrong.stdout + wrong.stderr
    assert device(environ, "config", "get", "rate", *port).stdout == "2\n"
    board.stop()
    files = board.files()
    assert json.loads(files["/config.json"])["password"] == "new-chalk"
    assert "/former.py" not in files
    assert (files["/edited.py"], files["/own.py"]) == (b"mine", b"own")
