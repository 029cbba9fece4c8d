"""Reason codes in plain words."""

from __future__ import annotations

import pytest

from mqttui.broker.reasons import (
    Attempt,
    connack_problem,
    disconnect_problem,
    suback_problem,
    takeover_problem,
)

ATTEMPT = Attempt("broker:1883", "explorer", is_client_id_given=True, user="ada")
ANONYMOUS = Attempt("broker:1883", "mqttui-1", is_client_id_given=False)


@pytest.mark.parametrize("attempt", [ATTEMPT, ANONYMOUS])
@pytest.mark.parametrize("code", range(1, 256))
def test_every_code_has_a_sentence_and_a_way_on(code: int, attempt: Attempt) -> None:
    """Whatever number a broker sends, there is one sentence and an advice without gaps."""
    for problem in (connack_problem(code, attempt), disconnect_problem(code, attempt)):
        assert problem.sentence.endswith(".")
        assert problem.advice.endswith(".")
        assert "{" not in problem.sentence + problem.advice
        assert "“”" not in problem.sentence


@pytest.mark.parametrize(
    ("code", "words", "is_permanent"),
    [
        (0x84, "does not speak this version", True),
        (0x85, "client id “explorer”", True),
        (0x86, "password for user “ada”", True),
        (0x87, "does not let user “ada” in", True),
        (0x88, "unavailable", False),
        (0x89, "too busy", False),
        (0x8A, "banned", True),
        (0x97, "quota", False),
        (0x9F, "too often", False),
        (0xF0, "code 0xF0", False),
    ],
)
def test_refusals_of_a_connection(code: int, words: str, is_permanent: bool) -> None:
    """What the user can mend is permanent, what passes by itself is not."""
    problem = connack_problem(code, ATTEMPT)
    assert words in problem.sentence
    assert problem.is_permanent is is_permanent


def test_without_a_user_the_login_is_asked_for() -> None:
    """Who gave no user name is told to give one instead of hearing of a wrong password."""
    for code in (0x86, 0x87):
        problem = connack_problem(code, ANONYMOUS)
        assert "user name" in problem.sentence
        assert "--user" in problem.advice


def test_the_words_of_a_broker_are_made_harmless() -> None:
    """A Reason String is quoted, short and without control characters."""
    problem = connack_problem(0x80, ATTEMPT, "try \x1b[31mlater\n" + "x" * 10_000)
    assert "The broker adds: try ␛[31mlater␊" in problem.sentence
    assert "\x1b" not in problem.sentence
    assert len(problem.sentence) < 400


def test_names_are_made_harmless() -> None:
    """Control characters in a client id or user name never reach the sentence."""
    attempt = Attempt("b\x1b:1", "id\x1b", is_client_id_given=True, user="u\x1b{label}")
    for code in (0x85, 0x86, 0x87):
        assert "\x1b" not in connack_problem(code, attempt).sentence
    assert "\x1b" not in takeover_problem(attempt, is_certain=False).sentence
    assert "{label}" in connack_problem(0x86, attempt).sentence


def test_a_takeover_is_named_for_sure_only_when_the_broker_says_so() -> None:
    """Code 0x8E is certain; a mere close is called probable."""
    assert disconnect_problem(0x8E, ATTEMPT) == takeover_problem(ATTEMPT, is_certain=True)
    assert "took over" in takeover_problem(ATTEMPT, is_certain=True).sentence
    guess = takeover_problem(ATTEMPT, is_certain=False)
    assert "probably" in guess.sentence
    assert "--client-id" in guess.advice


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_what_was_granted_as_asked_is_no_problem(qos: int) -> None:
    """The same QoS, or a higher one, needs no words."""
    for code in range(qos, 3):
        assert suback_problem(code, "a/#", qos) is None


def test_a_lower_qos_names_both() -> None:
    """A granted QoS below the asked one is shown with both numbers."""
    assert suback_problem(0, "a/#", 2) == (
        "a/#: QoS 2 was asked for, the broker grants only QoS 0."
    )


@pytest.mark.parametrize("code", [0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2, 3, 0xFF])
def test_a_refused_filter_is_named(code: int) -> None:
    """Every refusal starts with the filter; unknown codes are given as a number."""
    problem = suback_problem(code, "a/\x07#", 0, "no\x07")
    assert problem is not None
    assert problem.startswith("a/␇#: refused by the broker")
    assert "\x07" not in problem
    assert problem.endswith("The broker adds: no␇")
    assert ("0x" in problem) is (code in (3, 0xFF))
