"""A frame for your own experiment: everything of yours is below one topic, so that boards of a
class do not get into each other's way. Fill in `measure`.

    mqttui device run docs/examples/lab3.py
"""

import sys
from time import sleep

import network
import wifi
from mqttclient import MQTTClient

SESSION = "%s/%s/lab3" % (wifi.settings.get("prefix", "iot49"), wifi.settings["name"])
ROUNDS = 20


def measure(number):
    """Return what is to be sent in a round."""
    return "hello %d" % number


def from_host(topic, message):
    print(topic.decode(), "says", message.decode())
    if message == b"stop":
        stopped.append(message)


# 1. There is no MQTT without a network: look first, and say so.
station = network.WLAN(network.STA_IF)
if not station.isconnected():
    print("no Wi-Fi")
    sys.exit()
print("in the Wi-Fi as", station.ifconfig()[0])

# 2. Connect, and say what is to be heard.
stopped = []
client = MQTTClient(
    wifi.settings["host"],
    port=wifi.settings.get("port", 0),
    user=wifi.settings.get("user"),
    password=wifi.settings.get("password"),
    ssl="ca" in wifi.settings,
)
client.set_callback(from_host)
client.subscribe(SESSION + "/host/hello")

# 3. Measure, send, listen.
for number in range(ROUNDS):
    client.publish(SESSION + "/mcu/hello", measure(number))
    for _ in range(10):
        client.check_msg()
        sleep(0.05)
    if stopped:
        break

# 4. Go politely: the broker frees what it held for this board.
client.disconnect()
print("done")
