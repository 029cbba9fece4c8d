"""What was published, newest first, to be used again; bounded by number and size."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mqttui.core.publish.draft import PayloadMode, draft_of_json, draft_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.publish.draft import MessageDraft

MOST_ENTRIES = 100
MOST_CHARACTERS = 2_000_000
MOST_REMEMBERED_CHARACTERS = 16_000
"""A longer payload is not written to the memory of a broker."""

MOST_REMEMBERED_TOGETHER = 256_000


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A draft as it was sent.

    `sent_at` is in seconds since the epoch, `mark` one character for what became of it the last
    time. The text of the payload is missing when `left_out_characters` is not zero: it was not
    remembered.
    """

    draft: MessageDraft
    sent_at: float
    mark: str = " "
    left_out_characters: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether it can be sent again as it was."""
        return not self.left_out_characters


class PublishHistory:
    """The drafts that were sent; the same draft stands once, where it was sent last."""

    def __init__(self, entries: Sequence[HistoryEntry] = ()) -> None:
        self.entries: list[HistoryEntry] = list(entries)
        self._trim()

    def note(self, draft: MessageDraft, sent_at: float) -> None:
        """Put a draft first."""
        self.entries = [entry for entry in self.entries if entry.draft != draft]
        self.entries.insert(0, HistoryEntry(draft, sent_at))
        self._trim()

    def conclude(self, draft: MessageDraft, mark: str) -> None:
        """Note what became of a draft."""
        self.entries = [
            replace(entry, mark=mark) if entry.draft == draft else entry for entry in self.entries
        ]

    def forget(self, entry: object) -> None:
        """Leave an entry out."""
        self.entries = [kept for kept in self.entries if kept is not entry]

    def _trim(self) -> None:
        size = 0
        kept = 0
        for entry in self.entries[:MOST_ENTRIES]:
            size += entry.draft.size_characters
            if kept and size > MOST_CHARACTERS:
                break
            kept += 1
        del self.entries[kept:]

    def to_json(self, *, with_payloads: bool = True) -> list[dict[str, Any]]:
        """Return what is to be remembered: payloads that are too long, or all, are left out.

        Of payloads that are too long together the oldest are left out.
        """
        remembered = []
        room = MOST_REMEMBERED_TOGETHER if with_payloads else 0
        for entry in self.entries:
            size = len(entry.draft.text)
            is_kept = size <= min(room, MOST_REMEMBERED_CHARACTERS)
            room -= size if is_kept else 0
            remembered.append(_entry_to_json(entry, is_kept))
        return remembered


def history_of_json(values: object) -> tuple[PublishHistory, int]:
    """Return the history that JSON describes and how many entries of it could not be used."""
    if values is None:
        return PublishHistory(), 0
    if not isinstance(values, list):
        return PublishHistory(), 1
    entries = [_entry_of_json(value) for value in values]
    usable = [entry for entry in entries if entry is not None]
    return PublishHistory(usable), len(entries) - len(usable)


def _entry_to_json(entry: HistoryEntry, is_kept: bool) -> dict[str, Any]:
    draft, left_out = entry.draft, entry.left_out_characters
    if draft.text and not is_kept and draft.mode is not PayloadMode.FILE:
        left_out = len(draft.text)
        draft = replace(draft, text="")
    values = {"at": round(entry.sent_at, 3), **draft_to_json(draft)}
    if left_out:
        values["left_out"] = left_out
    return values


def _entry_of_json(values: object) -> HistoryEntry | None:
    draft = draft_of_json(values)
    if draft is None or not isinstance(values, dict):
        return None
    sent_at, left_out = values.get("at"), values.get("left_out", 0)
    if isinstance(sent_at, bool) or not isinstance(sent_at, (int, float)):
        return None
    if not math.isfinite(sent_at):
        return None
    if type(left_out) is not int or left_out < 0:
        return None
    return HistoryEntry(draft, float(sent_at), left_out_characters=left_out)
