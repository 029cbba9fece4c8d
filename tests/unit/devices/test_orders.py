"""Commands to boards: what is sent, which reply belongs to it, and what is said of it."""

from __future__ import annotations

import json

import pytest

from mqttui.core.publishing import Outcome, PublishRequest, ReceiptStatus
from mqttui.core.source import Phase, SourceStatus, SubscriptionStatus
from mqttui.devices.commands import BoardCommand, Reply, reply_of, set_command, sweep_command
from mqttui.devices.orders import Order, Orders
from tests.unit.devices.fleets import PATH, ClassRoom

RATE = set_command("rate", 10, "rate 10/s")


class _Receipt:
    def __init__(self, request: PublishRequest) -> None:
        self.request = request
        self.status = ReceiptStatus(Outcome.SENT, "sent")


class _Source:
    """Takes what is published; `subscribed` is what delivers replies."""

    def __init__(self, topic_filter: str = "#") -> None:
        self.receipts: list[_Receipt] = []
        self.calls: list[str] = []
        self.status = SourceStatus(
            "broker", Phase.CONNECTED, subscriptions=(SubscriptionStatus(topic_filter, 0, 0),)
        )

    def publish(self, request: PublishRequest) -> _Receipt:
        self.receipts.append(_Receipt(request))
        return self.receipts[-1]

    def subscribe(self, subscription: object) -> None:
        self.calls.append("subscribe")

    def unsubscribe(self, topic_filter: str) -> None:
        self.calls.append(f"unsubscribe {topic_filter}")

    @property
    def sent(self) -> dict[str, object]:
        """The last command."""
        return json.loads(self.receipts[-1].request.payload)


class _Desk:
    def __init__(self, topic_filter: str = "#") -> None:
        self.room = ClassRoom()
        self.source = _Source(topic_filter)
        self.now_s = 0.0
        self.orders = Orders(
            self.source,  # type: ignore[arg-type]
            self.room.store,
            clock=lambda: self.now_s,
            wall_clock=lambda: self.room.now,
        )

    def give(self, command: BoardCommand = RATE) -> Order:
        return self.orders.give(PATH, command)

    def reply(self, **members: object) -> None:
        self.room.now += 0.04
        self.room.publish(f"{PATH}/reply", {"id": self.source.sent["id"], "ok": True} | members)
        self.orders.look()


def test_a_command_goes_out_at_qos_1_and_its_reply_is_known_by_the_id() -> None:
    """Replies to others are passed over."""
    desk = _Desk()
    order = desk.give()
    request = desk.source.receipts[0].request
    assert (request.topic, request.qos, request.retain) == (f"{PATH}/cmd", 1, False)
    assert desk.source.sent == {"id": desk.source.sent["id"], "op": "set", "rate": 10}
    desk.room.publish(f"{PATH}/reply", {"id": "else", "ok": True, "rate": 3})
    desk.orders.look()
    assert not order.is_over
    assert "waiting for the reply" in order.words
    desk.reply(rate=10)
    assert order.reply == Reply(True, "rate is 10 (answered in 40 ms)")
    assert desk.orders.last_of(PATH) is order
    assert desk.orders.last_of("elsewhere") is None


def test_no_reply_in_time_is_said() -> None:
    """A sweep may take as long as it takes."""
    desk = _Desk()
    order, sweep = desk.give(), desk.give(sweep_command(20, 1000))
    desk.now_s = 6.0
    desk.orders.look()
    assert order.reply is not None
    assert not order.reply.is_ok
    assert "No answer on iot49/anna-123456/reply within 5 s" in order.words
    assert not sweep.is_over
    assert desk.orders.last_of(PATH) is sweep


def test_what_the_broker_refuses_is_over_at_once() -> None:
    """There is nothing to wait for."""
    desk = _Desk()
    order = desk.give()
    desk.source.receipts[0].status = ReceiptStatus(Outcome.REFUSED, "not authorised", True)
    desk.orders.look()
    assert order.reply == Reply(False, "not authorised")


def test_no_subscription_is_left_behind() -> None:
    """The topic of the replies was subscribed to for this command only."""
    desk = _Desk("other/#")
    order = desk.give()
    assert desk.source.calls == ["subscribe"]
    desk.now_s = 60.0
    desk.orders.look()
    assert order.is_over
    assert desk.source.calls == ["subscribe", f"unsubscribe {PATH}/reply"]


def test_a_board_that_sleeps_may_answer_later() -> None:
    """The broker keeps the command until it wakes."""
    desk = _Desk()
    order = desk.orders.give(PATH, RATE, more_s=300)
    desk.now_s = 304.0
    desk.orders.look()
    assert order.words == "sent; waiting for the reply"
    desk.reply(rate=10)
    assert order.reply is not None
    assert order.reply.is_ok


SWEEP, IDENTIFY = sweep_command(20, 100), BoardCommand("identify", "identify")


@pytest.mark.parametrize(
    ("command", "reply", "is_ok", "words"),
    [
        (RATE, b'{"ok": true, "rate": 10}', True, "rate is 10"),
        (RATE, b'{"ok": true, "rate": 5}', False, "rate is 5"),
        (RATE, b'{"ok": false, "error": "rate: 0.1 to 20"}', False, "refused: rate: 0.1 to 20"),
        (RATE, b'{"ok": false, "error": "\\u001b[2J"}', False, "refused: ␛[2J"),
        (RATE, b'{"ok": 1}', False, "refused: the board does not say why"),
        (RATE, b"nonsense", False, "the reply is not a JSON object"),
        (SWEEP, b'{"ok": true, "v": [1, 2, 3], "i": [1, 1, 0]}', True, "3 points measured"),
        (SWEEP, b'{"ok": true}', False, "the reply has no curve"),
        (IDENTIFY, b'{"ok": true}', True, "its LED blinks for five seconds"),
        (BoardCommand("get", "get"), b'{"ok": true}', True, "done"),
        (BoardCommand("reset", "reset"), b'{"ok": true}', True, "it starts again now"),
    ],
)
def test_what_a_reply_says(command: BoardCommand, reply: bytes, is_ok: bool, words: str) -> None:
    """Success is what the board confirms, never what was asked for."""
    assert reply_of(command, reply) == Reply(is_ok, words)
