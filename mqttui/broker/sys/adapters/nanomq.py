"""NanoMQ: who came and went, and no numbers; those are behind its HTTP interface only."""

from __future__ import annotations

from mqttui.broker.sys.adapter import Adapter, Root

NANOMQ = Adapter("NanoMQ", Root.BROKERS_NODE, {}, ignored=frozenset({"connected", "disconnected"}))
