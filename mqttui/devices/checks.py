"""Whether what a board says can be true: physics, sequence, clock; in sentences that teach."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from mqttui.devices.presence import Presence
from mqttui.payload.quantities import age_text, count_text, duration_text, measured_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mqttui.devices.board import Board
    from mqttui.devices.sample import Sample

MOST_BUS_V = 26.0
"""What an INA219 stands at its inputs (data sheet SBOS448, absolute maximum ratings)."""

MOST_SHUNT_V = 0.320
"""What an INA219 can show across the shunt in its largest range."""

USUAL_SHUNT_OHM = 0.1
POWER_TOLERANCE = 0.03
POWER_TOLERANCE_W = 0.002
NEARLY_FULL = 0.98
SEVERAL = 3
CLOCK_TOLERANCE_S = 5.0
WEAK_DBM = -80.0
SHORTEST_SILENCE_S = 10.0
SILENT_INTERVALS = 5.0
FIRST_SAMPLE_S = 30.0
"""The slowest rate of our firmware is one sample in ten seconds."""

OVERSLEPT_S = 60.0
_QUARTER_HOUR_S = 900.0
_MIXED_SHARE = 0.1


class Check(Enum):
    """What is wrong, in a word for a list."""

    SENSOR = "sensor"
    CLIPPED = "clipped"
    OVER_RANGE = "over range"
    FULL_SCALE = "full scale"
    UNIT = "unit"
    POWER = "power"
    SIGN = "sign"
    SILENT = "silent"
    GONE = "not gone"
    OVERSLEPT = "overslept"
    MIXED = "two senders"
    GAPS = "gaps"
    DROPPED = "dropped"
    RESTARTS = "restarts"
    CLOCK = "clock"
    SIGNAL = "signal"
    SUPPLY = "supply"


class Finding(NamedTuple):
    """A sentence about a board; without `is_warning` it may be just as somebody wants it."""

    check: Check
    sentence: str
    is_warning: bool = True


def findings_of(board: Board, now: float) -> tuple[Finding, ...]:
    """Return what stands out of a board, the most important first; `now` since the epoch."""
    samples = board.recent
    found: list[Finding] = []
    if samples:
        recent = list(samples)[-8:]
        found += _of_sensor(recent)
        found += _of_range(recent[-1], board)
        found += _of_units(recent, board)
    found += _of_silence(board, now)
    found += _of_sequence(board)
    found += _of_clock(samples)
    found += _of_supply(board)
    return tuple(found)


def _of_sensor(samples: Sequence[Sample]) -> Iterator[Finding]:
    errors = [sample.error for sample in samples if sample.error is not None]
    if errors:
        every = "No sample has" if len(errors) == len(samples) else "Some samples do not have"
        yield Finding(
            Check.SENSOR,
            f"{every} a value: {errors[-1]}. Check the wires of the sensor: SDA, SCL, 3.3 V, GND.",
        )


def _of_range(sample: Sample, board: Board) -> Iterator[Finding]:
    """Compare the newest sample with what the sensor can show."""
    volts, amperes, info = sample.volts, sample.amperes, board.info
    shunt_ohm = info.shunt_ohm or USUAL_SHUNT_OHM
    if sample.is_clipped:
        at_least = "" if amperes is None else f" of at least {measured_text(abs(amperes), 'A')}"
        yield Finding(
            Check.CLIPPED,
            f"A current{at_least} is more than the range of the shunt shows: the true one is "
            "larger. Choose a larger range, or a smaller shunt.",
        )
    if sample.is_over_range:
        yield Finding(
            Check.OVER_RANGE,
            "The voltage is more than its range shows: the true one is higher. Choose 32 V.",
        )
    if volts is not None and volts > MOST_BUS_V:
        yield Finding(
            Check.OVER_RANGE,
            f"{measured_text(volts, 'V')} is more than the {MOST_BUS_V:g} V that an INA219 stands: "
            "a wrong unit, or a sensor that breaks.",
        )
    elif (
        volts is not None
        and info.bus_range_v
        and not sample.is_over_range
        and volts >= NEARLY_FULL * info.bus_range_v
    ):
        yield Finding(
            Check.FULL_SCALE,
            f"{measured_text(volts, 'V')} is the end of the {info.bus_range_v:g} V range: what is "
            "above cannot be seen.",
        )
    range_v = (info.shunt_range_mv or 0) / 1000
    if (
        amperes is not None
        and range_v
        and not sample.is_clipped
        and NEARLY_FULL * range_v <= abs(amperes) * shunt_ohm <= MOST_SHUNT_V
    ):
        yield Finding(
            Check.FULL_SCALE,
            f"{measured_text(amperes, 'A')} is the end of the {1000 * range_v:g} mV range with "
            f"{shunt_ohm:g} ohm: what is above cannot be seen.",
        )
    if amperes is not None and amperes < -0.001:
        yield Finding(
            Check.SIGN,
            f"The current flows backwards ({measured_text(amperes, 'A')}): a battery is being "
            "charged, or VIN+ and VIN- are swapped.",
            is_warning=False,
        )
    if volts is not None and volts < -0.02:
        yield Finding(
            Check.SIGN,
            f"{measured_text(volts, 'V')}: an INA219 cannot measure a negative voltage; "
            "ground is not connected, or the number is wrong.",
        )


def _of_units(samples: Sequence[Sample], board: Board) -> Iterator[Finding]:
    """Compare power with voltage times current, and the current with what is possible."""
    whole = [
        (sample.volts, sample.amperes, sample.watts)
        for sample in samples
        if sample.volts is not None and sample.amperes is not None
    ]
    if not whole:
        return
    volts, amperes, watts = whole[-1]
    shunt_ohm = board.info.shunt_ohm or USUAL_SHUNT_OHM
    if abs(amperes) * shunt_ohm > 1.05 * MOST_SHUNT_V:
        yield Finding(
            Check.UNIT,
            f"{measured_text(amperes, 'A')} through {shunt_ohm:g} ohm would be "
            f"{measured_text(abs(amperes) * shunt_ohm, 'V')} across the shunt, and an INA219 shows "
            f"0.32 V at most. Were mA sent as A? Then it is {measured_text(amperes / 1000, 'A')}.",
        )
        return
    if watts is None:
        return
    off = [
        abs(p - v * i) > POWER_TOLERANCE_W + POWER_TOLERANCE * abs(v * i)
        for v, i, p in whole
        if p is not None
    ]
    if sum(off) < min(SEVERAL, len(off)) or not off[-1]:
        return
    product_w = volts * amperes
    told = f"P is {measured_text(watts, 'W')}, but V times I is {measured_text(product_w, 'W')}"
    for factor, sentence in (
        (1000, "P seems to be in mW where W is meant."),
        (0.001, "I seems to be in mA where A is meant, or P in kW."),
        (-1, "The signs differ: power that flows back is negative as the current is."),
    ):
        if product_w and abs(watts / product_w / factor - 1) < POWER_TOLERANCE:
            check = Check.SIGN if factor == -1 else Check.UNIT
            # The register for power of an INA219 has no sign.
            yield Finding(check, f"{told}. {sentence}", is_warning=factor != -1)
            return
    yield Finding(
        Check.POWER,
        f"{told}: it is computed wrongly, or V, I and P are of different moments.",
    )


def _of_silence(board: Board, now: float) -> Iterator[Finding]:
    last = board.last
    if board.presence is Presence.SLEEPING and board.wakes_at is not None:
        late_s = now - board.wakes_at
        if late_s > OVERSLEPT_S:
            yield Finding(
                Check.OVERSLEPT,
                f"It wanted to wake {age_text(late_s)} ago and has not come back: an empty "
                "battery, or no Wi-Fi where it is.",
            )
    if board.presence is Presence.OFFLINE and board.since_at is not None and last is not None:
        # What was on its way when the board left may come a little later.
        if last.received_at > board.since_at + CLOCK_TOLERANCE_S and now < last.received_at + 60:
            yield Finding(
                Check.GONE,
                "It is said to be offline, but samples go on: the last will of an older connection "
                "came late, or another client has the same client id and takes its place.",
            )
        return
    if board.presence is not Presence.ONLINE:
        return
    if last is None:
        if board.info.speaks_our_protocol and now - board.branch.first_seen_at > FIRST_SAMPLE_S:
            yield Finding(
                Check.SILENT,
                "It says it is online, but no sample has come since mqttui listens. Does its "
                "program run, and may it publish to …/data?",
            )
        return
    age_s = now - last.received_at
    interval_s = board.track.usual_interval_s
    if interval_s is None:
        interval_s = 1 / board.info.rate_hz if board.info.rate_hz else SHORTEST_SILENCE_S
    if age_s > max(SHORTEST_SILENCE_S, SILENT_INTERVALS * interval_s):
        yield Finding(
            Check.SILENT,
            f"It says it is online, but its last sample came {age_text(age_s)} ago. Its program "
            "may hang, or the broker does not know yet that it is gone.",
        )


def _of_sequence(board: Board) -> Iterator[Finding]:
    track, info = board.track, board.info
    mixed = max(SEVERAL, _MIXED_SHARE * track.samples)
    if track.restarts > mixed:
        yield Finding(
            Check.MIXED,
            f"The numbers of the samples went back {_times(track.restarts)}: two boards seem to "
            "publish on this topic. Give each a name of its own.",
        )
    elif track.restarts:
        yield Finding(
            Check.RESTARTS,
            f"The board has started again {_times(track.restarts)} since mqttui listens.",
            is_warning=track.restarts >= SEVERAL,
        )
    if track.missing and track.restarts <= mixed:
        yield Finding(
            Check.GAPS,
            f"{_counted(track.missing, 'sample')} missing in {_counted(track.gaps, 'gap')} of the "
            "numbering: lost on the way, or dropped while the board was offline.",
        )
    if info.dropped:
        yield Finding(
            Check.DROPPED,
            f"The board itself dropped {_counted(int(info.dropped), 'sample')}, because it was "
            "offline for longer than its buffer lasts.",
        )


def _of_clock(samples: Iterable[Sample]) -> Iterator[Finding]:
    """Compare the board's time with that of arrival.

    What was kept while the board was offline is late for a reason, so the one that is the least
    late counts.
    """
    late = [sample.received_at - sample.time_s for sample in samples if sample.time_s is not None]
    if not late:
        if any(sample.up_ms is not None for sample in samples):
            yield Finding(
                Check.CLOCK,
                "The samples have no date: nobody has set the clock of the board.",
                is_warning=False,
            )
        return
    late_s = min(late, key=abs)
    if abs(late_s) <= CLOCK_TOLERANCE_S:
        return
    direction = "behind" if late_s > 0 else "ahead"
    sentence = f"The clock of the board is {duration_text(abs(late_s))} {direction}."
    rest_s = abs(late_s) % _QUARTER_HOUR_S
    is_zone = abs(late_s) < 86_400 and min(rest_s, _QUARTER_HOUR_S - rest_s) < CLOCK_TOLERANCE_S
    if is_zone:
        sentence += " Full quarters of an hour look like local time where UTC is meant."
    yield Finding(Check.CLOCK, sentence)


def _of_supply(board: Board) -> Iterator[Finding]:
    info = board.info
    if info.sensor_resets:
        yield Finding(
            Check.SUPPLY,
            f"The sensor was reset {_times(int(info.sensor_resets))} by dips of its supply: a "
            "cable that is long or loose, or a load on the same 3.3 V.",
        )
    if info.rssi_dbm is not None and info.rssi_dbm < WEAK_DBM:
        yield Finding(
            Check.SIGNAL,
            f"The Wi-Fi is weak ({info.rssi_dbm:.0f} dBm): go nearer to the access point.",
        )


def _counted(count: int, what: str) -> str:
    return f"{count_text(count)} {what}" + ("" if count == 1 else "s")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count_text(count)} times"
