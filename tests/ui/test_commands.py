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


async def test_help_is_there_in_dialogs_too(explore) -> None:
    """A dialog shows its own keys first, and is there again afterwards; no help covers a help."""
    async with explore(80, 24) as explorer:
        explorer.source.publish("house/lamp", "on")
        await explorer.settle()
        await explorer.press("down", "v")
        shown = "\n".join(explorer.screen())
        assert "Columns of the tree" in shown
        assert "house" in shown
        await explorer.press("question_mark")
        assert "columns.automatic" in "\n".join(explorer.screen()[:8])
        await explorer.press("question_mark")
        assert "Columns of the tree" in "\n".join(explorer.screen())
        await explorer.press("f1", "escape", "escape", "Y", "f1")
        assert "copy.topic" in "\n".join(explorer.screen())
        assert len(explorer.app.screen_stack) == 3
