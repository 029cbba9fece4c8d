"""Texts that have broken programs: what steers terminals, markup, formats, odd and broken Unicode.

`HOSTILE` maps what each is to its bytes. `fit_for_topics` are those that a broker takes as a topic
(MQTT 5.0 section 1.5.4: valid UTF-8 without NUL; mosquitto refuses control characters as well).
"""

# ruff: noqa: RUF001  # look-alikes belong to it

from __future__ import annotations

import re
import unicodedata

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

_TEXTS = {
    # Terminals
    "clear the screen": f"{ESC}[2J{ESC}[H",
    "colour": f"{ESC}[31;1mred{ESC}[0m",
    "move the cursor": f"{ESC}[10;10Hhere{ESC}[5A{ESC}[9D",
    "scroll region": f"{ESC}[2;5r",
    "alternate screen": f"{ESC}[?1049lgone{ESC}[?1049h",
    "mouse and paste modes": f"{ESC}[?1000h{ESC}[?2004l{ESC}[?25l",
    "window title": f"{ESC}]0;owned{BEL}",
    "window title, ended by ST": f"{ESC}]2;owned{ST}",
    "clipboard": f"{ESC}]52;c;b3duZWQ={BEL}",
    "hyperlink": f"{ESC}]8;;https://example.invalid/{ST}click{ESC}]8;;{ST}",
    "notification": f"{ESC}]9;owned{BEL}{ESC}]777;notify;a;b{BEL}",
    "palette": f"{ESC}]4;1;#00ff00{BEL}",
    "device control string": f'{ESC}P$q"p{ST}',
    "sixel": f"{ESC}Pq#0;2;0;0;0~~{ST}",
    "application program command": f"{ESC}_Gf=24;AAAA{ST}",
    "privacy message": f"{ESC}^secret{ST}",
    "asks for an answer": f"{ESC}[6n{ESC}[c{ESC}[>c{ESC}]10;?{BEL}",
    "reset": f"{ESC}c",
    "tmux passthrough": f"{ESC}Ptmux;{ESC}{ESC}]52;c;b3duZWQ={BEL}{ST}",
    "unfinished sequence": f"{ESC}[38;2;1",
    "unfinished string": f"{ESC}]0;never ended",
    "character set": f"{ESC}(0lqqk{ESC}(B\x0e\x0f",
    "C1 sequences": "\x9b31mred\x9d0;owned\x9c\x90q\x9c\x85",
    "every C0 control": "".join(map(chr, range(0x20))) + "\x7f",
    "every C1 control": "".join(map(chr, range(0x80, 0xA0))),
    "overwrites itself": "safe\rEVIL\b\b\bxxx",
    "lines": "one\ntwo\r\nthree\x0bfour\x0cfive\x85six\u2028seven\u2029eight",
    "tabs": "\ta\t\tb",
    "bells": BEL * 50,
    "answerback": "\x05",
    "NUL": "a\0b",
    # Markup and formats
    "markup": "[red]red[/red] [bold]bold[/] [/] [reverse",
    "markup action": "[@click=app.quit]quit[/] [@click='app.bell']bell[/]",
    "markup link": "[link=https://example.invalid]x[/link] [link='file:///etc/passwd']y[/]",
    "markup escape": "\\[red] \\\\[red] [[red]] [$primary]x[/] [on red]y",
    "emoji codes": ":boom: :warning: :smiley:",
    "HTML": "<script>alert(1)</script> &amp; &#27;[2J <!--",
    "format strings": "%s%n%x %(a)s {0} {} {a.__class__} {{ }} ${HOME} $(id) `id`",
    "templates": "{{7*7}} #{7*7} <%= 7*7 %> ${jndi:ldap://example.invalid/a}",
    "shell": "; rm -rf / | & > x < y 'a' \"b\" \\",
    "SQL": "'; DROP TABLE topics; -- ",
    "paths": "../../../../etc/passwd /dev/null C:\\con\\con ~root",
    "environment": "%COMSPEC% $PATH",
    "CSV formula": "=1+1,+1,-1,@SUM(A1)",
    "literals": "null None nil undefined true NaN Infinity -0 1e999 0x1p-2",
    "numbers": "9" * 400,
    "nested JSON": "[" * 3000,
    "JSON with controls": '{"a\\u001b[31m": "\\u0000\\u202e\\ud800"}',
    "JSON with surrogates": '{"x":"\\udc80\\udcff","\\udbff":1}',
    "JSON with markup": '{"[red]": "[@click=app.quit]x[/]"}',
    "XML bomb": '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;&b;</a>',
    # Unicode
    "bidirectional override": "abc\u202egpj.exe\u202c \u2066x\u2069 \u200f\u200e\u061c",
    "right to left": "العربية עברית abc \u0627\u0644\u0644\u0647",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u180eh",
    "byte order marks": "\ufeffa\ufffeb",
    "tags": "\U000e0001\U000e0041\U000e007f hidden",
    "variation selectors": "a\ufe0fb\ufe0e\ufe01\U000e0100",
    "invisible letters": "\u115f\u1160\u3164\uffa0\u17b4\u2800",
    "blanks": "\u00a0\u1680\u2000\u2003\u2009\u202f\u205f\u3000|",
    "combining flood": "Z" + "\u0300\u0316\u0489\u20dd" * 60 + "a",
    "combining first": "\u0301\u0301 alone",
    "many marks, other blocks": "ก" + "\u0e31\u0e49" * 40 + " क" + "\u093f\u094d" * 40,
    "ligature of one": "﷽" * 5,
    "joined emoji": "👨\u200d👩\u200d👧\u200d👦 👩🏽\u200d🚀 🏳\ufe0f\u200d🌈 ❤\ufe0f 1\ufe0f\u20e3",
    "flags": "🇩🇪🇫🇷🇩 🏴\U000e0067\U000e0062\U000e007f",
    "wide characters": "漢字かな한글ＦＵＬＬ" * 30,
    "half width": "ｱｲｳﾞﾟ",
    "ambiguous width": "§±×÷αβ①②■□☆★",
    "mathematical": "𝕬𝖇𝖈 𝟘𝟙 ﬀ ǅ ß İ ı ﬁ",
    "look-alikes": "раураl аdmin ⅼocalhost",
    "private use": "\ue000\uf8ff\U000f0000\U0010fffd",
    "noncharacters": "\uffff\ufdd0\U0001fffe\U0010ffff",
    "unassigned": "\u0378\U0003fffd",
    "line drawing": "│ ╭─╮ ▌ » └ " * 5,
    "replacement": "\ufffd\ufffc",
    "interlinear": "\ufff9a\ufffab\ufffb",
    "musical format": "\U0001d173x\U0001d17a",
    "very long": "x" * 60_000,
    "very long without a blank, wide": "漢" * 15_000,
    "many levels": "a/" * 2_000 + "a",
}
_BYTES = {
    "invalid UTF-8": b"\xff\xfe\xc0\xaf\xe2\x82 \xed\xa0\x80 \xf5\x80\x80\x80",
    "overlong ESC": b"\xc0\x9b[2J \xe0\x80\x9b[31m",
    "encoded surrogates": b"\xed\xa0\xbd\xed\xb8\x80 \xed\xb0\x80",
    "Latin-1": "Größe 5 °C".encode("latin-1"),
    "UTF-16": "a\x1b[2J".encode("utf-16"),
    "raw C1 bytes": bytes(range(0x80, 0xA0)) + b"\x9b31m",
    "every byte": bytes(range(256)),
    "cut in a character": "grün".encode()[:3],
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x1b[2J",
    "CBOR text with ESC": b"\xa1\x61a\x68\x1b[2J\x1b]0;",
    "empty": b"",
}
HOSTILE: dict[str, bytes] = {name: text.encode() for name, text in _TEXTS.items()} | _BYTES

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_TOPIC_LIMIT_BYTES = 60_000


def is_fit_for_a_topic(data: bytes) -> bool:
    """Return whether a broker takes it as a level of a topic."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return (
        0 < len(data) <= _TOPIC_LIMIT_BYTES
        and _CONTROLS.search(text) is None
        and not any(wildcard in text for wildcard in "+#")
        # The last two code points of each plane, and 32 more (mosquitto refuses them).
        and not any(ord(each) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(each) <= 0xFDEF for each in text)
        and text.count("/") < 190
    )


# What is not assigned may be assigned one day, and do anything.
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def unsafe_characters(text: str) -> set[str]:
    """Return the characters of a text that steer a terminal or hide in it."""
    return {each for each in set(text) if unicodedata.category(each) in _UNSAFE}
