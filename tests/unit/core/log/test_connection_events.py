"""What a change of the status is in words."""

from __future__ import annotations

from dataclasses import replace

from mqttui.core.log.connection_events import ConnectionEvents
from mqttui.core.log.event_log import EventLog, Severity
from mqttui.core.source import Phase, Security, SourceStatus, SubscriptionStatus

START = SourceStatus("broker:1883", Phase.CONNECTING, attempt=1, client_id="me")
CONNECTED = replace(START, phase=Phase.CONNECTED, protocol="5", connected_at_s=10.0)


def told(*steps: tuple[float, SourceStatus]) -> list[tuple[Severity, str, int]]:
    """Return severity, sentence and count of what is written for statuses at moments."""
    log = EventLog()
    events = ConnectionEvents(log)
    for now_s, status in steps:
        events.look(status, 1000 + now_s, now_s)
    return [(event.severity, event.sentence, event.count) for event in log.events()]


def sentences(*steps: tuple[float, SourceStatus]) -> list[str]:
    """Return the sentences alone."""
    return [sentence for _, sentence, _ in told(*steps)]


def test_a_connection_from_start_to_end() -> None:
    """Connecting, connected with what protects it, lost with the reason, back, and stopped."""
    waiting = replace(
        START,
        phase=Phase.WAITING,
        problem="The broker is gone.",
        advice="Wait.",
        retry_at_s=24.2,
    )
    again = replace(START, attempt=2)
    back = replace(CONNECTED, connected_at_s=32.0, security=Security.INSECURE)
    stopped = replace(START, phase=Phase.STOPPED)
    assert told(
        (0, START), (10, CONNECTED), (20, waiting), (24, again), (32, back), (40, stopped)
    ) == [
        (Severity.INFO, "Connecting to broker:1883.", 1),
        (Severity.INFO, "Connected to broker:1883 with MQTT 5, not encrypted; client id me.", 1),
        (Severity.WARNING, "The broker is gone. Wait. Reconnecting in 4 s.", 1),
        (Severity.INFO, "Connecting to broker:1883, attempt 2.", 1),
        (
            Severity.INFO,
            "Connected again to broker:1883 with MQTT 5, encrypted, certificate not checked, "
            "after 12 s without a connection; client id me.",
            1,
        ),
        (Severity.INFO, "Disconnected from broker:1883.", 1),
    ]


def test_attempts_without_success_are_one_entry() -> None:
    """A broker that is down for hours fills two entries, not the log."""
    steps = []
    for attempt in range(1, 6):
        at = attempt * 100.0
        steps.append((at, replace(START, attempt=attempt)))
        failed = replace(
            START, phase=Phase.WAITING, problem="Refused.", attempt=attempt, retry_at_s=at + 9
        )
        steps.append((at, failed))
    assert told(*steps) == [
        (Severity.INFO, "Connecting to broker:1883, attempt 5.", 5),
        (Severity.WARNING, "Refused. Reconnecting in 9 s.", 5),
    ]


def test_what_only_the_user_can_mend_is_an_error() -> None:
    """A wrong password says that nothing happens by itself."""
    refused = replace(
        START,
        phase=Phase.WAITING,
        problem="Wrong password.",
        advice="Ask.",
        retries_by_itself=False,
    )
    severity, sentence, _ = told((0, START), (1, refused))[-1]
    assert severity is Severity.ERROR
    assert sentence == "Wrong password. Ask. There is no new attempt until you ask for one (r)."


def test_a_short_loss_between_two_looks_is_not_missed() -> None:
    """Connected before and after, but not since the same moment."""
    assert sentences((10, CONNECTED), (30, replace(CONNECTED, connected_at_s=29.0)))[-1] == (
        "The connection to broker:1883 was lost and came back at once."
    )


def test_the_time_is_that_of_the_connection() -> None:
    """A log that begins late still says when the connection began."""
    log = EventLog()
    ConnectionEvents(log).look(CONNECTED, 1025.0, 25.0)
    assert log.events()[0].at == 1010.0


def test_subscriptions() -> None:
    """Granted, granted less, refused, paused, resumed and removed; pending is not told."""
    pending = SubscriptionStatus("a/#", 1)
    granted = replace(pending, granted_qos=1)
    refused = replace(pending, topic_filter="b\x1b", problem="b␛: refused by the broker.")
    bare = replace(pending, topic_filter="c", problem="QoS must be 0, 1 or 2.")

    def with_filters(*entries: SubscriptionStatus) -> SourceStatus:
        return replace(CONNECTED, subscriptions=entries)

    assert told(
        (10, with_filters(pending)),
        (11, with_filters(granted, refused, bare)),
        (12, with_filters(replace(granted, granted_qos=None, is_paused=True), refused, bare)),
        (13, with_filters(replace(granted, granted_qos=None), refused)),
        (14, with_filters(granted)),
    )[1:] == [
        (Severity.INFO, "a/#: subscribed, the broker grants QoS 1.", 1),
        (Severity.WARNING, "b␛: refused by the broker.", 1),
        (Severity.WARNING, "c: QoS must be 0, 1 or 2.", 1),
        (Severity.INFO, "a/#: paused, the broker was told to unsubscribe it.", 1),
        (Severity.INFO, "c: no longer subscribed.", 1),
        (Severity.INFO, "a/#: subscribed, the broker grants QoS 1.", 1),
        (Severity.INFO, "b␛: no longer subscribed.", 1),
    ]


def test_a_reconnect_grants_again() -> None:
    """After a reconnect every answer of the broker is told again."""
    granted = replace(CONNECTED, subscriptions=(SubscriptionStatus("a", 0, 0),))
    pending = replace(CONNECTED, connected_at_s=20.0, subscriptions=(SubscriptionStatus("a", 0),))
    found = sentences((10, granted), (20, pending), (21, replace(granted, connected_at_s=20.0)))
    assert found.count("a: subscribed, the broker grants QoS 0.") == 2


def test_the_same_answer_is_told_also_when_nobody_looked_in_between() -> None:
    """An outage shorter than a frame leaves only the number of answers to tell."""
    first, other = (SubscriptionStatus("a", 0, 0), SubscriptionStatus("b", 0, None, "b: refused."))
    before = replace(CONNECTED, subscriptions=(first, other))
    after = replace(
        before,
        connected_at_s=20.0,
        subscriptions=(replace(first, answers=1), replace(other, answers=1)),
    )
    found = sentences((10, before), (20, after))
    assert found.count("a: subscribed, the broker grants QoS 0.") == 2
    assert found.count("b: refused.") == 2


def test_hostile_names_are_printable() -> None:
    """Whatever a broker or a user puts into names is harmless in the log."""
    evil = "\x1b]0;x\x07‮\n"
    status = SourceStatus(
        evil,
        Phase.CONNECTED,
        protocol=evil,
        client_id=evil,
        warnings=(evil,),
        subscriptions=(SubscriptionStatus(evil, 0, 0), SubscriptionStatus("x", 0, None, evil)),
    )
    found = sentences((0, status), (1, replace(status, phase=Phase.WAITING, problem=evil)))
    assert len(found) >= 5
    assert all(sentence.isprintable() for sentence in found)
