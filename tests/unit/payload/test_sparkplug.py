"""Sparkplug B: metrics by name, their types, and aliases that only a birth explains.

The payloads were written by another implementation (pysparkplug 0.6.1, which carries the schema
of the Eclipse project).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.registry import decode
from mqttui.payload.request import Context
from mqttui.payload.sparkplug.births import MOST_PLACES, SparkplugBirths, birth_topic
from mqttui.payload.tree import plain_value

BIRTH = bytes.fromhex(
    "0880d095ffbc3112120a0562645365711880d095ffbc3120085803123a0a0b54656d7065726174757265100120"
    "094a220a07656e67556e69740a077175616c6974791207080c4203c2b0431205080318c001650000ac4112120a"
    "064f66667365741002200250fbffffff0f12170a06456e657267791003200458f9ffffffffffffffff01120f0a"
    "0752756e6e696e671004200b700112120a0653657269616c1005200c7a04412d313712140a0753746172746564"
    "1006200d5880d095ffbc31120f0a074d697373696e671007200a3801121a0a0543757276651008201e82010c00"
    "00c03f000020400000604012130a05466c6167731009202082010503000000a012130a05576f726473100a2021"
    "820105610062630012380a055461626c65100b20108a012a080212017612016918091803220f0a051d0000c03f"
    "0a0608feffffff0f220b0a051d000020400a02080312330a054d6f746f72100c20139201250a0131120a0a0352"
    "504d20035084071a0b0a05506f6c65731003180422054d6f746f7228001800"
)
DATA = bytes.fromhex(
    "08e8d795ffbc3112071001650000b2411208100250faffffff0f120b106369000000000000f03f120d100418f8"
    "a895ffbc31280170001801"
)
BIRTH_TOPIC = "spBv1.0/course/DBIRTH/bench1/board"
DATA_TOPIC = "spBv1.0/course/DDATA/bench1/board"
BIRTH_LINES = """\
{
  "timestamp": 2023-11-14T22:13:20Z,
  "metrics": {
    "bdSeq": 3,  # UInt64, at 2023-11-14T22:13:20Z
    "Temperature": 21.5,  # Float, engUnit "°C", quality 192
    "Offset": -5,  # Int16
    "Energy": -7,  # Int64
    "Running": true,  # Boolean
    "Serial": "A-17",  # String
    "Started": 2023-11-14T22:13:20Z,  # DateTime
    "Missing": null,  # Double
    "Curve": [1.5, 2.5, 3.5],  # FloatArray
    "Flags": [true, false, true],  # BooleanArray
    "Words": ["a", "bc"],  # StringArray
    "Table": [  # DataSet
      {
        "v": 1.5,
        "i": -2
      },
      {
        "v": 2.5,
        "i": 3
      }
    ],
    "Motor": {  # Template
      "version": "1",
      "metrics": {
        "RPM": 900  # Int32
      },
      "parameters": {
        "Poles": 4
      },
      "template_ref": "Motor",
      "is_definition": false
    }
  },
  "seq": 0
}"""


def births() -> SparkplugBirths:
    """Return what is known after the birth."""
    found = SparkplugBirths()
    assert found.feed(BIRTH_TOPIC, BIRTH)
    return found


def test_a_birth_shows_every_kind_of_metric() -> None:
    """Signs, times, arrays, tables and templates read as their data type says."""
    decoded = decode(BIRTH, context=Context(topic=BIRTH_TOPIC))
    assert (decoded.guess, decoded.error, decoded.notes) == ("Sparkplug B", None, ())
    assert decoded.text == BIRTH_LINES


def test_aliases_are_resolved_from_the_birth() -> None:
    """Later messages get names and types from it; what it did not name is counted."""
    decoded = decode(DATA, context=Context(topic=DATA_TOPIC, births=births()))
    assert decoded.tree is not None
    assert plain_value(decoded.tree) == {
        "timestamp": 1700000001000,
        "metrics": {"Temperature": 22.25, "Offset": -6, "alias 99": 1.0, "Running": False},
        "seq": 1,
    }
    assert '"Running": false  # Boolean, historical, at 2023-11-14T22:13:15Z' in decoded.text
    assert decoded.notes == ("no birth that names 1 metric was seen",)


def test_without_a_birth_the_aliases_are_shown() -> None:
    """Nothing is hidden because a name is missing."""
    decoded = decode(DATA, context=Context(topic=DATA_TOPIC))
    assert '"alias 1": 22.25' in decoded.text
    assert decoded.notes == ("no birth that names 4 metrics was seen",)
    chosen = decode(DATA, decoder="sparkplug")
    assert (chosen.text, chosen.certainty) == (decoded.text, "chosen")


def test_other_topics_and_other_nodes_know_nothing_of_it() -> None:
    """An alias belongs to its edge node or device."""
    known = births()
    for topic in (
        "spBv1.0/course/DDATA/bench2/board",
        "spBv1.0/other/DDATA/bench1/board",
        "spBv1.0/course/NDATA/bench1",
        "course/DDATA/bench1/board",
    ):
        assert known.metric(topic, 1) is None
    assert known.metric(DATA_TOPIC, 1) == ("Temperature", 9)
    assert known.metric("spBv1.0/course/DCMD/bench1/board", 1) == ("Temperature", 9)


@pytest.mark.parametrize(
    ("topic", "birth"),
    [
        ("spBv1.0/g/NDATA/n", "spBv1.0/g/NBIRTH/n"),
        ("spBv1.0/g/NBIRTH/n", "spBv1.0/g/NBIRTH/n"),
        ("spBv1.0/g/DCMD/n/d", "spBv1.0/g/DBIRTH/n/d"),
        ("spBv1.0/STATE/host", None),
        ("spBv1.0/g/NDATA/n/d/e", None),
        ("spAv1.0/g/NDATA/n", None),
        ("", None),
    ],
)
def test_each_topic_names_the_birth_it_needs(topic: str, birth: str | None) -> None:
    """The interface looks up that topic's last message and feeds it."""
    assert birth_topic(topic) == birth


def test_a_new_birth_replaces_the_old_one_and_a_damaged_one_does_not() -> None:
    """A node that was restarted numbers its metrics anew."""
    known = births()
    assert not known.feed(DATA_TOPIC, BIRTH)
    assert not known.feed(BIRTH_TOPIC, BIRTH[:-3])
    assert known.metric(DATA_TOPIC, 1) == ("Temperature", 9)
    assert known.feed(BIRTH_TOPIC, b"\x12\x09\x0a\x03New\x10\x01\x20\x0a")
    assert known.metric(DATA_TOPIC, 1) == ("New", 10)
    assert known.metric(DATA_TOPIC, 2) is None


def test_births_are_bounded() -> None:
    """Whoever invents edge nodes makes only others be forgotten."""
    known = births()
    for number in range(MOST_PLACES):
        known.feed(f"spBv1.0/flood/NBIRTH/{number}", b"\x12\x05\x0a\x01a\x10\x01")
    assert known.metric(DATA_TOPIC, 1) is None
    assert known.metric(f"spBv1.0/flood/NDATA/{MOST_PLACES - 1}", 1) == ("a", 0)


@given(st.integers(0, len(BIRTH) - 1), st.binary(max_size=6))
def test_a_damaged_birth_is_shown_or_refused(place: int, damage: bytes) -> None:
    """Bytes changed anywhere in a real payload never raise."""
    payload = BIRTH[:place] + damage + BIRTH[place + len(damage) :]
    known = SparkplugBirths()
    known.feed(BIRTH_TOPIC, payload)
    decoded = decode(payload, decoder="sparkplug", context=Context(BIRTH_TOPIC, births=known))
    assert decoded.kind in ("tree", "hex")
    assert (decoded.kind == "tree") or decoded.error


@given(st.binary(min_size=1, max_size=200))
def test_another_payload_on_such_a_topic_is_shown_as_what_it_is(payload: bytes) -> None:
    """A topic that says Sparkplug does not hide a message that is none."""
    decoded = decode(payload, context=Context(topic=DATA_TOPIC))
    assert decoded.decoder == "sparkplug" or decoded.text == decode(payload).text
