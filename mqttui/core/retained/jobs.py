"""What clearing and putting back mean for each message: what is published, and what is left alone.

A job first gets what the broker retains now (`prepare`), so that nothing is decided on old
knowledge, and afterwards judges by a second look what has become of each message (`judge`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from mqttui.core.publish_properties import UnreadableProperties, properties_of
from mqttui.core.publishing import PublishRequest
from mqttui.core.topic import topic_problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from mqttui.core.publishing import PublishProperties
    from mqttui.core.retained.fetching import RetainedMessage

CLEARING_QOS = 1


class LeftOut(Enum):
    """Why a message is left alone; the value goes on after `3 messages`."""

    BROKERS_OWN = "on topics that begin with $, which belong to the broker"
    BAD_NAME = "with a topic name to which nothing can be published"
    CUT = "larger than the payload limit and cut, impossible to back up"
    UNREADABLE = "with properties that cannot be read, impossible to put back"
    GONE = "not retained any more"
    NEW = "retained only since the list was shown"
    SAME = "retained already as saved"
    NEWER = "with another value on the broker by now"
    EXPIRED = "expired since the backup"

    @property
    def is_for_the_user(self) -> bool:
        """Whether the user may insist that the message is not left alone."""
        return self in (LeftOut.CUT, LeftOut.UNREADABLE, LeftOut.NEWER)


@dataclass(frozen=True, slots=True)
class SavedMessage:
    """A retained message and when it was read, in seconds since the epoch."""

    message: RetainedMessage
    saved_at: float


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a job and what is published for it.

    `before` is what the broker retains on the topic and what the job takes away, None if nothing.
    """

    message: RetainedMessage
    request: PublishRequest
    before: RetainedMessage | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a job does, and which messages it leaves alone for which reason."""

    items: tuple[Item, ...] = ()
    left_out: tuple[tuple[RetainedMessage, LeftOut], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a second look at the broker says of an item that was published."""

    is_done: bool
    words: str


class Job(Protocol):
    """Clearing or putting back."""

    @property
    def done_word(self) -> str:
        """What has become of a message when all went well: `cleared`, `put back`."""

    @property
    def topic_filter(self) -> str:
        """What the broker is asked for, before and after."""

    def prepare(self, present: Sequence[RetainedMessage], now: float) -> Prepared:
        """Return what is to be done; `now` is in seconds since the epoch."""

    def judge(self, item: Item, present: RetainedMessage | None) -> Judgement:
        """Return what has become of an item, from what the broker retains now."""

    def only(self, topics: Collection[bytes]) -> Job:
        """Return the same job for some of its topics."""


class Clearing:
    """Clears messages that a user has seen in a list.

    What came since is left alone. Without `includes_cut` so are messages that cannot be backed up.
    `shown` are the topics of the whole list when `listed` is only a part of it.
    """

    done_word = "cleared"

    def __init__(
        self,
        topic_filter: str,
        listed: Sequence[RetainedMessage],
        *,
        includes_cut: bool = False,
        shown: Collection[bytes] | None = None,
    ) -> None:
        self._topic_filter = topic_filter
        self._listed = listed
        self._includes_cut = includes_cut
        self._shown = {message.topic for message in listed} if shown is None else shown

    @property
    def topic_filter(self) -> str:
        """What the broker is asked for, before and after."""
        return self._topic_filter

    def prepare(self, present: Sequence[RetainedMessage], now: float) -> Prepared:
        """Return one empty retained message for each that is there still."""
        there = {message.topic: message for message in present}
        left_out: list[tuple[RetainedMessage, LeftOut]] = []
        items = []
        for listed in self._listed:
            message = there.pop(listed.topic, None)
            if message is None:
                left_out.append((listed, LeftOut.GONE))
            elif reason := why_not_cleared(message, includes_cut=self._includes_cut):
                left_out.append((message, reason))
            else:
                request = PublishRequest(message.topic.decode(), b"", CLEARING_QOS, retain=True)
                items.append(Item(message, request, message))
        left_out += [
            (message, LeftOut.NEW) for topic, message in there.items() if topic not in self._shown
        ]
        return Prepared(tuple(items), tuple(left_out))

    def judge(self, item: Item, present: RetainedMessage | None) -> Judgement:
        """Return whether the topic is empty now."""
        if present is None:
            return Judgement(True, self.done_word)
        if is_same(present, item.message):
            return Judgement(
                False,
                "still retained: the broker did not carry it out (no permission, as a rule)",
            )
        return Judgement(False, "cleared, but somebody has published to it with retain since")

    def only(self, topics: Collection[bytes]) -> Clearing:
        """Return the same job for some of its topics."""
        listed = [message for message in self._listed if message.topic in topics]
        return Clearing(
            self._topic_filter, listed, includes_cut=self._includes_cut, shown=self._shown
        )


class Restoring:
    """Puts messages back as they were, where nothing else is retained by now.

    With `overwrites` newer values are replaced.
    """

    done_word = "put back"

    def __init__(
        self, topic_filter: str, saved: Iterable[SavedMessage], *, overwrites: bool = False
    ) -> None:
        self._topic_filter = topic_filter
        self._saved = tuple(saved)
        self._overwrites = overwrites

    @property
    def topic_filter(self) -> str:
        """What the broker is asked for, before and after."""
        return self._topic_filter

    def prepare(self, present: Sequence[RetainedMessage], now: float) -> Prepared:
        """Return the messages as they were published, the expiry shortened by the time since."""
        there = {message.topic: message for message in present}
        left_out: list[tuple[RetainedMessage, LeftOut]] = []
        items = []
        for saved in self._saved:
            before = there.get(saved.message.topic)
            found = self._item(saved, before, now)
            if isinstance(found, LeftOut):
                left_out.append((saved.message, found))
            else:
                items.append(found)
        return Prepared(tuple(items), tuple(left_out))

    def _item(
        self, saved: SavedMessage, before: RetainedMessage | None, now: float
    ) -> Item | LeftOut:
        message = saved.message
        if reason := why_not_cleared(message, includes_cut=False):
            return reason
        if before is not None and is_same(before, message):
            return LeftOut.SAME
        if before is not None and not self._overwrites:
            return LeftOut.NEWER
        if before is not None and not can_be_backed_up(before):
            return LeftOut.CUT
        properties = properties_of(message.properties)
        if properties is not None and properties.message_expiry_s is not None:
            expiry_s = properties.message_expiry_s - int(max(0.0, now - saved.saved_at))
            if expiry_s <= 0:
                return LeftOut.EXPIRED
            properties = replace(properties, message_expiry_s=expiry_s)
        request = PublishRequest(
            message.topic.decode(), message.payload, message.qos, retain=True, properties=properties
        )
        return Item(message, request, before)

    def judge(self, item: Item, present: RetainedMessage | None) -> Judgement:
        """Return whether the topic has the saved message again."""
        if present is None:
            return Judgement(
                False,
                "not retained: the broker did not carry it out (no permission, as a rule)",
            )
        if is_same(present, item.message):
            return Judgement(True, self.done_word)
        return Judgement(False, "the broker retains another value")

    def only(self, topics: Collection[bytes]) -> Restoring:
        """Return the same job for some of its topics."""
        kept = (saved for saved in self._saved if saved.message.topic in topics)
        return Restoring(self._topic_filter, kept, overwrites=self._overwrites)


def why_not_cleared(message: RetainedMessage, *, includes_cut: bool) -> LeftOut | None:
    """Return why a message must be left alone, None if it need not."""
    if message.topic.startswith(b"$"):
        return LeftOut.BROKERS_OWN
    try:
        has_good_name = topic_problem(message.topic.decode()) is None
    except UnicodeDecodeError:
        has_good_name = False
    if not has_good_name:
        return LeftOut.BAD_NAME
    if message.full_size_bytes is not None:
        return None if includes_cut else LeftOut.CUT
    return None if includes_cut or _is_readable(message.properties) else LeftOut.UNREADABLE


def can_be_backed_up(message: RetainedMessage) -> bool:
    """Return whether a message can be put back as it was."""
    return message.full_size_bytes is None and _is_readable(message.properties)


def is_same(one: RetainedMessage, other: RetainedMessage) -> bool:
    """Return whether two messages are the same; a broker counts their expiry down."""
    return (
        one.payload == other.payload
        and one.qos == other.qos
        and one.full_size_bytes == other.full_size_bytes
        and (
            one.properties == other.properties
            or _lasting(one.properties) == _lasting(other.properties)
        )
    )


def counted(
    left_out: Iterable[tuple[RetainedMessage, LeftOut]],
) -> tuple[tuple[LeftOut, int], ...]:
    """Return how often each reason occurs, in the order of their definition."""
    counts = Counter(reason for _, reason in left_out)
    return tuple((reason, counts[reason]) for reason in LeftOut if counts[reason])


def _is_readable(block: bytes) -> bool:
    try:
        properties_of(block)
    except UnreadableProperties:
        return False
    return True


def _lasting(block: bytes) -> PublishProperties | bytes | None:
    """Return the properties without the expiry; as they came when they cannot be read."""
    try:
        properties = properties_of(block)
    except UnreadableProperties:
        return block
    if properties is None or properties.message_expiry_s is None:
        return properties
    return replace(properties, message_expiry_s=0)
