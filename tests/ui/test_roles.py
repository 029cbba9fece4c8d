"""Text in roles can be read in every theme."""

from __future__ import annotations

from mqttui.ui.roles import STYLES, partial_role_style, role_style
from mqttui.ui.theme import SIXTEEN_COLOURS, THEMES


async def test_every_role_can_be_read_in_every_theme(explore) -> None:
    """Text stands out from its ground; in the terminal's own colours a cursor is turned over."""
    async with explore() as explorer:
        for theme in THEMES:
            explorer.app.theme = theme.name
            await explorer.settle()
            for role in STYLES:
                style = role_style(explorer.tree, role)
                assert style.color is not None, (theme.name, role)
                assert style.color != style.bgcolor or theme.ansi, (theme.name, role)
            is_ansi = theme is SIXTEEN_COLOURS
            assert bool(role_style(explorer.tree, "cursor").reverse) is is_ansi
            alone = partial_role_style(explorer.tree, "key")
            assert (alone.color is not None, alone.bgcolor) == (True, None)
