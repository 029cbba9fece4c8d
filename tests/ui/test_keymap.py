"""Keys of the user's choice."""

from __future__ import annotations

import pytest

from mqttui.settings.preferences import Preferences
from mqttui.ui.commands.explorer import EXPLORER_COMMANDS
from mqttui.ui.commands.keymap import is_key, make_keymap


@pytest.mark.parametrize(
    "key", ["x", "X", "?", "ü", "ctrl+x", "f5", "slash", "pageup", "shift+tab", "comma", "+"]
)
def test_what_a_terminal_can_send_is_a_key(key: str) -> None:
    """Characters, names and modifiers are known."""
    assert is_key(key)


@pytest.mark.parametrize("key", ["", "xx", "ctrl", "hold+x", "ctrl+", "\x1b", "F5"])
def test_what_no_terminal_sends_is_no_key(key: str) -> None:
    """A mistyped name is found."""
    assert not is_key(key)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"explorer.fnd": "x"}, "did you mean 'explorer.find'"),
        ({"zzz": "x"}, "there is no command 'zzz'"),
        ({"explorer.find": "hold+x"}, "'hold+x' is not a key"),
        ({"explorer.find": "b"}, "the key of 'Busiest' already"),
        ({"explorer.find": "q"}, "the key of 'Quit' already"),
        ({"busiest.bytes": "1"}, "the key of '10 s' already"),
    ],
)
def test_what_cannot_be_used_is_told(wanted, words) -> None:
    """Each mistake has a sentence that names the file and the command; nothing of it is used."""
    keymap = make_keymap(wanted, "preferences.toml")
    assert keymap.keys == {}
    (problem,) = keymap.problems
    assert problem.startswith("preferences.toml: ")
    assert words in problem


def test_two_commands_can_exchange_their_keys() -> None:
    """No clash is seen where the other command has got another key too."""
    wanted = {"explorer.busiest": "y", "explorer.hygiene": "b"}
    keymap = make_keymap(wanted, "f")
    assert (keymap.keys, keymap.problems) == (wanted, ())


def test_keys_are_shown_as_people_write_them() -> None:
    """The help tells the key that works."""
    find = EXPLORER_COMMANDS.commands[0]
    assert make_keymap({}, "f").shown_keys(EXPLORER_COMMANDS, find) == "/"
    keymap = make_keymap({"explorer.find": "ctrl+f, backslash"}, "f")
    assert keymap.shown_keys(EXPLORER_COMMANDS, find) == "ctrl+f \\"


async def test_a_chosen_key_works_and_the_old_one_does_not(explore) -> None:
    """The key bar and the help show it, a mistake is told and harms nothing else."""
    keys = {"explorer.pause": "ctrl+x", "explorer.fnd": "x"}
    preferences = Preferences(frame_rate_hz=0.5, keys=keys)
    async with explore(160, 120, preferences=preferences) as explorer:
        screen = explorer.app.connection.explorer
        await explorer.press("space")
        assert not screen.is_paused
        await explorer.press("ctrl+x")
        assert screen.is_paused
        assert "^x Pause" in explorer.screen()[-1]
        (notice,) = explorer.app._notifications
        assert "explorer.fnd" in notice.message
        await explorer.press("question_mark")
        assert any("ctrl+x" in line and "explorer.pause" in line for line in explorer.screen())


async def test_a_letter_for_a_command_stays_a_letter_in_a_text(explore) -> None:
    """Also a key that comes before those of the focused widget is typed into a line."""
    preferences = Preferences(frame_rate_hz=0.5, keys={"explorer.find": "w"})
    async with explore(preferences=preferences) as explorer:
        await explorer.press("w", "w", "y")
        assert explorer.outline.search.query.text == "wy"
