"""The screens in the documentation are the screens of the program."""

from __future__ import annotations

import re
import time

import pytest

from screenshots.__main__ import FOLDER, SIZES, draw

SCENES = ("explorer", "chart", "publish")
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


@pytest.fixture
def in_utc(monkeypatch):
    """Let the clock of the scenes be read in UTC, as the command that draws them does."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("scene", SCENES)
async def test_a_screen_looks_as_it_was_committed(
    scene, width, height, in_utc, tmp_path, monkeypatch
) -> None:
    """What changed on purpose is drawn anew by `make screenshots` and looked at."""
    monkeypatch.setenv("MQTTUI_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("MQTTUI_STATE_DIR", str(tmp_path))
    drawn = await draw(scene, width, height, tmp_path)
    committed = FOLDER / drawn.name
    # The texts, not the drawing, which depends on the version of the library that makes it.
    now, before = (_TEXT.findall(path.read_text()) for path in (drawn, committed))
    assert len(before) > 20
    assert now == before
