"""A certificate is read without being believed, and nothing in it can break the reader."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from mqttui.broker.certificate import read_certificate
from tests.support.certificates import CertificateAuthority

if TYPE_CHECKING:
    from pathlib import Path


def der_of(pem: bytes) -> bytes:
    """Return a PEM certificate in DER form."""
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for certificates."""
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def server(folder: Path) -> bytes:
    """Return a certificate of a server in DER form."""
    authority = CertificateAuthority(folder, "Schule für MQTT")
    files = authority.issue("broker", hosts=("broker.example", "192.0.2.7", "::1"))
    return der_of(files.cert_file.read_bytes())


def test_a_certificate_says_who_for_whom_and_how_long(server: bytes) -> None:
    """Subject, issuer, names and both dates are those that were written into it."""
    found = read_certificate(server)
    real = x509.load_der_x509_certificate(server)
    assert found is not None
    assert (found.subject, found.issuer) == ("CN=broker", "CN=Schule für MQTT")
    assert found.names == ("broker.example", "192.0.2.7", "::1")
    assert found.not_after == real.not_valid_after_utc
    assert found.not_before == real.not_valid_before_utc
    assert not found.is_self_issued


def test_an_authority_issued_itself(folder: Path, server: bytes) -> None:
    """A certificate whose issuer is its subject is seen to be so."""
    found = read_certificate(der_of((folder / "ca.pem").read_bytes()))
    assert found is not None
    assert found.is_self_issued
    assert found.names == ()


def test_dates_after_2049_are_read() -> None:
    """From 2050 on dates are written with four digits of the year (RFC 5280 section 4.1.2.5)."""

    def element(tag: int, *parts: bytes) -> bytes:
        content = b"".join(parts)
        return bytes((tag, len(content))) + content

    empty = element(0x30)
    validity = element(0x30, element(0x17, b"491231235959Z"), element(0x18, b"20500101000000Z"))
    signed = element(0x30, element(0x02, b"\x01"), empty, empty, validity, empty, empty)
    found = read_certificate(element(0x30, signed))
    assert found is not None
    assert found.not_after - found.not_before == datetime.timedelta(seconds=1)
    assert found.not_before.year == 2049


@given(st.data())
def test_whatever_is_damaged_gives_a_certificate_or_nothing(
    server: bytes, data: st.DataObject
) -> None:
    """Bytes from the network are cut and changed at will, and nothing is raised."""
    position = data.draw(st.integers(0, len(server) - 1))
    damaged = bytearray(server[: data.draw(st.integers(0, len(server)))])
    if position < len(damaged):
        damaged[position] = data.draw(st.integers(0, 255))
    read_certificate(bytes(damaged))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_certificate_or_nothing(der: bytes) -> None:
    """What is no certificate at all is no trouble."""
    found = read_certificate(der)
    assert found is None or found.not_before.tzinfo is not None
