"""Making a session of a connection: its stored password, and what its broker taught us."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from mqttui.cli.terminal import warn
from mqttui.settings.draft import draft_of
from mqttui.settings.paths import recent_file, remembered_file, secrets_file
from mqttui.settings.remembered import load_remembered
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.preferences import Preferences
    from mqttui.settings.secret import Secret
    from mqttui.transport.session import Session


class SessionMaker:
    """Makes sessions and keeps what is to be said when the interface has closed.

    While the interface is open nothing may be printed, so sentences wait in `late_notices`.
    """

    def __init__(self, preferences: Preferences, environ: Mapping[str, str] = os.environ) -> None:
        self._preferences = preferences
        self._environ = environ
        self._remembered = load_remembered(remembered_file(environ))
        self.late_notices = [self._remembered.problem] if self._remembered.problem else []

    def make(self, settings: ConnectionSettings, *, is_remembered: bool = True) -> Session:
        """Return a session that is not started yet.

        Once it `is_remembered` and the broker has accepted it, it is among the recent brokers.
        """
        from mqttui.transport.session import Session

        def remember(version: Literal["3.1.1", "5"]) -> None:
            # On the network thread, which must not end because a disk is full.
            try:
                self._remembered.remember_protocol(settings, version)
            except SettingsError as problem:
                self.late_notices.append(str(problem))

        def note_broker() -> None:
            from mqttui.settings.recent import remember_broker

            try:
                remember_broker(recent_file(self._environ), draft_of(settings))
            except SettingsError as problem:
                self.late_notices.append(str(problem))

        return Session(
            settings,
            max_messages=self._preferences.inbox_max_messages,
            max_bytes=self._preferences.inbox_max_bytes,
            known_protocol=self._remembered.protocol_of(settings),
            on_protocol_learnt=remember if settings.protocol == "auto" else None,
            on_first_accepted=note_broker if is_remembered else None,
        )

    def tell_late_notices(self) -> None:
        """Print what waited for the interface to close."""
        for notice in self.late_notices:
            warn(notice)
        self.late_notices.clear()


def stored_password(profile: str, environ: Mapping[str, str] = os.environ) -> Secret | None:
    """Return the stored password of a profile; raise `SettingsError` when the store fails."""
    # Imported here: a keyring is slow to load, and most connections need none.
    from mqttui.settings.secrets import open_secret_store

    return open_secret_store(secrets_file(environ)).read(profile)


def with_password(settings: ConnectionSettings, secret: Secret | None) -> ConnectionSettings:
    """Return the settings with a password, as they are for None."""
    return settings if secret is None else replace(settings, password=secret.reveal())
