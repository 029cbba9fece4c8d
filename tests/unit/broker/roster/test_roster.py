"""The roster knows who came and went since it listens, and what it does not know."""

from __future__ import annotations

from mqttui.broker.roster.roster import MAX_CLIENTS, MAX_FILTERS, Roster
from mqttui.core.message import RETAIN
from mqttui.core.store import TopicStore

START = 1_795_000_000.0


class Log:
    """A mosquitto that writes its log to topics, and a roster that reads it."""

    def __init__(self) -> None:
        self.store = TopicStore()
        self.roster = Roster(self.store, START)
        self.now = START

    def says(self, *lines: str, level: str = "N", flags: int = 0) -> bool:
        """Receive lines a second later; return whether anything changed."""
        self.now += 1
        topic = f"$SYS/broker/log/{level}".encode()
        self.store.apply_messages([(topic, line.encode(), flags, None) for line in lines], self.now)
        self.store.settle(self.now)
        return self.roster.update()


def connected(client_id: str, *, is_clean: bool = True) -> str:
    """Return the line of a client that connects."""
    return (
        f"1795251404: New client connected from 10.0.0.7:4711 as {client_id} "
        f"(p2, c{int(is_clean)}, k60, u'ada')."
    )


def test_who_comes_and_goes() -> None:
    """All lines between two frames are read, in their order, with times and reasons."""
    log = Log()
    assert log.says(connected("b1"), connected("b2"), "something else")
    assert log.roster.connected == 2
    b1 = log.roster.find("b1")
    assert b1 is not None
    assert (b1.address, b1.user, b1.since, b1.connects) == ("10.0.0.7", "ada", START + 1, 1)
    assert log.says("1795251405: Client b1 closed its connection.")
    b1 = log.roster.find("b1")
    assert b1 is not None
    assert (b1.is_connected, b1.since, b1.reason) == (False, START + 2, "connection lost")
    assert [client.client_id for client in log.roster.clients] == ["b1", "b2"]
    assert not log.says("nothing of a client")


def test_a_client_that_was_there_before_is_known_by_what_it_does() -> None:
    """Its connection is unknown, and so is since when."""
    log = Log()
    log.says("old 1 a/#", level="M/subscribe")
    old = log.roster.find("old")
    assert old is not None
    assert (old.is_connected, old.since, old.address) == (True, None, None)
    assert old.topic_filters == (("a/#", 1),)
    log.says("old a/#", level="M/unsubscribe")
    assert log.roster.find("old").topic_filters == ()  # type: ignore[union-attr]


def test_two_boards_with_one_client_id() -> None:
    """Takeovers are counted per client and per minute; before any event they are unknown."""
    log = Log()
    assert log.roster.takeovers_per_min(log.now) is None
    log.says(connected("dup"))
    for _ in range(3):
        log.says("Client dup already connected, closing old connection.", level="E")
        log.says(connected("dup"))
    dup = log.roster.find("dup")
    assert dup is not None
    assert (dup.takeovers, dup.connects, dup.is_connected) == (3, 4, True)
    assert log.roster.takeovers_per_min(log.now) == 3
    assert log.roster.takeovers_per_min(log.now + 60) == 0


def test_a_kept_session_keeps_its_subscriptions() -> None:
    """A clean one begins without; the filters of a client are bounded and the rest counted."""
    log = Log()
    log.says(connected("d", is_clean=False))
    log.says("d 1 a/#", level="M/subscribe")
    log.says(connected("d", is_clean=False))
    assert log.roster.find("d").topic_filters == (("a/#", 1),)  # type: ignore[union-attr]
    log.says(*(f"d 0 t/{number}" for number in range(MAX_FILTERS + 4)), level="M/subscribe")
    client = log.roster.find("d")
    assert client is not None
    assert (len(client.topic_filters), client.filters_left_out) == (MAX_FILTERS, 5)
    log.says(connected("d"))
    assert log.roster.find("d").topic_filters == ()  # type: ignore[union-attr]


def test_refused_logins_are_counted_without_a_name() -> None:
    """mosquitto does not say who was refused."""
    log = Log()
    log.says("Client <unknown> disconnected, not authorised.")
    assert (log.roster.refused, log.roster.clients) == (1, [])
    assert log.roster.last_refusal is not None
    assert log.roster.last_refusal[0] == START + 1


def test_what_was_not_kept_and_not_listed_is_counted() -> None:
    """A flood of lines beyond the history, and clients beyond the bound, are told."""
    log = Log()
    log.says(connected("first"))
    log.store.set_history_budget(1)
    log.says(*(connected(f"c{number}") for number in range(50)))
    assert log.roster.missed + len(log.roster.clients) == 51
    assert log.roster.missed > 0
    full = Log()
    full.says(*(connected(f"c{number}") for number in range(MAX_CLIENTS + 3)))
    assert (len(full.roster.clients), full.roster.unlisted) == (MAX_CLIENTS, 3)


def test_retained_lines_are_no_news() -> None:
    """A forged or old retained line tells nothing of who is there now."""
    log = Log()
    assert not log.says(connected("ghost"), flags=RETAIN)
    assert log.roster.clients == []


def test_a_client_id_with_an_address_in_brackets_is_itself() -> None:
    """Nobody makes another client look gone by its own name."""
    log = Log()
    log.says(connected("bob"), connected("bob [10.0.0.7:1]"))
    log.says("Client bob [10.0.0.7:1] disconnected.")
    assert log.roster.find("bob").is_connected  # type: ignore[union-attr]
    assert not log.roster.find("bob [10.0.0.7:1]").is_connected  # type: ignore[union-attr]


def test_a_subscription_that_comes_with_the_connection_counts() -> None:
    """The two come on two topics, and in one batch their order is lost."""
    log = Log()
    log.says("someone 0 a", level="M/subscribe")
    for topic, line in ((b"M/subscribe", b"b1 1 a/#"), (b"N", connected("b1").encode())):
        log.store.apply_messages([(b"$SYS/broker/log/" + topic, line, 0, None)], log.now)
    log.store.settle(log.now)
    log.roster.update()
    assert log.roster.find("b1").topic_filters == (("a/#", 1),)  # type: ignore[union-attr]
