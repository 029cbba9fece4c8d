"""mosquitto_sub, the yardstick: every ratio is against it, in the same run."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.publisher import Load, publisher

if TYPE_CHECKING:
    from bench.brokers import Broker


@dataclass(frozen=True, slots=True)
class Consumed:
    """What a consumer took and what it cost: user and system time of all its threads."""

    messages: int
    cpu_s: float
    wall_s: float

    @property
    def cpu_us_per_message(self) -> float:
        """Microseconds of CPU per message."""
        return self.cpu_s / self.messages * 1e6


def run_mosquitto_sub(
    broker: Broker, load: Load, *, qos: int = 0, is_encrypted: bool = False
) -> Consumed:
    """Publish `load` and return what `mosquitto_sub -F %t > /dev/null` spent on it."""
    client_id = f"reference-{time.monotonic_ns()}"
    command = ["mosquitto_sub", "-h", "127.0.0.1", "-i", client_id, "-t", "bench/#", "-F", "%t"]
    command += ["-q", str(qos), "-C", str(load.messages)]
    if is_encrypted:
        command += ["-p", str(broker.tls_port), "--cafile", str(broker.certificates.ca_file)]
    else:
        command += ["-p", str(broker.port)]
    with tempfile.TemporaryFile() as errors, publisher(broker.port, load) as source:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            broker.wait_for_subscriber(client_id)
            began = time.perf_counter()
            source.go()
            source.wait()
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"mosquitto_sub failed: {errors.read().decode()}")
    return Consumed(load.messages, usage.ru_utime + usage.ru_stime, wall_s)
