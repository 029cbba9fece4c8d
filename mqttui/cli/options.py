"""The options of a connection: how each is spelled, grouped, explained and checked.

One table serves the parser, the environment variables and the documentation, so that they
cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mqttui.settings.connection_rules import SubscriptionRule
from mqttui.settings.draft import FIELD_RULES
from mqttui.settings.preferences import PREFERENCE_KEYS
from mqttui.settings.rules import BadValueError, Rule, Switch, Text
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT_PREFIX = "MQTTUI_"
PASSWORD_VARIABLE = "MQTTUI_PASSWORD"  # noqa: S105
HOST_VARIABLE = "MQTTUI_HOST"


@dataclass(frozen=True, slots=True)
class Option:
    """An option of the command line and the environment variable of the same name.

    `field` is what it sets. `metavar` is None for a switch; `switch_value` is what a switch
    says when it is given.
    """

    flag: str
    field: str
    rule: Rule[Any]
    help: str
    group: str
    metavar: str | None = None
    switch_value: bool = True
    is_repeatable: bool = False

    @property
    def variable(self) -> str:
        """The environment variable: `MQTTUI_` and the option in upper case."""
        return ENVIRONMENT_PREFIX + self.flag.removeprefix("--").upper().replace("-", "_")

    @property
    def key(self) -> str:
        """The attribute of the parsed arguments."""
        return self.flag.removeprefix("--").replace("-", "_")

    def value_of(self, text: str, name: str) -> Any:
        """Return the checked value of a text; raise `SettingsError` with `name` in it."""
        try:
            value = self.rule.of_text(text)
        except BadValueError as problem:
            raise SettingsError(problem.about(name)) from None
        return value if self.metavar or self.switch_value else not value


def _draft(flag: str, field: str, group: str, metavar: str | None, text: str) -> Option:
    return Option(flag, field, FIELD_RULES[field], text, group, metavar)


def _preference(
    flag: str, key: str, metavar: str | None, text: str, group: str = "Limits and pace"
) -> Option:
    known = PREFERENCE_KEYS[key]
    return Option(flag, known.field, known.rule, text, group, metavar)


_BROKER, _TLS, _WS = "Broker", "Encryption (TLS)", "WebSocket"
_IDENTITY, _SESSION, _WILL = "Who you are", "Session", "Last will"

CONNECTION_OPTIONS: tuple[Option, ...] = (
    _draft(
        "--port",
        "port",
        _BROKER,
        "PORT",
        "port of the broker (default 1883, with TLS 8883; WebSocket 80, with TLS 443)",
    ),
    _draft(
        "--protocol",
        "protocol",
        _BROKER,
        "{3.1.1,5,auto}",
        "MQTT version; auto tries 5 first and remembers what works (default auto)",
    ),
    _draft(
        "--keepalive",
        "keepalive_s",
        _BROKER,
        "SECONDS",
        "longest silence on the connection, 0 turns it off (default 60)",
    ),
    Option(
        "--subscribe",
        "subscriptions",
        SubscriptionRule(),
        "topic filter to subscribe to, with the highest QoS wanted (0, 1 or 2) after a last "
        "colon; may be repeated. Takes the place of the default: # and, separately and at QoS 0, "
        "$SYS/#. Give --subscribe '#' to leave out $SYS/#",
        _BROKER,
        "FILTER[:QOS]",
        is_repeatable=True,
    ),
    _draft("--tls", "tls", _TLS, None, "encrypt; the system's CA store checks the certificate"),
    _draft("--cafile", "ca_file", _TLS, "FILE", "PEM file of trusted CAs (implies --tls)"),
    _draft("--cert", "cert_file", _TLS, "FILE", "PEM file of a client certificate (implies --tls)"),
    _draft("--key", "key_file", _TLS, "FILE", "PEM file of its private key; needs --cert"),
    _draft(
        "--insecure",
        "is_insecure",
        _TLS,
        None,
        "do not check the broker's certificate or its host name (implies --tls); "
        "the status bar says so for as long as it lasts",
    ),
    _draft("--alpn", "alpn", _TLS, "NAME[,NAME]", "ALPN protocols to offer (implies --tls)"),
    _draft("--websocket", "websocket", _WS, None, "speak MQTT over WebSocket"),
    _draft(
        "--ws-path",
        "websocket_path",
        _WS,
        "PATH",
        "path of the WebSocket (default /mqtt; implies --websocket)",
    ),
    _draft("--user", "user", _IDENTITY, "NAME", "user name; the password is asked for"),
    _draft(
        "--password-file",
        "password_file",
        _IDENTITY,
        "FILE",
        "read the password from the first line of a file",
    ),
    Option(
        "--password-stdin",
        "password_stdin",
        Switch(),
        "read the password from the first line of standard input",
        _IDENTITY,
    ),
    _draft("--client-id", "client_id", _IDENTITY, "ID", "client id (default: a random one)"),
    _draft("--clean", "is_clean", _SESSION, None, "start afresh, no session is kept (the default)"),
    Option(
        "--persistent",
        "is_clean",
        Switch(),
        "let the broker keep the session while you are away; needs --client-id",
        _SESSION,
        switch_value=False,
    ),
    _draft(
        "--session-expiry",
        "session_expiry_s",
        _SESSION,
        "SECONDS",
        "how long the broker keeps the session (MQTT 5; default with --persistent: for ever)",
    ),
    _draft("--will-topic", "will_topic", _WILL, "TOPIC", "topic of the last will"),
    _draft("--will-payload", "will_payload", _WILL, "TEXT", "its payload (default empty)"),
    _draft("--will-qos", "will_qos", _WILL, "QOS", "its QoS: 0, 1 or 2 (default 0)"),
    _draft("--will-retain", "will_retain", _WILL, None, "ask the broker to retain it"),
)

PROFILE_OPTION = Option(
    "--profile",
    "profile",
    Text(),
    "start from a named connection of profiles.toml; other options count more",
    "Profiles",
    "NAME",
)
# Has no variable: nothing is to be overwritten because of what stands in the environment.
SAVE_OPTION = Option(
    "--save",
    "save",
    Text(),
    "save this connection as a profile, its password in the keyring or in a file that only "
    "you can read, then connect",
    "Profiles",
    "NAME",
)

PREFERENCE_OPTIONS: tuple[Option, ...] = (
    _preference(
        "--history-budget",
        "history_budget",
        "SIZE",
        "memory for the messages that are kept, like 64MB (default 256MB)",
    ),
    _preference(
        "--payload-limit",
        "payload_limit",
        "SIZE",
        "keep only the head of longer payloads; what is cut is counted (default 1MiB)",
    ),
    _preference(
        "--frame-rate",
        "frame_rate_hz",
        "HZ",
        "how often the screen may change in a second (default 10)",
    ),
    _preference(
        "--read-only",
        "read_only",
        None,
        "look only: nothing is published, cleared or administered",
        "For a projector or a guest",
    ),
)

# Variables that are no options.
OTHER_VARIABLES = {
    HOST_VARIABLE: "host or URL, where none is typed",
    PASSWORD_VARIABLE: "the password",
    "MQTTUI_CONFIG_DIR": "folder of profiles.toml, preferences.toml and secrets.toml",
    "MQTTUI_STATE_DIR": "folder of what mqttui remembers by itself",
}

PASSWORD_FIELDS = ("password_file", "password_stdin")
"""Fields that say where the password is."""


@dataclass(frozen=True, slots=True)
class Given:
    """The checked values of one place and how the user spelled each there."""

    values: Mapping[str, Any]
    names: Mapping[str, str]


def typed_values(arguments: Mapping[str, Any], options: tuple[Option, ...]) -> Given:
    """Return what was typed; raise `SettingsError` for the first value that cannot be used.

    `arguments` maps `Option.key` to the typed text, to a list of texts or to True.
    """
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for option in options:
        raw = arguments.get(option.key)
        if raw is None:
            continue
        if option.metavar is None:
            value: Any = option.switch_value
        elif option.is_repeatable:
            value = tuple(option.value_of(each, option.flag) for each in raw)
        else:
            value = option.value_of(raw, option.flag)
        _add(values, names, option, value, option.flag)
    return Given(values, names)


def environment_values(environ: Mapping[str, str], options: tuple[Option, ...]) -> Given:
    """Return what the environment says; an empty variable says nothing.

    A repeatable option takes several values between white space. Raises `SettingsError` for
    the first value that cannot be used.
    """
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for option in options:
        raw = environ.get(option.variable, "")
        if not raw:
            continue
        if option.is_repeatable:
            value: Any = tuple(option.value_of(each, option.variable) for each in raw.split())
        else:
            value = option.value_of(raw, option.variable)
        if value != ():
            _add(values, names, option, value, option.variable)
    return Given(values, names)


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for every `MQTTUI_` variable that means nothing."""
    from mqttui.settings.toml_file import nearest

    every = (*CONNECTION_OPTIONS, PROFILE_OPTION, *PREFERENCE_OPTIONS)
    known = {option.variable for option in every} | set(OTHER_VARIABLES)
    sentences = []
    for name in sorted(environ):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            close = nearest(name, known)
            hint = f"; did you mean {close}?" if close else "."
            sentences.append(f"The environment variable {name!r} means nothing to mqttui{hint}")
    return sentences


def _add(
    values: dict[str, Any], names: dict[str, str], option: Option, value: Any, name: str
) -> None:
    """Put a value in; raise `SettingsError` when another option said the opposite."""
    if values.get(option.field, value) != value:
        raise SettingsError(f"{names[option.field]} and {name} contradict each other.")
    values[option.field] = value
    names[option.field] = name
