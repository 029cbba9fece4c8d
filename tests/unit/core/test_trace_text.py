"""A trace as a file."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.trace import Direction, TraceEntry
from mqttui.core.trace_text import COLUMNS, fields, file_lines

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ENTRY = TraceEntry(
    number=7,
    at=1_700_000_000.25,
    direction=Direction.SENT,
    packet="PUBLISH",
    packet_id=3,
    qos=1,
    is_retained=True,
    is_dup=True,
    topic=b"a\tb\n\x1b[31m\xff",
    size_bytes=20,
    count=2,
    words="x\r\ny",
    after_s=0.0123456,
)


def test_a_line_holds_every_fact() -> None:
    """Each column has its value; nothing can break the line or the field."""
    values = dict(zip(COLUMNS, fields(ENTRY), strict=True))
    assert datetime.fromisoformat(values.pop("time")).timestamp() == ENTRY.at
    assert values == {
        "direction": "sent",
        "packet": "PUBLISH",
        "packet_id": "3",
        "qos": "1",
        "flags": "retain+dup",
        "topic": "a␉b␊␛[31m\\xff",
        "size_bytes": "20",
        "count": "2",
        "after_ms": "12.346",
        "words": "x␍␊y",
    }
    bare = fields(TraceEntry(1, 0.0, Direction.RECEIVED, "PINGRESP"))
    assert bare[1:] == ["received", "PINGRESP", "-", "-", "-", "-", "-", "1", "-", "-"]


def test_a_file_says_what_it_is() -> None:
    """The head names format, broker and columns, and what is missing."""
    lines = list(file_lines([ENTRY], label="b\x1broker", saved_at=0.0, remarks=["2 gave way"]))
    assert lines[0] == "# mqttui packet trace 1"
    assert lines[1].startswith("# broker b␛roker, saved ")
    assert lines[2] == "# 2 gave way"
    assert lines[3] == "# " + "\t".join(COLUMNS)
    assert len(lines) == 5


@given(st.binary(max_size=80), st.text(max_size=80))
def test_any_entry_is_one_line_of_as_many_fields(topic: bytes, words: str) -> None:
    """Whatever topic and words hold, a script can split the line."""
    entry = TraceEntry(1, 0.0, Direction.SENT, "PUBLISH", topic=topic, words=words)
    (line,) = list(file_lines([entry], label=words, saved_at=0.0))[3:]
    assert len(line.split("\t")) == len(COLUMNS)
    assert {unicodedata.category(each) for each in line if each != "\t"}.isdisjoint(UNSAFE)
    assert len(line.splitlines()) == 1
