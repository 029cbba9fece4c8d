"""The lines that mosquitto writes to `$SYS/broker/log/#` when it has `log_dest topic`.

Client ids, user names and topics in them come from strangers and may imitate the words around
them: every pattern is anchored at both ends, and what stands behind a client id is matched from
the end of the line. Of a line that fits none nothing is taken.
"""

from __future__ import annotations

import re

from mqttui.broker.roster.events import ClientEvent, EventKind

LONGEST_LINE_BYTES = 1_024
"""What is longer is left out: to look for words in it takes time in proportion to its square."""

# `1795251404: `, another format of time, or none.
_TIME = re.compile(r"(?:\d{9,11}: |\d{4}-\d\d-\d\dT[\d:.+Z-]+: )")
# 2.1 has the address in brackets behind the client id.
_BRACKETS = r"(?: \[(?P<address>[\d.:A-Fa-f]+:\d+)\])?"
_WHO = r"Client (?P<id>.+?)" + _BRACKETS
_CONNECTED = re.compile(
    r"New (?:client|bridge) connected from (?P<address>\S+?)(?::(?P<port>\d+))? as (?P<id>.+) "
    r"\((?:p(?P<protocol>\d+), )?c(?P<clean>[01]), k(?P<keepalive>\d+)(?:, u'(?P<user>.*)')?\)\."
)
_DENIED = re.compile(r"Client connection from (?P<address>\S+) (?:denied|failed)[:.] ?(?P<why>.*)")
_LEFT: tuple[tuple[re.Pattern[str], EventKind, str | None], ...] = tuple(
    (re.compile(pattern), kind, reason)
    for pattern, kind, reason in (
        (
            r"Client <unknown>" + _BRACKETS + r" disconnected[,:] not authorised\.",
            EventKind.REFUSED,
            "wrong user or password",
        ),
        (_WHO + r" already connected, closing old connection\.", EventKind.TAKEN_OVER, None),
        (_WHO + r" disconnected: session taken over\.", EventKind.TAKEN_OVER, None),
        (
            _WHO + r" (?:has exceeded timeout, disconnecting|disconnected: exceeded timeout)\.",
            EventKind.DISCONNECTED,
            "silent for longer than its keep-alive",
        ),
        (
            _WHO + r" (?:been )?disconnected(?: by|:) administrative action\.",
            EventKind.DISCONNECTED,
            "disconnected by an administrator",
        ),
        (
            _WHO + r" (?:closed its connection|disconnected: connection closed by client)\.",
            EventKind.DISCONNECTED,
            "connection lost",
        ),
        (
            _WHO + r" disconnected(?: due to |[,:] )(?P<why>[^.]{1,80})\.",
            EventKind.DISCONNECTED,
            None,
        ),
        (_WHO + r" disconnected\.", EventKind.DISCONNECTED, "said goodbye"),
    )
)
_PROTOCOLS = {"1": "3.1", "2": "3.1.1", "3": "3.1", "4": "3.1.1", "5": "5"}
_UNSUBSCRIBED = re.compile(r"(?P<id>\S+) (?P<filter>\S(?:.*\S)?)")


def event_of_line(level: str, payload: bytes) -> ClientEvent | None:
    """Return what a line says of a client; `level` is what stands below `$SYS/broker/log/`."""
    if len(payload) > LONGEST_LINE_BYTES:
        return None
    line = payload.decode("utf-8", "backslashreplace").rstrip("\n")
    line = _TIME.sub("", line, count=1) if _TIME.match(line) else line
    if level == "M/subscribe":
        return _subscribed(line)
    if level == "M/unsubscribe":
        found = _UNSUBSCRIBED.fullmatch(line)
        if found is None:
            return None
        return ClientEvent(EventKind.UNSUBSCRIBED, found["id"], topic_filters=(found["filter"],))
    found = _CONNECTED.fullmatch(line)
    if found is not None:
        return ClientEvent(
            EventKind.CONNECTED,
            found["id"],
            address=found["address"],
            user=found["user"] or None,
            protocol=_PROTOCOLS.get(found["protocol"] or ""),
            keepalive_s=int(found["keepalive"][:9]),
            is_clean=found["clean"] == "1",
        )
    found = _DENIED.fullmatch(line)
    if found is not None:
        return ClientEvent(
            EventKind.REFUSED, address=found["address"], reason=found["why"].rstrip(".") or None
        )
    return _left(line)


def _left(line: str) -> ClientEvent | None:
    for pattern, kind, reason in _LEFT:
        found = pattern.fullmatch(line)
        if found is None:
            continue
        groups = found.groupdict()
        client_id = groups.get("id") or ""
        return ClientEvent(
            kind,
            "" if client_id == "<unknown>" else client_id,
            address=groups.get("address"),
            reason=reason or groups.get("why"),
        )
    return None


def _subscribed(line: str) -> ClientEvent | None:
    # A client id may hold blanks and digits, a topic filter too: what is ambiguous is left out.
    found = [
        (line[: match.start()], int(match[1]), line[match.end() :])
        for match in re.finditer(r" ([012]) ", line)
        if match.start() and match.end() < len(line)
    ]
    if len(found) != 1:
        return None
    client_id, qos, topic_filter = found[0]
    return ClientEvent(EventKind.SUBSCRIBED, client_id, topic_filters=(topic_filter,), qos=qos)
