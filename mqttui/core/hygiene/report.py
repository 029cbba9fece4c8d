"""What was found, counted in full and kept within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mqttui.core.hygiene.rules import CONTENT_RULES, FILTER_RULES, NAME_RULES, Findings, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mqttui.core.hygiene.subscriptions import FilterFinding
    from mqttui.core.node import TopicNode

KEPT_PER_RULE = 1_000

_BITS = {rule: 1 << number for number, rule in enumerate(Rule)}


class Finding(NamedTuple):
    """One topic that breaks one rule, and the sentence about it."""

    rule: Rule
    node: TopicNode
    sentence: str


class HygieneReport:
    """Which topics break which rules.

    All are counted; sentences are kept for the first `kept_per_rule` topics of a rule. `version`
    grows whenever something changes. `node in report` is cheap, for a mark in a row.
    """

    def __init__(self, kept_per_rule: int = KEPT_PER_RULE) -> None:
        self.version = 0
        self._kept_per_rule = kept_per_rule
        self._broken: dict[TopicNode, int] = {}
        self._counts = dict.fromkeys(Rule, 0)
        self._kept: dict[Rule, dict[TopicNode, str]] = {rule: {} for rule in Rule}
        self._filters: tuple[FilterFinding, ...] = ()

    def __contains__(self, node: object) -> bool:
        return node in self._broken

    @property
    def topics(self) -> int:
        """How many topics break a rule."""
        return len(self._broken)

    @property
    def total(self) -> int:
        """How many findings on topics there are: one counts once for each rule that it breaks."""
        return sum(self._counts.values())

    @property
    def filters(self) -> tuple[FilterFinding, ...]:
        """The findings on subscriptions."""
        return self._filters

    def count(self, rule: Rule) -> int:
        """Return how many topics, or subscriptions, break `rule`."""
        if rule in FILTER_RULES:
            return sum(finding.rule is rule for finding in self._filters)
        return self._counts[rule]

    def findings(self, rule: Rule) -> Sequence[Finding | FilterFinding]:
        """Return the findings that are kept for `rule`, in the order they were found."""
        if rule in FILTER_RULES:
            return [finding for finding in self._filters if finding.rule is rule]
        return [Finding(rule, node, sentence) for node, sentence in self._kept[rule].items()]

    def rules_of(self, node: TopicNode) -> tuple[Rule, ...]:
        """Return the rules that a topic breaks."""
        broken = self._broken.get(node, 0)
        return tuple(rule for rule, bit in _BITS.items() if broken & bit) if broken else ()

    def note_name(self, node: TopicNode, findings: Findings) -> None:
        """Take in what the name of a topic tells."""
        self._note(node, NAME_RULES, findings)

    def note_contents(self, node: TopicNode, findings: Findings) -> None:
        """Take in what the messages of a topic tell now; what was mended goes away."""
        self._note(node, CONTENT_RULES, findings)

    def note_filters(self, findings: Sequence[FilterFinding]) -> None:
        """Take in what the subscriptions tell now, in place of what they told before."""
        if tuple(findings) != self._filters:
            self._filters = tuple(findings)
            self.version += 1

    def _note(self, node: TopicNode, rules: Iterable[Rule], findings: Findings) -> None:
        before = self._broken.get(node, 0)
        if not before and not findings:
            return
        now = before
        for rule in rules:
            sentence = findings.get(rule)
            bit = _BITS[rule]
            kept = self._kept[rule]
            if sentence is None:
                if before & bit:
                    now &= ~bit
                    self._counts[rule] -= 1
                    kept.pop(node, None)
                    self.version += 1
                continue
            if not before & bit:
                now |= bit
                self._counts[rule] += 1
                self.version += 1
                if len(kept) < self._kept_per_rule:
                    kept[node] = sentence
            elif kept.get(node, sentence) != sentence:
                kept[node] = sentence
                self.version += 1
        if now:
            self._broken[node] = now
        else:
            self._broken.pop(node, None)
