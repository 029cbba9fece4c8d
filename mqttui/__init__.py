"""mqttui: the MQTT explorer and admin console for the terminal."""

__version__ = "0.1.0"
