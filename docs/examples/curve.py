"""Sends what an INA219 measures as JSON: a dictionary becomes text with `json.dumps`.

    mqttui device run docs/examples/curve.py

In mqttui press `.` on the topic until its chart is there, or `+` to pin v and i.
"""

import json
from time import sleep_ms, ticks_diff, ticks_ms

import wifi
from ina219 import INA219
from machine import I2C
from mqttclient import MQTTClient

TOPIC = "%s/%s/solar" % (wifi.settings.get("prefix", "iot49"), wifi.settings["name"])

sensor = INA219(I2C(0))
client = MQTTClient(
    wifi.settings["host"],
    port=wifi.settings.get("port", 0),
    user=wifi.settings.get("user"),
    password=wifi.settings.get("password"),
    ssl="ca" in wifi.settings,
)
started = ticks_ms()
while True:
    sensor.measure()
    sample = dict(
        t=ticks_diff(ticks_ms(), started) / 1000,
        v=round(sensor.bus_v, 3),
        i=round(sensor.current_a, 4),
    )
    # QoS 1: publish returns when the broker has it.
    client.publish(TOPIC, json.dumps(sample), qos=1)
    sleep_ms(200)
