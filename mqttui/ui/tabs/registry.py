"""The tabs of the message pane, in their order; the first is part of the pane itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.ui.tabs.tab import MessageTab


@dataclass(frozen=True, slots=True)
class TabKind:
    """A tab by name; `load` imports its class. The value has none, it is always there."""

    name: str
    title: str
    load: Callable[[], type[MessageTab]] | None = None


def _diff() -> type[MessageTab]:
    from mqttui.ui.tabs.diff import DiffTab

    return DiffTab


def _history() -> type[MessageTab]:
    from mqttui.ui.tabs.history import HistoryTab

    return HistoryTab


def _raw() -> type[MessageTab]:
    from mqttui.ui.tabs.raw import RawTab

    return RawTab


def _properties() -> type[MessageTab]:
    from mqttui.ui.tabs.properties import PropertiesTab

    return PropertiesTab


def _chart() -> type[MessageTab]:
    from mqttui.ui.tabs.chart import ChartTab

    return ChartTab


VALUE = "value"

TABS = (
    TabKind(VALUE, "Value"),
    TabKind("diff", "Diff", _diff),
    TabKind("history", "History", _history),
    TabKind("chart", "Chart", _chart),
    TabKind("raw", "Raw", _raw),
    TabKind("properties", "Properties", _properties),
)
