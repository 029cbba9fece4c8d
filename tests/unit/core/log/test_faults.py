"""Exceptions in words."""

from __future__ import annotations

import logging

from mqttui.core.log.event_log import Severity
from mqttui.core.log.faults import (
    LINE_LIMIT,
    LINES_LIMIT,
    FaultTally,
    fault_of,
    is_worth_writing,
    report_of,
    words_of,
)
from mqttui.core.log.journal import Journal
from mqttui.core.log.records import MAX_WAITING, RecordCollector
from mqttui.core.topic import filter_matches


def caught(raise_it: object) -> Exception:
    """Return the exception that a call raises."""
    try:
        raise_it()  # type: ignore[operator]
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_fault_names_type_words_and_our_own_line() -> None:
    """The innermost line of this program is named, not that of a library below it."""
    fault = fault_of(caught(lambda: filter_matches("a", None)), "The filter")  # type: ignore[arg-type]
    assert fault.kind == "TypeError"
    assert fault.place.startswith("topic.py, line ")
    assert fault.place.endswith(" in filter_matches")
    assert fault.sentence.startswith("The filter failed unexpectedly: TypeError: ")


def test_hostile_messages_are_harmless_and_short() -> None:
    """An exception may quote a payload: it is made printable and cut, in words and report."""
    evil = "\x1b]52;c;x\x07\n" + "x" * 100_000

    def fail() -> None:
        raise ValueError(evil)

    error = caught(fail)
    assert words_of(error).isprintable()
    assert len(words_of(error)) < 320
    report = report_of(error)
    assert all(line.isprintable() and len(line) <= LINE_LIMIT + 2 for line in report.split("\n"))
    assert "in fail" in report
    many = caught(lambda: exec("raise ValueError('\\n' * 5000)"))
    assert len(report_of(many).split("\n")) <= LINES_LIMIT + 1


def test_an_exception_without_a_message() -> None:
    """Also what cannot say itself can be told."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def fail() -> None:
        raise Mute

    assert words_of(caught(fail)) == "its message cannot be read"
    assert "Mute" in report_of(caught(fail))


def test_the_same_fault_is_one_entry_and_few_lines_in_the_file() -> None:
    """A part that fails with every frame is counted, not repeated."""
    journal = Journal()
    tally = FaultTally()
    written = 0
    for frame in range(1000):
        fault = fault_of(caught(lambda: 1 // 0), "The tree")
        written += is_worth_writing(tally.note(fault))
        journal.note_fault(fault, float(frame * 100))
    (event,) = journal.log.events()
    assert (event.count, event.severity) == (1000, Severity.ERROR)
    assert (written, tally.total) == (4, 1000)


def test_records_of_other_threads_are_collected() -> None:
    """Warnings and errors come, information does not; their exceptions are in words."""
    logger = logging.getLogger("test.records")
    quiet = logging.getLogger("test.quiet")
    collector = RecordCollector(ignored=["test.quiet"])
    for each in (logger, quiet):
        each.addHandler(collector)
        each.propagate = False
    logger.info("nothing")
    quiet.error("known already")
    logger.warning("careful, %s", "\x1b[31m")
    try:
        raise OSError("no \x07 disk")
    except OSError:
        logger.exception("saving failed")
    warning, error = collector.take()
    assert (warning.sentence, warning.is_error) == ("careful, ␛[31m (test.records)", False)
    assert error.sentence == "saving failed: OSError: no ␇ disk (test.records)"
    assert error.is_error
    assert collector.take() == []
    for _ in range(MAX_WAITING + 5):
        logger.error("again")
    assert len(collector.take()) == MAX_WAITING
