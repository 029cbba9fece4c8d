"""An I2C bus with the methods of MicroPython's `machine.I2C` and the faults of real wires."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

WritableBuffer: TypeAlias = "bytearray | memoryview"


class I2CDevice(Protocol):
    """A chip as the bus sees it."""

    def write(self, data: bytes) -> None:
        """Take the bytes of one write transaction, without the address."""

    def read(self, size_bytes: int) -> bytes:
        """Return what one read transaction of that size brings."""


class I2CBus:
    """Devices by their 7-bit address.

    `unplugged` holds addresses that answer no more: OSError ENODEV, as on an ESP32. `is_stuck` is a
    line that hangs low: every transaction ends with ETIMEDOUT. `transactions` counts all.
    """

    def __init__(self, devices: Mapping[int, I2CDevice]) -> None:
        self.devices = dict(devices)
        self.unplugged: set[int] = set()
        self.is_stuck = False
        self.transactions = 0

    def scan(self) -> list[int]:
        """Return the addresses that answer, ascending."""
        return [] if self.is_stuck else sorted(set(self.devices) - self.unplugged)

    def writeto(self, addr: int, buf: bytes | WritableBuffer, stop: bool = True) -> int:
        """Write the bytes; return how many were acknowledged."""
        self._device(addr).write(bytes(buf))
        return len(buf)

    def readfrom_into(self, addr: int, buf: WritableBuffer, stop: bool = True) -> None:
        """Fill the buffer from the device."""
        buf[:] = self._device(addr).read(len(buf))

    def readfrom(self, addr: int, nbytes: int, stop: bool = True) -> bytes:
        """Return bytes from the device."""
        return self._device(addr).read(nbytes)

    def writeto_mem(
        self, addr: int, memaddr: int, buf: bytes | WritableBuffer, *, addrsize: int = 8
    ) -> None:
        """Write to the register `memaddr`."""
        self._device(addr).write(bytes([memaddr, *buf]))

    def readfrom_mem_into(
        self, addr: int, memaddr: int, buf: WritableBuffer, *, addrsize: int = 8
    ) -> None:
        """Fill the buffer from the register `memaddr`."""
        device = self._device(addr)
        device.write(bytes([memaddr]))
        buf[:] = device.read(len(buf))

    def readfrom_mem(self, addr: int, memaddr: int, nbytes: int, *, addrsize: int = 8) -> bytes:
        """Return bytes from the register `memaddr`."""
        found = bytearray(nbytes)
        self.readfrom_mem_into(addr, memaddr, found)
        return bytes(found)

    def _device(self, addr: int) -> I2CDevice:
        self.transactions += 1
        if self.is_stuck:
            raise OSError(errno.ETIMEDOUT, "I2C line is stuck")
        if addr in self.unplugged or addr not in self.devices:
            raise OSError(errno.ENODEV, "no acknowledgement")
        return self.devices[addr]
