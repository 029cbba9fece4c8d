"""Publishing keeps to its rate and its window, and loses no count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.publishing import PublishRequest
from mqttui.core.retained.pace import Pace, PacedPublishing, State
from mqttui.core.source import Phase
from tests.support.retaining import RetainingSource


def paced(source: RetainingSource, count: int, pace: Pace) -> PacedPublishing:
    """Return a publishing of `count` empty messages."""
    requests = [PublishRequest(f"t/{number}", b"", 1, retain=True) for number in range(count)]
    return PacedPublishing(
        requests, source.publish, lambda: source.status.phase is Phase.CONNECTED, pace
    )


def test_the_rate_is_kept() -> None:
    """In ten seconds at 50/s not more than 500 messages leave, and not fewer than that."""
    source = RetainingSource()
    publishing = paced(source, 10_000, Pace(50, 1000))
    for step in range(501):
        publishing.step(step * 0.02)
    assert 498 <= len(source.requests) <= 502
    assert publishing.progress.rate_per_s is not None
    assert 45 < publishing.progress.rate_per_s < 55


def test_no_more_is_in_flight_than_allowed() -> None:
    """A broker that does not answer gets nothing more."""
    source = RetainingSource()
    source.is_prompt = False
    publishing = paced(source, 100, Pace(1e6, 7))
    for step in range(10):
        publishing.step(float(step))
    assert len(source.requests) == publishing.progress.in_flight == 7
    source.answer(3)
    publishing.step(11.0)
    assert len(source.requests) == 10
    assert publishing.progress.acknowledged == 3


@given(st.lists(st.sampled_from(["step", "answer", "lose", "back", "stop"]), max_size=60))
def test_every_message_is_counted_once(events: list[str]) -> None:
    """Whatever happens in whatever order, the counts are those of the states."""
    source = RetainingSource()
    source.is_prompt = False
    source.refused = {b"t/3", b"t/7"}
    publishing = paced(source, 12, Pace(40, 5))
    now_s = 0.0
    for event in events:
        match event:
            case "step":
                now_s += 0.02
                publishing.step(now_s)
            case "answer":
                source.answer(2)
            case "lose":
                source.disconnect()
            case "back":
                source.reconnect()
            case "stop":
                publishing.stop()
        progress = publishing.progress
        counts = {state: publishing.states.count(state) for state in State}
        assert counts == {
            State.WAITING: progress.waiting,
            State.IN_FLIGHT: progress.in_flight,
            State.SENT: progress.sent,
            State.ACKNOWLEDGED: progress.acknowledged,
            State.REFUSED: progress.refused,
            State.UNKNOWN: progress.unknown,
        }
        assert sum(counts.values()) == 12
        assert progress.waiting == 12 - len(source.requests)


def test_refusals_are_counted_with_their_reasons() -> None:
    """The words of the broker are kept, per message and in sum."""
    source = RetainingSource()
    source.refused = {b"t/1", b"t/2"}
    publishing = paced(source, 4, Pace(1e6))
    publishing.step(0.0)
    publishing.step(1.0)
    publishing.step(2.0)
    assert publishing.is_done
    assert publishing.progress.reasons == (("refused: not authorised", 2),)
    assert publishing.words == dict.fromkeys([1, 2], "refused: not authorised")


def test_after_a_lost_connection_nothing_is_guessed() -> None:
    """What was sent is unknown, what was not is still waiting; nothing more is sent."""
    source = RetainingSource()
    source.is_prompt = False
    publishing = paced(source, 10, Pace(1e6, 4))
    publishing.step(0.0)
    publishing.step(1.0)
    source.answer(1)
    source.disconnect()
    publishing.step(2.0)
    source.reconnect()
    publishing.step(3.0)
    progress = publishing.progress
    assert publishing.is_done
    assert publishing.was_disconnected
    assert (progress.acknowledged, progress.unknown, progress.waiting) == (1, 3, 6)
    assert len(source.requests) == 4


def test_giving_up_ends_at_once() -> None:
    """A broker that never answers does not keep anybody."""
    source = RetainingSource()
    source.is_prompt = False
    publishing = paced(source, 3, Pace(1e6))
    publishing.step(0.0)
    publishing.stop()
    assert not publishing.is_done
    publishing.give_up()
    assert publishing.is_done
    assert publishing.progress.unknown == 1
