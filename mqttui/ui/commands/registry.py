"""Every group of commands, in the order of the help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.ui.commands.app import APP_COMMANDS
from mqttui.ui.commands.broker import BROKER_COMMANDS
from mqttui.ui.commands.busiest import BUSIEST_COMMANDS
from mqttui.ui.commands.chart import CHART_COMMANDS
from mqttui.ui.commands.chart_settings import CHART_SETTINGS_COMMANDS
from mqttui.ui.commands.chart_tab import CHART_TAB_COMMANDS
from mqttui.ui.commands.charts import CHARTS_COMMANDS
from mqttui.ui.commands.columns import COLUMN_COMMANDS
from mqttui.ui.commands.connection import CHECKUP_COMMANDS, CONNECTION_COMMANDS
from mqttui.ui.commands.copy import COPY_COMMANDS
from mqttui.ui.commands.decoders import DECODER_COMMANDS
from mqttui.ui.commands.devices import DEVICES_COMMANDS
from mqttui.ui.commands.diff import DIFF_COMMANDS
from mqttui.ui.commands.explorer import EXPLORER_COMMANDS
from mqttui.ui.commands.history import HISTORY_COMMANDS, MESSAGE_LIST_COMMANDS, PANE_COMMANDS
from mqttui.ui.commands.hygiene import HYGIENE_COMMANDS
from mqttui.ui.commands.layout import LAYOUT_COMMANDS
from mqttui.ui.commands.log import LOG_COMMANDS
from mqttui.ui.commands.pins import PIN_COMMANDS
from mqttui.ui.commands.plugged import PLUGGED_COMMANDS
from mqttui.ui.commands.properties import PROPERTIES_COMMANDS
from mqttui.ui.commands.publish import PUBLISH_COMMANDS
from mqttui.ui.commands.raw import RAW_COMMANDS
from mqttui.ui.commands.retained import BACKUPS_COMMANDS, RETAINED_COMMANDS
from mqttui.ui.commands.search import SEARCH_COMMANDS
from mqttui.ui.commands.subscriptions import SUBSCRIPTION_COMMANDS
from mqttui.ui.commands.tree import TREE_COMMANDS
from mqttui.ui.commands.value import VALUE_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mqttui.ui.commands.command import Command

GROUPS = (
    TREE_COMMANDS,
    EXPLORER_COMMANDS,
    LAYOUT_COMMANDS,
    SUBSCRIPTION_COMMANDS,
    SEARCH_COMMANDS,
    COLUMN_COMMANDS,
    COPY_COMMANDS,
    PIN_COMMANDS,
    PANE_COMMANDS,
    VALUE_COMMANDS,
    MESSAGE_LIST_COMMANDS,
    DECODER_COMMANDS,
    DIFF_COMMANDS,
    HISTORY_COMMANDS,
    RAW_COMMANDS,
    PROPERTIES_COMMANDS,
    CHART_TAB_COMMANDS,
    CHART_COMMANDS,
    CHART_SETTINGS_COMMANDS,
    CHARTS_COMMANDS,
    BUSIEST_COMMANDS,
    DEVICES_COMMANDS,
    PLUGGED_COMMANDS,
    BROKER_COMMANDS,
    HYGIENE_COMMANDS,
    PUBLISH_COMMANDS,
    RETAINED_COMMANDS,
    BACKUPS_COMMANDS,
    LOG_COMMANDS,
    CONNECTION_COMMANDS,
    CHECKUP_COMMANDS,
    APP_COMMANDS,
)


def commands_by_id() -> Iterator[tuple[str, Command]]:
    """Yield every command with its id."""
    for group in GROUPS:
        for command in group.commands:
            yield group.id_of(command), command
