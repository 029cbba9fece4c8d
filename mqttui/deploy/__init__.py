"""Boards on serial ports: what is on them, and how files get there safely."""
