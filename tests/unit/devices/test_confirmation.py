"""What a broker has of a board that says that it is online."""

from __future__ import annotations

import pytest

from mqttui.core.message import Batch
from mqttui.core.store import TopicStore
from mqttui.devices.confirmation import CONFIRMATION_WAIT_S, confirmation

BOARD = "iot49/anna-123456"


@pytest.mark.parametrize(
    ("payload", "at", "waited_s", "is_good", "words"),
    [
        (b"online", 101.0, 0.0, True, "has it as online, too"),
        (b'{"status": "sleeping"}', 101.0, 0.0, True, "as sleeping"),
        (b"online", 99.0, 0.0, None, "Waiting"),
        (b"online", 99.0, CONFIRMATION_WAIT_S, False, "no new status"),
        (b"off\x1bline", 101.0, CONFIRMATION_WAIT_S, False, "as its status"),
        (None, 0.0, 1.0, None, "Waiting"),
        (None, 0.0, CONFIRMATION_WAIT_S, False, "another broker"),
    ],
)
def test_only_a_status_after_the_restart_counts(payload, at, waited_s, is_good, words) -> None:
    """What came before is of the time before; after a while the silence is told."""
    store = TopicStore(1_000_000)
    if payload is not None:
        topic = f"{BOARD}/status".encode()
        store.apply(Batch(at, [(topic, payload, 0, None)], len(topic) + len(payload)))
    said = confirmation(store, BOARD, "broker:1883", restarted_at=100.0, waited_s=waited_s)
    assert said.is_good is is_good
    assert words in said.sentence
    assert "\x1b" not in said.sentence


@pytest.mark.parametrize("name", ["", "a/#"])
def test_a_board_without_a_topic_cannot_be_asked_for(name) -> None:
    """A topic that is none is not looked up."""
    said = confirmation(TopicStore(1_000_000), name, "b", restarted_at=0.0, waited_s=0.0)
    assert said.is_good is False
