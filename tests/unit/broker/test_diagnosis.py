"""Errors of sockets and TLS in plain words."""

from __future__ import annotations

import errno
import socket
import ssl
from pathlib import Path

import pytest

from mqttui.broker import diagnosis
from mqttui.broker.diagnosis import diagnose
from mqttui.broker.problem import Problem, ProblemError
from mqttui.settings.connection import ConnectionSettings, Tls

PLAIN = ConnectionSettings("broker", 1883, user="ada", password="open sesame")
SECURE = ConnectionSettings("broker", 8883, tls=Tls(), password="open sesame")
WITH_CERT = ConnectionSettings(
    "broker", 8883, tls=Tls(cert_file=Path("me.pem"), key_file=Path("me.key"))
)


def certificate_error(code: int, message: str = "some reason") -> ssl.SSLCertVerificationError:
    """Return an error as `ssl` raises it for a certificate that was not accepted."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    error.verify_message = message
    return error


def tls_error(reason: str) -> ssl.SSLError:
    """Return an error as `ssl` raises it for a failed handshake."""
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


CASES = [
    (socket.gaierror(socket.EAI_NONAME, "x"), PLAIN, "no host named “broker”", False),
    (socket.gaierror(socket.EAI_AGAIN, "x"), PLAIN, "cannot be looked up now", False),
    (UnicodeError("label empty"), PLAIN, "not a host name", True),
    (ConnectionRefusedError(), PLAIN, "Nothing accepts connections on broker:1883", False),
    (TimeoutError(), PLAIN, "broker:1883 does not answer", False),
    (OSError(errno.ENETUNREACH, "x"), PLAIN, "no way to broker:1883", False),
    (OSError(errno.EHOSTUNREACH, "x"), PLAIN, "no way to broker:1883", False),
    (PermissionError(errno.EPERM, "x"), PLAIN, "does not permit", False),
    (ConnectionResetError(), PLAIN, "closed the connection at once", False),
    (ConnectionResetError(), SECURE, "does not seem to speak TLS", False),
    (OSError(errno.EIO, "in\x1bput"), PLAIN, "failed: in␛put", False),
    (certificate_error(10), SECURE, "has expired", True),
    (certificate_error(9), SECURE, "not valid yet", True),
    (certificate_error(18), SECURE, "signed by itself", True),
    (certificate_error(19), SECURE, "not issued by this computer's", True),
    (certificate_error(20), SECURE, "not issued by this computer's", True),
    (certificate_error(23), SECURE, "revoked", True),
    (certificate_error(62), SECURE, "another name than “broker”", True),
    (certificate_error(64), SECURE, "another name than “broker”", True),
    (certificate_error(99, "od\x1bd"), SECURE, "not accepted: od␛d", True),
    (tls_error("WRONG_VERSION_NUMBER"), SECURE, "does not seem to speak TLS", False),
    (ssl.SSLEOFError(8, "EOF"), SECURE, "does not seem to speak TLS", False),
    (tls_error("TLSV13_ALERT_CERTIFICATE_REQUIRED"), SECURE, "demands a client cert", True),
    (tls_error("TLSV13_ALERT_CERTIFICATE_REQUIRED"), WITH_CERT, "in “me.pem”", True),
    (tls_error("SSLV3_ALERT_HANDSHAKE_FAILURE"), SECURE, "demands a client cert", True),
    (tls_error("TLSV1_ALERT_UNKNOWN_CA"), WITH_CERT, "in “me.pem”", True),
    (tls_error("UNSUPPORTED_PROTOCOL"), SECURE, "too old to be safe", True),
    (tls_error("TLSV1_ALERT_NO_APPLICATION_PROTOCOL"), SECURE, "--alpn", True),
    (tls_error("TLSV1_UNRECOGNIZED_NAME"), SECURE, "does not know the name", True),
    (tls_error("SOMETHING_NEW"), SECURE, "failed: something new", False),
    (ProblemError(Problem("Known.", "So.", is_permanent=True)), PLAIN, "Known", True),
    (KeyError("open sesame"), PLAIN, "unexpectedly (KeyError)", False),
]


@pytest.mark.parametrize(("error", "settings", "words", "is_permanent"), CASES)
def test_errors_in_words(
    error: Exception, settings: ConnectionSettings, words: str, is_permanent: bool
) -> None:
    """Each error becomes one sentence with a way on, and says whether waiting helps."""
    problem = diagnose(error, settings)
    assert words in problem.sentence
    assert problem.sentence.endswith(".")
    assert problem.advice
    assert problem.is_permanent is is_permanent
    assert "open sesame" not in problem.sentence + problem.advice


@pytest.mark.parametrize(
    "code", [10, 18, 20, 62, 99], ids=["expired", "self-signed", "issuer", "name", "other"]
)
def test_insecure_is_only_ever_a_last_resort(code: int) -> None:
    """--insecure is named with its price, never as the plain way on."""
    advice = diagnose(certificate_error(code), SECURE).advice
    assert "--insecure only if you accept that anyone may answer" in advice
    assert not advice.startswith("Use --insecure")


def test_an_own_authority_is_named() -> None:
    """With --cafile the sentence names the file rather than this computer's authorities."""
    settings = ConnectionSettings("broker", 8883, tls=Tls(ca_file=Path("school.pem")))
    assert "“school.pem”" in diagnose(certificate_error(20), settings).sentence


def test_a_hostile_host_name_is_made_harmless() -> None:
    """Control characters in a host name never reach the sentence."""
    settings = ConnectionSettings("ev\x1bil", 1883)
    for error in (ConnectionRefusedError(), socket.gaierror(socket.EAI_NONAME, "x")):
        assert "\x1b" not in diagnose(error, settings).sentence


def test_ends_without_an_exception_have_words_too() -> None:
    """Silence, garbage and lost connections are sentences with a way on as well."""
    websocket = ConnectionSettings("broker", 80, websocket_path="/m\x1bqtt")
    problems = [
        diagnosis.websocket_refused(websocket),
        diagnosis.closed_at_subscription(PLAIN, "a/\x1b#"),
        diagnosis.malformed_packet(PLAIN, "The broker sent \x1b."),
    ]
    for settings in (PLAIN, SECURE, WITH_CERT, websocket):
        problems += [
            diagnosis.closed_without_answer(settings),
            diagnosis.not_mqtt(settings),
            diagnosis.no_connack(settings),
            diagnosis.connection_lost(settings),
            diagnosis.keepalive_missed(settings),
        ]
    for problem in problems:
        assert problem.sentence.endswith(".")
        assert problem.advice.endswith(".")
        assert "\x1b" not in problem.sentence + problem.advice
        assert not problem.is_permanent
    assert "--tls" in diagnosis.closed_without_answer(PLAIN).advice
    assert "--tls" not in diagnosis.closed_without_answer(SECURE).advice


def test_a_signature_behind_a_path_is_not_shown() -> None:
    """What stands behind the question mark may let anybody in."""
    assert diagnosis.shown_path("/mqtt?X-Amz-Signature=abc") == "/mqtt?…"
    assert diagnosis.shown_path("/mqtt\x1b") == "/mqtt␛"
