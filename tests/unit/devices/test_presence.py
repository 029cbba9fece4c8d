"""What boards say of their presence, by our convention and by those of others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.devices.presence import PRESENCE_TOPICS, Presence, Status, status_of

ONLINE, OFFLINE, SLEEPING = Presence.ONLINE, Presence.OFFLINE, Presence.SLEEPING


@pytest.mark.parametrize(
    ("topic_name", "payload", "presence"),
    [
        ("status", b"online", ONLINE),
        ("status", b"offline", OFFLINE),
        ("status", b"sleeping", SLEEPING),
        ("status", b'"online"', ONLINE),
        ("status", b" Online\n", ONLINE),
        ("LWT", b"Online", ONLINE),
        ("LWT", b"Offline", OFFLINE),
        ("availability", b'{"state":"online"}', ONLINE),
        ("availability", b"offline", OFFLINE),
        ("state", b'{"state":"offline"}', OFFLINE),
        ("$state", b"ready", ONLINE),
        ("$state", b"lost", OFFLINE),
        ("online", b"true", ONLINE),
        ("online", b"false", OFFLINE),
        ("connected", b"2", ONLINE),
        ("connected", b"0", OFFLINE),
        ("status", b'{"online": true, "heap": 4}', ONLINE),
        ("status", b'{"status": "offline", "online": true}', OFFLINE),
    ],
)
def test_a_presence_is_known(topic_name: str, payload: bytes, presence: Presence) -> None:
    """Plain words, JSON and the answers to a question mean the same."""
    assert status_of(topic_name, payload) == Status(presence)


@pytest.mark.parametrize(
    ("topic_name", "payload"),
    [
        ("state", b"ON"),
        ("state", b'{"state": "ON", "brightness": 3}'),
        ("status", b"1"),
        ("status", b"online since yesterday"),
        ("status", b"true"),
        ("status", b""),
        ("status", b"\xff\xfe"),
        ("status", b"{"),
        ("status", b"[1]"),
        ("status", b'{"state": ["online"]}'),
        ("status", b"online" + b" " * 5_000),
        ("connected", b'{"state": null}'),
    ],
)
def test_what_is_no_presence_is_none(topic_name: str, payload: bytes) -> None:
    """A switch that is on is no board that is online."""
    assert status_of(topic_name, payload) is None


def test_a_board_that_sleeps_says_when_it_wakes() -> None:
    """In milliseconds or seconds since 1970."""
    for payload in (
        b"sleeping 1764000000000",
        b'{"status":"sleeping","wake":1764000000000}',
        b'{"state":"asleep","next":1764000000}',
    ):
        assert status_of("status", payload) == Status(SLEEPING, 1_764_000_000)


@settings(deadline=None)
@given(st.sampled_from(sorted(PRESENCE_TOPICS)), st.binary(max_size=60))
def test_no_payload_fails(topic_name: str, payload: bytes) -> None:
    """Whatever comes is a status or none."""
    found = status_of(topic_name, payload)
    assert found is None or found.presence in Presence
