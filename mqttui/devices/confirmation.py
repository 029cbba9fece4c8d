"""Whether the broker has a board as online that has just said so on its cable."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mqttui.core.topic import topic_problem
from mqttui.devices.presence import Presence, status_of
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.core.store import TopicStore

CONFIRMATION_WAIT_S = 15.0


class Confirmation(NamedTuple):
    """A sentence, and whether it is good news; None while one waits for news."""

    sentence: str
    is_good: bool | None


def confirmation(
    store: TopicStore, board: str, broker: str, *, restarted_at: float, waited_s: float
) -> Confirmation:
    """Return what the broker has as the status of a board that says that it is online.

    `board` is the topic that it said, `broker` the name of the broker for people, `restarted_at`
    in seconds since the epoch: what came before is of the time before.
    """
    name = printable(broker)
    topic = f"{board}/status"
    if not board or topic_problem(topic):
        return Confirmation(
            "The board did not say its topic, so the broker cannot be asked.", False
        )
    node = store.find(topic)
    last = node.last if node is not None else None
    status = status_of("status", last[1]) if last is not None else None
    is_fresh = last is not None and last[0] >= restarted_at
    if is_fresh and status is not None and status.presence in (Presence.ONLINE, Presence.SLEEPING):
        return Confirmation(f"The broker {name} has it as {status.presence.value}, too.", True)
    if waited_s < CONFIRMATION_WAIT_S:
        return Confirmation(f"Waiting for its status on {name} ...", None)
    if last is None:
        why = f"{name} has no status of it here: is the board configured for another broker, or "
        return Confirmation(f"{why}is {printable(topic)} not subscribed to?", False)
    if not is_fresh:
        return Confirmation(f"{name} has sent no new status of it, only that of before.", False)
    said = printable(last[1][:40].decode(errors="replace"))
    return Confirmation(f"{name} has {said!r} as its status.", False)
