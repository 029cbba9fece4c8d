"""Numbers as people read them: sizes, ages, rates and counts in short text with units.

Unknown (None, not a number) is shown as `-`, never as 0.
"""

from __future__ import annotations

import math

UNKNOWN = "-"

_MINUTE_S = 60.0
_HOUR_S = 3600.0
_DAY_S = 86400.0


def count_text(count: int | None) -> str:
    """Return a count with thousands separators, `1,284`."""
    return UNKNOWN if count is None else f"{count:,}"


def brief_count_text(count: int | None) -> str:
    """Return a count in at most four characters, which changes seldom: `846`, `1.3k`, `12M`."""
    if count is None or count < 1000:
        return count_text(count)
    value = float(count)
    for unit in "kMGT":
        value /= 1000
        if value < 999.5 or unit == "T":
            return f"{value:.1f}{unit}" if value < 9.95 else f"{value:.0f}{unit}"
    raise AssertionError("unreachable")


def size_text(size_bytes: int | None) -> str:
    """Return a size in decimal units with two significant digits or more: `96 B`, `3.1 MB`."""
    if size_bytes is None:
        return UNKNOWN
    if size_bytes < 1000:
        return f"{size_bytes} B"
    value = float(size_bytes)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        # 999.5 and more would round to four digits.
        if value < 999.5 or unit == "TB":
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
    raise AssertionError("unreachable")


def duration_text(duration_s: float | None) -> str:
    """Return a duration in its largest sensible unit: `80 ms`, `3 s`, `12 min`, `5 h`, `3 d`."""
    if duration_s is None or not math.isfinite(duration_s):
        return UNKNOWN
    if duration_s < 0.001:
        return "< 1 ms"
    if duration_s < 0.9995:
        return f"{duration_s * 1000:.0f} ms"
    if duration_s < 9.95:
        return f"{duration_s:.1f} s"
    return _whole_units(duration_s)


def age_text(age_s: float | None) -> str:
    """Return an age in whole units, `now` below one second: `3 s`, `12 min`, `5 h`, `3 d`.

    A clock that was set back makes an age negative; that too reads `now`.
    """
    if age_s is None or not math.isfinite(age_s):
        return UNKNOWN
    return "now" if age_s < 1 else _whole_units(age_s)


def calm_age_s(age_s: float) -> float:
    """Return an age that does not change every second: from 10 s on whole tens of seconds.

    A text that ticks is a line sent to the terminal, and nobody needs the 47th second.
    """
    return age_s - age_s % 10 if 10 <= age_s < _MINUTE_S else age_s


def ago_text(age_s: float | None) -> str:
    """Return an age as a phrase: `now`, `3 s ago`, `-` when unknown."""
    text = age_text(age_s)
    return text if text in ("now", UNKNOWN) else f"{text} ago"


def measured_text(value: float | None, unit: str) -> str:
    """Return a measured value in four digits with a prefix: `4.848 V`, `97.00 mA`, `0 W`.

    Of what is smaller than a millionth of the unit nothing is left.
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    magnitude = abs(value)
    if magnitude < 0.5e-6:
        return f"0 {unit}"
    for prefix, scale in (("M", 1e6), ("k", 1e3), ("", 1.0), ("m", 1e-3), ("µ", 1e-6)):
        # 999.95 m would round to 1000.0 m.
        if magnitude >= 0.99995 * scale or prefix == "µ":
            digits = value / scale
            decimals = 3 if abs(digits) < 9.9995 else 2 if abs(digits) < 99.995 else 1
            if abs(digits) >= 1e5:
                return f"{digits:.3g} {prefix}{unit}"
            return f"{digits:.{decimals}f} {prefix}{unit}"
    raise AssertionError("unreachable")


def _whole_units(duration_s: float) -> str:
    if duration_s < _MINUTE_S:
        return f"{int(duration_s)} s"
    if duration_s < _HOUR_S:
        return f"{int(duration_s // _MINUTE_S)} min"
    if duration_s < 2 * _DAY_S:
        return f"{int(duration_s // _HOUR_S)} h"
    return f"{int(duration_s // _DAY_S):,} d"


def rate_text(per_second: float | None) -> str:
    """Return a rate of messages: `1,284/s`, `5.0/s`, `0.4/s`, `12/min`, `3/h`; `0/s` for none."""
    if per_second is None or not math.isfinite(per_second):
        return UNKNOWN
    if per_second >= 99.5:
        return f"{per_second:,.0f}/s"
    if per_second >= 9.95:
        return f"{per_second:.0f}/s"
    if per_second >= 0.295:
        return f"{per_second:.1f}/s"
    if per_second * _MINUTE_S >= 0.95:
        return f"{per_second * _MINUTE_S:.0f}/min"
    if per_second * _HOUR_S >= 0.95:
        return f"{per_second * _HOUR_S:.0f}/h"
    return "0/s" if per_second <= 0 else "< 1/h"
