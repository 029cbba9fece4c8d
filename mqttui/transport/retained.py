"""Asking a broker what it retains now, on a short-lived connection of its own.

A second subscription on the session's connection would replace the first one and send its
retained messages again to everything that is on the screen; a client of its own disturbs nobody.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.broker.diagnosis import diagnose
from mqttui.broker.problem import ProblemError
from mqttui.broker.reasons import Attempt
from mqttui.core.message import RETAIN, qos_of
from mqttui.core.retained.fetching import RetainedMessage, RetainedStatus
from mqttui.core.topic import filter_problem
from mqttui.settings.connection import Subscription
from mqttui.transport.client_setup import ready_client
from mqttui.transport.connection import Connection, Patience, Stopped
from mqttui.transport.packet_stream import size_of
from mqttui.transport.retained_by_name import RoundByName
from mqttui.transport.subscriptions import Subscriptions
from mqttui.transport.wakeup import Wakeup

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from mqttui.core.message import RawMessage
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient
    from mqttui.transport.task import Accepted

_log = logging.getLogger(__name__)

MAX_BYTES = 128 * 1024 * 1024
"""More than this is not collected."""

QUIET_S = 0.3
"""How long nothing retained must have come, after the broker has answered a PINGREQ.

mosquitto sends everything before it answers; others send retained messages from a queue of
their own and may answer in between.
"""

QUIET_WITHOUT_PING_S = 1.5

STALLED_S = 2.0
"""How long nothing must have come until the broker is taken to have dropped its PINGRESP."""

FEW = 200
"""So many messages are taken for all there are when they came once.

mosquitto drops what exceeds its queue of 1,000 packets while the socket is full, at any place and
without a word: a longer list is asked for again until it comes twice alike, or twice without
anything new. Who reads slowly gets every list with other holes.
"""

PASSES = 8

_NOTHING_SHARED = "A shared subscription brings no retained messages: leave out $share/group/."


class Fetch:
    """A `RetainedFetch` on a thread of its own, from `start` on.

    The subscription has QoS 0: what a broker queues for a client above QoS 0 is limited (1,000
    messages in mosquitto), so that the list would have holes. `with_qos` therefore asks for
    the QoS of each message when the list is complete.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        topic_filter: str,
        timeout_s: float,
        *,
        is_mqtt5: bool,
        with_qos: bool = False,
        quiet_s: float = QUIET_S,
        max_bytes: int = MAX_BYTES,
        patience: Patience | None = None,
    ) -> None:
        # Without wildcards there is one message at most, which no queue is too short for.
        self._is_one_topic = "+" not in topic_filter and "#" not in topic_filter
        qos = 2 if with_qos and self._is_one_topic else 0
        self._wants_qos = with_qos and not self._is_one_topic
        self._qos_round: RoundByName | None = None
        self._settings = replace(
            settings,
            client_id=None,
            will=None,
            is_clean=True,
            session_expiry_s=None,
            subscriptions=(Subscription(topic_filter, qos),),
        )
        self._topic_filter = topic_filter
        self._timeout_s = timeout_s
        self._is_mqtt5 = is_mqtt5
        self._quiet_s = quiet_s
        self._max_bytes = max_bytes
        self._patience = patience or Patience()
        self._subscriptions = Subscriptions(self._settings.subscriptions)
        self._messages: list[RetainedMessage] = []
        self._status = RetainedStatus()
        self._lock = threading.Lock()
        self._wakeup = Wakeup()
        self._client: FastClient | StockClient | None = None
        self._asked_at_s = time.monotonic()
        self._ends_at_s = 0.0
        self._last_at_s = 0.0
        self._pongs_before: int | None = None
        self._passes = 1
        # Where each topic stands in the list, what this pass brought, and what the one before.
        self._places: dict[bytes, int] = {}
        self._seen: set[bytes] = set()
        self._seen_before: set[bytes] | None = None
        # So many passes in a row have brought nothing new, and the question what of it is left.
        self._passes_without_news = 0
        self._known_before = 0
        self._doubt_round: RoundByName | None = None

    @property
    def topic_filter(self) -> str:
        """What was asked for."""
        return self._topic_filter

    @property
    def status(self) -> RetainedStatus:
        """The newest snapshot; the same object as long as nothing changed."""
        return self._status

    @property
    def messages(self) -> list[RetainedMessage]:
        """What has come so far, each topic once."""
        return self._messages

    def start(self) -> None:
        """Begin to ask; returns at once."""
        self._asked_at_s = time.monotonic()
        problem = filter_problem(self._topic_filter)
        if problem is None and self._topic_filter.startswith("$share/"):
            problem = _NOTHING_SHARED
        if problem is not None:
            self.refuse(problem)
            return
        threading.Thread(target=self._run, name="mqttui-retained", daemon=True).start()

    def refuse(self, problem: str) -> None:
        """End before the beginning, with a sentence; in place of `start`."""
        self._finish(problem)
        self._wakeup.close()

    def cancel(self) -> None:
        """End the fetch; what has come stays. From any thread."""
        self._finish("The question was given up before the broker had answered all of it.")

    def _finish(self, problem: str | None) -> None:
        with self._lock:
            if not self._status.is_done:
                took_s = time.monotonic() - self._asked_at_s
                self._status = replace(self._status, is_done=True, problem=problem, took_s=took_s)
        self._wakeup.wake()

    def _run(self) -> None:
        settings = self._settings
        client_id = f"mqttui-{secrets.token_hex(4)}"
        try:
            client, _ = ready_client(
                settings,
                self._take,
                client_id=client_id,
                is_mqtt5=self._is_mqtt5,
                connect_timeout_s=self._patience.connect_s,
                # The broker writes all at once and may drop what is not read in time.
                nap_s=0.0,
            )
            end = Connection(
                client,
                settings,
                Attempt(settings.label, client_id, is_client_id_given=False, user=settings.user),
                self._subscriptions,
                is_mqtt5=self._is_mqtt5,
                is_clean_start=True,
                patience=self._patience,
                wakeup=self._wakeup,
                is_stopping=lambda: self._status.is_done,
                on_accepted=lambda: None,
                on_change=lambda: None,
                tasks=(self,),
            ).run()
            self._finish(self._without_qos(end.problem.sentence))
        except Stopped:
            pass
        except Exception as error:
            # Whoever polls must come to an end whatever happens.
            if not isinstance(error, ProblemError):
                _log.exception("a fetch of retained messages failed unexpectedly")
            self._finish(diagnose(error, settings).sentence)
        finally:
            self._wakeup.close()

    def _take(self, messages: list[RawMessage], size_bytes: int) -> None:
        # Live messages come without the flag (MQTT 5.0 section 3.3.1.3).
        found = [message for message in messages if message[2] & RETAIN]
        if self._is_one_topic:
            # amqtt sends what other clients have subscribed to as well.
            asked = self._topic_filter.encode()
            found = [message for message in found if message[0] == asked]
        if not found or self._status.is_done:
            return
        self._last_at_s = time.monotonic()
        size_bytes = self._status.size_bytes
        for message in found:
            topic, payload, flags, detail = message
            kept = RetainedMessage(topic, payload, qos_of(flags))
            if detail is not None:
                kept = replace(
                    kept, properties=detail.properties, full_size_bytes=detail.full_size_bytes
                )
            for round_by_name in (self._doubt_round, self._qos_round):
                if round_by_name is not None:
                    round_by_name.took(topic)
            self._seen.add(topic)
            place = self._places.setdefault(topic, len(self._messages))
            if place == len(self._messages):
                self._messages.append(kept)
                size_bytes += size_of(message)
            else:
                size_bytes += size_of(message) - _size_of(self._messages[place])
                self._messages[place] = kept
        with self._lock:
            if not self._status.is_done:
                self._status = RetainedStatus(len(self._messages), size_bytes)
        if size_bytes > self._max_bytes:
            self._finish(
                f"The broker retains more than {self._max_bytes:,} bytes here; the list ends there."
            )
        elif self._is_one_topic:
            self._finish(None)

    def begin(self, client: FastClient | StockClient, accepted: Accepted) -> None:
        """Start to count the time."""
        self._client = client
        self._ends_at_s = time.monotonic() + self._timeout_s

    def ended(self) -> None:
        """Forget the client."""
        self._client = None

    def pursue(self, now_s: float) -> float | None:
        """Find out whether that was all; return when to look again."""
        client = self._client
        if client is None or self._status.is_done:
            return None
        if now_s >= self._ends_at_s:
            self._finish(
                self._without_qos(
                    f"The broker was not done after {self._timeout_s:g} s; the list may have holes."
                )
            )
            return 0.0
        if self._doubt_round is not None:
            rest_s = self._doubt_round.pursue(client, now_s)
            if rest_s is None:
                gone, self._doubt_round = self._doubt_round.unanswered, None
                self._complete(self._places.keys() - gone)
            return rest_s or 0.0
        if self._qos_round is not None:
            rest_s = self._qos_round.pursue(client, now_s)
            if rest_s is None:
                self._finish(None)
            return rest_s or 0.0
        (entry,) = self._subscriptions.status
        if entry.granted_qos is None:
            if entry.problem is None:
                return self._ends_at_s - now_s
            if not self._seen:
                self._finish(entry.problem)
            else:
                # Nothing is refused and delivered all the same: the SUBACK was dropped.
                self._pass_ended(is_whole=False)
            return 0.0
        if self._pongs_before is None:
            self._pongs_before = client.wire.pongs
            self._last_at_s = now_s
            client.ping()
        if client.has_ping and client.wire.pongs == self._pongs_before:
            return self._stalled_in_s(now_s)
        quiet_s = self._quiet_s if client.has_ping else QUIET_WITHOUT_PING_S
        due_at_s = min(self._last_at_s + quiet_s, self._ends_at_s)
        if now_s < due_at_s:
            return due_at_s - now_s
        self._pass_ended()
        return 0.0

    def _stalled_in_s(self, now_s: float) -> float:
        """Go on without the PINGRESP of a broker that fell silent; return when that is."""
        due_at_s = self._ends_at_s
        if self._seen:
            due_at_s = min(due_at_s, self._last_at_s + STALLED_S)
        if now_s >= due_at_s:
            self._pass_ended(is_whole=False)
        return max(0.0, due_at_s - now_s)

    def _pass_ended(self, *, is_whole: bool = True) -> None:
        """Finish when the list is sure to be complete; ask again otherwise.

        `is_whole` is false when the broker surely dropped something.
        """
        is_small = self._passes == 1 and len(self._seen) <= FEW
        has_news = len(self._places) > self._known_before
        self._known_before = len(self._places)
        self._passes_without_news = 0 if has_news else self._passes_without_news + 1
        if is_whole and (is_small or self._seen == self._seen_before):
            self._complete(self._seen)
        elif self._passes_without_news == 2:
            # Nothing is missing, but what this pass left out may have been cleared meanwhile.
            doubtful = [topic for topic in self._places if topic not in self._seen]
            self._doubt_round = RoundByName(doubtful, is_mqtt5=self._is_mqtt5)
        elif self._passes == PASSES:
            self._finish(
                f"The broker was asked {PASSES} times and left out something each time; the list "
                "may have holes. Ask for a narrower topic filter."
            )
        else:
            self._passes += 1
            self._seen_before = self._seen if is_whole else None
            self._seen = set()
            self._pongs_before = None
            self._subscriptions.want(self._settings.subscriptions[0])

    def _complete(self, topics: AbstractSet[bytes]) -> None:
        """Leave only these topics in the list, and ask for their QoS or finish."""
        self._leave_only(topics)
        if self._wants_qos and self._messages:
            names = [found.topic for found in self._messages]
            self._qos_round = RoundByName(names, is_mqtt5=self._is_mqtt5)
        else:
            self._finish(None)

    def _without_qos(self, problem: str) -> str:
        """Return what a problem means once only the QoS is missing."""
        if self._qos_round is None:
            return problem
        return f"The list is complete, but the QoS of the messages is not known. {problem}"

    def _leave_only(self, topics: AbstractSet[bytes]) -> None:
        """Take out what was cleared while the broker was asked again."""
        if len(topics) == len(self._messages):
            return
        self._messages = [found for found in self._messages if found.topic in topics]
        self._places = {found.topic: place for place, found in enumerate(self._messages)}
        with self._lock:
            if not self._status.is_done:
                self._status = RetainedStatus(
                    len(self._messages), sum(map(_size_of, self._messages))
                )


def _size_of(message: RetainedMessage) -> int:
    return len(message.topic) + len(message.payload) + len(message.properties)
