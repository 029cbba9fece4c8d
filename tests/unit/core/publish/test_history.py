"""History and templates are bounded, survive a restart and whatever stands in their file."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.publish.draft import (
    MessageDraft,
    PayloadMode,
    PropertiesDraft,
    draft_of_json,
    draft_to_json,
)
from mqttui.core.publish.history import (
    MOST_CHARACTERS,
    MOST_ENTRIES,
    MOST_REMEMBERED_CHARACTERS,
    PublishHistory,
    history_of_json,
)
from mqttui.core.publish.templates import MOST_TEMPLATES, Templates, templates_of_json

DRAFTS = st.builds(
    MessageDraft,
    topic=st.text(),
    mode=st.sampled_from(PayloadMode),
    text=st.text(),
    qos=st.sampled_from((0, 1, 2)),
    retain=st.booleans(),
    has_variables=st.booleans(),
    properties=st.builds(
        PropertiesDraft, st.text(), st.text(), st.text(), st.text(), st.booleans(), st.text()
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
FIELDS = st.sampled_from(("topic", "mode", "text", "qos", "retain", "properties", "at", "left_out"))


@given(DRAFTS)
def test_a_draft_survives_json(draft: MessageDraft) -> None:
    """Nothing that was typed is lost or changed."""
    assert draft_of_json(json.loads(json.dumps(draft_to_json(draft)))) == draft


@given(st.lists(JSON | st.dictionaries(FIELDS, JSON)) | JSON)
def test_a_damaged_file_is_no_reason_to_fail(values: object) -> None:
    """What can be used is used, the rest is counted; what was read can be written again."""
    history, damaged = history_of_json(values)
    if isinstance(values, list) and len(values) <= MOST_ENTRIES:
        assert len(history.entries) + damaged == len(values)
    assert history_of_json(history.to_json())[1] == 0
    templates, damaged = templates_of_json(values)
    if isinstance(values, dict):
        assert len(templates) + damaged == len(values)


def test_the_same_draft_stands_once() -> None:
    """It moves to the top when it is sent again, and takes the newest mark."""
    history = PublishHistory()
    first, second = MessageDraft("a"), MessageDraft("b")
    for at, draft in enumerate((first, second, first)):
        history.note(draft, float(at))
    history.conclude(first, "✓")
    assert [(entry.draft, entry.sent_at) for entry in history.entries] == [
        (first, 2.0),
        (second, 1.0),
    ]
    assert history.entries[0].mark == "✓"
    history.forget(history.entries[0])
    assert [entry.draft for entry in history.entries] == [second]


def test_history_is_bounded_by_number_and_size() -> None:
    """The oldest gives way; the newest stays however long it is."""
    history = PublishHistory()
    for number in range(MOST_ENTRIES + 5):
        history.note(MessageDraft(f"t/{number}"), 0.0)
    assert len(history.entries) == MOST_ENTRIES
    assert history.entries[-1].draft.topic == "t/5"
    history.note(MessageDraft("long", text="x" * MOST_CHARACTERS), 0.0)
    assert [entry.draft.topic for entry in history.entries] == ["long"]


def test_what_is_too_long_or_unwanted_is_not_remembered() -> None:
    """The entry stays, without its payload and with the word that it is not whole."""
    history = PublishHistory()
    history.note(MessageDraft("file", PayloadMode.FILE, "/some/path"), 1.0)
    history.note(MessageDraft("long", text="x" * (MOST_REMEMBERED_CHARACTERS + 1)), 2.0)
    history.note(MessageDraft("short", text="secret"), 3.0)
    kept, _ = history_of_json(history.to_json())
    assert [(e.draft.topic, e.draft.text, e.is_whole) for e in kept.entries] == [
        ("short", "secret", True),
        ("long", "", False),
        ("file", "/some/path", True),
    ]
    bare = history.to_json(with_payloads=False)
    assert "secret" not in json.dumps(bare)
    assert [e.is_whole for e in history_of_json(bare)[0].entries] == [False, False, True]
    for number in range(20):
        history.note(MessageDraft(f"{number}", text="x" * MOST_REMEMBERED_CHARACTERS), 4.0)
    remembered, _ = history_of_json(history.to_json())
    assert sum(e.draft.size_characters for e in remembered.entries) < 300_000
    assert [e.is_whole for e in remembered.entries[:20]] == [True] * 16 + [False] * 4
    # What was left out stays left out when it is written again.
    assert kept.to_json()[1]["left_out"] == MOST_REMEMBERED_CHARACTERS + 1


def test_a_template_needs_a_name_and_room() -> None:
    """What cannot be kept is told in a sentence; the names are sorted as people do."""
    draft = MessageDraft("t", text="x")
    templates = Templates()
    assert templates.problem_of(" ", draft) == "A template needs a name."
    assert "40 characters" in (templates.problem_of("\x1b", draft) or "")
    assert "40 characters" in (templates.problem_of("x" * 41, draft) or "")
    long = replace(draft, text="x" * 70_000)
    assert "from a file" in (templates.problem_of("long", long) or "")
    for number in range(MOST_TEMPLATES):
        name = f"{'Bb'[number % 2]}{number}"
        assert templates.problem_of(name, draft) is None
        templates[name] = draft
    assert "delete one first" in (templates.problem_of("more", draft) or "")
    assert templates.problem_of("B0", draft) is None
    assert [name for name, _ in templates.named()[:3]] == ["B0", "b1", "B10"]
    assert templates_of_json(json.loads(json.dumps(templates.to_json()))) == (templates, 0)
