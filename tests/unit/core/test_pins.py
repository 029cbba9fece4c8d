"""Pins: what is pinned, and what becomes of a damaged memory."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.pins import MOST_PINS, Pins, node_at, pins_of_json
from mqttui.core.store import TopicStore


def test_a_pin_is_a_path_that_is_put_in_and_taken_out() -> None:
    """In the order of pinning, each once, and a bounded number of them."""
    pins = Pins()
    assert pins.toggle("b")
    assert pins.toggle("a/x")
    assert pins.paths == ("b", "a/x")
    assert pins.toggle("b")
    assert pins.paths == ("a/x",)
    full = Pins(str(number) for number in range(MOST_PINS))
    assert full.is_full
    assert not full.toggle("one more")
    assert full.toggle("7")
    assert full.toggle("one more")


@pytest.mark.parametrize("damaged", [{"a": 1}, "lab", 7, [1, None, ["a"], "x" * 70_000]])
def test_what_cannot_be_a_pin_is_dropped_and_counted(damaged: object) -> None:
    """A memory that was edited by hand leaves the program working."""
    pins = pins_of_json(damaged)
    assert pins.paths == ()
    assert pins.dropped == (len(damaged) if isinstance(damaged, list) else 1)
    assert pins_of_json(None).dropped == 0


@given(st.lists(st.text(max_size=5) | st.sampled_from(["a/\udcff", "", "/"]), max_size=9))
def test_pins_survive_being_remembered(paths: list[str]) -> None:
    """Also those of topics that are not UTF-8 or have empty levels."""
    pins = Pins(paths)
    assert pins_of_json(json.loads(json.dumps(list(pins.paths)))).paths == pins.paths


def test_a_path_leads_to_its_topic_or_branch_if_there_is_one() -> None:
    """A node is found by its own path; what does not exist is None and not its parent."""
    store = TopicStore()
    topics = [b"a/b", b"/x", b"a//", b"\xff/y"]
    store.apply_messages([(topic, b"", 0, None) for topic in topics], 1.0)
    for topic in topics:
        node = store.find(topic)
        assert node is not None
        assert node_at(store.root, node.path) is node
        assert node.parent is not None
        if node.parent.parent is not None:
            assert node_at(store.root, node.parent.path) is node.parent
    assert node_at(store.root, "a/c") is None
    assert node_at(store.root, "a/b/c") is None
    assert node_at(store.root, "nowhere") is None
