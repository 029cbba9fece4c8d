"""Units that the key of a number, a sibling of it, or the text behind it tells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

# How a unit is written, and the words that stand for it in a key, in small letters.
_SPELLINGS = """
V v volt volts; mV mv; kV kv; µV uv; A a amp amps ampere amperes; mA ma; µA ua
W w watt watts; mW mw; kW kw; µW uw; Wh wh; kWh kwh; mWh mwh; mAh mah; Ah ah; VA va; var var
°C c degc celsius; °F f degf fahrenheit; K k kelvin; Pa pa; hPa hpa; kPa kpa; mbar mbar; bar bar
psi psi; % pct percent; lux lux lx; s s sec secs seconds; ms ms millis; µs us micros; ns ns
min min mins minutes; h h hr hours; d d days; Hz hz; kHz khz; MHz mhz; GHz ghz; rpm rpm
dB db; dBm dbm; dBA dba; m m; cm cm; mm mm; µm um; nm nm; km km; in inch inches; ft ft feet
g g; kg kg; mg mg; µg ug; lb lb; oz oz; ppm ppm; ppb ppb; ° deg degree degrees; rad rad
l l liter litre; ml ml; Ω ohm ohms; kΩ kohm; B byte bytes; kB kb; MB mb; GB gb; KiB kib; MiB mib
bit bit bits; px px; J j; kJ kj; m/s mps; km/h kmh; mph mph; µT ut; mT mt
"""
_SYMBOLS = {
    word: symbol
    for symbol, *words in (entry.split() for entry in re.split(r"[;\n]", _SPELLINGS) if entry)
    for word in words
}
UNIT_WORDS = frozenset(_SYMBOLS)
"""The words that name a unit in a key, in small letters."""

KEY_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[%°ΩµμÅ℃℉]")
"""A word of a key, or one of the signs that are a unit."""

_SIGNS = {"%": "%", "°": "°", "Ω": "Ω", "℃": "°C", "℉": "°F"}
_MILLI = frozenset(("mV", "mA", "mW", "mWh", "mAh", "mT"))
_SEPARATOR = re.compile(r"[_\s.-]+")
_LONGEST_KEY = 64
_LONGEST_UNIT = 12
# Letters that alone are a key, and what must stand beside them to be sure.
_LONE_KEYS = {"v": ("V", ""), "i": ("A", "v"), "p": ("W", "v")}
_UNIT_KEYS = frozenset(("unit", "units", "unit_of_measurement", "uom"))
_AFTER_NUMBER = re.compile(
    r"\s?(°\s?[CFK]?|[%‰℃℉]|[kM]?[Ω\u2126]|[µμ]?[A-Za-z]{1,7}(?:/[A-Za-z]{1,3}[²³23]?|[²³])?)"
)


def unit_of_key(key: str, siblings: Container[str] = ()) -> str | None:
    """Return the unit that a key says: `temperature_C` is °C, `power_w` W, `v` V, else None.

    Single letters count only for voltage, and beside it for current and power.
    """
    if (lone := _LONE_KEYS.get(key.lower())) is not None:
        unit, beside = lone
        return unit if not beside or beside in siblings or beside.upper() in siblings else None
    return _unit_of_words(key) if len(key) <= _LONGEST_KEY else None


@lru_cache(maxsize=1024)
def _unit_of_words(key: str) -> str | None:
    words = KEY_WORD.findall(key)
    if not words:
        return None
    last = words[-1]
    if last in _SIGNS:
        return _SIGNS[last]
    # A key that is nothing but a unit is more often a name: `min`, `lux`, `c`.
    if len(words) == 1:
        return None
    ending = _SEPARATOR.split(key)[-1]
    word = ending if ending.lower() in _SYMBOLS else last
    symbol = _SYMBOLS.get(word.lower())
    # A thousandth or a million: in capitals nobody can tell.
    is_ambiguous = symbol is not None and symbol in _MILLI and word[0] == "M"
    return None if is_ambiguous else symbol


def is_unit_key(key: str) -> bool:
    """Return whether a member of that name says the unit of its siblings."""
    return key.lower() in _UNIT_KEYS


def unit_value(value: object) -> str | None:
    """Return the value of such a member if it can be a unit, else None."""
    if isinstance(value, str) and 0 < len(value) <= _LONGEST_UNIT and value.isprintable():
        return value
    return None


def unit_after(text: str, position: int) -> str | None:
    """Return the unit that follows a number in a text, None for a word that is none."""
    found = _AFTER_NUMBER.match(text, position)
    if found is None:
        return None
    word = found[1].replace(" ", "")
    if position + len(found[0]) < len(text) and text[position + len(found[0])].isalnum():
        return None
    is_known = not (word.isascii() and word.isalpha()) or word.lower() in _SYMBOLS
    return word if is_known else None
