"""A search among the topics of a store, bit by bit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.message import MessageDetail
from mqttui.core.search.matcher import SEARCHED_LIMIT_BYTES, matcher_of
from mqttui.core.search.query import Mode, Place, Query
from mqttui.core.search.search import MOST_PASSED, Search
from mqttui.core.store import TopicStore

NOW = 1_000_000.0


def store_of(**payloads: str) -> TopicStore:
    store = TopicStore()
    say(store, **payloads)
    return store


def say(store: TopicStore, **payloads: str) -> None:
    """Publish; `__` in a name stands for a slash."""
    messages = [
        (name.replace("__", "/").encode(), payload.encode(), 0, None)
        for name, payload in payloads.items()
    ]
    store.apply_messages(messages, NOW)
    store.settle(NOW)


def finished(search: Search, now: float = NOW) -> Search:
    while search.is_searching:
        search.look()
    while search.look_again(now):
        pass
    return search


def walk(search: Search) -> list[str]:
    """Return the hits in the order in which one walks through them, each once."""
    found = []
    node = search.hit_after(None)
    while node is not None and node.path not in found:
        found.append(node.path)
        node = search.hit_after(node)
    return found


def test_places_to_look() -> None:
    """Names, last payloads, or both."""
    store = store_of(lamp="on", on__x="1", fan="off")
    for place, expected in (
        (Place.TOPICS, ["on/x"]),
        (Place.PAYLOADS, ["lamp"]),
        (Place.BOTH, ["lamp", "on/x"]),
    ):
        assert walk(finished(Search(store, Query("on", place=place)))) == expected


def test_one_walks_through_the_hits_as_through_the_tree() -> None:
    """Level by level, parents first, the broker's own last, round and round in both directions."""
    store = TopicStore()
    topics = [b"$SYS/a", b"a-b", b"a/z", b"a", b"a/b/c", "é/a".encode(), b"B/a", b"none"]
    store.apply_messages([(topic, b"", 0, None) for topic in topics], NOW)
    store.settle(NOW)
    search = finished(Search(store, Query("a")))
    expected = ["B/a", "a", "a/b/c", "a/z", "a-b", "é/a", "$SYS/a"]
    assert walk(search) == expected
    assert [search.place_of(store.find(path)) for path in expected] == list(range(1, 8))  # type: ignore[arg-type]
    backwards = [search.hit_before(None)]
    while len(backwards) < 8:
        backwards.append(search.hit_before(backwards[-1]))
    assert [node.path for node in backwards if node] == [*expected[::-1], "$SYS/a"]
    none = store.find("none")
    assert none is not None
    assert search.place_of(none) is None
    after, before = search.hit_after(none), search.hit_before(none)
    assert after is not None
    assert before is not None
    assert (before.path, after.path) == ("a-b", "é/a")


def test_fuzzy_hits_come_best_first() -> None:
    """Fewer letters in between are a better match, wherever they stand in the tree."""
    store = store_of(a__b_n_c="", z__bench="", m__bnc="")
    search = finished(Search(store, Query("bnc", Mode.FUZZY)))
    assert walk(search) == ["m/bnc", "z/bench", "a/b_n_c"]


def test_new_topics_and_changed_payloads_join_in() -> None:
    """What comes later is looked at later, payloads again when they have changed."""
    store = store_of(a="offline", b="online")
    search = finished(Search(store, Query("offline", place=Place.PAYLOADS)))
    additions = store.follow_additions()
    assert walk(search) == ["a"]
    say(store, a="online", b="offline", c="offline")
    search.await_topics(additions.topics)
    assert search.is_searching
    finished(search, NOW + 1)
    assert walk(search) == ["b", "c"]
    say(store, b="online")
    finished(search, NOW + 1.5)
    assert walk(search) == ["b", "c"]
    finished(search, NOW + 2)
    assert walk(search) == ["c"]


def test_a_payload_is_looked_at_again_only_when_it_has_changed(monkeypatch) -> None:
    """Rounds over topics that say nothing new compare nothing."""
    from mqttui.core.search import search as module

    judged: list[bytes] = []

    def watched(query: Query):
        matcher = matcher_of(query)
        assert matcher.judge is not None
        return type(matcher)(lambda data: judged.append(data) or matcher.judge(data))

    monkeypatch.setattr(module, "matcher_of", watched)
    store = store_of(a="1", b="2", c="3")
    search = finished(Search(store, Query("x", place=Place.PAYLOADS)))
    assert judged == [b"1", b"2", b"3"]
    finished(search, NOW + 5)
    say(store, b="20")
    finished(search, NOW + 10)
    finished(search, NOW + 20)
    assert judged == [b"1", b"2", b"3", b"20"]


def test_one_look_is_a_bounded_piece_of_work() -> None:
    """Many topics or many bytes: a look ends, and the rest waits for the next one."""
    many = TopicStore()
    many.apply_messages([(b"t/%d" % number, b"x" * 20, 0, None) for number in range(5_000)], NOW)
    long = TopicStore()
    long.apply_messages([(b"t/%d" % number, b"x" * 50_000, 0, None) for number in range(50)], NOW)
    for store, fewest_looks in ((many, 50), (long, 25)):
        search = Search(store, Query("y", place=Place.PAYLOADS))
        looks = 0
        while search.is_searching:
            search.look()
            looks += 1
        assert looks >= fewest_looks
    search = finished(Search(many, Query("y", place=Place.PAYLOADS)))
    many.apply_messages([(b"t/4999", b"y", 0, None)], NOW)
    rounds = 1
    while search.look_again(NOW + 5):
        rounds += 1
    assert rounds == -(-5_000 // MOST_PASSED)
    assert search.hits == 1


def test_a_search_is_dismantled_in_pieces() -> None:
    """The hits of a search that is over go in bounded steps."""
    store = TopicStore()
    store.apply_messages([(b"t/%d" % number, b"", 0, None) for number in range(5_000)], NOW)
    search = finished(Search(store, Query("t")))
    assert search.hits == 5_000
    steps = 1
    while not search.dismantle(500):
        steps += 1
    assert 10 <= steps <= 25
    assert search.hits == 0


def test_what_is_searched_in_part_is_counted() -> None:
    """Beyond the limit nothing is found, which is said; so is a payload of which only a head is."""
    store = TopicStore()
    long = b"x" * SEARCHED_LIMIT_BYTES
    store.apply_messages(
        [
            (b"a", long + b"end", 0, None),
            (b"b", b"head", 0, MessageDetail(full_size_bytes=9)),
            (b"c", long, 0, None),
        ],
        NOW,
    )
    search = finished(Search(store, Query("end", place=Place.PAYLOADS)))
    assert (search.hits, search.topics_searched_in_part) == (0, 2)
    store.apply_messages([(b"a", b"the end", 0, None)], NOW)
    finished(search, NOW + 2)
    assert (search.hits, search.topics_searched_in_part) == (1, 1)


def test_a_query_that_cannot_be_used_searches_nothing() -> None:
    """It has a problem and no work, also when topics arrive."""
    store = store_of(a="1")
    search = Search(store, Query("(", Mode.EXPRESSION, Place.BOTH))
    assert search.problem is not None
    assert not search.is_searching
    search.look()
    assert not search.look_again(NOW + 9)
    assert search.hits == 0


NAMES = st.sampled_from(["a", "b", "a/b", "a/b/a", "b/c", "$x/a", "c"])
PAYLOADS = st.sampled_from(["a", "b", ""])


@given(
    st.lists(st.tuples(NAMES, PAYLOADS, st.booleans()), max_size=30),
    st.sampled_from(list(Place)),
    st.sampled_from([Mode.TEXT, Mode.FUZZY, Mode.EXPRESSION]),
)
def test_hits_are_those_of_a_model(
    steps: list[tuple[str, str, bool]], place: Place, mode: Mode
) -> None:
    """Whatever is published: hits, their counts above, their walk and the changes add up."""
    query = Query("a", mode, place)
    store = TopicStore()
    additions = store.follow_additions()
    search = Search(store, query)
    judge = matcher_of(query).judge
    assert judge is not None
    shown: set[str] = set()
    now = NOW
    for name, payload, is_worked in steps:
        now += 2
        store.apply_messages([(name.encode(), payload.encode(), 0, None)], now)
        search.await_topics(additions.topics)
        additions.clear()
        if not is_worked:
            search.look()
            continue
        finished(search, now)
        # A round that had begun ends before the next one.
        finished(search, now + 1)
        gained, lost = search.take_changes()
        assert not shown & {node.path for node in gained}
        assert shown >= {node.path for node in lost}
        shown |= {node.path for node in gained}
        shown -= {node.path for node in lost}
        expected = {
            node.path
            for node in store.topic_nodes()
            if (query.looks_in_topics and judge(node.topic or b"") is not None)
            or (query.looks_in_payloads and node.last and judge(node.last[1]) is not None)
        }
        assert set(walk(search)) == expected
        assert search.hits == len(expected)
        parts = [path.split("/") for path in expected]
        assert shown == {"/".join(p[: end + 1]) for p in parts for end in range(len(p))}
        for node in store.topic_nodes():
            within = sum((path + "/").startswith(node.path + "/") for path in expected)
            assert search.hits_within(node) == within
            assert search.has_hits_below(node) == (within > (node.path in expected))
