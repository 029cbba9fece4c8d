"""Decoders that were chosen for topics, and that survive a file."""

from __future__ import annotations

import json
import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.decoder_rules import MOST_RULES, DecoderRules, rules_of_tables
from mqttui.core.topic import filter_matches, filter_problem
from mqttui.payload.registry import AUTOMATIC, DECODERS

NAMES = st.sampled_from([AUTOMATIC, *(each.name for each in DECODERS), "protobuf:a.B", "gzip:json"])
LEVELS = st.sampled_from(["a", "b", "c d", "$SYS", "é", '"', "\\", ""])
FILTERS = st.builds(
    lambda levels, end: "/".join([*levels, end]),
    st.lists(LEVELS | st.just("+"), max_size=3),
    LEVELS | st.sampled_from(["+", "#"]),
).filter(lambda text: filter_problem(text) is None)
RULES = st.lists(st.tuples(FILTERS, NAMES), max_size=8)


def rules_of(pairs: list[tuple[str, str]]) -> DecoderRules:
    """Return rules that were chosen one after the other."""
    rules = DecoderRules()
    for topic_filter, decoder in pairs:
        rules = rules.with_rule(topic_filter, decoder)
    return rules


@given(RULES)
def test_rules_survive_toml_and_json(pairs: list[tuple[str, str]]) -> None:
    """Whatever characters a filter has, the file gives it back, in the same order."""
    rules = rules_of(pairs)
    document = tomlkit.dumps({"decoders": rules.to_tables()})
    for value in (
        tomllib.loads(document)["decoders"],
        json.loads(json.dumps(rules.to_tables())),
    ):
        assert rules_of_tables(value, "file") == (rules, ())


@given(RULES, st.sampled_from(["a", "a/b", "a/b/c d", "$SYS", "é/a", "b"]))
def test_the_rule_that_was_made_last_decides(pairs: list[tuple[str, str]], topic: str) -> None:
    """A new choice wins over older ones, and a new one for the same filter replaces it."""
    matching = [decoder for topic_filter, decoder in pairs if filter_matches(topic_filter, topic)]
    assert rules_of(pairs).decoder_for(topic) == (matching[-1] if matching else AUTOMATIC)
    assert len(rules_of(pairs + pairs).rules) == len({topic_filter for topic_filter, _ in pairs})


def test_a_rule_can_be_taken_back() -> None:
    """Without its rule a topic is decoded by guess again."""
    rules = rules_of([("a/#", "hex"), ("a/b", "cbor")])
    assert rules.without("a/b").decoder_for("a/b") == "hex"
    assert rules.without("a/#").decoder_for("a/c") == AUTOMATIC


@pytest.mark.parametrize(
    ("topic_filter", "decoder", "sentence"),
    [
        ("a/#/b", "hex", "The wildcard # must be the last level of a topic filter."),
        ("a", "avro", "There is no decoder named 'avro'."),
        ("a", "hex:x", "There is no decoder named 'hex:x'."),
        (
            "a",
            "protobuf:" + "x" * 400,
            "The name of a decoder must not be longer than 300 characters.",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused(topic_filter: str, decoder: str, sentence: str) -> None:
    """The sentence says what is wrong with it, also when it stands in a file."""
    with pytest.raises(ValueError, match=r"\.$") as raised:
        DecoderRules().with_rule(topic_filter, decoder)
    assert str(raised.value) == sentence
    table = {"topic_filter": topic_filter, "decoder": decoder}
    good = {"topic_filter": "z", "decoder": "hex"}
    rules, problems = rules_of_tables([table, good], "x.toml")
    assert problems == (f"x.toml, rule 1 of the decoders: {sentence}",)
    assert rules.decoder_for("z") == "hex"


def test_damaged_tables_are_passed_over() -> None:
    """One bad entry takes nothing else with it."""
    good = {"topic_filter": "a", "decoder": "hex"}
    rules, problems = rules_of_tables([1, {}, {"topic_filter": 3}, good, good], "f")
    assert rules.decoder_for("a") == "hex"
    assert problems[0] == "f, rule 1 of the decoders: needs topic_filter and decoder, both text."
    assert problems[3] == "f, rule 5 of the decoders: an earlier rule has the same filter."
    assert rules_of_tables({}, "f")[1] == ("f: the rules of decoders must be a list of tables.",)
    many = [{"topic_filter": f"t/{n}", "decoder": "hex"} for n in range(MOST_RULES + 5)]
    rules, problems = rules_of_tables(many, "f")
    assert (len(rules.rules), len(problems)) == (MOST_RULES, 1)
