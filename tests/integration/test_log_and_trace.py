"""Log, trace and failures in a real terminal on a real broker."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.terminal import terminal
from tests.support.hostile_strings import HOSTILE, is_fit_for_a_topic, unsafe_characters
from tests.support.publisher import publish, publish_burst
from tests.support.terminal_program import on_terminal
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.support.mosquitto import Mosquitto

ROOT = str(Path(__file__).resolve().parents[2])
USER, PASSWORD = "ada", "correct horse"
WILL = "last words of mine"
LEAVE_SCREEN = b"\x1b[?1049l"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return the folder for what mqttui keeps."""
    return tmp_path / "state"


@pytest.fixture
def environ(tmp_path: Path, state: Path) -> dict[str, str]:
    """Return an environment with settings of its own and no keyring."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MQTTUI_")}
    return {
        **kept,
        "MQTTUI_CONFIG_DIR": str(tmp_path / "config"),
        "MQTTUI_STATE_DIR": str(state),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": ROOT,
    }


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_no_secret_is_in_trace_file_log_or_screen(
    password_broker: Mosquitto, environ: dict[str, str], state: Path, protocol: str
) -> None:
    """A reconnect is recorded and saved: user name, password and will are nowhere."""
    where = f"{password_broker.host}:{password_broker.port}"
    will = ["--will-topic", "a/will", "--will-payload", WILL]
    command = [sys.executable, "-m", "mqttui", "connect", where, "--protocol", protocol, *will]
    login = {"MQTTUI_USER": USER, "MQTTUI_PASSWORD": PASSWORD}
    with on_terminal(command, {**environ, **login}) as program:
        program.wait_for("connected")
        program.type("L")
        program.wait_for("subscribed, the broker grants")
        program.type("tR")
        program.wait_for("Recording")
        password_broker.stop()
        program.wait_for("reconnecting in")
        password_broker.start()
        program.wait_for("CONNACK")
        program.wait_for("SUBACK")
        program.type("w")
        program.wait_for("entries in the list go into a new text file")
        program.type("\r")
        path = wait_until(lambda: next(iter((state / "traces").glob("*.txt")), None), "the file")
        program.wait_for("packets were saved in")
        program.type("t")
        program.wait_for("Connected again")
        program.type("q")
        assert program.wait_for_end() == 0
        written = program.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    saved = path.read_text()
    packets = [line.split("\t") for line in saved.splitlines() if not line.startswith("#")]
    (connect,) = (fields for fields in packets if fields[2] == "CONNECT")
    version = "5" if protocol == "5" else "3.1.1"
    assert connect[1] == "sent"
    assert connect[7] == "-", "the size would tell the length of the password"
    assert connect[10].startswith(f"MQTT {version}, keep alive 60 s")
    assert connect[10].endswith("with a will, with a user name, with a password")
    assert any(fields[2] == "SUBACK" and float(fields[9]) >= 0 for fields in packets)
    log = state / "mqttui.log"
    everything = [written, path.read_bytes(), log.read_bytes() if log.exists() else b""]
    assert not any(PASSWORD.encode() in each for each in everything)
    # The broker may have published the will by itself, so the screen is no evidence.
    assert not any(WILL.encode() in each for each in everything[1:])
    assert USER.encode() not in path.read_bytes().replace(where.encode(), b"")


@pytest.mark.mosquitto
def test_hostile_strings_in_tmux(broker: Mosquitto, environ: dict[str, str]) -> None:
    """From a real broker into a real terminal: it keeps its title, clipboard, modes and rows."""
    topics = [data for data in HOSTILE.values() if is_fit_for_a_topic(data)]
    assert len(topics) > 30
    payloads = list(HOSTILE.values())
    messages = [(b"evil/" + data, payloads[n % len(payloads)]) for n, data in enumerate(topics)]
    messages += [(b"plain/%03d" % n, data) for n, data in enumerate(payloads)]
    publish_burst(broker.host, broker.port, messages, retain=True)
    settings = [f"{name}={value}" for name, value in environ.items() if name.startswith("MQTTUI")]
    where = f"{broker.host}:{broker.port}"
    command = [
        "env",
        "-u",
        "COLUMNS",
        "-u",
        "LINES",
        *settings,
        f"PYTHONPATH={ROOT}",
        sys.executable,
        "-m",
        "mqttui",
    ]
    with terminal([*command, "connect", where, "--subscribe", "#"]) as window:
        tmux = window._tmux
        tmux("set-option", "-s", "set-clipboard", "on")
        # Only newer ones know it; it would let sequences through to a terminal around tmux.
        subprocess.run(
            ["tmux", "-S", window._socket, "set-option", "-g", "allow-passthrough", "on"],
            check=False,
            capture_output=True,
        )
        window.wait_for_text(f"{len(messages) - 1} topics")
        title = tmux("display-message", "-p", "#{pane_title}")

        def check(what: str, top: str = where) -> None:
            lines = window.screen().splitlines()
            assert top in lines[0], f"{what}: {lines[:3]}"
            assert "Quit" in lines[-1], f"{what}: {lines[-3:]}"
            assert not unsafe_characters("".join(lines)), what
            state = tmux(
                "display-message",
                "-p",
                "#{alternate_on} #{pane_width}x#{pane_height} #{scroll_region_lower} "
                "#{insert_flag}#{origin_flag}#{wrap_flag} #{pane_dead}",
            )
            assert state.split()[0:2] == ["1", "160x50"], what
            assert state.split()[2:] == ["49", "000", "0"], what
            assert tmux("display-message", "-p", "#{pane_title}") == title, what
            assert tmux("list-buffers") == "", what

        window.keys("E", "Home")
        window.wait_for_text("evil")
        seen = ""
        for page in range(4):
            check(f"page {page}")
            seen += window.screen()
            window.keys("NPage")
            window.wait_until(
                lambda seen=seen: window.screen() not in seen, "the next page", timeout_s=20
            )
        assert "[@click=app.quit]" in seen
        assert "␛" in seen
        window.keys("b")
        window.wait_for_text("topic or subtree")
        check("busiest", "over")
        # Pressed at once they would be another key.
        window.keys("Escape")
        window.wait_for_text("Topics by name")
        window.keys("y")
        window.wait_for_text("Topic hygiene")
        check("hygiene", "Topic hygiene")
        window.keys("Escape")
        window.wait_for_text("Topics by name")
        window.keys("L")
        window.wait_for_text("Connected to")
        check("log")
        window.keys("t", "R")
        window.wait_for_text("Recording")
        publish_burst(broker.host, broker.port, messages[:20])
        window.wait_for_text("entries")
        window.wait_for_text("PUBLISH")
        check("packets")
        window.quit()
        assert tmux("display-message", "-p", "#{alternate_on}").strip() == "0"
        assert tmux("list-buffers") == ""


FAILING = """
import sys
from pathlib import Path
flag = Path(sys.argv.pop(1))
{patch}
from mqttui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
AT_START = """
from mqttui.ui.screens.explorer import ExplorerScreen
def compose(self):
    secret = "a value"
    raise RuntimeError("broken at start \\x1b]0;owned\\x07")
ExplorerScreen.compose = compose
"""
DRAWING = """
from mqttui.ui.widgets.topic_tree import TopicTree
render_lines = TopicTree.render_lines
def failing(self, crop):
    if flag.exists() and crop.y <= 1 < crop.bottom:
        raise RuntimeError("broken row \\x1b]0;owned\\x07")
    return render_lines(self, crop)
TopicTree.render_lines = failing
"""
LOOP = """
from mqttui.core.store import TopicStore
apply = TopicStore.apply
def failing(self, batch):
    if any(message[0] == b"boom" for message in batch.messages):
        raise RuntimeError("broken loop")
    return apply(self, batch)
TopicStore.apply = failing
"""

ESCAPE_KEY = "\x1b[27u"
"""As terminals with the kitty keyboard protocol say it: a bare escape and the key after it, when
they are read together, are alt and that key."""


def failing(patch: str, flag: Path, broker: Mosquitto) -> list[str]:
    """Return the command of a mqttui with a mistake in it."""
    code = FAILING.format(patch=patch)
    return [sys.executable, "-c", code, str(flag), "connect", f"{broker.host}:{broker.port}"]


@pytest.mark.mosquitto
def test_a_failing_start_ends_with_a_traceback_and_a_terminal(
    broker: Mosquitto, environ: dict[str, str], tmp_path: Path
) -> None:
    """What cannot start says why, on a terminal that is as before."""
    with on_terminal(failing(AT_START, tmp_path / "flag", broker), environ) as program:
        assert program.wait_for_end() != 0
        assert "RuntimeError: broken at start" in program.text
        left = program.output.rindex(LEAVE_SCREEN)
        last_words = program.output[left:]
        assert "broken at start ␛]0;owned␇".encode() in last_words
        assert b"in compose" in last_words
        assert b"a value" not in last_words.replace(b'secret = "a value"', b"")
        assert b"\x1b]0;owned" not in last_words
        assert program.echoes()


@pytest.mark.mosquitto
def test_a_row_that_cannot_be_drawn_ends_nothing(
    broker: Mosquitto, environ: dict[str, str], tmp_path: Path, state: Path
) -> None:
    """The row says so, the log says where, the file has the traceback; the rest works."""
    flag = tmp_path / "flag"
    with on_terminal(failing(DRAWING, flag, broker), environ) as program:
        publish(broker.host, broker.port, "a", b"the first", retain=True)
        program.wait_for("the first")
        # The start is over when the message pane is there.
        program.wait_for("Nothing selected")
        flag.touch()
        publish(broker.host, broker.port, "b", b"2", retain=True)
        program.wait_for("The topic tree cannot draw this: RuntimeError")
        program.type("L")
        program.wait_for("RuntimeError: broken row ␛]0;owned␇")
        flag.unlink()
        # The log has the place of the tree on a small terminal.
        program.type(ESCAPE_KEY)
        publish(broker.host, broker.port, "c/d", b"still alive", retain=True)
        program.wait_for("still alive")
        program.type("q")
        assert program.wait_for_end() == 0
        assert program.echoes()
        assert "There was an unexpected problem" in program.text
        assert b"]0;owned" not in program.output.replace("␛]0;owned".encode(), b"")
    report = (state / "mqttui.log").read_text()
    assert "in failing" in report
    assert "RuntimeError: broken row ␛]0;owned␇" in report


@pytest.mark.mosquitto
def test_a_loop_that_fails_closes_its_connection_alone(
    broker: Mosquitto, environ: dict[str, str], tmp_path: Path
) -> None:
    """A sentence stands on the screen, the broker is left, keys go on to work."""
    with on_terminal(failing(LOOP, tmp_path / "flag", broker), environ) as program:
        program.wait_for("connected")
        publish(broker.host, broker.port, "boom", b"1")
        program.wait_for("This connection is closed because mqttui failed unexpectedly")
        program.type("L")
        program.wait_for("broken loop")
        program.wait_for("Disconnected from")
        program.type("?")
        program.wait_for("esc closes")
        shown = program.text.count("This connection is closed")
        program.type(ESCAPE_KEY)
        wait_until(
            lambda: program.text.count("This connection is closed") > shown, "the end of the help"
        )
        program.type("q")
        assert program.wait_for_end() == 0
        assert program.echoes()
