"""The keys of the screen with the boards."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

DEVICES_COMMANDS = CommandGroup(
    "devices",
    "Devices",
    (
        Command(
            "enter",
            "enter",
            "Open",
            "Open the board under the cursor: its values, checks, chart and commands",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "full_stop",
            "step_view(1)",
            "View",
            "The next view of the board: values and checks, chart, I/V curve",
            True,
            key_display=".",
        ),
        Command(
            "comma", "step_view(-1)", "View before", "The view of the board before", key_display=","
        ),
        Command(
            "r", "set('rate')", "Rate", "Set the samples per second", True, changes_broker=True
        ),
        Command(
            "a",
            "set('averaging')",
            "Averaging",
            "Set over how many samples of the sensor a value is averaged",
            True,
            changes_broker=True,
        ),
        Command(
            "m",
            "set('range')",
            "Range",
            "Set the measuring range: 16 or 32 V, and millivolts across the shunt",
            True,
            changes_broker=True,
        ),
        Command(
            "s",
            "set('sweep')",
            "Sweep",
            "Measure an I/V curve and draw it",
            True,
            changes_broker=True,
        ),
        Command(
            "i",
            "give('identify')",
            "Identify",
            "Let the LED of the board blink for five seconds",
            True,
            changes_broker=True,
        ),
        Command(
            "u",
            "give('get')",
            "Ask",
            "Ask for the present settings, and how many samples wait or were dropped",
            changes_broker=True,
        ),
        Command(
            "R",
            "reset",
            "Reset",
            "Start the board again; its name confirms it",
            True,
            key_display="R",
            changes_broker=True,
        ),
        Command(
            "I",
            "show_plugged",
            "Boards at this machine",
            "Boards plugged in here: what they are, and the firmware and configuration onto them",
            key_display="I",
            changes_broker=True,
        ),
        Command("o", "go_to_tree", "Tree", "To the topics of the board in the tree", True),
        Command(
            "f", "cycle_shown", "Show", "List all boards, those online, away, or with warnings"
        ),
        Command("d", "cycle_order", "Order", "Order by name, or those in trouble first"),
        Command(
            "escape,backspace",
            "back",
            "Back",
            "From the board to the list, from there to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
        Command("1,3", "leave", "Tree at once", "Back to the tree at once", in_palette=False),
    ),
)
