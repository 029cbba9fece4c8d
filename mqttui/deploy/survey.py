"""All that an installation has to know of a board before it decides what to send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.deploy.bundle import AUTHORITY_FILE, CONFIG_FILE, INSTALLED_FILE, read_list
from mqttui.deploy.facts import read_facts, read_files
from mqttui.deploy.plan import plan_install

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.deploy.board import Board
    from mqttui.deploy.facts import BoardFacts, BoardFile
    from mqttui.deploy.plan import InstallPlan


@dataclass(frozen=True, slots=True)
class Survey:
    """A board: who it is, its files, the content of those that are its own (configuration, CA).

    `installed` are the files that the last firmware brought, with their SHA-256 at that time.
    """

    facts: BoardFacts
    files: Mapping[str, BoardFile]
    own: Mapping[str, bytes] = field(repr=False)
    installed: Mapping[str, str]


def read_survey(board: Board) -> Survey:
    """Ask a board everything and change nothing; raise `DeployError`."""
    facts = read_facts(board)
    files = read_files(board)
    installed = {}
    if INSTALLED_FILE in files:
        installed = read_list(board.read_file(INSTALLED_FILE))
    return Survey(facts, files, own_files(board, files), installed)


def own_files(board: Board, on_board: Mapping[str, BoardFile]) -> dict[str, bytes]:
    """Return configuration and CA of a board, as far as it has them."""
    wanted = (CONFIG_FILE, AUTHORITY_FILE)
    return {path: board.read_file(path) for path in wanted if path in on_board}


def plan_for(survey: Survey, bundle: Mapping[str, bytes], own: Mapping[str, bytes]) -> InstallPlan:
    """Compare a firmware and the files of this one board with what is there."""
    # Other files than a firmware are added to what a board has.
    installed = survey.installed if INSTALLED_FILE in bundle else {}
    return plan_install({**bundle, **own}, survey.files, survey.facts.disk_free_bytes, installed)
