"""The command as its users run it: a process, a terminal, a broker."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mqttui import __version__
from tests.support.publisher import publisher
from tests.support.scripted_broker import CONNACK_OK_311, Peer, ScriptedBroker
from tests.support.terminal_program import TerminalProgram, on_terminal
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.mosquitto import Mosquitto

MQTTUI = (sys.executable, "-m", "mqttui")
USER, PASSWORD = "ada", "correct horse"
SUMMARY = re.compile(
    r"([\d,]+) messages? on [\d,]+ topics? in .* s, .* on average; [\d,]+ dropped.*evicted.*cut; "
    r"dropped by the broker: ([\d,]+|unknown)\."
)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with settings of its own and no keyring."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MQTTUI_")}
    return {
        **kept,
        "MQTTUI_CONFIG_DIR": str(tmp_path / "config"),
        "MQTTUI_STATE_DIR": str(tmp_path / "state"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }


@pytest.fixture
def greeted(password_broker: Mosquitto) -> Iterator[Mosquitto]:
    """Return a broker that demands a password and has one retained message."""
    with publisher(
        password_broker.host, password_broker.port, user=USER, password=PASSWORD
    ) as client:
        client.publish("greenhouse/door", "open", qos=1, retain=True).wait_for_publish(15)
    return password_broker


def run(*words: str, environ: dict[str, str], piped: str = "") -> subprocess.CompletedProcess[str]:
    """Return what the command did without a terminal."""
    return subprocess.run(
        [*MQTTUI, *words], input=piped, capture_output=True, text=True, check=False, env=environ
    )


def arguments_of(pid: int) -> str:
    """Return what the process list shows of a process."""
    listing = Path(f"/proc/{pid}/cmdline")
    if listing.exists():
        return listing.read_bytes().decode()
    done = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return done.stdout


def on_screen(program: TerminalProgram) -> str:
    """Return what was written since the connection screen opened."""
    return program.text.partition("Connect to a broker")[2]


def leave(program: TerminalProgram) -> None:
    """Quit the explorer and check that the program ends well, with its last line."""
    program.type("q")
    assert program.wait_for_end() == 0
    assert SUMMARY.search(program.text), program.text[-2000:]
    assert "Traceback" not in program.text


def test_version_and_help_need_no_terminal(environ: dict[str, str]) -> None:
    """Both go to standard output and end with 0."""
    version = run("--version", environ=environ)
    assert (version.returncode, version.stdout) == (0, f"mqttui {__version__}\n")
    for words in (["--help"], ["connect", "--help"], ["demo", "--help"]):
        done = run(*words, environ=environ)
        assert done.returncode == 0
        assert "usage: mqttui" in done.stdout
        assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["connect", "h", "--port", "x"], 2, "--port must be a whole number"),
        (["connect", "h", "--password", PASSWORD], 2, "There is no --password option"),
        (["connect", "h"], 1, "needs a terminal"),
        (["demo"], 1, "needs a terminal"),
        ([], 1, "needs a terminal"),
        (["connect", "h", "--user", "ada", "--password-stdin"], 1, "needs a terminal"),
    ],
)
def test_a_mistake_is_one_sentence(
    words: list[str], code: int, sentence: str, environ: dict[str, str]
) -> None:
    """One line on standard error says what to do, and no settings are made."""
    done = run(*words, environ=environ, piped=f"{PASSWORD}\n")
    assert done.returncode == code
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert PASSWORD not in done.stderr
    assert not Path(environ["MQTTUI_CONFIG_DIR"]).exists()


@pytest.mark.mosquitto
def test_a_piped_password_connects_and_keys_come_from_the_terminal(
    greeted: Mosquitto, environ: dict[str, str]
) -> None:
    """The password comes through a pipe, is in no process list, and `q` still works."""
    command = [
        *(*MQTTUI, "connect", greeted.host, "--port", str(greeted.port)),
        *("--user", USER, "--password-stdin", "--subscribe", "greenhouse/#:1"),
    ]
    with on_terminal(command, environ, piped=f"{PASSWORD}\n".encode()) as program:
        program.wait_for("greenhouse")
        assert PASSWORD not in arguments_of(program.pid)
        leave(program)
        assert PASSWORD not in program.text
        assert SUMMARY.search(program.text)[1] == "1"  # type: ignore[index]


@pytest.mark.mosquitto
def test_a_password_is_asked_for_without_echo(greeted: Mosquitto, environ: dict[str, str]) -> None:
    """With a user and no password the terminal asks, and does not show the answer."""
    command = [*MQTTUI, "connect", f"mqtt://{USER}@{greeted.host}:{greeted.port}/greenhouse/%23"]
    with on_terminal(command, environ) as program:
        program.wait_for(f"Password of {USER} at {greeted.host}:{greeted.port}")
        assert not program.echoes()
        program.type(f"{PASSWORD}\n")
        program.wait_for("greenhouse")
        leave(program)
        assert PASSWORD not in program.text


@pytest.mark.mosquitto
def test_an_interrupt_at_the_question_leaves_a_usable_terminal(
    greeted: Mosquitto, environ: dict[str, str]
) -> None:
    """Ctrl-C ends with the exit code of a shell, and typing is shown again."""
    command = [*MQTTUI, "connect", f"mqtt://{USER}@{greeted.host}:{greeted.port}"]
    with on_terminal(command, environ) as program:
        program.wait_for("Password of ")
        program.type("\x03")
        assert program.wait_for_end() == 130
        assert program.echoes()
        assert "Traceback" not in program.text


@pytest.mark.mosquitto
def test_a_password_in_a_url_is_used_and_warned_about(
    greeted: Mosquitto, environ: dict[str, str]
) -> None:
    """The warning stands on the terminal; it does not repeat the password."""
    secret = PASSWORD.replace(" ", "%20")
    command = [*MQTTUI, "connect", f"mqtt://{USER}:{secret}@{greeted.host}:{greeted.port}"]
    with on_terminal(command, environ) as program:
        program.wait_for("greenhouse")
        leave(program)
        assert "can be read by everyone on this machine in the process list" in program.text
        assert PASSWORD not in program.text
        assert secret not in program.text


@pytest.mark.mosquitto
def test_a_saved_profile_connects_by_its_name(greeted: Mosquitto, environ: dict[str, str]) -> None:
    """Saved once with its password, a profile needs nothing but its name."""
    config = Path(environ["MQTTUI_CONFIG_DIR"])
    address = f"mqtt://{USER}@{greeted.host}:{greeted.port}/greenhouse/%23"
    with_password = {**environ, "MQTTUI_PASSWORD": PASSWORD}
    save = [*MQTTUI, "connect", address, "--keepalive", "30", "--save", "lab"]
    with on_terminal(save, with_password) as program:
        program.wait_for("greenhouse")
        leave(program)
        assert "Profile 'lab' is saved in" in program.text
    assert tomllib.loads((config / "profiles.toml").read_text()) == {
        "profiles": {
            "lab": {
                "host": greeted.host,
                "port": greeted.port,
                "tls": False,
                "websocket": False,
                "user": USER,
                "keepalive_s": 30,
                "subscriptions": ["greenhouse/#:0"],
            }
        }
    }
    assert stat.S_IMODE((config / "secrets.toml").stat().st_mode) == 0o600
    with on_terminal([*MQTTUI, "connect", "--profile", "lab"], environ) as program:
        program.wait_for("greenhouse")
        leave(program)
        assert "Password of" not in program.text


@pytest.mark.mosquitto
def test_options_may_come_from_the_environment(greeted: Mosquitto, environ: dict[str, str]) -> None:
    """A connection can be described without typing anything."""
    described = {
        **environ,
        "MQTTUI_HOST": greeted.host,
        "MQTTUI_PORT": str(greeted.port),
        "MQTTUI_USER": USER,
        "MQTTUI_PASSWORD": PASSWORD,
        "MQTTUI_SUBSCRIBE": "green/# greenhouse/#:1",
    }
    with on_terminal([*MQTTUI, "connect"], described) as program:
        program.wait_for("greenhouse")
        leave(program)


@pytest.mark.parametrize("words", [[], ["connect", "--profile", "lab"]])
def test_a_broken_profile_is_shown_on_the_connection_screen(
    words: list[str], environ: dict[str, str]
) -> None:
    """The program starts all the same and says file, line, key and what was probably meant."""
    config = Path(environ["MQTTUI_CONFIG_DIR"])
    config.mkdir()
    (config / "profiles.toml").write_text('[profiles.lab]\nhost = "h"\nprot = 1\n')
    with on_terminal([*MQTTUI, *words], environ) as program:
        # Single words, because the screen may break lines between them.
        words_shown = ("profiles.toml", "'lab'", "'prot'", "'port'?")
        wait_until(
            lambda: all(word in on_screen(program) for word in words_shown),
            lambda: f"{words_shown} in:\n{on_screen(program)}",
        )
        # `ctrl+q` is not text for the field that has the focus.
        program.type("\x11")
        assert program.wait_for_end() == 0
        assert "Traceback" not in program.text


def test_a_broker_that_refuses_mqtt_5_is_remembered(environ: dict[str, str]) -> None:
    """The second run begins with the version that worked, and does not ask for MQTT 5 again."""
    levels: list[int] = []

    def only_311(peer: Peer) -> None:
        level = peer.read_connect()
        levels.append(level)
        if level == 5:
            # Unsupported protocol version (MQTT 5.0 section 3.2.2.2).
            peer.send(b"\x20\x03\x00\x84\x00")
            return
        peer.send(CONNACK_OK_311)
        packet_id, _, _ = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, 0)
        peer.send(b"\x30\x07\x00\x04doorx")
        peer.wait_for_end()

    broker = ScriptedBroker(only_311)
    command = [*MQTTUI, "connect", f"mqtt://{broker.host}:{broker.port}/%23"]
    try:
        for _ in range(2):
            with on_terminal(command, environ) as program:
                program.wait_for("door")
                leave(program)
    finally:
        broker.stop()
    assert levels == [5, 4, 4]
