"""What raises an alarm, what clears it, and what must not."""

from __future__ import annotations

import pytest

from mqttui.broker.sys import metrics
from mqttui.broker.sys.alarms import (
    CLEAR_TICKS,
    Alarm,
    AlarmKind,
    Alarms,
    Severity,
    findings,
)
from mqttui.broker.sys.derived import (
    average_payload_bytes,
    backlog,
    connects_per_s,
    dropped_share,
    fan_out,
    slope_per_s,
)
from mqttui.broker.sys.snapshot import Reading, Snapshot
from mqttui.settings.alarm_thresholds import Thresholds

NOW = 1_795_000_000.0


def snapshot(
    values: dict[metrics.Metric, float] | None = None,
    rates: dict[metrics.Metric, float] | None = None,
    averages: dict[tuple[metrics.Metric, int], float] | None = None,
    *,
    restarted_at: float | None = None,
    ticked_at: float = NOW,
) -> Snapshot:
    """Return what is known of a broker that ticks every second."""
    return Snapshot(
        readings={metric: Reading(value, NOW) for metric, value in (values or {}).items()},
        rates=rates or {},
        averages={key: Reading(value, NOW) for key, value in (averages or {}).items()},
        interval_s=1.0,
        ticked_at=ticked_at,
        restarted_at=restarted_at,
        ticks=5,
    )


def found(
    state: Snapshot,
    thresholds: Thresholds | None = None,
    clients: list[tuple[float, float]] | None = None,
    memory: list[tuple[float, float]] | None = None,
    takeovers_per_min: float | None = None,
) -> set[AlarmKind]:
    """Return the kinds of what is wrong."""
    return set(
        findings(
            state,
            thresholds or Thresholds(),
            NOW,
            stale_after_s=5.0,
            clients=clients or [],
            memory=memory or [],
            takeovers_per_min=takeovers_per_min,
        )
    )


def points(values: list[float], step_s: float = 10.0) -> list[tuple[float, float]]:
    """Return values as points that end now."""
    return [
        (NOW - step_s * back, value)
        for back, value in zip(range(len(values) - 1, -1, -1), values, strict=True)
    ]


def test_a_broker_of_which_nothing_is_known_raises_nothing() -> None:
    """Unknown is no alarm."""
    assert found(Snapshot()) == set()


def test_a_healthy_broker_raises_nothing() -> None:
    """Traffic without drops, steady clients and steady memory are in order."""
    healthy = snapshot(
        {metrics.CLIENTS_CONNECTED: 30, metrics.MEMORY: 1e6, metrics.UPTIME: 1000},
        {metrics.PUBLISH_DROPPED: 0, metrics.PUBLISH_OUT: 900, metrics.PUBLISH_IN: 300},
        {(metrics.LOAD_CONNECTS, 1): 0.1},
    )
    assert found(healthy, clients=points([30] * 7), memory=points([1e6] * 61)) == set()


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        (snapshot(ticked_at=NOW - 6), {AlarmKind.SILENT}),
        (snapshot(ticked_at=NOW - 4), set()),
        (snapshot({metrics.UPTIME: 3}, restarted_at=NOW - 3), {AlarmKind.RESTARTED}),
        (snapshot({metrics.UPTIME: 700}, restarted_at=NOW - 700), set()),
        (
            snapshot(rates={metrics.PUBLISH_DROPPED: 1, metrics.PUBLISH_OUT: 999}),
            {AlarmKind.DROPPING},
        ),
        (
            snapshot(rates={metrics.PUBLISH_DROPPED: 20, metrics.PUBLISH_OUT: 980}),
            {AlarmKind.DROPPING, AlarmKind.DROPPING_MUCH},
        ),
        (
            snapshot({metrics.CLIENTS_CONNECTED: 10}, averages={(metrics.LOAD_CONNECTS, 1): 0.6}),
            {AlarmKind.CONNECT_CHURN},
        ),
        (
            snapshot({metrics.CLIENTS_CONNECTED: 30}, averages={(metrics.LOAD_CONNECTS, 1): 0.6}),
            set(),
        ),
    ],
)
def test_each_rule(state: Snapshot, kinds: set[AlarmKind]) -> None:
    """Above its threshold it is wrong, below it is not."""
    assert found(state) == kinds


def test_clients_that_leave_together() -> None:
    """A third fewer within a minute is an alarm; fewer than a handful, or slowly, is none."""
    lost = points([30, 30, 29, 20])
    assert found(snapshot(), clients=lost) == {AlarmKind.CLIENTS_LOST}
    assert found(snapshot(), Thresholds(clients_lost_share=0.5), clients=lost) == set()
    assert found(snapshot(), Thresholds(clients_lost_share=None), clients=lost) == set()
    assert found(snapshot(), clients=points([3, 1])) == set()
    assert found(snapshot(), clients=points([30, 27, 24, 20], step_s=120)) == set()


def test_memory_that_grows() -> None:
    """Half as much again per hour, seen over minutes, is an alarm."""
    growing = points([1e6 + 1e4 * step for step in range(61)])
    state = snapshot({metrics.MEMORY: growing[-1][1]})
    assert found(state, memory=growing) == {AlarmKind.MEMORY_GROWING}
    assert found(state, memory=growing[-5:]) == set()
    assert found(state, Thresholds(memory_growth_share_h=10), memory=growing) == set()


def test_two_boards_with_one_client_id() -> None:
    """Takeovers within a minute are counted from the broker's log; unknown is none."""
    assert found(snapshot(), takeovers_per_min=6) == {AlarmKind.TAKEOVERS}
    assert found(snapshot(), takeovers_per_min=1) == set()
    assert found(snapshot(), takeovers_per_min=None) == set()


def test_an_alarm_is_raised_once_and_cleared_after_a_while() -> None:
    """A value around the threshold does not flicker, and what is over is kept with its times."""
    alarms = Alarms()
    wrong = {AlarmKind.DROPPING: "It drops."}
    assert alarms.look(wrong, NOW) == [Alarm(AlarmKind.DROPPING, "It drops.", NOW)]
    assert alarms.look({AlarmKind.DROPPING: "It drops more."}, NOW + 1) == []
    assert [each.sentence for each in alarms.active] == ["It drops more."]
    alarms.acknowledge_all()
    assert alarms.unacknowledged == 0
    for tick in range(CLEAR_TICKS - 1):
        alarms.look({}, NOW + 2 + tick)
        assert alarms.active
    alarms.look(wrong, NOW + 5)
    for tick in range(CLEAR_TICKS):
        alarms.look({}, NOW + 6 + tick)
    assert alarms.active == []
    (past,) = alarms.past
    assert (past.raised_at, past.cleared_at) == (NOW, NOW + 5 + CLEAR_TICKS)
    assert alarms.look(wrong, NOW + 20)[0].is_acknowledged is False


def test_churn_must_last_and_silence_ends_at_once() -> None:
    """A single tick with many connects is a class that comes in; one word ends a silence."""
    alarms = Alarms()
    churn = {AlarmKind.CONNECT_CHURN: "They come again and again."}
    assert alarms.look(churn, NOW) == []
    assert alarms.look({}, NOW + 1) == []
    assert alarms.look(churn, NOW + 2) == []
    assert len(alarms.look(churn, NOW + 3)) == 1
    alarms.look({AlarmKind.SILENT: "Nothing."}, NOW + 4)
    assert alarms.active[0].severity is Severity.CRITICAL
    alarms.look(churn, NOW + 5)
    assert [each.kind for each in alarms.active] == [AlarmKind.CONNECT_CHURN]


def test_derived_figures_are_unknown_when_a_part_is() -> None:
    """Nothing is made up: what lacks a part is None."""
    nothing = Snapshot()
    for derive in (dropped_share, backlog, average_payload_bytes, connects_per_s):
        assert derive(nothing) is None
    assert fan_out(nothing, 0.0) is None
    state = snapshot(
        {metrics.STORED: 80, metrics.RETAINED: 60},
        {
            metrics.PUBLISH_IN: 10,
            metrics.PUBLISH_OUT: 70,
            metrics.PUBLISH_DROPPED: 30,
            metrics.PUBLISH_BYTES_IN: 960,
            metrics.SOCKETS_OPENED: 2,
        },
    )
    assert fan_out(state, 50.0) == 2
    assert dropped_share(state) == 0.3
    assert backlog(state) == 20
    assert average_payload_bytes(state) == 96
    assert connects_per_s(state) == 2


def test_a_slope_needs_points_over_half_its_span() -> None:
    """A line through the points; too few say nothing."""
    assert slope_per_s([], 60) is None
    assert slope_per_s(points([0, 20, 40, 60]), 60) == pytest.approx(2)
    assert slope_per_s(points([0, 20, 40], step_s=1), 60) is None
