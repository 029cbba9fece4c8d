"""Backups of retained messages come back byte for byte, and damage is named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.retained.backup import (
    BackupError,
    BackupHeader,
    backup_lines,
    backup_name,
    header_of,
    read_backup,
)
from mqttui.core.retained.fetching import RetainedMessage

# Text with everything that is awkward in JSON or on lines, and bytes that are no text at all.
HOSTILE = ["\x00", "\u2028\x85\n\r", "\ufeff", "\u202eabc", '\\"', "a/+/#", "e\u0301"]
contents = st.binary() | st.text().map(str.encode) | st.sampled_from(HOSTILE).map(str.encode)
messages = st.builds(
    RetainedMessage,
    topic=contents.filter(bool),
    payload=contents,
    qos=st.sampled_from([0, 1, 2]),
    properties=st.binary(),
)
HEADER = BackupHeader("broker.example:1883", "iot49/#", 1_000_000.5, 1)


@given(st.lists(messages, unique_by=lambda message: message.topic))
def test_a_backup_comes_back_byte_for_byte(saved: list[RetainedMessage]) -> None:
    """Whatever a broker retains: topics, payloads and properties are what they were."""
    header = header_of("b:1", "#", 12.25, saved)
    text = "".join(backup_lines(header, saved))
    # Line ends are line feeds only, whatever is in the messages.
    backup = read_backup(text.splitlines(keepends=True), "file")
    assert text.isascii()
    assert backup.header == header
    assert list(backup.messages) == saved
    assert backup.problems == ()


def test_the_file_can_be_read_by_people() -> None:
    """Text stays text, and only what is none is base64."""
    saved = [
        RetainedMessage(b"a/b", b'{"v": 1}', 1),
        RetainedMessage(b"c", b"\xff", 0, b"\x01\x01"),
    ]
    lines = [json.loads(line) for line in backup_lines(header_of("b:1", "#", 0, saved), saved)]
    assert lines[0]["format"] == "mqttui retained messages"
    assert lines[1] == {"topic": "a/b", "payload": '{"v": 1}', "qos": 1}
    assert lines[2] == {
        "topic": "c", "payload_base64": "/w==", "qos": 0, "properties_base64": "AQE="
    }  # fmt: skip


@given(st.text(), st.text())
def test_a_name_is_harmless_whatever_broker_and_topic_are_called(broker: str, name: str) -> None:
    """No slash, no dot at the beginning, nothing that a shell would read."""
    text = backup_name(BackupHeader(broker, name, 0.0, 0))
    assert text.startswith("19700101-000000-")
    assert len(text) < 80
    assert all(character.isalnum() or character in "-." for character in text)
    assert text.isascii()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nonsense", "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
        ('{"payload": "x", "qos": 0}', "the topic is missing"),
        ('{"topic": "", "payload": "x", "qos": 0}', "the topic is missing"),
        ('{"topic": "a", "qos": 0}', "the payload is missing"),
        ('{"topic": "a", "payload": "x", "qos": 3}', "the qos must be 0, 1 or 2"),
        ('{"topic": "a", "payload": "x", "qos": true}', "the qos must be 0, 1 or 2"),
        ('{"topic": "a", "payload": 7, "qos": 0}', "the payload must be text"),
        ('{"topic": "a", "payload": "\\ud800", "qos": 0}', "the payload is not valid text"),
        ('{"topic": "a", "payload_base64": "?", "qos": 0}', "payload_base64 is not valid base64"),
        ('{"topic": "a", "payload_base64": 7, "qos": 0}', "payload_base64 is not valid base64"),
    ],
)
def test_a_damaged_line_is_named_and_the_others_are_used(line: str, words: str) -> None:
    """The problem names file and line; what is whole is there."""
    good = RetainedMessage(b"good", b"1", 1)
    header, message = backup_lines(header_of("b", "#", 0.0, [good, good]), [good])
    backup = read_backup([header, line + "\n", message], "x.jsonl")
    assert backup.messages == (good,)
    assert backup.problems == (f"x.jsonl, line 2: {words}; this message is left out.",)


def test_a_file_that_was_cut_is_said_to_be() -> None:
    """A missing end is no silent loss."""
    saved = [RetainedMessage(b"%d" % number, b"", 0) for number in range(3)]
    lines = list(backup_lines(header_of("b", "#", 0.0, saved), saved))[:-1]
    assert read_backup(lines, "x.jsonl").problems == (
        "x.jsonl has 2 messages instead of 3: it was cut.",
    )


def test_many_problems_are_counted() -> None:
    """A file that is damaged all over does not fill the screen."""
    lines = [next(backup_lines(header_of("b", "#", 0.0, [None] * 50), [])), *["?\n"] * 50]  # type: ignore[list-item]
    problems = read_backup(lines, "x").problems
    assert len(problems) == 21
    assert problems[-1] == "x: 30 more lines are damaged and left out."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "is not a backup"),
        ("{}", "is not a backup"),
        ('{"format": "mqttui retained messages", "version": 2}', "another version"),
        ('{"format": "mqttui retained messages", "version": 1}', "line 1"),
        (
            '{"format": "mqttui retained messages", "version": 1, "broker": "b", "topic_filter": '
            '"#", "saved_at": 1e999, "messages": 1}',
            "line 1",
        ),
    ],
)
def test_another_file_is_refused(line: str, words: str) -> None:
    """What is no backup is said to be none, by name."""
    with pytest.raises(BackupError, match=words) as refused:
        read_backup([line] if line else [], "notes.txt")
    assert str(refused.value).startswith("notes.txt")
