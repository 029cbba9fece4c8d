"""What a certificate says, read from its DER form (RFC 5280 section 4.1).

Python decodes only certificates that it has verified, and it is the others that a person must
see. Nothing is verified here.
"""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEQUENCE, _OID, _OCTET_STRING = 0x30, 0x06, 0x04
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_SUBJECT_ALT_NAME = bytes((0x55, 0x1D, 0x11))

# RFC 4519, in the order in which they tell most.
_ATTRIBUTES = {
    bytes((0x55, 4, 3)): "CN",
    bytes((0x55, 4, 10)): "O",
    bytes((0x55, 4, 11)): "OU",
    bytes((0x55, 4, 7)): "L",
    bytes((0x55, 4, 6)): "C",
}
_ENCODINGS = {0x0C: "utf-8", 0x1E: "utf-16-be"}
_MAX_NAMES = 50


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate in a few words; texts are as they stand there, not yet printable.

    `subject` and `issuer` read like `CN=broker, O=School`. `names` are the host names and
    addresses for which it was made out.
    """

    subject: str
    issuer: str
    not_before: datetime.datetime
    not_after: datetime.datetime
    names: tuple[str, ...] = ()
    is_self_issued: bool = False


def read_certificate(der: bytes) -> Certificate | None:
    """Return what a certificate says, None when it is not one."""
    try:
        return _certificate(der)
    except (ValueError, IndexError, OverflowError):
        return None


def _certificate(der: bytes) -> Certificate:
    _, whole = _first(der, _SEQUENCE)
    _, signed = _first(whole, _SEQUENCE)
    fields = list(_elements(signed))
    if fields[0][0] == _VERSION:
        del fields[0]
    _serial, _algorithm, (_, issuer), (_, validity), (_, subject), *rest = fields
    not_before, not_after = (_time(tag, value) for tag, value in _elements(validity))
    return Certificate(
        _name(subject),
        _name(issuer),
        not_before,
        not_after,
        tuple(_host_names(rest)),
        subject == issuer,
    )


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each element; raise ValueError where one is cut off."""
    pos = 0
    while pos < len(data):
        tag, length = data[pos], data[pos + 1]
        pos += 2
        if length & 0x80:
            width = length & 0x7F
            length = int.from_bytes(data[pos : pos + width])
            pos += width
        if pos + length > len(data):
            raise ValueError("cut off")
        yield tag, data[pos : pos + length]
        pos += length


def _first(data: bytes, wanted: int) -> tuple[int, bytes]:
    for tag, content in _elements(data):
        if tag == wanted:
            return tag, content
    raise ValueError("not there")


def _name(data: bytes) -> str:
    """Return the attributes of a name that mean something to a person."""
    found: dict[str, str] = {}
    for _, attributes in _elements(data):
        for _, attribute in _elements(attributes):
            (_, oid), (tag, value) = _elements(attribute)
            key = _ATTRIBUTES.get(oid)
            if key is not None and key not in found:
                found[key] = value.decode(_ENCODINGS.get(tag, "latin-1"), "backslashreplace")
    return ", ".join(f"{key}={found[key]}" for key in _ATTRIBUTES.values() if key in found)


def _time(tag: int, value: bytes) -> datetime.datetime:
    """Return a point in time (RFC 5280 section 4.1.2.5)."""
    text = value.decode("ascii")
    if tag == _UTC_TIME:
        text = ("20" if text[:2] < "50" else "19") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("not a time")
    return datetime.datetime.strptime(f"{text}+0000", "%Y%m%d%H%M%SZ%z")


def _host_names(fields: list[tuple[int, bytes]]) -> Iterator[str]:
    """Yield the names of the extension subjectAltName (RFC 5280 section 4.2.1.6)."""
    count = 0
    for tag, wrapped in fields:
        if tag != _EXTENSIONS:
            continue
        _, extensions = _first(wrapped, _SEQUENCE)
        for _, extension in _elements(extensions):
            if _first(extension, _OID)[1] != _SUBJECT_ALT_NAME:
                continue
            _, names = _first(_first(extension, _OCTET_STRING)[1], _SEQUENCE)
            for kind, name in _elements(names):
                if kind == _DNS_NAME:
                    yield name.decode("latin-1")
                elif kind == _IP_ADDRESS:
                    yield str(ipaddress.ip_address(name))
                count += 1
                if count == _MAX_NAMES:
                    return
