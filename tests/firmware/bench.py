"""A workbench: the firmware's driver, a simulated bus with one sensor, and a circuit to measure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mqttui.simulation.circuit import Steady
from mqttui.simulation.clock import VirtualClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import Ina219Chip
from mqttui.simulation.micropython import Interpreter, time_module

if TYPE_CHECKING:
    from mqttui.simulation.circuit import Circuit

FIRMWARE = Path(__file__).parents[2] / "firmware"


class Bench:
    """`circuit` is in front of `chip`, which answers at `address` on `bus`; time is virtual."""

    def __init__(
        self,
        circuit: Circuit | None = None,
        *,
        address: int = 0x40,
        shunt_ohm: float = 0.1,
        clears_ready_on_trigger: bool = True,
    ) -> None:
        self.clock = VirtualClock()
        self.circuit = circuit or Steady()
        self.chip = Ina219Chip(
            self.circuit,
            self.clock,
            shunt_ohm,
            clears_ready_on_trigger=clears_ready_on_trigger,
        )
        self.bus = I2CBus({address: self.chip})
        self.address = address
        self.driver = Interpreter(FIRMWARE, {"time": time_module(self.clock)}).load("ina219")
        self._shunt_ohm = shunt_ohm

    def sensor(self, **options: Any) -> Any:
        """Return a started driver for the chip, with the right address and shunt."""
        settings = {"address": self.address, "shunt_ohm": self._shunt_ohm, **options}
        return self.driver.INA219(self.bus, **settings)
