"""The clients of a broker as rows, and what is said about a list that is not complete."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.cells import cell_len

from mqttui.broker.sys import metrics
from mqttui.payload.printable import printable
from mqttui.payload.quantities import UNKNOWN, age_text, count_text
from mqttui.ui.glyphs import CONNECTED, DISCONNECTED
from mqttui.ui.widgets.cells import Cells, fitted

if TYPE_CHECKING:
    from mqttui.broker.roster.roster import Client, Roster
    from mqttui.broker.sys.watch import BrokerWatch

HOW_TO_LISTEN = (
    "The broker tells nothing of its clients. mosquitto does with these lines in its "
    "configuration: log_dest topic, log_type notice, log_type error, log_type subscribe, log_type "
    "unsubscribe. EMQX, NanoMQ and aedes do so by themselves to whoever may read $SYS/#."
)
STATE_CELLS = 9
USER_CELLS = 12
AGE_CELLS = 8
ADDRESS_CELLS = 22
WIDE_FROM_WIDTH = 100


def listed(roster: Roster) -> list[Client]:
    """Return the clients: those that fight over an id, then the connected ones, by name."""
    return sorted(
        roster.clients,
        key=lambda client: (-client.takeovers, not client.is_connected, client.client_id),
    )


def client_cells(client: Client, width: int, now: float) -> Cells:
    """Return a client as a row: whether it is there, its id, user, since when, why it left."""
    is_wide = width >= WIDE_FROM_WIDTH
    state = f"{CONNECTED} there" if client.is_connected else f"{DISCONNECTED} gone"
    age = UNKNOWN if client.since is None else age_text(now - client.since)
    remark, role = _remark(client)
    room = width - STATE_CELLS - USER_CELLS - AGE_CELLS - 2
    room -= ADDRESS_CELLS if is_wide else 0
    name_cells = max(8, room * 2 // 5)
    cells: Cells = [
        (state.ljust(STATE_CELLS), "value" if client.is_connected else "dim"),
        (_column(client.client_id, name_cells), "topic"),
        (_column(client.user or UNKNOWN, USER_CELLS), "fact"),
        (age.rjust(AGE_CELLS - 2) + "  ", "dim"),
    ]
    if is_wide:
        cells.append((_column(client.address or UNKNOWN, ADDRESS_CELLS), "dim"))
    cells.append((fitted(remark, max(0, room - name_cells)), role))
    return cells


def _remark(client: Client) -> tuple[str, str]:
    if client.takeovers:
        times = "once" if client.takeovers == 1 else f"{count_text(client.takeovers)} times"
        return f"taken over {times}: two with one id?", "warning"
    if not client.is_connected:
        return printable(client.reason or ""), "dim"
    if client.topic_filters:
        more = client.filters_left_out
        names = " ".join(printable(name) for name, _ in client.topic_filters[:8])
        return names + (f" and {more} more" if more else ""), "dim"
    return "", "dim"


def client_sentence(client: Client) -> str:
    """Return all that is known of a client, in a sentence."""
    parts = [printable(client.client_id)]
    if client.address is not None:
        parts.append(f"from {printable(client.address)}")
    if client.protocol is not None:
        parts.append(f"MQTT {client.protocol}")
    if client.keepalive_s is not None:
        parts.append(f"keep-alive {client.keepalive_s} s")
    if client.is_clean is not None:
        parts.append("clean session" if client.is_clean else "its session is kept")
    if client.connects > 1:
        parts.append(f"connected {count_text(client.connects)} times")
    if not client.is_connected and client.reason:
        parts.append(f"left: {printable(client.reason)}")
    if client.topic_filters:
        filters = ", ".join(
            printable(name) + ("" if qos is None else f" (QoS {qos})")
            for name, qos in client.topic_filters
        )
        parts.append(f"subscribed to {filters}")
    return "; ".join(parts) + "."


def clients_title(watch: BrokerWatch) -> str:
    """Return how many of the clients are known, and since when: `known 23 of 25, since 10:42`."""
    roster = watch.roster
    if roster is None or not roster.has_events:
        return "unknown"
    in_all = watch.snapshot.fresh(metrics.CLIENTS_CONNECTED)
    of_all = "" if in_all is None else f" of {count_text(round(in_all))}"
    since = time.strftime("%H:%M", time.localtime(roster.listened_since))
    words = [f"known {count_text(roster.connected)}{of_all} connected, since {since}"]
    for number, word in (
        (roster.refused, "logins refused"),
        (roster.missed, "lines missed"),
        (roster.unlisted, "not listed"),
    ):
        if number:
            words.append(f"{count_text(number)} {word}")
    return " · ".join(words)


def _column(text: str, cells: int) -> str:
    shown = fitted(printable(text), cells - 1)
    return shown + " " * (cells - cell_len(shown))
