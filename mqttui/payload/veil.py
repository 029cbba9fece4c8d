"""Hiding what a class should not see on a projector: secrets, and the addresses of clients.

Patterns are bounded and work on bytes, so that nothing that is received is taken apart twice. What
cannot be looked into (compressed payloads) is hidden as a whole: rather too much than too little.
"""

from __future__ import annotations

import binascii
import re

HIDDEN = b"***"
HIDDEN_WHOLE = b"(hidden while presenting)"

_SECRET_WORD = (
    rb"pass(?:word|wd|phrase|code)?|pwd|secret|token|psk|api[_-]?key|auth(?:orization)?|"
    rb"credentials?|(?:private|access|session)[_-]?key|bearer|cookie"
)
_WORTH_A_LOOK = re.compile(_SECRET_WORD, re.I)
_PAIR = re.compile(
    rb'"((?:[^"\\]|\\.){1,80})"(\s{0,8}:\s{0,8})("(?:[^"\\]|\\.){0,65536}"?|-?[0-9][0-9.eE+-]{0,40})'
)
_ASSIGNMENT = re.compile(
    rb"\b((?:[A-Za-z0-9]{1,20}[_-])?(?:" + _SECRET_WORD + rb"))"
    rb"(\s{0,3}[=:]\s{0,3}|\s{1,3})"
    rb"(\"[^\"\r\n]{1,512}\"?|'[^'\r\n]{1,512}'?|[^\s,;&\"'{}\[\]]{1,512})",
    re.I,
)
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")
# Header and claims are JSON objects in base64url (RFC 7519): `{"` gives `eyJ`.
_WEB_TOKEN = re.compile(
    rb"(?<![\w-])eyJ[A-Za-z0-9_-]{8,65536}\.eyJ[A-Za-z0-9_-]{4,65536}(?:\.[A-Za-z0-9_-]{0,65536})?"
)
_URL_USER = re.compile(rb"(://)[^/\s@\"']{1,512}@")
_IPV4 = re.compile(rb"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.]|\.[0-9])")
_GROUP = rb"[0-9A-Fa-f]{1,4}"
_IPV6 = re.compile(
    rb"(?<![\w:])(?:(?:" + _GROUP + rb":){7}" + _GROUP + rb"|"
    rb"(?:" + _GROUP + rb"(?::" + _GROUP + rb"){0,6})?::"
    rb"(?:" + _GROUP + rb"(?::" + _GROUP + rb"){0,6})?)(?:%\w{1,16})?(?![\w:])"
)
_MAC = re.compile(rb"(?<![\w:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![\w:-])")
_ADDRESSES = ((_MAC, b"**:**:**:**:**:**"), (_IPV6, b"*:*"), (_IPV4, b"*.*.*.*"))
_COMPRESSED_STARTS = (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda", b"\x28\xb5\x2f\xfd")
_BASE64 = re.compile(rb"\s*(?:[A-Za-z0-9+/_-]\s?){12,}={0,2}\s*")
_BASE64_LIMIT = 65_536


def veiled(payload: bytes) -> bytes:
    """Return the payload without secrets and addresses; the same object where there are none."""
    if not payload:
        return payload
    if payload.startswith(_COMPRESSED_STARTS) or _hides_a_secret(payload):
        return HIDDEN_WHOLE
    if b"-----BEGIN" in payload and _PRIVATE_KEY.search(payload):
        return HIDDEN_WHOLE
    has_secret = _WORTH_A_LOOK.search(payload) is not None
    if has_secret and not _is_text(payload):
        return HIDDEN_WHOLE
    shown = payload
    if has_secret:
        shown = _PAIR.sub(_without_secret, shown)
        shown = _ASSIGNMENT.sub(rb"\1\2" + HIDDEN, shown)
    if b"eyJ" in shown:
        shown = _WEB_TOKEN.sub(HIDDEN, shown)
    if b"://" in shown:
        shown = _URL_USER.sub(rb"\1" + HIDDEN + b"@", shown)
    for pattern, replacement in _ADDRESSES:
        shown = pattern.sub(replacement, shown)
    return payload if shown == payload else shown


def _without_secret(pair: re.Match[bytes]) -> bytes:
    key, colon, value = pair.groups()
    if not _WORTH_A_LOOK.search(key):
        return pair[0]
    if value == b'""':
        return pair[0]
    return b'"' + key + b'"' + colon + b'"' + HIDDEN + b'"'


def _hides_a_secret(payload: bytes) -> bool:
    """Return whether base64 has a secret, or something compressed, in it."""
    head = payload[:_BASE64_LIMIT]
    if _BASE64.fullmatch(head) is None:
        return False
    text = b"".join(head.split()).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        inside = binascii.a2b_base64(text[: len(text) // 4 * 4])
    except binascii.Error:
        return False
    return inside.startswith(_COMPRESSED_STARTS) or _WORTH_A_LOOK.search(inside) is not None


def _is_text(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in payload
