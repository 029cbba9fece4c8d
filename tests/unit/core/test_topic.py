"""Topic names and filters against MQTT 5.0 section 4.7 and paho's own matcher."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from paho.mqtt.client import Client, topic_matches_sub

from mqttui.core.topic import filter_matches, filter_problem, topic_problem

LEVELS = st.sampled_from(["", "a", "b", "sport", "$SYS", "a+", "ü", " ", "a\nb", ".*"])
TOPICS = (
    st.lists(LEVELS, min_size=1, max_size=4)
    .map("/".join)
    .filter(lambda topic: bool(topic) and "+" not in topic)
)
FILTERS = st.lists(st.one_of(LEVELS, st.sampled_from(["+", "#"])), min_size=1, max_size=4).map(
    "/".join
)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "is_match"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/broker", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/monitor/Clients", True),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", True),
        ("ACCOUNTS", "Accounts", False),
        ("$share/class/lab/+", "lab/a", True),
        ("$share/class/#", "$SYS/broker", False),
    ],
)
def test_examples_of_the_specification(topic_filter: str, topic: str, is_match: bool) -> None:
    """The examples that section 4.7 and 4.8.2 give come out as they say."""
    assert filter_problem(topic_filter) is None
    assert filter_matches(topic_filter, topic) is is_match


@pytest.mark.parametrize(
    ("topic_filter", "words"),
    [
        ("", "at least one character"),
        ("a\0b", "NUL"),
        ("a/\ud800", "UTF-8"),
        ("x" * 65_536, "65,535 bytes; this one has 65,536"),
        ("sport/tennis#", "# must stand alone"),
        ("sport/#/ranking", "# must be the last level"),
        ("sport+", r"+ must stand alone"),
        ("$share/class", "topic filter after its group"),
        ("$share//a", "group name"),
        ("$share/cl+ss/a", "group name"),
        ("$share/class/a#", "# must stand alone"),
    ],
)
def test_a_bad_filter_names_the_rule_it_breaks(topic_filter: str, words: str) -> None:
    """Each way to get a topic filter wrong is answered with the rule."""
    problem = filter_problem(topic_filter)
    assert problem is not None
    assert words in problem


@given(FILTERS)
def test_filters_are_judged_as_paho_judges_them(topic_filter: str) -> None:
    """What is accepted here is what paho would send to a broker."""
    if topic_filter:
        is_valid = Client._filter_wildcard_len_check(topic_filter.encode()) == 0
        assert (filter_problem(topic_filter) is None) is is_valid


@given(FILTERS.filter(lambda text: bool(text) and filter_problem(text) is None), TOPICS)
@example("#", "$SYS")
@example("a/#", "a")
@example("+/+", "/")
def test_filters_match_as_paho_matches(topic_filter: str, topic: str) -> None:
    """A valid filter matches a topic exactly when paho's matcher says so."""
    assert filter_matches(topic_filter, topic) is topic_matches_sub(topic_filter, topic)


@given(st.text())
def test_a_topic_without_problem_matches_itself_and_nothing_raises(text: str) -> None:
    """Any text is judged without an exception, and a good topic is a filter for itself."""
    filter_problem(text)
    if topic_problem(text) is None and not text.startswith("$share/"):
        assert filter_matches(text, text)


def test_wildcards_are_refused_in_a_topic_to_publish_to() -> None:
    """A topic name has no wildcards."""
    assert topic_problem("lab/+/v") is not None
    assert topic_problem("lab/#") is not None
    assert topic_problem("lab/bench01/v") is None
