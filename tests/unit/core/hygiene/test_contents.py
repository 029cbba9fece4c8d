"""What the messages of a topic tell."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.hygiene.contents import content_findings
from mqttui.core.hygiene.rules import Findings, Rule
from mqttui.core.hygiene.samples import MOST_SAMPLES, Kind, newest_samples
from mqttui.core.message import RETAIN
from mqttui.core.store import TopicStore
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

TOPIC = b"anna-3f2a/data"


def found_in(
    payloads: Iterable[object],
    *,
    topic: bytes = TOPIC,
    interval_s: float = 0.5,
    retained: bytes | None = None,
) -> Findings:
    """Return what is found on a topic that received these payloads; objects are sent as JSON."""
    store = TopicStore()
    if retained is not None:
        store.apply_messages([(topic, retained, RETAIN, None)], 0.0)
    for number, payload in enumerate(payloads):
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        store.apply_messages([(topic, data, 0, None)], 1.0 + number * interval_s)
    node = store.find(topic)
    assert node is not None
    return content_findings(node)


@pytest.mark.parametrize(
    ("payload", "part"),
    [
        (b"{'v': 4.8}", "expected a key in double quotes"),
        (b'{"v": 4.8, "i": 0.0', "ends where"),
        (b'{"v": NaN}', "NaN"),
        (b'{"v": 4.8,}', "a comma too many"),
        (b'{"v": "21 \xb0C"}', "not valid UTF-8"),
    ],
)
def test_what_is_nearly_json_is_found(payload: bytes, part: str) -> None:
    """The finding says why the payload cannot be parsed, as the value view does."""
    assert part in found_in([payload])[Rule.BROKEN_JSON]


@pytest.mark.parametrize(
    "payload",
    [b'{"v": 4.8}', b"[1, 2]", b"[INFO] started", b"on", b"21.5", b"\x7b\xff\x00\x01\x02"],
)
def test_what_is_json_or_never_wanted_to_be_passes(payload: bytes) -> None:
    """Valid JSON, log lines in brackets, words and binary data are not nearly JSON."""
    assert Rule.BROKEN_JSON not in found_in([payload])


def test_mended_json_is_forgiven_after_a_while() -> None:
    """Only the newest messages count."""
    good = {"v": 4.8}
    assert "1 of the last 10 payloads" in found_in([b"{'v'}", *[good] * 9])[Rule.BROKEN_JSON]
    assert found_in([b"{'v'}", *[good] * MOST_SAMPLES]) == {}


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ({"temperature": 21}, "temperature_C"),
        ({"Voltage": 4812}, "voltage_V"),
        ({"sensor": {"tank3": 0.25}}, "tank3"),
        ({"flux": 3.5, "speed": 2, "torque": 0.5, "drag": 0.1}, "flux, speed, torque, …"),
    ],
)
def test_a_number_without_a_unit_is_found(value: object, part: str) -> None:
    """A quantity, or any fraction, whose key says no unit; also inside another object."""
    assert part in found_in([value])[Rule.MISSING_UNIT]


@pytest.mark.parametrize(
    "value",
    [
        {"v": 4.848, "i": 0.097, "p": 0.47},
        {"temp_C": 21.5, "voltage_mV": 4812.5, "windKmh": 3.5, "roomTempF": 70.1},
        {"temperature": 21.5, "unit": "°C"},
        {"AM2301": {"Temperature": 21.5}, "TempUnit": "C"},
        {"humidity": 45.5, "rssi": -61, "uptime": 12.5, "lat": 37.87},
        {"widgets": 12, "enabled": True, "name": "x"},
        21.5,
    ],
)
def test_a_known_unit_or_a_count_passes(value: object) -> None:
    """Units in the key or beside it, the abbreviations of the course, counts and settings pass."""
    assert Rule.MISSING_UNIT not in found_in([value])


def readings(count: int, first: int = 0) -> list[object]:
    """Return the messages of one board with a counter."""
    return [{"n": first + k, "v": 4.8 + k / 100} for k in range(count)]


def interleaved(one: list[object], other: list[object]) -> list[object]:
    """Return messages of two boards in turn."""
    return [message for pair in zip(one, other, strict=True) for message in pair]


@pytest.mark.parametrize("offset", [9_000, 100, 3])
def test_two_counters_on_one_topic_are_found(offset: int) -> None:
    """A counter that jumps to and fro tells of two publishers, far apart or close together."""
    both = interleaved(readings(10), readings(10, offset))
    assert "n jumps between two sequences" in found_in(both)[Rule.SHARED_TOPIC]


def test_two_boards_with_uptimes_are_found() -> None:
    """Times since the start that grow by uneven steps are two sequences too."""
    drawn = random.Random(4)
    boards = [5_000, 812_000]
    payloads: list[object] = []
    for _ in range(20):
        board = drawn.randrange(2)
        boards[board] += drawn.randint(180, 220)
        payloads.append({"up": boards[board]})
    assert "up jumps" in found_in(payloads)[Rule.SHARED_TOPIC]


def test_shapes_that_take_turns_are_found() -> None:
    """Objects with other keys, or numbers among objects, tell of two programs."""
    both = interleaved([{"temp_C": 21.5}] * 8, [{"v": 4.8, "i": 0.1}] * 8)
    assert "i, v" in found_in(both)[Rule.SHARED_TOPIC]
    mixed = interleaved([{"temp_C": 21.5}] * 8, [21.5] * 8)
    assert "a plain value" in found_in(mixed)[Rule.SHARED_TOPIC]


@pytest.mark.parametrize(
    "payloads",
    [
        readings(20),
        readings(10) + readings(10),
        [r for k, r in enumerate(readings(40)) if k % 5],
        [r for r in readings(12) for _ in range(2)],
        [{"n": k, "v": 4.8} if k % 7 else {"n": k, "err": "ENODEV"} for k in range(24)],
        [{"n": k, "v": 4.8} if k % 2 else {"n": k, "temp_C": 20.5} for k in range(24)],
        [{"v": 4.8} if k % 2 else {"v": 4.8, "i": 0.1} for k in range(24)],
        [{"ok": True, "id": k, "rate": 5} if k % 2 else {"ok": False, "id": 7} for k in range(24)],
        [k % 10 for k in range(30)],
        [k % 2 for k in range(30)],
        [b"on", b"off"] * 12,
    ],
    ids=[
        "one counter",
        "a restart",
        "lost messages",
        "duplicates",
        "errors between readings",
        "two kinds of message with one counter",
        "a member that comes and goes",
        "replies",
        "a sawtooth",
        "a switch",
        "text",
    ],
)
def test_one_publisher_is_not_suspected(payloads: list[object]) -> None:
    """What one program may well publish passes."""
    assert Rule.SHARED_TOPIC not in found_in(payloads)


def test_noise_is_not_suspected() -> None:
    """Readings of a converter, still, drifting or swinging, are no interleaved counters."""
    drawn = random.Random(1)
    for _ in range(300):
        spread, drift = drawn.choice([1, 3, 50, 900]), drawn.choice([-5, 0, 1, 30])
        values = [2048 + drift * k + drawn.randint(-spread, spread) for k in range(MOST_SAMPLES)]
        assert found_in(values) == {}


def test_retained_readings_are_found() -> None:
    """A stream of readings of which the broker keeps one is no status."""
    found = found_in(readings(10), retained=b'{"n": 0, "v": 4.8}')
    assert "Readings come at 2.0/s" in found[Rule.RETAINED_DATA]


@pytest.mark.parametrize(
    ("payloads", "interval_s", "retained"),
    [
        (readings(10), 0.5, None),
        (readings(10), 60.0, b'{"n": 0}'),
        ([b"online", b"offline"] * 5, 0.5, b"online"),
        ([{"rate": 5}] * 10, 0.5, b'{"rate": 5}'),
        (readings(3), 0.5, b'{"n": 0}'),
    ],
    ids=["not retained", "slow", "a status", "always the same", "only a few"],
)
def test_what_may_be_retained_passes(
    payloads: list[object], interval_s: float, retained: bytes | None
) -> None:
    """Status, settings and values that change slowly are what retaining is for."""
    found = found_in(payloads, interval_s=interval_s, retained=retained)
    assert Rule.RETAINED_DATA not in found


def test_a_retained_command_is_found_until_it_is_cleared() -> None:
    """Boards would carry it out again each time that they connect."""
    topic = b"anna-3f2a/cmd"
    assert Rule.RETAINED_COMMAND in found_in([], topic=topic, retained=b"rest")
    assert found_in([b""], topic=topic, retained=b"rest") == {}
    assert found_in([b"rest"], topic=topic) == {}


@given(
    st.lists(
        st.binary(max_size=60)
        | st.text(alphabet='{}[]",:0123456789.-eE \\uNaInfty', max_size=60).map(str.encode)
        | st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner),
        ).map(lambda value: json.dumps(value).encode()),
        min_size=1,
        max_size=40,
    )
)
def test_any_payloads_give_printable_sentences(payloads: list[bytes]) -> None:
    """Whatever is published, nothing raises and nothing reaches the terminal raw."""
    for rule, sentence in found_in(payloads, retained=payloads[0]).items():
        assert printable(sentence) == sentence, rule


@pytest.mark.parametrize(
    "payload",
    [b"[" * 8_000, b'{"a":' * 1_600, b'{"n": ' + b"9" * 8_000 + b"}", b'{"flux": 1e999}', b"1e999"],
)
def test_extreme_json_is_survived(payload: bytes) -> None:
    """Deep nesting and huge numbers raise nothing."""
    found_in([payload] * 3, retained=payload)


def test_the_work_is_bounded_however_much_is_kept() -> None:
    """Of a long history the newest messages are looked at, and of huge payloads none."""
    store = TopicStore()
    payloads = [b'{"n": %d}' % k for k in range(5_000)] + [b"{" * 100_000]
    store.apply_messages([(TOPIC, payload, 0, None) for payload in payloads], 1.0)
    node = store.find(TOPIC)
    assert node is not None
    samples = newest_samples(node.entries())
    assert len(samples) == MOST_SAMPLES
    assert samples[-1].kind is Kind.UNREAD
    assert samples[-2].value == {"n": 4_999}
    big = [b'{"text": "' + b"x" * 5_000 + b'"}'] * 20
    store.apply_messages([(b"big", payload, 0, None) for payload in big], 1.0)
    node = store.find(b"big")
    assert node is not None
    assert len(newest_samples(node.entries())) == 3
