"""What a chart shows as a file: a table, or a figure where matplotlib is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.core.charts.export import csv_text
from mqttui.plots.figure_file import FORMATS, Figure, figure_bytes
from mqttui.settings.new_file import write_new_bytes
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mqttui.core.charts.series import Series

EXPLANATION = (
    "The ending says what it becomes: .csv a table of the points in sight, .pdf, .png or .svg a"
    " figure (needs the extra mqttui[plot]). The file is a new one that only you can read."
)


@dataclass(frozen=True, slots=True)
class ChartFile:
    """A chart as it was seen: the points of each named line, and the figure."""

    columns: Sequence[tuple[str, Series]]
    start_s: float
    end_s: float
    figure: Figure

    def write(self, path: Path) -> None:
        """Write a new file; takes long. Raises `SettingsError` with a sentence."""
        ending = path.suffix.lower()
        if ending == ".csv":
            content = csv_text(self.columns, self.start_s, self.end_s).encode()
        elif ending in FORMATS:
            content = figure_bytes(self.figure, ending)
        else:
            endings = ", ".join((".csv", *FORMATS))
            raise SettingsError(f"{path}: the name must end in one of {endings}.")
        write_new_bytes(path, [content])
