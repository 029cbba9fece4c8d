"""Packages from files: what mip would bring, and nothing from elsewhere on this machine."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from mqttui.deploy.failures import DeployError
from mqttui.deploy.packages import read_packages

if TYPE_CHECKING:
    from pathlib import Path


def put(folder: Path, files: dict[str, object]) -> Path:
    """Write files into a folder, what is no text as JSON, and return it."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def test_a_list_says_what_goes_where_and_what_else_is_needed(tmp_path: Path) -> None:
    """Files from the list, needed packages that are at hand, each once; the others are named."""
    put(
        tmp_path / "logger",
        {
            "package.json": {
                "urls": [["logger/__init__.py", "src/init.py"], ["logger/ram.mpy", "ram.mpy"]],
                "deps": [["clock", "latest"], ["beside", "latest"], ["github:x/y", "main"]],
            },
            "src/init.py": "import clock",
            "ram.mpy": "M",
            "unlisted.py": "",
            "clock/package.json": {"urls": [["clock.py", "clock.py"]], "deps": [["..", "1"]]},
            "clock/clock.py": "NOW = 1",
        },
    )
    put(tmp_path / "beside", {"beside.py": ""})
    found = read_packages([tmp_path / "logger"])
    assert found.files == {
        "/lib/logger/__init__.py": b"import clock",
        "/lib/logger/ram.mpy": b"M",
        "/lib/clock.py": b"NOW = 1",
        "/lib/beside.py": b"",
    }
    assert found.missing == ["..", "github:x/y"]


def test_a_folder_without_a_list_is_taken_as_it_is(tmp_path: Path) -> None:
    """Programs with their folders, without tests and examples; a single file will do, too."""
    folder = put(
        tmp_path / "umqtt.simple",
        {
            "umqtt/simple.py": "S",
            "manifest.py": "metadata()",
            "example_pub.py": "",
            "tests/test_simple.py": "",
            ".git/hook.py": "",
            "README.md": "",
        },
    )
    assert read_packages([folder]).files == {"/lib/umqtt/simple.py": b"S"}
    single = folder / "umqtt" / "simple.py"
    assert read_packages([single], "/").files == {"/simple.py": b"S"}


def test_a_copy_of_an_index_is_read_by_its_hashes(tmp_path: Path) -> None:
    """As mip's index lies on a disk; a file that is not what its name says is refused."""
    digest = hashlib.sha256(b"CODE").hexdigest()[:8]
    put(
        tmp_path,
        {
            "package/6/tool/latest.json": {
                "hashes": [["tool.mpy", digest]],
                "deps": [["base", "latest"]],
            },
            "package/6/base/latest.json": {"hashes": []},
            f"file/{digest[:2]}/{digest}": "CODE",
        },
    )
    found = read_packages([tmp_path / "package/6/tool/latest.json"])
    assert (found.files, found.missing) == ({"/lib/tool.mpy": b"CODE"}, [])
    put(tmp_path, {f"file/{digest[:2]}/{digest}": "OTHER"})
    with pytest.raises(DeployError, match="is not what"):
        read_packages([tmp_path / "package/6/tool/latest.json"])


@pytest.mark.parametrize(
    ("package", "sentence"),
    [
        ({"urls": [["x.py", "../secret.py"]]}, "leads out of the folder"),
        ({"urls": [["x.py", "/etc/hostname"]]}, "leads out of the folder"),
        ({"urls": [["../main.py", "x.py"]]}, "no path below"),
        ({"urls": [["/main.py", "x.py"]]}, "no path below"),
        ({"urls": [["x.py", "github:a/b/x.py"]]}, "comes from the network"),
        ({"urls": [["x.py", "missing.py"]]}, "cannot be read"),
        ({"urls": [["x.py"]]}, "list of pairs"),
        ({"urls": {"x.py": "x.py"}}, "list of pairs"),
        ({"hashes": [["x.mpy", "../../x"]]}, "is no hash"),
        ([], "JSON object"),
    ],
)
def test_a_list_that_leads_elsewhere_is_refused(
    tmp_path: Path, package: object, sentence: str
) -> None:
    """Neither files of this machine nor places on the board outside of the target are reached."""
    (tmp_path / "secret.py").write_text("SECRET")
    folder = put(tmp_path / "package", {"package.json": package, "x.py": ""})
    with pytest.raises(DeployError, match=sentence):
        read_packages([folder])


def test_what_is_no_package_is_named(tmp_path: Path) -> None:
    """An archive, an empty folder, a target that is no folder of a board."""
    archive = tmp_path / "package.zip"
    archive.touch()
    with pytest.raises(DeployError, match="is no package"):
        read_packages([archive])
    with pytest.raises(DeployError, match="has no programs"):
        read_packages([tmp_path])
    with pytest.raises(DeployError, match="must be a folder of the board"):
        read_packages([tmp_path], "lib")
