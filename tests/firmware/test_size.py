"""The firmware compiles for boards and stays small."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.firmware.bench import FIRMWARE

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_BYTES = 30_000


def test_every_file_compiles_and_all_fit_together(tmp_path: Path) -> None:
    """mpy-cross takes each file; all of them are within 30 kB of flash."""
    sources = sorted(FIRMWARE.glob("*.py"))
    assert {"ina219.py", "mqtt.py", "mqttclient.py"} <= {source.name for source in sources}
    sizes = {}
    for source in sources:
        compiled = tmp_path / f"{source.stem}.mpy"
        subprocess.run(
            [sys.executable, "-m", "mpy_cross", "-o", str(compiled), str(source)],
            check=True,
            capture_output=True,
        )
        sizes[source.name] = compiled.stat().st_size
    assert min(sizes.values()) > 100
    assert sum(sizes.values()) <= LIMIT_BYTES, sizes
