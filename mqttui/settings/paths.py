"""Where mqttui keeps its files; the folders follow the platform's conventions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG_DIR_VARIABLE = "MQTTUI_CONFIG_DIR"
STATE_DIR_VARIABLE = "MQTTUI_STATE_DIR"


def config_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of profiles, preferences and secrets; it need not exist."""
    if chosen := environ.get(CONFIG_DIR_VARIABLE):
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_config_path("mqttui", appauthor=False)


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of what mqttui remembers by itself; it need not exist."""
    if chosen := environ.get(STATE_DIR_VARIABLE):
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_state_path("mqttui", appauthor=False)


def profiles_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of named connections."""
    return config_dir(environ) / "profiles.toml"


def preferences_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the user's preferences."""
    return config_dir(environ) / "preferences.toml"


def secrets_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of passwords, used where there is no keyring."""
    return config_dir(environ) / "secrets.toml"


def remembered_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of what brokers taught us."""
    return state_dir(environ) / "remembered.json"


def brokers_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of what is remembered of each broker; it need not exist."""
    return state_dir(environ) / "brokers"


def recent_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the brokers that were connected to lately."""
    return state_dir(environ) / "recent.json"


def retained_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of backups of retained messages; it need not exist."""
    return state_dir(environ) / "retained"


def boards_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of backups of boards; it need not exist."""
    return state_dir(environ) / "boards"


def log_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of unexpected errors of the last run that had any."""
    return state_dir(environ) / "mqttui.log"


def traces_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that is proposed for traces of control packets."""
    return state_dir(environ) / "traces"


def firmware_folder() -> Path:
    """Return the folder of the boards' firmware that came with this program.

    In a source folder it stands beside the package, else where a wheel puts its data.
    """
    beside = Path(__file__).resolve().parents[2] / "firmware"
    if beside.is_dir():
        return beside
    import sysconfig

    return Path(sysconfig.get_path("data")) / "share" / "mqttui" / "firmware"
