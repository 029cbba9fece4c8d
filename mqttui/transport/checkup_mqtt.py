"""The last steps of an examined connection: WebSocket, CONNECT, and one SUBSCRIBE per filter."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.broker.checkup import StepKind, StepState, examined_subscriptions
from mqttui.broker.diagnosis import shown_path
from mqttui.broker.problem import ProblemError
from mqttui.broker.reasons import Attempt
from mqttui.payload.printable import printable
from mqttui.transport.client_setup import ready_client
from mqttui.transport.connection import Connection
from mqttui.transport.subscriptions import Subscriptions

if TYPE_CHECKING:
    from mqttui.core.message import RawMessage
    from mqttui.core.source import SubscriptionStatus
    from mqttui.settings.connection import ConnectionSettings, Subscription
    from mqttui.transport.checkup_record import CheckupRecord
    from mqttui.transport.connection import Patience
    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient
    from mqttui.transport.task import Accepted
    from mqttui.transport.wakeup import Wakeup

_SYS = "$SYS/#"
_MAX_SHOWN_ADDRESSES = 4
_FIGURES_PATIENCE_S = 2.0
"""How long to wait for the first figure under `$SYS/`, which brokers retain."""

_NO_FIGURES = "The broker grants this, but nothing came."
_NO_FIGURES_ADVICE = (
    "It has no figures there, or an access list withholds them; what mqttui says of the broker "
    "itself stays unknown."
)


class MqttSteps:
    """Takes these steps on one connection, or more where the broker closes it at a filter."""

    def __init__(
        self,
        settings: ConnectionSettings,
        record: CheckupRecord,
        patience: Patience,
        wakeup: Wakeup,
    ) -> None:
        self._settings = settings
        self._record = record
        self._patience = patience
        self._wakeup = wakeup
        self._protocol = ""
        self._client: FastClient | StockClient | None = None
        self._subscriptions = Subscriptions(())
        self._has_figures = False
        self._figures_due_s: float | None = None

    def take(self) -> None:
        """Connect and subscribe, again after a filter at which the broker closes."""
        if self._settings.websocket_path is not None:
            self._record.begin(StepKind.WEBSOCKET)
        else:
            self._record.begin(StepKind.CONNECT)
        wanted, _ = examined_subscriptions(self._settings)
        protocols = ["5", "3.1.1"]
        if self._settings.protocol != "auto":
            protocols = [self._settings.protocol]
        while not self._record.is_finished:
            self._protocol = protocols[0]
            end = self._connection(wanted).run()
            if self._record.status.has_passed:
                # The broker ended it instead of answering; the others may still be granted.
                self._record.failed(end.problem)
                wanted = wanted[len(wanted) - self._record.steps_left :]
                if not wanted:
                    return
                self._record.begin(StepKind.SUBSCRIBE)
            elif end.may_be_protocol and len(protocols) > 1:
                del protocols[0]
            else:
                raise self._record.failed(end.problem)

    def _connection(self, wanted: list[Subscription]) -> Connection:
        settings = replace(
            self._settings,
            will=None,
            is_clean=True,
            session_expiry_s=None,
            client_id=self._settings.client_id if self._settings.is_clean else None,
        )
        client_id = settings.client_id or f"mqttui-{secrets.token_hex(4)}"
        is_mqtt5 = self._protocol == "5"
        if is_mqtt5:
            wanted = [_without_retained(each) for each in wanted]
        self._subscriptions = Subscriptions(tuple(wanted))
        try:
            client, _ = ready_client(
                settings,
                self._take,
                client_id=client_id,
                is_mqtt5=is_mqtt5,
                connect_timeout_s=self._patience.connect_s,
            )
        except ProblemError as error:
            raise self._record.failed(error.problem) from None
        self._client = client
        return Connection(
            client,
            settings,
            Attempt(
                settings.label,
                client_id,
                is_client_id_given=settings.client_id is not None,
                user=settings.user,
            ),
            self._subscriptions,
            is_mqtt5=is_mqtt5,
            is_clean_start=True,
            patience=self._patience,
            wakeup=self._wakeup,
            is_stopping=lambda: self._record.is_finished,
            on_opened=self._opened,
            on_accepted=lambda: None,
            on_change=self._look_at_answers,
            tasks=(self,),
        )

    def _opened(self) -> None:
        if self._record.step.kind is StepKind.WEBSOCKET:
            self._record.passed(("path", shown_path(self._settings.websocket_path or "/")))
            self._record.begin(StepKind.CONNECT)

    def _take(self, messages: list[RawMessage], size_bytes: int) -> None:
        self._has_figures = self._has_figures or any(
            message[0].startswith(b"$SYS/") for message in messages
        )

    def begin(self, client: FastClient | StockClient, accepted: Accepted) -> None:
        """Say what the broker said when it accepted the connection."""
        if self._record.status.has_passed:
            return
        settings = self._settings
        version = f"MQTT {self._protocol}"
        if settings.protocol == "auto" and self._protocol != "5":
            version += "; MQTT 5 is refused"
        session = "yes" if accepted.is_session_present else "no"
        if not settings.is_clean:
            session = "not looked at: the test leaves your session alone"
        facts = [("version", version), ("session present", session)]
        if settings.client_id is not None and settings.is_clean:
            facts.append(("client id", printable(settings.client_id)))
        limits = accepted.limits.words()
        facts.append(("limits", ", ".join(limits) if limits else self._no_limits()))
        remark = None
        if settings.will is not None:
            remark = _will_problem(settings.will.qos, settings.will.retain, accepted)
        self._record.passed(*facts, problem=remark, advice="Change the will." if remark else "")
        self._record.begin(StepKind.SUBSCRIBE)

    def _no_limits(self) -> str:
        return "none said" if self._protocol == "5" else "not said in MQTT 3.1.1"

    def pursue(self, now_s: float) -> float | None:
        """Wait for figures of the broker once everything was answered; then end."""
        if self._record.is_finished or self._record.step.is_over:
            return None
        entry = self._entry()
        if entry is None or entry.is_pending or entry.topic_filter != _SYS:
            return None
        if self._figures_due_s is None:
            self._figures_due_s = now_s + _FIGURES_PATIENCE_S
        if not self._has_figures and now_s < self._figures_due_s:
            return self._figures_due_s - now_s
        self._judge(entry)
        self._go_on()
        return None

    def ended(self) -> None:
        """Forget the client."""
        self._client = None

    def _entry(self) -> SubscriptionStatus | None:
        """Return the state of the filter whose step is running."""
        topic_filter = self._record.step.topic_filter
        found = (e for e in self._subscriptions.status if e.topic_filter == topic_filter)
        return next(found, None)

    def _look_at_answers(self) -> None:
        """Note every answer; the filters are answered in the order of the steps."""
        while not self._record.is_finished:
            entry = self._entry()
            if entry is None or entry.is_pending:
                return
            if entry.topic_filter == _SYS and entry.granted_qos is not None:
                # `pursue` sees whether something comes.
                return
            self._judge(entry)
            if not self._go_on():
                return

    def _judge(self, entry: SubscriptionStatus) -> None:
        """End the step of a filter that was answered."""
        if entry.granted_qos is None:
            own = (each.topic_filter for each in self._settings.subscriptions)
            # Nobody asked for `#` where the connection has filters of its own.
            is_wanted = entry.topic_filter in own
            self._record.change(
                state=StepState.FAILED if is_wanted else StepState.REMARKABLE,
                took_s=self._record.took_s,
                problem=entry.problem,
                advice=_refusal_advice(entry.topic_filter),
            )
            return
        granted = ("granted", f"QoS {entry.granted_qos}")
        if entry.topic_filter == _SYS and not self._has_figures:
            self._record.passed(granted, problem=_NO_FIGURES, advice=_NO_FIGURES_ADVICE)
        else:
            self._record.passed(granted, problem=entry.problem)

    def _go_on(self) -> bool:
        """Take the step of the next filter, or end; return whether there is one."""
        if self._record.steps_left:
            self._record.begin(StepKind.SUBSCRIBE)
            return True
        self._record.finish()
        self._wakeup.wake()
        return False


def _without_retained(subscription: Subscription) -> Subscription:
    """Return a subscription that brings no retained messages, at which nobody would look.

    But of `$SYS/#` they show that something comes.
    """
    if subscription.topic_filter == _SYS:
        return replace(subscription, retain_handling=0)
    return replace(subscription, retain_handling=2)


def _refusal_advice(topic_filter: str) -> str:
    if topic_filter == "#":
        return "Subscribe to what this user may read: a narrower topic filter."
    if topic_filter == _SYS:
        return "What mqttui says of the broker itself stays unknown."
    return "Ask whoever runs the broker to allow this filter, or leave it out."


def _will_problem(qos: int, retain: bool, accepted: Accepted) -> str | None:
    if qos > accepted.limits.maximum_qos:
        return f"The broker takes no will at QoS {qos}."
    if retain and not accepted.limits.is_retain_available:
        return "The broker takes no will that is to be retained."
    return None
