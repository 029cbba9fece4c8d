"""The help can be read on a small screen."""

from __future__ import annotations

import io

from rich.console import Console

from mqttui.ui.commands.keymap import make_keymap
from mqttui.ui.commands.registry import GROUPS
from mqttui.ui.screens.help import KEYS_CELLS, help_text


def test_what_is_long_is_wrapped_beside_its_key() -> None:
    """On a small screen the second row of an entry begins under its words, not under its key."""
    console = Console(file=io.StringIO(), width=74)
    console.print(help_text(GROUPS, make_keymap({}, "preferences.toml")))
    lines = console.file.getvalue().splitlines()
    begin = next(number for number, line in enumerate(lines) if "silent: it used to" in line)
    assert lines[begin].index("silent") == KEYS_CELLS + 4
    assert lines[begin + 1].strip().endswith("pause")
    assert len(lines[begin + 1]) - len(lines[begin + 1].lstrip()) == KEYS_CELLS + 4
    assert all(len(line) <= 74 for line in lines)


async def test_ctrl_c_ends_the_program_the_second_time(explore, monkeypatch) -> None:
    """Once it may have come by mistake, and a sentence says how to leave."""
    async with explore() as explorer:
        leaves: list[str] = []
        with monkeypatch.context() as patched:
            patched.setattr(explorer.app, "exit", lambda: leaves.append("exit"))
            await explorer.press("ctrl+c")
            told = [notice.message for notice in explorer.app._notifications]
            assert told == ["Press ctrl+c again to quit."]
            assert not leaves
            await explorer.press("ctrl+c")
            assert leaves == ["exit"]
