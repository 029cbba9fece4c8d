"""What a work does and did, in plain sentences for the screen and for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.retained.work import Stage
from mqttui.payload.printable import printable
from mqttui.payload.quantities import count_text, duration_text, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.core.retained.jobs import LeftOut
    from mqttui.core.retained.work import WorkStatus

_MOST_REASONS = 3


def messages_text(count: int) -> str:
    """Return `1 message`, `1,207 messages`."""
    return f"{count_text(count)} message" + ("" if count == 1 else "s")


def left_out_sentences(left_out: Iterable[tuple[LeftOut, int]]) -> list[str]:
    """Return one sentence per reason for which messages are left alone."""
    return [f"Left alone: {messages_text(count)} {reason.value}." for reason, count in left_out]


def progress_sentence(status: WorkStatus, done_word: str) -> str:
    """Return what is being done now: how far it has come, how fast, and how long it will take."""
    progress = status.progress
    match status.stage:
        case Stage.ASKING:
            return f"Asking the broker what it retains now: {messages_text(status.asked)} so far."
        case Stage.SAVING:
            return "Writing the backup."
        case Stage.CHECKING:
            return "Asking the broker whether it is done."
    parts = [
        f"{count_text(progress.acknowledged + progress.sent)} of "
        f"{count_text(progress.total)} {done_word}"
    ]
    if progress.refused:
        parts.append(f"{count_text(progress.refused)} refused")
    if progress.in_flight:
        parts.append(f"{count_text(progress.in_flight)} under way")
    if progress.rate_per_s:
        left_s = (progress.waiting + progress.in_flight) / progress.rate_per_s
        parts.append(f"{rate_text(progress.rate_per_s)}, {duration_text(left_s)} left")
    return ", ".join(parts)


def outcome_sentences(status: WorkStatus, done_word: str) -> list[str]:
    """Return what came of a work that is done, the most important first; all are printable."""
    progress = status.progress
    sentences = []
    if progress.total:
        sentences.append(_count_sentence(status, done_word))
    elif status.was_cancelled:
        sentences.append("Cancelled: nothing was changed.")
    elif status.problem is None:
        sentences.append("There was nothing to do.")
    if progress.refused:
        reasons = [
            f"{words.removeprefix('refused: ')} ({count_text(count)})"
            for words, count in progress.reasons[:_MOST_REASONS]
        ]
        more = len(progress.reasons) - len(reasons)
        if more:
            reasons.append(f"{count_text(more)} more reasons")
        sentences.append(f"Refused: {'; '.join(reasons)}.")
    if status.failed:
        sentences.append(
            f"{messages_text(status.failed)} went out, and the broker does not say it is "
            f"{done_word}: see the list."
        )
    if status.problem is not None:
        sentences.append(status.problem)
    sentences += left_out_sentences(status.left_out)
    return [printable(sentence) for sentence in sentences]


def _count_sentence(status: WorkStatus, done_word: str) -> str:
    progress = status.progress
    done = status.done if status.is_checked else progress.acknowledged
    counted = f"{count_text(done)} of {count_text(progress.total)} {done_word}"
    if progress.refused:
        counted += f", {count_text(progress.refused)} refused"
    unconfirmed = progress.unknown + (0 if status.is_checked else progress.sent)
    if unconfirmed and not status.is_checked:
        counted += f", {count_text(unconfirmed)} not known"
    if progress.waiting:
        counted += f", {count_text(progress.waiting)} not touched"
    if status.was_disconnected:
        return f"The connection was lost: {counted}."
    if status.was_cancelled:
        return f"Cancelled: {counted}."
    is_confirmed = status.is_checked and done > 0
    return f"{counted}, and the broker confirms it." if is_confirmed else f"{counted}."
