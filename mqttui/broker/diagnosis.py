"""Why a connection failed: errors of sockets, TLS and WebSocket in plain words.

Every answer is one sentence and a way on. Nothing here looks at passwords.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from typing import TYPE_CHECKING

from mqttui.broker.problem import Problem, ProblemError
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.settings.connection import ConnectionSettings

_TRY_TLS = "If it expects TLS, add --tls (usual port 8883)"
_TRY_WEBSOCKET = "if it is a WebSocket port, add --websocket"

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}

# X509_V_ERR_... of OpenSSL's x509_vfy.h.
_CERT_NOT_YET_VALID = 9
_CERT_EXPIRED = 10
_SELF_SIGNED = 18
_UNKNOWN_ISSUER = {19, 20, 21}
_REVOKED = 23
_WRONG_NAME = {62, 64}


def diagnose(error: BaseException, settings: ConnectionSettings) -> Problem:
    """Return what `error`, raised while connecting with `settings`, means."""
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_problem(error, settings)
    if isinstance(error, ssl.SSLError):
        return _tls_problem(error, settings)
    if isinstance(error, OSError):
        return _network_problem(error, settings)
    if isinstance(error, UnicodeError):
        # The codec "idna" refuses names with empty or overlong parts.
        return Problem(
            f"{_quoted(settings.host)} is not a host name.",
            "Check its spelling.",
            is_permanent=True,
        )
    return Problem(
        f"Connecting to {_label(settings)} failed unexpectedly ({type(error).__name__}).",
        "The log file of mqttui has the details.",
    )


def _network_problem(error: OSError, settings: ConnectionSettings) -> Problem:
    label = _label(settings)
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            return Problem(
                f"The name {_quoted(settings.host)} cannot be looked up now.",
                "Is this computer online?",
            )
        return Problem(
            f"There is no host named {_quoted(settings.host)}.",
            "Check its spelling, and whether it is known only in another network or VPN.",
        )
    if isinstance(error, ConnectionRefusedError):
        return Problem(f"Nothing accepts connections on {label}.", _other_port_advice(settings))
    if isinstance(error, TimeoutError):
        return Problem(
            f"{label} does not answer.",
            "Check address and port, and whether a firewall or another network is in between.",
        )
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        if settings.tls is not None:
            return _does_not_speak_tls(settings)
        return Problem(
            f"{label} closed the connection at once.",
            f"{_TRY_TLS}; {_TRY_WEBSOCKET}. Otherwise a proxy or firewall may be in between.",
        )
    if error.errno in _UNREACHABLE:
        return Problem(
            f"There is no way to {label} from this network.",
            "Is this computer in the right network or VPN?",
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return Problem(
            f"This computer does not permit connections to {label}.", "Check its firewall."
        )
    what = error.strerror or type(error).__name__
    return Problem(
        f"The connection to {label} failed: {printable(what)}.", "Check address, port and network."
    )


def _other_port_advice(settings: ConnectionSettings) -> str:
    if settings.tls is None and settings.websocket_path is None and settings.port != 8883:
        return "Is the broker running, and on this port? With --tls it is usually --port 8883."
    if settings.tls is not None and settings.port == 8883:
        return "Is the broker running? Without TLS it is usually port 1883 and no --tls."
    return "Is the broker running, and on this port? Check --port."


def _certificate_problem(
    error: ssl.SSLCertVerificationError, settings: ConnectionSettings
) -> Problem:
    label = _label(settings)
    code = error.verify_code
    if code == _CERT_EXPIRED:
        return Problem(
            f"The certificate of {label} has expired.",
            "Whoever runs the broker has to renew it; check also this computer's date. Use "
            "--insecure only if you accept that anyone may answer in the broker's place.",
            is_permanent=True,
        )
    if code == _CERT_NOT_YET_VALID:
        return Problem(
            f"The certificate of {label} is not valid yet.",
            "Is the date of this computer right?",
            is_permanent=True,
        )
    if code in _WRONG_NAME:
        return Problem(
            f"The certificate of {label} is made out to another name than "
            f"{_quoted(settings.host)}.",
            "Connect with the name in the certificate. Use --insecure only if you accept that "
            "anyone may answer in the broker's place.",
            is_permanent=True,
        )
    if code == _SELF_SIGNED:
        return Problem(
            f"The certificate of {label} is signed by itself, so nothing vouches for it.",
            "If you know the broker, get its certificate and give it with --cafile. Use "
            "--insecure only if you accept that anyone may answer in its place.",
            is_permanent=True,
        )
    if code in _UNKNOWN_ISSUER:
        trusted = (
            f"the authorities in {_quoted(str(settings.tls.ca_file))}"
            if settings.tls is not None and settings.tls.ca_file is not None
            else "this computer's authorities"
        )
        return Problem(
            f"The certificate of {label} was not issued by {trusted}.",
            "Give the certificate of the authority that issued it with --cafile. Use --insecure "
            "only if you accept that anyone may answer in the broker's place.",
            is_permanent=True,
        )
    if code == _REVOKED:
        return Problem(
            f"The certificate of {label} was revoked.",
            "Ask whoever runs the broker.",
            is_permanent=True,
        )
    return Problem(
        f"The certificate of {label} was not accepted: {printable(error.verify_message)}.",
        "Ask whoever runs the broker. Use --insecure only if you accept that anyone may answer "
        "in its place.",
        is_permanent=True,
    )


_CLIENT_CERTIFICATE_WANTED = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "TLSV1_ALERT_CERTIFICATE_REQUIRED",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
}
_CLIENT_CERTIFICATE_REFUSED = {
    "TLSV1_ALERT_UNKNOWN_CA",
    "TLSV1_ALERT_ACCESS_DENIED",
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
    "SSLV3_ALERT_CERTIFICATE_REVOKED",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "TLSV1_ALERT_DECRYPT_ERROR",
}
_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "RECORD_LAYER_FAILURE"}
_TOO_OLD = {
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "DH_KEY_TOO_SMALL",
    "EE_KEY_TOO_SMALL",
    "NO_SHARED_CIPHER",
}
_ALPN_REFUSED = {"TLSV1_ALERT_NO_APPLICATION_PROTOCOL"}
_NAME_REFUSED = {"TLSV1_UNRECOGNIZED_NAME"}


def _tls_problem(error: ssl.SSLError, settings: ConnectionSettings) -> Problem:
    label = _label(settings)
    tls = settings.tls
    # Not every subclass has a reason, and OpenSSL 1.1 writes some with blanks.
    reason = re.sub(r"[^A-Z0-9]+", "_", (getattr(error, "reason", None) or "").upper())
    if isinstance(error, ssl.SSLEOFError) or reason in _NOT_TLS:
        return _does_not_speak_tls(settings)
    if reason in _CLIENT_CERTIFICATE_WANTED:
        if tls is not None and tls.cert_file is not None:
            return Problem(
                f"{label} does not accept the client certificate in {_quoted(str(tls.cert_file))}.",
                "Check --cert and --key: has it expired, and did the right authority issue it?",
                is_permanent=True,
            )
        return Problem(
            f"{label} demands a client certificate.",
            "Give it with --cert and --key; whoever runs the broker issues it.",
            is_permanent=True,
        )
    if reason in _CLIENT_CERTIFICATE_REFUSED:
        which = (
            f" in {_quoted(str(tls.cert_file))}"
            if tls is not None and tls.cert_file is not None
            else ""
        )
        return Problem(
            f"{label} does not accept the client certificate{which}.",
            "Check --cert and --key: has it expired, and did the right authority issue it?",
            is_permanent=True,
        )
    if reason in _TOO_OLD:
        return Problem(
            f"{label} offers only encryption that is too old to be safe.",
            "The broker has to offer TLS 1.2 or newer.",
            is_permanent=True,
        )
    if reason in _ALPN_REFUSED:
        return Problem(
            f"{label} does not accept the protocol name given with --alpn.",
            "Leave --alpn out, or use the name in the broker's manual (AWS: x-amzn-mqtt-ca).",
            is_permanent=True,
        )
    if reason in _NAME_REFUSED:
        return Problem(
            f"{label} does not know the name {_quoted(settings.host)}.",
            "Connect with the name in the broker's certificate.",
            is_permanent=True,
        )
    shown = printable(reason.replace("_", " ").lower() or type(error).__name__)
    return Problem(
        f"Encryption with {label} failed: {shown}.",
        "Does this port speak TLS, and does the broker accept TLS 1.2 or newer?",
    )


def _does_not_speak_tls(settings: ConnectionSettings) -> Problem:
    return Problem(
        f"{_label(settings)} does not seem to speak TLS.",
        "Check the port (usually 8883 with TLS), or leave --tls out if the broker has none.",
    )


def shown_path(websocket_path: str) -> str:
    """Return the path of a WebSocket without its query, which may be a signature; printable."""
    path, question, _ = websocket_path.partition("?")
    return printable(path) + ("?…" if question else "")


def websocket_refused(settings: ConnectionSettings) -> Problem:
    """Return that the HTTP upgrade to WebSocket failed (RFC 6455 section 4.1)."""
    path = shown_path(settings.websocket_path or "/")
    return Problem(
        f"{_label(settings)} does not speak MQTT over WebSocket at the path {path}.",
        "Check the port and --ws-path (often /mqtt, /ws or /), or leave --websocket out.",
    )


def closed_without_answer(settings: ConnectionSettings) -> Problem:
    """Return that the other side ended the connection before a CONNACK."""
    if settings.tls is not None and settings.tls.cert_file is None:
        return Problem(
            f"{_label(settings)} closed the connection without an answer.",
            "The broker may demand a client certificate (--cert, --key) or refuse this client; "
            "its log may say why.",
        )
    if settings.tls is not None or settings.websocket_path is not None:
        return Problem(
            f"{_label(settings)} closed the connection without an answer.",
            "The broker may refuse this client, user or network; its log may say why.",
        )
    return Problem(
        f"{_label(settings)} closed the connection without an answer.",
        f"{_TRY_TLS}; {_TRY_WEBSOCKET}. Otherwise the broker may refuse this client.",
    )


def not_mqtt(settings: ConnectionSettings) -> Problem:
    """Return that the first answer was not a CONNACK that can be understood."""
    if settings.tls is not None or settings.websocket_path is not None:
        return Problem(
            f"{_label(settings)} answers with something that is not MQTT.",
            "Is this the port of an MQTT broker? Check --port.",
        )
    return Problem(
        f"{_label(settings)} answers with something that is not MQTT.",
        f"Is this the port of an MQTT broker? {_TRY_TLS}; {_TRY_WEBSOCKET}.",
    )


def no_connack(settings: ConnectionSettings) -> Problem:
    """Return that the connection stands but no CONNACK came in time."""
    return Problem(
        f"{_label(settings)} accepts the connection but does not answer.",
        "Is this the port of an MQTT broker? It may also be overloaded.",
    )


def connection_lost(settings: ConnectionSettings) -> Problem:
    """Return that an established connection ended without a word."""
    return Problem(
        f"The connection to {_label(settings)} was closed.", "The broker's log may say why."
    )


def keepalive_missed(settings: ConnectionSettings) -> Problem:
    """Return that the broker did not answer a PINGREQ in time (MQTT 5.0 section 3.1.2.10)."""
    return Problem(
        f"{_label(settings)} has stopped answering.",
        "The network or the broker hangs.",
    )


def malformed_packet(settings: ConnectionSettings, what: str) -> Problem:
    """Return that the connection was given up because of what the broker sent."""
    return Problem(
        f"The connection to {_label(settings)} was given up: {printable(what)}",
        "If it happens again, try --protocol 3.1.1.",
    )


def closed_at_subscription(settings: ConnectionSettings, topic_filter: str) -> Problem:
    """Return that the broker ended the connection instead of answering a SUBSCRIBE."""
    return Problem(
        f"{_label(settings)} closed the connection when {_quoted(topic_filter)} was asked for.",
        "Perhaps this user is not allowed to subscribe to it: try a narrower --subscribe.",
    )


def _label(settings: ConnectionSettings) -> str:
    return printable(settings.label)


def _quoted(text: str) -> str:
    return f"“{printable(text)}”"
