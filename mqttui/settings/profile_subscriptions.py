"""Keeps the topic filters of a connection in its profile, and leaves the rest of it as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.settings.profiles import load_profiles, save_profile
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mqttui.settings.connection import Subscription


def save_subscriptions(path: Path, profile: str, subscriptions: Sequence[Subscription]) -> None:
    """Write the subscriptions into a profile that is there.

    Raises `SettingsError` when there is no such profile, when it cannot be read, or written.
    """
    if not subscriptions:
        raise SettingsError("A profile needs at least one topic filter.")
    profiles = load_profiles(path)
    draft = profiles.profiles.get(profile)
    if draft is None and profiles.problems:
        raise SettingsError(f"Profile {profile!r} is not saved: {profiles.problems[0]}")
    if draft is None:
        raise SettingsError(f"There is no profile {profile!r} in {path}.")
    save_profile(path, profile, replace(draft, subscriptions=tuple(subscriptions)))
