"""What of a topic and its messages can be copied."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.copying import MOST_VALUES, Copyable, copyables
from mqttui.core.message import MessageDetail
from mqttui.core.store import TopicStore
from mqttui.payload.value_path import member_step

NOW = 1_000_000.0


def offered(topic: bytes, payload: bytes, detail: MessageDetail | None = None) -> list[Copyable]:
    store = TopicStore()
    store.apply_messages([(topic, payload, 0, detail)], NOW)
    node = store.find(topic)
    assert node is not None
    return copyables(node, node.last)


def texts(found: list[Copyable]) -> dict[str, str]:
    return {each.name: each.text for each in found}


def test_topic_payload_and_every_value_with_its_path() -> None:
    """Numbers digit by digit as they were sent, strings without their quotes and escapes."""
    payload = b'{"v": 4.80, "a b": ["\\u00b0C", null], "in": {"x": true}}'
    assert texts(offered(b"lab/data", payload)) == {
        "topic": "lab/data",
        "payload": payload.decode(),
        "$.v": "4.80",
        "$['a b'][0]": "°C",
        "$['a b'][1]": "null",
        "$.in.x": "true",
    }


def test_a_text_of_several_lines_is_offered_line_by_line() -> None:
    """What is copied is what was sent: tabs stay tabs, colour codes stay colour codes."""
    found = texts(offered(b"log", b"one\ttab\n\n\x1b[31mred"))
    assert found["payload"] == "one\ttab\n\n\x1b[31mred"
    assert (found["line 1"], found["line 3"]) == ("one\ttab", "\x1b[31mred")
    assert "line 2" not in found


def test_what_is_no_text_is_copied_in_hexadecimal_and_says_so() -> None:
    """A clipboard holds text; so does the note about what was not kept."""
    _, payload, *_ = offered(b"bin", b"\xff\x00\x10")
    assert (payload.text, payload.note) == ("ff0010", "no text, so in hexadecimal")
    _, head, *_ = offered(b"cut", b"abc", MessageDetail(full_size_bytes=9_000))
    assert (head.text, head.note) == ("abc", "only the beginning was kept")
    topic, *_ = offered(b"a/\xff", b"1")
    assert topic.text == "a/\\xff"
    assert topic.note.startswith("not UTF-8")


def test_a_branch_is_copied_as_such_and_as_a_filter() -> None:
    """There is no payload; what one wants is most often the filter for all below."""
    store = TopicStore()
    store.apply_messages([(b"lab/a/b", b"1", 0, None)], NOW)
    assert store.root.children is not None
    branch = store.root.children["lab"]
    assert texts(copyables(branch, None)) == {"branch": "lab", "topic filter": "lab/#"}


def test_the_number_of_values_is_bounded() -> None:
    """A payload of many values offers the first ones and the whole."""
    found = offered(b"many", json.dumps(list(range(5_000))).encode())
    assert len(found) == 2 + MOST_VALUES


def test_previews_are_safe_and_controls_are_counted() -> None:
    """The list shows nothing raw, and whoever pastes is warned."""
    found = Copyable("payload", "\x1b[2J\x07\tok\n" + "x" * 1_000)
    assert found.preview.startswith("␛[2J␇␉ok␊xxx")
    assert len(found.preview) < 300
    assert found.controls == 2


KEYS = st.text(min_size=1, max_size=6)


@given(KEYS)
def test_any_key_has_a_step_that_can_be_read_back(key: str) -> None:
    """A step is one printable line from which the key comes back (RFC 9535 section 2.3.1)."""
    step = member_step(key)
    assert step.isprintable()
    if step.startswith("."):
        assert step[1:] == key
        return
    inner = step[2:-2]
    read = re.sub(
        r"\\u([0-9a-f]{4})|\\(.)",
        lambda found: chr(int(found[1], 16)) if found[1] else found[2],
        inner,
    )
    assert step == f"['{inner}']"
    assert not re.search(r"(?<!\\)(?:\\\\)*'", inner)
    assert read.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") == key


@given(
    st.recursive(
        st.one_of(st.integers(-9, 9), st.text(max_size=5), st.booleans()),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner)),
        max_leaves=8,
    ).filter(lambda value: isinstance(value, dict | list)),
)
def test_every_value_of_any_json_is_offered_once(value: object) -> None:
    """As many values as leaves, each with a path of its own, and nothing that UTF-8 cannot hold."""

    def leaves(value: object) -> int:
        if isinstance(value, dict):
            return sum(leaves(each) for each in value.values())
        return sum(leaves(each) for each in value) if isinstance(value, list) else 1

    found = [each for each in offered(b"t", json.dumps(value).encode()) if each.path]
    assert len({each.path for each in found}) == len(found) == leaves(value)
    for each in found:
        each.text.encode()
        each.path.encode()
