"""Which keys of a JSON object leave their reader guessing in which unit their number is."""

from __future__ import annotations

from functools import lru_cache

from mqttui.payload.units import KEY_WORD, UNIT_WORDS

# Numbers without a unit, and the abbreviations and names that have one unit everywhere.
_KNOWN_WORDS = (
    "i p u n t x seq sequence no nr number id uid index idx count counter counts "
    "ts time timestamp date epoch up uptime rssi snr lqi linkquality lat lon lng latitude "
    "longitude hum humidity rh soc battery ph duty ratio factor gain load version ver fw qos level "
    "score probability percentage raw adc code status state ok error err shunt rate "
    "color hue saturation color_temp"
)
_KNOWN = frozenset(_KNOWN_WORDS.split())
_QUANTITIES = {
    "temperature": "temperature_C",
    "temp": "temp_C",
    "voltage": "voltage_V",
    "current": "current_A",
    "power": "power_W",
    "energy": "energy_kWh",
    "pressure": "pressure_hPa",
    "distance": "distance_cm",
    "speed": "speed_mps",
    "weight": "weight_g",
    "height": "height_m",
    "altitude": "altitude_m",
    "resistance": "resistance_ohm",
    "frequency": "frequency_Hz",
    "illuminance": "illuminance_lux",
    "light": "light_lux",
    "duration": "duration_s",
    "interval": "interval_s",
    "period": "period_s",
    "acceleration": "acceleration_mps2",
}
_LONGEST_KEY = 64


def lacks_unit(key: str, number: float) -> bool:
    """Return whether one has to guess the unit of `number` from its `key`.

    A whole number under a key that names no physical quantity may well be a count or a
    setting, and passes.
    """
    if len(key) > _LONGEST_KEY or not _is_unknown(key):
        return False
    is_quantity = any(word.lower() in _QUANTITIES for word in KEY_WORD.findall(key))
    return is_quantity or number != int(number)


def with_unit(key: str) -> str:
    """Return a key that says the unit, as an example."""
    return _QUANTITIES.get(key.lower(), f"{key}_<unit>")


@lru_cache(maxsize=1024)
def _is_unknown(key: str) -> bool:
    """Return whether no word of `key` is a unit and its last one is not known to need none."""
    words = KEY_WORD.findall(key)
    if not words or key.lower() in _KNOWN or words[-1].lower() in _KNOWN:
        return False
    return not any(word.lower() in UNIT_WORDS or not word.isascii() for word in words)
