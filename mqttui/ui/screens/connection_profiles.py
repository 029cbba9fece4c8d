"""What the connection screen keeps: profiles with their passwords, and the brokers of late.

No widget. Everything here reads or writes files or a keyring and may take its time, so that the
screen calls it on a thread.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.settings.broker_memory import memory_of, memory_of_profile
from mqttui.settings.profiles import Profiles, delete_profile, load_profiles, save_profile
from mqttui.settings.recent import RecentBroker, address_of, forget_broker, load_recent
from mqttui.ui.screens.connection_brokers import Entry, entries_of
from mqttui.ui.screens.connection_form import (
    TOPIC_RULES,
    Form,
    draft_of,
    first_line_of,
    is_for_same_account,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.draft import Draft
    from mqttui.settings.secret import Secret
    from mqttui.settings.secrets import SecretStore


class KeptConnections:
    """The profiles, their passwords and the recent brokers, as they were read last."""

    def __init__(
        self,
        profiles_path: Path,
        recent_path: Path,
        memory_folder: Path,
        open_store: Callable[[], SecretStore],
    ) -> None:
        self.profiles_path = profiles_path
        self._recent_path = recent_path
        self._memory_folder = memory_folder
        self._open_store = open_store
        self._profiles = Profiles(profiles_path)
        self._recent: tuple[RecentBroker, ...] = ()

    def load(self) -> list[str]:
        """Read both files; return a sentence for everything that is wrong with them."""
        self._profiles = load_profiles(self.profiles_path, TOPIC_RULES)
        recent = load_recent(self._recent_path, TOPIC_RULES)
        self._recent = recent.brokers
        return [*self._profiles.problems, *([recent.problem] if recent.problem else [])]

    @property
    def entries(self) -> list[Entry]:
        """The rows of the list of brokers."""
        return entries_of(self._profiles.profiles, self._recent)

    @property
    def profile_names(self) -> frozenset[str]:
        """The names that are taken, also by profiles that cannot be used."""
        return frozenset((*self._profiles.profiles, *self._profiles.broken))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to choose from."""
        return not (self._profiles.profiles or self._recent)

    def password_for(self, draft: Draft, entry: Entry) -> Secret | None:
        """Return the password that was kept for a connection, None if there is none.

        Raises `SettingsError` when the file or the store that has it cannot be read.
        """
        if draft.password_file is not None:
            return first_line_of(draft.password_file)
        # A stored password goes to the broker and the user for which it was stored, nowhere else.
        if entry.profile is None or not is_for_same_account(draft, entry.draft):
            return None
        return self._open_store().read(entry.profile)

    def save(self, name: str, form: Form, settings: ConnectionSettings) -> None:
        """Save a form as a profile, and its password unless a file has it.

        `settings` are what the form says. A new profile begins with what is remembered of its
        broker. Raises `SettingsError` when that is not possible.
        """
        draft = draft_of(form)
        if name not in self.profile_names:
            folder = self._memory_folder
            remembered = memory_of(replace(settings, profile=None), folder)
            remembered.copy_to(memory_of_profile(name, folder))
        save_profile(self.profiles_path, name, draft)
        if form.password and draft.password_file is None:
            self._open_store().write(name, form.password)

    def rename(self, entry: Entry, name: str) -> None:
        """Give a profile another name, which its password and what is remembered of it follow.

        Raises `SettingsError`.
        """
        folder = self._memory_folder
        memory_of_profile(entry.name, folder).copy_to(memory_of_profile(name, folder))
        save_profile(self.profiles_path, name, entry.draft)
        store = self._open_store()
        if (password := store.read(entry.name)) is not None:
            store.write(name, password)
        self.remove(entry)

    def remove(self, entry: Entry) -> None:
        """Remove a recent broker, or a profile with its password. Raises `SettingsError`."""
        if entry.profile is None:
            forget_broker(self._recent_path, address_of(entry.draft))
        else:
            delete_profile(self.profiles_path, entry.profile)
            self._open_store().delete(entry.profile)
