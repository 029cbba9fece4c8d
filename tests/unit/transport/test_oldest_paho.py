"""What holds for the installed paho holds for the oldest one that pyproject.toml allows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def _oldest_version() -> str:
    """Return the lower bound of the requirement, as a full version."""
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (bound,) = re.findall(r"paho-mqtt>=([\d.]+)", " ".join(dependencies))
    return ".".join([*bound.split("."), "0", "0"][:3])


@pytest.fixture(scope="module")
def oldest_paho(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with nothing but the oldest paho; kept between runs if pytest has a cache."""
    version = _oldest_version()
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    folder = (cache.mkdir("oldest-paho") if cache else tmp_path_factory.mktemp("paho")) / version
    if not folder.exists():
        fresh = Path(tempfile.mkdtemp(dir=folder.parent))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        result = subprocess.run(
            [*command, str(fresh), f"paho-mqtt=={version}"], capture_output=True, text=True
        )
        if result.returncode:
            pytest.fail(f"paho-mqtt {version} could not be installed:\n{result.stderr}")
        try:
            fresh.rename(folder)
        except OSError:
            # Another worker was faster.
            shutil.rmtree(fresh)
    return folder


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_the_fast_path_agrees_with_the_oldest_paho(oldest_paho: Path) -> None:
    """The comparison with paho's own reader passes on the oldest paho, and really runs on it."""
    shown = _run(oldest_paho, "-c", "import paho.mqtt; print(paho.mqtt.__version__)")
    assert shown.stdout.strip() == _oldest_version(), shown.stderr
    result = _run(
        oldest_paho,
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
        "tests/unit/transport/test_against_paho.py",
        "tests/unit/transport/test_fast_client.py",
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed is not None
    assert int(passed[1]) > 40, result.stdout
