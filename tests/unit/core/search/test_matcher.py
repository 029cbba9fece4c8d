"""What matches a query, in each of its modes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.search import expression as expression_module
from mqttui.core.search.expression import LONGEST_EXPRESSION, MOST_STEPS, Expression, compiled
from mqttui.core.search.fuzzy import SKIPPED_PER_LETTER, skipped_letters
from mqttui.core.search.matcher import FUZZY_LIMIT_BYTES, matcher_of
from mqttui.core.search.query import Mode, Place, Query

TOPIC = b"iot49/bench01-a1b2c3/data"


def distance(query: Query, data: bytes) -> int | None:
    judge = matcher_of(query).judge
    assert judge is not None
    return judge(data)


@pytest.mark.parametrize(
    ("query", "mode"),
    [
        (Query("bench"), Mode.TEXT),
        (Query("+/bench01/#"), Mode.WILDCARD),
        (Query("C#", place=Place.PAYLOADS), Mode.TEXT),
        (Query("C#", place=Place.BOTH), Mode.WILDCARD),
        (Query("C#", Mode.TEXT), Mode.TEXT),
        (Query("bench", Mode.WILDCARD), Mode.WILDCARD),
    ],
)
def test_wildcards_are_noticed_where_they_can_be_meant(query: Query, mode: Mode) -> None:
    """With + or # a text is an MQTT filter unless payloads are searched or a mode was chosen."""
    assert query.mode_in_force is mode


def test_an_mqtt_filter_looks_in_topics_only() -> None:
    """Payloads have no levels: beside topics they are left out, alone that is a problem."""
    assert not Query("+/a", place=Place.BOTH).looks_in_payloads
    matcher = matcher_of(Query("+/a", Mode.WILDCARD, Place.PAYLOADS))
    assert matcher.judge is None
    assert matcher.problem == "An MQTT filter matches topics, not payloads."


def test_text_matches_anywhere_whatever_the_case() -> None:
    """Letters count, not their case, also beyond ASCII; bytes that are no text are no trouble."""
    assert distance(Query("Bench01"), TOPIC) == 0
    assert distance(Query("bench02"), TOPIC) is None
    assert distance(Query("ÖFEN"), "öfen/1".encode()) == 0
    assert distance(Query("on"), b"\xff\x00ON\xfe") == 0
    assert distance(Query("ö"), b"\xff\xf6") is None


def test_a_misplaced_wildcard_is_explained_and_taken_as_text() -> None:
    """While a filter is being typed it may be wrong; it then finds what contains it."""
    matcher = matcher_of(Query("a+"))
    assert matcher.problem is not None
    assert matcher.judge is not None
    assert matcher.judge(b"xa+y") == 0
    assert matcher.judge(b"aa") is None


def test_a_filter_is_compared_with_whole_topics() -> None:
    """As a broker does; a topic that is not UTF-8 is compared as well."""
    assert distance(Query("iot49/+/data"), TOPIC) == 0
    assert distance(Query("iot49/+/data"), b"x/" + TOPIC) is None
    assert distance(Query("+/data"), b"\xff/data") == 0


WORDS = st.lists(st.text("abc/1é", min_size=1, max_size=6), min_size=1, max_size=3)


@given(WORDS, st.text("abc/1é", max_size=60))
def test_fuzzy_matches_keep_the_order_of_the_letters(words: list[str], text: str) -> None:
    """A match has every letter of a word in order, with a bounded number of others between."""
    skipped = skipped_letters(words, text)
    if all(word in text for word in words):
        assert skipped == 0
    if skipped is None:
        return
    assert skipped <= sum(SKIPPED_PER_LETTER * len(word) for word in words)
    for word in words:
        position = 0
        for letter in word:
            position = text.index(letter, position) + 1


@given(st.text("abc/1é", min_size=1, max_size=8), st.data())
def test_fuzzy_finds_a_word_with_letters_in_between(word: str, data: st.DataObject) -> None:
    """Letters that are put in are counted or fewer; no more than are allowed hide the word."""
    put_in = st.text("xyz", max_size=SKIPPED_PER_LETTER)
    text = word[0] + "".join(data.draw(put_in) + letter for letter in word[1:])
    skipped = skipped_letters([word], "zz" + text + "yy")
    assert skipped is not None
    assert skipped <= len(text) - len(word)


def test_the_closest_fuzzy_match_counts() -> None:
    """Of several places that match, the one with the fewest skipped letters counts."""
    assert skipped_letters(["bnc"], "b-n-c/bench01") == 1
    assert distance(Query("bnch01dat", Mode.FUZZY), TOPIC) == 9
    assert distance(Query("DATA bench", Mode.FUZZY), TOPIC) == 0
    assert distance(Query("zq", Mode.FUZZY), TOPIC) is None


def test_blanks_alone_are_no_fuzzy_query() -> None:
    """An empty list of words would match everything."""
    assert matcher_of(Query("  ", Mode.FUZZY)).judge is None


@given(st.text("ab", min_size=1, max_size=3))
def test_fuzzy_tries_a_bounded_number_of_places(word: str) -> None:
    """A payload of one letter again and again costs no more searches than any other."""
    looked = 0

    class Watched(str):
        def find(self, *place: object) -> int:  # type: ignore[override]
            nonlocal looked
            looked += 1
            return str.find(self, *place)  # type: ignore[arg-type]

    skipped_letters([word], Watched("a" * FUZZY_LIMIT_BYTES))
    assert looked <= 32 * len(word)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(", "Not a regular expression yet: missing )"),
        ("[a", "Not a regular expression yet: missing ]"),
        ("*", "no argument for repetition"),
        ("(?=a)", "no lookaround or back-references"),
        (r"\1", "Not a regular expression yet"),
        ("((a{999}){999}){999}", "too large"),
        (r"(\pL{1000}){3}", "too large"),
        ("a" * (LONGEST_EXPRESSION + 1), "200 characters; this one has 201"),
        ("\ud800", "valid UTF-8"),
    ],
)
def test_an_expression_that_cannot_be_used_is_explained(text: str, reason: str) -> None:
    """The sentence stands in the bar while one types; nothing is found meanwhile."""
    matcher = matcher_of(Query(text, Mode.EXPRESSION))
    assert matcher.judge is None
    assert matcher.problem is not None
    assert reason in matcher.problem


def test_an_expression_matches_anywhere_whatever_the_case() -> None:
    """As text does, unless the expression says otherwise; what is no text is passed over."""
    assert distance(Query(r"BENCH\d+", Mode.EXPRESSION), TOPIC) == 0
    assert distance(Query(r"(?-i)BENCH", Mode.EXPRESSION), TOPIC) is None
    assert distance(Query(r'"v": 4\.8\d*', Mode.EXPRESSION), b'\xff{"v": 4.848}') == 0


CATASTROPHES = (
    "(a+)+$",
    "(a|aa)+$",
    "([a-zA-Z]+)*$",
    "(.*a){12}",
    "a.*a.*a.*a.*a.*a.*z",
    "(?:(?:a|)+?){9}b",
    "[ab]*a[ab]{90}c",
)


@pytest.mark.parametrize("text", CATASTROPHES)
def test_what_an_expression_works_through_is_bounded(text: str) -> None:
    """RE2 takes bytes times instructions; their product is bounded for each text."""
    import re2

    expression = compiled(text)
    assert isinstance(expression, Expression)
    instructions = re2.compile(text).programsize
    assert 0 < expression.longest_text_bytes * instructions <= 2 * MOST_STEPS
    assert matcher_of(Query(text, Mode.EXPRESSION)).limit_bytes <= expression.longest_text_bytes
    expression.finds(b"a" * expression.longest_text_bytes + b"!")


def test_without_re2_the_mode_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no wheel for every machine; the rest of the program does not need it."""
    monkeypatch.setitem(__import__("sys").modules, "re2", None)
    found = expression_module.compiled("a")
    assert found == (
        "Regular expressions need the Python package google-re2, which is not installed."
    )
