"""Where files are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.settings import paths

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_variables_name_the_folders(tmp_path: Path) -> None:
    """Both folders can be chosen, and every file lies in one of them."""
    environ = {"MQTTUI_CONFIG_DIR": str(tmp_path / "c"), "MQTTUI_STATE_DIR": str(tmp_path / "s")}
    assert paths.profiles_file(environ) == tmp_path / "c" / "profiles.toml"
    assert paths.preferences_file(environ) == tmp_path / "c" / "preferences.toml"
    assert paths.secrets_file(environ) == tmp_path / "c" / "secrets.toml"
    assert paths.remembered_file(environ) == tmp_path / "s" / "remembered.json"


def test_without_variables_the_platform_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable counts as none; the folders are those of the platform for mqttui."""
    monkeypatch.setenv("HOME", "/home/ada")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    config, state = paths.config_dir({"MQTTUI_CONFIG_DIR": ""}), paths.state_dir({})
    assert config != state
    assert {config.name, state.name} == {"mqttui"}
    assert all(folder.is_relative_to("/home/ada") for folder in (config, state))
