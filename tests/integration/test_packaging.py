"""The project as a user gets it: a wheel in an environment that holds nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import mqttui

PROJECT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    """Return what `command` printed; fail with its whole output when it does not exit with 0."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{command} exited with {done.returncode}:\n{done.stdout}")
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel that was built from the source distribution, as a package index would get it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, PROJECT, cwd=folder)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of a fresh environment in which only the wheel was installed."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    run(
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--no-cache-dir",
        # Most of what is installed is never imported here.
        "--no-compile",
        wheel,
        cwd=folder.parent,
    )
    return folder / "bin"


def test_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    """Nothing that the package has in the source folder is missing in the wheel."""
    wanted = {
        path.relative_to(PROJECT).as_posix()
        for pattern in ("*.py", "*.tcss", "py.typed")
        for path in (PROJECT / "mqttui").rglob(pattern)
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    assert "mqttui/py.typed" in wanted
    assert any(name.endswith(".tcss") for name in wanted)
    assert wanted - packed == set()


def test_wheel_holds_only_the_package(wheel: Path) -> None:
    """Tests and benchmarks are not installed beside the package, firmware as data."""
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}
    assert {name for name in top if not name.endswith((".dist-info", ".data"))} == {"mqttui"}


def test_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    """`mqttui --version` runs outside the source folder and names the version of the package."""
    assert mqttui.__version__ in run(installed / "mqttui", "--version", cwd=tmp_path)


def test_installed_command_explains_itself(installed: Path, tmp_path: Path) -> None:
    """`mqttui --help` lists the subcommands."""
    text = run(installed / "mqttui", "--help", cwd=tmp_path)
    assert "connect" in text
    assert "demo" in text


def test_module_runs_like_the_command(installed: Path, tmp_path: Path) -> None:
    """`python -m mqttui` is the same program."""
    assert mqttui.__version__ in run(
        installed / "python", "-m", "mqttui", "--version", cwd=tmp_path
    )


def test_the_firmware_comes_along(installed: Path) -> None:
    """`mqttui device install` finds the files for boards where the wheel has put them."""
    code = "from mqttui.settings.paths import firmware_folder; print(firmware_folder())"
    folder = Path(run(installed / "python", "-c", code, cwd=installed).strip())
    assert folder.is_relative_to(installed.parent)
    wanted = {path.name for path in (PROJECT / "firmware").glob("*.py")} | {"config.example.json"}
    assert {path.name for path in folder.glob("*.*")} == wanted
