"""From where on something at a broker is wrong: the table `[alarms]` of `preferences.toml`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mqttui.settings.rules import BadValueError, Number, kind_of
from mqttui.settings.toml_file import nearest


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something is wrong. A rule whose threshold is None is off.

    `restart_within_s`: for so long a restart is told. `dropped_per_s`, `dropped_share` (0 to 1):
    more than that is dropped. `clients_lost_share` (0 to 1): so many clients fewer within 60 s.
    `connects_per_client_min`: so many connects per minute for each connected client.
    `takeovers_per_min`: so many client ids were taken over. `memory_growth_share_h` (0 to 1): so
    much the memory grows per hour.
    """

    restart_within_s: float | None = 600.0
    dropped_per_s: float | None = 0.0
    dropped_share: float | None = 0.01
    clients_lost_share: float | None = 0.3
    connects_per_client_min: float | None = 3.0
    takeovers_per_min: float | None = 3.0
    memory_growth_share_h: float | None = 0.5


_SHARE = Number(0, 1)
THRESHOLD_RULES = {
    "restart_within_s": Number(0, 86_400 * 365, "seconds"),
    "dropped_per_s": Number(0, 1e9, "messages per second"),
    "dropped_share": _SHARE,
    "clients_lost_share": _SHARE,
    "connects_per_client_min": Number(0, 1e6, "connects per minute"),
    "takeovers_per_min": Number(0, 1e6, "per minute"),
    "memory_growth_share_h": Number(0, 1000),
}


class ThresholdsRule:
    """A table of thresholds; `false` switches a rule off."""

    def of_text(self, text: str) -> Thresholds:
        """Return nothing: a table can only stand in a file."""
        raise BadValueError("can only be set in a file")

    def of_toml(self, value: object) -> Thresholds:
        """Return the thresholds; what is not named keeps its default."""
        if not isinstance(value, dict):
            raise BadValueError(f"must be a table, not {kind_of(value)}")
        given: dict[str, float | None] = {}
        for name, threshold in value.items():
            rule = THRESHOLD_RULES.get(name)
            if rule is None:
                close = nearest(name, THRESHOLD_RULES)
                hint = (
                    f"did you mean {close}?" if close else f"there are {', '.join(THRESHOLD_RULES)}"
                )
                raise BadValueError(f"has {name!r}, which is no threshold; {hint}")
            if threshold is False:
                given[name] = None
                continue
            try:
                given[name] = rule.of_toml(threshold)
            except BadValueError as problem:
                raise BadValueError(f"{name} {problem} (or false)") from None
        return replace(Thresholds(), **given)
