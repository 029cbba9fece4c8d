"""The panels there are, in the order of their tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.ui.panels.panel import Panel


@dataclass(frozen=True, slots=True)
class PanelKind:
    """A panel by name; `load` imports its class."""

    name: str
    title: str
    load: Callable[[], type[Panel]]


def _publish() -> type[Panel]:
    from mqttui.ui.panels.publish import PublishPanel

    return PublishPanel


def _log() -> type[Panel]:
    from mqttui.ui.panels.log import LogPanel

    return LogPanel


def _subscriptions() -> type[Panel]:
    from mqttui.ui.panels.subscriptions import SubscriptionPanel

    return SubscriptionPanel


PANELS: tuple[PanelKind, ...] = (
    PanelKind("publish", "Publish", _publish),
    PanelKind("subscriptions", "Subscriptions", _subscriptions),
    PanelKind("log", "Log", _log),
)


def panel_kind(name: str) -> PanelKind:
    """Return the kind of that name; raise `KeyError` if there is none."""
    return {kind.name: kind for kind in PANELS}[name]
