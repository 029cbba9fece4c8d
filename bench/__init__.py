"""How fast mqttui is, measured against mosquitto_sub on the same machine in the same run."""
