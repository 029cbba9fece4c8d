"""The user's preferences: typed options, then the environment, then `preferences.toml`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mqttui.cli.options import (
    PREFERENCE_OPTIONS,
    environment_values,
    typed_values,
    unknown_variables,
)
from mqttui.settings.paths import preferences_file
from mqttui.settings.preferences import Preferences, load_preferences

if TYPE_CHECKING:
    from collections.abc import Mapping


def chosen_preferences(
    environ: Mapping[str, str], arguments: Mapping[str, Any] | None = None
) -> tuple[Preferences, list[str]]:
    """Return the preferences, and sentences about the file and the environment for the user.

    Raises `SettingsError` for an option or a variable that cannot be used.
    """
    typed = typed_values(arguments or {}, PREFERENCE_OPTIONS)
    environment = environment_values(environ, PREFERENCE_OPTIONS)
    preferences, problems = load_preferences(preferences_file(environ))
    values = {**environment.values, **typed.values}
    if "theme" in values:
        values["overrides_remembered_theme"] = True
    return replace(preferences, **values), [*unknown_variables(environ), *problems]
