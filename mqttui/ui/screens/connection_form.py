"""What the fields of the connection screen say, as a draft and as a whole connection.

No widget: text in, settings or one plain sentence out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mqttui.core.topic import filter_problem, topic_problem
from mqttui.settings.draft import FIELD_RULES, Draft, TopicRules, file_problem, resolve
from mqttui.settings.profile_table import profile_name_problem
from mqttui.settings.rules import MAX_FIELD_BYTES, BadValueError
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError
from mqttui.settings.url import parse_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mqttui.settings.connection import ConnectionSettings, Subscription

TOPIC_RULES = TopicRules(topic_problem=topic_problem, filter_problem=filter_problem)

FIELDS = {
    "host": "Broker",
    "port": "Port",
    "tls": "TLS",
    "is_insecure": "Any certificate",
    "ca_file": "CA file",
    "websocket_path": "WebSocket",
    "user": "User",
    "password": "Password",
    "client_id": "Client id",
    "protocol": "Protocol",
    "subscriptions": "Subscribe",
    "save_as": "Save as",
}
"""Field of the form -> what it is called on the screen and in sentences."""

_TEXT_FIELDS = ("port", "ca_file", "websocket_path", "user", "client_id", "subscriptions")


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields; the texts as typed, empty where nothing is said."""

    host: str = ""
    port: str = ""
    tls: bool = False
    is_insecure: bool = False
    ca_file: str = ""
    websocket_path: str = ""
    user: str = ""
    password: Secret = field(default_factory=lambda: Secret(""), repr=False)
    client_id: str = ""
    protocol: str = "auto"
    subscriptions: str = ""
    save_as: str = ""


class FormProblem(Exception):
    """One plain sentence about one field of the form."""

    def __init__(self, field_name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field_name = field_name
        self.sentence = sentence


def form_of(draft: Draft) -> Form:
    """Return the form that shows a draft, a profile's for example."""
    subscriptions: tuple[Subscription, ...] = draft.subscriptions or ()
    draft = draft.completed()
    return Form(
        host=draft.host or "",
        port=str(draft.port or ""),
        tls=bool(draft.tls),
        is_insecure=bool(draft.is_insecure),
        ca_file=str(draft.ca_file or ""),
        websocket_path=(draft.websocket_path or "/mqtt") if draft.websocket else "",
        user=draft.user or "",
        client_id=draft.client_id or "",
        protocol=draft.protocol or "auto",
        subscriptions=" ".join(f"{each.topic_filter}:{each.qos}" for each in subscriptions),
    )


def spread_address(form: Form) -> Form:
    """Return the form with an address like `mqtts://user@host:8884/topic` put into its fields.

    What the address does not say stays as it was, except that a scheme decides on TLS and on
    WebSocket. Raises `FormProblem`; a password of the address is never part of the sentence.
    """
    if not form.host.strip():
        return form
    try:
        address = parse_address(form.host, FIELDS["host"])
    except SettingsError as problem:
        raise FormProblem("host", str(problem)) from None
    said = form_of(address.draft)
    spread = replace(form, host=said.host, port=said.port or form.port)
    if address.is_url:
        spread = replace(
            spread,
            port=said.port,
            tls=said.tls,
            websocket_path=said.websocket_path,
            user=said.user or form.user,
            subscriptions=said.subscriptions or form.subscriptions,
        )
    if address.password is not None:
        spread = replace(spread, password=address.password)
    return spread


def draft_of(form: Form, profile: Draft) -> Draft:
    """Return what the form says, over what of `profile` it has no field for.

    Raises `FormProblem` for the first field that cannot be used.
    """
    form = spread_address(form)
    if not form.host:
        raise FormProblem("host", "Type the name or address of a broker.")
    values: dict[str, Any] = {"host": form.host, "tls": form.tls, "protocol": form.protocol}
    for name in _TEXT_FIELDS:
        text: str = getattr(form, name).strip()
        if not text:
            continue
        try:
            values[name] = FIELD_RULES[name].of_text(text)
        except BadValueError as problem:
            raise FormProblem(name, problem.about(FIELDS[name])) from None
    if form.is_insecure:
        values["is_insecure"] = True
    values["websocket"] = "websocket_path" in values
    for name in ("ca_file", "is_insecure"):
        if name in values and not form.tls:
            raise FormProblem("tls", f"{FIELDS[name]} needs TLS.")
    typed = Draft(**values, names={name: FIELDS.get(name, name) for name in values})
    shown = {*values, *_TEXT_FIELDS, "is_insecure", "websocket"}
    rest = {name: value for name, value in profile.given().items() if name not in shown}
    return typed.over(Draft(**rest, names=profile.names))


def settings_of(
    form: Form, profile: Draft, *, profile_name: str | None, payload_limit_bytes: int
) -> ConnectionSettings:
    """Return the connection that the form describes, its password included.

    Raises `FormProblem` for the first thing that cannot be used.
    """
    draft = draft_of(form, profile)
    form = spread_address(form)
    try:
        settings = resolve(
            draft, TOPIC_RULES, profile=profile_name, payload_limit_bytes=payload_limit_bytes
        )
    except SettingsError as problem:
        raise FormProblem(_named_in(str(problem)), str(problem)) from None
    if problem_of_files := file_problem(draft):
        raise FormProblem("ca_file", problem_of_files)
    if form.save_as.strip() and (problem_of_name := profile_name_problem(form.save_as.strip())):
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


def is_for_same_account(draft: Draft, profile: Draft) -> bool:
    """Whether a password that was stored for `profile` may be sent where `draft` connects to."""
    return (draft.host, draft.user) == (profile.host, profile.user)


def unshown_of(profile: Draft) -> Mapping[str, Any]:
    """Return what a profile says that the form has no field for, by the name of the field."""
    return {
        name: value
        for name, value in profile.given().items()
        if name not in FIELDS and name not in ("websocket", "tls")
    }


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


def _named_in(sentence: str) -> str:
    """Return the field whose name begins a sentence."""
    for name, title in FIELDS.items():
        if sentence.startswith(title):
            return name
    return "host"
