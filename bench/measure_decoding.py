"""Decoding, extracting numbers and comparing: what it costs, whatever the payload is."""

from __future__ import annotations

import gzip
import json
import time
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from bench.report import Chapter, Row, markdown_table
from mqttui.payload.diff.payloads import diff_messages
from mqttui.payload.extraction import compile_number
from mqttui.payload.registry import decode
from mqttui.payload.request import SHOWN_LIMIT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.effort import Effort

EXTRACTION_RATIO = 1.0
SIZE_RATIO = 1.5
HOSTILE_RATIO = 5.0

_ROUNDS = 5
_READING = b'{"t":1795252996123,"v":4.848,"i":0.1012,"p":0.4906,"n":12}'


def measure(effort: Effort) -> Chapter:
    """Return the chapter about decoding."""
    read = compile_number("v")
    loads_s = best_s(lambda: json.loads(_READING), 20_000, effort.repeats)
    read_s = best_s(lambda: read(_READING), 20_000, effort.repeats)
    large = json.dumps([{"id": at, "v": at / 7, "ok": True} for at in range(80_000)]).encode()
    shown_s = best_s(lambda: decode(large[:SHOWN_LIMIT_BYTES], is_head=True), 3, effort.repeats)
    large_s = best_s(lambda: decode(large), 3, effort.repeats)
    costs = {
        name: best_s(partial(decode, payload), 1, effort.repeats)
        for name, payload in hostile_payloads().items()
    }
    worst = max(costs, key=costs.__getitem__)
    old, new = (digits(seed) for seed in (1, 2))
    compared = partial(diff_messages, decode(old), decode(new), old, new)
    diff_s = best_s(compared, 1, effort.repeats)
    rows = [
        Row(
            "reading one number of a JSON payload",
            f"< {EXTRACTION_RATIO:.0f} × json.loads",
            f"{read_s / loads_s:.2f} × ({read_s * 1e6:.2f} against {loads_s * 1e6:.2f} µs)",
            read_s / loads_s < EXTRACTION_RATIO,
        ),
        Row(
            f"decoding {len(large) / 1e6:.1f} MB of JSON for display",
            f"< {SIZE_RATIO} × its first 64 kB",
            f"{large_s / shown_s:.2f} × ({large_s * 1e3:.1f} ms)",
            large_s / shown_s < SIZE_RATIO,
        ),
        Row(
            f"the worst of {len(costs)} hostile payloads ({worst})",
            f"< {HOSTILE_RATIO:.0f} × 64 kB of JSON",
            f"{costs[worst] / shown_s:.2f} × ({costs[worst] * 1e3:.1f} ms)",
            costs[worst] / shown_s < HOSTILE_RATIO,
        ),
    ]
    table = markdown_table(
        ("decoded or compared", "ms"),
        (
            ("64 kB of JSON", f"{shown_s * 1e3:.1f}"),
            *((name, f"{cost_s * 1e3:.1f}") for name, cost_s in costs.items()),
            ("two arrays of 9,000 digits, compared", f"{diff_s * 1e3:.1f}"),
        ),
    )
    text = (
        "**Decoding.** Each figure is the best of several rounds in one process. The number is"
        " that of a reading as a board sends it; hostile payloads have a few megabytes each."
    )
    return Chapter("Decoding", rows, [text, table])


def digits(seed: int) -> bytes:
    """Return an array of digits that shares as much with others as chance gives."""
    chance = Random(seed)
    return json.dumps([chance.randrange(9) for _ in range(9000)]).encode()


def hostile_payloads() -> dict[str, bytes]:
    """Return payloads that promise more than they are, by what they do."""
    bomb = gzip.compress(bytes(300_000_000), 9)
    return {
        "gzip bomb": bomb,
        "gzip of a gzip bomb": gzip.compress(bomb),
        "gzip members without end": gzip.compress(b"") * 100_000,
        "JSON, deeply nested": b"[" * 3_000_000,
        "JSON of empty objects": b"[" + b"{}," * 1_000_000 + b"{}]",
        "JSON of huge integers": b"[" + b"9" * 3_000_000 + b"]",
        "JSON of equal keys": b"{" + b'"a":1,' * 400_000 + b'"a":1}',
        "MessagePack, deeply nested": b"\x91" * 1_000_000,
        "MessagePack of empty arrays": b"\xdd\x00\x0f\x00\x00" + b"\x90" * 983_040,
        "CBOR without end": b"\x9f" * 1_000_000,
        "combining marks": ("Z" + "\u0301" * 1_000_000).encode(),
        "random bytes": Random(1).randbytes(3_000_000),
    }


def best_s(work: Callable[[], object], count: int, repeats: int) -> float:
    """Return the seconds that `work` takes, the best of some rounds of `count` calls."""
    best = float("inf")
    for _ in range(_ROUNDS + repeats):
        began = time.perf_counter()
        for _ in range(count):
            work()
        best = min(best, (time.perf_counter() - began) / count)
    return best
