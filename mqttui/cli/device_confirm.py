"""Whether the broker has a board as online, asked by this program itself."""

from __future__ import annotations

import ssl
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mqttui.core.source import Phase
from mqttui.core.topic import topic_problem
from mqttui.payload.printable import printable
from mqttui.settings.connection import Subscription

if TYPE_CHECKING:
    from mqttui.core.source import SourceStatus
    from mqttui.settings.connection import ConnectionSettings

_ONLINE = b"online"
# A board that sleeps may have gone again already.
_SLEEPING = b"sleeping"
_POLL_S = 0.05


def confirm_online(
    topic: str, settings: ConnectionSettings, authority: bytes | None, wait_s: float
) -> str | None:
    """Wait until a broker has `online` as the status of a board; return why it cannot be told.

    None is the answer that all is well. `authority` is the CA of the board in DER, for a broker
    with TLS; without it the connection's own settings count.
    """
    status_topic = f"{topic}/status"
    if not topic or topic_problem(status_topic):
        return "the board did not say its topic"
    with tempfile.TemporaryDirectory(prefix="mqttui-") as folder:
        tls = settings.tls
        if authority is not None and tls is not None and tls.ca_file is None:
            ca_file = Path(folder) / "ca.pem"
            try:
                ca_file.write_text(ssl.DER_cert_to_PEM_cert(authority))
            except OSError as error:
                return f"{ca_file} cannot be written ({error.strerror})"
            settings = replace(settings, tls=replace(tls, ca_file=ca_file))
        return _asked(status_topic, settings, wait_s)


def _asked(status_topic: str, settings: ConnectionSettings, wait_s: float) -> str | None:
    from mqttui.transport.session import Session

    session = Session(
        replace(
            settings,
            client_id=None,
            is_clean=True,
            session_expiry_s=None,
            will=None,
            subscriptions=(Subscription(status_topic, 1),),
        )
    )
    heard: bytes | None = None
    session.start()
    try:
        deadline_s = time.monotonic() + wait_s
        while True:
            for batch in session.drain(1000):
                for message in batch.messages:
                    heard = message[1]
            if heard is not None and (heard == _ONLINE or _SLEEPING in heard[:100]):
                return None
            status = session.status
            reason = _refusal(status)
            if reason is None and time.monotonic() >= deadline_s:
                reason = _silence(status, heard)
            if reason is not None:
                return reason
            time.sleep(_POLL_S)
    finally:
        session.stop()


def _refusal(status: SourceStatus) -> str | None:
    """Return why no answer will come, None while one may."""
    if status.phase is Phase.WAITING and not status.retries_by_itself and status.problem:
        return _said(status.problem)
    problems = [entry.problem for entry in status.subscriptions if entry.problem]
    return _said(problems[0]) if problems else None


def _silence(status: SourceStatus, heard: bytes | None) -> str:
    if status.problem:
        return _said(status.problem)
    if status.phase is not Phase.CONNECTED:
        return f"{printable(status.label)} did not answer"
    if heard is None:
        return (
            f"{printable(status.label)} has no status of it; is that the broker of the board, and "
            "may this account read the topic?"
        )
    shown = printable(heard[:40].decode(errors="replace"))
    return f"{printable(status.label)} has {shown!r} as its status"


def _said(sentence: str) -> str:
    return printable(sentence).rstrip(".")
