"""Starts the board: configuration, sensor, Wi-Fi, broker, and the loop that never ends.

A held BOOT button (safe_pin) or Ctrl-C in the first seconds leads to the prompt instead.
"""

import gc
import random
from binascii import hexlify
from time import gmtime, sleep_ms, ticks_add, ticks_diff, ticks_ms

import config
import machine
import network
from board import Board
from ina219 import INA219
from mqtt import MQTTClient, tls_context

_WINDOW_MS = 1500
_WIFI_MS = 15000
# Reasons of the Wi-Fi driver: a handshake that fails is a key that does not fit.
_WRONG_KEY = (15, 202, 204)
_NO_ACCESS_POINT = 201
# Longer than a connection can take with all its time-outs.
_WATCHDOG_MS = 90000


def _sensor(settings):
    """Return (sensor, "") or (None, why there is none)."""
    pins = {}
    for name in ("scl", "sda"):
        if settings[name] >= 0:
            pins[name] = machine.Pin(settings[name])
    try:
        bus = machine.I2C(0, **pins)
        sensor = INA219(
            bus,
            settings["address"],
            settings["shunt"],
            settings["averaging"],
            settings["bus_range"],
            settings["shunt_range"],
        )
    except OSError as error:
        return None, str(error.args[-1])
    return sensor, ""


def _load(pin):
    """Return a function that sets an electronic load on a pin: the gate of a MOSFET, by PWM."""
    pwm = machine.PWM(machine.Pin(pin), freq=20000, duty_u16=0)
    return lambda fraction: pwm.duty_u16(int(fraction * 65535))


def _join(station, settings, board):
    """Join the Wi-Fi and go on sampling meanwhile; OSError when it takes too long."""
    if station.isconnected():
        return
    station.active(True)
    # With the default, tries without end, the driver never tells why it fails.
    station.config(reconnects=3)
    station.connect(settings["ssid"], settings["key"])
    started = ticks_ms()
    while not station.isconnected():
        if ticks_diff(ticks_ms(), started) > _WIFI_MS:
            status = station.status()
            station.disconnect()
            raise OSError(status, _no_wifi(status) % settings["ssid"])
        board.sample()
        sleep_ms(board.wait_ms())


def _no_wifi(status):
    """Return why the Wi-Fi cannot be joined, with a place for its name."""
    if status in _WRONG_KEY:
        return "wrong key for Wi-Fi %s"
    if status == _NO_ACCESS_POINT:
        return "no Wi-Fi named %s in reach"
    return "no Wi-Fi %s"


def _set_clock():
    """Ask the time server when nobody has set the clock; samples go without a date otherwise.

    TLS does not: the client refuses to connect then.
    """
    if gmtime()[0] >= 2024:
        return
    import ntptime

    try:
        ntptime.settime()
    except OSError:
        print("CLOCK no time server")


def _run(settings):
    uid = hexlify(machine.unique_id()).decode()
    context = tls_context(settings["ca"]) if settings["ca"] else None
    client = MQTTClient(
        "%s-%s" % (settings["name"], uid),
        settings["host"],
        settings["port"],
        settings["user"] or None,
        settings["password"] or None,
        keepalive=20,
        ssl=context,
    )
    sensor, why = _sensor(settings)
    if why:
        print("SENSOR", why)
    led = machine.Pin(settings["led"], machine.Pin.OUT) if settings["led"] >= 0 else None
    load = _load(settings["load"]) if settings["load"] >= 0 else None
    board = Board(settings, uid, client, sensor, why, led.value if led else None, load)
    station = network.WLAN(network.STA_IF)
    has_slept = machine.reset_cause() == machine.DEEPSLEEP_RESET
    if has_slept:
        board.recall(machine.RTC().memory())
    watchdog = None
    failures = 0
    retry = ticks_ms()
    while True:
        if watchdog:
            watchdog.feed()
        board.sample()
        try:
            if client.is_connected:
                board.serve()
                if board.wants_reset:
                    board.farewell()
                    machine.reset()
                if board.is_tired():
                    board.farewell(True)
                    _sleep(board)
            elif ticks_diff(ticks_ms(), retry) >= 0:
                gc.collect()
                _join(station, settings, board)
                _set_clock()
                if board.sensor is None:
                    board.sensor, why = _sensor(settings)
                # The broker keeps commands for a board that sleeps.
                client.connect(not settings["sleep"])
                board.connected(station.ifconfig()[0], station.status("rssi"))
                print("ONLINE", board.topic)
                failures = 0
                # Not before: a board that cannot connect must stay reachable over its cable.
                if watchdog is None:
                    watchdog = machine.WDT(timeout=_WATCHDOG_MS)
            else:
                sleep_ms(board.wait_ms())
        except OSError as error:
            print("LINK", error.args[-1] if error.args else error)
            client.close()
            board.lost()
            # Not on the first day: a board that never connected must stay reachable too.
            if has_slept:
                _sleep(board)
            # Thirty boards of a class must not come back in the same moment.
            limit_ms = min(30000, 500 << min(failures, 6))
            delay_ms = limit_ms // 2 + random.getrandbits(16) % (limit_ms // 2)
            retry = ticks_add(ticks_ms(), delay_ms)
            failures += 1


def _sleep(board):
    """Sleep; the board wakes as after a reset, but for what it remembers."""
    seconds = board.settings["sleep"]
    print("SLEEP %d s" % seconds)
    machine.RTC().memory(board.memory())
    machine.deepsleep(seconds * 1000)


def _is_wanted(settings):
    """Say whether nobody holds the button; give Ctrl-C its time after power-on."""
    pin = settings["safe_pin"]
    if pin >= 0 and not machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP).value():
        print("SAFE the button is held: main.py does not run")
        return False
    if machine.reset_cause() != machine.DEEPSLEEP_RESET:
        print("START Ctrl-C leads to the prompt")
        sleep_ms(_WINDOW_MS)
    return True


def main():
    """Run the board; return when it is not configured or not wanted."""
    try:
        settings = config.load()
    except ValueError as error:
        print("CONFIG", error)
        return
    if _is_wanted(settings):
        _run(settings)


main()
