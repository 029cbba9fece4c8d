"""A connection in the making: what each place said, laid over each other, then made whole.

Options, environment, profile and defaults each give a `Draft`. `Draft.over` lays the stronger
one on the weaker one, and `resolve` makes `ConnectionSettings` of the result.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from mqttui.settings.connection import (
    DEFAULT_SUBSCRIPTIONS,
    ConnectionSettings,
    Protocol,
    Subscription,
    Tls,
    Will,
)
from mqttui.settings.connection_rules import (
    QOS,
    AlpnProtocols,
    FilePath,
    Host,
    Subscriptions,
    WebSocketPath,
)
from mqttui.settings.rules import Bytes, Choice, Rule, Switch, Text, WholeNumber
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

# Registered with IANA as mqtt and secure-mqtt; WebSocket: RFC 6455 section 3.
MQTT_PORT, MQTT_TLS_PORT = 1883, 8883
WEBSOCKET_PORT, WEBSOCKET_TLS_PORT = 80, 443
DEFAULT_WEBSOCKET_PATH = "/mqtt"
DEFAULT_KEEPALIVE_S = 60
# The session does not expire (MQTT 5.0 section 3.1.2.11.2).
NEVER_EXPIRES_S = 0xFFFFFFFF

TopicRule = Callable[[str], str | None]
"""Returns a plain sentence about what is wrong with a topic name or filter, else None."""


@dataclass(frozen=True, slots=True)
class TopicRules:
    """The rules of topic names and filters, given by whoever knows them."""

    topic_problem: TopicRule
    filter_problem: TopicRule


@dataclass(frozen=True, slots=True)
class Draft:
    """What one place says about a connection; None where it says nothing.

    `names` maps a field to how the user spelled it there (`--port`, `MQTTUI_PORT`, a key of a
    profile), so that a complaint can name it.
    """

    host: str | None = None
    port: int | None = None
    tls: bool | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    is_insecure: bool | None = None
    alpn: tuple[str, ...] | None = None
    websocket: bool | None = None
    websocket_path: str | None = None
    user: str | None = None
    password_file: Path | None = None
    client_id: str | None = None
    keepalive_s: int | None = None
    is_clean: bool | None = None
    session_expiry_s: int | None = None
    protocol: Protocol | None = None
    will_topic: str | None = None
    will_payload: bytes | None = None
    will_qos: int | None = None
    will_retain: bool | None = None
    subscriptions: tuple[Subscription, ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def given(self) -> dict[str, Any]:
        """Return the fields that say something."""
        values = {name: getattr(self, name) for name in FIELD_RULES}
        return {name: value for name, value in values.items() if value is not None}

    def name_of(self, field_name: str, otherwise: str | None = None) -> str:
        """Return how the user spelled a field, for a sentence; `otherwise` if nowhere."""
        unspelled = otherwise or field_name.removeprefix("is_").replace("_", " ")
        return self.names.get(field_name, unspelled)

    def over(self, weaker: Draft) -> Draft:
        """Return both drafts as one; where both speak, this one counts.

        Naming a file or a protocol of TLS implies TLS, a WebSocket path implies WebSocket. Where
        this draft says no TLS or no WebSocket, nothing about them is taken from the weaker one.
        """
        mine, theirs = self.completed(), weaker.completed().given()
        if mine.tls is False:
            theirs = {name: value for name, value in theirs.items() if name not in TLS_FIELDS}
        if mine.websocket is False:
            theirs.pop("websocket_path", None)
        values = theirs | mine.given()
        names = {name: spelled for name, spelled in weaker.names.items() if name in theirs}
        return Draft(**values, names=names | dict(self.names))

    def completed(self) -> Draft:
        """Return the draft with what its own fields imply."""
        tls, websocket = self.tls, self.websocket
        if tls is None and any(getattr(self, name) for name in TLS_FIELDS):
            tls = True
        if websocket is None and self.websocket_path is not None:
            websocket = True
        return replace(self, tls=tls, websocket=websocket)


TLS_FIELDS = ("ca_file", "cert_file", "key_file", "is_insecure", "alpn")

FIELD_RULES: dict[str, Rule[Any]] = {
    "host": Host(),
    "port": WholeNumber(1, 65535),
    "tls": Switch(),
    "ca_file": FilePath(),
    "cert_file": FilePath(),
    "key_file": FilePath(),
    "is_insecure": Switch(),
    "alpn": AlpnProtocols(),
    "websocket": Switch(),
    "websocket_path": WebSocketPath(),
    "user": Text(),
    "password_file": FilePath(),
    "client_id": Text(),
    "keepalive_s": WholeNumber(0, 65535, "seconds"),
    "is_clean": Switch(),
    "session_expiry_s": WholeNumber(0, NEVER_EXPIRES_S, "seconds"),
    "protocol": Choice(("3.1.1", "5", "auto")),
    "will_topic": Text(),
    "will_payload": Bytes(),
    "will_qos": QOS,
    "will_retain": Switch(),
    "subscriptions": Subscriptions(),
}
assert set(FIELD_RULES) == {each.name for each in fields(Draft)} - {"names"}


def resolve(
    draft: Draft, topics: TopicRules, *, profile: str | None = None, payload_limit_bytes: int
) -> ConnectionSettings:
    """Return the connection that a draft describes, without its password.

    Ports: 1883, with TLS 8883; WebSocket 80, with TLS 443. A persistent session without an
    expiry never expires under MQTT 5, as it does not under 3.1.1. Raises `SettingsError` with a
    sentence that names what is missing or contradicts.
    """
    draft = draft.completed()
    if draft.host is None:
        raise SettingsError("No host is given.")
    _refuse_contradictions(draft)
    will = _will(draft, topics)
    subscriptions = _subscriptions(draft, topics)
    is_clean = draft.is_clean is not False
    session_expiry_s = draft.session_expiry_s
    if not is_clean and session_expiry_s is None and draft.protocol != "3.1.1":
        session_expiry_s = NEVER_EXPIRES_S
    return ConnectionSettings(
        host=draft.host,
        port=draft.port or default_port(bool(draft.tls), bool(draft.websocket)),
        tls=_tls(draft) if draft.tls else None,
        websocket_path=(
            draft.websocket_path or DEFAULT_WEBSOCKET_PATH if draft.websocket else None
        ),
        user=draft.user,
        client_id=draft.client_id,
        keepalive_s=DEFAULT_KEEPALIVE_S if draft.keepalive_s is None else draft.keepalive_s,
        is_clean=is_clean,
        session_expiry_s=session_expiry_s,
        protocol=draft.protocol or "auto",
        will=will,
        subscriptions=subscriptions,
        profile=profile,
        payload_limit_bytes=payload_limit_bytes,
    )


def draft_of(settings: ConnectionSettings) -> Draft:
    """Return the draft that `resolve` makes into these settings; it has no password."""
    tls, will = settings.tls, settings.will
    given = Draft(
        host=settings.host,
        port=settings.port,
        user=settings.user,
        client_id=settings.client_id,
        keepalive_s=None if settings.keepalive_s == DEFAULT_KEEPALIVE_S else settings.keepalive_s,
        is_clean=None if settings.is_clean else False,
        session_expiry_s=settings.session_expiry_s,
        protocol=None if settings.protocol == "auto" else settings.protocol,
        subscriptions=(
            None if settings.subscriptions == DEFAULT_SUBSCRIPTIONS else settings.subscriptions
        ),
    )
    is_websocket = settings.websocket_path is not None
    if settings.port == default_port(tls is not None, is_websocket):
        given = replace(given, port=None)
    if not settings.is_clean and settings.session_expiry_s == NEVER_EXPIRES_S:
        given = replace(given, session_expiry_s=None)
    if is_websocket:
        given = replace(given, websocket=True, websocket_path=settings.websocket_path)
    if tls is not None:
        given = replace(
            given,
            tls=True,
            ca_file=tls.ca_file,
            cert_file=tls.cert_file,
            key_file=tls.key_file,
            is_insecure=tls.is_insecure or None,
            alpn=tls.alpn or None,
        )
    if will is not None:
        given = replace(
            given,
            will_topic=will.topic,
            will_payload=will.payload or None,
            will_qos=will.qos or None,
            will_retain=will.retain or None,
        )
    return given


def default_port(is_tls: bool, is_websocket: bool) -> int:
    """Return the port of a broker when none is given."""
    if is_websocket:
        return WEBSOCKET_TLS_PORT if is_tls else WEBSOCKET_PORT
    return MQTT_TLS_PORT if is_tls else MQTT_PORT


def file_problem(draft: Draft) -> str | None:
    """Return a sentence about the first TLS file that cannot be read, else None."""
    for name in ("ca_file", "cert_file", "key_file"):
        path: Path | None = getattr(draft, name)
        if path is None:
            continue
        if problem := _unreadable(path):
            return f"{draft.name_of(name)}: {path} cannot be read: {problem}."
    return None


def _unreadable(path: Path) -> str | None:
    """Return why a file cannot be read; it is not opened, because opening a pipe waits."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or "it has no such name"
    if stat.S_ISDIR(status.st_mode):
        return "it is a folder"
    return None if os.access(path, os.R_OK) else os.strerror(errno.EACCES)


def _refuse_contradictions(draft: Draft) -> None:
    """Raise `SettingsError` for settings that make no sense together."""
    if draft.tls is False:
        for name in TLS_FIELDS:
            if getattr(draft, name):
                raise SettingsError(
                    f"{draft.name_of(name)} needs TLS, but {draft.name_of('tls')} says no TLS."
                )
    if draft.websocket is False and draft.websocket_path is not None:
        raise SettingsError(
            f"{draft.name_of('websocket_path')} needs WebSocket, "
            f"but {draft.name_of('websocket')} says no WebSocket."
        )
    if draft.key_file is not None and draft.cert_file is None:
        raise SettingsError(
            f"{draft.name_of('key_file')} is given without its certificate "
            f"({draft.name_of('cert_file', '--cert')})."
        )
    if draft.session_expiry_s is not None and draft.protocol == "3.1.1":
        raise SettingsError(
            f"{draft.name_of('session_expiry_s')} needs MQTT 5, "
            f"but {draft.name_of('protocol')} asks for 3.1.1."
        )
    demanding = [each for each in draft.subscriptions or () if each.needs_mqtt5]
    if demanding and draft.protocol == "3.1.1":
        raise SettingsError(
            f"{draft.name_of('subscriptions')}: the options of {demanding[0].topic_filter!r} need "
            f"MQTT 5, but {draft.name_of('protocol')} asks for 3.1.1."
        )
    if draft.is_clean is False and draft.client_id is None:
        raise SettingsError(
            f"{draft.name_of('is_clean')} asks for a persistent session, "
            f"and that needs a client id ({draft.name_of('client_id', '--client-id')})."
        )


def _tls(draft: Draft) -> Tls:
    return Tls(
        ca_file=draft.ca_file,
        cert_file=draft.cert_file,
        key_file=draft.key_file,
        is_insecure=bool(draft.is_insecure),
        alpn=draft.alpn or (),
    )


def _will(draft: Draft, topics: TopicRules) -> Will | None:
    """Return the will; raise `SettingsError` when its topic is missing or not valid."""
    if draft.will_topic is None:
        for name in ("will_payload", "will_qos", "will_retain"):
            if getattr(draft, name) not in (None, False):
                raise SettingsError(
                    f"{draft.name_of(name)} is given without the will's topic "
                    f"({draft.name_of('will_topic', '--will-topic')})."
                )
        return None
    if problem := topics.topic_problem(draft.will_topic):
        raise SettingsError(f"{draft.name_of('will_topic')}: {problem}")
    return Will(
        topic=draft.will_topic,
        payload=draft.will_payload or b"",
        qos=draft.will_qos or 0,
        retain=bool(draft.will_retain),
    )


def _subscriptions(draft: Draft, topics: TopicRules) -> tuple[Subscription, ...]:
    """Return what to subscribe to, each filter once; the last of the same filter counts."""
    if draft.subscriptions is None:
        return DEFAULT_SUBSCRIPTIONS
    by_filter: dict[str, Subscription] = {}
    for subscription in draft.subscriptions:
        if problem := topics.filter_problem(subscription.topic_filter):
            raise SettingsError(f"{draft.name_of('subscriptions')}: {problem}")
        by_filter[subscription.topic_filter] = subscription
    return tuple(by_filter.values())
