"""One board: what has come on its topics, read when somebody asks."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from mqttui.core.message import RETAIN
from mqttui.devices.checks import Finding, findings_of
from mqttui.devices.curve import curve_in
from mqttui.devices.info import LONGEST_PAYLOAD_BYTES, BoardInfo, json_object, told_by
from mqttui.devices.presence import Presence, status_of
from mqttui.devices.sample import sample_of
from mqttui.devices.track import Track

if TYPE_CHECKING:
    from mqttui.core.node import Entry, TopicNode
    from mqttui.devices.curve import Curve
    from mqttui.devices.sample import Sample

RECENT_SAMPLES = 32
READ_STEP = 64
"""Samples read between two looks at the clock."""

CHECK_INTERVAL_S = 1.0
SILENCE_INTERVAL_S = 5.0


class Board:
    """A branch of the tree with a topic on which something says whether it is there.

    `update` reads what has come since the last call. `since_at` is when the presence began (seconds
    since the epoch), None while only a retained message tells it, which has no time. `last` is the
    newest live sample; `recent` the last ones that were added to `track`, `behind` how many are
    still to be added, `missed` how many were forgotten before that.
    """

    __slots__ = (
        "_branch_messages",
        "_checked_at",
        "_data_seen",
        "_glanced_messages",
        "_info_seen",
        "_newest",
        "_reply_seen",
        "_status_seen",
        "behind",
        "branch",
        "curve",
        "curve_at",
        "findings",
        "info",
        "last",
        "missed",
        "name",
        "path",
        "presence",
        "recent",
        "since_at",
        "status_node",
        "track",
        "wakes_at",
    )

    def __init__(self, branch: TopicNode) -> None:
        self.branch = branch
        self.path = branch.path
        self.name = branch.name
        self.status_node: TopicNode | None = None
        self.presence = Presence.UNKNOWN
        self.since_at: float | None = None
        self.wakes_at: float | None = None
        self.info = BoardInfo()
        self.last: Sample | None = None
        self.recent: deque[Sample] = deque(maxlen=RECENT_SAMPLES)
        self.track = Track()
        self.behind = 0
        self.missed = 0
        self.curve: Curve | None = None
        self.curve_at: float | None = None
        self.findings: tuple[Finding, ...] = ()
        self._checked_at = float("-inf")
        self._branch_messages = -1
        self._glanced_messages = -1
        self._newest: Entry | None = None
        self._status_seen = 0
        self._info_seen = 0
        self._reply_seen = 0
        self._data_seen = 0

    @property
    def data_node(self) -> TopicNode | None:
        """The topic of the samples."""
        return self._child("data")

    def update(self, now: float) -> bool:
        """Read what is new, at most `READ_STEP` samples; return whether anything was.

        `now` is in seconds since the epoch.
        """
        count = self.branch.messages_below
        has_news = count != self._branch_messages or self.behind > 0
        if has_news:
            self._branch_messages = count
            was_behind = self.behind > 0
            self._read_data()
            self.glance()
            if was_behind and not self.behind:
                self._checked_at = float("-inf")
        age_s = abs(now - self._checked_at)
        if age_s >= (CHECK_INTERVAL_S if has_news else SILENCE_INTERVAL_S):
            self._checked_at = now
            self.findings = findings_of(self, now)
        return has_news

    def glance(self) -> None:
        """Read what is newest, whatever the history has to be read yet; for boards in sight."""
        count = self.branch.messages_below
        if count != self._glanced_messages:
            self._glanced_messages = count
            self._read_status()
            self._read_info()
            self._read_replies()
            self._read_newest()

    def listen_to(self, status_node: TopicNode) -> None:
        """Take the presence from this topic; the first one that is named stays."""
        if self.status_node is None:
            self.status_node = status_node
            self._branch_messages = self._glanced_messages = -1

    def _child(self, name: str) -> TopicNode | None:
        children = self.branch.children
        return None if children is None else children.get(name)

    def _read_status(self) -> None:
        node = self.status_node
        if node is None or node.messages == self._status_seen or node.last is None:
            return
        self._status_seen = node.messages
        received_at, payload, flags, _ = node.last
        status = status_of(node.name, payload)
        presence = Presence.UNKNOWN if status is None else status.presence
        self.wakes_at = None if status is None else status.wakes_at
        if presence is not self.presence:
            self.presence = presence
            self._checked_at = float("-inf")
            # A retained message does not tell when it was published.
            self.since_at = None if flags & RETAIN else received_at

    def _read_info(self) -> None:
        node = self._child("info")
        if node is None or node.messages == self._info_seen or node.last is None:
            return
        self._info_seen = node.messages
        value = json_object(node.last[1], LONGEST_PAYLOAD_BYTES)
        if value is not None:
            self.info = told_by(value, self.info)

    def _read_replies(self) -> None:
        node = self._child("reply")
        if node is None or node.messages == self._reply_seen:
            return
        entries = node.entries()
        fresh = min(node.messages - self._reply_seen, len(entries), READ_STEP)
        self._reply_seen = node.messages
        for entry in entries[len(entries) - fresh :]:
            if not entry[2] & RETAIN:
                self._take_reply(entry)

    def _take_reply(self, entry: Entry) -> None:
        value = json_object(entry[1], LONGEST_PAYLOAD_BYTES)
        if value is None:
            return
        curve = curve_in(value)
        if curve is not None:
            self.curve = curve
            self.curve_at = entry[0]
        else:
            self.info = told_by(value, self.info)

    def _read_data(self) -> None:
        node = self._child("data")
        if node is None or node.messages == self._data_seen:
            return
        entries = node.entries()
        waiting = node.messages - self._data_seen
        if waiting > len(entries):
            self.missed += waiting - len(entries)
            self.track.break_off()
            waiting = len(entries)
        first = len(entries) - waiting
        step = entries[first : first + READ_STEP]
        for entry in step:
            if entry[2] & RETAIN:
                continue
            sample = sample_of(entry)
            if sample is not None and self.track.add(sample):
                self.recent.append(sample)
        self.behind = waiting - len(step)
        self._data_seen = node.messages - self.behind
        if not self.behind and self.recent:
            self.last = self.recent[-1]
            self._newest = node.last

    def _read_newest(self) -> None:
        node = self.data_node
        if node is None or node.last is None or node.last is self._newest:
            return
        self._newest = node.last
        if not node.last[2] & RETAIN:
            self.last = sample_of(node.last) or self.last
