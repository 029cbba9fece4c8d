"""`mqttui check`: is the broker well? One line and an exit code, for cron and monitoring."""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.cli.connect import make_plan
from mqttui.cli.parser import Parser, RefusedPassword
from mqttui.cli.password import find_password
from mqttui.cli.preferences import chosen_preferences
from mqttui.cli.session import SessionMaker, with_password
from mqttui.cli.terminal import warn
from mqttui.settings.connection import Subscription
from mqttui.settings.connection_options import (
    CONNECTION_OPTIONS,
    PROFILE_OPTION,
    SESSION,
    SUBSCRIPTIONS,
    WILL,
)
from mqttui.settings.rules import BadValueError, Number
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.broker.sys.model import SysModel
    from mqttui.broker.sys.snapshot import Snapshot
    from mqttui.core.source import MessageSource
    from mqttui.core.store import TopicStore
    from mqttui.settings.alarm_thresholds import Thresholds
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.preferences import Preferences

EXIT_UNKNOWN = 3

SILENT_S = 15.0
"""How long a broker may say nothing below `$SYS` before it is recognised."""

_LOOK_S = 0.02

# What is subscribed to, and who it is, are its own.
_OPTIONS = tuple(
    option
    for option in CONNECTION_OPTIONS
    if option.group not in (SUBSCRIPTIONS, SESSION, WILL) and option.field != "client_id"
)

DESCRIPTION = """\
Ask a broker how it is, once, and print one line; fit for cron and monitoring systems.

HOST is written as for mqttui connect. The broker is listened to until it has reported twice
($SYS), so that rates are known: mosquitto reports every 11 seconds if not told otherwise."""

EPILOG = """\
exit codes:
  0    all is well
  1    a warning: it drops messages, was restarted, clients connect again and again
  2    critical: it cannot be reached, fell silent, drops more than 1 %
  3    unknown: it says nothing of itself, or an option cannot be used"""


def run(words: Sequence[str]) -> int:
    """Check a broker; return the exit code."""
    try:
        arguments = vars(check_parser().parse_all(words))
        preferences, notices = chosen_preferences(os.environ, {})
        plan = make_plan(arguments, os.environ, preferences.payload_limit_bytes, command="check")
        timeout_s = _timeout_s(arguments["timeout"])
        if arguments["json"] and arguments["prometheus"]:
            raise SettingsError("--json and --prometheus contradict each other.")
        found = find_password(plan.password, plan.settings.user, plan.settings.label)
    except SettingsError as problem:
        warn(str(problem))
        return EXIT_UNKNOWN
    for notice in (*notices, *plan.notices):
        warn(notice)
    settings = replace(
        with_password(plan.settings, found.secret),
        subscriptions=(Subscription("$SYS/#", 0),),
        client_id=None,
        will=None,
        is_clean=True,
        session_expiry_s=None,
    )
    form = "json" if arguments["json"] else "prometheus" if arguments["prometheus"] else "line"
    return check(settings, preferences, form, timeout_s)


def check(
    settings: ConnectionSettings, preferences: Preferences, form: str, timeout_s: float | None
) -> int:
    """Listen to a broker, print what it says (as line, json, prometheus), return the code."""
    from mqttui.broker.sys.alarms import findings
    from mqttui.broker.sys.model import SysModel
    from mqttui.broker.sys.report import as_json, as_prometheus, severity_of, status_line
    from mqttui.core.store import TopicStore

    sessions = SessionMaker(preferences)
    session = sessions.make(settings, is_remembered=False)
    store = TopicStore()
    model = SysModel(store)
    session.start()
    try:
        problem = _listen(session, store, model, timeout_s)
    finally:
        session.stop()
    sessions.tell_late_notices()
    if problem is not None:
        return _tell_problem(problem, settings.label, form)
    thresholds = preferences.thresholds
    snapshot = _with_restart(model.snapshot, thresholds)
    wrong = findings(snapshot, thresholds, time.time(), stale_after_s=model.stale_after_s())
    write = {"line": status_line, "json": as_json, "prometheus": as_prometheus}[form]
    print(write(snapshot, wrong, settings.label))
    return severity_of(wrong)


def _listen(
    session: MessageSource, store: TopicStore, model: SysModel, timeout_s: float | None
) -> tuple[int, str] | None:
    """Listen until the rates are known; return None then, else (exit code, sentence)."""
    from mqttui.core.source import Phase

    began_s = time.monotonic()
    while True:
        for batch in session.drain(100_000):
            store.apply(batch)
        now = time.time()
        store.settle(now)
        model.look(now)
        if model.snapshot.ticks:
            return None
        status = session.status
        if status.problem is not None and status.phase is not Phase.CONNECTED:
            advice = f" {status.advice}" if status.advice else ""
            return 2, status.problem + advice
        for subscription in status.subscriptions:
            if subscription.problem is not None and subscription.granted_qos is None:
                return EXIT_UNKNOWN, subscription.problem
        waited_s = time.monotonic() - began_s
        if waited_s > (_patience_s(model) if timeout_s is None else timeout_s):
            return _why_silent(model, waited_s, is_connected=status.phase is Phase.CONNECTED)
        time.sleep(_LOOK_S)


def _with_restart(snapshot: Snapshot, thresholds: Thresholds) -> Snapshot:
    """Return a snapshot that knows of a restart before it was listened to."""
    from mqttui.broker.sys import metrics

    uptime = snapshot.readings.get(metrics.UPTIME)
    within_s = thresholds.restart_within_s
    if uptime is None or within_s is None or uptime.value >= within_s:
        return snapshot
    return replace(snapshot, restarted_at=uptime.seen_at - uptime.value)


def _patience_s(model: SysModel) -> float:
    """Return how long to wait: two reports of a broker that is known, less of one that is not."""
    adapter = model.adapter
    return SILENT_S if adapter is None else max(SILENT_S, 2.5 * adapter.interval_s)


def _why_silent(model: SysModel, waited_s: float, *, is_connected: bool) -> tuple[int, str]:
    if not is_connected:
        return 2, f"It could not be reached within {waited_s:.0f} s."
    if model.adapter is not None:
        return EXIT_UNKNOWN, (
            f"{model.adapter.product} did not report twice within {waited_s:.0f} s; a longer "
            "--timeout gives it more time."
        )
    return EXIT_UNKNOWN, (
        f"It granted $SYS/# and said nothing within {waited_s:.0f} s. Either it has no $SYS "
        "topics, or this user may not read them (mosquitto's acl_file needs the line: topic read "
        "$SYS/#)."
    )


def _tell_problem(problem: tuple[int, str], broker: str, form: str) -> int:
    from mqttui.broker.sys.report import unreachable_json
    from mqttui.payload.printable import printable

    code, sentence = problem
    if form == "json":
        print(unreachable_json(printable(sentence), printable(broker)))
    elif form == "line":
        word = "CRITICAL" if code == 2 else "UNKNOWN"
        print(printable(f"{word} {broker}: {sentence}"))
    else:
        # A scrape has no place for sentences.
        print(f"mqttui: {printable(sentence)}", file=sys.stderr)
    return code


def _timeout_s(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value: float = Number(0.1, 86_400, "seconds").of_text(text)
    except BadValueError as problem:
        raise SettingsError(problem.about("--timeout")) from None
    return value


def check_parser() -> Parser:
    """Return the parser of `mqttui check`."""
    parser = Parser(
        prog="mqttui check",
        usage="mqttui check HOST [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument("host", nargs="?", metavar="HOST", help="the broker")
    parser.add_argument("--password", nargs="?", action=RefusedPassword, help=argparse.SUPPRESS)
    group = parser.add_argument_group("Answer")
    group.add_argument("--json", action="store_true", help="print all numbers as a JSON object")
    group.add_argument(
        "--prometheus", action="store_true", help="print all numbers as a scrape for Prometheus"
    )
    group.add_argument(
        "--timeout",
        metavar="SECONDS",
        help="the longest time to listen (default: two and a half reports of the broker)",
    )
    parser.add_options((*_OPTIONS, PROFILE_OPTION))
    return parser
