"""The keys of the list of decoders."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

DECODER_COMMANDS = CommandGroup(
    "decoders",
    "Decoders",
    (
        Command(
            "enter",
            "choose",
            "Choose",
            "Read the messages of these topics by the decoder under the cursor",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "i",
            "look_inside",
            "Inside",
            "Choose also how that is read which gzip, zlib, deflate or base64 is around",
            True,
            in_palette=False,
        ),
        Command(
            "t",
            "next_filter",
            "Topics",
            "For which topics: this one, its siblings, everything below a level",
            True,
            in_palette=False,
        ),
        Command("e", "edit_filter", "Edit", "Type the topic filter", True, in_palette=False),
        Command(
            "o",
            "open_schema",
            "Schema",
            "Read messages of Protobuf from a .proto file or descriptor set",
            True,
            in_palette=False,
        ),
        Command(
            "delete",
            "remove",
            "Remove",
            "Forget what was chosen for these topics",
            True,
            in_palette=False,
            key_display="del",
        ),
        Command(
            "escape,d",
            "leave",
            "Back",
            "Change nothing",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
