"""Joins the Wi-Fi of /config.json: `import wifi` at the top of a script is enough.

`wifi.settings` is what stands in that file, so that no script has a password in it.
"""

import json
from time import sleep_ms, ticks_diff, ticks_ms

import network

WAIT_MS = 15000

with open("/config.json") as file:
    settings = json.load(file)


def join():
    """Return once the board is in the Wi-Fi; OSError when that takes too long."""
    station = network.WLAN(network.STA_IF)
    station.active(True)
    if not station.isconnected():
        station.connect(settings["ssid"], settings.get("key", ""))
    started = ticks_ms()
    while not station.isconnected():
        if ticks_diff(ticks_ms(), started) > WAIT_MS:
            raise OSError(118, "no Wi-Fi " + settings["ssid"])
        sleep_ms(100)


join()
