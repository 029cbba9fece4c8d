"""What the fields of the connection screen say, as a draft and as a whole connection.

No widget: text in, settings or one plain sentence out. The fields come from the table of options
that the command line has, so that both know the same.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mqttui.core.topic import filter_problem, topic_problem
from mqttui.settings.connection_options import (
    BROKER,
    CONNECTION_OPTIONS,
    GROUPS,
    IDENTITY,
    SESSION,
    TLS,
    WEBSOCKET,
    WILL,
    Option,
)
from mqttui.settings.connection_options import SUBSCRIPTIONS as SUBSCRIPTIONS_GROUP
from mqttui.settings.draft import Draft, TopicRules, default_port, file_problem, resolve
from mqttui.settings.profile_table import profile_name_problem
from mqttui.settings.rules import MAX_FIELD_BYTES, BadValueError, Choice, Switch, WholeNumber
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError
from mqttui.settings.url import parse_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mqttui.settings.connection import ConnectionSettings, Subscription

TOPIC_RULES = TopicRules(topic_problem=topic_problem, filter_problem=filter_problem)
ON = "yes"
SUBSCRIPTIONS = "subscriptions"


class FieldKind(Enum):
    """How a field is filled in."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105
    SWITCH = "switch"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `name` is that of the draft, `flag` the option of the command line.

    `choices` are (text, label), the first is the default and has no text. A field counts only
    where the field that it `needs` is set.
    """

    name: str
    title: str
    explanation: str
    group: str
    kind: FieldKind = FieldKind.TEXT
    flag: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    needs: str = ""
    default: str = ""


_NEEDS = {
    **dict.fromkeys(("ca_file", "cert_file", "key_file", "is_insecure", "alpn"), "tls"),
    "websocket_path": "websocket",
    **dict.fromkeys(("will_payload", "will_qos", "will_retain"), "will_topic"),
}
_NOTHING_SAID = {
    TLS: "none",
    IDENTITY: "nobody in particular",
    SUBSCRIPTIONS_GROUP: "# and $SYS/#",
    SESSION: "starts afresh",
    WILL: "none",
    WEBSOCKET: "not used",
}
_PLACEHOLDERS = {
    "ca_file": "the authorities of this computer",
    "cert_file": "none",
    "key_file": "none",
    "alpn": "none",
    "user": "none",
    "password_file": "none",
    "client_id": "a random one each time",
    "session_expiry_s": "not kept; for ever if persistent",
    "will_topic": "no will",
}


def _choices(option: Option) -> tuple[tuple[str, str], ...]:
    """Return what can be chosen, the default first and without a text."""
    rule = option.rule
    if isinstance(rule, Choice):
        others = tuple((word, word) for word in reversed(rule.words) if word != option.default)
        return (("", option.default), *others)
    if isinstance(rule, WholeNumber) and rule.high < 9:
        every = [str(number) for number in range(rule.low, rule.high + 1)]
        return tuple((word if word != option.default else "", word) for word in every)
    return ()


def _field(option: Option) -> Field:
    kind = FieldKind.TEXT
    choices = _choices(option)
    if isinstance(option.rule, Switch):
        kind = FieldKind.SWITCH
    elif choices:
        kind = FieldKind.CHOICE
    return Field(
        option.field,
        option.title,
        option.explanation,
        option.group,
        kind,
        option.flag,
        choices,
        _NEEDS.get(option.field, ""),
        _PLACEHOLDERS.get(option.field, option.default),
    )


_OPTIONS = {
    option.field: option
    for option in CONNECTION_OPTIONS
    if option.title and option.field != SUBSCRIPTIONS
}
HOST = Field(
    "host",
    "Broker",
    "Name or address of the broker; or a URL like mqtts://user@broker.example:8884/topic, which is "
    "put into its fields.",
    BROKER,
    default="name, address, URL",
)
PASSWORD = Field(
    "password",
    "Password",
    "Goes to this broker as this user and nowhere else. Saved with a profile, it is kept in the "
    "keyring or in a file that only you can read.",
    IDENTITY,
    FieldKind.SECRET,
)
SAVE_AS = Field(
    "save_as",
    "Save as",
    "A name under which this connection is kept as a profile: enter saves it, connecting too.",
    BROKER,
    flag="--save",
    default="not saved",
)


def _ordered() -> Iterator[Field]:
    """Yield every field, group by group, those of no option where a person looks for them."""
    for group in GROUPS:
        if group == BROKER:
            yield HOST
        for option in _OPTIONS.values():
            if option.group == group:
                yield _field(option)
                if option.field == "user":
                    yield PASSWORD
        if group == BROKER:
            yield SAVE_AS


FIELDS = {each.name: each for each in _ordered()}
"""Every field but the subscriptions by its name, in the order of the screen."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields; texts as typed, where nothing is said none at all.

    A switch that is on says `yes`. The filters of `subscriptions` are as typed, too; rows without
    a filter say nothing.
    """

    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    subscriptions: tuple[Subscription, ...] = ()
    password: Secret = field(default_factory=lambda: Secret(""), repr=False)

    @classmethod
    def of(
        cls,
        *,
        subscriptions: tuple[Subscription, ...] = (),
        password: Secret | None = None,
        **texts: str,
    ) -> Form:
        """Return the form with these texts."""
        said = {name: text for name, text in texts.items() if text}
        return cls(MappingProxyType(said), subscriptions, password or Secret(""))

    def text(self, name: str) -> str:
        """Return what stands in a field, without blanks around it unless they are content."""
        text = self.texts.get(name, "")
        return text if name == "will_payload" else text.strip()

    def with_text(self, name: str, text: str) -> Form:
        """Return the form with another text in a field."""
        texts = dict(self.texts)
        texts[name] = text
        return replace(self, texts=MappingProxyType({k: v for k, v in texts.items() if v}))

    def counts(self, name: str) -> bool:
        """Return whether a field counts, or waits for another one to be set."""
        needed = FIELDS[name].needs
        return not needed or bool(self.text(needed))


class FormProblem(Exception):
    """One plain sentence about one field of the form; `subscriptions.2` is a row of those."""

    def __init__(self, field_name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field_name = field_name
        self.sentence = sentence


def form_of(draft: Draft) -> Form:
    """Return the form that shows a draft, a profile's for example."""
    draft = draft.completed()
    texts = {}
    for name, option in _OPTIONS.items():
        value = getattr(draft, name)
        if isinstance(option.rule, Switch):
            texts[name] = ON if value is option.switch_value else ""
        elif value is None or str(value) == option.default:
            texts[name] = ""
        elif isinstance(value, tuple):
            texts[name] = ",".join(value)
        elif isinstance(value, bytes):
            texts[name] = value.decode("utf-8", "surrogateescape")
        else:
            texts[name] = str(value)
    texts["host"] = draft.host or ""
    said = {name: text for name, text in texts.items() if text}
    return Form(MappingProxyType(said), draft.subscriptions or ())


def spread_address(form: Form) -> Form:
    """Return the form with an address like `mqtts://user@host:8884/topic` put into its fields.

    What the address does not say stays as it was, except that a scheme decides on TLS and on
    WebSocket. Raises `FormProblem`; a password of the address is never part of the sentence.
    """
    if not form.text("host"):
        return form
    try:
        address = parse_address(form.text("host"), HOST.title)
    except SettingsError as problem:
        raise FormProblem("host", str(problem)) from None
    said = form_of(address.draft)
    spread = form.with_text("host", said.text("host"))
    if said.text("port") or address.is_url:
        spread = spread.with_text("port", said.text("port"))
    if address.is_url:
        for name in ("tls", "websocket", "websocket_path"):
            spread = spread.with_text(name, said.text(name))
        if said.text("user"):
            spread = spread.with_text("user", said.text("user"))
        if said.subscriptions:
            spread = replace(spread, subscriptions=said.subscriptions)
    if address.password is not None:
        spread = replace(spread, password=address.password)
    return spread


def problems_of(form: Form) -> dict[str, str]:
    """Return a sentence for every field whose own rule is broken, in the order of the screen."""
    problems = {}
    try:
        form = spread_address(form)
    except FormProblem as problem:
        problems[problem.field_name] = problem.sentence
    for name in _OPTIONS:
        if form.text(name) and form.counts(name):
            try:
                _value(name, form)
            except FormProblem as problem:
                problems[name] = problem.sentence
    for number, each in enumerate(form.subscriptions):
        if each.topic_filter and (broken := filter_problem(each.topic_filter)):
            problems[f"{SUBSCRIPTIONS}.{number}"] = broken
    return {name: problems[name] for name in (*FIELDS, *problems) if name in problems}


def draft_of(form: Form) -> Draft:
    """Return what the form says. Raises `FormProblem` for the first field that cannot be used."""
    form = spread_address(form)
    if not form.text("host"):
        raise FormProblem("host", "Type the name or address of a broker.")
    values: dict[str, Any] = {"host": form.text("host")}
    for name in _OPTIONS:
        if form.text(name) and form.counts(name):
            values[name] = _value(name, form)
    subscriptions = tuple(each for each in form.subscriptions if each.topic_filter)
    if subscriptions:
        values[SUBSCRIPTIONS] = subscriptions
    names = {name: each.title for name, each in FIELDS.items()}
    return Draft(**values, names={**names, SUBSCRIPTIONS: "Subscribe"})


def settings_of(
    form: Form, *, profile_name: str | None, payload_limit_bytes: int
) -> ConnectionSettings:
    """Return the connection that the form describes, its password included.

    Raises `FormProblem` for the first thing that cannot be used.
    """
    if problems := problems_of(form):
        raise FormProblem(*next(iter(problems.items())))
    draft = draft_of(form)
    form = spread_address(form)
    try:
        settings = resolve(
            draft, TOPIC_RULES, profile=profile_name, payload_limit_bytes=payload_limit_bytes
        )
    except SettingsError as problem:
        raise FormProblem(_named_in(str(problem)), str(problem)) from None
    if problem_of_files := file_problem(draft):
        raise FormProblem(_named_in(problem_of_files), problem_of_files)
    name = form.text("save_as")
    if name and (problem_of_name := profile_name_problem(name)):
        raise FormProblem("save_as", problem_of_name)
    if not form.password:
        return settings
    if settings.user is None:
        raise FormProblem("user", "A password needs a user name.")
    try:
        size_bytes = len(form.password.reveal().encode())
    except UnicodeEncodeError:
        raise FormProblem("password", "Password is not UTF-8 text.") from None
    if size_bytes > MAX_FIELD_BYTES:
        raise FormProblem("password", "Password is too long.")
    return replace(settings, password=form.password.reveal())


def placeholder_of(name: str, form: Form) -> str:
    """Return what holds while a field is empty."""
    if name == "port":
        return str(default_port(bool(form.text("tls")), bool(form.text("websocket"))))
    return FIELDS[name].default


def summary_of(group: str, form: Form) -> str:
    """Return in a few words what a group of the form says, or what holds without a word."""
    words = []
    for each in FIELDS.values():
        text = form.text(each.name)
        if each.group != group or not form.counts(each.name):
            continue
        if each.kind is FieldKind.SECRET:
            words += [each.title] if form.password else []
        elif each.kind is FieldKind.SWITCH:
            words += [each.title] if text else []
        elif text:
            words.append(text if each is HOST else f"{each.title} {text}")
    if group == SUBSCRIPTIONS_GROUP:
        words += [each.topic_filter for each in form.subscriptions if each.topic_filter]
    return ", ".join(words) or _NOTHING_SAID.get(group, "")


def is_for_same_account(draft: Draft, profile: Draft) -> bool:
    """Whether a password that was stored for `profile` may be sent where `draft` connects to."""
    return (draft.host, draft.user) == (profile.host, profile.user)


def first_line_of(path: Path) -> Secret:
    """Return the first line of a password file; raise `SettingsError` when it has none."""
    try:
        with path.open("rb") as stream:
            line = Secret(os.fsdecode(stream.readline(MAX_FIELD_BYTES + 1).rstrip(b"\r\n")))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    if not line:
        raise SettingsError(f"The first line of {path} is empty.")
    return line


def _value(name: str, form: Form) -> Any:
    """Return the checked value of a field that says something; raise `FormProblem`."""
    option = _OPTIONS[name]
    if isinstance(option.rule, Switch):
        return option.switch_value
    try:
        return option.rule.of_text(form.text(name))
    except BadValueError as problem:
        raise FormProblem(name, problem.about(option.title)) from None


def _named_in(sentence: str) -> str:
    """Return the field whose name begins a sentence."""
    titles = sorted(FIELDS.values(), key=lambda each: -len(each.title))
    for each in titles:
        if sentence.startswith(each.title):
            return each.name
    return f"{SUBSCRIPTIONS}.0" if sentence.startswith("Subscribe") else "host"
