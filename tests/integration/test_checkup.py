"""A connection is examined step by step on real brokers, and each failure has its place."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mqttui.broker.checkup import Checkup, Step, StepKind, StepState
from mqttui.settings.connection import (
    DEFAULT_SUBSCRIPTIONS,
    ConnectionSettings,
    Subscription,
    Tls,
    Will,
)
from mqttui.transport.checkup import CheckupRun
from tests.support.certificates import CertificateAuthority
from tests.support.mosquitto import MosquittoConfig, free_port
from tests.support.scripted_broker import CONNACK_OK_5
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.mosquitto import Mosquitto
    from tests.support.scripted_broker import Peer, ScriptedBroker

PASSED, FAILED, REMARKABLE = StepState.PASSED, StepState.FAILED, StepState.REMARKABLE
NOT_REACHED = StepState.NOT_REACHED


def examined(settings: ConnectionSettings) -> Checkup:
    """Return the result of a checkup."""
    run = CheckupRun(settings)
    run.start()
    wait_until(lambda: run.status.is_done, lambda: f"the end of {run.status}", 30)
    return run.status


def step_of(checkup: Checkup, kind: StepKind, topic_filter: str | None = None) -> Step:
    """Return the step of a kind."""
    (found,) = (
        step
        for step in checkup.steps
        if step.kind is kind and (topic_filter is None or step.topic_filter == topic_filter)
    )
    return found


def states(checkup: Checkup) -> list[StepState]:
    """Return how every step went."""
    return [step.state for step in checkup.steps]


def test_an_open_broker_passes_every_step(broker: Mosquitto) -> None:
    """Everything is found out and said: address, version, session, limits, granted QoS, times."""
    checkup = examined(ConnectionSettings("localhost", broker.port))
    assert states(checkup) == [PASSED] * 5
    assert checkup.verdict == "The connection works."
    assert all(step.took_s is not None for step in checkup.steps)
    assert "127.0.0.1" in dict(step_of(checkup, StepKind.NAME).facts)["addresses"]
    assert dict(step_of(checkup, StepKind.TCP).facts)[f"port {broker.port}"] == "127.0.0.1"
    said = dict(step_of(checkup, StepKind.CONNECT).facts)
    assert (said["version"], said["session present"]) == ("MQTT 5", "no")
    assert "unacknowledged messages at most" in said["limits"]
    for topic_filter in ("#", "$SYS/#"):
        step = step_of(checkup, StepKind.SUBSCRIBE, topic_filter)
        assert step.facts == (("granted", "QoS 0"),)


def test_websocket_is_a_step_of_its_own(broker: Mosquitto) -> None:
    """Over WebSocket the way is longer by one step; a wrong port fails there."""
    right = ConnectionSettings(broker.host, broker.websocket_port, websocket_path="/mqtt")
    checkup = examined(right)
    assert states(checkup) == [PASSED] * 6
    assert step_of(checkup, StepKind.WEBSOCKET).facts == (("path", "/mqtt"),)
    checkup = examined(ConnectionSettings(broker.host, broker.port, websocket_path="/mqtt"))
    step = step_of(checkup, StepKind.WEBSOCKET)
    assert step.state is FAILED
    assert "WebSocket" in (step.problem or "")
    assert states(checkup)[3:] == [NOT_REACHED] * 3


def test_an_old_broker_is_found_to_speak_3_1_1(scripted: Callable[..., ScriptedBroker]) -> None:
    """Where MQTT 5 is refused the other version is tried, and the checkup says so."""

    def script(peer: Peer) -> None:
        if peer.number == 1:
            return  # the connection that looks whether TCP works
        level = peer.read_connect()
        if level == 5:
            peer.send(b"\x20\x02\x00\x01")
            return
        peer.send(b"\x20\x02\x00\x00")
        for _ in range(2):
            packet_id, _, _ = peer.read_subscribe(level)
            peer.send_suback(level, packet_id, 0)
        peer.send(b"\x30\x08\x00\x06$SYS/x")
        peer.wait_for_end()

    server = scripted(script)
    checkup = examined(ConnectionSettings(server.host, server.port))
    assert checkup.verdict == "The connection works."
    version = dict(step_of(checkup, StepKind.CONNECT).facts)["version"]
    assert version == "MQTT 3.1.1; MQTT 5 is refused"


def test_tls_shows_the_certificate(tls_broker: Mosquitto, authority: CertificateAuthority) -> None:
    """With the right CA the certificate, the version and the cipher are shown."""
    settings = ConnectionSettings(
        "localhost", tls_broker.tls_port, tls=Tls(ca_file=authority.ca_file)
    )
    checkup = examined(settings)
    assert states(checkup) == [PASSED] * 6
    facts = dict(step_of(checkup, StepKind.TLS).facts)
    assert facts["protocol"].startswith("TLSv1.")
    assert facts["subject"] == "CN=server"
    assert facts["made out to"] == "localhost, 127.0.0.1"
    assert facts["issuer"] == "CN=mqttui test authority"
    assert facts["valid"].endswith("299 days left")


def test_a_wrong_ca_fails_at_tls_and_still_shows_the_certificate(
    tls_broker: Mosquitto, tmp_path: Path
) -> None:
    """Who issued the certificate that was refused is what a person needs to know."""
    other = CertificateAuthority(tmp_path / "other", "somebody else")
    settings = ConnectionSettings("localhost", tls_broker.tls_port, tls=Tls(ca_file=other.ca_file))
    checkup = examined(settings)
    step = step_of(checkup, StepKind.TLS)
    assert step.state is FAILED
    assert "was not issued by" in (step.problem or "")
    assert "--cafile" in (step.advice or "")
    assert dict(step.facts)["issuer"] == "CN=mqttui test authority"
    assert states(checkup)[3:] == [NOT_REACHED] * 3
    assert checkup.verdict == "No connection: it ends at TLS."


def test_an_expired_certificate_says_since_when(
    start_mosquitto: Callable[[MosquittoConfig], Mosquitto], authority: CertificateAuthority
) -> None:
    """The day and the age of the end stand beside the sentence."""
    files = authority.issue("old", is_expired=True)
    broker = start_mosquitto(MosquittoConfig(server_certificate=files))
    settings = ConnectionSettings("localhost", broker.tls_port, tls=Tls(ca_file=authority.ca_file))
    step = step_of(examined(settings), StepKind.TLS)
    assert step.state is FAILED
    assert "has expired" in (step.problem or "")
    assert dict(step.facts)["valid"].endswith("expired 1 day ago")


def test_an_unchecked_certificate_is_a_remark(tls_broker: Mosquitto) -> None:
    """--insecure connects, and the checkup does not call that all right."""
    settings = ConnectionSettings("localhost", tls_broker.tls_port, tls=Tls(is_insecure=True))
    checkup = examined(settings)
    assert step_of(checkup, StepKind.TLS).state is REMARKABLE
    assert step_of(checkup, StepKind.TLS).problem == "The certificate was not checked."
    assert checkup.verdict == "The connection works, with a remark."


def test_a_demanded_client_certificate_is_told(
    client_cert_broker: Mosquitto, authority: CertificateAuthority
) -> None:
    """The broker that wants a certificate of the client says so somewhere on the way."""
    settings = ConnectionSettings(
        "localhost", client_cert_broker.tls_port, tls=Tls(ca_file=authority.ca_file)
    )
    checkup = examined(settings)
    (failed,) = (step for step in checkup.steps if step.state is FAILED)
    assert failed.kind in (StepKind.TLS, StepKind.CONNECT)
    assert "--cert" in (failed.advice or "")


def test_plain_mqtt_on_a_tls_port_and_the_other_way_round(tls_broker: Mosquitto) -> None:
    """The two usual mix-ups fail at the step where they show."""
    checkup = examined(ConnectionSettings("localhost", tls_broker.tls_port))
    assert step_of(checkup, StepKind.CONNECT).state is FAILED
    assert "--tls" in (step_of(checkup, StepKind.CONNECT).advice or "")
    checkup = examined(ConnectionSettings("localhost", tls_broker.port, tls=Tls()))
    assert step_of(checkup, StepKind.TLS).state is FAILED
    assert "does not seem to speak TLS" in (step_of(checkup, StepKind.TLS).problem or "")


@pytest.mark.parametrize(
    ("user", "password"), [("ada", "wrong"), (None, None)], ids=["wrong password", "no user"]
)
def test_who_is_not_let_in_fails_at_mqtt(
    password_broker: Mosquitto, user: str | None, password: str | None
) -> None:
    """TCP works and CONNACK refuses; the password appears nowhere."""
    settings = ConnectionSettings("localhost", password_broker.port, user=user, password=password)
    checkup = examined(settings)
    assert states(checkup) == [PASSED, PASSED, FAILED, NOT_REACHED, NOT_REACHED]
    assert "--user" in (step_of(checkup, StepKind.CONNECT).advice or "")
    assert "wrong" not in repr(checkup).replace("the password is wrong", "").replace(
        "is wrong, the broker", ""
    )


def test_a_refused_filter_is_told_and_the_next_is_asked_for(dynsec_broker: Mosquitto) -> None:
    """A refused `#` is a failure for who wants it, a remark for who has a filter of his own."""
    settings = ConnectionSettings(
        "localhost",
        dynsec_broker.port,
        user="ada",
        password="correct horse",
        subscriptions=(Subscription("open/#", 1),),
    )
    checkup = examined(settings)
    own = step_of(checkup, StepKind.SUBSCRIBE, "open/#")
    assert (own.state, own.facts) == (PASSED, (("granted", "QoS 1"),))
    for topic_filter in ("#", "$SYS/#"):
        step = step_of(checkup, StepKind.SUBSCRIBE, topic_filter)
        assert step.state is REMARKABLE
        assert "not allowed" in (step.problem or "")
    assert checkup.verdict == "The connection works, with a remark."
    checkup = examined(replace(settings, subscriptions=DEFAULT_SUBSCRIPTIONS))
    assert states(checkup)[3:] == [FAILED, FAILED]
    assert checkup.verdict == "The connection works, but not every subscription."


def test_figures_that_are_withheld_are_a_remark(acl_broker: Mosquitto) -> None:
    """A broker that grants `$SYS/#` and delivers nothing is seen through."""
    settings = ConnectionSettings(
        "localhost", acl_broker.port, user="ada", password="correct horse"
    )
    step = step_of(examined(settings), StepKind.SUBSCRIBE, "$SYS/#")
    assert step.state in (REMARKABLE, FAILED)
    assert step.advice is not None


def test_a_broker_that_closes_at_a_filter_is_asked_for_the_next(
    scripted: Callable[..., ScriptedBroker],
) -> None:
    """AWS ends the connection at a filter that is not allowed: that is the step that fails."""

    def script(peer: Peer) -> None:
        if peer.number == 1:
            return
        peer.read_connect()
        peer.send(CONNACK_OK_5)
        packet_id, topic_filter, _ = peer.read_subscribe(5)
        if topic_filter == "#":
            return
        peer.send_suback(5, packet_id, 0)
        peer.send(b"\x30\x09\x00\x06$SYS/x\x00")
        peer.wait_for_end()

    server = scripted(script)
    checkup = examined(ConnectionSettings(server.host, server.port, protocol="5"))
    assert states(checkup) == [PASSED, PASSED, PASSED, FAILED, PASSED]
    assert "closed the connection when “#” was asked for" in (checkup.steps[3].problem or "")


def test_a_closed_port_and_an_unknown_host_fail_at_their_steps() -> None:
    """Nobody listens: TCP. Nobody is called that: the name."""
    checkup = examined(ConnectionSettings("localhost", free_port()))
    assert states(checkup)[:2] == [PASSED, FAILED]
    assert "Nothing accepts connections" in (step_of(checkup, StepKind.TCP).problem or "")
    assert "attempt follows" not in (step_of(checkup, StepKind.TCP).advice or "")
    checkup = examined(ConnectionSettings("no-such-host.invalid", 1883))
    assert states(checkup) == [FAILED, *[NOT_REACHED] * 4]
    assert checkup.verdict == "No connection: it ends at Name lookup."


def test_a_checkup_can_be_cancelled_while_the_broker_is_silent() -> None:
    """Cancelling shows at once, and says that the rest is not known."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        run = CheckupRun(ConnectionSettings("127.0.0.1", silent.getsockname()[1]))
        run.start()
        connect = 2
        wait_until(lambda: run.status.steps[connect].state is StepState.RUNNING, "CONNECT")
        run.cancel()
        assert run.status.is_done
        assert run.status.is_cancelled
        assert states(run.status) == [PASSED, PASSED, *[NOT_REACHED] * 3]
        run.cancel()


def test_a_test_disturbs_nobody(broker: Mosquitto) -> None:
    """No will is left behind, and a persistent session is not taken over."""
    settings = ConnectionSettings(
        "localhost", broker.port, client_id="bench", is_clean=False, will=Will("gone")
    )
    checkup = examined(settings)
    facts = dict(step_of(checkup, StepKind.CONNECT).facts)
    assert "leaves your session alone" in facts["session present"]
    assert " bench " not in broker.log_text()
    assert "will" not in broker.log_text().lower().replace("will message specified", "")
