"""The TLS side of a connection: what is checked and with which files."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from mqttui.broker.problem import Problem, ProblemError
from mqttui.core.source import Security
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

    from mqttui.settings.connection import Tls

INSECURE_WARNING = (
    "The broker's certificate is not checked (--insecure): anyone in between can read and change "
    "everything."
)


class _PassphraseWanted(Exception):
    """OpenSSL asks for the passphrase of a private key."""


def security_of(tls: Tls | None) -> Security:
    """Return what protects a connection with these settings."""
    if tls is None:
        return Security.PLAIN
    return Security.INSECURE if tls.is_insecure else Security.VERIFIED


def tls_context(tls: Tls) -> ssl.SSLContext:
    """Return a client context for TLS 1.2 or newer, with host name check unless insecure.

    Raises ProblemError naming the file when one cannot be used.
    """
    context = _trusting_context(tls)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.is_insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.alpn:
        context.set_alpn_protocols(list(tls.alpn))
    if tls.cert_file is not None:
        _load_client_certificate(context, tls.cert_file, tls.key_file)
    elif tls.key_file is not None:
        raise _file_error(
            f"The private key {_shown(tls.key_file)} is given without a certificate.",
            "Give the client certificate with --cert.",
        )
    return context


def _trusting_context(tls: Tls) -> ssl.SSLContext:
    if tls.ca_file is None:
        return ssl.create_default_context()
    _require_readable(tls.ca_file, "CA file", "--cafile")
    try:
        return ssl.create_default_context(cafile=tls.ca_file)
    except (ssl.SSLError, OSError) as error:
        raise _file_error(
            f"The CA file {_shown(tls.ca_file)} holds no certificates in PEM form.",
            "Give the authority's certificate, a text file that starts with "
            "-----BEGIN CERTIFICATE-----, with --cafile.",
        ) from error


def _load_client_certificate(
    context: ssl.SSLContext, cert_file: Path, key_file: Path | None
) -> None:
    _require_readable(cert_file, "client certificate", "--cert")
    if key_file is not None:
        _require_readable(key_file, "private key", "--key")
    where = key_file or cert_file

    def refuse() -> str:
        # Without a callback OpenSSL would ask on the terminal, under the screen.
        raise _PassphraseWanted

    try:
        context.load_cert_chain(cert_file, key_file, password=refuse)
    except _PassphraseWanted:
        raise _file_error(
            f"The private key in {_shown(where)} is locked with a passphrase.",
            "mqttui cannot unlock it; write a copy without one that only you can read: "
            "openssl pkey -in KEY -out NEW, then chmod 600 NEW.",
        ) from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise _file_error(
                f"The private key in {_shown(where)} does not belong to the certificate in "
                f"{_shown(cert_file)}.",
                "Check --cert and --key.",
            ) from error
        if key_file is None:
            raise _file_error(
                f"{_shown(cert_file)} does not hold a client certificate and its private key.",
                "Give the key with --key, or a PEM file with both with --cert.",
            ) from error
        raise _file_error(
            f"{_shown(cert_file)} and {_shown(key_file)} are not a certificate and its private "
            "key in PEM form.",
            "Check --cert and --key.",
        ) from error


def _require_readable(path: Path, what: str, option: str) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        why = {
            FileNotFoundError: "it does not exist",
            PermissionError: "you are not allowed to read it",
            IsADirectoryError: "it is a folder",
        }.get(type(error), printable(error.strerror or type(error).__name__))
        raise _file_error(
            f"The {what} {_shown(path)} cannot be read: {why}.", f"Check {option}."
        ) from error


def _file_error(sentence: str, advice: str) -> ProblemError:
    return ProblemError(Problem(sentence, advice, is_permanent=True))


def _shown(path: Path) -> str:
    return f"“{printable(str(path))}”"
