"""What the subscription panel says of topic filters: rows, options and sentences.

Pure: text and roles, no widget. All text is printable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from mqttui.core.subscription_rules import filter_warnings, overlap_notes, subscription_problem
from mqttui.core.topic import filter_problem
from mqttui.payload.printable import printable
from mqttui.payload.quantities import UNKNOWN, count_text, rate_text
from mqttui.settings.connection import Subscription
from mqttui.settings.connection_rules import AS_PUBLISHED, NO_LOCAL, RETAINED
from mqttui.ui.glyphs import DONE, FAILED, WARNING
from mqttui.ui.widgets.cells import Cells, fitted
from mqttui.ui.widgets.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.filter_marks import FilterMark
    from mqttui.core.source import SubscriptionStatus
    from mqttui.core.subscribed_traffic import FilterTraffic

WIDE = 110
SMALLEST_FILTER_CELLS = 12
_SHOWN_CHARACTERS = 1_000

_MARK, _ASKED, _STATE, _RATE, _MESSAGES, _TOPICS, _OPTIONS = 3, 6, 13, 9, 11, 9, 42
_GAP = 2


class Row(NamedTuple):
    """A filter as it is painted; equal rows look the same."""

    topic_filter: str
    mark: FilterMark
    asked: str
    state: str
    state_role: str
    rate: str
    messages: str
    topics: str
    options: str


def row_of(entry: SubscriptionStatus, mark: FilterMark, traffic: FilterTraffic | None) -> Row:
    """Return what the list shows of a filter; what it does not bring has no figures."""
    state, role = state_of(entry)
    figures = traffic if entry.granted_qos is not None else None
    return Row(
        entry.topic_filter,
        mark,
        f"QoS {entry.requested_qos}",
        state,
        role,
        rate_text(figures.rate_per_s) if figures is not None else UNKNOWN,
        count_text(figures.messages if figures is not None else None),
        count_text(figures.topics if figures is not None else None),
        options_text(subscription_of(entry)),
    )


def state_of(entry: SubscriptionStatus) -> tuple[str, str]:
    """Return in a word or two what the broker said, and the role of these words."""
    if entry.is_paused:
        return "paused", "dim"
    if entry.granted_qos is not None:
        if entry.granted_qos < entry.requested_qos:
            return f"only QoS {entry.granted_qos}", "warning"
        return "granted", "literal"
    if entry.problem is None:
        return "asked", "dim"
    is_sent = filter_problem(entry.topic_filter) is None
    return ("refused" if is_sent else "not valid"), "warning"


def subscription_of(entry: SubscriptionStatus) -> Subscription:
    """Return what was asked for."""
    return Subscription(
        entry.topic_filter,
        entry.requested_qos,
        entry.no_local,
        entry.retain_as_published,
        entry.retain_handling,
    )


def options_text(subscription: Subscription) -> str:
    """Return the options of MQTT 5 that are not as usual, in the words of the command line."""
    words = [NO_LOCAL] if subscription.no_local else []
    if subscription.retain_as_published:
        words.append(AS_PUBLISHED)
    if subscription.retain_handling:
        words.append(RETAINED[subscription.retain_handling])
    return " ".join(words)


def head_cells(width: int) -> Cells:
    """Return the line above the list."""
    cells: Cells = [
        (" " * (1 + _MARK) + "filter".ljust(_filter_cells(width)), "dim"),
        ("asked".ljust(_ASKED) + "broker".ljust(_STATE), "dim"),
        ("rate".rjust(_RATE) + "messages".rjust(_MESSAGES), "dim"),
    ]
    if width >= WIDE:
        cells.append(("topics".rjust(_TOPICS) + "   options", "dim"))
    return cells


def row_cells(row: Row, width: int) -> Cells:
    """Return a filter as a row of `width` cells."""
    room = _filter_cells(width)
    name = fitted(printable(row.topic_filter[:_SHOWN_CHARACTERS]), room - _GAP)
    cells: Cells = [
        (row.mark.letter.ljust(_MARK), f"filter-{row.mark.colour}"),
        (name + " " * (room - cell_len(name)), "value"),
        (row.asked.ljust(_ASKED), "fact"),
        (row.state.ljust(_STATE), row.state_role),
        (row.rate.rjust(_RATE) + row.messages.rjust(_MESSAGES), "fact"),
    ]
    if width >= WIDE:
        cells.append((row.topics.rjust(_TOPICS), "fact"))
        cells.append(("   " + row.options, "dim"))
    return cells


def _filter_cells(width: int) -> int:
    taken = _MARK + _ASKED + _STATE + _RATE + _MESSAGES
    if width >= WIDE:
        taken += _TOPICS + _OPTIONS
    return max(SMALLEST_FILTER_CELLS, width - taken - 1)


def option_switches(subscription: Subscription, width: int) -> list[Switch]:
    """Return what can be chosen for a subscription, in fewer words where `width` is small."""
    levels = [(("qos", qos), str(qos)) for qos in (0, 1, 2)]
    is_wide = width >= WIDE
    handling = ("0 always", "1 if new", "2 never") if is_wide else ("0", "1", "2")
    return [
        Switch("QoS ", levels, ("qos", subscription.qos)),
        _on_off("no local", "no_local", subscription.no_local),
        _on_off(
            "retain as published" if is_wide else "as published",
            "retain_as_published",
            subscription.retain_as_published,
        ),
        Switch(
            "retain handling " if is_wide else "handling ",
            [(("retain_handling", number), text) for number, text in enumerate(handling)],
            ("retain_handling", subscription.retain_handling),
        ),
    ]


def _on_off(title: str, name: str, value: bool) -> Switch:
    return Switch(f"{title} ", [((name, False), "off"), ((name, True), "on")], (name, value))


def row_sentences(
    entry: SubscriptionStatus,
    traffic: FilterTraffic | None,
    others: Sequence[str],
    *,
    is_connected: bool,
) -> Cells:
    """Return what is to be said of a filter of the list, what matters most first."""
    topic_filter = entry.topic_filter
    if entry.problem is not None:
        advice = [(printable(entry.advice), "fact")] if entry.advice is not None else []
        return [(printable(entry.problem), "warning"), *advice]
    if entry.is_paused:
        return [("Paused: the broker sends nothing for it. space subscribes again.", "fact")]
    if not is_connected:
        return [("Not connected; it is asked for again with the next connection.", "fact")]
    if entry.granted_qos is None:
        return [("The broker has not answered yet.", "dim")]
    said: Cells = []
    if traffic is not None and not traffic.topics:
        said.append(
            (
                "Granted, but nothing came: nobody publishes there, or the broker lets this user "
                "read nothing of it and does not say so.",
                "fact",
            )
        )
    rate_per_s = traffic.rate_per_s if traffic is not None else None
    said += [(warning, "warning") for warning in filter_warnings(topic_filter, rate_per_s)]
    said += [(note, "fact") for note in overlap_notes(topic_filter, others)]
    if entry.retain_as_published:
        said.append(
            (
                "As published: a value that is retained just now looks like one from before, so "
                "it has no rate and no age, and counts only if it is another one.",
                "fact",
            )
        )
    if not said:
        said.append(("Granted. Rate and messages are those of all topics that match.", "dim"))
    return said


def draft_sentences(draft: Subscription, others: Sequence[str], protocol: str | None) -> Cells:
    """Return what is to be said of a filter while it is typed."""
    if not draft.topic_filter:
        return [
            (
                "+ stands for one level, # at the end for all that follow; "
                "$share/group/filter shares the messages among a group.",
                "dim",
            )
        ]
    problem = subscription_problem(draft)
    if problem is not None:
        return [(f"{FAILED} {problem}", "warning")]
    said: Cells = []
    if draft.needs_mqtt5 and protocol is not None and protocol != "5":
        said.append(
            (
                f"This connection is MQTT {protocol}, which would leave out "
                f"{options_text(draft).replace(' ', ', ')}.",
                "warning",
            )
        )
    if draft.topic_filter in others:
        said.append(("It is in the list: enter subscribes again, with these options.", "fact"))
    said += [(f"{WARNING} {warning}", "warning") for warning in filter_warnings(draft.topic_filter)]
    said += [(note, "fact") for note in overlap_notes(draft.topic_filter, others)]
    return said or [(f"{DONE} enter subscribes, tab goes to the options, esc leaves.", "fact")]
