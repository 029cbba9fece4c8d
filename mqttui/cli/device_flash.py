"""`mqttui device flash`: MicroPython itself onto a board, by esptool."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from mqttui.cli.device import chosen_port, device_parser, is_confirmed, require_person, say
from mqttui.cli.exit_codes import EXIT_OK
from mqttui.deploy.failures import DeployError
from mqttui.deploy.flash import CHIPS, flash_commands, read_image, shown_command
from mqttui.deploy.ports import require_port
from mqttui.payload.printable import printable
from mqttui.payload.quantities import size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = "erase"


def run_flash(words: Sequence[str]) -> int:
    """Explain how MicroPython gets onto a board, or write an image; return the exit code."""
    parser = device_parser("flash", takes="[FILE]")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    arguments = parser.parse_all(words)
    if arguments.file is None:
        _explain()
        return EXIT_OK
    image = read_image(Path(arguments.file))
    require_person(is_sure=arguments.yes)
    port = chosen_port(arguments.port)
    commands = flash_commands(port, image)
    say(f"{printable(str(image.path))} is for {image.chip.name}, {size_text(image.size_bytes)}.")
    for command in commands:
        say(f"  {shown_command(command)}")
    if importlib.util.find_spec("esptool") is None:
        raise DeployError(
            "esptool writes the flash and is not installed: pip install 'mqttui[flash]' (or pipx "
            "inject mqttui esptool), then again; or run the commands above with an esptool of "
            "your own."
        )
    require_port(port)
    say(f"Everything on the board at {printable(port)} goes, its configuration too.")
    if not arguments.yes and not is_confirmed(f"Type {_WORD} to go on:", answer=_WORD):
        say("Nothing was changed.")
        return EXIT_OK
    for command in commands:
        if subprocess.call(command) != 0:  # noqa: S603  # this Python, a port and a file
            raise DeployError(
                "esptool did not get through to the board: hold BOOT, press EN, let go of both, "
                "and try again; its own words stand above."
            )
    say("MicroPython is on the board. Next: mqttui device install")
    return EXIT_OK


def _explain() -> None:
    say("A new board has no MicroPython yet, and an old one may be too old (1.22 is needed).")
    say("1. Get the image for its chip from the MicroPython download page:")
    for chip in CHIPS:
        say(f"     {chip.name:9} {chip.image_name}-….bin")
    say("2. Plug the board in and run: mqttui device flash FILE.bin")
    say("   esptool writes it and erases everything else; pip install 'mqttui[flash]' brings it.")
    say("   If it does not get through: hold BOOT, press EN, let go of both, try again.")
    say("3. mqttui device install")
