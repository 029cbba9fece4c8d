"""Relations of topic filters, against the matching of topics itself."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.filter_relations import bare_filter, has_common_topics, is_covered, narrowness
from mqttui.core.topic import filter_matches, filter_problem

FILTERS = (
    st.lists(st.sampled_from(["a", "b", "", "$x", "+", "#"]), min_size=1, max_size=3)
    .map("/".join)
    .filter(lambda text: filter_problem(text) is None)
)
# `z` stands for every name that no filter spells out; the empty topic only makes the list whole.
TOPICS = [
    "/".join(levels)
    for depth in range(1, 5)
    for levels in product(["a", "b", "", "$x", "z"], repeat=depth)
]


@given(narrow=FILTERS, wide=FILTERS)
def test_a_filter_is_covered_when_all_its_topics_are(narrow: str, wide: str) -> None:
    """The answer is that of trying every topic."""
    topics = [topic for topic in TOPICS if filter_matches(narrow, topic)]
    assert is_covered(narrow, wide) == all(filter_matches(wide, topic) for topic in topics)


@given(narrow=FILTERS, wide=FILTERS)
def test_narrower_filters_come_first(narrow: str, wide: str) -> None:
    """A filter that another one covers, and does not cover itself, is sorted before it."""
    if is_covered(narrow, wide):
        assert narrowness(narrow) <= narrowness(wide)
        assert (narrowness(narrow) == narrowness(wide)) == is_covered(wide, narrow)


@given(one=FILTERS, other=FILTERS)
def test_filters_have_common_topics_when_one_topic_matches_both(one: str, other: str) -> None:
    """The answer is that of trying every topic, whichever filter comes first."""
    expected = any(filter_matches(one, topic) and filter_matches(other, topic) for topic in TOPICS)
    assert has_common_topics(one, other) == has_common_topics(other, one) == expected


@pytest.mark.parametrize("shared", ["$share/group/a/#", "$share/g/a/#"])
def test_a_shared_subscription_is_about_its_filter(shared: str) -> None:
    """The group makes no difference to what matches."""
    assert bare_filter(shared) == "a/#"
    assert is_covered(shared, "#")
    assert is_covered("a/b", shared)
    assert not is_covered("#", shared)
