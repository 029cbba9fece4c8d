"""Is it retained: yes, no, another value, or not known, in one sentence."""

from __future__ import annotations

import pytest

from mqttui.core.message import MessageDetail
from mqttui.core.retained.check import Answer, retained_answer
from mqttui.core.retained.fetching import RetainedMessage, RetainedStatus


class Fetch:
    """A fetch that is done."""

    topic_filter = "a"

    def __init__(self, *messages: RetainedMessage, problem: str | None = None) -> None:
        self.messages = messages
        self.status = RetainedStatus(len(messages), 0, True, problem, 0.014)

    def cancel(self) -> None:
        """Do nothing."""


def retained(payload: bytes, full_size_bytes: int | None = None) -> Fetch:
    """Return a fetch that found a value."""
    return Fetch(RetainedMessage(b"a", payload, 0, full_size_bytes=full_size_bytes))


def test_the_same_value() -> None:
    """Yes, with the time it took."""
    answer = retained_answer(retained(b"21.5"), (0.0, b"21.5", 1, None))
    assert answer.answer is Answer.SAME
    assert answer.sentence.startswith("Yes")
    assert "14 ms" in answer.sentence
    assert answer.is_retained is True


def test_nothing_is_retained() -> None:
    """No, whatever was seen."""
    answer = retained_answer(Fetch(), (0.0, b"21.5", 1, None))
    assert (answer.answer, answer.is_retained) == (Answer.NOTHING, False)


@pytest.mark.parametrize(
    ("kept", "seen", "difference"),
    [
        (b"21.5", b"21.7", "differs from byte 4, 4 B: retained 21.5"),
        (b"on", b"", "differs from byte 1, 2 B, not 0 B: retained on"),
        (b"abc", b"ab", "differs from byte 3, 3 B, not 2 B: retained abc"),
        (b"\x1b[2J", b"x", "differs from byte 1, 4 B, not 1 B: retained ␛[2J"),
    ],
)
def test_another_value(kept: bytes, seen: bytes, difference: str) -> None:
    """Changed, and how in one line that no terminal obeys."""
    answer = retained_answer(retained(kept), (0.0, seen, 0, None))
    assert answer.answer is Answer.OTHER
    assert answer.difference == difference
    assert answer.is_retained is True


def test_of_a_cut_payload_the_head_is_compared() -> None:
    """The same size and the same head is all that can be known, and that is said."""
    cut = (0.0, b"ab", 0, MessageDetail(full_size_bytes=9))
    answer = retained_answer(retained(b"abcd", 9), cut)
    assert (answer.answer, "as far as its first 2 B tell" in answer.sentence) == (Answer.SAME, True)
    assert retained_answer(retained(b"abcd", 8), cut).answer is Answer.OTHER


def test_no_answer_is_unknown() -> None:
    """A broker that refuses or is gone says neither yes nor no."""
    answer = retained_answer(Fetch(problem="a\x1b: refused."), (0.0, b"x", 0, None))
    assert (answer.answer, answer.is_retained) == (Answer.UNKNOWN, None)
    assert "a␛: refused." in answer.sentence


def test_a_topic_of_which_nothing_was_seen() -> None:
    """What is retained is shown all the same."""
    answer = retained_answer(retained(b"7"), None)
    assert (answer.answer, answer.difference) == (Answer.OTHER, "retained 7")
