"""Topic hygiene: every rule with its count, and the topics that break it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from rich.cells import cell_len
from textual import on
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen

from mqttui.core.hygiene.report import Finding
from mqttui.core.hygiene.rules import Rule
from mqttui.core.hygiene.subscriptions import FilterFinding
from mqttui.payload.printable import printable, topic_text
from mqttui.payload.quantities import UNKNOWN, count_text
from mqttui.ui.commands.hygiene import HYGIENE_COMMANDS
from mqttui.ui.widgets.cells import Cells, Lines, fitted
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.hygiene.inspector import HygieneInspector
    from mqttui.core.node import TopicNode

Place: TypeAlias = "TopicNode | FilterFinding"
AnyFinding: TypeAlias = Finding | FilterFinding

COUNT_CELLS = 7
TOPIC_SHARE = 0.45
SENTENCE_FROM_WIDTH = 60
TEACHING_ROWS = 3
SENTENCE_ROWS = 3
WATCHED_BUDGET_S = 0.008
_BYTES_PER_CELL = 4


class HygieneScreen(Screen["Place | None"]):
    """Shows the report of an inspector; `draw` is called once per frame.

    `look_at_filters(now)` brings what the report says of subscriptions up to date. With
    `is_still`, while the user pauses, it shows what was found until then. It is dismissed with
    the topic to which the user wants to go, the finding on a subscription, or None.
    """

    AUTO_FOCUS = "#hygiene-rules"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*HYGIENE_COMMANDS.bindings]
    CSS_PATH = "../styles/hygiene.tcss"

    def __init__(
        self,
        inspector: HygieneInspector,
        look_at_filters: Callable[[float], None] | None = None,
        *,
        is_still: bool = False,
    ) -> None:
        super().__init__()
        self._look_at_filters = look_at_filters
        self._is_still = is_still
        self._inspector = inspector
        self._report = inspector.report
        self._version = -1
        self._looked_at = -1
        self._rule: Rule | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Lines(id="hygiene-title")
        with Container(id="hygiene-body"):
            with Vertical(id="hygiene-rules-frame") as rules_frame:
                rules_frame.border_title = "Rules"
                yield ChoiceList[Rule](self._rule_cells, lambda rule: rule, id="hygiene-rules")
            with Vertical(id="hygiene-findings-frame"):
                yield ChoiceList[AnyFinding](finding_cells, _subject_of, id="hygiene-findings")
        yield Lines(id="hygiene-words")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin at the first rule that is broken."""
        self._rules: ChoiceList[Rule] = self.query_one("#hygiene-rules", ChoiceList)
        self._findings: ChoiceList[AnyFinding] = self.query_one("#hygiene-findings", ChoiceList)
        self._rules.show(list(Rule))
        broken = [row for row, rule in enumerate(Rule) if self._report.count(rule)]
        self._rules.action_move_to(broken[0] if broken else 0)
        self._show_report()

    def draw(self, now: float) -> None:
        """Look at more while somebody waits for it, and show what was found."""
        if not self._is_still:
            self._inspector.update(now, WATCHED_BUDGET_S)
            if self._look_at_filters is not None:
                self._look_at_filters(now)
        self._show_report()

    def _show_report(self) -> None:
        inspector = self._inspector
        is_other_rule = self._rules.item is not self._rule
        if (
            self._version == self._report.version
            and self._looked_at == inspector.looked_at
            and not is_other_rule
        ):
            return
        self._version = self._report.version
        self._looked_at = inspector.looked_at
        self._rule = self._rules.item
        self._rules.refresh()
        if self._rule is not None:
            findings = self._report.findings(self._rule)
            self._findings.show(findings, is_other_list=is_other_rule)
            frame = self.query_one("#hygiene-findings-frame")
            frame.border_title = Content(self._rule.title)
            more = self._report.count(self._rule) - len(findings)
            frame.border_subtitle = Content(f"and {count_text(more)} more" if more else "")
        self.query_one("#hygiene-title", Lines).show([self._title_cells()])
        self._draw_words()

    def _title_cells(self) -> Cells:
        report, inspector = self._report, self._inspector
        cells: Cells = [("Topic hygiene", "heading")]
        if not inspector.topics:
            return [*cells, ("   no topic was received yet", "dim")]
        found = (
            f"   {_counted(report.total, 'finding')} on {count_text(report.topics)} of "
            f"{_counted(inspector.topics, 'topic')}"
        )
        if report.filters:
            found += f", {len(report.filters)} on subscriptions"
        cells.append((found, "warning" if report.total or report.filters else "fact"))
        if inspector.looked_at < inspector.topics:
            cells.append((f", {count_text(inspector.looked_at)} looked at so far", "dim"))
        return cells

    def _rule_cells(self, rule: Rule, width: int) -> Cells:
        count = self._report.count(rule)
        number = count_text(count) if count or self._inspector.looked_at else UNKNOWN
        return [
            (number.rjust(COUNT_CELLS), "warning" if count else "dim"),
            (
                "  " + fitted(rule.title, max(0, width - COUNT_CELLS - 2)),
                "fact" if count else "dim",
            ),
        ]

    def _draw_words(self) -> None:
        """Explain the rule, and below it the finding under the cursor."""
        words = self.query_one("#hygiene-words", Lines)
        if not words.size.width:
            # Told again once there is a width to break lines for.
            return
        width = max(20, words.size.width - 1)
        rows: list[Cells] = []
        if self._rule is not None:
            rows = [
                [(line, "fact")]
                for line in textwrap.wrap(self._rule.explanation, width)[:TEACHING_ROWS]
            ]
        finding = self._findings.item
        if finding is not None:
            # Foreign words in a sentence may be wider than they are long.
            topic = fitted(shown_subject(finding, width), width)
            rows.append([(topic, "topic")])
            lines = textwrap.wrap(finding.sentence, width)[:SENTENCE_ROWS]
            rows += [[(fitted(line, width), "warning")] for line in lines]
        words.show(rows)

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self._draw_words)

    @on(ChoiceList.Moved, "#hygiene-rules")
    def show_rule(self) -> None:
        """Show the topics that break the rule under the cursor."""
        self._show_report()

    @on(ChoiceList.Moved, "#hygiene-findings")
    def show_finding(self) -> None:
        """Show the whole sentence of the finding under the cursor."""
        self._draw_words()

    @on(ChoiceList.Chosen, "#hygiene-rules")
    def enter_findings(self) -> None:
        """Go on among the topics that break the rule."""
        if self._findings.item is not None:
            # At once: a key that is typed ahead belongs to the findings.
            self.set_focus(self._findings)

    @on(ChoiceList.Chosen, "#hygiene-findings")
    def go_to_topic(self) -> None:
        """Leave for the topic in the tree, or for the subscription."""
        finding = self._findings.item
        if finding is not None:
            self.dismiss(finding if isinstance(finding, FilterFinding) else finding.node)

    def action_enter(self) -> None:
        """Choose what is under the cursor."""
        if self._findings.has_focus:
            self.go_to_topic()
        else:
            self.enter_findings()

    def action_back(self) -> None:
        """Go back from the findings to the rules, from there to the tree."""
        if self._findings.has_focus:
            self.set_focus(self._rules)
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Go back to the tree at once."""
        self.dismiss(None)


def finding_cells(finding: AnyFinding, width: int) -> Cells:
    """Return a finding as a row: the topic or filter, and what fits of its sentence.

    Where that is next to nothing, the topic gets the whole row; the words below say the rest.
    """
    share = TOPIC_SHARE if width >= SENTENCE_FROM_WIDTH else 1
    topic = fitted(shown_subject(finding, width), max(8, int(width * share)))
    left = topic + "  "
    return [(left, "value"), (fitted(finding.sentence, max(0, width - cell_len(left))), "dim")]


def shown_subject(finding: AnyFinding, width: int) -> str:
    """Return the topic or filter of a finding as far as it can be seen in `width` cells."""
    if isinstance(finding, FilterFinding):
        return printable(finding.topic_filter[: _BYTES_PER_CELL * width])
    return topic_text((finding.node.topic or b"")[: _BYTES_PER_CELL * width])


def _subject_of(finding: AnyFinding) -> object:
    return finding.topic_filter if isinstance(finding, FilterFinding) else finding.node


def _counted(count: int, what: str) -> str:
    return f"{count_text(count)} {what}" + ("" if count == 1 else "s")
