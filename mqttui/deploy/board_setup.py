"""What belongs to one board beside the programs: its configuration and the CA of its broker."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from mqttui.deploy.broker_access import board_values, is_this_machine
from mqttui.deploy.bundle import AUTHORITY_FILE, CONFIG_FILE, CONFIG_RULES
from mqttui.deploy.config import BROKER_KEYS, ConfigRules, file_content, read_values, shown_value
from mqttui.deploy.failures import DeployError
from mqttui.payload.printable import printable
from mqttui.settings.paths import firmware_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.settings.connection import ConnectionSettings

WRONG = "The configuration is wrong, nothing was changed"
DEFAULT_NAME = "esp32"

_WIDTH = 78


@dataclass(frozen=True, slots=True)
class BrokerChoice:
    """The broker of the boards as this program connects to it, and its CA in DER for them."""

    settings: ConnectionSettings
    authority: bytes | None = None


@dataclass(frozen=True, slots=True)
class BoardSetup:
    """What belongs to one board: files beside the programs, and all values of its configuration.

    `values` is None where nothing is known about them: another firmware, or no configuration.
    `notes` are sentences about them that a person should read first.
    """

    files: Mapping[str, bytes]
    values: Mapping[str, Any] | None = None
    authority: bytes | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What was typed for a board; what is empty stays as the board has it.

    `host` is the address by which the board reaches the broker, where that is another than for
    this machine. Without `takes_broker` a board that has a broker keeps it.
    """

    name: str = ""
    ssid: str = ""
    key: str = field(default="", repr=False)
    host: str = ""
    ca_file: str = ""
    takes_broker: bool = False


def rules_for(bundle: Mapping[str, bytes]) -> ConfigRules | None:
    """Return the rules of our own firmware when it is that, else None.

    No other firmware's code is run on this machine; a board judges that itself.
    """
    ours = firmware_folder()
    rules_file = ours / CONFIG_RULES.lstrip("/")
    if not rules_file.is_file() or bundle.get(CONFIG_RULES) != rules_file.read_bytes():
        return None
    return ConfigRules(ours)


def with_broker(
    values: Mapping[str, Any], settings: ConnectionSettings, *, has_authority: bool
) -> dict[str, Any]:
    """Return a configuration for this broker, with nothing of another's; raise `DeployError`."""
    kept = {key: value for key, value in values.items() if key not in BROKER_KEYS}
    return kept | board_values(settings, has_authority=has_authority)


def authority_file(authority: bytes | None) -> dict[str, bytes]:
    """Return the CA as a file of a board, no file for None."""
    return {} if authority is None else {AUTHORITY_FILE: authority}


def judged_setup(
    rules: ConfigRules,
    values: Mapping[str, Any],
    own: Mapping[str, bytes],
    *,
    content: bytes | None = None,
    authority: bytes | None = None,
    notes: tuple[str, ...] = (),
) -> BoardSetup:
    """Return the setup with these values; raise `DeployError` when they break a rule.

    `content` is the file that has just these values, None where there is none yet; `own` are
    config.json and ca.der of the board, as far as it has them.
    """
    problem = rules.problem(values)
    if problem is not None:
        raise DeployError(f"{WRONG}: {problem}.")
    if content is None:
        content = file_content(values)
    files = authority_file(authority)
    if content != own.get(CONFIG_FILE):
        files[CONFIG_FILE] = content
    if is_this_machine(values.get("host")):
        notes = (
            "The broker is named as this machine names itself; for a board that is the board. "
            "It needs the address of this machine in its Wi-Fi.",
            *notes,
        )
    return BoardSetup(files, values, authority or own.get(AUTHORITY_FILE), notes)


def answered_setup(
    rules: ConfigRules | None,
    own: Mapping[str, bytes],
    answers: Answers,
    broker: BrokerChoice | None,
) -> BoardSetup:
    """Return the setup of a board after a person's answers; raise `DeployError`.

    `own` are config.json and ca.der of the board, as far as it has them; `broker` is the one that
    this program is connected to.
    """
    if rules is None:
        return BoardSetup({})
    before, notes = _values_before(own)
    values = dict(before or {})
    for key in ("name", "ssid", "key"):
        if text := getattr(answers, key):
            values[key] = rules.value_of(key, text)
    values.setdefault("name", DEFAULT_NAME)
    if not values.get("ssid"):
        raise DeployError("The board has no configuration yet: it needs the name of the Wi-Fi.")
    old = before or {}
    if old.get("key") and not answers.key and values["ssid"] != old.get("ssid"):
        notes.append("The Wi-Fi is another one, and its key stays that of the one before.")
    authority = None
    if answers.takes_broker or not values.get("host"):
        if broker is None:
            raise DeployError("This is not connected to a broker that a board could use.")
        authority = broker.authority
        has_authority = authority is not None or AUTHORITY_FILE in own
        if broker.settings.tls is not None and not has_authority:
            raise DeployError(
                "A board verifies the broker and has no CA store of its own: it needs the file "
                "with the CA that signed the broker's certificate (PEM or DER)."
            )
        settings = broker.settings
        if answers.host:
            settings = replace(settings, host=str(rules.value_of("host", answers.host)))
        values = with_broker(values, settings, has_authority=has_authority)
    content = own.get(CONFIG_FILE) if values == before else None
    return judged_setup(
        rules, values, own, content=content, authority=authority, notes=tuple(notes)
    )


def setup_lines(setup: BoardSetup, width: int = _WIDTH) -> list[str]:
    """Return what a configuration says, without secrets, and what is doubtful about it."""
    values = setup.values or {}
    words = [f"{printable(key)} {shown_value(key, values[key])}" for key in sorted(values)]
    return [
        line
        for text in (f"configuration: {', '.join(words)}", *setup.notes)
        for line in wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    ]


def _values_before(own: Mapping[str, bytes]) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the values that a board has, None when they cannot be read, and a note about that."""
    if CONFIG_FILE not in own:
        return None, []
    try:
        return read_values(own[CONFIG_FILE], CONFIG_FILE), []
    except DeployError as problem:
        return None, [f"On the board: {problem}"]
