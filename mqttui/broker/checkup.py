"""A connection examined step by step: what each step found, as immutable snapshots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from mqttui.payload.printable import printable
from mqttui.settings.connection import DEFAULT_SUBSCRIPTIONS, Subscription

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from mqttui.broker.certificate import Certificate
    from mqttui.broker.problem import Problem
    from mqttui.settings.connection import ConnectionSettings

MAX_OWN_FILTERS = 16
"""So many filters of the connection are asked for one by one; the others are counted."""

EXPIRES_SOON_DAYS = 21
_MAX_SHOWN_NAMES = 4


class StepKind(Enum):
    """What a step does; its value stands on the screen."""

    NAME = "Name lookup"
    TCP = "TCP"
    TLS = "TLS"
    WEBSOCKET = "WebSocket"
    CONNECT = "MQTT"
    SUBSCRIBE = "Subscribe"


class StepState(Enum):
    """How a step went; its value stands on the screen."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "ok"
    REMARKABLE = "remark"
    FAILED = "failed"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `facts` are what was found, as (name, text), all printable.

    `problem` says in plain words what failed or is remarkable, `advice` what to try. `took_s`
    is None until it has ended.
    """

    kind: StepKind
    topic_filter: str | None = None
    state: StepState = StepState.WAITING
    took_s: float | None = None
    facts: tuple[tuple[str, str], ...] = ()
    problem: str | None = None
    advice: str | None = None

    @property
    def title(self) -> str:
        """What the step is called."""
        if self.topic_filter is None:
            return self.kind.value
        return f"{self.kind.value} {printable(self.topic_filter)}"

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state not in (StepState.WAITING, StepState.RUNNING)


@dataclass(frozen=True, slots=True)
class Checkup:
    """All steps in their order; `left_out` counts topic filters that are not asked for."""

    label: str
    steps: tuple[Step, ...]
    left_out: int = 0
    is_done: bool = False
    is_cancelled: bool = False

    @property
    def has_passed(self) -> bool:
        """Whether the broker was reached and accepted the connection."""
        return any(
            step.kind is StepKind.CONNECT and step.state in (StepState.PASSED, StepState.REMARKABLE)
            for step in self.steps
        )

    @property
    def verdict(self) -> str:
        """The result in one sentence; what is known so far while it is not done."""
        states = [step.state for step in self.steps]
        if self.is_cancelled:
            return "The test was cancelled; nothing is known of the steps that were not reached."
        if not self.is_done:
            return "The test is running."
        if not self.has_passed:
            failed = [step.title for step in self.steps if step.state is StepState.FAILED]
            return f"No connection: it ends at {failed[0]}." if failed else "No connection."
        if StepState.FAILED in states:
            return "The connection works, but not every subscription."
        left_out = f" {self.left_out} more topic filters were not asked for." * bool(self.left_out)
        if StepState.REMARKABLE in states:
            return f"The connection works, with a remark.{left_out}"
        return f"The connection works.{left_out}"

    def with_step(self, number: int, **changes: Any) -> Checkup:
        """Return the checkup with changes of one step."""
        steps = list(self.steps)
        steps[number] = replace(steps[number], **changes)
        return replace(self, steps=tuple(steps))

    def ended(self, *, is_cancelled: bool = False) -> Checkup:
        """Return the checkup at its end: what is not over by now was not reached."""
        steps = tuple(
            step if step.is_over else replace(step, state=StepState.NOT_REACHED)
            for step in self.steps
        )
        return replace(self, steps=steps, is_done=True, is_cancelled=is_cancelled)


def planned_checkup(settings: ConnectionSettings) -> Checkup:
    """Return the steps that lead to a connection with these settings, none of them taken."""
    kinds = [StepKind.NAME, StepKind.TCP]
    if settings.tls is not None:
        kinds.append(StepKind.TLS)
    if settings.websocket_path is not None:
        kinds.append(StepKind.WEBSOCKET)
    kinds.append(StepKind.CONNECT)
    filters, left_out = examined_subscriptions(settings)
    return Checkup(
        printable(settings.label),
        (
            *(Step(kind) for kind in kinds),
            *(Step(StepKind.SUBSCRIBE, each.topic_filter) for each in filters),
        ),
        left_out,
    )


def examined_subscriptions(settings: ConnectionSettings) -> tuple[list[Subscription], int]:
    """Return what is subscribed to, and how many filters of the settings are left out.

    `#` and `$SYS/#` come last and are always asked for: what mqttui can show depends on them.
    """
    own = {each.topic_filter: each for each in settings.subscriptions}
    names = list(own)[:MAX_OWN_FILTERS]
    usual = {each.topic_filter: each for each in DEFAULT_SUBSCRIPTIONS}
    ordered = [*(name for name in names if name not in usual), *usual]
    return [own.get(name) or usual[name] for name in ordered], len(own.keys() - set(ordered))


def certificate_facts(
    certificate: Certificate, now: datetime.datetime
) -> tuple[tuple[str, str], ...]:
    """Return what a person wants to know of a certificate; `now` has a time zone."""
    issuer = printable(certificate.issuer) or "nobody in particular"
    if certificate.is_self_issued:
        issuer += " (itself)"
    return (
        ("subject", printable(certificate.subject) or "nobody in particular"),
        ("made out to", _listed(certificate.names) or "no host name"),
        ("issuer", issuer),
        ("valid", _validity(certificate, now)),
    )


def expiry_remark(certificate: Certificate, now: datetime.datetime) -> str | None:
    """Return a sentence when a certificate expires soon, else None."""
    days = (certificate.not_after - now).days
    if not 0 <= days <= EXPIRES_SOON_DAYS:
        return None
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    return f"The certificate expires {when}."


def step_changes(problem: Problem) -> dict[str, Any]:
    """Return the changes that make a step a failed one."""
    return {
        "state": StepState.FAILED,
        "problem": problem.sentence,
        "advice": problem.advice,
    }


def _validity(certificate: Certificate, now: datetime.datetime) -> str:
    begins, ends = certificate.not_before, certificate.not_after
    until = f"until {ends:%Y-%m-%d}"
    if now < begins:
        return f"only from {begins:%Y-%m-%d %H:%M} UTC, {until}"
    days = (ends - now).days
    if ends < now:
        ago = (now - ends).days
        return f"{until}, expired {'less than a day' if ago == 0 else _days(ago)} ago"
    return f"{until}, {_days(days)} left"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def _listed(names: Iterable[str]) -> str:
    every = [printable(name) for name in names]
    more = len(every) - _MAX_SHOWN_NAMES
    return ", ".join(every[:_MAX_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
