"""Everybody who publishes in the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.demo.boards import boards
from mqttui.demo.careless import ConfusedStudent, FloodingStudent
from mqttui.demo.household import HomeAssistant, TasmotaPlug, Zigbee2Mqtt
from mqttui.demo.instruments import LabInstruments, WeatherStation
from mqttui.demo.sky import Sky
from mqttui.settings.paths import firmware_folder

if TYPE_CHECKING:
    from mqttui.demo.simulated import SimulatedClient


def classroom(seed: int, started_at_ms: int) -> list[SimulatedClient]:
    """Return all simulated clients in the order in which they should connect.

    The same seed and `started_at_ms` (epoch of second 0) give the same messages.
    """
    sky = Sky(seed)
    return [
        *boards(firmware_folder(), sky, seed, started_at_ms),
        WeatherStation(sky, seed, started_at_ms),
        TasmotaPlug("tasmota_4A1B2C", 61.0, seed, started_at_ms),
        TasmotaPlug("tasmota_soldering", 48.0, seed, started_at_ms),
        Zigbee2Mqtt(seed),
        HomeAssistant(seed),
        LabInstruments(seed),
        ConfusedStudent(seed),
        FloodingStudent(seed),
    ]
