"""The keys of a chart that has the keyboard."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup
from mqttui.ui.glyphs import LEFT, RIGHT

CHART_COMMANDS = CommandGroup(
    "chart",
    "Chart",
    (
        Command(
            "plus,w",
            "step_window(1)",
            "Longer",
            "Show more time: 10 s, 1 min, 5 min, 15 min, 1 h, all that is kept",
            True,
            key_display="+ w",
        ),
        Command("minus", "step_window(-1)", "Shorter", "Show less time", key_display="-"),
        Command("space", "toggle_hold", "Hold", "Hold this chart still; reading goes on", True),
        Command(
            "left",
            "scroll(-0.5)",
            "Earlier",
            "Half a window back in time",
            in_palette=False,
            key_display=LEFT,
        ),
        Command(
            "right",
            "scroll(0.5)",
            "Later",
            "Half a window forward, in the end to the present",
            in_palette=False,
            key_display=RIGHT,
        ),
        Command("end", "go_on", "Now", "Back to the present", in_palette=False, key_display="end"),
        Command(
            "e",
            "edit",
            "Set up",
            "Units, the limits of the vertical axes, and all else that can be chosen about a chart",
            True,
        ),
        Command("l", "toggle_log", "Log axis", "A logarithmic vertical axis, or a linear one"),
        Command("x", "toggle_xy", "x-y", "The first series as the horizontal axis of the others"),
        Command(
            "t",
            "toggle_time",
            "Device time",
            "Points at the time that the device tells (t in ms, ts in s), or that of arrival",
        ),
        Command(
            "A", "toggle_axis", "Second axis", "The last series on an axis of its own on the right"
        ),
        Command(
            "v",
            "fix_range",
            "Fix range",
            "Keep the vertical range as it is now, or let it follow the values",
        ),
        Command(
            "S",
            "save",
            "Save chart",
            "Save what is seen as a table (.csv) or a figure (.pdf, .png, .svg)",
            True,
        ),
    ),
)
