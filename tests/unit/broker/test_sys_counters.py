"""What brokers say of dropped messages in `$SYS`."""

from __future__ import annotations

import pytest

from mqttui.broker.sys_counters import SysCounters

MOSQUITTO = b"$SYS/broker/publish/messages/dropped"


@pytest.mark.parametrize(
    ("topics", "product", "version", "dropped"),
    [
        (
            {b"$SYS/broker/version": b"mosquitto version 2.0.11", MOSQUITTO: b"7"},
            "mosquitto",
            "2.0.11",
            7,
        ),
        (
            {b"$SYS/broker/version": b"HiveMQ 4.9", b"$SYS/broker/messages/publish/dropped": b"3"},
            "HiveMQ",
            "4.9",
            3,
        ),
        (
            {b"$SYS/broker/version": b"2.7.9", b"$SYS/broker/messages/dropped": b"0"},
            None,
            "2.7.9",
            0,
        ),
        ({b"$SYS/broker/version": b"aMQTT version 0.12.1"}, "aMQTT", "0.12.1", None),
        ({}, None, None, None),
    ],
)
def test_products_say_it_in_their_own_ways(
    topics: dict[bytes, bytes], product: str | None, version: str | None, dropped: int | None
) -> None:
    """Product, version and dropped count are read where each broker puts them."""
    report = SysCounters().read(topics.get)
    assert (report.product, report.version, report.dropped) == (product, version, dropped)


def test_emqx_nodes_are_added_up() -> None:
    """The nodes of EMQX are summed; while one is missing the sum is unknown."""
    topics = {
        b"$SYS/brokers": b"emqx@a,emqx@b",
        b"$SYS/brokers/emqx@a/version": b"5.8.0",
        b"$SYS/brokers/emqx@a/metrics/delivery/dropped": b"5",
    }
    counters = SysCounters()
    report = counters.read(topics.get)
    assert (report.product, report.version, report.dropped) == ("EMQX", "5.8.0", None)
    topics[b"$SYS/brokers/emqx@b/metrics/delivery/dropped"] = b"6"
    assert counters.read(topics.get).dropped == 11


def test_vernemq_is_found_by_its_node() -> None:
    """VerneMQ puts its node's name right below `$SYS`."""
    topics = {b"$SYS/VerneMQ@127.0.0.1/queue/message/drop": b"12"}
    report = SysCounters().read(topics.get, ["VerneMQ@127.0.0.1", "broker"])
    assert (report.product, report.dropped) == ("VerneMQ", 12)


@pytest.mark.parametrize(
    "payload", [b"", b"many", b"-1", b"1.5", b"0x10", "١٢".encode(), b"9" * 1000, b"1 2", b"\xff"]
)
def test_what_is_no_number_is_unknown(payload: bytes) -> None:
    """A payload that is not a whole number is unknown, never 0."""
    report = SysCounters().read({MOSQUITTO: payload}.get)
    assert report.dropped is None
    assert report.dropped_since is None


def test_growth_is_counted_from_the_first_sight() -> None:
    """The absolute count and what was added since are both told."""
    counters = SysCounters()
    first = counters.read({MOSQUITTO: b"100"}.get)
    assert (first.dropped, first.dropped_since, first.is_at_least) == (100, 0, False)
    later = counters.read({MOSQUITTO: b"130"}.get)
    assert (later.dropped, later.dropped_since) == (130, 30)


def test_a_restarted_broker_starts_at_nothing() -> None:
    """A count that goes back means a restart; what came after it is added."""
    counters = SysCounters()
    for payload in (b"100", b"130", b"4", b"9"):
        report = counters.read({MOSQUITTO: payload}.get)
    assert (report.dropped, report.dropped_since) == (9, 39)


def test_a_count_that_appears_late_is_only_a_lower_bound() -> None:
    """mosquitto that had forgotten an unchanged count shows it when it grows: by how much?"""
    counters = SysCounters()
    assert counters.read({b"$SYS/broker/uptime": b"9 seconds"}.get).dropped is None
    report = counters.read({b"$SYS/broker/uptime": b"11 seconds", MOSQUITTO: b"500"}.get)
    assert (report.dropped, report.is_at_least) == (500, True)


def test_a_count_that_vanishes_is_unknown_again() -> None:
    """Without the topic nothing is claimed, and later growth is still counted."""
    counters = SysCounters()
    counters.read({MOSQUITTO: b"1"}.get)
    assert counters.read({}.get).dropped is None
    assert counters.read({MOSQUITTO: b"3"}.get).dropped_since == 2


def test_a_hostile_version_is_made_harmless() -> None:
    """Control characters and endless text in the version never reach the screen."""
    report = SysCounters().read({b"$SYS/broker/version": b"\x1b[2Jmosquitto\n" + b"x" * 9999}.get)
    assert report.product == "mosquitto"
    assert report.version is not None
    assert "\x1b" not in report.version
    assert len(report.version) < 200
