"""What all tests share: no clock in properties, and one line about tests that could not run."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

from tests.support.board.emulated_board import missing

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter


def pytest_configure() -> None:
    """Look for garbage less often: each app of a test leaves tens of thousands of cycles behind.

    Python's own numbers made it half of the work of the tests of the interface.
    """
    gc.set_threshold(100_000, 10, 10)
    # How long an example takes says more of what else the machine does than of the program.
    settings.register_profile(
        "no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("no clock")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say once how many tests of the emulated board were skipped, and what they need."""
    sentence = missing()
    if sentence is None:
        return
    skipped = terminalreporter.getreports("skipped")
    count = sum(sentence in report.longreprtext for report in skipped)
    if count:
        terminalreporter.write_line(f"{count} tests of the emulated board were skipped: {sentence}")
