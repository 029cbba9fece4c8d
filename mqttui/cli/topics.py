"""The rules of topics for settings, which know nothing of core."""

from __future__ import annotations

from mqttui.core.topic import filter_problem, topic_problem
from mqttui.settings.draft import TopicRules


def topic_rules() -> TopicRules:
    """Return the rules of MQTT 5.0 section 4.7."""
    return TopicRules(topic_problem=topic_problem, filter_problem=filter_problem)
