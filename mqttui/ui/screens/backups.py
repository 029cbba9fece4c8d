"""The backups of retained messages that there are, to choose one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen

from mqttui.core.retained.backup import SUFFIX, BackupError, read_backup, read_header
from mqttui.core.retained.plan import PutBackPlan
from mqttui.core.retained.report import messages_text
from mqttui.payload.printable import printable
from mqttui.settings.backup_folder import BackupFolder, first_line, lines_of
from mqttui.settings.paths import retained_dir
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.commands.retained import BACKUPS_COMMANDS
from mqttui.ui.widgets.cells import Cells, Lines, fitted
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.retained.backup import BackupHeader

BROKER_SHARE = 0.3


class BackupFile(NamedTuple):
    """A file with what it says of itself, or why it is none."""

    path: Path
    header: BackupHeader | None
    problem: str | None


class BackupsScreen(Screen["PutBackPlan | None"]):
    """Lists backup files, the newest first; dismissed with the plan to put one back, or None."""

    AUTO_FOCUS = "#backups-rows"
    BINDINGS: ClassVar[list[BindingType]] = [*BACKUPS_COMMANDS.bindings]
    CSS_PATH = "../styles/retained.tcss"

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Lines(id="retained-title")
        with Vertical(id="retained-frame"):
            yield ChoiceList[BackupFile](_cells, lambda row: row.path, id="backups-rows")
        yield Lines(id="retained-words")
        yield KeyBar()

    def on_mount(self) -> None:
        """Look into the folder, which may be slow."""
        self._rows: ChoiceList[BackupFile] = self.query_one("#backups-rows", ChoiceList)
        title = [("Backups of retained messages", "heading")]
        self.query_one("#retained-title", Lines).show([title])
        self.run_worker(self._list, name="list backups", thread=True)

    def _list(self) -> None:
        folder = retained_dir()
        try:
            files = [_described(path) for path in BackupFolder(folder, SUFFIX).files()]
            words = f"In {folder}."
        except SettingsError as error:
            files, words = [], str(error)
        self.app.call_from_thread(self._show, files, words)

    def _show(self, files: list[BackupFile], words: str) -> None:
        if not self.is_mounted:
            return
        self._rows.show(files, is_other_list=True)
        count = len(files)
        title = f"{count} backup" + ("" if count == 1 else "s") if count else "No backup yet"
        self.query_one("#retained-frame").border_title = Content(title)
        self._say(words)

    def _say(self, words: str, role: str = "dim") -> None:
        self.query_one("#retained-words", Lines).show([[(printable(words), role)]])

    @on(ChoiceList.Chosen)
    def action_choose(self) -> None:
        """Read the backup under the cursor."""
        chosen = self._rows.item
        if chosen is None:
            return
        if chosen.problem is not None:
            self._say(chosen.problem, "warning")
            return
        self._say(f"Reading {chosen.path.name} ...")
        self.run_worker(
            lambda: self._read(chosen.path), name="read backup", thread=True, exclusive=True
        )

    def _read(self, path: Path) -> None:
        try:
            plan = PutBackPlan(read_backup(lines_of(path), path.name), path.name)
        except (BackupError, SettingsError) as error:
            self.app.call_from_thread(self._say, str(error), "warning")
        else:
            self.app.call_from_thread(self._leave_with, plan)

    def _leave_with(self, plan: PutBackPlan) -> None:
        if self.is_mounted and self.app.screen is self:
            self.dismiss(plan)

    def action_leave(self) -> None:
        """Go back without one."""
        self.dismiss(None)


def _described(path: Path) -> BackupFile:
    try:
        return BackupFile(path, read_header(first_line(path), path.name), None)
    except (BackupError, SettingsError) as error:
        return BackupFile(path, None, str(error))


def _cells(row: BackupFile, width: int) -> Cells:
    header = row.header
    if header is None:
        return [(fitted(printable(row.problem or ""), width), "warning")]
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(header.saved_at))
    room = int(width * BROKER_SHARE)
    broker = fitted(printable(header.broker[:200]), room)
    count = messages_text(header.count)
    left = max(1, width - len(when) - room - len(count) - 6)
    topics = fitted(printable(header.topic_filter[: 4 * left]), left)
    return [
        (when + "  ", "fact"),
        (broker.ljust(room) + "  ", "dim"),
        (topics.ljust(left) + "  ", "topic"),
        (count, "number"),
    ]
