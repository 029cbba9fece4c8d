"""Simulated hardware: circuits, sensors on an I2C bus, and MicroPython files run on CPython."""
