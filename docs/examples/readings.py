"""Sends readings as ThingFlow does: a JSON list of the sensor's name, the time and the value.

    mqttui device run docs/examples/readings.py

mqttui reads such lists by themselves. The time is in seconds since the board's own beginning; who
receives it should take the time of arrival.
"""

import json
from time import sleep, time

import wifi
from ina219 import INA219
from machine import I2C
from mqttclient import MQTTClient

SENSOR_ID = "volts-1"
TOPIC = wifi.settings.get("prefix", "iot49") + "/sensor-data"
SLEEP_TIME = 0.5


class Writer:
    """Publishes every reading that it is given."""

    def __init__(self, client, topic):
        self.client = client
        self.topic = topic

    def on_next(self, reading):
        self.client.publish(self.topic, bytes(json.dumps(reading), "utf-8"))


writer = Writer(
    MQTTClient(
        wifi.settings["host"],
        port=wifi.settings.get("port", 0),
        user=wifi.settings.get("user"),
        password=wifi.settings.get("password"),
        ssl="ca" in wifi.settings,
    ),
    TOPIC,
)
sensor = INA219(I2C(0))
while True:
    sensor.measure()
    writer.on_next((SENSOR_ID, time(), round(sensor.bus_v, 3)))
    sleep(SLEEP_TIME)
