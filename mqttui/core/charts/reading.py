"""Finding numbers in messages: what a chart reads by path, time and unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.device_time import compile_time, time_path
from mqttui.payload.extraction import compile_number
from mqttui.payload.numeric import NumericPath, numeric_paths
from mqttui.payload.registry import AUTOMATIC, decode
from mqttui.payload.request import NO_CONTEXT
from mqttui.payload.value_path import PathError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.charts.series import ReadNumber
    from mqttui.core.charts.spec import SeriesSpec
    from mqttui.core.node import Entry
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.extraction import ReadPayload
    from mqttui.payload.request import Context

LOOKED_AT_BYTES = 65_536
"""The unit and the list of numbers are taken from so much of a message."""

_NOT_DRAWN_FIRST = frozenset(
    {"t", "ts", "time", "timestamp", "epoch", "n", "seq", "id", "uid", "up", "uptime", "uptime_s"}
)


class NumberReader:
    """Reads what the automatic decoder understands; `decoder_of` says where another one is wanted.

    `context_of` returns what is known of a topic beside its payloads.

    A path that is none reads nothing, which the chart counts.
    """

    def __init__(
        self,
        decoder_of: Callable[[str], str] = lambda topic: AUTOMATIC,
        context_of: Callable[[str], Context] = lambda topic: NO_CONTEXT,
    ) -> None:
        self._decoder_of = decoder_of
        self._context_of = context_of

    def number(self, series: SeriesSpec) -> ReadNumber:
        """Return what reads the value of a message."""
        try:
            topic = series.topic
            read = compile_number(series.path, self._decoder_of(topic), self._context_of(topic))
        except PathError:
            return lambda entry: None
        return lambda entry: read(entry[1])

    def device_time(self, series: SeriesSpec) -> ReadNumber:
        """Return what reads the time that a message tells.

        Where it stands is found in the first message that has one.
        """
        decoder, context = self._decoder_of(series.topic), self._context_of(series.topic)
        read_payload: ReadPayload | None = None

        def read(entry: Entry) -> float | None:
            nonlocal read_payload
            if read_payload is None:
                path = time_path(decoded_head(entry, decoder, context))
                if path is None:
                    return None
                read_payload = compile_time(path, decoder, context)
            return read_payload(entry[1])

        return read

    def unit(self, series: SeriesSpec, entry: Entry) -> str | None:
        """Return the unit that a message tells of the value."""
        found = self.numbers(series.topic, entry)
        return next((each.unit for each in found if each.path == series.path), None)

    def numbers(self, topic: str, entry: Entry) -> list[NumericPath]:
        """Return the numbers of a message in their order."""
        return numbers_in(entry, self._decoder_of(topic), self._context_of(topic))


def numbers_in(
    entry: Entry, decoder: str = AUTOMATIC, context: Context = NO_CONTEXT
) -> list[NumericPath]:
    """Return the numbers of a message in their order."""
    return numeric_paths(decoded_head(entry, decoder, context))


def decoded_head(entry: Entry, decoder: str = AUTOMATIC, context: Context = NO_CONTEXT) -> Decoded:
    """Return the decoded beginning of a message."""
    detail = entry[3]
    is_head = detail is not None and detail.full_size_bytes is not None
    return decode(entry[1], LOOKED_AT_BYTES, is_head=is_head, decoder=decoder, context=context)


def likely_path(numbers: list[NumericPath]) -> str | None:
    """Return the number that somebody wants to see first: not a time and not a counter."""
    for found in numbers:
        if found.path.rpartition(".")[2].lower() not in _NOT_DRAWN_FIRST:
            return found.path
    return numbers[0].path if numbers else None
