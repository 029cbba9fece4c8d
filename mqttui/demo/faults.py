"""What goes wrong in a class: chosen by name, or at random, the same for the same seed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mqttui.demo.spells import Pattern

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping


class Fault(StrEnum):
    """A fault of one board."""

    WIFI = "wifi"
    SENSOR = "sensor"
    DUPLICATE = "duplicate"
    CLOCK = "clock"
    FLOOD = "flood"


EXPLANATIONS = {
    Fault.WIFI: "the Wi-Fi is away for 5 to 15 s, every 20 to 60 s",
    Fault.SENSOR: "the sensor is unplugged for 3 to 10 s, every 15 to 40 s",
    Fault.DUPLICATE: "the board has the name, id and client id of another one",
    Fault.CLOCK: "the clock is an hour slow",
    Fault.FLOOD: "a forgotten loop publishes 100 messages a second on …/debug",
}

WIFI_PATTERN = Pattern(first_s=(5, 30), lasts_s=(5, 15), pause_s=(20, 60))
SENSOR_PATTERN = Pattern(first_s=(5, 20), lasts_s=(3, 10), pause_s=(15, 40))
FLOOD_HZ = 100.0
CLOCK_ERROR_MS = -3_600_000


class TooManyFaultsError(ValueError):
    """More boards are to have a fault than there are; the text is a sentence."""


def planned_faults(
    wanted: Mapping[Fault, int], at_random: int, boards: int, source: random.Random
) -> list[frozenset[Fault]]:
    """Return the faults of each board.

    `wanted` says how many boards have which, `at_random` how many have one of any kind. Boards
    without a fault come first; one stays without the fault `duplicate`, for it is copied. Raises
    TooManyFaultsError.
    """
    most = {fault: boards - (fault is Fault.DUPLICATE) for fault in Fault}
    for fault, count in wanted.items():
        if count > most[fault]:
            raise TooManyFaultsError(
                f"{count} boards cannot have the fault {fault} in a class of {boards}."
            )
    counts = dict(wanted)
    for _ in range(at_random):
        fault = source.choice(list(Fault))
        counts[fault] = min(counts.get(fault, 0) + 1, most[fault])
    planned: list[set[Fault]] = [set() for _ in range(boards)]
    for fault in sorted(counts):
        # The first board is the one that is copied.
        numbers = list(range(boards - most[fault], boards))
        source.shuffle(numbers)
        numbers.sort(key=lambda number: len(planned[number]))
        for number in numbers[: counts[fault]]:
            planned[number].add(fault)
    return [frozenset(faults) for faults in planned]
