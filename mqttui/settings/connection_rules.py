"""What the parts of a connection may be: hosts, files, protocol names, subscriptions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mqttui.settings.connection import Subscription
from mqttui.settings.rules import (
    BadValueError,
    Rule,
    Switch,
    WholeNumber,
    kind_of,
    shown,
    text_in_quotes,
)


@dataclass(frozen=True, slots=True)
class Host:
    """A host name or an IP address, without scheme, port or path."""

    def of_text(self, text: str) -> str:
        """Return the name or address; brackets around an IPv6 address are taken off."""
        name = text.strip()
        if name.startswith("[") and name.endswith("]"):
            name = name[1:-1]
        if not name:
            raise BadValueError("must not be empty")
        if "://" in name:
            raise BadValueError(f"must be a host name, not the URL {shown(name)}")
        if len(name) > 253 or not re.fullmatch(r"[\w.:%-]+", name) or name.startswith("-"):
            raise BadValueError(f"must be a host name or an IP address, not {shown(name)}")
        if name.count(":") == 1:
            raise BadValueError(f"must be a host name without a port, not {shown(name)}")
        return name

    def of_toml(self, value: object) -> str:
        """Return the name or address; everything but text is refused."""
        return self.of_text(text_in_quotes(value))


@dataclass(frozen=True, slots=True)
class WebSocketPath:
    """The path, with its query, that a WebSocket handshake asks for."""

    def of_text(self, text: str) -> str:
        """Return the path; it starts with a slash and has no white space."""
        if not text.startswith("/") or not re.fullmatch(r"[!-~]+", text):
            raise BadValueError(
                f"must start with / and have only visible ASCII characters, not {shown(text)}"
            )
        return text

    def of_toml(self, value: object) -> str:
        """Return the path; everything but text is refused."""
        return self.of_text(text_in_quotes(value))


@dataclass(frozen=True, slots=True)
class FilePath:
    """A path of a file, `~` expanded; whether it exists is asked elsewhere."""

    def of_text(self, text: str) -> Path:
        """Return the path."""
        if not text or "\0" in text:
            raise BadValueError("must be the name of a file")
        try:
            return Path(text).expanduser()
        except RuntimeError:
            raise BadValueError(f"names a home folder that is not known: {shown(text)}") from None

    def of_toml(self, value: object) -> Path:
        """Return the path; everything but text is refused."""
        if not isinstance(value, str):
            raise BadValueError(f"must be the name of a file in quotes, not {kind_of(value)}")
        return self.of_text(value)


@dataclass(frozen=True, slots=True)
class AlpnProtocols:
    """Protocol names for ALPN (RFC 7301 section 3.1: 1 to 255 bytes each)."""

    def of_text(self, text: str) -> tuple[str, ...]:
        """Return the names that stand between commas."""
        return self._checked([name.strip() for name in text.split(",")])

    def of_toml(self, value: object) -> tuple[str, ...]:
        """Return the names of a list, or the one name of a text."""
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise BadValueError(f"must be a list of texts, not {kind_of(value)}")
        return self._checked(names)

    @staticmethod
    def _checked(names: list[str]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch(r"[!-~]{1,255}", name):
                raise BadValueError(
                    f"must be names of 1 to 255 visible characters, not {shown(name)}"
                )
        if not names:
            raise BadValueError("must name at least one protocol")
        return tuple(names)


QOS = WholeNumber(0, 2)


NO_LOCAL, AS_PUBLISHED = "no-local", "as-published"
RETAINED = ("retained-always", "retained-new", "retained-never")
"""How the values of retain handling are written, 0 to 2."""

_OPTION_WORDS = f"{NO_LOCAL}, {AS_PUBLISHED}, {RETAINED[1]} or {RETAINED[2]}"
_SUBSCRIPTION_KEYS: dict[str, Rule[Any]] = {
    "qos": QOS,
    "no_local": Switch(),
    "retain_as_published": Switch(),
    "retain_handling": WholeNumber(0, 2),
}


@dataclass(frozen=True, slots=True)
class SubscriptionRule:
    """`FILTER`, `FILTER:QOS` or `FILTER:QOS,no-local,as-published,retained-new`.

    The rules of topic filters are checked where core is known.
    """

    def of_text(self, text: str) -> Subscription:
        """Return the subscription; only a trailing `:0`, `:1` or `:2` is a QoS."""
        found = re.fullmatch(r"(.*):([012])((?:,[a-z-]*)*)", text, re.DOTALL)
        if found is None:
            subscription = Subscription(text)
        else:
            values: dict[str, bool | int] = {}
            for word in found[3].split(",")[1:]:
                if word == NO_LOCAL:
                    values["no_local"] = True
                elif word == AS_PUBLISHED:
                    values["retain_as_published"] = True
                elif word in RETAINED:
                    values["retain_handling"] = RETAINED.index(word)
                else:
                    raise BadValueError(
                        f"may have after its QoS only {_OPTION_WORDS}, not {shown(word)}"
                    )
            subscription = Subscription(found[1], int(found[2]), **values)  # type: ignore[arg-type]
        if not subscription.topic_filter:
            raise BadValueError("must name a topic filter")
        return subscription

    def of_toml(self, value: object) -> Subscription:
        """Return the subscription of `"filter:qos"` or `{filter = "…", qos = 1, …}`."""
        if isinstance(value, str):
            return self.of_text(value)
        if not isinstance(value, dict) or "filter" not in value:
            raise BadValueError('must have entries like "a/b:1" or {filter = "a/b", qos = 1}')
        topic_filter = value["filter"]
        if not isinstance(topic_filter, str) or not topic_filter:
            raise BadValueError("must have text in quotes as filter")
        values = {}
        for key, inner in value.items():
            if key == "filter":
                continue
            rule = _SUBSCRIPTION_KEYS.get(key)
            if rule is None:
                known = ", ".join(("filter", *_SUBSCRIPTION_KEYS))
                raise BadValueError(f"must have entries with the keys {known}, not {shown(key)}")
            try:
                values[key] = rule.of_toml(inner)
            except BadValueError as problem:
                raise BadValueError(f"has a {key} that {problem}") from None
        return Subscription(topic_filter, **values)


def subscription_text(subscription: Subscription) -> str:
    """Return a subscription as it is typed, the inverse of `SubscriptionRule.of_text`."""
    words = [f"{subscription.topic_filter}:{subscription.qos}"]
    if subscription.no_local:
        words.append(NO_LOCAL)
    if subscription.retain_as_published:
        words.append(AS_PUBLISHED)
    if subscription.retain_handling:
        words.append(RETAINED[subscription.retain_handling])
    return ",".join(words)


def subscription_toml(subscription: Subscription) -> str | dict[str, object]:
    """Return a subscription as it stands in a profile: short where it asks for nothing unusual."""
    if not subscription.needs_mqtt5:
        return subscription_text(subscription)
    given: dict[str, object] = {"filter": subscription.topic_filter, "qos": subscription.qos}
    if subscription.no_local:
        given["no_local"] = True
    if subscription.retain_as_published:
        given["retain_as_published"] = True
    if subscription.retain_handling:
        given["retain_handling"] = subscription.retain_handling
    return given


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Several subscriptions; as text they stand between white space."""

    def of_text(self, text: str) -> tuple[Subscription, ...]:
        """Return the subscriptions of a text."""
        return self._some(tuple(SubscriptionRule().of_text(word) for word in text.split()))

    def of_toml(self, value: object) -> tuple[Subscription, ...]:
        """Return the subscriptions of a list."""
        if not isinstance(value, list):
            raise BadValueError(f"must be a list of topic filters, not {kind_of(value)}")
        return self._some(tuple(SubscriptionRule().of_toml(entry) for entry in value))

    @staticmethod
    def _some(found: tuple[Subscription, ...]) -> tuple[Subscription, ...]:
        if not found:
            raise BadValueError("must name at least one topic filter")
        return found
