"""Packages for MicroPython from files at hand, as mip would install them from the network.

A `package.json` lists files (`urls`, and `hashes` in a copy of an index) and what the package needs
(`deps`); a folder without one is taken as it is. Nothing here is run, and no path leaves the folder
of the package or the target on the board.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mqttui.deploy.failures import DeployError
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE_FILE = "package.json"
TARGET = "/lib"

_PROGRAMS = {".py", ".mpy"}
# What comes with a package and is not for boards.
_ASIDE = ("test", "example", "setup.py", "manifest.py", ".", "__pycache__")
_MOST_PACKAGES = 100


@dataclass(slots=True)
class Packages:
    """Files by their path on the board, and the names of packages that are needed and not here."""

    files: dict[str, bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def read_packages(paths: list[Path], target: str = TARGET) -> Packages:
    """Return the files of packages and of what they need, as far as that is at hand.

    A path is a folder, a package.json, or a single program. Raises `DeployError`.
    """
    problem = _target_problem(target)
    if problem is not None:
        raise DeployError(problem)
    found = Packages()
    seen: set[Path] = set()
    for path in paths:
        _read(path, PurePosixPath(target), found, seen)
    return found


def _read(path: Path, target: PurePosixPath, found: Packages, seen: set[Path]) -> None:
    if len(seen) >= _MOST_PACKAGES:
        raise DeployError(f"{path} needs more than {_MOST_PACKAGES} packages.")
    place = path.resolve()
    if place in seen:
        return
    seen.add(place)
    if path.is_dir():
        if (path / PACKAGE_FILE).is_file():
            _read_listed(path / PACKAGE_FILE, target, found, seen)
        else:
            _read_folder(path, target, found)
    elif path.suffix == ".json":
        _read_listed(path, target, found, seen)
    elif path.suffix in _PROGRAMS:
        _add(found, target / path.name, _content(path))
    else:
        raise DeployError(
            f"{path} is no package: a folder, a package.json, a .py or .mpy file is needed."
        )


def _read_folder(folder: Path, target: PurePosixPath, found: Packages) -> None:
    count = len(found.files)
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        is_aside = any(part.startswith(_ASIDE) for part in inside.parts)
        if path.suffix in _PROGRAMS and path.is_file() and not is_aside:
            _add(found, target / inside.as_posix(), _content(path))
    if len(found.files) == count:
        raise DeployError(f"{folder} has no programs (.py, .mpy) and no {PACKAGE_FILE}.")


def _read_listed(path: Path, target: PurePosixPath, found: Packages, seen: set[Path]) -> None:
    """Read what a package.json lists, then what it needs."""
    package = _parsed(path)
    for name, source in _pairs(package, "urls", path):
        _add(found, target / _inside(name, path), _listed_content(path, source))
    for name, digest in _pairs(package, "hashes", path):
        _add(found, target / _inside(name, path), _indexed_content(path, digest))
    for name, version in _pairs(package, "deps", path):
        places = (
            path.parent / name,
            # A copy of an index: package/VERSION OF .mpy/NAME/VERSION.json.
            path.parent.parent / name / f"{version}.json",
            path.parent.parent / name,
        )
        is_name = "://" not in name and ":" not in name and ".." not in name
        here = next((place for place in places if is_name and place.exists()), None)
        if here is None:
            found.missing.append(name)
        else:
            _read(here, target, found, seen)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        package = json.loads(_content(path))
    except (ValueError, RecursionError):
        package = None
    if not isinstance(package, dict):
        raise DeployError(f"{path} is no {PACKAGE_FILE}: a JSON object is needed.")
    return package


def _pairs(package: dict[str, Any], key: str, path: Path) -> list[tuple[str, str]]:
    """Return a list of pairs of texts; raise `DeployError` when it is something else."""
    entries = package.get(key) or []
    is_list = isinstance(entries, list) and all(
        isinstance(entry, list) and len(entry) == 2 and all(isinstance(each, str) for each in entry)
        for entry in entries
    )
    if not is_list:
        raise DeployError(f"{path}: {key} must be a list of pairs.")
    return [(entry[0], entry[1]) for entry in entries]


def _listed_content(path: Path, source: str) -> bytes:
    """Return a file that a package.json names relative to itself."""
    if ":" in source:
        raise DeployError(
            f"{path}: {printable(source)} comes from the network. Download it, put it beside "
            f"{path.name}, and write its name there."
        )
    folder = path.parent.resolve()
    file = (folder / source).resolve()
    if not file.is_relative_to(folder):
        raise DeployError(f"{path}: {printable(source)} leads out of the folder of the package.")
    return _content(file)


def _indexed_content(path: Path, digest: str) -> bytes:
    """Return a file of the copy of an index: file/ab/abcdef01, which begins its SHA-256."""
    root = path.resolve().parents[min(3, len(path.resolve().parents) - 1)]
    if not digest.isalnum():
        raise DeployError(f"{path}: {printable(digest)} is no hash.")
    content = _content(root / "file" / digest[:2] / digest)
    if not hashlib.sha256(content).hexdigest().startswith(digest):
        raise DeployError(f"{root / 'file' / digest[:2] / digest} is not what {path} says it is.")
    return content


def _inside(name: str, path: Path) -> PurePosixPath:
    """Return a path below the target; raise `DeployError` for one that leads elsewhere."""
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or not place.parts:
        raise DeployError(f"{path}: {printable(name)} is no path below the folder of packages.")
    return place


def _add(found: Packages, place: PurePosixPath, content: bytes) -> None:
    found.files[str(place)] = content


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeployError(f"{path} cannot be read: {error.strerror}.") from None


def _target_problem(target: str) -> str | None:
    place = PurePosixPath(target)
    if not place.is_absolute() or ".." in place.parts:
        return f"The target {printable(target)} must be a folder of the board, such as {TARGET}."
    return None
