"""Where unexpected errors of background threads go while the interface owns the terminal."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mqttui.cli.terminal import warn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _CountedFile(logging.FileHandler):
    """Opens the file with the first record, so that a quiet run leaves none; counts records."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, mode="w", encoding="utf-8", delay=True)
        self.records = 0
        self.is_written = True

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; a disk that does not take it must not disturb the program."""
        self.records += 1
        try:
            if self.stream is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            super().emit(record)
        except OSError:
            self.is_written = False

    @property
    def _path(self) -> Path:
        from pathlib import Path

        return Path(self.baseFilename)


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Write warnings and errors to `path` meanwhile; afterwards say on stderr if there were any."""
    handler = _CountedFile(path)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
        if handler.records:
            what = "an unexpected problem" if handler.records == 1 else "unexpected problems"
            where = f"see {path}" if handler.is_written else f"{path} could not be written"
            warn(f"There was {what} ({handler.records} in all); {where}.")
