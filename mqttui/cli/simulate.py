"""`mqttui simulate`: a class of simulated boards on a broker, for load and for teaching."""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mqttui.cli.connect import BrokenProfileError, make_plan
from mqttui.cli.exit_codes import EXIT_FAILED, EXIT_OK
from mqttui.cli.parser import Parser, RefusedPassword
from mqttui.cli.password import find_password
from mqttui.cli.session import with_password
from mqttui.cli.terminal import CannotRunError, warn
from mqttui.settings.connection_options import (
    CONNECTION_OPTIONS,
    SESSION,
    SUBSCRIPTIONS,
    WILL,
)
from mqttui.settings.preferences import Preferences
from mqttui.settings.rules import BadValueError, Choice, Number, Rule, WholeNumber
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    from mqttui.broker.problem import Problem
    from mqttui.demo.crowd import Crowd
    from mqttui.demo.device import Access, Ending
    from mqttui.demo.simulated_class import ClassPlan, SimulatedClass
    from mqttui.settings.connection import ConnectionSettings

MOST_BOARDS = 1000

_STEP_S = 0.02
_LINE_EVERY_S = 1.0
# Where the lines do not replace one another.
_LOG_EVERY_S = 10.0
_OPENERS = 8
_RANDOM = "random"

# What is subscribed to, who they are and what they leave behind is the boards' own.
_OPTIONS = tuple(
    option
    for option in CONNECTION_OPTIONS
    if option.group not in (SUBSCRIPTIONS, SESSION, WILL)
    and option.field not in ("client_id", "keepalive_s")
)

DESCRIPTION = """\
Put a class of simulated boards on a broker, for load and for teaching. They run the firmware, so
that commands work; their topics are those of docs/firmware.md. It ends after --duration or at
ctrl+c, and prints what was done.

HOST is written as for mqttui connect. Use it on brokers that are yours."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for beside the connection; None for no end."""

    plan: ClassPlan
    duration_s: float | None
    ending: Ending


class _Ended(Exception):
    """Somebody wants the class to end."""


def run(words: Sequence[str]) -> int:
    """Simulate a class until it is to end; return the exit code."""
    arguments = vars(simulate_parser().parse_all(words))
    wishes = wishes_of(arguments)
    try:
        limit_bytes = Preferences().payload_limit_bytes
        plan = make_plan(arguments, os.environ, limit_bytes, command="simulate")
    except BrokenProfileError as broken:
        raise SettingsError(" ".join(broken.problems)) from None
    found = find_password(plan.password, plan.settings.user, plan.settings.label)
    for notice in plan.notices:
        warn(notice)
    settings = replace(with_password(plan.settings, found.secret), client_id=None, will=None)
    return simulate(settings, wishes)


def simulate(settings: ConnectionSettings, wishes: Wishes) -> int:
    """Put the class on the broker; return the exit code when it has left.

    Raises `SettingsError` for a class that cannot be, `CannotRunError` when the broker never
    took anybody.
    """
    from concurrent.futures import ThreadPoolExecutor

    from mqttui.demo.crowd import Crowd
    from mqttui.demo.simulated_class import simulated_class
    from mqttui.settings.paths import firmware_folder

    started_at_ms = time.time_ns() // 1_000_000
    try:
        boards = simulated_class(wishes.plan, firmware_folder(), started_at_ms)
    except ValueError as problem:
        raise SettingsError(str(problem)) from None
    with (
        ThreadPoolExecutor(_OPENERS, "simulate") as openers,
        Crowd(boards.boards, _access(settings, openers)) as crowd,
    ):
        before = signal.signal(signal.SIGTERM, _end)
        try:
            _play(crowd, settings, wishes)
        except (KeyboardInterrupt, _Ended):
            pass
        finally:
            _end_line()
            signal.signal(signal.SIGTERM, before)
        ran_s = crowd.now_s
        unheard = crowd.connected
        crowd.leave(wishes.ending)
        if wishes.ending != "will" and crowd.connected:
            warn(f"{crowd.connected} of {unheard} boards could not say farewell in time.")
        print("\n".join(summary(crowd, boards, settings, wishes, ran_s)))
    return EXIT_OK if crowd.tally.connections else EXIT_FAILED


def summary(
    crowd: Crowd,
    boards: SimulatedClass,
    settings: ConnectionSettings,
    wishes: Wishes,
    ran_s: float,
) -> list[str]:
    """Return what the class has done, as lines."""
    tally = crowd.tally
    lines = [
        f"{wishes.plan.boards} boards ({wishes.plan.profile}) on {settings.label} for "
        f"{ran_s:.0f} s, seed {wishes.plan.seed}",
        f"  published at QoS 1  {tally.published:,}",
        f"  acknowledged        {tally.acknowledged:,}",
        f"  not acknowledged    {tally.published - tally.acknowledged:,}",
        f"  published at QoS 0  {tally.unacknowledged:,}",
        f"  dropped             {boards.dropped:,} samples by full buffers, "
        f"{tally.discarded:,} messages by full sockets",
        f"  connections         {tally.connections:,}, of them lost {tally.lost:,}; "
        f"failed attempts {tally.failures - tally.lost:,}",
    ]
    faults = [
        f"{fault} on {count} board{'s' * (count != 1)}"
        + (f" ({times} times)" if fault in ("wifi", "sensor") else "")
        for fault, (count, times) in boards.fault_counts().items()
    ]
    lines.append(f"  faults              {', '.join(faults) or 'none'}")
    return lines


def _play(crowd: Crowd, settings: ConnectionSettings, wishes: Wishes) -> None:
    """Drive the class until its time is over."""
    is_terminal = sys.stderr.isatty()
    every_s = _LINE_EVERY_S if is_terminal else _LOG_EVERY_S
    shown_s, published = 0.0, 0
    while wishes.duration_s is None or crowd.now_s < wishes.duration_s:
        crowd.step(_STEP_S)
        if not crowd.tally.connections and (problem := _problem(crowd, settings)):
            raise CannotRunError(f"{problem.sentence} {problem.advice}".strip())
        now_s = crowd.now_s
        if now_s - shown_s >= every_s:
            tally = crowd.tally
            rate = (tally.published + tally.unacknowledged - published) / (now_s - shown_s)
            shown_s, published = now_s, tally.published + tally.unacknowledged
            _tell(_progress(crowd, wishes, now_s, rate), is_terminal=is_terminal)


def _progress(crowd: Crowd, wishes: Wishes, now_s: float, rate: float) -> str:
    tally = crowd.tally
    until = f" of {wishes.duration_s:.0f}" if wishes.duration_s is not None else ""
    return (
        f"{now_s:.0f}{until} s  {crowd.connected} of {wishes.plan.boards} connected  "
        f"{rate:,.0f} msg/s  {tally.published:,} published  {tally.acknowledged:,} acknowledged"
    )


def _tell(line: str, *, is_terminal: bool) -> None:
    """Show a line on standard error, on a terminal in the place of the one before."""
    if is_terminal:
        # A line that wraps could not be replaced by the next one.
        width = os.get_terminal_size(sys.stderr.fileno()).columns
        sys.stderr.write(f"\r{line[: width - 1]}\x1b[K")
    else:
        sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _end_line() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _problem(crowd: Crowd, settings: ConnectionSettings) -> Problem | None:
    """Return why the broker takes nobody, None as long as nothing is known."""
    from mqttui.broker import reasons
    from mqttui.broker.diagnosis import closed_without_answer, diagnose

    tally = crowd.tally
    if tally.refusal is not None:
        attempt = reasons.Attempt(settings.label, "", False, settings.user)
        return reasons.connack_problem(tally.refusal, attempt)
    if tally.error is not None:
        return diagnose(tally.error, settings)
    return closed_without_answer(settings) if tally.failures else None


def _access(settings: ConnectionSettings, openers: Any) -> Access:
    """Return how boards connect; raises `CannotRunError` for a file of TLS that cannot be used."""
    from mqttui.broker.problem import ProblemError
    from mqttui.demo.device import Access
    from mqttui.transport.client_setup import prepare_client
    from mqttui.transport.tls import tls_context

    try:
        context = None if settings.tls is None else tls_context(settings.tls)
    except ProblemError as error:
        problem = error.problem
        raise CannotRunError(f"{problem.sentence} {problem.advice}".strip()) from None
    return Access(
        settings.host,
        settings.port,
        prepare=lambda client: prepare_client(client, settings, context),
        executor=openers,
        transport="tcp" if settings.websocket_path is None else "websockets",
        # The firmware speaks 3.1.1; the other version is there for a load of its kind.
        is_mqtt5=settings.protocol == "5",
    )


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise _Ended


def wishes_of(arguments: Mapping[str, Any]) -> Wishes:
    """Return what the options say; raise `SettingsError` for the first that cannot be used."""
    from mqttui.demo.circuits import PROFILES
    from mqttui.demo.simulated_class import ClassPlan

    faults, random_faults = _faults(arguments["fault"] or ())
    settings = {"rate": _value(arguments, "rate", Number(0.1, 20, "samples per second"), 5.0)}
    if arguments["sleep"] is not None:
        settings["sleep"] = _value(arguments, "sleep", WholeNumber(5, 86_400), 0)
    if arguments["prefix"] is not None:
        settings["prefix"] = arguments["prefix"]
    plan = ClassPlan(
        boards=_value(arguments, "boards", WholeNumber(1, MOST_BOARDS), 12),
        profile=_value(arguments, "circuits", Choice(PROFILES), "solar", "--profile"),
        # Two classes on one broker must not take each other's client ids.
        seed=_value(arguments, "seed", WholeNumber(0, 2**31), random.randrange(10_000)),  # noqa: S311
        faults=faults,
        random_faults=random_faults,
        settings=settings,
    )
    endings: tuple[Ending, ...] = ("offline", "will", "clear")
    return Wishes(
        plan,
        _value(arguments, "duration", Number(0.1, 10_000_000, "seconds"), None),
        _value(arguments, "end", Choice(endings), "offline"),
    )


def _value(
    arguments: Mapping[str, Any], key: str, rule: Rule[Any], default: Any, flag: str | None = None
) -> Any:
    text = arguments[key]
    if text is None:
        return default
    try:
        return rule.of_text(text)
    except BadValueError as problem:
        raise SettingsError(problem.about(flag or f"--{key}")) from None


def _faults(words: Sequence[str]) -> tuple[dict[Any, int], int]:
    """Return how many boards have which fault, and how many one of any kind."""
    from mqttui.demo.faults import Fault

    counts: dict[str, int] = {}
    for word in words:
        name, has_count, count = word.partition(":")
        if name not in {*Fault, _RANDOM}:
            known = ", ".join((*Fault, _RANDOM))
            raise SettingsError(f"--fault: there is no fault {name[:40]!r}; there are {known}.")
        try:
            boards = WholeNumber(1, MOST_BOARDS).of_text(count) if has_count else 1
        except BadValueError as problem:
            raise SettingsError(problem.about(f"--fault {name}")) from None
        counts[name] = counts.get(name, 0) + boards
    at_random = counts.pop(_RANDOM, 0)
    return {Fault(name): count for name, count in counts.items()}, at_random


def simulate_parser() -> Parser:
    """Return the parser of `mqttui simulate`."""
    from mqttui.demo.circuits import PROFILES
    from mqttui.demo.faults import EXPLANATIONS

    lines = [f"  {fault:<10} {text}" for fault, text in EXPLANATIONS.items()]
    parser = Parser(
        prog="mqttui simulate",
        usage="mqttui simulate HOST [options]",
        description=DESCRIPTION,
        epilog="\n".join(
            (
                "faults:",
                *lines,
                f"  {_RANDOM:<10} one of these",
                "",
                "The same seed gives the same boards, faults and times of faults.",
            )
        ),
    )
    parser.add_argument("host", nargs="?", metavar="HOST", help="the broker")
    parser.add_argument("--password", nargs="?", action=RefusedPassword, help=argparse.SUPPRESS)
    group = parser.add_argument_group("Class")
    group.add_argument(
        "--profile",
        dest="circuits",
        metavar=f"{{{','.join(PROFILES)}}}",
        help="what their sensors measure (default solar)",
    )
    for flags, metavar, text in (
        (("-n", "--boards"), "N", f"how many boards, 1 to {MOST_BOARDS} (default 12)"),
        (("--rate",), "HZ", "samples per second of each board, 0.1 to 20 (default 5)"),
        (("--sleep",), "SECONDS", "boards sleep so long between measurements, at least 5"),
        (("--prefix",), "TOPIC", "topic levels before their names (default iot49)"),
        (("--seed",), "N", "chooses ids, circuits and faults (default: another every time)"),
        (("--duration",), "SECONDS", "how long it lasts (default: until ctrl+c)"),
        (
            ("--end",),
            "{offline,will,clear}",
            "how boards leave: they say offline (default), vanish so that their wills are "
            "published, or say offline and remove what they have retained",
        ),
    ):
        group.add_argument(*flags, metavar=metavar, help=text)
    group.add_argument(
        "--fault",
        action="append",
        metavar="FAULT[:BOARDS]",
        help="a fault, and on how many boards (default 1); may be repeated",
    )
    parser.add_options(_OPTIONS)
    parser.add_argument(
        "--connection",
        dest="profile",
        metavar="NAME",
        help="a profile of mqttui connect: broker, encryption and account come from there",
    )
    return parser
