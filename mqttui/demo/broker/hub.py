"""The broker's state and rules; knows sessions and links, no sockets and no event loop."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.core.topic import filter_problem
from mqttui.demo.broker.counters import Counters
from mqttui.demo.broker.packets import V5, Connect, Message, Publish, Subscription, Will
from mqttui.demo.broker.retained import RetainedMessages
from mqttui.demo.broker.routing import Routes, split_share
from mqttui.demo.broker.session import Limits, Link, Session
from mqttui.demo.broker.wire import ProtocolViolation

if TYPE_CHECKING:
    from collections.abc import Callable

SESSION_TAKEN_OVER = 0x8E
_FORGET_EXPIRED_EVERY_S = 10.0


class Hub:
    """Sessions, subscriptions, retained messages and wills of all clients."""

    def __init__(
        self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits or Limits()
        self.clock = clock
        self.counters = Counters()
        self.routes = Routes()
        self.retained = RetainedMessages()
        self.sessions: dict[str, Session] = {}
        self._late_wills: dict[Session, float] = {}
        self._forgot_expired_at_s = clock()

    def attach(self, link: Link, connect: Connect) -> tuple[Session, bool]:
        """Give a connection its session; return it and whether it was there before.

        A connection that has the same client identifier is closed (MQTT 5.0 section 3.1.4).
        """
        client_id = connect.client_id or f"mqttui-{secrets.token_hex(6)}"
        session = self.sessions.get(client_id)
        if session is not None and session.link is not None:
            taken_over = session.link
            self.detach(session, is_will_due=True)
            taken_over.close(SESSION_TAKEN_OVER)
            session = self.sessions.get(client_id)
        if session is not None and (connect.is_clean or session.is_expired(self.clock())):
            self._end(session)
            session = None
        has_session = session is not None
        if session is None:
            session = Session(client_id, self.limits, self.counters, self.clock)
            self.sessions[client_id] = session
        self._late_wills.pop(session, None)
        session.level = connect.level
        session.expiry_s = connect.session_expiry_s
        session.maximum_packet_bytes = connect.maximum_packet_bytes
        session.set_receive_maximum(connect.receive_maximum)
        session.will = connect.will
        session.link = link
        session.disconnected_at_s = None
        self.routes.forget()
        self.counters.connections += 1
        return session, has_session

    def detach(self, session: Session, *, is_will_due: bool) -> None:
        """Take the connection from a session, publish its will if it is due, now or later."""
        session.link = None
        session.disconnected_at_s = self.clock()
        if not is_will_due:
            session.will = None
        if session.will is not None and session.will.delay_s and session.expiry_s:
            delay_s = min(session.will.delay_s, session.expiry_s)
            self._late_wills[session] = self.clock() + delay_s
        else:
            self._publish_will(session)
        if session.expiry_s == 0:
            self._end(session)

    def publish(self, message: Message, sender: Session | None) -> bool:
        """Hand a message to its subscribers; return whether there is any."""
        if message.is_retained:
            self.retained.keep(message)
        route = self.routes.route(message.topic)
        for session, subscriptions in route.matches:
            self._deliver(message, session, subscriptions, sender)
        for group in route.groups:
            chosen = group.next_member()
            if chosen is not None:
                self._deliver(message, chosen[0], (chosen[1],), sender)
        return bool(route.matches or route.groups)

    def message_of(self, publish: Publish, topic: bytes) -> Message:
        """Return the message of a PUBLISH packet; `topic` has its alias resolved."""
        expires_at_s = None if publish.expiry_s is None else self.clock() + publish.expiry_s
        return Message(
            topic,
            publish.payload,
            publish.qos,
            publish.is_retained,
            publish.properties,
            expires_at_s,
        )

    def subscribe(
        self, session: Session, subscriptions: list[Subscription]
    ) -> tuple[list[int], list[tuple[Message, Subscription]]]:
        """Return the codes for the SUBACK and the retained messages to send after it."""
        codes: list[int] = []
        due: list[tuple[Message, Subscription]] = []
        for subscription in subscriptions:
            group, topic_filter = split_share(subscription.topic_filter)
            if problem := filter_problem(subscription.topic_filter):
                raise ProtocolViolation(problem, 0x8F)
            if group is not None and subscription.is_no_local:
                raise ProtocolViolation("A shared subscription cannot have no local.", 0x82)
            is_new = self.routes.add(session, subscription)
            codes.append(subscription.qos)
            handling = subscription.retain_handling
            if group is None and (handling == 0 or (handling == 1 and is_new)):
                found = self.retained.matching(topic_filter, self.clock())
                due.extend((message, subscription) for message in found)
        return codes, due

    def send_retained(self, session: Session, due: list[tuple[Message, Subscription]]) -> None:
        """Send retained messages that a subscription asked for."""
        for message, subscription in due:
            identifiers = (subscription.identifier,) if subscription.identifier else ()
            qos = min(message.qos, subscription.qos)
            session.deliver(message, qos, is_retained=True, identifiers=identifiers)

    def tick(self) -> None:
        """End sessions and publish wills whose time has come."""
        now_s = self.clock()
        for session, due_at_s in list(self._late_wills.items()):
            if now_s >= due_at_s:
                del self._late_wills[session]
                self._publish_will(session)
        for session in list(self.sessions.values()):
            if session.is_expired(now_s):
                self.counters.sessions_expired += 1
                self._end(session)
        if now_s - self._forgot_expired_at_s >= _FORGET_EXPIRED_EVERY_S:
            self._forgot_expired_at_s = now_s
            self.retained.forget_expired(now_s)

    def _deliver(
        self,
        message: Message,
        session: Session,
        subscriptions: tuple[Subscription, ...],
        sender: Session | None,
    ) -> None:
        if session is sender:
            subscriptions = tuple(sub for sub in subscriptions if not sub.is_no_local)
            if not subscriptions:
                return
        qos = min(message.qos, max(sub.qos for sub in subscriptions))
        keeps_flag = session.level == V5 and any(sub.keeps_retain_flag for sub in subscriptions)
        session.deliver(
            message,
            qos,
            is_retained=message.is_retained and keeps_flag,
            identifiers=tuple(sub.identifier for sub in subscriptions if sub.identifier),
        )

    def _end(self, session: Session) -> None:
        if self._late_wills.pop(session, None) is not None:
            self._publish_will(session)
        self.routes.remove_all(session)
        if self.sessions.get(session.client_id) is session:
            del self.sessions[session.client_id]

    def _publish_will(self, session: Session) -> None:
        will, session.will = session.will, None
        if will is not None:
            self.publish(_dated(will, self.clock()), session)


def _dated(will: Will, now_s: float) -> Message:
    if will.expiry_s is None:
        return will.message
    return replace(will.message, expires_at_s=now_s + will.expiry_s)
