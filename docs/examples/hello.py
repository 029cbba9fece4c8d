"""Greets the class every five seconds, and prints what comes on two topics meanwhile.

mqttui device run docs/examples/hello.py
"""

from time import sleep

import wifi  # noqa: F401  (joins the Wi-Fi)
from mqttclient import MQTTClient

NAME = "anna"


def show(topic, message):
    print("heard", message.decode(), "on", topic.decode())


# Port 8883, because of ssl; the broker is verified by /ca.der.
client = MQTTClient("broker.local", user=NAME, password="chalk", ssl=True)
client.set_callback(show)
client.subscribe("class/questions")
client.subscribe("class/%s/questions" % NAME)
print("connected")

number = 0
while True:
    client.publish("class/%s" % NAME, "hello %d" % number)
    print("said hello", number)
    number += 1
    for _ in range(50):
        client.check_msg()
        sleep(0.1)
