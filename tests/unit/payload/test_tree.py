"""The tree of a value: what it keeps, how it is laid out, folded and addressed."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.registry import decode
from mqttui.payload.tree import MOST_DEPTH, MOST_NODES, Node, plain_value
from mqttui.payload.tree_layout import folded_text, path_nodes

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=6),
    max_leaves=25,
)
CONTAINERS = st.dictionaries(st.text(), JSON_VALUES) | st.lists(JSON_VALUES)


def count_of(node: Node) -> int:
    """Return how many nodes a tree has."""
    return 1 + sum(count_of(child) for child in node.children)


@given(CONTAINERS)
def test_the_tree_of_json_is_the_value_that_was_sent(value: object) -> None:
    """Keys, escapes, numbers and nesting survive the way into the tree."""
    tree = decode(json.dumps(value).encode("utf-8", "surrogatepass")).tree
    assert tree is not None
    assert plain_value(tree) == json.loads(json.dumps(value))


@given(CONTAINERS)
def test_each_line_knows_where_it_stands(value: object) -> None:
    """Parents stand before their children, ends after them, and closing lines follow openings."""
    lines = decode(json.dumps(value).encode()).lines
    for index, line in enumerate(lines):
        assert line.parent < index <= max(line.last, index) < len(lines)
        if line.parent >= 0:
            assert index <= lines[line.parent].last
        if line.node is None:
            assert lines[line.parent].last == index
        elif line.last > index:
            assert line.node.children
            assert line.text.endswith(("{", "["))


def test_a_line_leads_to_its_path() -> None:
    """The line under the cursor names every key from the root, a closing line its opener's."""
    lines = decode(b'{"solar": {"v": [[1, 2], {"a": true}]}}').lines
    assert [line.text.strip() for line in lines] == [
        "{",
        '"solar": {',
        '"v": [',
        "[1, 2],",
        "{",
        '"a": true',
        "}",
        "]",
        "}",
        "}",
    ]
    assert [node.key for node in path_nodes(lines, 5)] == [None, "solar", "v", None, "a"]
    assert path_nodes(lines, 7)[-1].key == "v"


def test_a_folded_line_counts_what_it_hides() -> None:
    """Folding leaves one line with both brackets and the number of members."""
    lines = decode(b'{"a": {"b": 1, "c": 2}, "d": [{}, {}]}').lines
    assert folded_text(lines[1]) == '  "a": { … }  2 members'
    assert [folded_text(line) for line in lines if line.text.endswith("[")] == [
        '  "d": [ … ]  2 items'
    ]


def test_a_cut_container_says_that_it_has_more() -> None:
    """What was not read is neither counted nor closed."""
    decoded = decode(b'{"a": [1, 2, 3', is_head=True)
    assert decoded.text == '{\n  "a": [\n    1,\n    2,\n    3  # unfinished'
    assert folded_text(decoded.lines[1]) == '  "a": [ … ]  3+ items'
    assert decode(b'{"a": 1, "b', is_head=True).text == '{\n  "a": 1,\n  "b  # unfinished'
    assert decode(b'{"a": 1, "b":', is_head=True).text == '{\n  "a": 1,\n  "b": …  # unfinished'


def test_trees_are_bounded_in_depth_and_nodes() -> None:
    """However a payload is nested or chopped up, who walks its tree may recurse."""
    deep = decode(b"[" * 5000 + b"]" * 5000)
    assert deep.tree is not None
    assert deep.shown_bytes == MOST_DEPTH + 1
    assert count_of(deep.tree) == MOST_DEPTH + 1
    wide = decode(b"[" + b"1," * 30_000 + b"1]")
    assert wide.tree is not None
    assert count_of(wide.tree) == MOST_NODES
    assert wide.is_cut


def test_numbers_keep_their_digits_and_their_value() -> None:
    """A number is shown as it was sent and counts as what it is."""
    tree = decode(b"[4.80, 1e999, -0, " + b"9" * 5000 + b"]").tree
    assert tree is not None
    assert [node.text for node in tree.children[:3]] == ["4.80", "1e999", "-0"]
    assert [node.value for node in tree.children] == [4.8, float("inf"), 0, float("inf")]
