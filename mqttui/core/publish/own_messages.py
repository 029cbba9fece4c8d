"""What was published from here, remembered as far as it is needed to tell it from others'."""

from __future__ import annotations

from collections import OrderedDict, deque
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.core.node import Entry, TopicNode
    from mqttui.core.publishing import PublishRequest

MOST_TOPICS = 1_000
MOST_PER_TOPIC = 128
LOOKED_AT = 32


class OwnMessages:
    """Digests of the last payloads of each of the topics that were last published to.

    MQTT does not say who published a message; what nobody here has sent is somebody else's.
    """

    def __init__(self) -> None:
        self._sent: OrderedDict[str, deque[int]] = OrderedDict()

    def note(self, request: PublishRequest) -> None:
        """Remember a message that is being published."""
        digests = self._sent.get(request.topic)
        if digests is None:
            digests = self._sent[request.topic] = deque(maxlen=MOST_PER_TOPIC)
            if len(self._sent) > MOST_TOPICS:
                self._sent.popitem(last=False)
        else:
            self._sent.move_to_end(request.topic)
        digests.append(hash(request.payload))

    def foreign(self, node: TopicNode) -> Entry | None:
        """Return the newest message of a topic that was not published from here, None without.

        The newest `LOOKED_AT` messages are looked at.
        """
        topic = (node.topic or b"").decode("utf-8", "surrogateescape")
        digests = self._sent.get(topic, ())
        for entry in islice(reversed(node.entries()), LOOKED_AT):
            # Clearing a retained message is no publisher's claim to the topic.
            if entry[1] and hash(entry[1]) not in digests:
                return entry
        return None
