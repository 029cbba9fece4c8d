"""What the messages of a topic tell, from its kept history only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.hygiene.publishers import shared_topic
from mqttui.core.hygiene.rules import Findings, Rule, quoted
from mqttui.core.hygiene.samples import Kind, Sample, json_problem, newest_samples, numbers
from mqttui.core.hygiene.units import lacks_unit, with_unit
from mqttui.payload.quantities import rate_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.node import TopicNode

SLOWEST_STREAM_HZ = 0.2
FEWEST_READINGS = 5
FEWEST_DIFFERENT = 3
_NAMED_KEYS = 3
_COMMAND_LEVELS = frozenset((b"cmd", b"cmnd", b"command", b"commands", b"set", b"action"))


def content_findings(node: TopicNode) -> Findings:
    """Return which rules the messages of a topic break; bounded work however many are kept."""
    found: Findings = {}
    samples = newest_samples(node.entries())
    _check_json(samples, found)
    _check_units(samples, found)
    if (sentence := shared_topic(samples)) is not None:
        found[Rule.SHARED_TOPIC] = sentence
    if node.is_retained:
        _check_retained_data(samples, found)
        _check_retained_command(node.topic or b"", found)
    return found


def _check_json(samples: Sequence[Sample], found: Findings) -> None:
    broken = [sample for sample in samples if sample.kind is Kind.NEARLY_JSON]
    if broken and (problem := json_problem(broken[-1].payload)) is not None:
        found[Rule.BROKEN_JSON] = (
            f"{len(broken)} of the last {len(samples)} payloads begin like JSON and cannot be "
            f"parsed ({problem}); let json.dumps write them."
            if len(samples) > 1
            else f"The payload begins like JSON and cannot be parsed ({problem}); "
            "let json.dumps write it."
        )


def _check_units(samples: Sequence[Sample], found: Findings) -> None:
    unclear: dict[str, None] = {}
    for sample in samples:
        if sample.kind is not Kind.JSON or b"unit" in sample.payload.lower():
            continue
        for key, number in numbers(sample.value):
            if lacks_unit(key, number):
                unclear[key] = None
    if not unclear:
        return
    keys = list(unclear)
    named = ", ".join(quoted(key) for key in keys[:_NAMED_KEYS])
    more = ", …" if len(keys) > _NAMED_KEYS else ""
    verb = "is a number" if len(keys) == 1 else "are numbers"
    found[Rule.MISSING_UNIT] = (
        f"{named}{more} {verb} without a unit, so readers must guess; "
        f"write for example {quoted(with_unit(keys[0]))}."
    )


def _check_retained_data(samples: Sequence[Sample], found: Findings) -> None:
    if len(samples) < FEWEST_READINGS or any(
        sample.kind not in (Kind.JSON, Kind.NUMBER) for sample in samples
    ):
        return
    if len({sample.payload for sample in samples}) < FEWEST_DIFFERENT:
        return
    span_s = max(1.0, samples[-1].received_at - samples[0].received_at)
    rate_hz = (len(samples) - 1) / span_s
    if rate_hz >= SLOWEST_STREAM_HZ:
        found[Rule.RETAINED_DATA] = (
            f"Readings come at {rate_text(rate_hz)} and the broker also keeps one as retained, "
            "which whoever subscribes later takes for a new one; publish readings without retain."
        )


def is_command_topic(topic: bytes) -> bool:
    """Return whether the name of a topic says that commands are published there."""
    return topic.rpartition(b"/")[2].lower() in _COMMAND_LEVELS or topic.startswith(b"cmnd/")


def _check_retained_command(topic: bytes, found: Findings) -> None:
    if is_command_topic(topic):
        found[Rule.RETAINED_COMMAND] = (
            "The broker keeps this command and hands it to each board that connects, which "
            "carries it out again; clear it and publish commands without retain."
        )
