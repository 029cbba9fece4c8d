"""Which decoder the user chose for which topics."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from mqttui.core.topic import filter_pattern, filter_problem
from mqttui.payload.registry import AUTOMATIC, decoder_named

if TYPE_CHECKING:
    import re

MOST_RULES = 500
_LONGEST_DECODER = 300

Table: TypeAlias = dict[str, str]
"""A rule as TOML and JSON have it: `topic_filter` and `decoder`."""


@dataclass(frozen=True, slots=True)
class DecoderRule:
    """The topics of a filter are decoded by the decoder of a name."""

    topic_filter: str
    decoder: str


@dataclass(frozen=True, slots=True)
class DecoderRules:
    """Rules in the order in which they are tried; the first whose filter matches counts."""

    rules: tuple[DecoderRule, ...] = ()

    def rule_for(self, topic: str) -> DecoderRule | None:
        """Return the rule that decides for a topic, None when none does."""
        for rule in self.rules:
            if _pattern(rule.topic_filter).fullmatch(topic) is not None:
                return rule
        return None

    def decoder_for(self, topic: str) -> str:
        """Return the name of the decoder for a topic, `AUTOMATIC` without a rule."""
        rule = self.rule_for(topic)
        return AUTOMATIC if rule is None else rule.decoder

    def with_rule(self, topic_filter: str, decoder: str) -> DecoderRules:
        """Return the rules with one more, which comes first; one for the same filter goes.

        The last rules give way beyond `MOST_RULES`. Raises `ValueError` with a sentence.
        """
        rule = DecoderRule(topic_filter, decoder)
        if (problem := rule_problem(rule)) is not None:
            raise ValueError(problem)
        others = self.without(topic_filter).rules
        return replace(self, rules=(rule, *others)[:MOST_RULES])

    def without(self, topic_filter: str) -> DecoderRules:
        """Return the rules without the one for a filter."""
        kept = tuple(rule for rule in self.rules if rule.topic_filter != topic_filter)
        return replace(self, rules=kept)

    def to_tables(self) -> list[Table]:
        """Return the rules for TOML (an array of tables) or JSON."""
        return [{"topic_filter": rule.topic_filter, "decoder": rule.decoder} for rule in self.rules]


def rule_problem(rule: DecoderRule) -> str | None:
    """Return why a rule cannot be, as a sentence, else None."""
    if (problem := filter_problem(rule.topic_filter)) is not None:
        return problem
    if rule.decoder != AUTOMATIC and decoder_named(rule.decoder) is None:
        return f"There is no decoder named {rule.decoder[:_LONGEST_DECODER]!r}."
    if len(rule.decoder) > _LONGEST_DECODER:
        return f"The name of a decoder must not be longer than {_LONGEST_DECODER} characters."
    return None


def rules_of_tables(value: object, where: str) -> tuple[DecoderRules, tuple[str, ...]]:
    """Return the rules that TOML or JSON holds, and sentences about those that cannot be used.

    `where` names the file for the sentences. Of two rules for one filter the first counts.
    """
    if not isinstance(value, list):
        return DecoderRules(), (f"{where}: the rules of decoders must be a list of tables.",)
    rules: list[DecoderRule] = []
    problems: list[str] = []
    seen: set[str] = set()
    for number, table in enumerate(value, 1):
        place = f"{where}, rule {number} of the decoders"
        fields = table if isinstance(table, dict) else {}
        topic_filter, decoder = fields.get("topic_filter"), fields.get("decoder")
        if not isinstance(topic_filter, str) or not isinstance(decoder, str):
            problems.append(f"{place}: needs topic_filter and decoder, both text.")
            continue
        rule = DecoderRule(topic_filter, decoder)
        if (problem := rule_problem(rule)) is not None:
            problems.append(f"{place}: {problem}")
        elif topic_filter in seen:
            problems.append(f"{place}: an earlier rule has the same filter.")
        elif len(rules) == MOST_RULES:
            problems.append(f"{place}: no more than {MOST_RULES} rules are used.")
            break
        else:
            seen.add(topic_filter)
            rules.append(rule)
    return DecoderRules(tuple(rules)), tuple(problems)


@lru_cache(maxsize=MOST_RULES)
def _pattern(topic_filter: str) -> re.Pattern[str]:
    return filter_pattern(topic_filter)
