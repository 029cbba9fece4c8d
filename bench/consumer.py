"""A process with all of mqttui but the screen: from the wire into the store, with history.

`python -m bench.consumer JSON` prints `ready` once it is subscribed, takes messages with the
program's own frame loop, which has nothing to draw here, and ends with one line of JSON when the
wanted number of messages is in the store, or when nothing came for a while.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bench.processes import peak_resident_bytes, resident_bytes
from mqttui.core.source import MessageSource, Phase
from mqttui.core.store import TopicStore
from mqttui.settings.connection import ConnectionSettings, Protocol, Subscription, Tls
from mqttui.transport.session import Session
from mqttui.ui.frame import FrameLoop
from mqttui.ui.garbage import GarbagePacer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.brokers import Broker

Way = Literal["tcp", "tls", "websocket"]


@dataclass(frozen=True, slots=True)
class Job:
    """What a consumer connects to and what it waits for.

    It ends when `messages` are in the store or when nothing came for `patience_s`. Unless it
    `is_live`, the clocks start before the connection: the messages are retained.
    """

    port: int
    client_id: str
    messages: int
    ca_file: str | None = None
    websocket_path: str | None = None
    topic_filter: str = "bench/#"
    qos: int = 0
    protocol: Protocol = "auto"
    history_budget_bytes: int = 256 * 1024 * 1024
    patience_s: float = 5.0
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What arrived in the store and what it cost from `ready` to the last message."""

    messages: int
    topics: int
    cpu_s: float
    wall_s: float
    dropped: dict[str, int]
    evicted: int
    kept_bytes: int
    resident_bytes: int
    peak_resident_bytes: int

    @property
    def cpu_us_per_message(self) -> float:
        """Microseconds of CPU per message."""
        return self.cpu_s / self.messages * 1e6


class Consumer:
    """A running consumer process that is subscribed."""

    def __init__(self, job: Job) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.consumer", json.dumps(asdict(job))],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            raise RuntimeError("the consumer did not subscribe")

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def wait(self, timeout_s: float = 900) -> Outcome:
        """Return the outcome when it has ended."""
        output, _ = self._process.communicate(timeout=timeout_s)
        return Outcome(**json.loads(output))

    def kill(self) -> None:
        """End the process, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


@contextmanager
def consumer(job: Job) -> Iterator[Consumer]:
    """A consumer that is subscribed and that is gone at the end."""
    process = Consumer(job)
    try:
        yield process
    finally:
        process.kill()


def job_for(broker: Broker, way: Way, messages: int, *, qos: int = 0) -> Job:
    """Return a job that reaches `broker` in one of its ways."""
    return Job(
        port={"tcp": broker.port, "tls": broker.tls_port, "websocket": broker.websocket_port}[way],
        client_id=f"consumer-{time.monotonic_ns()}",
        messages=messages,
        ca_file=str(broker.certificates.ca_file) if way == "tls" else None,
        websocket_path="/mqtt" if way == "websocket" else None,
        qos=qos,
    )


def settings_of(job: Job) -> ConnectionSettings:
    """Return the connection settings of a job."""
    return ConnectionSettings(
        host="127.0.0.1",
        port=job.port,
        tls=Tls(ca_file=Path(job.ca_file)) if job.ca_file else None,
        websocket_path=job.websocket_path,
        client_id=job.client_id,
        protocol=job.protocol,
        subscriptions=(Subscription(job.topic_filter, job.qos),),
    )


def wait_until_subscribed(source: MessageSource) -> None:
    """Return when every subscription was granted; raises RuntimeError when it was not."""
    deadline = time.monotonic() + 30
    while True:
        status = source.status
        if status.phase is Phase.CONNECTED and all(
            each.granted_qos is not None for each in status.subscriptions
        ):
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"not subscribed: {status}")
        time.sleep(0.01)


async def consume(frames: FrameLoop, store: TopicStore, job: Job) -> float:
    """Turn the program's own frame loop until the job is done; return when that was."""
    last_at = time.perf_counter()
    messages = 0
    while messages < job.messages:
        await asyncio.sleep(frames.turn())
        if store.messages > messages:
            messages = store.messages
            last_at = time.perf_counter()
        elif messages and time.perf_counter() - last_at > job.patience_s:
            break
    return last_at


def cpu_now_s() -> float:
    """Return user and system time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Do the job on the command line."""
    job = Job(**json.loads(sys.argv[1]))
    source = Session(settings_of(job))
    store = TopicStore(job.history_budget_bytes)
    with GarbagePacer() as pacer:
        frames = FrameLoop(source, store, lambda _: None, tidy=pacer.pace)
        cpu_before_s = cpu_now_s()
        began = time.perf_counter()
        source.start()
        if job.is_live:
            wait_until_subscribed(source)
            cpu_before_s = cpu_now_s()
            began = time.perf_counter()
        print("ready", flush=True)
        ended = asyncio.run(consume(frames, store, job))
    outcome = Outcome(
        messages=store.messages,
        topics=store.topics,
        cpu_s=cpu_now_s() - cpu_before_s,
        wall_s=ended - began,
        dropped=source.counters.dropped,
        evicted=store.evicted,
        kept_bytes=store.kept_bytes,
        resident_bytes=resident_bytes(),
        peak_resident_bytes=peak_resident_bytes(),
    )
    source.stop()
    print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
