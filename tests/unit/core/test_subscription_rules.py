"""Sentences about filters as they are typed."""

from __future__ import annotations

import pytest

from mqttui.core.subscription_rules import (
    filter_warnings,
    is_catch_all,
    overlap_notes,
    subscription_problem,
)
from mqttui.settings.connection import Subscription


@pytest.mark.parametrize(
    ("subscription", "words"),
    [
        (Subscription("a/#/b"), "last level"),
        (Subscription("$share/group"), "$share/group/filter"),
        (Subscription("$share/g/a", no_local=True), "no local"),
        (Subscription("a", qos=3), "0, 1 or 2"),
        (Subscription("a", retain_handling=3), "0, 1 or 2"),
    ],
)
def test_what_must_not_be_sent_is_refused(subscription: Subscription, words: str) -> None:
    """Each refusal names the rule."""
    assert words in (subscription_problem(subscription) or "")


def test_what_may_be_sent_is_not_refused() -> None:
    """Shared subscriptions and options together with a plain filter are fine."""
    for subscription in (Subscription("$share/g/a/+"), Subscription("a", 2, True, True, 2)):
        assert subscription_problem(subscription) is None


@pytest.mark.parametrize(
    ("topic_filter", "words"),
    [
        ("#", "every message of everybody"),
        ("+/#", "every message of everybody"),
        ("$share/g/#", "every message of everybody"),
        ("/house/#", "not house/#"),
        ("/", "leading slash"),
        ("house//x", "without a name"),
        ("house/", "without a name"),
        ("house/ #".replace("#", "x"), "contains a space"),
        (" house", "begins or ends with a space"),
        ("büro/#", "not ASCII"),
        ("$internal/x", "belong to the broker"),
        ("a/b/c/d/e/f/g/h/i", "more than 8 levels"),
    ],
)
def test_what_is_hardly_meant_is_a_warning(topic_filter: str, words: str) -> None:
    """What the specification allows and nobody wants is said, each in a sentence."""
    assert any(words in warning for warning in filter_warnings(topic_filter))


@pytest.mark.parametrize("topic_filter", ["house/#", "+/status", "$SYS/#", "$share/g/house/+"])
def test_ordinary_filters_have_no_warning(topic_filter: str) -> None:
    """Nothing is said where nothing is wrong."""
    assert filter_warnings(topic_filter) == []
    assert not is_catch_all(topic_filter)


@pytest.mark.parametrize(
    ("topic_filter", "others", "words"),
    [
        ("a/#", ["#", "$SYS/#"], "# brings all of this already."),
        ("#", ["a/#", "b/+", "c"], "This brings all of a/#, b/+ and 1 more as well."),
        ("a/+", ["+/b"], "Some topics match +/b too."),
        ("a\x1b", ["#", "\x1b/#"], "# brings all"),
    ],
)
def test_overlaps_are_told_with_what_follows(
    topic_filter: str, others: list[str], words: str
) -> None:
    """One sentence names the other filters, the next says what brokers may do."""
    (note,) = overlap_notes(topic_filter, others)
    assert note.startswith(words)
    assert "once for each filter" in note
    assert note.isprintable()


def test_a_shared_subscription_comes_beside_all_others() -> None:
    """It is served on its own by every broker, so there is no perhaps."""
    (note,) = overlap_notes("$share/g/a/#", ["a/#"])
    assert note.startswith("a/# brings all of this already.")
    assert "once more" in note
    assert "Some brokers" not in note


def test_filters_without_common_topics_are_not_mentioned() -> None:
    """Neither is the filter itself, when it is asked for again."""
    assert overlap_notes("a/#", ["b/#", "$SYS/#", "a/#"]) == []
