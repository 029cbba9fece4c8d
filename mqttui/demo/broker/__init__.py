"""A small MQTT broker for the demo: loopback only, MQTT 3.1.1 and 5, no access control."""
