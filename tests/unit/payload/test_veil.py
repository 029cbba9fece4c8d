"""What is hidden while presenting."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.veil import HIDDEN_WHOLE, veiled


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (b'{"ssid": "lab", "password": "s3cr\\"et"}', b'{"ssid": "lab", "password": "***"}'),
        (b'{"wifiPassword":"x","v":4.8}', b'{"wifiPassword":"***","v":4.8}'),
        (b'{"mqtt": {"auth_token": 1234}}', b'{"mqtt": {"auth_token": "***"}}'),
        (b'{"password": ""}', b'{"password": ""}'),
        (b"password=hunter2; v=4", b"password=***; v=4"),
        (b"Authorization: Bearer", b"Authorization: ***"),
        (b"mqtts://ann:pw@broker.example/x", b"mqtts://***@broker.example/x"),
        (b'{"ip": "192.168.1.23", "rssi": -61}', b'{"ip": "*.*.*.*", "rssi": -61}'),
        (
            b"New client connected from 10.0.0.7:51234 as x",
            b"New client connected from *.*.*.*:51234 as x",
        ),
        (b'{"mac": "24:0a:c4:53:d9:b6"}', b'{"mac": "**:**:**:**:**:**"}'),
        (b"fe80::1ff:fe23:4567:890a%eth0 joined", b"*:* joined"),
        (b"2001:db8:0:0:0:0:0:7 left", b"*:* left"),
        (
            b'{"id": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4", "v": 1}',
            b'{"id": "***", "v": 1}',
        ),
        (b"-----BEGIN EC PRIVATE KEY-----\nMHcCAQ", HIDDEN_WHOLE),
        (b'{"password": "cut of', b'{"password": "***"'),
    ],
)
def test_secrets_and_addresses_are_hidden(payload: bytes, shown: bytes) -> None:
    """The rest of a message stays as it is."""
    assert veiled(payload) == shown


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b'{"v": 4.848, "i": 0.097}',
        b"2026-11-25T10:42:07",
        b"firmware 1.2.3",
        b"online",
        b"\x00\x01\xff",
    ],
)
def test_what_is_no_secret_is_the_same_object(payload: bytes) -> None:
    """Most messages cost a look and no copy."""
    assert veiled(payload) is payload


@pytest.mark.parametrize(
    "payload",
    [
        gzip.compress(b'{"v": 1}', mtime=0),
        b"\x81\xa8password\xa1x",
        base64.b64encode(b'{"password": "hunter2"}'),
        base64.b64encode(gzip.compress(b"anything that is long enough", mtime=0)),
    ],
)
def test_what_cannot_be_looked_into_is_hidden_whole(payload: bytes) -> None:
    """A decoder would show what a pattern does not see."""
    assert veiled(payload) == HIDDEN_WHOLE


@given(st.binary(max_size=400))
def test_any_bytes_can_be_veiled(payload: bytes) -> None:
    """Nothing is raised, and to veil twice changes nothing more that matters."""
    assert isinstance(veiled(veiled(payload)), bytes)


SECRETS = st.text("abcdefXYZ0123456789!?.$", min_size=4, max_size=20)


@given(SECRETS, st.sampled_from(["password", "token", "api_key", "wlan_psk"]), st.integers(0, 3))
def test_no_secret_of_an_object_is_seen(secret: str, key: str, depth: int) -> None:
    """However deep it stands, the value of such a key is gone and the rest is still JSON."""
    value: object = {key: secret, "v": 1}
    for _ in range(depth):
        value = {"inner": value}
    shown = veiled(json.dumps(value).encode())
    assert json.dumps(secret).strip('"').encode() not in shown.replace(key.encode(), b"")
    json.loads(shown)


def test_work_is_bounded_for_hostile_payloads() -> None:
    """Long runs of what the patterns look for are worked off at once."""
    for piece in (
        b'"',
        b"password",
        b"1.",
        b"::",
        b"a:",
        b"password=",
        b'"password":"',
        b"=",
        b"A ",
    ):
        payload = (piece * (200_000 // len(piece)))[:200_000]
        assert isinstance(veiled(payload), bytes)
