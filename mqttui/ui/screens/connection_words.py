"""What the connection screen says: explanations, and advice that names fields of the form."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.broker.diagnosis import shown_path
from mqttui.settings.connection_options import (
    BROKER,
    GROUP_EXPLANATIONS,
    IDENTITY,
    SUBSCRIPTION_PARTS,
    SUBSCRIPTIONS,
)
from mqttui.ui.commands.connection import CONNECTION_COMMANDS
from mqttui.ui.screens.connection_form import FIELDS

if TYPE_CHECKING:
    from mqttui.core.source import SourceStatus
    from mqttui.settings.connection import ConnectionSettings

LIST_EXPLANATION = (
    "Saved profiles and the brokers of the last days. Enter or a double click connects, right "
    "goes to the form."
)
PROBLEMS_EXPLANATION = "What could not be read from your files; up and down show the rest."

# In sight from the beginning, so that nobody needs to be told where to look.
_OPEN_GROUPS = (BROKER, IDENTITY)
_PLACES = {each.flag: (each.group, each.title) for each in FIELDS.values() if each.flag}
_PLACES["--subscribe"] = (SUBSCRIPTIONS, "Topic filter")
_FLAG = re.compile("(?<![\\w-])--[a-z][a-z-]*")


def in_form_words(advice: str) -> str:
    """Return advice with the fields of the form in place of options of the command line.

    The first mention of a group that begins folded says which group it is.
    """
    told: set[str] = set()

    def named(match: re.Match[str]) -> str:
        place = _PLACES.get(match.group())
        if place is None:
            return match.group()
        group, title = place
        if group in _OPEN_GROUPS or group in told:
            return f"“{title}”"
        told.add(group)
        return f"“{group}: {title}”"

    return _FLAG.sub(named, advice)


def status_in_form_words(status: SourceStatus) -> SourceStatus:
    """Return a status whose advice speaks of the form, for who has connected with it."""
    if status.advice is None:
        return status
    return replace(status, advice=in_form_words(status.advice))


def field_explanation(name: str) -> str:
    """Return what a field is for and, last, how the command line calls it."""
    spec = FIELDS[name]
    return f"{spec.explanation} ({spec.flag})" if spec.flag else spec.explanation


def part_explanation(part: str) -> str:
    """Return what a part of a subscription is for, by the field of `Subscription`."""
    return SUBSCRIPTION_PARTS[part]


def group_explanation(title: str) -> str:
    """Return what a group of fields is about."""
    return f"{GROUP_EXPLANATIONS[title]} Enter folds and unfolds."


def button_explanation(action: str) -> str:
    """Return what a button does, and the key that does the same."""
    command = next(each for each in CONNECTION_COMMANDS.commands if each.action == action)
    return f"{command.explanation}. The key for it is {command.key_display or command.keys}."


def description(settings: ConnectionSettings) -> str:
    """Return in words what a connection is, without its password."""
    way = "TLS" if settings.tls is not None else "no encryption"
    if settings.tls is not None and settings.tls.is_insecure:
        way = "TLS, any certificate accepted"
    if settings.websocket_path is not None:
        way += f", WebSocket {shown_path(settings.websocket_path)}"
    who = f" as {settings.user}" if settings.user is not None else ""
    filters = ", ".join(each.topic_filter for each in settings.subscriptions)
    return f"{settings.label}{who} ({way}) and subscribes to {filters}."
