"""What was measured, as a table for people: on the screen and in RESULTS.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of targets; `is_met` is None when it could not be measured."""

    what: str
    target: str
    measured: str
    is_met: bool | None

    @property
    def verdict(self) -> str:
        """`met`, `MISSED` or `not measured`."""
        if self.is_met is None:
            return "not measured"
        return "met" if self.is_met else "MISSED"


@dataclass(frozen=True, slots=True)
class Chapter:
    """The outcome of one measurement: its rows, and the figures behind them in Markdown."""

    title: str
    rows: list[Row]
    details: list[str] = field(default_factory=list)


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the smallest sample that `percent` of all samples do not exceed."""
    ordered = sorted(samples)
    if not ordered:
        raise ValueError("no samples")
    return ordered[max(0, -(-len(ordered) * int(percent * 10) // 1000) - 1)]


def spread(samples: Sequence[float], digits: int = 2) -> str:
    """Return `median [least to most]`."""
    low, middle, high = min(samples), median(samples), max(samples)
    return f"{middle:,.{digits}f} [{low:,.{digits}f} to {high:,.{digits}f}]"


def markdown_table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    rows = [list(header), ["---"] * len(header), *map(list, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def target_table(chapters: Sequence[Chapter]) -> str:
    """Return the rows of all chapters as a table in Markdown."""
    return markdown_table(
        ("what", "target", "measured", "verdict"),
        (
            (row.what, row.target, row.measured, row.verdict)
            for chapter in chapters
            for row in chapter.rows
        ),
    )


def summary_line(chapters: Sequence[Chapter]) -> str:
    """Return how many targets were met, in one sentence."""
    rows = [row for chapter in chapters for row in chapter.rows]
    met = sum(row.is_met is True for row in rows)
    missed = sum(row.is_met is False for row in rows)
    unknown = len(rows) - met - missed
    tail = f", {unknown} not measured" if unknown else ""
    return f"{met} of {len(rows)} targets met, {missed} missed{tail}."


def whole_report(chapters: Sequence[Chapter], machine: Sequence[str], command: str) -> str:
    """Return the contents of RESULTS.md."""
    parts = [
        "# Results of the benchmark",
        f"Written by `{command}`; do not edit. Every ratio compares two programs on the same"
        " machine in the same run, taking turns; figures are medians unless they say otherwise."
        " CPU is user and system time of all threads.",
        "\n".join(f"- {line}" for line in machine),
        f"**{summary_line(chapters)}**",
        target_table(chapters),
    ]
    for chapter in chapters:
        parts += [f"## {chapter.title}", *chapter.details]
    return "\n\n".join(parts) + "\n"
