"""The board's configuration, config.json: every key, its rule and its default.

A value that breaks its rule is named with the rule; a key that nobody knows is refused, because it
is most often a typing mistake.
"""

import json

_AVERAGING = (1, 2, 4, 8, 16, 32, 64, 128)

# key: (default, None when it must be given; kind; test; rule in words)
_RULES = {
    "name": ("esp32", str, lambda value: _is_level(value), "a name without / + # and spaces"),
    "ssid": (None, str, lambda value: 0 < len(value) <= 32, "the name of the Wi-Fi"),
    "key": ("", str, lambda value: not value or 8 <= len(value) <= 64, "8 to 64 characters"),
    "host": (None, str, lambda value: len(value) > 0, "the broker's name or address"),
    "port": (0, int, lambda value: 0 <= value <= 65535, "a port, 0 for the usual one"),
    "user": ("", str, lambda value: True, "text"),
    "password": ("", str, lambda value: True, "text"),
    "ca": ("", str, lambda value: not value or value[0] == "/", "a DER file, such as /ca.der"),
    "prefix": ("iot49", str, lambda value: all(map(_is_level, value.split("/"))), "topic levels"),
    "rate": (5, float, lambda value: 0.1 <= value <= 20, "0.1 to 20 samples per second"),
    "buffer": (300, int, lambda value: 1 <= value <= 2000, "1 to 2000 samples"),
    "averaging": (8, int, lambda value: value in _AVERAGING, "1, 2, 4 ... 128"),
    "bus_range": (16, int, lambda value: value in (16, 32), "16 or 32 volts"),
    "shunt_range": (0, int, lambda value: value in (0, 40, 80, 160, 320), "0, 40, 80, 160, 320 mV"),
    "shunt": (0.1, float, lambda value: 0 < value < 1000, "ohms"),
    "address": (0x40, int, lambda value: 0x40 <= value <= 0x4F, "64 to 79"),
    "scl": (-1, int, lambda value: -1 <= value <= 48, "a pin, -1 for the usual one"),
    "sda": (-1, int, lambda value: -1 <= value <= 48, "a pin, -1 for the usual one"),
    "led": (-1, int, lambda value: -1 <= value <= 48, "a pin, -1 for none"),
    "load": (-1, int, lambda value: -1 <= value <= 48, "a pin, -1 for none"),
    "sleep": (0, int, lambda value: value == 0 or 5 <= value <= 86400, "0 or 5 to 86400 seconds"),
    "awake": (2, float, lambda value: 0.5 <= value <= 600, "0.5 to 600 seconds"),
    "home_assistant": (False, bool, lambda value: True, "true or false"),
    "safe_pin": (0, int, lambda value: -1 <= value <= 48, "a pin, -1 for none"),
}

CHANGEABLE = ("rate", "averaging", "bus_range", "shunt_range", "shunt", "home_assistant")


def load(path="/config.json"):
    """Return the configuration of a file; ValueError with a sentence when it is not one."""
    try:
        with open(path) as file:
            values = json.load(file)
    except OSError:
        raise ValueError("%s is missing" % path)
    except ValueError:
        raise ValueError("%s is not JSON" % path)
    return checked(values)


def checked(values):
    """Return all keys with their values; ValueError names the first that is wrong."""
    if not isinstance(values, dict):
        raise ValueError("the configuration is a JSON object")
    settings = {key: rule[0] for key, rule in _RULES.items()}
    for key in values:
        settings[key] = checked_value(key, values[key])
    for key in settings:
        if settings[key] is None:
            raise ValueError("%s is missing: %s" % (key, _RULES[key][3]))
    return settings


def checked_value(key, value):
    """Return a value for a key; ValueError names key and rule. What was given is not repeated."""
    if key not in _RULES:
        raise ValueError("unknown key %s" % key)
    _, kind, is_right, rule = _RULES[key]
    is_kind = isinstance(value, (int, float) if kind is float else kind)
    if not is_kind or isinstance(value, bool) != (kind is bool) or not is_right(value):
        raise ValueError("%s: %s" % (key, rule))
    return value


def _is_level(text):
    return bool(text) and not any(letter in "/+# " for letter in text)
