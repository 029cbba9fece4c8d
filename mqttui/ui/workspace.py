"""Everything of one connection that its screens and panels share."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mqttui.core.filter_marks import FilterMarks
from mqttui.core.log.logged_source import LoggedSource
from mqttui.core.store import TopicStore
from mqttui.settings.broker_memory import BrokerMemory

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.broker.sys.watch import BrokerWatch
    from mqttui.core.hygiene.inspector import HygieneInspector
    from mqttui.core.log.drop_events import Losses
    from mqttui.core.log.journal import Journal
    from mqttui.core.message_reader import MessageReader
    from mqttui.core.publishing import Receipt
    from mqttui.core.source import MessageSource
    from mqttui.core.subscribed_traffic import SubscribedTraffic
    from mqttui.core.traffic_meter import TrafficMeter
    from mqttui.devices.fleet import Fleet
    from mqttui.devices.orders import Orders
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.preferences import Preferences


BROKER_SECTION = "broker"
"""The section of the memory with what the broker said last."""


class Workspace:
    """A source, the store of its messages, and what is counted and remembered beside it.

    `settings` is None for a source that is no broker; they are `from_form` when they came from
    the connection screen. `clock` is monotonic, `wall_clock` gives
    seconds since the epoch. While `is_read_only` the source refuses to publish,
    while `is_presenting` it hides secrets and client addresses.
    """

    def __init__(
        self,
        source: MessageSource,
        preferences: Preferences,
        *,
        settings: ConnectionSettings | None = None,
        from_form: bool = False,
        memory: BrokerMemory | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.is_presenting = preferences.is_presenting
        if self.is_presenting:
            from mqttui.core.presenter import VeiledSource

            source = VeiledSource(source)
        self.is_read_only = preferences.is_read_only
        if self.is_read_only:
            from mqttui.core.read_only import ReadOnlySource

            source = ReadOnlySource(source)
        self.source: MessageSource = LoggedSource(source, self._follow)
        self.preferences = preferences
        self.settings = settings
        self.is_from_form = from_form
        self.memory = BrokerMemory() if memory is None else memory
        self.clock = clock
        self.wall_clock = wall_clock
        self.store = TopicStore(preferences.history_budget_bytes)
        self.filter_marks = FilterMarks()
        self.opened_s = clock()
        self._hygiene: HygieneInspector | None = None
        self._traffic: TrafficMeter | None = None
        self._fleet: Fleet | None = None
        self._orders: Orders | None = None
        self._journal: Journal | None = None
        self._subscribed_traffic: SubscribedTraffic | None = None
        self._looked_at_filters: object = None
        self._reader: MessageReader | None = None
        self._broker: BrokerWatch | None = None

    @property
    def label(self) -> str:
        """The broker's name for people; not yet printable."""
        return self.source.status.label

    @property
    def profile(self) -> str | None:
        """The name of the profile that was connected with; not yet printable."""
        return None if self.settings is None else self.settings.profile

    @property
    def traffic(self) -> TrafficMeter:
        """What counts who sends how much; a pause does not stop it."""
        if self._traffic is None:
            # Imported here: the first paint can do without it.
            from mqttui.core.traffic_meter import TrafficMeter

            self._traffic = TrafficMeter(self.store)
        return self._traffic

    @property
    def counts_traffic(self) -> bool:
        """Whether somebody has asked for the traffic meter."""
        return self._traffic is not None

    @property
    def hygiene(self) -> HygieneInspector:
        """What looks after the names and messages of all topics."""
        if self._hygiene is None:
            # Imported here: the first paint can do without it.
            from mqttui.core.hygiene.inspector import HygieneInspector

            self._hygiene = HygieneInspector(self.store)
        return self._hygiene

    @property
    def inspects_hygiene(self) -> bool:
        """Whether somebody has asked for the hygiene inspector."""
        return self._hygiene is not None

    @property
    def fleet(self) -> Fleet:
        """What follows the boards."""
        if self._fleet is None:
            # Imported here: the first paint can do without it.
            from mqttui.devices.fleet import Fleet

            self._fleet = Fleet(self.store)
        return self._fleet

    @property
    def orders(self) -> Orders:
        """The commands that were given to boards."""
        if self._orders is None:
            from mqttui.devices.orders import Orders

            self._orders = Orders(
                self.source, self.store, clock=self.clock, wall_clock=self.wall_clock
            )
        return self._orders

    def follow_boards(self, now: float) -> None:
        """Read what has come from boards and to whom it is the reply; `now` since the epoch."""
        self.fleet.update(now)
        if self._orders is not None:
            self._orders.look()

    @property
    def follows_boards(self) -> bool:
        """Whether somebody has asked for the boards."""
        return self._fleet is not None

    @property
    def journal(self) -> Journal:
        """The log of the connection and what writes into it."""
        if self._journal is None:
            # Imported here: the first paint can do without it.
            from mqttui.core.log.journal import Journal

            self._journal = Journal()
        return self._journal

    @property
    def reader(self) -> MessageReader:
        """What decodes the messages, by the decoders that were chosen for this broker."""
        if self._reader is None:
            # Imported here: the first paint can do without it.
            from mqttui.ui.decoder_memory import remembered_reader

            self._reader = remembered_reader(self.store, self.memory)
        return self._reader

    @property
    def broker(self) -> BrokerWatch:
        """What keeps an eye on the broker."""
        if self._broker is None:
            # Imported here: the first paint can do without it.
            from mqttui.broker.sys.watch import BrokerWatch

            self._broker = BrokerWatch(
                self.store, self.preferences.thresholds, self.memory.read(BROKER_SECTION)
            )
        return self._broker

    @property
    def watches_broker(self) -> bool:
        """Whether somebody has asked what the broker says of itself."""
        return self._broker is not None

    def watch_broker(self, now: float) -> None:
        """Take in what the broker says of itself; alarms go into the log. `now` since the epoch."""
        connected_at_s = self.source.status.connected_at_s
        received = self.source.counters.received
        for alarm in self.broker.update(now, connected_at_s, received):
            self.journal.note_alarm(alarm.sentence, alarm.raised_at, is_critical=alarm.is_critical)

    @property
    def unseen_errors(self) -> int:
        """How many errors are in the log that nobody has looked at."""
        return 0 if self._journal is None else self._journal.log.unseen_errors

    @property
    def unseen_warnings(self) -> int:
        """How many warnings are in the log that nobody has looked at."""
        return 0 if self._journal is None else self._journal.log.unseen_warnings

    def note_changes(self, now: float, dropped_by_broker: int | None) -> None:
        """Write into the log what has changed since the last frame.

        `now` is in seconds since the epoch.
        """
        for problem in self.memory.problems:
            self.journal.note_settings_problem(problem, now)
        self.journal.look(
            self.source.status,
            lambda: self._losses(dropped_by_broker),
            now=now,
            now_s=self.clock(),
        )

    def _follow(self, receipt: Receipt) -> None:
        self.journal.follow(receipt)

    def _losses(self, dropped_by_broker: int | None) -> Losses:
        from mqttui.core.log.drop_events import losses_of

        store = self.store
        return losses_of(
            self.source.counters,
            unlisted=store.unlisted,
            evicted=store.evicted,
            cut=store.cut,
            by_broker=dropped_by_broker,
        )

    @property
    def subscribed_traffic(self) -> SubscribedTraffic:
        """What comes on the topics of each filter; added up while somebody looks."""
        if self._subscribed_traffic is None:
            # Imported here: the first paint can do without it.
            from mqttui.core.subscribed_traffic import SubscribedTraffic

            self._subscribed_traffic = SubscribedTraffic(self.store)
        return self._subscribed_traffic

    def look_at_filters(self, now: float) -> None:
        """Bring what topic hygiene says of the subscriptions up to date; `now` since the epoch."""
        from mqttui.core.hygiene.subscriptions import filter_findings
        from mqttui.core.topic import filter_problem
        from mqttui.settings.connection import DEFAULT_SUBSCRIPTIONS

        subscriptions = self.source.status.subscriptions
        traffic = self.subscribed_traffic
        names = [entry.topic_filter for entry in subscriptions]
        traffic.update([name for name in names if filter_problem(name) is None], now)
        face = (subscriptions, traffic.version)
        if face != self._looked_at_filters:
            self._looked_at_filters = face
            is_default = self.settings is None or (
                self.settings.subscriptions == DEFAULT_SUBSCRIPTIONS
            )
            self.hygiene.report.note_filters(
                filter_findings(
                    subscriptions,
                    traffic,
                    self.store,
                    now,
                    defaults=[each.topic_filter for each in DEFAULT_SUBSCRIPTIONS]
                    if is_default
                    else (),
                )
            )
