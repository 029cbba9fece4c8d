"""`mqttui connect`: what options, environment and profile say becomes one connection."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mqttui.cli.exit_codes import EXIT_OK
from mqttui.cli.launch import explore
from mqttui.cli.options import (
    HOST_VARIABLE,
    OTHER_VARIABLES,
    PASSWORD_FIELDS,
    PASSWORD_VARIABLE,
    PREFERENCE_OPTIONS,
    Given,
    environment_values,
    typed_values,
)
from mqttui.cli.parser import Parser, RefusedPassword
from mqttui.cli.password import URL_WARNING, FoundPassword, PasswordPlaces, find_password
from mqttui.cli.preferences import chosen_preferences
from mqttui.cli.session import SessionMaker, stored_password, with_password
from mqttui.cli.terminal import require_terminal, take_keys_from_terminal, warn
from mqttui.cli.topics import topic_rules
from mqttui.settings.connection_options import CONNECTION_OPTIONS, PROFILE_OPTION, SAVE_OPTION
from mqttui.settings.draft import FIELD_RULES, Draft, file_problem, resolve
from mqttui.settings.paths import profiles_file, secrets_file
from mqttui.settings.profile_table import profile_name_problem
from mqttui.settings.profiles import Profiles, load_profiles, save_profile
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError
from mqttui.settings.url import parse_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mqttui.settings.connection import ConnectionSettings

DESCRIPTION = """\
Connect to a broker and explore its topics.

HOST is a host name, HOST:PORT, an IP address or a URL:
  mqtt://[USER@]HOST[:PORT][/TOPIC]             plain, or mqtts:// with TLS; TOPIC is a topic
                                                filter to subscribe to
  ws://[USER@]HOST[:PORT][/PATH][?topic=TOPIC]  WebSocket, or wss:// with TLS

A typed option counts more than its environment variable, that more than the profile, that more
than the default."""


class BrokenProfileError(Exception):
    """The profile that was asked for cannot be used; `problems` are sentences."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(*problems)
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Plan:
    """A connection that was asked for: complete but for its password."""

    settings: ConnectionSettings
    draft: Draft
    password: PasswordPlaces
    notices: tuple[str, ...] = ()


def run(words: Sequence[str]) -> int:
    """Connect and explore until the user leaves; return the exit code."""
    arguments = vars(connect_parser().parse_all(words))
    preferences, notices = chosen_preferences(os.environ, arguments)
    save_as: str | None = arguments[SAVE_OPTION.key]
    if save_as is not None and (problem := profile_name_problem(save_as)):
        raise SettingsError(f"{SAVE_OPTION.flag}: {problem}")
    try:
        plan = make_plan(arguments, os.environ, preferences.payload_limit_bytes)
    except BrokenProfileError as broken:
        require_terminal()
        explore(None, preferences, SessionMaker(preferences), [*broken.problems, *notices])
        return EXIT_OK
    require_terminal(stdin_is_used=_reads_stdin(plan.password))
    found = find_password(plan.password, plan.settings.user, plan.settings.label)
    take_keys_from_terminal()
    notices += plan.notices
    settings = plan.settings
    if save_as is not None:
        notices.append(_save(save_as, plan.draft, found))
        settings = replace(settings, profile=save_as)
    sessions = SessionMaker(preferences)
    session = sessions.make(with_password(settings, found.secret))
    session.start()
    explore(session, preferences, sessions, notices, settings)
    return EXIT_OK


def make_plan(
    arguments: Mapping[str, Any],
    environ: Mapping[str, str],
    payload_limit_bytes: int,
    *,
    command: str = "connect",
) -> Plan:
    """Return the connection that options, environment and profile describe together.

    Raises `SettingsError` for what cannot be used, `BrokenProfileError` when that is the profile.
    """
    topics = topic_rules()
    typed = typed_values(arguments, CONNECTION_OPTIONS)
    environment = environment_values(environ, CONNECTION_OPTIONS)
    named = {
        **environment_values(environ, (PROFILE_OPTION,)).values,
        **typed_values(arguments, (PROFILE_OPTION,)).values,
    }
    profile_name: str | None = named.get("profile")
    profiles = load_profiles(profiles_file(environ), topics)
    stored = _profile(profiles, profile_name) if profile_name is not None else Draft()
    notices = list(profiles.problems)

    draft = _draft(environment).over(stored)
    password: Secret | None = None
    where, name = arguments.get("host"), "HOST"
    if where is None and environ.get(HOST_VARIABLE):
        where, name = environ[HOST_VARIABLE], HOST_VARIABLE
    if where is not None:
        address = parse_address(where, name)
        password = address.password
        if password is not None and name == "HOST":
            notices.append(URL_WARNING)
        if address.is_url:
            draft = replace(draft, port=None)
        draft = _draft(typed, address.draft).over(draft)
    else:
        draft = _draft(typed).over(draft)
    if draft.host is None:
        raise SettingsError(
            f"{command} needs a HOST, a URL or --profile NAME; mqttui alone opens the "
            "connection screen."
        )
    if problem := file_problem(draft):
        raise SettingsError(problem)
    settings = resolve(draft, topics, profile=profile_name, payload_limit_bytes=payload_limit_bytes)
    # A stored password goes to the broker and the user for which it was stored, nowhere else.
    is_own = (draft.host, draft.user) == (stored.host, stored.user)
    places = PasswordPlaces(
        url=password,
        typed=_passwords(typed),
        environment=_passwords(environment),
        variable=Secret(environ[PASSWORD_VARIABLE]) if PASSWORD_VARIABLE in environ else None,
        profile_file=stored.password_file if is_own else None,
        stored=lambda: _stored_password(profile_name if is_own else None, environ),
    )
    return Plan(settings, draft, places, tuple(notices))


def connect_parser() -> Parser:
    """Return the parser of `mqttui connect`."""
    lines = [f"  {name:<18} {text}" for name, text in OTHER_VARIABLES.items()]
    epilog = "\n".join(
        [
            "environment:",
            "  Every option but --save has a variable: MQTTUI_ and its name in upper case, like",
            "  MQTTUI_PORT or MQTTUI_WS_PATH. Switches take 1 or 0; MQTTUI_SUBSCRIBE takes",
            "  several filters between blanks. There are also:",
            *lines,
            "",
            "A password is never an option: it would stand in the process list. It is looked for",
            "in --password-stdin or --password-file, then MQTTUI_PASSWORD, then the profile; else",
            "you are asked for it.",
        ]
    )
    parser = Parser(
        prog="mqttui connect",
        usage="mqttui connect HOST [options]",
        description=DESCRIPTION,
        epilog=epilog,
    )
    parser.add_argument("host", nargs="?", metavar="HOST", help="the broker, see above")
    parser.add_argument("--password", nargs="?", action=RefusedPassword, help=argparse.SUPPRESS)
    parser.add_options((*CONNECTION_OPTIONS, PROFILE_OPTION, SAVE_OPTION, *PREFERENCE_OPTIONS))
    return parser


def _draft(given: Given, address: Draft | None = None) -> Draft:
    """Return the draft of one place; its options count more than the address there.

    Topic filters of the address and of options are all subscribed to.
    """
    values = {field: value for field, value in given.values.items() if field in FIELD_RULES}
    draft = Draft(**values, names=given.names)
    if address is None:
        return draft
    if address.subscriptions and draft.subscriptions:
        every = (*address.subscriptions, *draft.subscriptions)
        return replace(draft, subscriptions=every).over(address)
    return draft.over(address)


def _passwords(given: Given) -> Given:
    values = {field: given.values[field] for field in PASSWORD_FIELDS if field in given.values}
    return Given(values, given.names)


def _reads_stdin(places: PasswordPlaces) -> bool:
    """Tell whether standard input delivers the password, so that keys come from elsewhere."""
    if places.url is not None or places.typed.values:
        return bool(places.typed.values.get("password_stdin"))
    return bool(places.environment.values.get("password_stdin"))


def _profile(profiles: Profiles, name: str) -> Draft:
    """Return a profile; raise `SettingsError` when there is none of that name."""
    if name in profiles.profiles:
        return profiles.profiles[name]
    if name in profiles.broken or (profiles.problems and not profiles.profiles):
        raise BrokenProfileError(profiles.problems)
    close = profiles.nearest_names(name)
    if close:
        hint = f"did you mean {' or '.join(repr(each) for each in close)}?"
    elif profiles.profiles:
        hint = f"there are {', '.join(repr(each) for each in profiles.profiles)}."
    else:
        hint = "there is none yet; --save NAME makes one."
    raise SettingsError(f"There is no profile {name!r} in {profiles.path}; {hint}")


def _stored_password(profile: str | None, environ: Mapping[str, str]) -> Secret | None:
    """Return the stored password of a profile; a store that fails is a warning."""
    if profile is None:
        return None
    try:
        return stored_password(profile, environ)
    except SettingsError as problem:
        warn(str(problem))
        return None


def _save(name: str, draft: Draft, password: FoundPassword) -> str:
    """Save a profile, and its password unless a file has it; return a sentence that says where."""
    from mqttui.settings.secrets import open_secret_store

    path = profiles_file()
    save_profile(path, name, replace(draft, password_file=password.file))
    store = open_secret_store(secrets_file())
    if password.secret is None or password.file is not None:
        store.delete(name)
        return f"Profile {name!r} is saved in {path}."
    store.write(name, password.secret)
    return f"Profile {name!r} is saved in {path}, its password in {store.place}."
