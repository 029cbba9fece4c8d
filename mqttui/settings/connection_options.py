"""The options of a connection: how each is spelled, grouped, explained and checked.

One table serves the parser, the environment variables, the documentation and the form on the
screen, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mqttui.settings.connection_rules import SubscriptionRule
from mqttui.settings.draft import FIELD_RULES
from mqttui.settings.rules import BadValueError, Rule, Switch, Text
from mqttui.settings.toml_file import SettingsError

ENVIRONMENT_PREFIX = "MQTTUI_"


@dataclass(frozen=True, slots=True)
class Option:
    """An option of the command line, its environment variable, and its field on the screen.

    `field` is what it sets. `text` explains it, `default` says what holds without it, `note`
    belongs to the command line alone and `more` to the screen alone. `title` is its name there,
    empty for what has no field of its own. `metavar` is None for a switch; `switch_value` is
    what a switch says when it is given.
    """

    flag: str
    field: str
    rule: Rule[Any]
    text: str
    group: str
    metavar: str | None = None
    default: str = ""
    note: str = ""
    title: str = ""
    more: str = ""
    switch_value: bool = True
    is_repeatable: bool = False

    @property
    def help(self) -> str:
        """The explanation for the command line."""
        remarks = [self.note, f"default {self.default}" if self.default else ""]
        inside = "; ".join(remark for remark in remarks if remark)
        return f"{self.text} ({inside})" if inside else self.text

    @property
    def explanation(self) -> str:
        """The explanation for the screen, in sentences."""
        sentence = f"{self.text[:1].upper()}{self.text[1:]}."
        return f"{sentence} {self.more}" if self.more else sentence

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


BROKER, TLS, WEBSOCKET = "Broker", "Encryption (TLS)", "WebSocket"
IDENTITY, SESSION, WILL = "Who you are", "Session", "Last will"
SUBSCRIPTIONS = "Subscriptions"
GROUPS = (BROKER, TLS, IDENTITY, SUBSCRIPTIONS, SESSION, WILL, WEBSOCKET)
"""The groups in the order of the screen."""

GROUP_EXPLANATIONS = {
    BROKER: "Where the broker is, and which version of MQTT is spoken with it.",
    TLS: "Whether nobody on the way can read along, and who vouches for the broker.",
    IDENTITY: "How the broker knows you: a user and a password, or nobody in particular.",
    SUBSCRIPTIONS: "Which topics you want to see. Without any: everything, and what the broker "
    "says of itself.",
    SESSION: "Whether the broker remembers you and keeps messages while you are away.",
    WILL: "What the broker publishes in your name when mqttui vanishes without a goodbye.",
    WEBSOCKET: "MQTT inside a web connection, for brokers behind a web server.",
}


def _option(
    flag: str, field: str, group: str, metavar: str | None, text: str, **rest: Any
) -> Option:
    return Option(flag, field, FIELD_RULES[field], text, group, metavar, **rest)


CONNECTION_OPTIONS: tuple[Option, ...] = (
    _option(
        "--port",
        "port",
        BROKER,
        "PORT",
        "port of the broker",
        default="1883, with TLS 8883; WebSocket 80, with TLS 443",
        title="Port",
        more="Leave it empty for the usual one: 1883, with TLS 8883; WebSocket 80, with TLS 443.",
    ),
    _option(
        "--protocol",
        "protocol",
        BROKER,
        "{3.1.1,5,auto}",
        "MQTT version; auto tries 5 first and remembers what works",
        default="auto",
        title="MQTT version",
        more="Brokers of the last years speak both.",
    ),
    _option(
        "--keepalive",
        "keepalive_s",
        BROKER,
        "SECONDS",
        "longest silence on the connection, 0 turns it off",
        default="60",
        title="Keep alive",
        more="In seconds. After that time both sides make sure that the other is still there.",
    ),
    Option(
        "--subscribe",
        "subscriptions",
        SubscriptionRule(),
        "topic filter to subscribe to, with the highest QoS wanted (0, 1 or 2) after a last "
        "colon; for MQTT 5 followed by ,no-local ,as-published ,retained-new or "
        ",retained-never; may be repeated. Takes the place of the default: # and, separately and "
        "at QoS 0, $SYS/#. Give --subscribe '#' to leave out $SYS/#",
        SUBSCRIPTIONS,
        "FILTER[:QOS]",
        title="Topic filter",
        is_repeatable=True,
    ),
    _option(
        "--tls",
        "tls",
        TLS,
        None,
        "encrypt; the system's CA store checks the certificate",
        title="TLS",
        more="Without it everybody on the way can read the password and every message.",
    ),
    _option(
        "--cafile",
        "ca_file",
        TLS,
        "FILE",
        "PEM file of trusted CAs",
        note="implies --tls",
        title="CA file",
        more="Needed when a school or a lab signs its own certificates. Empty: the authorities "
        "that this computer trusts.",
    ),
    _option(
        "--cert",
        "cert_file",
        TLS,
        "FILE",
        "PEM file of a client certificate",
        note="implies --tls",
        title="Certificate",
        more="Some brokers know their clients by it; whoever runs the broker issues it.",
    ),
    _option(
        "--key",
        "key_file",
        TLS,
        "FILE",
        "PEM file of its private key",
        note="needs --cert",
        title="Private key",
        more="It belongs to the certificate; empty if that file holds both.",
    ),
    _option(
        "--insecure",
        "is_insecure",
        TLS,
        None,
        "do not check the broker's certificate or its host name",
        note="implies --tls; the status bar says so for as long as it lasts",
        title="Any certificate",
        more="Anybody may answer in its place. The status bar says so all the time.",
    ),
    _option(
        "--alpn",
        "alpn",
        TLS,
        "NAME[,NAME]",
        "ALPN protocols to offer",
        note="implies --tls",
        title="ALPN",
        more="Names with commas between them. Needed only where MQTT shares port 443 with "
        "something else.",
    ),
    _option(
        "--websocket",
        "websocket",
        WEBSOCKET,
        None,
        "speak MQTT over WebSocket",
        title="WebSocket",
        more="For brokers behind a web server, and where only web ports are open.",
    ),
    _option(
        "--ws-path",
        "websocket_path",
        WEBSOCKET,
        "PATH",
        "path of the WebSocket",
        default="/mqtt",
        note="implies --websocket",
        title="Path",
        more="Often /mqtt, /ws or /.",
    ),
    _option(
        "--user",
        "user",
        IDENTITY,
        "NAME",
        "user name",
        note="the password is asked for",
        title="User",
        more="Empty: nobody in particular.",
    ),
    _option(
        "--password-file",
        "password_file",
        IDENTITY,
        "FILE",
        "read the password from the first line of a file",
        title="Password file",
        more="It should be readable by you alone.",
    ),
    Option(
        "--password-stdin",
        "password_stdin",
        Switch(),
        "read the password from the first line of standard input",
        IDENTITY,
    ),
    _option(
        "--client-id",
        "client_id",
        IDENTITY,
        "ID",
        "client id",
        default="a random one",
        title="Client id",
        more="Empty: a random one. Two clients with the same id throw each other out.",
    ),
    _option(
        "--clean",
        "is_clean",
        SESSION,
        None,
        "start afresh, no session is kept",
        note="the default",
    ),
    Option(
        "--persistent",
        "is_clean",
        Switch(),
        "let the broker keep the session while you are away",
        SESSION,
        note="needs --client-id",
        title="Persistent",
        more="What arrives meanwhile at QoS 1 and 2 is delivered later. Needs a client id.",
        switch_value=False,
    ),
    _option(
        "--session-expiry",
        "session_expiry_s",
        SESSION,
        "SECONDS",
        "how long the broker keeps the session",
        note="MQTT 5; default with --persistent: for ever",
        title="Expiry",
        more="In seconds, MQTT 5 only. Empty: for ever if the session is persistent, else not "
        "at all.",
    ),
    _option(
        "--will-topic",
        "will_topic",
        WILL,
        "TOPIC",
        "topic of the last will",
        title="Topic",
        more="The broker publishes the will when this client vanishes without a goodbye. Empty: "
        "no will.",
    ),
    _option(
        "--will-payload",
        "will_payload",
        WILL,
        "TEXT",
        "payload of the last will",
        default="empty",
        title="Payload",
    ),
    _option(
        "--will-qos",
        "will_qos",
        WILL,
        "QOS",
        "QoS of the last will: 0, 1 or 2",
        default="0",
        title="QoS",
        more="At most once, at least once, exactly once.",
    ),
    _option(
        "--will-retain",
        "will_retain",
        WILL,
        None,
        "ask the broker to retain the last will",
        title="Retain",
        more="Whoever subscribes later still gets it.",
    ),
)

SUBSCRIPTION_PARTS = {
    "topic_filter": "Which topics: + stands for one level, # for everything below. Empty it to "
    "take it out of the list. Nothing in the list means # and, separately, $SYS/#.",
    "qos": "The highest QoS wanted: 0 at most once, 1 at least once, 2 exactly once.",
    "no_local": "MQTT 5: leave out what mqttui itself publishes.",
    "retain_as_published": "MQTT 5: keep the retain flag as the publisher set it, so that new "
    "messages to be retained can be told from others.",
    "retain_handling": "MQTT 5: send retained messages always, only when this subscription is new, "
    "or never.",
}
"""What the parts of a subscription mean, by the field of `Subscription`."""

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
