"""What a TLS context checks, and files that cannot be used."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mqttui.broker.problem import Problem, ProblemError
from mqttui.core.source import Security
from mqttui.settings.connection import Tls
from mqttui.transport.tls import security_of, tls_context
from tests.support.certificates import CertificateAuthority, CertificateFiles


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """Return a certificate authority for this module."""
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def mine(authority: CertificateAuthority) -> CertificateFiles:
    """Return a client certificate with its key."""
    return authority.issue("mine", is_client=True)


def refusal(tls: Tls) -> Problem:
    """Return the problem with which `tls_context` refuses these settings."""
    with pytest.raises(ProblemError) as caught:
        tls_context(tls)
    assert caught.value.problem.is_permanent
    assert caught.value.problem.sentence.endswith(".")
    return caught.value.problem


def test_everything_is_checked_by_default(authority: CertificateAuthority) -> None:
    """Certificate and host name are checked and nothing older than TLS 1.2 is spoken."""
    for tls in (Tls(), Tls(ca_file=authority.ca_file)):
        context = tls_context(tls)
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_an_own_authority_replaces_those_of_the_system(authority: CertificateAuthority) -> None:
    """With a CA file only that authority is trusted."""
    context = tls_context(Tls(ca_file=authority.ca_file))
    (issuer,) = context.get_ca_certs()
    assert "mqttui test authority" in repr(issuer["subject"])


def test_insecure_checks_nothing_but_stays_modern() -> None:
    """--insecure turns off the checks and nothing else."""
    context = tls_context(Tls(is_insecure=True))
    assert not context.check_hostname
    assert context.verify_mode is ssl.CERT_NONE
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("tls", "security"),
    [
        (None, Security.PLAIN),
        (Tls(), Security.VERIFIED),
        (Tls(is_insecure=True), Security.INSECURE),
    ],
)
def test_what_protects_the_connection(tls: Tls | None, security: Security) -> None:
    """The lock of the status bar follows from the settings."""
    assert security_of(tls) is security


def test_a_client_certificate_and_protocol_names_are_taken(mine: CertificateFiles) -> None:
    """Certificate, key and ALPN are accepted."""
    tls = Tls(cert_file=mine.cert_file, key_file=mine.key_file, alpn=("mqtt",))
    assert isinstance(tls_context(tls), ssl.SSLContext)


@pytest.mark.parametrize("field", ["ca_file", "cert_file", "key_file"])
def test_a_missing_file_is_named(mine: CertificateFiles, tmp_path: Path, field: str) -> None:
    """The sentence names the file that does not exist, the advice its option."""
    good = Tls(cert_file=mine.cert_file, key_file=mine.key_file)
    problem = refusal(replace(good, **{field: tmp_path / "nowhere.pem"}))
    assert "nowhere.pem” cannot be read: it does not exist" in problem.sentence
    option = {"ca_file": "--cafile", "cert_file": "--cert", "key_file": "--key"}[field]
    assert option in problem.advice


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in place of a file is called one."""
    assert "it is a folder" in refusal(Tls(ca_file=tmp_path)).sentence


def test_a_forbidden_file_is_named(mine: CertificateFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that one may not read says so."""
    usual_open = Path.open

    def guarded(path: Path, *arguments: Any) -> Any:
        # Root may read everything, so that the mode of a file proves nothing.
        if path == mine.key_file:
            raise PermissionError(13, "Permission denied")
        return usual_open(path, *arguments)

    monkeypatch.setattr(Path, "open", guarded)
    problem = refusal(Tls(cert_file=mine.cert_file, key_file=mine.key_file))
    assert "mine.key” cannot be read: you are not allowed to read it" in problem.sentence


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    """A CA file with something else in it is named."""
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nothing to trust")
    problem = refusal(Tls(ca_file=nonsense))
    assert "nonsense.pem” holds no certificates" in problem.sentence


def test_a_locked_key_never_prompts(authority: CertificateAuthority) -> None:
    """A key with a passphrase is refused without a question on the terminal."""
    locked = authority.issue("locked", is_client=True, passphrase=b"open sesame")
    problem = refusal(Tls(cert_file=locked.cert_file, key_file=locked.key_file))
    assert "locked.key” is locked with a passphrase" in problem.sentence


def test_a_key_of_another_certificate_is_named(
    authority: CertificateAuthority, mine: CertificateFiles
) -> None:
    """A key that does not belong to the certificate names both files."""
    other = authority.issue("other", is_client=True)
    problem = refusal(Tls(cert_file=mine.cert_file, key_file=other.key_file))
    assert "other.key" in problem.sentence
    assert "mine.pem" in problem.sentence


def test_a_certificate_without_its_key_is_named(mine: CertificateFiles) -> None:
    """A certificate alone asks for its key, and a key alone for its certificate."""
    assert "--key" in refusal(Tls(cert_file=mine.cert_file)).advice
    assert "--cert" in refusal(Tls(key_file=mine.key_file)).advice


def test_nonsense_in_place_of_a_certificate_is_named(
    mine: CertificateFiles, tmp_path: Path
) -> None:
    """Files that are not PEM are named together."""
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nothing to show")
    problem = refusal(Tls(cert_file=nonsense, key_file=mine.key_file))
    assert "nonsense.pem" in problem.sentence
    assert "PEM" in problem.sentence
