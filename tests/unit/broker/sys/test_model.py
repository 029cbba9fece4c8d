"""What is known of a broker after its `$SYS` messages, and what is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.broker.sys import metrics
from mqttui.broker.sys.following import MAX_TOPICS
from mqttui.broker.sys.model import QUIET_S, SysModel
from mqttui.core.message import RETAIN
from mqttui.core.store import TopicStore

START = 1_795_000_000.0


class Broker:
    """Plays the `$SYS` messages of a broker into a store and a model."""

    def __init__(self, prefix: str = "$SYS/broker/") -> None:
        self.store = TopicStore()
        self.model = SysModel(self.store)
        self.prefix = prefix
        self.now = START

    def says(self, values: dict[str, object], *, flags: int = 0) -> None:
        """Receive values, by the rest of their topic, in one go."""
        self.store.apply_messages(
            [
                ((self.prefix + name).encode(), str(value).encode(), flags, None)
                for name, value in values.items()
            ],
            self.now,
        )
        self.store.settle(self.now)

    def tick(self, values: dict[str, object], *, flags: int = 0, step_s: float = 1.0) -> None:
        """Let time pass, receive values, and let the tick end."""
        self.now += step_s
        self.says(values, flags=flags)
        self.model.look(self.now)
        assert self.model.look(self.now + QUIET_S)

    def tick_in_vain(self, values: dict[str, object]) -> None:
        """Receive values of which the model can make nothing."""
        self.says(values)
        assert not self.model.look(self.now)
        assert not self.model.look(self.now + QUIET_S)


def mosquitto() -> Broker:
    """Return a mosquitto that has just been subscribed to."""
    broker = Broker()
    broker.tick(
        {
            "version": "mosquitto version 2.0.11",
            "uptime": "100 seconds",
            "publish/messages/received": 1000,
            "clients/connected": 5,
            "load/publish/received/1min": "120.00",
        },
        flags=RETAIN,
    )
    return broker


def test_the_first_values_have_no_rates() -> None:
    """Values are known at once; growth needs a second tick."""
    snapshot = mosquitto().model.snapshot
    assert (snapshot.product, snapshot.version) == ("mosquitto", "2.0.11")
    assert snapshot.value(metrics.CLIENTS_CONNECTED) == 5
    assert snapshot.value(metrics.UPTIME) == 100
    assert snapshot.average_per_s(metrics.LOAD_PUBLISH_IN, 1) == 2.0
    assert snapshot.rates == {}
    assert snapshot.value(metrics.PUBLISH_DROPPED) is None


def test_growth_is_measured_from_tick_to_tick_of_the_uptime() -> None:
    """A counter that did not come has not grown: its rate falls to nought."""
    broker = mosquitto()
    broker.tick({"uptime": "102 seconds", "publish/messages/received": 1300}, step_s=2)
    assert broker.model.snapshot.rates[metrics.PUBLISH_IN] == 150
    broker.tick({"uptime": "104 seconds"}, step_s=2)
    assert broker.model.snapshot.rates[metrics.PUBLISH_IN] == 0
    assert [value for _, value in broker.model.points(metrics.PUBLISH_IN)] == [150, 0]


def test_a_counter_that_appears_late_has_grown_by_an_unknown_number() -> None:
    """mosquitto forgets what does not change; its appearance is no growth from nought."""
    broker = mosquitto()
    broker.tick({"uptime": "101 seconds", "publish/messages/dropped": 900})
    assert broker.model.snapshot.value(metrics.PUBLISH_DROPPED) == 900
    assert metrics.PUBLISH_DROPPED not in broker.model.snapshot.rates
    broker.tick({"uptime": "102 seconds", "publish/messages/dropped": 910})
    assert broker.model.snapshot.rates[metrics.PUBLISH_DROPPED] == 10


def test_a_tick_that_comes_in_parts_is_one() -> None:
    """The uptime may come first and the counters later, in another frame."""
    broker = mosquitto()
    broker.now += 1
    broker.says({"uptime": "101 seconds"})
    assert not broker.model.look(broker.now)
    assert broker.model.next_look_s(broker.now) == QUIET_S
    broker.now += QUIET_S / 2
    broker.says({"publish/messages/received": 1010})
    assert not broker.model.look(broker.now)
    assert not broker.model.look(broker.now + QUIET_S / 2)
    assert broker.model.look(broker.now + QUIET_S)
    assert broker.model.snapshot.rates[metrics.PUBLISH_IN] == 10
    assert broker.model.next_look_s(broker.now) is None


def test_a_restart_begins_anew() -> None:
    """Old rates, peaks and averages are gone, old values are stale, and it is told."""
    broker = mosquitto()
    broker.tick({"uptime": "101 seconds", "publish/messages/received": 1100, "clients/maximum": 9})
    broker.tick({"uptime": "1 seconds", "publish/messages/received": 3}, step_s=5)
    snapshot = broker.model.snapshot
    assert snapshot.restarted_at == broker.now
    assert metrics.PUBLISH_IN not in snapshot.rates
    assert snapshot.value(metrics.CLIENTS_PEAK) is None
    assert snapshot.average_per_s(metrics.LOAD_PUBLISH_IN, 1) is None
    assert snapshot.value(metrics.CLIENTS_CONNECTED) == 5
    assert snapshot.fresh(metrics.CLIENTS_CONNECTED) is None
    broker.tick({"uptime": "2 seconds", "publish/messages/received": 10, "clients/connected": 2})
    assert broker.model.snapshot.rates[metrics.PUBLISH_IN] == 7
    assert broker.model.snapshot.fresh(metrics.CLIENTS_CONNECTED) == 2


def test_values_from_an_earlier_run_are_stale_until_they_come() -> None:
    """The hole of 60 s is bridged by what was seen last, and said to be old."""
    broker = Broker()
    broker.model.recall(
        {"clients.connected": (7, 5.0), "no.such": (1, 1.0), "load.sockets": (1, 1)}
    )
    snapshot = broker.model.snapshot
    reading = snapshot.readings[metrics.CLIENTS_CONNECTED]
    assert (reading.value, reading.seen_at, reading.is_stale) == (7, 5.0, True)
    assert len(snapshot.readings) == 1
    broker.tick({"version": "mosquitto version 2.0.11", "clients/connected": 8})
    assert broker.model.snapshot.fresh(metrics.CLIENTS_CONNECTED) == 8
    again = SysModel(TopicStore())
    again.recall(broker.model.to_remember())
    assert again.snapshot.value(metrics.CLIENTS_CONNECTED) == 8


@pytest.mark.parametrize(("gap_s", "is_stale"), [(10, False), (61, True)])
def test_a_lost_connection_leaves_doubts_when_it_was_long(gap_s: float, is_stale: bool) -> None:
    """A change within the last minute would have been sent; an earlier one may be missed."""
    broker = mosquitto()
    broker.tick({"uptime": "101 seconds", "publish/messages/received": 1100})
    broker.model.note_gap(gap_s)
    snapshot = broker.model.snapshot
    assert snapshot.readings[metrics.CLIENTS_CONNECTED].is_stale is is_stale
    assert snapshot.rates == {}


def test_brokers_that_repeat_everything_are_their_own_clock() -> None:
    """EMQX sends its uptime twice as often as its counters; the nodes of a cluster are added up."""
    broker = Broker("$SYS/brokers/")
    for minute in range(3):
        for node, count in (("a@h", 600), ("b@h", 60)):
            broker.says(
                {
                    f"{node}/uptime": 60_000 * (minute + 10),
                    f"{node}/metrics/messages/received": count * minute,
                    f"{node}/stats/live_connections/count": minute,
                }
            )
        broker.model.look(broker.now)
        assert broker.model.look(broker.now + QUIET_S)
        broker.tick({"a@h/uptime": 60_000 * (minute + 10) + 30_000}, step_s=30)
        broker.now += 30
    snapshot = broker.model.snapshot
    assert snapshot.product == "EMQX"
    assert snapshot.rates[metrics.PUBLISH_IN] == pytest.approx(11)
    assert snapshot.value(metrics.CLIENTS_CONNECTED) == 4
    assert snapshot.value(metrics.UPTIME) == 720


def test_what_is_not_repeated_any_more_grows_old() -> None:
    """A value that a repeating broker leaves out for long is stale and has no rate."""
    broker = Broker()
    broker.tick({"version": "2.7.9", "messages/received": 10, "uptime": 1})
    broker.tick({"messages/received": 20, "uptime": 2})
    assert broker.model.snapshot.rates[metrics.PUBLISH_IN] == 10
    for uptime in range(3, 12):
        broker.tick({"uptime": uptime})
    assert broker.model.snapshot.fresh(metrics.PUBLISH_IN) is None
    assert metrics.PUBLISH_IN not in broker.model.snapshot.rates


def test_the_two_counts_of_vernemq_belong_together() -> None:
    """MQTT 3.1.1 and MQTT 5 are counted on the same topic, one after the other."""
    broker = Broker("$SYS/VerneMQ@h/")
    for seconds, (first, second) in enumerate([(100, 1), (300, 5)]):
        broker.now = START + 20 * seconds
        broker.says({"mqtt/publish/received": first, "system/wallclock": 5000 + seconds})
        broker.says({"mqtt/publish/received": second})
        broker.model.look(broker.now)
        assert broker.model.look(broker.now + QUIET_S)
    assert broker.model.snapshot.value(metrics.PUBLISH_IN) == 305
    assert broker.model.snapshot.rates[metrics.PUBLISH_IN] == pytest.approx(204 / 20)


def test_amqtt_and_aedes_have_units_of_their_own() -> None:
    """MiB become bytes; what aedes calls total is who is connected."""
    broker = Broker()
    broker.tick({"version": "aMQTT version 0.12.1", "heap/size": "2.5", "clients/total": 99})
    assert broker.model.snapshot.value(metrics.MEMORY) == 2.5 * 2**20
    assert broker.model.snapshot.value(metrics.CLIENTS_CONNECTED) is None
    broker = Broker("$SYS/ab1/")
    broker.tick({"clients/total": 3, "memory/heap/current": 4096})
    assert broker.model.snapshot.product == "aedes"
    assert broker.model.snapshot.value(metrics.CLIENTS_CONNECTED) == 3


def test_a_model_made_late_knows_what_the_store_knows() -> None:
    """The topics that came before are read with the first look."""
    broker = mosquitto()
    late = SysModel(broker.store)
    late.look(broker.now)
    assert late.look(broker.now + QUIET_S)
    assert late.snapshot.value(metrics.CLIENTS_CONNECTED) == 5


def test_nonsense_is_no_value() -> None:
    """Payloads that are no number, too long or hostile leave the metric unknown."""
    broker = mosquitto()
    broker.tick(
        {
            "uptime": "102 seconds",
            "clients/total": "many",
            "heap/current": "9" * 400,
            "subscriptions/count": "1\x1b[31m",
            "bytes/sent": "",
            "bytes/received": "nan",
        }
    )
    for metric in (
        metrics.CLIENTS_SESSIONS,
        metrics.MEMORY,
        metrics.SUBSCRIPTIONS,
        metrics.BYTES_OUT,
        metrics.BYTES_IN,
    ):
        assert broker.model.snapshot.value(metric) is None


def test_what_came_before_the_product_was_known_is_read_then() -> None:
    """Topics that nobody can read yet are not lost."""
    broker = Broker()
    broker.tick_in_vain({"uptime": "100 seconds", "clients/connected": 4})
    assert broker.model.adapter is None
    assert broker.model.snapshot.product is None
    broker.tick({"version": "mosquitto version 2.0.11"})
    assert broker.model.snapshot.value(metrics.CLIENTS_CONNECTED) == 4


def test_a_broker_with_too_many_nodes_costs_bounded_memory() -> None:
    """Topics beyond the limit are counted and not read."""
    broker = Broker("$SYS/brokers/")
    broker.says({f"n{number}@h/uptime": 1 for number in range(MAX_TOPICS + 5)})
    broker.model.look(broker.now)
    assert broker.model.unread == 5


@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.none() | st.integers(-5, 10**15),
            st.none() | st.integers(-1, 10**6),
        ),
        max_size=30,
    ),
    st.booleans(),
)
def test_no_rate_is_negative_or_infinite(
    ticks: list[tuple[float, int | None, int | None]], is_mosquitto: bool
) -> None:
    """Whatever counters, resets and holes come, a rate is a number from nought up, or unknown."""
    broker = Broker()
    broker.says({"version": "mosquitto version 2.0.11" if is_mosquitto else "2.7.9"})
    counter = "publish/messages/received" if is_mosquitto else "messages/received"
    for step_s, count, uptime in ticks:
        broker.now += step_s
        values: dict[str, object] = {}
        if count is not None:
            values[counter] = count
        if uptime is not None:
            values["uptime"] = uptime
        broker.says(values)
        broker.model.look(broker.now)
        broker.model.look(broker.now + QUIET_S)
        for rate in broker.model.snapshot.rates.values():
            assert rate >= 0
            assert math.isfinite(rate)
