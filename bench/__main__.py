"""`python -m bench`: measure everything and write RESULTS.md."""

from __future__ import annotations

import argparse
import importlib
import time
import traceback
from pathlib import Path

from bench.effort import Effort
from bench.machine import description
from bench.report import Chapter, Row, summary_line, target_table, whole_report

MEASUREMENTS = (
    "ingest",
    "program",
    "burst",
    "screen",
    "chart",
    "reading",
    "search",
    "decoding",
    "topic_memory",
    "flood_memory",
    "start",
    "quiet",
)
RESULTS = Path(__file__).parent / "RESULTS.md"


def measured(name: str, effort: Effort) -> Chapter:
    """Return the chapter of one measurement; one that failed says so and stops no other."""
    try:
        chapter: Chapter = importlib.import_module(f"bench.measure_{name}").measure(effort)
    except Exception as error:
        traceback.print_exc()
        kind = type(error).__name__
        return Chapter(name, [Row(name, "", f"failed with {kind}", None)])
    return chapter


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, metavar="NAME", default=None)
    parser.add_argument("--full", action="store_true", help="more repeats, ten minutes of flooding")
    parser.add_argument("--quick", action="store_true", help="one repeat of everything")
    parser.add_argument("--output", type=Path, help="where to write; RESULTS.md for a whole run")
    arguments = parser.parse_args()

    machine = description()
    effort = Effort.of(is_full=arguments.full, is_quick=arguments.quick)
    chapters = []
    for name in arguments.only or MEASUREMENTS:
        began = time.monotonic()
        print(f"{name}: measuring", flush=True)
        chapter = measured(name, effort)
        chapters.append(chapter)
        print("\n\n".join([target_table([chapter]), *chapter.details]))
        print(f"{name}: took {time.monotonic() - began:.0f} s\n", flush=True)

    print(target_table(chapters))
    print(summary_line(chapters))
    output = arguments.output or (RESULTS if arguments.only is None else None)
    if output is not None:
        output.write_text(whole_report(chapters, machine, effort.command))
        print(f"Written to {output}.")


if __name__ == "__main__":
    main()
