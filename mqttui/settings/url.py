"""Broker addresses as people write them: `host`, `host:port` and URLs.

`mqtt://` and `mqtts://` carry a topic filter as their path. `ws://` and `wss://` carry the
WebSocket's path, and a topic filter as `?topic=`. Topics may be percent-encoded, but `#` and `+`
also count as they stand: neither starts a fragment nor means a space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from mqttui.settings.connection import Subscription
from mqttui.settings.draft import FIELD_RULES, Draft
from mqttui.settings.rules import BadValueError, shown
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError

_SCHEMES = ("mqtt", "mqtts", "ws", "wss")
_INSTEAD_OF = {
    "tcp": "mqtt",
    "mqtt+tcp": "mqtt",
    "ssl": "mqtts",
    "tls": "mqtts",
    "mqtt+ssl": "mqtts",
    "http": "ws",
    "mqtt+ws": "ws",
    "https": "wss",
    "mqtt+wss": "wss",
}


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says. `is_url` tells that it is complete, so that no other port counts."""

    draft: Draft
    is_url: bool
    password: Secret | None = field(default=None, repr=False)


class _Authority(NamedTuple):
    user: str | None
    password: str | None
    host: str
    port: str | None


def parse_address(text: str, name: str) -> Address:
    """Return what a host name, `host:port` or a URL says.

    `name` is how the user calls it (`HOST`, `MQTTUI_HOST`). Raises `SettingsError`; its sentence
    never repeats the part of a URL in which a password may stand.
    """
    scheme, separator, rest = text.strip().partition("://")
    if not separator:
        return Address(_host_and_port(text.strip(), name), is_url=False)
    scheme = scheme.lower()
    if scheme not in _SCHEMES:
        instead = _INSTEAD_OF.get(scheme)
        hint = f"; did you mean {instead}://?" if instead else ""
        raise SettingsError(
            f"{name} must be a URL with mqtt://, mqtts://, ws:// or wss://, "
            f"not {shown(scheme)}{hint}" + ("" if hint else ".")
        )
    match = re.match(r"[^/?#]*", rest)
    authority = match[0] if match else ""
    tail = rest[len(authority) :]
    parts = _authority(authority, name)
    values: dict[str, object] = {
        "host": _checked("host", parts.host, name),
        "tls": scheme in {"mqtts", "wss"},
        "websocket": scheme in {"ws", "wss"},
    }
    if parts.port is not None:
        values["port"] = _checked("port", parts.port, f"The port of {name}")
    if parts.user:
        values["user"] = _checked("user", parts.user, f"The user of {name}")
    if scheme in {"ws", "wss"}:
        path, topics = _websocket_tail(tail)
        if path is not None:
            values["websocket_path"] = _checked("websocket_path", path, f"The path of {name}")
    else:
        topics = _topic_tail(tail, name)
    if topics:
        values["subscriptions"] = tuple(Subscription(_decoded(topic, name)) for topic in topics)
    password = Secret(parts.password) if parts.password is not None else None
    draft = Draft(**values, names=dict.fromkeys(values, name))  # type: ignore[arg-type]
    return Address(draft, is_url=True, password=password)


def _checked(field_name: str, text: str, name: str) -> object:
    try:
        return FIELD_RULES[field_name].of_text(text)
    except BadValueError as problem:
        raise SettingsError(problem.about(name)) from None


def _host_and_port(text: str, name: str) -> Draft:
    """Return the draft of `host`, `host:port`, `[ipv6]`, `[ipv6]:port` or a bare IPv6 address."""
    if "@" in text:
        raise SettingsError(f"{name} has a user in it; write it as a URL, mqtt://USER@HOST.")
    match = re.fullmatch(r"(\[[^]]*\]|[^:]*)(?::([^:]*))?", text)
    host, port = (match[1], match[2]) if match else (text, None)
    values: dict[str, object] = {"host": _checked("host", host, name)}
    if port is not None:
        values["port"] = _checked("port", port, f"The port of {name}")
    return Draft(**values, names=dict.fromkeys(values, name))  # type: ignore[arg-type]


def _authority(text: str, name: str) -> _Authority:
    """Return the parts of `[user[:password]@]host[:port]`."""
    credentials, at, place = text.rpartition("@")
    match = re.fullmatch(r"(\[[^]]*\]|[^:]*)(?::(\d*))?", place)
    if match is None:
        if re.search(r":\d*:|::", place):
            raise SettingsError(f"{name}: an IPv6 address in a URL stands in brackets, [::1].")
        raise SettingsError(f"{name} has a port that is not a number.")
    user, colon, password = credentials.partition(":")
    return _Authority(
        user=_decoded(user, name) if at else None,
        password=_decoded(password, name) if colon else None,
        host=unquote(match[1]),
        port=match[2] or None,
    )


def _topic_tail(tail: str, name: str) -> list[str]:
    """Return the topic filter, still encoded, behind the host of an MQTT URL, if any."""
    if tail[:1] in {"?", "#"} or "?" in tail:
        raise SettingsError(
            f"{name}: an mqtt:// URL has no ?query; a question mark in a topic is written %3F."
        )
    return [tail[1:]] if len(tail) > 1 else []


def _websocket_tail(tail: str) -> tuple[str | None, list[str]]:
    """Return the path, None when there is none, and the encoded topic filters of a ws URL.

    Parameters other than `topic` belong to the path: some brokers want a signature there.
    """
    path, _, query = tail.partition("?")
    parameters = [parameter for parameter in query.split("&") if parameter]
    topics = [each.removeprefix("topic=") for each in parameters if each.startswith("topic=")]
    others = [each for each in parameters if not each.startswith("topic=")]
    if others:
        path = f"{path or '/'}?{'&'.join(others)}"
    return path or None, [topic for topic in topics if topic]


def _decoded(text: str, name: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise SettingsError(f"{name} has a percent-encoded part that is not UTF-8.") from None
