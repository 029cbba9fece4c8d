"""The keys of the subscription panel."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

SUBSCRIPTION_COMMANDS = CommandGroup(
    "subscriptions",
    "Subscriptions",
    (
        Command(
            "a",
            "add",
            "Add",
            "Type another topic filter, with + # $share/group/…",
            True,
            takes_the_keyboard=True,
        ),
        Command("delete,d", "remove", "Remove", "Unsubscribe and forget the filter", True),
        Command(
            "space",
            "toggle_paused",
            "Pause",
            "Unsubscribe but keep the filter in the list, or subscribe again",
            True,
            in_palette=False,
            key_display="space",
        ),
        Command(
            "enter",
            "enter",
            "Edit",
            "Take the filter into a line, to change it and add it; add what stands in the line",
            True,
            in_palette=False,
            key_display="enter",
        ),
        *(
            Command(
                str(qos),
                f"set_qos({qos})",
                f"QoS {qos}",
                f"Ask for QoS {qos}; what is retained comes again",
                in_palette=False,
            )
            for qos in (0, 1, 2)
        ),
        Command(
            "n",
            "toggle_no_local",
            "No local",
            "Leave out what this client publishes itself (MQTT 5)",
            in_palette=False,
        ),
        Command(
            "t",
            "toggle_as_published",
            "Retain as published",
            "Show which live messages were published retained (MQTT 5)",
            in_palette=False,
        ),
        Command(
            "i",
            "cycle_retain_handling",
            "Retain handling",
            "When retained messages come: always, only for a new subscription, never (MQTT 5)",
            in_palette=False,
        ),
        Command(
            "escape",
            "leave",
            "Back",
            "From the line to the list, from the list to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
        Command("u", "undo", "Undo", "Bring back the filter that was removed last"),
        Command("S", "save", "Save", "Keep the filters in the profile of this connection", True),
    ),
)
