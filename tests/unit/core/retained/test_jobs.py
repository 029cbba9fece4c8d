"""What clearing and putting back do with each message, decided from what is retained now."""

from __future__ import annotations

import pytest

from mqttui.core.publishing import PublishProperties, PublishRequest
from mqttui.core.retained.fetching import RetainedMessage
from mqttui.core.retained.jobs import Clearing, LeftOut, Restoring, SavedMessage, counted, is_same
from mqttui.core.retained.scope import Scope

EXPIRES_IN_100_S = b"\x02\x00\x00\x00\x64"


def message(topic: str | bytes, payload: bytes = b"1", qos: int = 0, **more: object):
    """Return a retained message."""
    name = topic.encode() if isinstance(topic, str) else topic
    return RetainedMessage(name, payload, qos, **more)  # type: ignore[arg-type]


def test_clearing_publishes_empty_retained_messages_at_qos_1() -> None:
    """One per message that was listed and is still there; what came since is left alone."""
    listed = [message("a/1"), message("a/2"), message("a/3")]
    there = [message("a/1", b"new value"), message("a/3"), message("a/4")]
    prepared = Clearing("a/#", listed).prepare(there, 0.0)
    assert [item.request for item in prepared.items] == [
        PublishRequest("a/1", b"", 1, retain=True),
        PublishRequest("a/3", b"", 1, retain=True),
    ]
    # What is lost is the value of now, not the one that was shown.
    assert [item.before for item in prepared.items] == [message("a/1", b"new value"), there[1]]
    assert counted(prepared.left_out) == ((LeftOut.GONE, 1), (LeftOut.NEW, 1))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (message("$SYS/broker/version"), LeftOut.BROKERS_OWN),
        (message("$anything"), LeftOut.BROKERS_OWN),
        (message(b"a/\xff"), LeftOut.BAD_NAME),
        (message("a/+/b"), LeftOut.BAD_NAME),
        (message("a/b#"), LeftOut.BAD_NAME),
        (message("a\0b"), LeftOut.BAD_NAME),
        (message("a", full_size_bytes=2_000_000), LeftOut.CUT),
        (message("a", properties=b"\x03"), LeftOut.UNREADABLE),
    ],
)
def test_what_must_not_or_cannot_be_cleared_is_left_out(found, reason) -> None:
    """The broker's own topics, impossible names, and what could not be put back."""
    prepared = Clearing("#", [found]).prepare([found], 0.0)
    assert prepared.items == ()
    assert counted(prepared.left_out) == ((reason, 1),)


def test_cut_messages_are_cleared_only_when_the_user_insists() -> None:
    """Then too nothing that begins with $."""
    listed = [message("big", full_size_bytes=9), message("$x", full_size_bytes=9)]
    prepared = Clearing("#", listed, includes_cut=True).prepare(listed, 0.0)
    assert [item.request.topic for item in prepared.items] == ["big"]
    assert counted(prepared.left_out) == ((LeftOut.BROKERS_OWN, 1),)


def test_what_clearing_led_to() -> None:
    """Empty is done; the same value was not cleared, another one came since."""
    job = Clearing("a", [message("a")])
    (item,) = job.prepare([message("a")], 0.0).items
    assert job.judge(item, None).is_done
    kept = job.judge(item, message("a"))
    assert (kept.is_done, kept.words[:14]) == (False, "still retained")
    assert "somebody has published" in job.judge(item, message("a", b"2")).words


def test_putting_back_is_what_was_published() -> None:
    """Payload, QoS and properties are as they were, the expiry shorter by the time since."""
    block = EXPIRES_IN_100_S + b"\x03\x00\x04text" + b"\x26\x00\x01k\x00\x01v"
    saved = [
        SavedMessage(message("a/1", b"\xff", 2, properties=block), 1000.0),
        SavedMessage(message("a/2", b"x", 1), 1000.0),
    ]
    prepared = Restoring("a/#", saved).prepare([], 1030.0)
    assert [item.request for item in prepared.items] == [
        PublishRequest(
            "a/1",
            b"\xff",
            2,
            retain=True,
            properties=PublishProperties(
                content_type="text", message_expiry_s=70, user_properties=(("k", "v"),)
            ),
        ),
        PublishRequest("a/2", b"x", 1, retain=True),
    ]
    assert counted(prepared.left_out) == ()


def test_newer_values_are_not_overwritten_unless_asked() -> None:
    """What is there already needs nothing, what is newer stays, what expired is gone."""
    saved = [
        SavedMessage(message("same"), 0.0),
        SavedMessage(message("newer"), 0.0),
        SavedMessage(message("expired", properties=EXPIRES_IN_100_S), 0.0),
        SavedMessage(message("$SYS/x"), 0.0),
    ]
    there = [message("same"), message("newer", b"2")]
    prepared = Restoring("#", saved).prepare(there, 101.0)
    assert prepared.items == ()
    assert counted(prepared.left_out) == (
        (LeftOut.BROKERS_OWN, 1),
        (LeftOut.SAME, 1),
        (LeftOut.NEWER, 1),
        (LeftOut.EXPIRED, 1),
    )
    (item,) = Restoring("#", saved, overwrites=True).prepare(there, 101.0).items
    assert (item.request.topic, item.before) == ("newer", there[1])
    too_large = [message("newer", b"2", full_size_bytes=5_000_000)]
    kept = Restoring("#", saved[1:2], overwrites=True).prepare(too_large, 0.0)
    assert counted(kept.left_out) == ((LeftOut.CUT, 1),)


def test_the_expiry_does_not_make_a_message_another_one() -> None:
    """A broker counts it down; everything else counts."""
    one = message("a", properties=EXPIRES_IN_100_S)
    assert is_same(one, message("a", properties=b"\x02\x00\x00\x00\x05"))
    assert not is_same(one, message("a"))
    assert not is_same(one, message("a", qos=1, properties=EXPIRES_IN_100_S))
    assert not is_same(message("a", properties=b"\x03"), message("a", properties=b"\x04"))


def test_a_job_can_be_done_for_a_part() -> None:
    """To go on after an interruption."""
    listed = [message("a/1"), message("a/2")]
    prepared = Clearing("a/#", listed).only({b"a/2"}).prepare(listed, 0.0)
    assert [item.request.topic for item in prepared.items] == ["a/2"]
    assert prepared.left_out == ()
    saved = [SavedMessage(found, 0.0) for found in listed]
    (item,) = Restoring("a/#", saved).only({b"a/1"}).prepare([], 0.0).items
    assert item.request.topic == "a/1"


@pytest.mark.parametrize(
    ("scope", "topic_filter", "typed"),
    [
        (Scope("a/b", False), "a/b", "a/b"),
        (Scope("a/b", True), "a/b/#", "a/b"),
        (Scope("", True), "/#", "clear 3"),
        (Scope("a ", False), "a ", "clear 3"),
        (Scope("é", False), "é", "clear 3"),
        (Scope("a\u202eb", False), "a\u202eb", "clear 3"),
        (Scope("x" * 61, False), "x" * 61, "clear 3"),
    ],
)
def test_a_scope_and_what_confirms_it(scope: Scope, topic_filter: str, typed: str) -> None:
    """The name is typed where that is possible, else the number."""
    assert scope.problem is None
    assert (scope.topic_filter, scope.typed_name(3)) == (topic_filter, typed)


@pytest.mark.parametrize("path", ["$SYS", "$SYS/broker", "a/+", "#", "a\0", "a\udcff"])
def test_what_cannot_or_must_not_be_meant(path: str) -> None:
    """A hostile name must not become a wildcard, the broker's own topics are not touched."""
    assert Scope(path, True).problem is not None
