"""Backups of boards as ZIP archives."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.deploy.backup import packed, unpacked
from mqttui.deploy.failures import DeployError

if TYPE_CHECKING:
    from pathlib import Path

NAME = st.text("abcé.", min_size=1, max_size=5).filter(lambda name: set(name) != {"."})
PATH = st.lists(NAME, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))


@given(files=st.dictionaries(PATH, st.binary(max_size=300)))
def test_what_is_packed_comes_out_again(
    files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every path and every byte, and the same archive for the same files."""
    path = tmp_path_factory.mktemp("backup") / "board.zip"
    path.write_bytes(packed(files))
    assert unpacked(path) == files
    assert packed(dict(reversed(files.items()))) == path.read_bytes()


@pytest.mark.parametrize("name", ["../main.py", "/etc/passwd", "lib/../../x"])
def test_a_path_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    """An archive from somewhere else does not choose its own places."""
    path = tmp_path / "board.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"")
    with pytest.raises(DeployError, match="is no backup of a board"):
        unpacked(path)


def test_damage_is_a_sentence(tmp_path: Path) -> None:
    """Something else, a cut archive, nothing at all."""
    path = tmp_path / "board.zip"
    with pytest.raises(DeployError, match="cannot be read"):
        unpacked(path)
    path.write_bytes(b"something else")
    with pytest.raises(DeployError, match="is damaged"):
        unpacked(path)
    content = bytearray(packed({"/a": bytes(range(256))}))
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(DeployError, match="is damaged"):
        unpacked(path)
