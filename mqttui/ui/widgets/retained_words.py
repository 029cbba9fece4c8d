"""What the screen of retained messages says below its list; no widget, no state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from mqttui.core.retained.jobs import counted
from mqttui.core.retained.pace import Pace
from mqttui.core.retained.plan import ClearPlan
from mqttui.core.retained.report import (
    left_out_sentences,
    messages_text,
    outcome_sentences,
    progress_sentence,
)
from mqttui.core.retained.work import Stage
from mqttui.payload.printable import printable
from mqttui.ui.glyphs import EMPTY, FILLED
from mqttui.ui.widgets.switches import Switch

if TYPE_CHECKING:
    from mqttui.core.retained.fetching import RetainedStatus
    from mqttui.core.retained.jobs import Prepared
    from mqttui.core.retained.plan import PutBackPlan
    from mqttui.core.retained.undertaking import Undertaking
    from mqttui.core.retained.work import WorkStatus
    from mqttui.core.source import SourceStatus
    from mqttui.ui.widgets.cells import Cells

    Sentence: TypeAlias = tuple[str, str]
    """(printable text, role)."""

PACES = {"gentle": Pace(100, 10), "normal": Pace(), "fast": Pace(10_000, 500)}
BAR_CELLS = 24
NO_PROPERTIES = (
    "This connection is MQTT 3.1.1: properties of MQTT 5 messages are not seen and not saved."
)


def asking_sentence(asked: RetainedStatus | None) -> Sentence:
    """Return how far the question before the plan has come."""
    count = 0 if asked is None else asked.count
    return f"Asking what is retained now: {messages_text(count)} so far.", "fact"


def plan_switches(
    plan: ClearPlan | PutBackPlan, pace: str, *, has_branch: bool, may_insist: bool
) -> list[Switch]:
    """Return what can be chosen; the value of an option is (what, option).

    `has_branch` offers to mean all below a topic too, `may_insist` to leave nothing alone.
    """
    switches = []
    title, word = "newer values ", "replace"
    if isinstance(plan, ClearPlan):
        title, word = "impossible to back up ", "clear"
        if has_branch:
            extents = [(("branch", False), "only topic"), (("branch", True), "all below")]
            switches.append(Switch("", extents, ("branch", plan.scope.is_branch)))
    if may_insist:
        options = [(("insists", False), "leave"), (("insists", True), word)]
        switches.append(Switch(title, options, ("insists", plan.insists)))
    paces = [(("pace", name), name) for name in PACES]
    return [*switches, Switch("pace ", paces, ("pace", pace))]


def prompt_cells(plan: ClearPlan | PutBackPlan, count: int, *, is_typing: bool) -> Cells:
    """Return what confirms a plan for `count` messages.

    Unless the user `is_typing` the keys still belong to the list, and enter leads to the name.
    """
    wanted = f"{plan.verb} {messages_text(count)}"
    name = (plan.typed_name(count), "heading")
    if is_typing:
        return [("Type ", "dim"), name, (f" and press enter to {wanted}:", "dim")]
    return [(f"To {wanted} press enter, then type ", "dim"), name]


def plan_sentences(
    plan: ClearPlan | PutBackPlan,
    prepared: Prepared,
    asked: RetainedStatus | None,
    source: SourceStatus,
) -> list[Sentence]:
    """Return what is about to happen, and what speaks against it."""
    sentences: list[Sentence] = [(plan.announcement(prepared), "fact")]
    if asked is not None and asked.problem is not None:
        sentences.insert(0, (printable(asked.problem), "warning"))
    if not isinstance(plan, ClearPlan):
        sentences += [(printable(problem), "warning") for problem in plan.backup.problems]
        broker = plan.backup.header.broker
        if broker != source.label:
            words = f"The backup is of another broker: {printable(broker)}."
            sentences.append((words, "warning"))
    elif source.protocol == "3.1.1" and prepared.items:
        sentences.append((NO_PROPERTIES, "dim"))
    left_out = left_out_sentences(counted(prepared.left_out))
    return sentences + [(sentence, "warning") for sentence in left_out]


def work_sentences(undertaking: Undertaking, *, is_connected: bool) -> list[Sentence]:
    """Return how far a work has come, or what came of it and what can be done now."""
    work = undertaking.work
    assert work is not None
    status = work.status
    word = work.job.done_word
    sentences: list[Sentence]
    if not status.is_done:
        sentences = [(progress_sentence(status, word), "fact")]
        if status.stage is Stage.PUBLISHING:
            sentences.insert(0, (bar_text(status), "number"))
        if status.backup is not None:
            sentences.append((f"Backup: {printable(short_path(status.backup))}", "dim"))
        sentences.append(("esc cancels; what is under way is still awaited.", "dim"))
        return sentences
    first, *others = outcome_sentences(status, word)
    is_well = not others and status.progress.total == status.done
    sentences = [(first, "fact" if is_well else "warning")]
    sentences += [(sentence, "warning") for sentence in others]
    offers = []
    if undertaking.can_undo:
        offers.append("u to put back what was there")
    if undertaking.has_rest:
        offers.append("c to do the rest")
    if offers:
        press = "Press" if is_connected else "When the connection is back, press"
        sentences.append((f"{press} {', '.join(offers)}.", "fact"))
    sentences += [(f"Backup: {printable(short_path(name))}", "dim") for name in undertaking.backups]
    return sentences


def short_path(name: str) -> str:
    """Return a path with the home folder as `~`."""
    home = str(Path.home())
    return f"~{name[len(home) :]}" if name.startswith(home + "/") else name


def bar_text(status: WorkStatus) -> str:
    """Return how much is done as a bar and in percent."""
    progress = status.progress
    share = progress.concluded / progress.total if progress.total else 1.0
    filled = int(BAR_CELLS * share)
    return f"{FILLED * filled}{EMPTY * (BAR_CELLS - filled)} {int(100 * share)} %"
