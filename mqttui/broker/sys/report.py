"""What is known of a broker, for a monitoring system: one line, JSON, or Prometheus text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mqttui.broker.sys import metrics
from mqttui.broker.sys.alarms import SEVERITIES, AlarmKind
from mqttui.broker.sys.derived import dropped_share
from mqttui.broker.sys.metrics import Kind
from mqttui.payload.printable import printable
from mqttui.payload.quantities import age_text, count_text, rate_text, size_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.broker.sys.snapshot import Snapshot

FORMAT_VERSION = 1


def severity_of(found: Mapping[AlarmKind, str]) -> int:
    """Return 0 when nothing is wrong, 1 for warnings, 2 for what is critical."""
    return max((SEVERITIES[kind].value for kind in found), default=0)


def status_line(snapshot: Snapshot, found: Mapping[AlarmKind, str], broker: str) -> str:
    """Return how a broker is in one printable line, the worst first."""
    word = {0: "OK", 1: "WARNING", 2: "CRITICAL"}[severity_of(found)]
    worst_first = sorted(found, key=lambda kind: -SEVERITIES[kind].value)
    sentences = [found[kind] for kind in worst_first]
    return printable(" ".join([word, f"{broker}:", *sentences, f"{', '.join(facts(snapshot))}."]))


def facts(snapshot: Snapshot) -> list[str]:
    """Return what is worth saying of a broker that is well; what is unknown is left out."""
    said = []
    if snapshot.product is not None:
        said.append(" ".join(filter(None, (snapshot.product, snapshot.version))))
    clients = snapshot.fresh(metrics.CLIENTS_CONNECTED)
    if clients is not None:
        number = round(clients)
        said.append(f"{count_text(number)} client{'' if number == 1 else 's'}")
    for metric, word in ((metrics.PUBLISH_IN, "in"), (metrics.PUBLISH_OUT, "out")):
        if metric in snapshot.rates:
            said.append(f"{rate_text(snapshot.rates[metric])} {word}")
    share = dropped_share(snapshot)
    if share is not None:
        said.append(f"{100 * share:.1f} % dropped" if share else "nothing dropped")
    memory = snapshot.fresh(metrics.MEMORY)
    if memory is not None:
        said.append(f"{size_text(round(memory))} memory")
    uptime_s = snapshot.value(metrics.UPTIME)
    if uptime_s is not None:
        said.append(f"up {age_text(uptime_s)}")
    return said or ["it says nothing that is known"]


def as_json(snapshot: Snapshot, found: Mapping[AlarmKind, str], broker: str) -> str:
    """Return everything as one JSON object; what is unknown is absent."""
    values: dict[str, Any] = {}
    for metric, reading in snapshot.readings.items():
        values[metric.name] = {
            "value": _plain(reading.value),
            "unit": metric.unit,
            "kind": metric.kind.value,
            "seen_at": round(reading.seen_at, 3),
            "is_stale": reading.is_stale,
        }
        if metric in snapshot.rates:
            values[metric.name]["per_s"] = round(snapshot.rates[metric], 6)
    averages: dict[str, dict[str, float]] = {}
    for (metric, minutes), reading in snapshot.averages.items():
        averages.setdefault(metric.name, {})[f"{minutes}min"] = round(reading.value, 6)
    return json.dumps(
        {
            "format": FORMAT_VERSION,
            "broker": broker,
            "status": {0: "ok", 1: "warning", 2: "critical"}[severity_of(found)],
            "product": snapshot.product,
            "version": snapshot.version,
            "interval_s": snapshot.interval_s,
            "metrics": values,
            "averages_per_s": averages,
            "alarms": [
                {
                    "kind": kind.value,
                    "severity": SEVERITIES[kind].name.lower(),
                    "sentence": sentence,
                }
                for kind, sentence in found.items()
            ],
        },
        ensure_ascii=True,
    )


def as_prometheus(snapshot: Snapshot, found: Mapping[AlarmKind, str], broker: str) -> str:
    """Return a scrape in the text format of Prometheus; stale values are left out."""
    label = f'{{broker="{_label(broker)}"}}'
    lines = []
    for metric, reading in snapshot.readings.items():
        if reading.is_stale:
            continue
        is_counter = metric.kind is Kind.COUNTER
        name = _prometheus_name(metric.name) + ("_total" if is_counter else "")
        lines += [
            f"# HELP {name} {metric.label}{f' ({metric.unit})' if metric.unit else ''}",
            f"# TYPE {name} {'counter' if is_counter else 'gauge'}",
            f"{name}{label} {_plain(reading.value)}",
        ]
    name = "mqttui_broker_alarm"
    lines += [f"# HELP {name} 1 while the rule finds something wrong", f"# TYPE {name} gauge"]
    for kind in AlarmKind:
        severity = SEVERITIES[kind].name.lower()
        labels = f'{{broker="{_label(broker)}",rule="{kind.value}",severity="{severity}"}}'
        lines.append(f"{name}{labels} {int(kind in found)}")
    return "\n".join(lines)


def unreachable_json(sentence: str, broker: str) -> str:
    """Return the JSON of a broker that could not be asked."""
    return json.dumps(
        {"format": FORMAT_VERSION, "broker": broker, "status": "unknown", "problem": sentence},
        ensure_ascii=True,
    )


def _prometheus_name(name: str) -> str:
    return "mqttui_broker_" + name.removeprefix("broker.").replace(".", "_")


def _label(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


def _plain(value: float) -> float | int:
    """Return whole numbers as such, so that a counter is not written with an exponent."""
    return int(value) if value.is_integer() else value
