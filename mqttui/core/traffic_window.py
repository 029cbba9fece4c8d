"""How much came within the last seconds or minutes: cumulative counts, sampled now and then."""

from __future__ import annotations

from array import array
from collections import deque
from enum import Enum


class Window(Enum):
    """A span of time that ends now; its value is (seconds, seconds between two samples).

    What is known of it reaches back up to one sample further.
    """

    TEN_SECONDS = (10.0, 1.0)
    MINUTE = (60.0, 5.0)
    TEN_MINUTES = (600.0, 30.0)

    @property
    def span_s(self) -> float:
        """How long it is."""
        return self.value[0]

    @property
    def step_s(self) -> float:
        """The time between two samples."""
        return self.value[1]


WINDOWS = tuple(Window)


class SampleTimes:
    """When the samples within one window were taken, oldest first; at least one."""

    def __init__(self, window: Window, began_at: float) -> None:
        self._window = window
        self._times = deque((began_at,))

    @property
    def began_at(self) -> float:
        """The time of the oldest sample."""
        return self._times[0]

    def __len__(self) -> int:
        return len(self._times)

    def advance(self, now: float) -> tuple[bool, bool]:
        """Move on; return whether to sample now, and whether older samples are to be trimmed.

        The oldest sample that stays is the newest that is as old as the window is long.
        """
        times = self._times
        is_due = now - times[-1] >= self._window.step_s
        if is_due:
            times.append(now)
        has_forgotten = False
        while len(times) > 1 and now - times[1] >= self._window.span_s:
            times.popleft()
            has_forgotten = True
        return is_due, has_forgotten


class TrafficCount:
    """How many messages and payload bytes something has had since it is counted.

    Samples belong to the newest of the times that they were taken at. `unknown_until` is up to
    when it may have had traffic that nobody counted, minus infinity if there was none.
    `is_of_branch` tells whether topics below were included from the beginning.
    """

    __slots__ = (
        "_byte_samples",
        "_message_samples",
        "is_of_branch",
        "messages",
        "size_bytes",
        "unknown_until",
    )

    def __init__(self, unknown_until: float = float("-inf"), *, is_of_branch: bool = False) -> None:
        self.is_of_branch = is_of_branch
        self.messages = 0
        self.size_bytes = 0
        self.unknown_until = unknown_until
        self._message_samples = tuple(array("Q") for _ in WINDOWS)
        self._byte_samples = tuple(array("Q") for _ in WINDOWS)

    def copy(self) -> TrafficCount:
        """Return a count that goes on by itself from here."""
        other = TrafficCount(self.unknown_until)
        other.messages = self.messages
        other.size_bytes = self.size_bytes
        other._message_samples = tuple(array("Q", each) for each in self._message_samples)
        other._byte_samples = tuple(array("Q", each) for each in self._byte_samples)
        return other

    def sample(self, window: int) -> None:
        """Remember the counts in the window of that number."""
        self._message_samples[window].append(self.messages)
        self._byte_samples[window].append(self.size_bytes)

    def trim(self, window: int, times: SampleTimes) -> None:
        """Forget samples whose times were forgotten."""
        excess = len(self._message_samples[window]) - len(times)
        if excess > 0:
            del self._message_samples[window][:excess]
            del self._byte_samples[window][:excess]

    def within(self, window: int, times: SampleTimes) -> tuple[int, int]:
        """Return the messages and payload bytes that were counted within the window."""
        messages = self._message_samples[window]
        if len(messages) < len(times):
            return self.messages, self.size_bytes
        return self.messages - messages[0], self.size_bytes - self._byte_samples[window][0]
