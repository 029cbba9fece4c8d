"""The keys of the publish panel."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

PUBLISH_COMMANDS = CommandGroup(
    "publish",
    "Publish",
    (
        Command(
            "ctrl+s",
            "send",
            "Send",
            "Send the message, once or as the line says: again and again, or with its answer",
            True,
            key_display="^s",
            changes_broker=True,
        ),
        Command(
            "escape",
            "stop",
            "Back",
            "Stop sending or waiting; close what is open; then back to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
        Command(
            "ctrl+l",
            "show_saved",
            "Saved",
            "What was sent before, templates, and what came on this topic; enter takes one over",
            True,
            key_display="^l",
        ),
        Command(
            "ctrl+r",
            "send_again",
            "Again",
            "Send the message under the cursor of the saved ones again",
            True,
            key_display="^r",
            changes_broker=True,
        ),
        Command(
            "f2",
            "toggle_properties",
            "Properties",
            "Open or fold the properties of MQTT 5",
            True,
            key_display="F2",
        ),
        Command(
            "ctrl+g",
            "edit_outside",
            "Editor",
            "Edit the payload with the program in VISUAL or EDITOR",
            True,
            key_display="^g",
        ),
        Command(
            "ctrl+n",
            "name_template",
            "Keep",
            "Keep the message as a template with a name",
            True,
            key_display="^n",
        ),
        Command(
            "ctrl+t",
            "screen.publish('topic')",
            "Take topic",
            "Take over the topic under the cursor of the tree",
            key_display="^t",
        ),
        Command(
            "f4",
            "show_all_words",
            "All words",
            "Show all that there is to say of a message, with room for it",
            True,
            key_display="F4",
        ),
        Command(
            "f3",
            "show_answer",
            "Show answer",
            "Show the topic of the answer in the tree",
            True,
            key_display="F3",
        ),
    ),
)
