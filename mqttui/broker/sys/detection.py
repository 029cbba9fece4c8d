"""Which product a broker is, by the topics that it has below `$SYS`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mqttui.broker.sys.adapters.aedes import AEDES
from mqttui.broker.sys.adapters.amqtt import AMQTT
from mqttui.broker.sys.adapters.emqx import EMQX
from mqttui.broker.sys.adapters.hivemq import HIVEMQ
from mqttui.broker.sys.adapters.mochi import MOCHI
from mqttui.broker.sys.adapters.mosquitto import MOSQUITTO
from mqttui.broker.sys.adapters.nanomq import NANOMQ
from mqttui.broker.sys.adapters.vernemq import VERNEMQ

if TYPE_CHECKING:
    from mqttui.broker.sys.adapter import Adapter

ADAPTERS = (MOSQUITTO, EMQX, HIVEMQ, VERNEMQ, NANOMQ, MOCHI, AEDES, AMQTT)

_NAMED = (
    ("mosquitto", MOSQUITTO),
    ("amqtt", AMQTT),
    ("hbmqtt", AMQTT),
    ("hivemq", HIVEMQ),
)
_ONLY_MOCHI = re.compile(r"\$SYS/broker/(packets/(received|sent)|system/\w+|retained|started)")
_ONLY_AMQTT = re.compile(r"\$SYS/broker/(heap/size|cpu/percent|messages/subscriptions/count)")
_ONLY_MOSQUITTO = re.compile(
    r"\$SYS/broker/(retained messages/count|heap/current|store/messages/|publish/messages/|log/).*"
)
_ONLY_EMQX = re.compile(r"\$SYS/brokers(/[^/@]+@[^/]+/.+)?")
_ONLY_NANOMQ = re.compile(r"\$SYS/brokers/(dis)?connected")
_ONLY_VERNEMQ = re.compile(r"\$SYS/[^/@]+@[^/]+/(total/active|mqtt|queue|router|vm/memory)/.*")
_ONLY_AEDES = re.compile(
    r"\$SYS/(?!brokers?/)[^/@]+/"
    r"(new/clients|disconnect/clients|new/subscribes|memory/heap/\w+|messages/publish/sent)"
)
_BY_SHAPE = (
    (_ONLY_NANOMQ, NANOMQ),
    (_ONLY_EMQX, EMQX),
    (_ONLY_MOCHI, MOCHI),
    (_ONLY_AMQTT, AMQTT),
    (_ONLY_MOSQUITTO, MOSQUITTO),
    (_ONLY_VERNEMQ, VERNEMQ),
    (_ONLY_AEDES, AEDES),
)


def adapter_by_version(version: str) -> Adapter | None:
    """Return the adapter that the payload of `$SYS/broker/version` names, else None."""
    text = version.lower()
    for name, adapter in _NAMED:
        if name in text:
            return adapter
    # The only one that gives its number without its name.
    return MOCHI if re.match(r"v?\d+\.\d+", text) else None


def adapter_by_topic(topic: str) -> Adapter | None:
    """Return the adapter of the only product that has this topic, else None."""
    for pattern, adapter in _BY_SHAPE:
        if pattern.fullmatch(topic):
            return adapter
    return None
