"""What an import loads, seen in a fresh interpreter."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import mqttui

HEAVY = {"textual", "rich", "plotext", "paho", "mpremote", "serial", "PIL"}
PURE_ROOMS = ("settings", "simulation", "payload", "core", "broker", "devices")
PACKAGE = Path(mqttui.__file__).parent


def loaded_by(code: str, cwd: Path) -> set[str]:
    """Return the names of all modules that are loaded after running code."""
    report = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def top_level(modules: set[str]) -> set[str]:
    """Return the packages to which modules belong."""
    return {name.partition(".")[0] for name in modules}


def modules_of(room: str) -> list[str]:
    """Return every module of a room."""
    folder = str(PACKAGE / room)
    found = [each.name for each in pkgutil.walk_packages([folder], f"mqttui.{room}.")]
    return [f"mqttui.{room}", *found]


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_a_pure_room_loads_nothing_heavy(room: str, tmp_path: Path) -> None:
    """All modules of a pure room together load no terminal, plotting, network or serial library."""
    names = modules_of(room)
    assert len(names) > 2
    loaded = loaded_by("\n".join(f"import {name}" for name in names), tmp_path)
    assert set(names) <= loaded
    assert top_level(loaded) & HEAVY == set()


def test_settings_load_tomlkit_and_platformdirs_only_on_use(tmp_path: Path) -> None:
    """Libraries for editing and for the platform's folders wait until they are needed."""
    loaded = loaded_by("\n".join(f"import {name}" for name in modules_of("settings")), tmp_path)
    assert top_level(loaded) & {"tomlkit", "platformdirs", "keyring"} == set()


def test_the_package_loads_none_of_its_rooms(tmp_path: Path) -> None:
    """`import mqttui` is the version and nothing else."""
    loaded = loaded_by("import mqttui", tmp_path)
    assert {name for name in loaded if name.startswith("mqttui")} == {"mqttui"}


def test_the_version_loads_almost_nothing(tmp_path: Path) -> None:
    """`mqttui --version` needs neither argparse nor any room but the command line."""
    code = "from mqttui.cli.main import main; assert main(['--version']) == 0"
    bare = loaded_by("", tmp_path)
    added = loaded_by(code, tmp_path) - bare
    assert {name for name in added if name.startswith("mqttui")} == {
        "mqttui",
        "mqttui.cli",
        "mqttui.cli.exit_codes",
        "mqttui.cli.main",
    }
    assert added & {"argparse", "dataclasses", "asyncio", "re"} <= bare
    assert top_level(added) & HEAVY == set()


def test_parsing_arguments_loads_neither_the_interface_nor_the_network(tmp_path: Path) -> None:
    """All that happens before the connection starts is done without textual and paho."""
    code = (
        "from mqttui.cli import connect, demo, main, start\n"
        "words = ['mqtts://h/a/%23', '--will-topic', 't', '--history-budget', '64MB']\n"
        "arguments = vars(connect.connect_parser().parse_all(words))\n"
        "plan = connect.make_plan(arguments, {'MQTTUI_CONFIG_DIR': 'none'}, 1024)\n"
        "assert plan.settings.port == 8883\n"
        "demo.demo_parser().parse_all([])\n"
    )
    loaded = loaded_by(code, tmp_path)
    assert top_level(loaded) & (HEAVY | {"tomlkit", "asyncio"}) == set()
    assert not any(name.startswith(("mqttui.ui", "mqttui.transport")) for name in loaded)


def test_a_start_without_settings_files_loads_nothing_that_reads_them(tmp_path: Path) -> None:
    """Every import is time before the first paint: no TOML, HTTP or keyring without need."""
    code = (
        "from mqttui.cli import connect\n"
        "from mqttui.cli.preferences import chosen_preferences\n"
        "environ = {'MQTTUI_CONFIG_DIR': 'none', 'MQTTUI_STATE_DIR': 'none'}\n"
        "arguments = vars(connect.connect_parser().parse_all(['h', '--port', '1884']))\n"
        "preferences, notices = chosen_preferences(environ, arguments)\n"
        "plan = connect.make_plan(arguments, environ, preferences.payload_limit_bytes)\n"
        "assert plan.settings.port == 1884 and not notices\n"
    )
    loaded = loaded_by(code, tmp_path)
    needless = {"tomllib", "tomlkit", "keyring", "platformdirs", "difflib", "tempfile"}
    assert loaded & {*needless, "urllib.request", "http.client", "ssl", "asyncio"} == set()


def test_the_first_paint_loads_nothing_that_comes_after_it(tmp_path: Path) -> None:
    """Forms, help, panels and the message pane are imported when they are shown."""
    loaded = loaded_by("import mqttui.ui.app", tmp_path)
    later = (
        "screens.connection",
        "screens.help",
        "panels.log",
        "panels.packet_view",
        "widgets.search_bar",
        "widgets.message_pane",
    )
    assert loaded & {f"mqttui.ui.{name}" for name in later} == set()
    assert not any(name.startswith("mqttui.core.log.journal") for name in loaded)


def test_plans_for_boards_load_neither_mpremote_nor_the_interface(tmp_path: Path) -> None:
    """One module reaches boards over a serial port; the others decide without it."""
    names = [name for name in modules_of("deploy") if name != "mqttui.deploy.serial_board"]
    assert len(names) > 5
    loaded = loaded_by("\n".join(f"import {name}" for name in names), tmp_path)
    assert top_level(loaded) & HEAVY == set()
    bare = loaded_by("from mqttui.cli import device; device.device_parser('info')", tmp_path)
    assert not any(name.startswith("mqttui.deploy") for name in bare)


def test_rows_of_the_tree_load_no_decoder(tmp_path: Path) -> None:
    """A payload on one line needs none; each decoder is imported when it is first used."""
    code = (
        "from mqttui.payload.registry import DECODERS, decode, one_line\n"
        "assert one_line(b'{}', 9) == '{}' and decode(b'on').text == 'on' and len(DECODERS) > 20\n"
    )
    loaded = loaded_by(code, tmp_path)
    assert not any(name.startswith("mqttui.payload.formats.") for name in loaded)


def test_the_session_loads_no_interface(tmp_path: Path) -> None:
    """The connection can start before anything that draws is imported."""
    loaded = loaded_by("import mqttui.transport.session", tmp_path)
    assert top_level(loaded) & {"textual", "rich", "plotext"} == set()
