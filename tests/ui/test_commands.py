"""The registry of commands."""

from __future__ import annotations

from mqttui.ui.commands.registry import GROUPS, commands_by_id


def test_every_command_has_an_id_of_its_own() -> None:
    """An id names one command, so that a key can be given to it."""
    ids = [each for each, _ in commands_by_id()]
    assert len(ids) == len(set(ids))
    assert {"explorer.find", "tree.open-close", "app.quit"} <= set(ids)
    assert all(
        group.name == each.partition(".")[0]
        for group in GROUPS
        for each in map(group.id_of, group.commands)
    )


def test_no_key_means_two_things_in_one_place() -> None:
    """Within a group each key has one meaning."""
    for group in GROUPS:
        keys = [key for command in group.commands for key in command.keys.split(",")]
        assert len(keys) == len(set(keys)), group.name
