"""Which filter to ask for next, and what was said."""

from __future__ import annotations

from mqttui.core.source import SubscriptionStatus
from mqttui.settings.connection import Subscription
from mqttui.transport.subscriptions import Subscriptions

WANTED = (Subscription("#"), Subscription("a/+", 2), Subscription("$SYS/#"))


def ask_all(subscriptions: Subscriptions, code: int | None = None) -> list[str]:
    """Answer everything that is asked for, with `code` or as asked; return the filters."""
    asked = []
    while (entry := subscriptions.next_to_ask()) is not None:
        asked.append(entry.topic_filter)
        subscriptions.answered(entry.requested_qos if code is None else code)
    return asked


def test_filters_are_asked_for_one_at_a_time() -> None:
    """The next filter comes only after the answer to the one before."""
    subscriptions = Subscriptions(WANTED)
    subscriptions.begin(is_session_present=False)
    first = subscriptions.next_to_ask()
    assert first is not None
    assert first.topic_filter == "#"
    assert subscriptions.is_waiting
    assert subscriptions.next_to_ask() is None
    subscriptions.answered(0)
    second = subscriptions.next_to_ask()
    assert second is not None
    assert (second.topic_filter, second.requested_qos) == ("a/+", 2)


def test_nothing_is_asked_before_a_connection() -> None:
    """Before `begin` there is nobody to ask."""
    assert Subscriptions(WANTED).next_to_ask() is None


def test_without_a_session_everything_is_asked_again() -> None:
    """A new connection without a session forgets what was granted."""
    subscriptions = Subscriptions(WANTED)
    subscriptions.begin(is_session_present=False)
    assert ask_all(subscriptions) == ["#", "a/+", "$SYS/#"]
    subscriptions.connection_ended(is_suspect=True)
    subscriptions.begin(is_session_present=False)
    assert [entry.granted_qos for entry in subscriptions.status] == [None, None, None]
    assert ask_all(subscriptions) == ["#", "a/+", "$SYS/#"]


def test_with_a_session_only_the_rest_is_asked_for() -> None:
    """What the broker still knows is not subscribed again."""
    subscriptions = Subscriptions(WANTED)
    subscriptions.begin(is_session_present=False)
    subscriptions.next_to_ask()
    subscriptions.answered(0)
    subscriptions.connection_ended(is_suspect=True)
    subscriptions.begin(is_session_present=True)
    assert subscriptions.status[0].granted_qos == 0
    assert ask_all(subscriptions) == ["a/+", "$SYS/#"]
    subscriptions.begin(is_session_present=True)
    assert ask_all(subscriptions) == []


def test_a_session_of_an_earlier_run_is_subscribed_once() -> None:
    """A session that is present at the first connection may hold other filters."""
    subscriptions = Subscriptions(WANTED)
    subscriptions.begin(is_session_present=True)
    assert ask_all(subscriptions) == ["#", "a/+", "$SYS/#"]


def test_two_ends_in_place_of_an_answer_leave_a_filter_out() -> None:
    """The suspect comes last the second time and not at all the third."""
    subscriptions = Subscriptions(WANTED)
    subscriptions.begin(is_session_present=False)
    subscriptions.next_to_ask()
    assert subscriptions.connection_ended(is_suspect=True) == "#"
    subscriptions.begin(is_session_present=False)
    for name in ("a/+", "$SYS/#", "#"):
        entry = subscriptions.next_to_ask()
        assert entry is not None
        assert entry.topic_filter == name
        if name != "#":
            subscriptions.answered(entry.requested_qos)
    assert subscriptions.connection_ended(is_suspect=True) == "#"
    subscriptions.begin(is_session_present=False)
    assert ask_all(subscriptions) == ["a/+", "$SYS/#"]
    assert "left out" in (subscriptions.status[0].problem or "")


def test_an_end_with_another_reason_blames_no_filter() -> None:
    """Keepalive, shutdown or takeover while an answer is due is not the filter's fault."""
    subscriptions = Subscriptions(WANTED)
    for _ in range(5):
        subscriptions.begin(is_session_present=False)
        subscriptions.next_to_ask()
        assert subscriptions.connection_ended(is_suspect=False) is None
    subscriptions.begin(is_session_present=False)
    assert ask_all(subscriptions) == ["#", "a/+", "$SYS/#"]


def test_an_answer_clears_the_suspicion() -> None:
    """A filter that was answered in between starts with a clean record."""
    subscriptions = Subscriptions((Subscription("#"),))
    for _ in range(3):
        subscriptions.begin(is_session_present=False)
        subscriptions.next_to_ask()
        subscriptions.connection_ended(is_suspect=True)
        subscriptions.begin(is_session_present=False)
        assert ask_all(subscriptions) == ["#"]


def test_a_refusal_is_kept_and_asked_again_on_the_next_connection() -> None:
    """A refused filter has a problem and no QoS; a new connection tries it again."""
    subscriptions = Subscriptions((Subscription("#", 1),))
    subscriptions.begin(is_session_present=False)
    subscriptions.next_to_ask()
    subscriptions.answered(0x87, "not you")
    (entry,) = subscriptions.status
    assert entry.granted_qos is None
    assert entry.problem is not None
    assert entry.problem.endswith("not you")
    subscriptions.begin(is_session_present=True)
    assert ask_all(subscriptions) == ["#"]
    assert subscriptions.status == (SubscriptionStatus("#", 1, 1, None),)


def test_a_silent_broker_is_noted() -> None:
    """A filter without an answer says so, and a late answer to nobody changes nothing."""
    subscriptions = Subscriptions((Subscription("#"),))
    subscriptions.begin(is_session_present=False)
    subscriptions.next_to_ask()
    subscriptions.unanswered()
    (entry,) = subscriptions.status
    assert entry.granted_qos is None
    assert "does not answer" in (entry.problem or "")
    subscriptions.answered(0)
    assert subscriptions.status == (entry,)


def test_a_filter_given_twice_is_asked_for_once() -> None:
    """The last of two entries for one filter counts, as at the broker."""
    subscriptions = Subscriptions((Subscription("#", 0), Subscription("#", 2)))
    assert subscriptions.status == (SubscriptionStatus("#", 2),)


def test_an_impossible_filter_is_never_asked_for() -> None:
    """A filter against the rules has its problem from the start and keeps it."""
    subscriptions = Subscriptions((Subscription("a#"), Subscription("b")))
    assert subscriptions.status[0].problem
    subscriptions.begin(is_session_present=False)
    assert ask_all(subscriptions) == ["b"]
    assert subscriptions.status[0].problem


def connected(*wanted: Subscription) -> Subscriptions:
    """Return subscriptions on a connection, everything granted."""
    subscriptions = Subscriptions(wanted)
    subscriptions.begin(is_session_present=False)
    ask_all(subscriptions)
    return subscriptions


def test_a_filter_can_be_added_while_connected() -> None:
    """It is asked for with its options, and pending until the answer."""
    subscriptions = connected(Subscription("#"))
    subscriptions.want(Subscription("a", 1, no_local=True, retain_handling=1))
    entry = subscriptions.next_to_ask()
    assert entry == SubscriptionStatus("a", 1, no_local=True, retain_handling=1)
    assert entry is not None
    assert entry.is_pending
    subscriptions.answered(1)
    assert subscriptions.status[-1].granted_qos == 1
    assert not subscriptions.status[-1].is_pending


def test_answers_are_counted_over_connections_and_changes() -> None:
    """The count tells an answer from the same answer before."""
    subscriptions = connected(Subscription("a", 1))
    ask_all(subscriptions)
    subscriptions.connection_ended(is_suspect=False)
    subscriptions.begin(is_session_present=False)
    ask_all(subscriptions)
    assert subscriptions.status[0].answers == 2
    subscriptions.want(Subscription("a", 1))
    ask_all(subscriptions)
    assert subscriptions.status[0].answers == 3


def test_an_answer_to_an_outdated_question_is_not_shown() -> None:
    """When the options change before the SUBACK, the filter is asked for again."""
    subscriptions = connected()
    subscriptions.want(Subscription("a", 0))
    subscriptions.next_to_ask()
    subscriptions.want(Subscription("a", 2))
    subscriptions.answered(0)
    assert subscriptions.status[0].is_pending
    assert ask_all(subscriptions) == ["a"]
    assert subscriptions.status == (SubscriptionStatus("a", 2, 2),)


def test_a_filter_that_is_removed_before_its_answer_is_unsubscribed() -> None:
    """The broker may have granted it, so it is told."""
    subscriptions = connected()
    subscriptions.want(Subscription("a"))
    subscriptions.next_to_ask()
    subscriptions.drop("a")
    assert subscriptions.next_to_drop() is None
    subscriptions.answered(0)
    assert subscriptions.status == ()
    assert subscriptions.next_to_drop() == "a"
    subscriptions.dropped(0)
    assert subscriptions.next_to_drop() is None


def test_pausing_and_resuming() -> None:
    """A paused filter stays in the list and is not asked for, also on a new connection."""
    subscriptions = connected(Subscription("a", 1))
    subscriptions.pause("a", is_paused=True)
    assert subscriptions.status == (SubscriptionStatus("a", 1, is_paused=True),)
    assert subscriptions.next_to_drop() == "a"
    subscriptions.dropped(0)
    subscriptions.connection_ended(is_suspect=False)
    subscriptions.begin(is_session_present=False)
    assert ask_all(subscriptions) == []
    subscriptions.pause("a", is_paused=False)
    assert ask_all(subscriptions) == ["a"]
    assert subscriptions.status == (SubscriptionStatus("a", 1, 1),)


def test_a_change_of_mind_costs_nothing() -> None:
    """Paused and resumed before anything was sent: one SUBSCRIBE and no UNSUBSCRIBE."""
    subscriptions = connected(Subscription("a"))
    subscriptions.pause("a", is_paused=True)
    subscriptions.pause("a", is_paused=False)
    assert subscriptions.next_to_drop() is None
    assert ask_all(subscriptions) == ["a"]


def test_what_was_removed_without_a_connection_is_dropped_from_the_session() -> None:
    """A session that goes on still has the filter; a new one has not."""
    for is_present, expected in ((True, "a"), (False, None)):
        subscriptions = connected(Subscription("a"))
        subscriptions.connection_ended(is_suspect=False)
        subscriptions.drop("a")
        subscriptions.begin(is_session_present=is_present)
        assert subscriptions.next_to_drop() == expected


def test_an_unsubscribe_without_an_answer_is_not_repeated_on_this_connection() -> None:
    """The others are not held up, and nobody is blamed for the end of a connection."""
    subscriptions = connected(Subscription("a"), Subscription("b"))
    subscriptions.drop("a")
    subscriptions.want(Subscription("b"))
    assert subscriptions.next_to_drop() == "a"
    assert subscriptions.next_to_ask() is None
    subscriptions.unanswered()
    assert ask_all(subscriptions) == ["b"]
    subscriptions.drop("b")
    assert subscriptions.next_to_drop() == "b"
    assert subscriptions.connection_ended(is_suspect=True) is None


def test_adding_a_suspect_again_gives_it_a_new_chance() -> None:
    """A filter that was left out is asked for when the user wants it once more."""
    subscriptions = Subscriptions((Subscription("#"),))
    for _ in range(2):
        subscriptions.begin(is_session_present=False)
        subscriptions.next_to_ask()
        subscriptions.connection_ended(is_suspect=True)
    subscriptions.begin(is_session_present=False)
    assert ask_all(subscriptions) == []
    subscriptions.want(Subscription("#"))
    assert ask_all(subscriptions) == ["#"]
