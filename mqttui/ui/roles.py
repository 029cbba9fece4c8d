"""What text on the screen means, and how it looks: roles and their styles.

Widgets paint text in roles, so that a payload can never choose a style. A style is written in the
variables of the theme. Component classes of Textual would do the same, but it gives each widget
its own and works all of them out again whenever a focus or a class changes: that was most of the
cost of opening a panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.filter_marks import COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.style import Style
    from textual.style import Style as VisualStyle
    from textual.widget import Widget

_FILTERS = {f"filter-{number}": f"bold $filter-{number}" for number in range(COLOURS)}

STYLES: Mapping[str, str] = {
    "topic": "bold $primary",
    "fact": "$foreground",
    "dim": "$foreground 60%",
    "heading": "bold $foreground",
    "value": "$foreground",
    "key": "$secondary",
    "string": "$foreground",
    "number": "$accent",
    "literal": "$success",
    "mark": "$foreground 50%",
    "warning": "$warning",
    "retained": "$accent",
    "cursor": "bold $foreground on $primary 35%",
    # A colour for each topic filter, and a letter beside it.
    **_FILTERS,
    # Charts.
    "axis": "$foreground 55%",
    "series-1": "$accent",
    "series-2": "$primary",
    "series-3": "$success",
    "series-4": "$warning",
    "series-5": "$error",
    "series-6": "$secondary",
    "series-7": "$foreground",
    "series-8": "$text-accent",
    # The topic tree.
    "tree-guide": "$foreground 45%",
    "tree-branch": "bold $foreground",
    "tree-topic": "$foreground",
    "tree-hit": "underline $text-warning",
    "tree-value": "$text-secondary",
    "tree-fresh": "$fresh",
    "tree-recent": "$recent",
    "tree-fading": "$fading",
    "tree-new": "bold $fresh",
    "tree-silent": "$text-warning",
    "tree-trend": "$text-secondary 75%",
    "tree-retained": "$text-accent",
    "tree-warning": "bold $text-warning",
    "tree-figure": "$foreground 60%",
    "tree-cursor": "$primary",
    **{f"tree-{role}": style.removeprefix("bold ") for role, style in _FILTERS.items()},
    "tree-notice": "$foreground 75%",
    "tree-selected": "on $foreground 12%",
    "tree-selected-in-use": "bold on $primary 35%",
    # The lines at the top and at the bottom.
    "status-plain": "$foreground",
    "status-quiet": "$foreground 65%",
    "status-good": "$text-success",
    "status-warning": "bold $text-warning",
    "status-alarm": "bold reverse $text-error",
    "bar-key": "bold $footer-key-foreground",
    "bar-title": "$footer-description-foreground",
    "bar-hover": "on $block-hover-background",
}

_ANSI_STYLES = {
    # The terminal's own 16 colours, or none at all: what is selected is turned over.
    "cursor": "bold reverse $foreground on $background",
    "tree-fresh": "bold $fresh",
    "tree-selected-in-use": "bold reverse on $primary",
}


def role_style(widget: Widget, role: str) -> Style:
    """Return the style of a role on the ground of `widget`."""
    # Textual keeps the style of the widget, each sum, and what a text means in the theme.
    return (widget.visual_style + _parsed(widget, role)).rich_style


def partial_role_style(widget: Widget, role: str) -> Style:
    """Return the style of a role alone, to be laid over other styles."""
    return _parsed(widget, role).rich_style


def _parsed(widget: Widget, role: str) -> VisualStyle:
    app = widget.app
    text = STYLES[role]
    if app.native_ansi_color:
        text = _ANSI_STYLES.get(role, text)
    return app.stylesheet.parse_style(text)
