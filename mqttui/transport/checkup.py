"""Examining a connection step by step, on a thread of its own.

Each step is taken with connections that are closed again, so that a failure has one place: name,
TCP, TLS, WebSocket, CONNECT, and then one subscription after the other. The last will is never
given, because a test must not announce anybody's death, and a persistent session is left alone.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from mqttui.broker.checkup import step_changes
from mqttui.broker.diagnosis import diagnose
from mqttui.transport.checkup_mqtt import MqttSteps
from mqttui.transport.checkup_network import NetworkSteps
from mqttui.transport.checkup_record import CheckupRecord, StepFailed
from mqttui.transport.connection import Patience, Stopped
from mqttui.transport.wakeup import Wakeup

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.broker.checkup import Checkup
    from mqttui.settings.connection import ConnectionSettings

_log = logging.getLogger(__name__)


class CheckupRun:
    """One examination. `status` is polled; `start` and `cancel` return at once.

    `wall_clock` gives seconds since the epoch, for the age of certificates.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        patience: Patience | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._wakeup = Wakeup()
        self._record = CheckupRecord(settings)
        patience = patience or Patience()
        self._network = NetworkSteps(settings, self._record, patience, wall_clock)
        self._mqtt = MqttSteps(settings, self._record, patience, self._wakeup)

    @property
    def status(self) -> Checkup:
        """The newest snapshot; the same object as long as nothing changed."""
        return self._record.status

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._run, name="mqttui-checkup", daemon=True).start()

    def cancel(self) -> None:
        """End it now. A call that cannot be interrupted ends later, unnoticed. From any thread."""
        self._record.finish(is_cancelled=True)
        self._wakeup.wake()

    def _run(self) -> None:
        try:
            self._network.take()
            self._mqtt.take()
        except (StepFailed, Stopped):
            pass
        except Exception as error:
            # Whoever polls must come to an end whatever happens.
            _log.exception("a checkup failed unexpectedly")
            self._record.change(**step_changes(diagnose(error, self._settings)))
        finally:
            self._record.finish()
            self._wakeup.close()
