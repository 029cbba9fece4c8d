"""Log lines and events of brokers become what happened to whom, and hostile ones nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.broker.roster.events import ClientEvent, EventKind
from mqttui.broker.roster.json_events import event_reader
from mqttui.broker.roster.mosquitto_log import LONGEST_LINE_BYTES, event_of_line

LOST, GONE = "connection lost", "said goodbye"


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (
            "1795251404: New client connected from 127.0.0.1:47990 as stud1 (p2, c0, k60).",
            ClientEvent(
                EventKind.CONNECTED, "stud1", "127.0.0.1", None, "3.1.1", 60, is_clean=False
            ),
        ),
        (
            "New client connected from ::1:42446 as a b (p5, c1, k30, u'tea cher').",
            ClientEvent(EventKind.CONNECTED, "a b", "::1", "tea cher", "5", 30, is_clean=True),
        ),
        (
            "New client connected from 192.168.0.124 as pi315675 (c1, k60, u'').",
            ClientEvent(
                EventKind.CONNECTED, "pi315675", "192.168.0.124", keepalive_s=60, is_clean=True
            ),
        ),
        (
            "2026-11-25T10:00:00: Client pub1 disconnected.",
            ClientEvent(EventKind.DISCONNECTED, "pub1", reason=GONE),
        ),
        (
            "Client killme closed its connection.",
            ClientEvent(EventKind.DISCONNECTED, "killme", reason=LOST),
        ),
        (
            "Client X has exceeded timeout, disconnecting.",
            ClientEvent(
                EventKind.DISCONNECTED, "X", reason="silent for longer than its keep-alive"
            ),
        ),
        (
            "Client X [10.0.0.7:52967] disconnected: exceeded timeout.",
            ClientEvent(
                EventKind.DISCONNECTED,
                "X",
                "10.0.0.7:52967",
                reason="silent for longer than its keep-alive",
            ),
        ),
        (
            "1795251406: Client dup already connected, closing old connection.",
            ClientEvent(EventKind.TAKEN_OVER, "dup"),
        ),
        (
            "Client ada-x been disconnected by administrative action.",
            ClientEvent(EventKind.DISCONNECTED, "ada-x", reason="disconnected by an administrator"),
        ),
        (
            "Client admin-67b910 [127.0.0.1:52967] disconnected: administrative action.",
            ClientEvent(
                EventKind.DISCONNECTED,
                "admin-67b910",
                "127.0.0.1:52967",
                reason="disconnected by an administrator",
            ),
        ),
        (
            "Client big [127.0.0.1:5] disconnected: oversize packet.",
            ClientEvent(EventKind.DISCONNECTED, "big", "127.0.0.1:5", reason="oversize packet"),
        ),
        (
            "Client <unknown> disconnected, not authorised.",
            ClientEvent(EventKind.REFUSED, reason="wrong user or password"),
        ),
        (
            "Client connection from 127.0.0.1 denied: max_connections exceeded.",
            ClientEvent(EventKind.REFUSED, address="127.0.0.1", reason="max_connections exceeded"),
        ),
        (
            "Client <unknown> disconnected due to protocol error.",
            ClientEvent(EventKind.DISCONNECTED, "", reason="protocol error"),
        ),
        ("New connection from 127.0.0.1:47990 on port 42183.", None),
        ("mosquitto version 2.0.11 running", None),
        ("", None),
    ],
)
def test_lines_of_all_generations_of_mosquitto(line: str, event: ClientEvent | None) -> None:
    """1.4, 2.0 and 2.1 say the same in other words; the time in front is not part of it."""
    assert event_of_line("N", line.encode()) == event


@pytest.mark.parametrize(
    ("line", "client_id"),
    [
        ("Client bob disconnected. disconnected.", "bob disconnected."),
        ("Client evil [red] disconnected.", "evil [red]"),
        (
            "Client bob already connected, closing old connection. x disconnected.",
            "bob already connected, closing old connection. x",
        ),
        (
            "New client connected from 1.2.3.4:5 as e (p2, c1, k60, u'teacher (p2, c1, k60).",
            "e (p2, c1, k60, u'teacher",
        ),
    ],
)
def test_a_client_id_that_imitates_the_log_names_only_itself(line: str, client_id: str) -> None:
    """What a stranger chose as a name is never taken for the broker's words."""
    event = event_of_line("N", line.encode())
    assert event is not None
    assert event.client_id == client_id
    assert event.user is None


@pytest.mark.parametrize(
    ("level", "line", "event"),
    [
        (
            "M/subscribe",
            "1795251404: stud1 1 a/#",
            ClientEvent(EventKind.SUBSCRIBED, "stud1", topic_filters=("a/#",), qos=1),
        ),
        (
            "M/subscribe",
            "a b 0 retained messages/count",
            ClientEvent(
                EventKind.SUBSCRIBED, "a b", topic_filters=("retained messages/count",), qos=0
            ),
        ),
        # Who subscribed to what cannot be told.
        ("M/subscribe", "a 1 b 2 c", None),
        (
            "M/unsubscribe",
            "1795251409: un1 y",
            ClientEvent(EventKind.UNSUBSCRIBED, "un1", topic_filters=("y",)),
        ),
        ("M/unsubscribe", "un1", None),
    ],
)
def test_subscriptions_in_the_log(level: str, line: str, event: ClientEvent | None) -> None:
    """What is ambiguous is left out."""
    assert event_of_line(level, line.encode()) == event


@pytest.mark.parametrize(
    ("topic", "payload", "event"),
    [
        (
            "$SYS/brokers/emqx@127.0.0.1/clients/a/b/connected",
            json.dumps(
                {
                    "clientid": "a/b",
                    "username": "undefined",
                    "ipaddress": "10.0.0.9",
                    "proto_ver": 5,
                    "keepalive": 60,
                    "clean_start": True,
                }
            ),
            ClientEvent(EventKind.CONNECTED, "a/b", "10.0.0.9", None, "5", 60, is_clean=True),
        ),
        (
            "$SYS/brokers/emqx@127.0.0.1/clients/x/disconnected",
            '{"clientid": "x", "username": "ada", "reason": "keepalive_timeout"}',
            ClientEvent(EventKind.DISCONNECTED, "x", user="ada", reason="keepalive_timeout"),
        ),
        (
            "$SYS/brokers/connected",
            '{"client_id": "n1", "IPv4": "10.0.0.1", "proto_ver": 4, "return_code": 0}',
            ClientEvent(EventKind.CONNECTED, "n1", "10.0.0.1", protocol="3.1.1"),
        ),
        (
            "$SYS/brokers/connected",
            '{"client_id": "n1", "return_code": 5}',
            ClientEvent(EventKind.REFUSED, "n1", reason="code 5"),
        ),
        ("$SYS/ab1/new/clients", "evt", ClientEvent(EventKind.CONNECTED, "evt")),
        (
            "$SYS/ab1/new/subscribes",
            '{"clientId": "evt", "subs": [{"topic": "foo/bar", "qos": 0}]}',
            ClientEvent(EventKind.SUBSCRIBED, "evt", topic_filters=("foo/bar",)),
        ),
        (
            "$SYS/ab1/new/unsubscribes",
            '{"clientId": "evt", "subs": ["foo/bar"]}',
            ClientEvent(EventKind.UNSUBSCRIBED, "evt", topic_filters=("foo/bar",)),
        ),
        ("$SYS/brokers/connected", "[]", None),
        ("$SYS/brokers/connected", "{", None),
        ("$SYS/ab1/new/subscribes", '{"clientId": "evt", "subs": 7}', None),
    ],
)
def test_events_of_other_brokers(topic: str, payload: str, event: ClientEvent | None) -> None:
    """EMQX, NanoMQ and aedes send a message per event; what is malformed is none."""
    reader = event_reader(topic)
    assert reader is not None
    assert reader(payload.encode()) == event


def test_other_topics_have_no_events() -> None:
    """Values below `$SYS` and topics of clients are left alone."""
    for topic in ("$SYS/broker/uptime", "$SYS/brokers/a@b/version", "a/new/clients/x", ""):
        assert event_reader(topic) is None


@given(st.binary(max_size=200) | st.text(max_size=120).map(str.encode))
def test_nothing_raises(payload: bytes) -> None:
    """Whatever comes from a stranger is an event or None."""
    for level in ("N", "E", "M/subscribe", "M/unsubscribe"):
        event_of_line(level, payload)
        event_of_line(level, b"Client " + payload + b" disconnected.")
    for topic in (
        "$SYS/brokers/connected",
        "$SYS/brokers/n/clients/x/subscribed",
        "$SYS/ab1/new/clients",
        "$SYS/ab1/new/subscribes",
    ):
        reader = event_reader(topic)
        assert reader is not None
        reader(payload)


def test_a_line_that_is_too_long_is_left_out() -> None:
    """A megabyte of log is not searched for words."""
    assert event_of_line("N", b"Client " + b"x" * LONGEST_LINE_BYTES + b" disconnected.") is None
