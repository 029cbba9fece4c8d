"""The line that never moves: which broker, how safe, in what state, how much, what was lost."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from mqttui.broker.sys_counters import BrokerReport
from mqttui.core.source import Phase, Security
from mqttui.payload.printable import printable
from mqttui.payload.quantities import age_text, count_text, size_text
from mqttui.ui.glyphs import CONNECTED, CONNECTING, DISCONNECTED
from mqttui.ui.roles import role_style
from mqttui.ui.widgets.cells import fitted

if TYPE_CHECKING:
    from mqttui.core.source import SourceCounters, SourceStatus

Tone: TypeAlias = Literal["plain", "quiet", "good", "warning", "alarm"]

RATE_SPAN_S = 2.0
SAMPLE_INTERVAL_S = 0.5
LONGEST_LABEL_CELLS = 40

NOTHING_REPORTED = BrokerReport()
MUST = 100
"""Parts of this weight are never left out: not connected, not safe, something lost, paused."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the status bar tells; `now_s` is on the clock of `SourceStatus` (monotonic).

    `profile` is the name of the profile, if it has one, not yet printable. `broker` is what the
    broker says of itself. `new_while_paused` is None when the
    screen is live. What is unseen is in the log.
    """

    status: SourceStatus
    counters: SourceCounters
    now_s: float
    per_second: float
    topics: int
    kept_bytes: int
    evicted: int
    cut: int = 0
    unlisted: int = 0
    broker: BrokerReport = NOTHING_REPORTED
    new_while_paused: int | None = None
    is_following: bool = False
    is_read_only: bool = False
    is_presenting: bool = False
    profile: str | None = None
    unseen_errors: int = 0
    unseen_warnings: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the line; of those that do not fit the lightest go first."""

    text: str
    tone: Tone = "plain"
    weight: int = 50
    is_left: bool = True


class RateMeter:
    """Messages per second over the last seconds, from a counter that is looked at now and then."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def per_second(self, now_s: float, count: int) -> float:
        """Return the rate, and take the counter's value into account from now on."""
        samples = self._samples
        if not samples or now_s - samples[-1][0] >= SAMPLE_INTERVAL_S:
            samples.append((now_s, count))
        while len(samples) > 2 and now_s - samples[1][0] >= RATE_SPAN_S:
            samples.popleft()
        since_s, before = samples[0]
        return (count - before) / (now_s - since_s) if now_s > since_s else 0.0


def parts_of(facts: Facts) -> list[Part]:
    """Return everything there is to tell, in order."""
    status = facts.status
    parts = [
        Part("mqttui", "quiet", 5),
        *([] if facts.profile is None else [Part(_name(facts.profile), "plain", 46)]),
        Part(fitted(printable(status.label), LONGEST_LABEL_CELLS), "plain", 95),
        _security_part(status.security),
        _state_part(status, facts.now_s),
    ]
    if status.protocol is not None and status.phase is Phase.CONNECTED:
        parts.append(Part(f"MQTT {printable(status.protocol)}", "quiet", 15))
    if facts.is_presenting:
        parts.append(Part("PRESENTING", "good", 91))
    if facts.is_read_only:
        parts.append(Part("READ ONLY", "warning", 92))
    if facts.new_while_paused is not None:
        parts.append(Part(f"PAUSED, {count_text(facts.new_while_paused)} new", "warning", MUST))
    if facts.is_following:
        parts.append(Part("following", "good", 85))
    if facts.unseen_errors:
        parts.append(Part(f"!! {_counted(facts.unseen_errors, 'error')} in log (L)", "alarm", 92))
    elif facts.unseen_warnings:
        parts.append(
            Part(f"! {_counted(facts.unseen_warnings, 'warning')} in log (L)", "warning", 65)
        )
    parts.append(Part(f"{count_text(round(facts.per_second))} msg/s", weight=80, is_left=False))
    parts.append(Part(_counted(facts.topics, "topic"), weight=70, is_left=False))
    parts.append(Part(f"{size_text(facts.kept_bytes)} kept", weight=40, is_left=False))
    parts.extend(_loss_parts(facts))
    return parts


def _name(profile: str) -> str:
    return fitted(printable(profile), LONGEST_LABEL_CELLS)


def _security_part(security: Security) -> Part:
    if security is Security.INSECURE:
        return Part(" INSECURE TLS ", "alarm", MUST)
    if security is Security.VERIFIED:
        return Part("TLS", "good", 60)
    return Part("no TLS", "quiet", 30)


def _state_part(status: SourceStatus, now_s: float) -> Part:
    phase = status.phase
    if phase is Phase.CONNECTED:
        since_s = now_s - (now_s if status.connected_at_s is None else status.connected_at_s)
        # Seconds would tick, and a connection's first minute is not news.
        age = f" {age_text(since_s)}" if since_s >= 60 else ""
        return Part(f"{CONNECTED} connected{age}", "good", 90)
    if phase is Phase.CONNECTING:
        return Part(f"{CONNECTING} connecting", "warning", MUST)
    if phase is Phase.WAITING and status.retries_by_itself:
        wait_s = max(0.0, (status.retry_at_s or now_s) - now_s)
        return Part(f"{DISCONNECTED} reconnecting in {wait_s:.0f} s", "alarm", MUST)
    return Part(f"{DISCONNECTED} not connected", "alarm", MUST)


def _loss_parts(facts: Facts) -> list[Part]:
    """Return what is missing, loudly if anything is; what is not known is a dash, never 0."""
    parts = []
    dropped = facts.counters.dropped
    total = sum(dropped.values())
    if total:
        causes = ", ".join(f"{printable(cause)} {count_text(n)}" for cause, n in dropped.items())
        parts.append(Part(f"! {count_text(total)} dropped", "alarm", MUST, False))
        parts.append(Part(f"({causes})", "warning", 35, False))
    else:
        parts.append(Part("0 dropped", weight=45, is_left=False))
    by_broker = facts.broker.dropped_since
    said = ("at least " if facts.broker.is_at_least else "") + count_text(by_broker)
    if by_broker or facts.broker.is_at_least:
        parts.append(Part(f"! broker dropped {said}", "alarm", MUST, False))
    else:
        parts.append(Part(f"broker dropped {said}", "quiet", 20, False))
    for count, what, weight in (
        (facts.unlisted, "on too many topics", MUST),
        (facts.counters.cut + facts.cut, "cut", 75),
        (facts.evicted, "evicted", 38),
    ):
        if count:
            parts.append(Part(f"{count_text(count)} {what}", "warning", weight, False))
    return parts


def fitting(parts: list[Part], width: int) -> list[Part]:
    """Return the parts that fit into `width` cells: the lightest are left out first."""
    kept = list(parts)
    while len(kept) > 1 and _width(kept) > width:
        lightest = min(kept, key=lambda part: part.weight)
        if lightest.weight >= MUST:
            break
        kept.remove(lightest)
    return kept


def _width(parts: list[Part]) -> int:
    return sum(cell_len(part.text) + 2 for part in parts)


def _counted(count: int, noun: str) -> str:
    return f"{count_text(count)} {noun}" if count == 1 else f"{count_text(count)} {noun}s"


class StatusBar(Widget):
    """One line at the top; repainted only when its text differs."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._parts: list[Part] = []

    def show(self, facts: Facts) -> None:
        """Tell these facts."""
        parts = parts_of(facts)
        if parts != self._parts:
            self._parts = parts
            self.refresh()

    def render(self) -> Text:
        """Return the line: who and in what state on the left, numbers on the right."""
        width = self.size.width
        left, right = Text(" "), Text()
        for part in fitting(self._parts, width):
            style = role_style(self, f"status-{part.tone}")
            if part.is_left:
                left.append(part.text, style).append("  ")
            else:
                right.append("  ").append(part.text, style)
        gap = max(0, width - left.cell_len - right.cell_len - 1)
        line = Text.assemble(left, " " * gap, right, no_wrap=True, overflow="ellipsis")
        line.truncate(max(1, width))
        return line
