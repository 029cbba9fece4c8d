"""INA219 current and voltage sensor (Texas Instruments, data sheet SBOS448G).

    sensor = INA219(I2C(0))
    sensor.measure()
    print(sensor.bus_v, sensor.current_a, sensor.power_w)

measure() triggers one conversion of both inputs, waits for it and allocates no memory. The current
comes from the shunt voltage, so that a brown-out of the sensor, which clears its calibration,
cannot make it zero.
"""

from time import sleep_ms, sleep_us, ticks_diff, ticks_ms

from micropython import const

_CONFIGURATION = const(0)
_SHUNT_VOLTAGE = const(1)
_BUS_VOLTAGE = const(2)
_POWER = const(3)
_CURRENT = const(4)
_CALIBRATION = const(5)

_RESET = const(0x8000)
_AFTER_RESET = const(0x399F)
_TRIGGERED = const(3)
_READY = const(2)
_OVERFLOW = const(1)
_SAMPLE_US = const(532)
_ATTEMPTS = const(3)

_EIO = const(5)
_ENODEV = const(19)
_ETIMEDOUT = const(110)


class SensorError(OSError):
    """The sensor cannot be used; args are an errno and a sentence that says what to look at."""


class INA219:
    """A sensor on `i2c`, any object with the methods of machine.I2C.

    averaging: 1, 2, 4 ... 128 samples per conversion of 12 bits; 128 take 136 ms for both inputs.
    bus_range_v: 16 or 32; the chip itself stands 26 V.
    shunt_range_mv: 40, 80, 160 or 320; 0 adapts it to the current.

    After measure():
    is_clipped: the current is larger than the widest allowed range can show.
    is_over_range: so is the bus voltage.
    is_overflow: the chip's own current or power does not fit, after calibrate().
    shunt_range_mv: the range that this measurement was taken in.
    resets: how often the chip was found reset since the start, by a brown-out or a loose wire.
    """

    def __init__(
        self, i2c, address=0x40, shunt_ohm=0.1, averaging=8, bus_range_v=16, shunt_range_mv=0
    ):
        if not 0x40 <= address <= 0x4F:
            raise ValueError("an INA219 has an address from 0x40 to 0x4F")
        self._i2c = i2c
        self._address = address
        self._word = bytearray(2)
        self._calibration = 0
        self._current_lsb_a = 0.0
        self.resets = 0
        self.configure(shunt_ohm, averaging, bus_range_v, shunt_range_mv)
        self._shunt = self._bus = self._power = 0
        self._measured_gain = self._gain
        self.is_clipped = self.is_over_range = self.is_overflow = False
        self._write(_CONFIGURATION, _RESET)
        if self._read(_CONFIGURATION) != _AFTER_RESET:
            raise SensorError(_ENODEV, "the device at 0x%02x is not an INA219" % address)
        self._written = _AFTER_RESET

    def configure(self, shunt_ohm=None, averaging=None, bus_range_v=None, shunt_range_mv=None):
        """Change what is given, from the next measurement on; ValueError changes nothing."""
        if shunt_ohm is not None and not 0 < shunt_ohm < 1000:
            raise ValueError("shunt_ohm is above 0 and below 1000")
        if averaging is not None and averaging not in (1, 2, 4, 8, 16, 32, 64, 128):
            raise ValueError("averaging is 1, 2, 4, 8, 16, 32, 64 or 128")
        if bus_range_v not in (None, 16, 32):
            raise ValueError("bus_range_v is 16 or 32")
        if shunt_range_mv not in (None, 0, 40, 80, 160, 320):
            raise ValueError("shunt_range_mv is 40, 80, 160, 320, or 0 for automatic")
        if shunt_ohm is not None:
            self.shunt_ohm = shunt_ohm
        if averaging is not None:
            self._average = (1, 2, 4, 8, 16, 32, 64, 128).index(averaging)
        if bus_range_v is not None:
            self._is_32_v = bus_range_v == 32
        if shunt_range_mv is not None:
            self.is_automatic = shunt_range_mv == 0
            # The widest range first: a wrong guess costs a second conversion.
            self._gain = 3 if self.is_automatic else (40, 80, 160, 320).index(shunt_range_mv)

    def measure(self):
        """Measure voltage and current in one conversion; SensorError when it cannot be had."""
        gain = self._gain
        shunt = self._convert(gain)
        if self.is_automatic and gain < 3 and abs(shunt) >= 4000 << gain:
            gain = 3
            shunt = self._convert(gain)
        self._shunt = shunt
        self._measured_gain = gain
        self.is_clipped = abs(shunt) >= 4000 << gain
        if self.is_automatic:
            # A narrower range needs 20 % to spare, or noise would switch to and fro.
            while gain > 0 and abs(shunt) < 3200 << (gain - 1):
                gain -= 1
            self._gain = gain

    @property
    def bus_v(self):
        """Volts between the load side of the shunt and ground."""
        return self._bus * 0.004

    @property
    def shunt_v(self):
        """Volts across the shunt."""
        return self._shunt * 0.00001

    @property
    def current_a(self):
        """Amperes; positive towards the load."""
        return self._shunt * 0.00001 / self.shunt_ohm

    @property
    def power_w(self):
        """Watts at the load; negative when it feeds back."""
        return self._bus * 0.004 * self.current_a

    @property
    def shunt_range_mv(self):
        """Millivolts across the shunt that the last measurement could show."""
        return 40 << self._measured_gain

    def calibrate(self, max_a):
        """Set the chip's own arithmetic for currents up to `max_a`, for chip_current_a().

        Returns amperes per count. measure() itself needs no calibration.
        """
        calibration = int(0.04096 * 32767 / (max_a * self.shunt_ohm)) & 0xFFFE
        if not 2 <= calibration < 0xFFFF:
            raise ValueError("this current does not go with this shunt")
        self._current_lsb_a = 0.04096 / (calibration * self.shunt_ohm)
        self._calibration = calibration
        self._write(_CALIBRATION, calibration)
        return self._current_lsb_a

    def chip_current_a(self):
        """Return the amperes that the chip worked out in the last measurement."""
        return _signed(self._read(_CURRENT)) * self._current_lsb_a

    def chip_power_w(self):
        """Return the watts that the chip worked out, which have no sign."""
        return self._power * 20 * self._current_lsb_a

    def power_down(self):
        """Let the sensor draw 15 uA at most; measure() wakes it."""
        self._configure_chip(self._gain, 0)

    def _convert(self, gain):
        """Convert both inputs; return the shunt voltage in counts of 10 uV."""
        for _ in range(_ATTEMPTS):
            if self._read(_CONFIGURATION) != self._written:
                self._after_reset()
            self._configure_chip(gain, _TRIGGERED)
            bus = self._wait_ready()
            if bus < 0:
                continue
            shunt = _signed(self._read(_SHUNT_VOLTAGE))
            # Reading the power clears the ready flag, whatever the next trigger does.
            power = self._read(_POWER)
            # Asked last: whenever the chip was reset before, these values are not the ones wanted.
            if self._read(_CONFIGURATION) == self._written:
                self._power = power
                self.is_overflow = bool(bus & _OVERFLOW)
                self._bus = bus >> 3
                self.is_over_range = self._bus >= (8000 if self._is_32_v else 4000)
                return shunt
        raise SensorError(_EIO, "the INA219 is reset again and again: check its supply")

    def _wait_ready(self):
        """Return the bus voltage register once it is ready, -1 after a reset of the chip."""
        wait_us = _SAMPLE_US << (self._average + 1)
        deadline_ms = wait_us // 500 + 10
        started = ticks_ms()
        sleep_ms(wait_us // 1000)
        sleep_us(wait_us % 1000)
        while True:
            bus = self._read(_BUS_VOLTAGE)
            if bus & _READY:
                return bus
            if ticks_diff(ticks_ms(), started) > deadline_ms:
                if self._read(_CONFIGURATION) != self._written:
                    return -1
                raise SensorError(_ETIMEDOUT, "the INA219 does not finish its conversion")
            sleep_us(100)

    def _configure_chip(self, gain, mode):
        adc = 8 | self._average
        self._written = self._is_32_v << 13 | gain << 11 | adc << 7 | adc << 3 | mode
        self._write(_CONFIGURATION, self._written)

    def _after_reset(self):
        self.resets += 1
        if self._calibration:
            self._write(_CALIBRATION, self._calibration)

    def _write(self, register, value):
        self._word[0] = value >> 8
        self._word[1] = value & 0xFF
        try:
            self._i2c.writeto_mem(self._address, register, self._word)
        except OSError as error:
            self._fail(error)

    def _read(self, register):
        try:
            self._i2c.readfrom_mem_into(self._address, register, self._word)
        except OSError as error:
            self._fail(error)
        return self._word[0] << 8 | self._word[1]

    def _fail(self, error):
        code = error.args[0] if error.args else _EIO
        if code == _ENODEV:
            raise SensorError(code, "no INA219 at 0x%02x: check wires and address" % self._address)
        raise SensorError(code, "the I2C bus does not work: check SDA, SCL and their pull-ups")


def _signed(word):
    return word - 0x10000 if word & 0x8000 else word
