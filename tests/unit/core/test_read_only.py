"""A source that only listens."""

from __future__ import annotations

from mqttui.core.publishing import Outcome, PublishRequest
from mqttui.core.read_only import ReadOnlySource


class Recorder:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.status = object()

    def __getattr__(self, name: str):
        return lambda *arguments, **keywords: self.calls.append(name)


def test_publishing_is_refused_before_it_reaches_the_source() -> None:
    """The receipt is final and says why, the source is never asked."""
    recorder = Recorder()
    request = PublishRequest("a", b"")
    receipt = ReadOnlySource(recorder).publish(request)
    assert receipt.request is request
    assert (receipt.status.outcome, receipt.status.is_final) == (Outcome.REFUSED, True)
    assert "read" in receipt.status.words
    assert recorder.calls == []


def test_everything_else_is_passed_on() -> None:
    """Listening works as without it."""
    recorder = Recorder()
    source = ReadOnlySource(recorder)
    source.start()
    source.subscribe(None)
    source.set_paused("a", is_paused=True)
    source.unsubscribe("a")
    source.fetch_retained("#")
    source.retry_now()
    source.drain(1)
    source.stop()
    assert recorder.calls == [
        "start",
        "subscribe",
        "set_paused",
        "unsubscribe",
        "fetch_retained",
        "retry_now",
        "drain",
        "stop",
    ]
    assert source.status is recorder.status
