"""What goes into config.json of a board: its own values, a file, a broker, a roster, answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mqttui.cli.device import say
from mqttui.cli.device_questions import ask, ask_secret
from mqttui.deploy.board_setup import (
    BoardSetup,
    BrokerChoice,
    authority_file,
    judged_setup,
    with_broker,
)
from mqttui.deploy.bundle import AUTHORITY_FILE, CONFIG_FILE, read_authority
from mqttui.deploy.config import ConfigRules, read_values
from mqttui.deploy.failures import DeployError
from mqttui.deploy.roster import merged_config, row_of
from mqttui.payload.printable import printable
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mqttui.deploy.roster import RosterRow


def broker_choice(
    arguments: Mapping[str, Any], authority: bytes | None = None, *, is_asked: bool = False
) -> BrokerChoice:
    """Return the broker that an address, a profile and options of `connect` describe together.

    Its password is looked for as `mqttui connect` does. Raises `SettingsError`.
    """
    # Imported here: most installations name no broker.
    from mqttui.cli.connect import BrokenProfileError, make_plan
    from mqttui.cli.password import find_password
    from mqttui.cli.session import with_password
    from mqttui.settings.preferences import Preferences

    if authority is not None:
        arguments = {**arguments, "tls": True}
    try:
        plan = make_plan(arguments, os.environ, Preferences().payload_limit_bytes)
    except BrokenProfileError as broken:
        raise SettingsError(" ".join(broken.problems)) from None
    settings = plan.settings
    if authority is None and settings.tls is not None:
        ca_file = settings.tls.ca_file
        if ca_file is None and is_asked:
            ca_file = Path(ask("CA file of the broker (PEM or DER)"))
        if ca_file is not None:
            authority = read_authority(ca_file)
    found = find_password(plan.password, settings.user, settings.label)
    return BrokerChoice(with_password(settings, found.secret), authority)


class BoardSettings:
    """Makes the configuration of one board after another; common answers are asked for once.

    A file counts more than the broker that was named, a row of the roster more than both; what
    a board has itself stays where none of them says anything. Nothing is asked unless `may_ask`.
    """

    def __init__(
        self,
        rules: ConfigRules | None,
        *,
        file: bytes | None = None,
        file_name: str = CONFIG_FILE,
        broker: BrokerChoice | None = None,
        authority: bytes | None = None,
        roster: Sequence[RosterRow] = (),
        may_ask: bool = False,
    ) -> None:
        self._rules = rules
        self._file = file
        self._file_values = (
            read_values(file, file_name) if file is not None and rules is not None else None
        )
        self._broker = broker
        self._authority = authority
        self._roster = roster
        self._may_ask = may_ask
        self._answers: dict[str, Any] = {}
        self._rows = {row.id_digits: self._row_values(row) for row in roster}

    def setup_of(self, unique_id: str, port: str, own: Mapping[str, bytes]) -> BoardSetup:
        """Return the setup of a board; `own` are its config.json and ca.der, as far as it has them.

        Raises `DeployError` when the roster does not know it or the result breaks a rule.
        """
        row: Mapping[str, Any] = {}
        if self._roster:
            found = row_of(self._roster, unique_id)
            if found is None:
                raise DeployError(
                    f"Board {printable(unique_id)} is not in the roster; it is left alone."
                )
            row = self._rows[found.id_digits]
        if self._rules is None:
            return BoardSetup(self._unjudged_files(row))
        before = self._file_values
        content = self._file
        if before is None and CONFIG_FILE in own:
            content = own[CONFIG_FILE]
            before = self._usable(content)
        values, authority = self._merged(dict(before or {}), row, port, is_new=before is None)
        if not values:
            return BoardSetup(authority_file(authority))
        return judged_setup(
            self._rules,
            values,
            own,
            content=content if values == before else None,
            authority=authority,
            notes=self._notes(values, row),
        )

    def _merged(
        self, values: dict[str, Any], row: Mapping[str, Any], port: str, *, is_new: bool
    ) -> tuple[dict[str, Any], bytes | None]:
        """Return the values of a board, and the CA for it."""
        broker, authority = self._broker, self._authority
        if broker is not None and self._file_values is not None and "host" in values:
            broker = None
        if is_new and self._may_ask:
            if not (self._answers and "name" in row):
                say(f"The board at {printable(port)} has no configuration yet.")
            self._ask_for(values, row)
        if self._may_ask and "ssid" not in {**values, **row}:
            values["ssid"] = self._answer("ssid", "Name of the Wi-Fi")
        if broker is None and self._may_ask and "host" not in {**values, **row}:
            broker = self._broker = self._asked_broker()
        if broker is not None:
            authority = authority or broker.authority
            values = with_broker(values, broker.settings, has_authority=authority is not None)
        if authority is not None:
            values.setdefault("ca", AUTHORITY_FILE)
        return {**values, **row}, authority

    def _notes(self, values: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str, ...]:
        account = self._broker.settings.user if self._broker is not None else None
        if self._roster and account and values.get("user") == account and "user" not in row:
            return (
                f"Your own account {printable(account)} goes onto this board, with its password: "
                "the columns user and password of the roster give each board one of its own.",
            )
        return ()

    def _ask_for(self, values: dict[str, Any], row: Mapping[str, Any]) -> None:
        assert self._rules is not None
        if "name" not in row:
            values["name"] = ask(
                "Name of the board", "esp32", lambda text: self._checked("name", text)
            )
        if "ssid" not in row:
            values["ssid"] = self._answer("ssid", "Name of the Wi-Fi")
        if "key" not in row and (key := self._answer("key", "Key of the Wi-Fi (empty: open)")):
            values["key"] = key

    def _answer(self, key: str, question: str) -> Any:
        """Return the answer that all boards have in common."""
        if key not in self._answers:
            read = ask_secret if key == "key" else ask
            self._answers[key] = read(question, "", lambda text: self._checked(key, text))
        return self._answers[key]

    def _asked_broker(self) -> BrokerChoice:
        from mqttui.cli.topics import topic_rules
        from mqttui.settings.paths import profiles_file
        from mqttui.settings.profiles import load_profiles

        names = list(load_profiles(profiles_file(), topic_rules()).profiles)
        only = names[0] if len(names) == 1 else ""
        where = ask("Broker: host, URL or profile", only)
        if where in names:
            return broker_choice({"profile": where}, self._authority, is_asked=True)
        user = ask("User on the broker (empty: none)", "", lambda text: None)
        arguments = {"host": where, "user": user or None}
        return broker_choice(arguments, self._authority, is_asked=True)

    def _checked(self, key: str, text: str) -> str | None:
        """Return what is wrong with an answer, None when nothing is."""
        assert self._rules is not None
        try:
            self._rules.value_of(key, text)
        except DeployError as problem:
            return str(problem)
        return None

    def _row_values(self, row: RosterRow) -> dict[str, Any]:
        """Return the values of a row as the rules want them; raise `DeployError` naming the row."""
        if self._rules is None:
            return dict(row.values)
        values = {}
        for key, text in row.values.items():
            try:
                values[key] = self._rules.value_of(key, text)
            except DeployError as problem:
                raise DeployError(f"The roster, board {row.id_digits}: {problem}") from None
        return values

    def _unjudged_files(self, row: Mapping[str, str]) -> dict[str, bytes]:
        files = authority_file(self._authority)
        if row:
            files[CONFIG_FILE] = merged_config(self._file or b"{}", row)
        elif self._file is not None:
            files[CONFIG_FILE] = self._file
        return files

    def _usable(self, content: bytes) -> dict[str, Any] | None:
        """Return the values that a board has, None when they cannot be read."""
        try:
            return read_values(content, CONFIG_FILE)
        except DeployError as problem:
            say(f"On the board: {problem}")
            return None
