"""Which files of a folder go onto a board."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from mqttui.deploy.bundle import read_authority, read_bundle
from mqttui.deploy.failures import DeployError

if TYPE_CHECKING:
    from pathlib import Path


def test_programs_and_data_are_taken_and_the_rest_is_not(tmp_path: Path) -> None:
    """Examples, caches, hidden files and notes stay at home."""
    wanted = {"main.py", "lib/ina219.mpy", "config.json", "ca.der"}
    left = {"config.example.json", "README.md", ".hidden.py", "__pycache__/main.py", ".git/x.py"}
    for name in wanted | left:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    assert read_bundle(tmp_path) == {f"/{name}": name.encode() for name in wanted}


def test_a_folder_without_files_or_with_a_boot_file_is_refused(tmp_path: Path) -> None:
    """The name boot.py is taken by what finishes an installation."""
    with pytest.raises(DeployError, match="has no files"):
        read_bundle(tmp_path)
    (tmp_path / "boot.py").touch()
    with pytest.raises(DeployError, match=r"belongs into main\.py"):
        read_bundle(tmp_path)


def test_a_certificate_becomes_der(tmp_path: Path) -> None:
    """PEM is converted, DER is taken as it is, anything else is named."""
    der = b"\x30\x03\x02\x01\x01"
    file = tmp_path / "ca.pem"
    text = base64.b64encode(der).decode()
    file.write_text(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    assert read_authority(file) == der
    file.write_bytes(der)
    assert read_authority(file) == der
    file.write_text("nothing")
    with pytest.raises(DeployError, match="is no certificate"):
        read_authority(file)
    file.write_text(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n" * 2)
    with pytest.raises(DeployError, match="has 2 certificates"):
        read_authority(file)
