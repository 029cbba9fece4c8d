"""What a board samples, keeps, publishes and obeys, in virtual time."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.simulation.circuit import LitPanel, Steady
from mqttui.simulation.micropython import Interpreter, time_module
from mqttui.simulation.solar_panel import Load
from tests.firmware.bench import FIRMWARE, Bench

if TYPE_CHECKING:
    from mqttui.simulation.circuit import Circuit

UID = "240ac4123456"
TOPIC = "iot49/alice-123456"


class _Client:
    """Takes what the board publishes; `is_up` is the connection, `room` the window."""

    max_in_flight = 8

    def __init__(self, bench: Bench) -> None:
        self.published: list[tuple[str, str, bool]] = []
        self.subscribed: list[str] = []
        self.refused: set[str] = set()
        self.is_closed = False
        self.will: tuple[Any, ...] = ()
        self.is_up = True
        self.in_flight = 0
        self._bench = bench

    @property
    def is_connected(self) -> bool:
        return self.is_up

    def set_callback(self, callback: Any) -> None:
        self.hear = callback

    def set_last_will(self, topic: str, msg: str, retain: bool, qos: int) -> None:
        self.will = (topic, msg, retain, qos)

    def subscribe(self, topic: str, qos: int) -> None:
        if topic in self.refused:
            raise OSError(128, "the broker refuses")
        self.subscribed.append(topic)

    def publish(self, topic: str, msg: str, retain: bool = False, qos: int = 0) -> None:
        if not self.is_up:
            raise OSError(104, "gone")
        assert qos == 1 or not topic.startswith("iot49/")
        self.published.append((topic, msg, retain))

    def flush(self) -> None:
        self.in_flight = 0

    def disconnect(self) -> None:
        self.is_closed = True

    def loop(self, duration_ms: int) -> None:
        self._bench.clock.sleep_us(duration_ms * 1000)
        if not self.is_up:
            raise OSError(104, "gone")


class _Rig:
    """A board with a simulated sensor, run for some time."""

    def __init__(self, circuit: Circuit | None = None, **settings: object) -> None:
        self.bench = Bench(circuit or Steady(5.0, 0.1234))
        self.client = _Client(self.bench)
        modules = {"time": time_module(self.bench.clock)}
        self.firmware = Interpreter(FIRMWARE, modules)
        values = {"name": "alice", "ssid": "s", "host": "h", "rate": 10, **settings}
        self.settings = self.firmware.load("config").checked(values)
        self.lights: list[int] = []
        self.loads: list[float] = []
        self.board = self.firmware.load("board").Board(
            self.settings,
            UID,
            self.client,
            self.bench.sensor(),
            "",
            self.lights.append,
            self.loads.append if circuit is None else self._set_load,
        )

    def _set_load(self, fraction: float) -> None:
        self.loads.append(fraction)
        assert isinstance(self.bench.circuit, LitPanel)
        # A transistor that conducts: from an open circuit to a short one.
        self.bench.circuit.load = Load(1e6 if fraction == 0 else 2 / fraction**4)

    def run(self, duration_s: float) -> None:
        """Let the board do its work as main.py does."""
        end_us = self.bench.clock.now_us() + int(duration_s * 1e6)
        while self.bench.clock.now_us() < end_us:
            self.board.sample()
            try:
                self.board.serve()
            except OSError:
                self.board.lost()
                self.bench.clock.sleep_us(1000)

    def values(self, name: str) -> list[dict[str, Any]]:
        """Return what was published below the board's topic."""
        return [json.loads(text) for topic, text, _ in self.client.published if topic == name]

    @property
    def samples(self) -> list[dict[str, Any]]:
        return self.values(f"{TOPIC}/data")

    def command(self, content: object, is_retained: bool = False) -> dict[str, Any] | None:
        """Return the reply to a command, None when there is none."""
        before = len(self.values(f"{TOPIC}/reply"))
        message = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.client.hear(f"{TOPIC}/cmd".encode(), message, is_retained)
        self.board.serve()
        replies = self.values(f"{TOPIC}/reply")
        return replies[-1] if len(replies) > before else None


def test_a_birth_tells_what_the_board_is() -> None:
    """Subscribed first, then info and online, both retained; the will says offline."""
    rig = _Rig()
    rig.board.connected("192.0.2.7")
    assert rig.client.subscribed[0] == f"{TOPIC}/cmd"
    assert rig.client.will == (f"{TOPIC}/status", "offline", True, 1)
    (info_topic, info, info_retained), status = rig.client.published
    assert (info_topic, info_retained) == (f"{TOPIC}/info", True)
    assert status == (f"{TOPIC}/status", "online", True)
    told = json.loads(info)
    assert (told["uid"], told["sensor"], told["rate"], told["ip"]) == (
        UID,
        "INA219",
        10,
        "192.0.2.7",
    )


def test_samples_come_at_their_rate_with_number_time_and_values() -> None:
    """Ten per second, whole milliseconds, values within the resolution."""
    rig = _Rig()
    rig.run(2.0)
    samples = rig.samples
    assert [sample["n"] for sample in samples] == list(range(1, len(samples) + 1))
    assert len(samples) == pytest.approx(20, abs=1)
    steps = {after["t"] - before["t"] for before, after in itertools.pairwise(samples)}
    assert steps <= set(range(98, 103))
    assert samples[0]["t"] // 1000 == pytest.approx(1_764_000_000, abs=2)
    assert samples[-1]["v"] == pytest.approx(5.0)
    assert samples[-1]["i"] == pytest.approx(0.1234)
    assert samples[-1]["p"] == pytest.approx(0.617, abs=1e-4)
    assert samples[-1]["up"] - samples[0]["up"] == samples[-1]["t"] - samples[0]["t"]


def test_nothing_is_lost_while_the_board_is_offline_and_the_rest_is_counted() -> None:
    """The newest of the buffer come in order; older ones are dropped and counted."""
    rig = _Rig(buffer=30)
    rig.run(1.0)
    seen = rig.samples[-1]["n"]
    rig.client.is_up = False
    rig.run(2.0)
    rig.client.is_up = True
    rig.run(1.0)
    assert rig.board.dropped == 0
    numbers = [sample["n"] for sample in rig.samples]
    assert numbers == list(range(1, numbers[-1] + 1))
    assert numbers[-1] > seen + 25
    rig.client.is_up = False
    rig.run(5.0)
    rig.client.is_up = True
    rig.run(0.5)
    dropped = rig.command({"op": "get"})
    assert dropped is not None
    assert 15 <= dropped["dropped"] <= 25
    after = [sample["n"] for sample in rig.samples][len(numbers) :]
    assert after == list(range(after[0], after[-1] + 1))
    assert after[0] == numbers[-1] + 1 + dropped["dropped"]


def test_a_full_window_is_not_waited_for() -> None:
    """Samples wait in the buffer, and sampling goes on."""
    rig = _Rig()
    rig.client.in_flight = 8
    rig.run(1.0)
    assert rig.samples == []
    rig.client.in_flight = 0
    rig.run(0.2)
    assert len(rig.samples) >= 10


def test_set_changes_what_it_names_and_says_so() -> None:
    """The reply has the id and the state afterwards."""
    rig = _Rig()
    reply = rig.command({"id": "a1", "op": "set", "rate": 2, "averaging": 128, "shunt_range": 80})
    assert reply is not None
    assert (reply["id"], reply["ok"]) == ("a1", True)
    assert (reply["rate"], reply["averaging"], reply["shunt_range"]) == (2, 128, 80)
    rig.run(5.0)
    assert len(rig.samples) == pytest.approx(11, abs=1)
    rig.board.sensor.measure()
    assert rig.board.sensor.shunt_range_mv == 80


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (b"\xff\x00", "."),
        (b"{", "."),
        (b"[1]", "JSON object"),
        (b"[" * 5000, "."),
        ({"op": "set", "rate": 999}, "rate: 0.1 to 20"),
        ({"op": "set", "rate": 2, "averaging": 3}, "averaging: "),
        ({"op": "set", "host": "evil.example"}, "host cannot be set"),
        ({"op": "format"}, "op is get"),
        ({}, "op is get"),
    ],
)
def test_a_bad_command_gets_an_answer_and_changes_nothing(command: object, words: str) -> None:
    """Also when only a part of it is bad."""
    rig = _Rig()
    before = dict(rig.settings)
    reply = rig.command(command)
    assert reply is not None
    assert not reply["ok"]
    assert words in reply["error"] or words == "."
    assert reply["error"]
    assert rig.settings == before


def test_a_retained_command_is_not_obeyed() -> None:
    """It would be obeyed again after every connection, for ever in case of reset."""
    rig = _Rig()
    assert rig.command({"op": "reset"}, is_retained=True) is None
    assert not rig.board.wants_reset
    assert rig.command({"op": "reset"}) is not None
    assert rig.board.wants_reset


def test_identify_blinks_and_ends() -> None:
    """The LED is off afterwards."""
    rig = _Rig()
    reply = rig.command({"op": "identify"})
    assert reply is not None
    assert reply["ok"]
    rig.run(8.0)
    assert len(rig.lights) == 20
    assert rig.lights[-1] == 0
    assert set(rig.lights) == {0, 1}


def test_an_unplugged_sensor_is_a_sample_with_an_error() -> None:
    """The sequence goes on, and values come back with the sensor."""
    rig = _Rig()
    rig.run(0.5)
    rig.bench.bus.unplugged.add(0x40)
    rig.run(0.5)
    assert rig.samples[-1]["err"].startswith("no INA219 at 0x40")
    assert "v" not in rig.samples[-1]
    rig.bench.bus.unplugged.clear()
    rig.run(0.5)
    assert rig.samples[-1]["v"] == pytest.approx(5.0)
    numbers = [sample["n"] for sample in rig.samples]
    assert numbers == list(range(1, len(numbers) + 1))


def test_clipping_is_marked() -> None:
    """More than the widest range can show, and more volts than 16."""
    rig = _Rig()
    assert isinstance(rig.bench.circuit, Steady)
    rig.bench.circuit.current_a = 9.0
    rig.bench.circuit.bus_v = 20.0
    rig.run(0.5)
    assert (rig.samples[-1]["clip"], rig.samples[-1]["over"]) == (1, 1)


def test_a_sweep_is_the_curve_of_the_panel_in_its_reply_and_for_iot_plot() -> None:
    """From open to nearly short circuit; afterwards the load is away again."""
    rig = _Rig(LitPanel())
    assert rig.command({"id": 7, "op": "sweep", "n": 30, "session": "hopla"}) is None
    rig.run(4.0)
    reply = rig.values(f"{TOPIC}/reply")[-1]
    assert (reply["id"], reply["ok"]) == (7, True)
    volts, amperes = reply["v"], reply["i"]
    assert len(volts) == len(amperes) == 30
    assert volts == sorted(volts, reverse=True)
    assert volts[0] == pytest.approx(6.2, abs=0.01)
    assert amperes[-1] == pytest.approx(0.18, abs=0.002)
    assert rig.loads[0] == rig.loads[-1] == 0
    assert max(rig.loads) == 1
    assert rig.values("hopla/new_series") == [["IV", "V [V]", "I [A]"]]
    drawn = rig.values("hopla/data")
    assert drawn == [["IV", v, i] for v, i in zip(volts, amperes, strict=True)]
    assert rig.values("hopla/plot_series")[0][0] == "IV"


def test_a_sweep_that_cannot_end_is_answered() -> None:
    """A sensor that is unplugged, a connection that is lost; the load never stays on."""
    rig = _Rig()
    rig.command({"id": 1, "op": "sweep"})
    rig.run(0.5)
    busy = rig.command({"id": 2, "op": "sweep"})
    assert busy is not None
    assert busy["error"] == "a sweep is running"
    rig.bench.bus.unplugged.add(0x40)
    rig.run(0.5)
    reply = rig.values(f"{TOPIC}/reply")[-1]
    assert (reply["id"], reply["ok"]) == (1, False)
    assert reply["error"].startswith("no INA219")
    assert rig.loads[-1] == 0
    rig.bench.bus.unplugged.clear()
    rig.command({"id": 3, "op": "sweep"})
    rig.run(0.5)
    rig.client.is_up = False
    rig.run(0.5)
    assert rig.loads[-1] == 0
    rig.client.is_up = True
    rig.board.connected()
    reply = rig.values(f"{TOPIC}/reply")[-1]
    assert (reply["id"], reply["error"]) == (3, "the connection was lost")


@pytest.mark.parametrize(
    "values",
    [{"n": 1}, {"n": 101}, {"n": "20"}, {"interval_ms": 0}, {"session": "a/#"}, {"points": 5}],
)
def test_a_bad_sweep_does_not_start(values: dict[str, object]) -> None:
    """The reply names what is wrong, and the load is left alone."""
    rig = _Rig()
    reply = rig.command({"op": "sweep", **values})
    assert reply is not None
    assert not reply["ok"]
    assert reply["error"]
    assert rig.loads == []


ANNOUNCED = [f"homeassistant/sensor/{UID}_{key}/config" for key in "vip"]


def test_home_assistant_is_told_of_every_value_and_forgets_it_again() -> None:
    """Retained messages with unit and class; empty ones when it is switched off."""
    rig = _Rig(home_assistant=True)
    rig.board.connected()
    announced = {topic: (text, kept) for topic, text, kept in rig.client.published[2:]}
    assert list(announced) == ANNOUNCED
    contents = [json.loads(text) for text, kept in announced.values() if kept]
    assert [(each["unit_of_meas"], each["dev_cla"]) for each in contents] == [
        ("V", "voltage"),
        ("A", "current"),
        ("W", "power"),
    ]
    assert {each["stat_t"].replace("~", each["~"]) for each in contents} == {f"{TOPIC}/data"}
    assert len({each["uniq_id"] for each in contents}) == 3
    assert {json.dumps(each["dev"]["ids"]) for each in contents} == {json.dumps([UID])}
    rig.client.published.clear()
    reply = rig.command({"op": "set", "home_assistant": False})
    assert reply is not None
    assert (reply["ok"], reply["home_assistant"]) == (True, False)
    assert rig.client.published[:3] == [(topic, "", True) for topic in ANNOUNCED]
    rig.client.published.clear()
    rig.command({"op": "set", "home_assistant": True})
    assert [topic for topic, text, _ in rig.client.published if text][:3] == ANNOUNCED


def test_what_was_announced_before_a_reset_is_removed_after_it() -> None:
    """The broker remembers it; a broker without it, or one that refuses to tell, is left alone."""
    rig = _Rig()
    rig.board.connected()
    assert rig.client.subscribed == [f"{TOPIC}/cmd", ANNOUNCED[0]]
    rig.client.published.clear()
    rig.client.hear(ANNOUNCED[0].encode(), b"{}", True)
    rig.board.serve()
    assert rig.client.published[:3] == [(topic, "", True) for topic in ANNOUNCED]
    other = _Rig()
    other.client.refused.add(ANNOUNCED[0])
    other.board.connected()
    other.run(0.5)
    assert not {topic for topic, _, _ in other.client.published} & set(ANNOUNCED)


def test_a_board_that_sleeps_is_tired_when_its_work_is_done() -> None:
    """Awake for its time, longer for a sweep and, within bounds, for acknowledgements."""
    rig = _Rig(sleep=60, awake=1)
    rig.run(5.0)
    rig.board.connected()
    assert not rig.board.is_tired()
    rig.run(0.9)
    assert not rig.board.is_tired()
    rig.run(0.2)
    assert rig.board.is_tired()
    rig.client.in_flight = 1
    assert not rig.board.is_tired()
    rig.run(10.1)
    assert rig.board.is_tired()
    rig.client.in_flight = 0
    rig.command({"op": "sweep", "n": 2})
    assert not rig.board.is_tired()
    assert not _Rig(awake=1).board.is_tired()


def test_a_board_that_falls_asleep_says_until_when_and_remembers_its_number() -> None:
    """The sensor is off; samples that could not be published count as dropped."""
    rig = _Rig(sleep=60)
    rig.run(1.0)
    rig.client.in_flight = 8
    rig.run(0.3)
    before_ms = rig.bench.clock.epoch_us() // 1000
    rig.board.farewell(True)
    topic, status, is_retained = rig.client.published[-1]
    assert (topic, is_retained, rig.client.is_closed) == (f"{TOPIC}/status", True, True)
    told = json.loads(status)
    assert told["status"] == "sleeping"
    assert before_ms <= told["wake"] - 60_000 <= before_ms + 20
    conversions = rig.bench.chip.conversions
    rig.bench.clock.sleep_us(1_000_000)
    rig.bench.bus.readfrom_mem(0x40, 1, 2)
    assert rig.bench.chip.conversions == conversions
    again = _Rig(sleep=60)
    again.board.recall(rig.board.memory())
    again.run(0.2)
    assert again.samples[0]["n"] == rig.samples[-1]["n"] + again.board.dropped + 1
    assert again.board.dropped == pytest.approx(3, abs=1)


def test_without_a_clock_no_time_of_waking_is_told() -> None:
    """Unknown is not a date in 2000."""
    rig = _Rig(sleep=60)
    rig.bench.clock._epoch_us = 946_684_800_000_000
    rig.board.farewell(True)
    assert rig.client.published[-1][1] == "sleeping"
