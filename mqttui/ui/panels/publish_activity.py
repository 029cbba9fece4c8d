"""What the publish panel is doing: one message, several, or a request that waits for its answer."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from mqttui.core.publish.composing import compose
from mqttui.core.publish.draft import PayloadMode
from mqttui.core.publish.variables import has_variables
from mqttui.core.source import Phase
from mqttui.ui.glyphs import DONE, FAILED
from mqttui.ui.panels.publish_words import (
    conversation_rows,
    mark_of,
    receipt_rows,
    run_mark,
    run_rows,
)

if TYPE_CHECKING:
    from mqttui.core.publish.conversation import Conversation
    from mqttui.core.publish.draft import MessageDraft
    from mqttui.core.publish.outbox import Outbox
    from mqttui.core.publish.run import Run
    from mqttui.core.publishing import PublishRequest, Receipt
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.workspace import Workspace

SLICE_BUDGET_S = 0.004
BREATH_S = 0.001
CONVERSATION_POLL_S = 0.02


class Activity(Protocol):
    """Something that was begun; `draft` is what it sends."""

    draft: MessageDraft

    @property
    def is_busy(self) -> bool:
        """Whether it goes on by itself, so that nothing else can begin."""

    @property
    def mark(self) -> str | None:
        """One character for how it ended, None before that."""

    def poll(self, now_s: float) -> bool:
        """Look at what has happened; return whether there is something new to show."""

    def rows(self, now_s: float, width: int) -> list[Cells]:
        """Return what there is to say."""

    async def drive(self) -> None:
        """Do what is to be done; may be cancelled at any time."""

    def stop(self) -> None:
        """End it as soon as possible."""


class OneMessage:
    """A message that was sent, and its receipt."""

    is_busy = False

    def __init__(
        self, draft: MessageDraft, receipt: Receipt, outbox: Outbox, *, is_mqtt5: bool
    ) -> None:
        self.draft = draft
        self._is_mqtt5 = is_mqtt5
        self._receipt = receipt
        self._tally = outbox.tally
        self._seen: object = None

    @property
    def mark(self) -> str | None:
        """What became of it."""
        status = self._receipt.status
        return mark_of(status) if status.is_final else None

    def poll(self, now_s: float) -> bool:
        """Look at the receipt."""
        before, self._seen = self._seen, self._receipt.status
        return self._seen is not before

    def rows(self, now_s: float, width: int) -> list[Cells]:
        """Return the words of the receipt."""
        return receipt_rows(self._receipt, self._tally, width, tells_all=self._is_mqtt5)

    async def drive(self) -> None:
        """There is nothing more to do."""

    def stop(self) -> None:
        """It is on its way."""


class Repetition:
    """A draft that is sent again and again."""

    def __init__(
        self,
        draft: MessageDraft,
        run: Run,
        outbox: Outbox,
        workspace: Workspace,
        file_payload: bytes | None,
    ) -> None:
        self.draft = draft
        self._run = run
        self._outbox = outbox
        self._workspace = workspace
        self._file_payload = file_payload
        texts = draft.topic if draft.mode is PayloadMode.FILE else draft.topic + draft.text
        self._is_constant = not (draft.has_variables and has_variables(texts))
        self._constant: PublishRequest | None = None
        self._seen: tuple[object, ...] = ()

    @property
    def is_busy(self) -> bool:
        """Whether more is to be sent."""
        return self._run.is_sending

    @property
    def mark(self) -> str | None:
        """What became of all its messages together."""
        return run_mark(self._run) if self._run.is_over else None

    def poll(self, now_s: float) -> bool:
        """Look at the receipts; while it sends, its rate changes by itself."""
        run = self._run
        run.poll(now_s)
        before = self._seen
        self._seen = (run.tally.sent, run.tally.finished, run.is_sending)
        return self._seen != before

    def rows(self, now_s: float, width: int) -> list[Cells]:
        """Return how far it has come."""
        return run_rows(self._run, now_s, width)

    async def drive(self) -> None:
        """Send in slices, at the pace of the run; ends when all is sent or it was stopped."""
        run, clock = self._run, self._workspace.clock
        self._outbox.variables.restart()
        while run.is_sending:
            run.poll(clock())
            if run.plan.is_burst and self._workspace.source.status.phase is not Phase.CONNECTED:
                run.stop("stopped: the connection ended")
                return
            has_more = self._send_slice(run.allowance(clock()))
            await asyncio.sleep(BREATH_S if has_more else run.wait_s(clock()))

    def _send_slice(self, count: int) -> bool:
        """Send up to `count` messages within the time budget; return whether some are left."""
        ends_at = time.perf_counter() + SLICE_BUDGET_S
        for number in range(count):
            request = self._next()
            if request is None:
                return False
            self._run.note_sent(self._outbox.send_in_run(request), self._workspace.clock())
            if time.perf_counter() >= ends_at:
                return number + 1 < count
        return False

    def _next(self) -> PublishRequest | None:
        """Return the next message; where there is none the run is stopped."""
        if self._constant is not None:
            return self._constant
        status = self._workspace.source.status
        composed = compose(
            self.draft,
            self._outbox.variables.moment(self._workspace.wall_clock()),
            is_mqtt5=status.protocol != "3.1.1",
            file_payload=self._file_payload,
        )
        if composed.request is None:
            self._run.stop(f"stopped: {next(iter(composed.problems.values()), 'nothing to send')}")
        elif self._is_constant:
            self._constant = composed.request
        return composed.request

    def stop(self) -> None:
        """Send no more; what is under way is still counted."""
        self._run.stop()


class Request:
    """A message that waits for its answer."""

    def __init__(self, draft: MessageDraft, conversation: Conversation) -> None:
        self.draft = draft
        self.conversation = conversation
        self._shown = ""

    @property
    def is_busy(self) -> bool:
        """Whether the answer may still come."""
        return not self.conversation.is_over

    @property
    def mark(self) -> str | None:
        """Whether there was an answer."""
        if self.is_busy:
            return None
        return DONE if self.conversation.answer is not None else FAILED

    def poll(self, now_s: float) -> bool:
        """Take the next step."""
        self.conversation.poll()
        has_changed = self.conversation.words != self._shown
        self._shown = self.conversation.words
        return has_changed

    def rows(self, now_s: float, width: int) -> list[Cells]:
        """Return where it stands."""
        return conversation_rows(self.conversation, width)

    async def drive(self) -> None:
        """Look often, so that it ends in time also while nobody looks."""
        while self.is_busy:
            self.conversation.poll()
            await asyncio.sleep(CONVERSATION_POLL_S)

    def stop(self) -> None:
        """Wait no longer."""
        self.conversation.cancel()
