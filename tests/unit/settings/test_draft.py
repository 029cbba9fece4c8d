"""Laying settings over each other and making a connection of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.topic import filter_problem, topic_problem
from mqttui.settings.connection import (
    DEFAULT_SUBSCRIPTIONS,
    ConnectionSettings,
    Subscription,
    Tls,
    Will,
)
from mqttui.settings.draft import (
    NEVER_EXPIRES_S,
    Draft,
    TopicRules,
    draft_of,
    file_problem,
    resolve,
)
from mqttui.settings.toml_file import SettingsError

TOPICS = TopicRules(topic_problem, filter_problem)


def connection(draft: Draft) -> ConnectionSettings:
    """Return the connection of a draft."""
    return resolve(draft, TOPICS, payload_limit_bytes=1024)


def test_a_host_alone_gets_the_defaults_of_the_field() -> None:
    """Port 1883, no TLS, a clean session, both default subscriptions."""
    assert connection(Draft(host="h")) == ConnectionSettings(
        "h", 1883, subscriptions=DEFAULT_SUBSCRIPTIONS, payload_limit_bytes=1024
    )


@pytest.mark.parametrize(
    ("draft", "port"),
    [
        (Draft(host="h", tls=True), 8883),
        (Draft(host="h", websocket=True), 80),
        (Draft(host="h", websocket=True, tls=True), 443),
        (Draft(host="h", websocket=True, tls=True, port=8084), 8084),
    ],
)
def test_the_port_follows_the_transport(draft: Draft, port: int) -> None:
    """Without a port it is the registered one of the transport."""
    assert connection(draft).port == port


def test_the_stronger_draft_counts_field_by_field() -> None:
    """Fields of the stronger draft win, those it leaves open come from the weaker one."""
    merged = Draft(host="a", keepalive_s=5).over(Draft(host="b", user="ada", keepalive_s=9))
    assert merged == Draft(host="a", keepalive_s=5, user="ada")


def test_false_and_zero_count_as_said() -> None:
    """A stronger `false` or 0 is not taken for silence."""
    merged = Draft(keepalive_s=0, is_clean=False).over(Draft(keepalive_s=9, is_clean=True))
    assert (merged.keepalive_s, merged.is_clean) == (0, False)


def test_tls_files_imply_tls() -> None:
    """Naming a CA file is asking for TLS."""
    settings = connection(Draft(host="h", ca_file=Path("ca.pem")))
    assert settings.tls == Tls(ca_file=Path("ca.pem"))
    assert settings.port == 8883


def test_a_stronger_no_tls_takes_the_weaker_tls_files_away() -> None:
    """An `mqtt://` URL over a profile with TLS is a plain connection, not a contradiction."""
    profile = Draft(host="b", ca_file=Path("ca.pem"), is_insecure=True)
    merged = Draft(host="a", tls=False).over(profile)
    assert connection(merged).tls is None


def test_a_stronger_tls_option_brings_tls_back() -> None:
    """A typed CA file counts more than a profile that says no TLS."""
    merged = Draft(ca_file=Path("ca.pem")).over(Draft(host="h", tls=False))
    assert connection(merged).tls == Tls(ca_file=Path("ca.pem"))


def test_a_websocket_path_implies_websocket() -> None:
    """A path alone makes it a WebSocket; WebSocket alone gets the usual path."""
    assert connection(Draft(host="h", websocket_path="/x")).websocket_path == "/x"
    assert connection(Draft(host="h", websocket=True)).websocket_path == "/mqtt"
    plain = Draft(host="h", websocket=False).over(Draft(websocket_path="/x"))
    assert connection(plain).websocket_path is None


def test_a_will_is_put_together() -> None:
    """All parts of the will arrive."""
    draft = Draft(host="h", will_topic="t", will_payload=b"x", will_qos=1, will_retain=True)
    assert connection(draft).will == Will("t", b"x", 1, True)


def test_the_last_of_the_same_filter_counts() -> None:
    """A broker knows one subscription per filter, so a repeated one replaces the first."""
    twice = (Subscription("a"), Subscription("b", 1), Subscription("a", 2))
    found = connection(Draft(host="h", subscriptions=twice)).subscriptions
    assert found == (Subscription("a", 2), Subscription("b", 1))


def test_a_persistent_session_does_not_expire_by_itself() -> None:
    """Under MQTT 5 a session without an expiry would end with the connection."""
    persistent = Draft(host="h", is_clean=False, client_id="me")
    assert connection(persistent).session_expiry_s == NEVER_EXPIRES_S
    assert connection(Draft(session_expiry_s=60).over(persistent)).session_expiry_s == 60
    assert connection(Draft(protocol="3.1.1").over(persistent)).session_expiry_s is None


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (Draft(), "No host is given."),
        (
            Draft(
                host="h", tls=False, ca_file=Path("x"), names={"ca_file": "--cafile", "tls": "HOST"}
            ),
            "--cafile needs TLS, but HOST says no TLS.",
        ),
        (
            Draft(host="h", key_file=Path("k"), names={"key_file": "--key"}),
            "--key is given without its certificate (--cert).",
        ),
        (
            Draft(host="h", websocket=False, websocket_path="/x", names={"websocket": "HOST"}),
            "websocket path needs WebSocket, but HOST says no WebSocket.",
        ),
        (
            Draft(
                host="h",
                session_expiry_s=5,
                protocol="3.1.1",
                names={"session_expiry_s": "--session-expiry", "protocol": "MQTTUI_PROTOCOL"},
            ),
            "--session-expiry needs MQTT 5, but MQTTUI_PROTOCOL asks for 3.1.1.",
        ),
        (
            Draft(host="h", is_clean=False, names={"is_clean": "--persistent"}),
            "--persistent asks for a persistent session, and that needs a client id (--client-id).",
        ),
        (
            Draft(host="h", will_payload=b"x", names={"will_payload": "--will-payload"}),
            "--will-payload is given without the will's topic (--will-topic).",
        ),
        (
            Draft(host="h", will_topic="a/#", names={"will_topic": "--will-topic"}),
            f"--will-topic: {topic_problem('a/#')}",
        ),
        (
            Draft(host="h", subscriptions=(Subscription("a/#/b"),)),
            f"subscriptions: {filter_problem('a/#/b')}",
        ),
    ],
)
def test_contradictions_name_what_the_user_wrote(draft: Draft, sentence: str) -> None:
    """What does not fit together is one sentence with the names that the user used."""
    with pytest.raises(SettingsError) as raised:
        connection(draft)
    assert str(raised.value) == sentence


def test_names_follow_their_values_through_merging() -> None:
    """After merging, a complaint names the place whose value counts."""
    typed = Draft(port=1, names={"port": "--port"})
    profile = Draft(host="h", port=2, user="u", names={"port": "P", "user": "U", "host": "H"})
    merged = typed.over(profile)
    assert [merged.name_of(name) for name in ("port", "user", "host")] == ["--port", "U", "H"]


def test_a_missing_file_is_named_with_its_option(tmp_path: Path) -> None:
    """The sentence names the option, the file and the system's reason."""
    present = tmp_path / "ca.pem"
    present.write_text("")
    absent = tmp_path / "no.pem"
    draft = Draft(ca_file=present, cert_file=absent, names={"cert_file": "--cert"})
    assert file_problem(draft) == f"--cert: {absent} cannot be read: No such file or directory."
    assert file_problem(Draft(ca_file=present)) is None


def test_a_file_is_looked_at_without_being_opened(tmp_path: Path) -> None:
    """A folder is told, and a pipe that nobody writes to does not hold anybody up."""
    assert file_problem(Draft(ca_file=tmp_path)) == (
        f"ca file: {tmp_path} cannot be read: it is a folder."
    )
    os.mkfifo(tmp_path / "pipe")
    assert file_problem(Draft(ca_file=tmp_path / "pipe")) is None


FILES = st.none() | st.just(Path("/a.pem"))
DRAFTS = st.builds(
    Draft,
    host=st.just("h"),
    port=st.none() | st.sampled_from((1883, 8883, 80, 443, 9001)),
    tls=st.booleans(),
    ca_file=FILES,
    is_insecure=st.booleans() | st.none(),
    websocket=st.booleans(),
    user=st.none() | st.just("ada"),
    client_id=st.just("me"),
    keepalive_s=st.none() | st.sampled_from((0, 5, 60)),
    is_clean=st.none() | st.booleans(),
    session_expiry_s=st.none() | st.sampled_from((0, 5, NEVER_EXPIRES_S)),
    protocol=st.none() | st.sampled_from(("5", "auto")),
    will_topic=st.just("gone"),
    will_payload=st.none() | st.binary(max_size=3),
    will_qos=st.none() | st.integers(0, 2),
    will_retain=st.none() | st.booleans(),
    subscriptions=st.none() | st.just((Subscription("a/#", 1, no_local=True),)),
)


@given(DRAFTS)
def test_the_draft_of_a_connection_describes_it(draft: Draft) -> None:
    """Turning a connection into a draft and back changes nothing."""
    if draft.tls is False:
        draft = replace(draft, ca_file=None, is_insecure=None)
    settings = connection(draft)
    assert connection(draft_of(settings)) == settings
