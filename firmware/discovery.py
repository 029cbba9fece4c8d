"""What Home Assistant is told of a board: one retained message for each value of its samples.

The topics are `homeassistant/sensor/<uid>_<value>/config`; the keys are its short ones (MQTT
discovery in its manual). Empty messages remove what was announced.
"""

import json

_VALUES = (
    ("v", "Voltage", "V", "voltage"),
    ("i", "Current", "A", "current"),
    ("p", "Power", "W", "power"),
)


def first_topic(uid):
    """Return the topic of the first message."""
    return _topic(uid, _VALUES[0][0])


def messages(topic, uid, version):
    """Yield (topic, JSON) for each value of the board with this topic."""
    device = {
        "ids": [uid],
        "name": topic.split("/")[-1],
        "mf": "Espressif",
        "mdl": "ESP32 with INA219",
        "sw": version,
    }
    for key, name, unit, kind in _VALUES:
        content = {
            "~": topic,
            "name": name,
            "stat_t": "~/data",
            # A sample without a value keeps the last one.
            "val_tpl": "{{ value_json.%s | default(this.state) }}" % key,
            "unit_of_meas": unit,
            "dev_cla": kind,
            "stat_cla": "measurement",
            "avty_t": "~/status",
            # A board that sleeps is there.
            "avty_tpl": "{{ 'offline' if value == 'offline' else 'online' }}",
            "uniq_id": "%s_%s" % (uid, key),
            "dev": device,
        }
        yield _topic(uid, key), json.dumps(content)


def _topic(uid, key):
    return "homeassistant/sensor/%s_%s/config" % (uid, key)
