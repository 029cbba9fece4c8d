"""The empty payload, which on a retained topic means: delete (MQTT 5.0 section 3.3.1.3)."""

from __future__ import annotations

from mqttui.payload.decoded import Decoded

EMPTY = Decoded("empty", "(empty)", None, 0, 0)
