"""The events of EMQX, NanoMQ and aedes: a message per client that comes or goes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from mqttui.broker.roster.events import ClientEvent, EventKind

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_EVENT_BYTES = 16_384

# Client ids may hold slashes.
_EMQX = re.compile(
    r"\$SYS/brokers/[^/]+/clients/(.+)/(connected|disconnected|subscribed|unsubscribed)"
)
_NANOMQ = re.compile(r"\$SYS/brokers/(connected|disconnected)")
_AEDES = re.compile(r"\$SYS/[^/]+/(new/clients|disconnect/clients|new/subscribes|new/unsubscribes)")
_VERSIONS = {3: "3.1", 4: "3.1.1", 5: "5"}


def event_reader(topic: str) -> Callable[[bytes], ClientEvent | None] | None:
    """Return what reads the events of a topic, None for a topic without events."""
    found = _EMQX.fullmatch(topic)
    if found is not None:
        client_id, word = found[1], found[2]
        return lambda payload: _emqx_event(client_id, word, payload)
    found = _NANOMQ.fullmatch(topic)
    if found is not None:
        word = found[1]
        return lambda payload: _nanomq_event(word, payload)
    found = _AEDES.fullmatch(topic)
    if found is not None:
        word = found[1]
        return lambda payload: _aedes_event(word, payload)
    return None


def _emqx_event(client_id: str, word: str, payload: bytes) -> ClientEvent | None:
    value = _object(payload)
    if value is None:
        return None
    kind = EventKind(word)
    topic = _text(value.get("topic"))
    return ClientEvent(
        kind,
        _text(value.get("clientid")) or client_id,
        address=_text(value.get("ipaddress")),
        user=_user(value.get("username")),
        protocol=_VERSIONS.get(_whole(value.get("proto_ver")) or 0),
        keepalive_s=_whole(value.get("keepalive")),
        is_clean=value.get("clean_start") if isinstance(value.get("clean_start"), bool) else None,
        reason=_text(value.get("reason")) if kind is EventKind.DISCONNECTED else None,
        topic_filters=(topic,) if topic else (),
    )


def _nanomq_event(word: str, payload: bytes) -> ClientEvent | None:
    value = _object(payload)
    client_id = None if value is None else _text(value.get("client_id"))
    if value is None or not client_id:
        return None
    code = _whole(value.get("return_code"))
    if word == "connected" and code:
        return ClientEvent(EventKind.REFUSED, client_id, reason=f"code {code}")
    reason = _whole(value.get("reason_code"))
    return ClientEvent(
        EventKind(word),
        client_id,
        address=_text(value.get("IPv4")),
        user=_user(value.get("username")),
        protocol=_VERSIONS.get(_whole(value.get("proto_ver")) or 0),
        keepalive_s=_whole(value.get("keepalive")),
        reason=f"code {reason}" if reason else None,
    )


def _aedes_event(word: str, payload: bytes) -> ClientEvent | None:
    if word in ("new/clients", "disconnect/clients"):
        kind = EventKind.CONNECTED if word == "new/clients" else EventKind.DISCONNECTED
        client_id = payload[:LONGEST_EVENT_BYTES].decode("utf-8", "backslashreplace")
        return ClientEvent(kind, client_id) if client_id else None
    value = _object(payload)
    client_id = "" if value is None else _text(value.get("clientId")) or ""
    if value is None or not client_id:
        return None
    kind = EventKind.SUBSCRIBED if word == "new/subscribes" else EventKind.UNSUBSCRIBED
    entries = value.get("subs")
    filters = []
    for entry in entries if isinstance(entries, list) else []:
        topic = _text(entry.get("topic") if isinstance(entry, dict) else entry)
        if topic:
            filters.append(topic)
    return ClientEvent(kind, client_id, topic_filters=tuple(filters)) if filters else None


def _object(payload: bytes) -> dict[str, Any] | None:
    if len(payload) > LONGEST_EVENT_BYTES:
        return None
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _user(value: object) -> str | None:
    # Erlang's word for nothing.
    text = _text(value)
    return None if text in ("undefined", "null", "nil") else text


def _whole(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 2**32 else None
