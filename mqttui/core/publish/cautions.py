"""What to think of before a message is sent; none of it forbids anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.hygiene.contents import is_command_topic
from mqttui.core.hygiene.names import name_findings
from mqttui.core.hygiene.publishers import shared_topic
from mqttui.core.hygiene.samples import newest_samples
from mqttui.core.message import RETAIN
from mqttui.payload.quantities import ago_text

if TYPE_CHECKING:
    from mqttui.core.node import TopicNode
    from mqttui.core.publish.own_messages import OwnMessages
    from mqttui.core.publishing import PublishRequest


def cautions(
    request: PublishRequest,
    node: TopicNode | None,
    own: OwnMessages,
    now: float,
    oddity: str | None = None,
) -> dict[str, str]:
    """Return sentences, safe for a terminal, about what publishing a message may do to others.

    The keys name what a sentence is about; its words may change with time. `node` is what was
    received on the topic, None if nothing was. `oddity` is what is odd about the payload. `now`
    is in seconds since the epoch.
    """
    found: dict[str, str] = {}
    topic = request.topic.encode()
    if request.topic.startswith("$"):
        found["broker"] = (
            "Topics that begin with $ are the broker's own: most brokers refuse the message or "
            "pass it on to nobody."
        )
    is_known = node is not None and node.topic is not None
    if not is_known and not request.topic.startswith("$"):
        # A topic that is there was named by somebody else.
        found |= {rule.rule_id: sentence for rule, sentence in name_findings(topic).items()}
    if request.retain:
        found |= _retain_cautions(request, node, own, now)
    if node is not None and (sentence := shared_topic(newest_samples(node.entries()))):
        found["shared"] = sentence
    if oddity is not None:
        reason = oddity.removeprefix("Not JSON: ")
        found["oddity"] = f"The payload begins like JSON and is none: {reason}."
    return found


def _retain_cautions(
    request: PublishRequest, node: TopicNode | None, own: OwnMessages, now: float
) -> dict[str, str]:
    if not request.payload:
        return {
            "deletion": "A retained message without payload deletes what the broker keeps on this "
            "topic."
        }
    found = {}
    if is_command_topic(request.topic.encode()):
        found["command"] = (
            "The broker hands a retained command to each board that connects, which carries it "
            "out again; commands are published without retain."
        )
    foreign = own.foreign(node) if node is not None else None
    if foreign is not None:
        # A retained message came when mqttui subscribed, which says nothing of its age.
        is_retained = foreign[2] & RETAIN
        when = (
            "retained, its age is unknown" if is_retained else f"last {ago_text(now - foreign[0])}"
        )
        found["foreign"] = (
            f"Somebody else publishes to this topic too ({when}); yours replaces what the "
            "broker keeps, and whoever subscribes later gets it."
        )
    return found
