"""The screens of mqttui, drawn by one command."""
