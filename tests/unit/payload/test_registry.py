"""The right decoder, within its bounds, for every payload."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.printable import printable
from mqttui.payload.registry import decode, one_line

NAUGHTY_TEXTS = (
    "\x1b[2J\x1b[1;1Hgone",
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x9b31mred",
    "a\rb",
    "user\u202etxt.exe",
    "zero\u200bwidth\u200c\u200d\u2060\ufeff",
    "line\u2028paragraph\u2029",
    "private\ue000\U000f0000 unassigned\u0378",
    "lone\ud800surrogate",
    "Z" + "\u0301" * 5000,
    "[bold red]markup[/bold red] [link=file:///etc/passwd]x[/link]",
    "{{7*7}} ${PATH} %s %n $(reboot) `reboot`",
    "\ufdfa" * 400,
)
NAUGHTY_BYTES = (
    b"",
    b" ",
    b"\n",
    b"\x00",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf{}",
    b"{",
    b"[",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"[0," * 50_000,
    b"[NaN,Infinity,-Infinity]",
    b"[" + b"9" * 10_000 + b"]",
    b"[1e999999999]",
    b'{"a":"\\ud800"}',
    b'{"a":"\\u202e\\u001b[2J"}',
    b'{"\x1b[2J":1}',
    b'"' + b"\\" * 1001,
    b'["' + b"x" * 100_000,
    b'["' + b"\\u0041" * 20_000,
    b"\n" * 100_000,
    bytes(range(256)) * 300,
    *(text.encode("utf-8", "surrogatepass") for text in NAUGHTY_TEXTS),
)
LIMIT = 500
# Text that is shown as it is, so that a layout can be compared with what was sent.
PLAIN = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp", "M")).filter(
        lambda character: printable(character) == character
    )
)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | PLAIN,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(PLAIN, inner, max_size=8),
    max_leaves=30,
)


def _forbidden(text: str) -> list[str]:
    return [
        character
        for character in text
        if character != "\n"
        and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    ]


def _check(payload: bytes, limit_bytes: int) -> None:
    decoded = decode(payload, limit_bytes)
    assert not _forbidden(decoded.text)
    assert not _forbidden(decoded.error or "")
    assert "\n" not in (decoded.error or "")
    assert decoded.total_bytes == len(payload)
    assert 0 <= decoded.shown_bytes <= min(limit_bytes, len(payload))
    # A tab or an escaped format character grows most; the constant is a table of numbers.
    assert len(decoded.text) <= 12 * limit_bytes + 800
    assert (decoded.kind == "empty") == (payload == b"")


@given(st.binary(max_size=2000))
def test_any_bytes_decode(payload: bytes) -> None:
    """Arbitrary bytes never raise, and what comes out is safe, bounded and counted."""
    _check(payload, LIMIT)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=800))
def test_any_text_decodes(text: str) -> None:
    """Arbitrary Unicode never raises, and what comes out is safe, bounded and counted."""
    _check(text.encode(), LIMIT)


@given(st.text(alphabet='{}[],:"\\ \n\t0123456789.-+eEtrufalsn', max_size=200))
def test_almost_json_decodes(text: str) -> None:
    """Whatever looks like JSON never raises, and is called JSON only if it is."""
    payload = text.encode()
    _check(payload, LIMIT)
    decoded = decode(payload)
    try:
        is_container = isinstance(json.loads(text), dict | list)
    except ValueError:
        is_container = False
    assert (decoded.kind == "json") == is_container


@pytest.mark.parametrize("payload", NAUGHTY_BYTES, ids=lambda payload: repr(payload[:24]))
@pytest.mark.parametrize("limit_bytes", [1, 7, 500, 64_000])
def test_known_troublemakers_decode(payload: bytes, limit_bytes: int) -> None:
    """Input that is known to break programs is shown, whatever the limit."""
    _check(payload, limit_bytes)


@pytest.mark.parametrize("payload", NAUGHTY_BYTES, ids=lambda payload: repr(payload[:24]))
@pytest.mark.parametrize("width", [0, 1, 2, 9, 40, 300])
def test_known_troublemakers_fit_one_line(payload: bytes, width: int) -> None:
    """Input that is known to break programs fits a row of a list."""
    line = one_line(payload, width)
    assert len(line) <= width
    assert not _forbidden(line)
    assert "\n" not in line


@given(st.binary(max_size=1500), st.integers(0, 200))
def test_any_bytes_fit_one_line(payload: bytes, width: int) -> None:
    """Arbitrary bytes give one safe line that is never wider than asked and never blank."""
    line = one_line(payload, width)
    assert len(line) <= width
    assert not _forbidden(line)
    assert "\n" not in line
    assert bool(line.strip()) == (width > 0)


@given(st.dictionaries(PLAIN, JSON_VALUES) | st.lists(JSON_VALUES))
def test_laid_out_json_means_the_same(value: object) -> None:
    """A layout of valid JSON parses to the value that was sent."""
    for is_ascii in (True, False):
        decoded = decode(json.dumps(value, ensure_ascii=is_ascii).encode())
        assert decoded.kind == "json"
        assert decoded.error is None
        assert json.loads(decoded.text) == value


@given(st.dictionaries(PLAIN, JSON_VALUES, min_size=1), st.data())
def test_a_head_of_json_is_laid_out_without_complaint(value: object, data: st.DataObject) -> None:
    """JSON that was cut anywhere for display is still JSON, with no error, and said to be cut."""
    payload = json.dumps(value).encode()
    limit_bytes = data.draw(st.integers(1, len(payload) - 1))
    decoded = decode(payload, limit_bytes)
    assert decoded.kind == "json"
    assert decoded.error is None
    assert decoded.is_cut
    assert decode(payload[:limit_bytes], is_head=True).error is None


@pytest.mark.parametrize(
    ("payload", "kind", "text"),
    [
        (b"", "empty", "(empty)"),
        (b"21.5", "text", "21.5"),
        (b"true", "text", "true"),
        (b'"on"', "text", '"on"'),
        (b"on\n", "text", "on␊"),
        (b"on\x00", "text", "on␀"),
        (b"a\r\nb", "text", "a␍\nb"),
        ("21.5 °C".encode(), "text", "21.5 °C"),
        (b"[INFO] ready", "text", "[INFO] ready"),
        (b"\x1b[31mred\x1b[0m", "text", "␛[31mred␛[0m"),
        (b"[]", "json", "[]"),
        (b"{}", "json", "{}"),
        (b"[1,2,3]", "json", "[1, 2, 3]"),
        (b'{"v":4.80,"i":[1,"a"]}', "json", '{\n  "v": 4.80,\n  "i": [1, "a"]\n}'),
        (b'[{"a":1}]', "json", '[\n  {\n    "a": 1\n  }\n]'),
        (b'{"t":"\\u00b0C\\n\\ud83d\\ude00"}', "json", '{\n  "t": "°C\\n\U0001f600"\n}'),
        (b'{"t":"\\\\u00b0"}', "json", '{\n  "t": "\\\\u00b0"\n}'),
        (b"[" + b"9" * 50 + b"]", "json", "[" + "9" * 50 + "]"),
        (b"\x00\x01A", "hex", "0000  00 01 41                                          ··A"),
    ],
)
def test_what_becomes_of_a_payload(payload: bytes, kind: str, text: str) -> None:
    """Each kind of payload is recognised and laid out exactly so, without an error."""
    decoded = decode(payload)
    assert (decoded.kind, decoded.text, decoded.error) == (kind, text, None)


@pytest.mark.parametrize(
    ("payload", "kind", "error"),
    [
        (
            b'{"v":1,}',
            "text",
            "not valid JSON: a comma too many, at line 1, column 8",
        ),
        (b"[1,]", "text", "not valid JSON: a comma too many, at line 1, column 4"),
        (
            b"{'v':1}",
            "text",
            "not valid JSON: expected a key in double quotes or '}', at line 1, column 2",
        ),
        (
            b'{"v":1\n "i":2}',
            "text",
            "not valid JSON: expected ',' or '}', at line 2, column 2",
        ),
        (
            b'{"v":1',
            "text",
            "not valid JSON: ends where ',' or '}' is expected, at line 1, column 7",
        ),
        (b'{"v":01}', "text", "not valid JSON: expected a value, at line 1, column 6"),
        (
            b'{"v":"abc}',
            "text",
            "not valid JSON: a string does not end well, at line 1, column 6",
        ),
        (b"{}{}", "text", "not valid JSON: more text after the end, at line 1, column 3"),
        (b"[NaN]", "json", "not valid JSON: NaN, at line 1, column 2"),
        (b'{"a":1,"a":2}', "json", 'the key "a" occurs more than once, at line 1, column 8'),
        (b"\xef\xbb\xbf{}", "json", "not valid JSON: starts with a byte order mark"),
        (
            b'{"t":"21\xb0C"}',
            "text",
            "not valid JSON: not valid UTF-8: byte 0xb0 at offset 8",
        ),
        (b"21.5\xb0C", "text", "not valid UTF-8: byte 0xb0 at offset 4"),
    ],
)
def test_what_is_wrong_is_said_plainly(payload: bytes, kind: str, error: str) -> None:
    """A payload that is not what it seems to be says why and where."""
    decoded = decode(payload)
    assert (decoded.kind, decoded.error) == (kind, error)


def test_duplicate_keys_are_all_shown() -> None:
    """A layout keeps both members of a duplicate key, where a parser would drop the first."""
    assert decode(b'{"a":1,"a":2}').text == '{\n  "a": 1,\n  "a": 2\n}'


def test_five_megabytes_are_cut_and_said_to_be() -> None:
    """Of a huge payload only the limit is looked at, and the numbers say so."""
    payload = json.dumps([{"v": number, "name": "sensor"} for number in range(160_000)]).encode()
    assert len(payload) > 5_000_000
    decoded = decode(payload, 64_000)
    assert decoded.is_cut
    assert (decoded.kind, decoded.shown_bytes, decoded.total_bytes) == (
        "json",
        64_000,
        len(payload),
    )


def test_json_of_very_many_tokens_is_cut_and_said_to_be() -> None:
    """The work for one layout is bounded by tokens as well as by bytes."""
    payload = b"[" + b"{}," * 20_000 + b"{}]"
    decoded = decode(payload, 64_000)
    assert (decoded.kind, decoded.error) == ("json", None)
    assert decoded.is_cut
    assert 10_000 < decoded.shown_bytes < 40_000
    assert decoded.text.count("{}") in range(4_000, 20_000)


def test_hex_rows_follow_the_width_asked_for() -> None:
    """A narrow pane gets eight bytes a row, a wide one sixteen in two groups."""
    payload = bytes(range(0x80, 0x94))
    assert decode(payload, hex_row_bytes=8).text.splitlines() == [
        "0000  80 81 82 83 84 85 86 87  ········",
        "0008  88 89 8a 8b 8c 8d 8e 8f  ········",
        "0010  90 91 92 93              ····",
    ]
    assert decode(payload).text.splitlines()[0] == (
        "0000  80 81 82 83 84 85 86 87  88 89 8a 8b 8c 8d 8e 8f  ················"
    )


@pytest.mark.parametrize(
    ("payload", "width", "line"),
    [
        (b"", 20, "(empty)"),
        (b"   ", 20, "(blank, 3 B)"),
        (b'{"v": 4.848,\n  "i": 0.1}', 40, '{"v": 4.848, "i": 0.1}'),
        (b"a  b\t\tc\r\n", 20, "a b c"),
        (b"\x41\xa8\x00\x00", 20, "0x41a80000 (4 B)"),
        (bytes(1234), 24, "0x000000000000… (1.2 kB)"),
        (b"0123456789", 10, "0123456789"),
        (b"0123456789A", 10, "012345678…"),
        (b"x" * 5_000_000, 4, "xxx…"),
        (b"\x1b[2Jx", 20, "␛[2Jx"),
    ],
)
def test_one_line_forms(payload: bytes, width: int, line: str) -> None:
    """A row shows the payload in the form that its kind calls for."""
    assert one_line(payload, width) == line


def test_one_line_says_when_more_follows() -> None:
    """White space that collapses must not make the beginning look like the whole."""
    assert one_line(b"a" + b" " * 5000 + b"b", 20) == "a…"
