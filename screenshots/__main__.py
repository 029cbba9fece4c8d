"""`python -m screenshots`: draw the screens of mqttui from simulated data with a fixed clock.

The simulated class of the demo is played for a minute without broker and network; the same code
gives the same files, so that what changes in them is what changed on the screen.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from screenshots.classroom_source import ClassroomSource
from screenshots.scenes import SCENES
from screenshots.still_app import StillApp

FOLDER = Path(__file__).parent
SIZES = ((80, 24), (160, 50))


async def draw(name: str, width: int, height: int, folder: Path = FOLDER) -> Path:
    """Draw one scene at one size into a folder and return its file."""
    play, status = SCENES[name]
    app = StillApp(ClassroomSource(status) if status is not None else None)
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        await play(app, pilot)
        path = folder / f"{name}-{width}x{height}.svg"
        path.write_text(app.export_screenshot(title="mqttui"))
    return path


def main() -> None:
    """Draw everything, or the scenes that are named."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as empty:
        # Nobody's own profiles belong into the documentation.
        os.environ["MQTTUI_CONFIG_DIR"] = os.environ["MQTTUI_STATE_DIR"] = empty
        for name in sys.argv[1:] or SCENES:
            for width, height in SIZES:
                print(asyncio.run(draw(name, width, height)).relative_to(FOLDER.parent))


if __name__ == "__main__":
    main()
