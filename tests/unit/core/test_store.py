"""The store: what goes in is counted, whatever comes in whatever order."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import exp, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.core.message import RETAIN, Batch, MessageDetail, RawMessage
from mqttui.core.node import ENTRY_OVERHEAD_BYTES, RATE_WINDOW_S, TopicNode
from mqttui.core.store import TopicStore

NOW = 1_700_000_000.0

topics = st.lists(st.sampled_from(["a", "b", "c", "", "$SYS", "ü"]), min_size=1, max_size=4).map(
    lambda levels: "/".join(levels).encode()
)
raw_topics = st.one_of(topics, st.binary(min_size=1, max_size=6))
messages = st.tuples(
    raw_topics,
    st.binary(max_size=60),
    st.sampled_from([0, RETAIN, 2, 4, 2 | RETAIN, 10]),
    st.none() | st.builds(MessageDetail, st.binary(max_size=5)),
)
batches = st.lists(st.lists(messages, max_size=12), max_size=12)


def walk(node: TopicNode) -> list[TopicNode]:
    found = [node]
    for child in (node.children or {}).values():
        found.extend(walk(child))
    return found


def batch(*parts: RawMessage, at: float = NOW) -> Batch:
    return Batch(at, list(parts), sum(len(part[0]) + len(part[1]) for part in parts))


def plain(topic: str, payload: bytes = b"1", flags: int = 0) -> RawMessage:
    return (topic.encode(), payload, flags, None)


@settings(deadline=None)
@given(batches, st.integers(2_000, 20_000))
def test_counts_add_up_for_any_sequence(parts: list[list[RawMessage]], budget: int) -> None:
    """Topics, messages, bytes and what is kept or evicted agree with a plain count."""
    store = TopicStore(budget)
    count: Counter[bytes] = Counter()
    size_bytes: Counter[bytes] = Counter()
    sent: dict[bytes, list[RawMessage]] = defaultdict(list)
    now = NOW
    repeated = 0
    for part in parts:
        now += 0.1
        store.apply(batch(*part, at=now))
        for message in part:
            before = sent[message[0]]
            if message[2] & RETAIN and before and before[-1][1::2] == message[1::2]:
                repeated += 1
                continue
            count[message[0]] += 1
            size_bytes[message[0]] += len(message[1])
            sent[message[0]].append(message)
        store.settle(now)
    assert store.topics == len(count)
    assert store.repeated == repeated
    assert store.messages == store.root.messages_below == count.total()
    assert store.root.topics_below == len(count)
    assert store.kept_bytes == sum(node.kept_bytes for node in walk(store.root))
    assert store.evicted == sum(node.evicted for node in walk(store.root))
    for topic, total in count.items():
        node = store.find(topic)
        assert node is not None
        assert node.path.encode("utf-8", "surrogateescape") == topic
        assert (node.messages, node.payload_bytes) == (total, size_bytes[topic])
        kept = node.entries()
        assert len(kept) + node.evicted == total
        assert kept[-1] is node.last
        assert [entry[1:3] for entry in kept] == [
            message[1:3] for message in sent[topic][node.evicted :]
        ]
    for node in walk(store.root):
        below = walk(node)
        assert node.messages_below == sum(each.messages for each in below)
        assert node.topics_below == sum(each.topic is not None for each in below)
        assert node.rate(now) >= 0


def test_settling_twice_changes_nothing() -> None:
    """Counts are carried up once, however often they are asked to be."""
    store = TopicStore()
    store.apply(batch(plain("a/b"), plain("a/b"), plain("a")))
    for _ in range(3):
        store.settle(NOW)
    branch = store.find("a")
    assert branch is not None
    assert (branch.messages, branch.messages_below) == (1, 3)


def test_history_stays_within_its_budget() -> None:
    """However much arrives, what is kept costs no more than the budget, and the rest is counted."""
    store = TopicStore(1_000_000)
    for step in range(200):
        store.apply(batch(*(plain(f"t/{i % 50}", b"x" * 100) for i in range(500)), at=NOW + step))
        store.settle(NOW + step)
        assert store.kept_bytes <= 1_000_000
    kept = sum(len(node.entries()) for node in walk(store.root))
    assert kept + store.evicted == 100_000
    assert store.kept_bytes > 900_000


def test_a_flooding_topic_does_not_cost_others_their_past() -> None:
    """Room is made where most is kept: a slow topic keeps every message through a flood."""
    store = TopicStore(1_000_000)
    for step in range(100):
        flood = [plain("flood", b"y" * 50) for _ in range(1_000)]
        store.apply(batch(plain("slow", b"%d" % step), *flood, at=NOW + step))
        store.settle(NOW + step)
    slow = store.find("slow")
    flood_node = store.find("flood")
    assert slow is not None
    assert flood_node is not None
    assert slow.evicted == 0
    assert len(slow.entries()) == 100
    assert flood_node.evicted == store.evicted > 0


def test_equal_topics_keep_equally_much() -> None:
    """Among topics that send the same, none keeps more than about twice what another keeps."""
    store = TopicStore(2_000_000)
    for step in range(400):
        store.apply(batch(*(plain(f"t/{i}", b"z" * 40) for i in range(100)), at=NOW + step))
        store.settle(NOW + step)
    lengths = [len(node.entries()) for node in walk(store.root) if node.topic]
    assert max(lengths) <= 2.5 * min(lengths)


def test_single_large_messages_are_cut_when_nothing_older_is_left() -> None:
    """Topics with one huge message each stay within the budget; the cut is said and counted."""
    store = TopicStore(1_000_000)
    for i in range(100):
        store.apply(batch(plain(f"image/{i}", b"i" * 50_000), at=NOW + i))
        store.settle(NOW + i)
    assert store.kept_bytes <= 1_000_000
    assert store.cut > 0
    cut = [node for node in walk(store.root) if node.last is not None and node.last[3] is not None]
    assert len(cut) == store.cut
    for node in cut:
        assert node.last is not None
        assert node.last[3] is not None
        assert node.last[3].full_size_bytes == 50_000
        assert len(node.last[1]) < 50_000


def test_topics_beyond_the_limit_are_counted_not_kept() -> None:
    """A flood of new topics cannot fill the memory, and what is left out is counted."""
    store = TopicStore(max_topics=3)
    store.apply(batch(*(plain(f"t/{i % 5}") for i in range(10))))
    store.settle(NOW)
    assert store.topics == 3
    assert store.messages == 6
    assert store.unlisted == 4


def test_retained_mark_follows_what_the_broker_sends() -> None:
    """A retained message sets the mark, a live one leaves it, an empty one takes it away."""
    store = TopicStore()
    store.apply(batch(plain("a", b"1", RETAIN)))
    node = store.find("a")
    assert node is not None
    assert node.is_retained
    store.apply(batch(plain("a", b"2")))
    assert node.is_retained
    store.apply(batch(plain("a", b"")))
    assert not node.is_retained


def test_what_the_broker_retained_counts_once_however_often_it_is_sent() -> None:
    """After a reconnect the same retained messages come again, and nothing is duplicated."""
    store = TopicStore()
    for _ in range(3):
        store.apply(batch(plain("a", b"1", RETAIN), plain("b", b"2", RETAIN)))
        store.settle(NOW)
    store.apply(batch(plain("b", b"3", RETAIN)))
    store.settle(NOW)
    changed = store.find("b")
    assert changed is not None
    assert store.messages == store.root.messages_below == 3
    assert store.repeated == 4
    assert [entry[1] for entry in changed.entries()] == [b"2", b"3"]


@pytest.mark.parametrize("period_s", [0.1, 1.0, 2.5])
def test_rate_of_a_steady_topic(period_s: float) -> None:
    """A topic that sends at a steady pace shows that pace, from the first seconds on."""
    store = TopicStore()
    now = NOW
    while now < NOW + 60:
        store.apply(batch(plain("a/b"), at=now))
        store.settle(now)
        now += period_s
        if now > NOW + max(2.0, 4 * period_s):
            assert store.root.rate(now) == pytest.approx(1 / period_s, rel=0.45)
    assert store.root.rate(now) == pytest.approx(1 / period_s, rel=0.15)
    silent = store.root.rate(now + RATE_WINDOW_S)
    assert isclose(silent, store.root.rate(now) * exp(-1), rel_tol=0.05)


def test_retained_messages_are_no_traffic() -> None:
    """What the broker had kept arrives at once and says nothing of how often it is sent."""
    store = TopicStore()
    store.apply(batch(*(plain(f"a/{i}", b"%d" % i, RETAIN) for i in range(1_000))))
    store.settle(NOW)
    assert store.root.rate(NOW + 1) == 0.0
    assert store.root.messages_below == 1_000


def test_kept_bytes_reflect_memory_that_python_spends() -> None:
    """The overhead that is charged per message is about what an entry really takes."""
    import sys

    payload = b"p" * 50
    entry = (NOW, payload, 0, None)
    gc_header_bytes = 16
    real = sys.getsizeof(entry) + gc_header_bytes + sys.getsizeof(payload) - 50 + 8
    assert real <= ENTRY_OVERHEAD_BYTES <= 1.4 * real


def test_two_topics_of_broken_utf8_stay_apart() -> None:
    """Topics that are not UTF-8 are kept under their bytes and never fall together."""
    store = TopicStore()
    store.apply(batch((b"a/\xff", b"1", 0, None), (b"a/\xfe", b"2", 0, None)))
    store.settle(NOW)
    assert store.topics == 2
    assert sorted(ascii(node.path) for node in walk(store.root) if node.topic) == [
        r"'a/\udcfe'",
        r"'a/\udcff'",
    ]


def test_what_the_broker_says_of_retained_is_taken_in() -> None:
    """The mark of a topic follows the answer; of an unknown topic nothing is made."""
    store = TopicStore()
    store.apply_messages([(b"a", b"1", 0, None)], 0.0)
    store.note_retained(b"a", is_retained=True)
    store.note_retained(b"b", is_retained=True)
    node = store.find("a")
    assert node is not None
    assert node.is_retained
    assert store.topics == 1
    store.note_retained(b"a", is_retained=False)
    assert not node.is_retained
