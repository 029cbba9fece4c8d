# The machine module of the ESP32 port, as far as the firmware uses it.
import time
from binascii import hexlify, unhexlify

import _host

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_EPOCH_MS = 946684800000


def unique_id():
    return unhexlify(_host.option("unique_id"))


def reset():
    _host.reset("hard", 0)


def soft_reset():
    raise SystemExit


def deepsleep(duration_ms=0):
    _host.reset("deepsleep", duration_ms)


def lightsleep(duration_ms=0):
    _host.sleep_ms(duration_ms)


def idle():
    _host.sleep_ms(1)


def reset_cause():
    return _host.reset_cause()


def freq(_frequency=None):
    return 160000000


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self, number, mode=-1, pull=-1, value=None):
        # An input with a pull-up reads high: nobody presses the button.
        self._value = value if value is not None else int(pull == Pin.PULL_UP)

    def value(self, value=None):
        if value is None:
            return self._value
        self._value = int(bool(value))
        return None

    __call__ = value

    def on(self):
        self._value = 1

    def off(self):
        self._value = 0


class RTC:
    def datetime(self, moment=None):
        if moment is None:
            year, month, day, hour, minute, second, weekday, _ = time.gmtime()
            return (year, month, day, weekday, hour, minute, second, 0)
        year, month, day, _, hour, minute, second, micros = moment
        seconds = time.mktime((year, month, day, hour, minute, second, 0, 0))
        _host.set_clock_ms(str(seconds * 1000 + _EPOCH_MS + micros // 1000))
        return None

    def memory(self, content=None):
        if content is None:
            return unhexlify(_host.clock_memory())
        if isinstance(content, str):
            content = content.encode()
        _host.set_clock_memory(hexlify(bytes(content)).decode())
        return None


class WDT:
    # It cannot be stopped and survives a soft reset; a second one sets another time.
    def __init__(self, id=0, timeout=5000):
        _host.watchdog(timeout)

    def feed(self):
        _host.watchdog(0)


class SoftI2C:
    def __init__(self, *_arguments, scl=None, sda=None, freq=400000, timeout=50000):
        pass

    def _ask(self, method, address, content=b"", size=0):
        status = _host.i2c(method, address, hexlify(bytes(content)).decode(), size)
        if status < 0:
            raise OSError(-status)
        return unhexlify(_host.answered_hex())

    def scan(self):
        return list(self._ask("scan", 0))

    def writeto(self, addr, buf, stop=True):
        self._ask("writeto", addr, buf)
        return len(buf)

    def readfrom(self, addr, nbytes, stop=True):
        return self._ask("readfrom", addr, size=nbytes)

    def readfrom_into(self, addr, buf, stop=True):
        buf[:] = self.readfrom(addr, len(buf))

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self._ask("writeto", addr, bytes([memaddr]) + bytes(buf))

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        self._ask("writeto", addr, bytes([memaddr]))
        return self._ask("readfrom", addr, size=nbytes)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        buf[:] = self.readfrom_mem(addr, memaddr, len(buf))


class I2C(SoftI2C):
    pass
