"""The test of a connection, at a broker whose certificate has expired."""

from __future__ import annotations

import datetime
import ssl
from typing import TYPE_CHECKING

from mqttui.broker.certificate import Certificate
from mqttui.broker.checkup import (
    Checkup,
    StepState,
    certificate_facts,
    planned_checkup,
    step_changes,
)
from mqttui.broker.diagnosis import diagnose
from mqttui.settings.connection import ConnectionSettings, Tls
from mqttui.ui.screens.connection_checkup import CheckupScreen
from screenshots.classroom_source import BEGAN_S

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from screenshots.still_app import StillApp


class Recorded:
    """An examination that was over before anybody looked."""

    def __init__(self, status: Checkup) -> None:
        self.status = status

    def start(self) -> None:
        """Nothing to do."""

    def cancel(self) -> None:
        """Nothing to do."""


def expired() -> Checkup:
    """Return what is found at a broker whose certificate has expired."""
    settings = ConnectionSettings("broker.example.org", 8883, tls=Tls())
    certificate = Certificate(
        "CN=broker.example.org",
        "CN=Example CA, O=Example",
        datetime.datetime(2025, 3, 1, tzinfo=datetime.UTC),
        datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC),
        ("broker.example.org",),
    )
    now = datetime.datetime.fromtimestamp(BEGAN_S, datetime.UTC)
    error = ssl.SSLCertVerificationError("certificate has expired")
    error.verify_code = 10
    passed = {"state": StepState.PASSED}
    checkup = planned_checkup(settings)
    checkup = checkup.with_step(0, took_s=0.012, facts=(("addresses", "192.0.2.7"),), **passed)
    checkup = checkup.with_step(1, took_s=0.031, facts=(("port 8883", "192.0.2.7"),), **passed)
    return checkup.with_step(
        2,
        took_s=0.094,
        facts=certificate_facts(certificate, now),
        **step_changes(diagnose(error, settings)),
    ).ended()


async def test_of_connection(app: StillApp, pilot: Pilot[None]) -> None:
    """Where a connection ends, why, and what to try."""
    app.push_screen(CheckupScreen(lambda: Recorded(expired())))
    await pilot.pause()
    await pilot.pause()
