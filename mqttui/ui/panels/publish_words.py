"""What the publish panel says of messages, runs and answers, as rows with roles."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from mqttui.core.publishing import Outcome
from mqttui.payload.printable import printable
from mqttui.payload.quantities import count_text, duration_text, rate_text
from mqttui.payload.registry import one_line
from mqttui.ui.glyphs import BETWEEN, DONE, ELLIPSIS, FAILED, HOLLOW, WARNING
from mqttui.ui.widgets.cells import fitted, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.core.publish.conversation import Conversation
    from mqttui.core.publish.run import Run
    from mqttui.core.publish.tally import Tally
    from mqttui.core.publishing import Receipt, ReceiptStatus
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.widgets.saved_drafts import SavedDraft

MARKS = {
    Outcome.QUEUED: ELLIPSIS,
    Outcome.SENT: DONE,
    Outcome.ACKNOWLEDGED: DONE,
    Outcome.NO_SUBSCRIBERS: HOLLOW,
    Outcome.REFUSED: FAILED,
    Outcome.LOST: FAILED,
}
_TROUBLE = (Outcome.REFUSED, Outcome.LOST)
_ANSWER_ROWS = 3


def mark_of(status: ReceiptStatus) -> str:
    """Return one character for where a message stands; success only once it is final."""
    return MARKS[status.outcome] if status.is_final else ELLIPSIS


def role_of(status: ReceiptStatus) -> str:
    """Return the role in which a status is painted."""
    if status.outcome in _TROUBLE:
        return "warning"
    if not status.is_final:
        return "dim"
    return "literal" if status.outcome is Outcome.ACKNOWLEDGED else "fact"


UNTOLD = (
    "  MQTT 3.1.1 tells neither whether an access list let it through nor whether anybody is "
    "subscribed."
)


def receipt_rows(
    receipt: Receipt, tally: Tally, width: int, *, tells_all: bool = True
) -> list[Cells]:
    """Return what became of the newest message, and a count of those before it.

    Under MQTT 3.1.1 an acknowledgement does not tell all that MQTT 5 has reason codes for.
    """
    status = receipt.status
    words = status.words
    if status.is_final and status.outcome is Outcome.SENT:
        words = "sent (QoS 0 is never acknowledged)"
    rows = wrapped(f"{mark_of(status)} {words}", width, role_of(status))
    if status.outcome is Outcome.ACKNOWLEDGED and not tells_all:
        rows += wrapped(UNTOLD, width, "dim")
    if tally.sent > 1:
        rows += tally_rows(tally, width, "  so far: ")
    return rows


def tally_rows(tally: Tally, width: int, title: str) -> list[Cells]:
    """Return how many messages came to which end."""
    parts = [
        (f"{count_text(count)} {_PLURAL.get(outcome, outcome.value)}", outcome)
        for outcome, count in tally.counts.items()
        if count or outcome in (Outcome.ACKNOWLEDGED, *_TROUBLE)
    ]
    if tally.under_way:
        parts.append((f"{count_text(tally.under_way)} under way", Outcome.QUEUED))
    rows: list[Cells] = [[(title, "dim")]]
    left = width - len(title)
    for number, (text, outcome) in enumerate(parts):
        piece = text if number == 0 else f" {BETWEEN} {text}"
        if len(piece) > left and len(rows[-1]) > 1:
            rows.append([(" " * len(title), "dim")])
            left, piece = width - len(title), text
        piece = fitted(piece, max(0, left))
        left -= len(piece)
        is_trouble = outcome in _TROUBLE and tally.counts[outcome] > 0
        rows[-1].append((piece, "warning" if is_trouble else "fact"))
    return rows


_PLURAL = {Outcome.NO_SUBSCRIBERS: "without subscribers"}


def run_mark(run: Run) -> str:
    """Return one character for what became of the messages of a run, the worst of them."""
    counts = run.tally.counts
    if counts[Outcome.REFUSED] or counts[Outcome.LOST]:
        return FAILED
    return HOLLOW if counts[Outcome.NO_SUBSCRIBERS] else DONE


def run_rows(run: Run, now_s: float, width: int) -> list[Cells]:
    """Return how far a run has come, what became of its messages, and its rate."""
    tally = run.tally
    of_all = f" of {count_text(run.plan.count)}" if run.plan.count is not None else ""
    mark = run_mark(run) if run.is_over else ELLIPSIS
    head = f"{mark} "
    head += f"{count_text(tally.sent)}{of_all} sent"
    rate = run.rate_per_s(now_s)
    if rate is not None:
        head += f", {rate_text(rate)}"
    if tally.mean_latency_s is not None:
        # A refusal is an answer as well.
        answered = "answered" if tally.counts[Outcome.REFUSED] else "acknowledged"
        head += (
            f", {answered} in {duration_text(tally.mean_latency_s)} on average, "
            f"{duration_text(tally.longest_latency_s)} at most"
        )
    if run.late:
        head += f", {count_text(run.late)} late"
    if run.stop_words is not None:
        head += f"; {run.stop_words}"
    elif run.is_sending:
        head += "; esc stops"
    is_trouble = bool(tally.counts[Outcome.REFUSED] or tally.counts[Outcome.LOST])
    rows = wrapped(head, width, "fact")[:2]
    rows += tally_rows(tally, width, "   ")
    if is_trouble and tally.problem is not None:
        rows += wrapped(f"  last: {tally.problem}", width, "warning")[:1]
    return rows


def conversation_rows(conversation: Conversation, width: int) -> list[Cells]:
    """Return where a request stands, and its answer once it is there."""
    answer = conversation.answer
    if answer is None:
        is_missed = conversation.is_over
        mark = FAILED if is_missed else ELLIPSIS
        return wrapped(f"{mark} {conversation.words}", width, "warning" if is_missed else "dim")
    rows = wrapped(f"{DONE} {conversation.words} (F3 shows it)", width, "literal")
    shown = one_line(answer.entry[1], _ANSWER_ROWS * (width - 3))
    return rows + [[("   " + line, "value")] for line in wrap(shown, width - 3)[:_ANSWER_ROWS]]


def caution_rows(sentences: Iterable[str], width: int) -> list[Cells]:
    """Return what to think of before a message is sent, and how to send it nevertheless."""
    rows: list[Cells] = []
    for sentence in sentences:
        rows += wrapped(f"{WARNING} {sentence}", width, "warning")
    return [*rows, [("  ctrl+s once more sends it nevertheless.", "heading")]]


def taken_over_rows(saved: SavedDraft, width: int) -> list[Cells]:
    """Return that a saved message is in the form, and what to do next."""
    words = f"  {printable(saved.title)} is in the form: esc shows it, a double click sends it."
    return wrapped(words, width, "fact")
