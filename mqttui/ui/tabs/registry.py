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


def _chart() -> type[MessageTab]:
    from mqttui.ui.tabs.chart import ChartTab

    return ChartTab


VALUE = "value"

TABS = (
    TabKind(VALUE, "Value"),
    TabKind("chart", "Chart", _chart),
)
