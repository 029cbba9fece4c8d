"""Panels below the panes."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Input

from mqttui.settings.preferences import Preferences
from mqttui.ui.commands.command import Command, CommandGroup
from mqttui.ui.messages import TopicWanted
from mqttui.ui.panels.panel import Panel
from mqttui.ui.panels.registry import PanelKind
from mqttui.ui.widgets import dock as dock_module


class Notes(Panel):
    """A panel with a line to type in, which counts how often it is drawn."""

    COMMANDS = CommandGroup(
        "notes", "Notes", (Command("f5", "send", "Send", "Send", changes_broker=True),)
    )
    BINDINGS = COMMANDS.bindings
    drawn = 0
    sent = 0

    def compose(self):
        """One line."""
        yield Input()

    def draw(self, now):
        """Count."""
        self.drawn += 1

    def focus_first(self):
        """To the line."""
        self.query_one(Input).focus()

    def action_send(self):
        """Count."""
        self.sent += 1


class Others(Notes):
    """Another panel."""


@pytest.fixture(autouse=True)
def panels(monkeypatch) -> None:
    """Offer two panels."""
    kinds = (
        PanelKind("notes", "Notes", lambda: Notes),
        PanelKind("others", "Others", lambda: Others),
    )
    monkeypatch.setattr(dock_module, "PANELS", kinds)
    monkeypatch.setattr(dock_module.Dock.__init__, "__defaults__", (kinds,))


async def show(explorer, name):
    """Open a panel as its key would."""
    await explorer.app.connection.explorer.run_action(f"show_panel('{name}')")
    await explorer.settle()


async def test_a_panel_takes_the_keyboard_and_gives_it_back(explore, source) -> None:
    """What is typed goes to the panel, esc goes to the tree, esc once more closes the dock."""
    source.publish("a/b", "1")
    async with explore() as explorer:
        await show(explorer, "notes")
        await explorer.press(*"a/qb")
        assert explorer.app.screen.query_one(Notes).query_one(Input).value == "a/qb"
        await explorer.press("escape")
        assert explorer.tree.has_focus
        assert explorer.app.screen.query_one("#dock").display
        await explorer.press("escape")
        assert not explorer.app.screen.query_one("#dock").display


async def test_a_panel_that_is_just_being_opened_is_waited_for(explore) -> None:
    """The key of a panel that comes back by itself with the explorer finds it complete."""
    async with explore() as explorer:
        screen = explorer.app.connection.explorer
        opening = asyncio.create_task(screen._open_panel("notes"))
        for _ in range(10_000):
            # Not a step longer: the panel is there and not complete.
            if screen._dock is not None and screen._dock._panels:
                break
            await asyncio.sleep(0)
        await screen.action_show_panel("notes")
        await opening
        (notes,) = screen.query(Notes)
        assert explorer.app.focused is notes.query_one(Input)


async def test_only_the_panel_in_sight_is_drawn_and_all_keep_their_state(explore, source) -> None:
    """Another panel takes the place of the first, which comes back as it was."""
    async with explore() as explorer:
        await show(explorer, "notes")
        await explorer.press("x")
        await show(explorer, "others")
        notes = explorer.app.screen.query(Notes).first()
        drawn = notes.drawn
        await explorer.settle()
        assert notes.drawn == drawn
        await explorer.pilot.click("#dock-tabs", offset=(3, 0))
        await explorer.until(lambda: notes.display)
        await explorer.settle()
        assert notes.drawn > drawn
        assert notes.query_one(Input).value == "x"


async def test_a_panel_can_send_the_cursor_to_a_topic(explore, source) -> None:
    """The message that bubbles up moves the tree."""
    source.publish("a/b", "1")
    async with explore() as explorer:
        await show(explorer, "notes")
        node = explorer.app.connection.workspace.store.find("a/b")
        explorer.app.screen.query_one(Notes).post_message(TopicWanted(node))
        await explorer.until(lambda: explorer.selected == "a/b")
        assert explorer.tree.has_focus


@pytest.mark.parametrize(("is_read_only", "sent"), [(False, 1), (True, 0)])
async def test_what_changes_the_broker_is_off_while_reading(explore, is_read_only, sent) -> None:
    """The key of such a command does nothing with `--read-only`."""
    preferences = Preferences(frame_rate_hz=0.5, is_read_only=is_read_only)
    async with explore(preferences=preferences) as explorer:
        await show(explorer, "notes")
        await explorer.press("f5")
        assert explorer.app.screen.query_one(Notes).sent == sent


async def test_a_presenter_shows_no_secret_and_clears_nothing(explore, source) -> None:
    """The value is hidden in the tree and in the pane, the status bar says why."""
    preferences = Preferences(frame_rate_hz=0.5, is_presenting=True)
    source.publish("a/config", '{"password": "hunter2", "ip": "10.0.0.7"}')
    async with explore(160, 50, preferences=preferences) as explorer:
        await explorer.press("down", "down", "x")
        screen = "\n".join(explorer.screen())
        assert "PRESENTING" in screen
        assert "***" in screen
        assert "hunter2" not in screen
        assert "10.0.0.7" not in screen
        assert explorer.app.screen is explorer.app.connection.explorer
