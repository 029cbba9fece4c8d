"""Topic filters are written into a profile, and nothing else of it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.settings.connection import Subscription
from mqttui.settings.profile_subscriptions import save_subscriptions
from mqttui.settings.profiles import load_profiles
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
# of the lab
[profiles.lab]
host = "broker.example"  # upstairs
keepalive_s = 17
subscriptions = ["old/#"]

[profiles.home]
host = "home.example"
"""


def written(folder: Path, text: str = TEXT) -> Path:
    """Return a file with these profiles."""
    path = folder / "profiles.toml"
    path.write_text(text)
    return path


def test_filters_take_the_place_of_those_before(tmp_path: Path) -> None:
    """Options are kept as well; comments and other profiles stay."""
    path = written(tmp_path)
    wanted = (Subscription("a/#", 1, True, False, 2), Subscription("$share/g/b:1"))
    save_subscriptions(path, "lab", wanted)
    assert load_profiles(path).profiles["lab"].subscriptions == wanted
    text = path.read_text()
    assert "# of the lab" in text
    assert "# upstairs" in text
    assert "keepalive_s = 17" in text
    assert text.endswith('[profiles.home]\nhost = "home.example"\n')


@pytest.mark.parametrize(
    ("text", "profile", "subscriptions", "words"),
    [
        (TEXT, "gone", (Subscription("a"),), "There is no profile 'gone'"),
        (TEXT, "lab", (), "at least one topic filter"),
        (TEXT + "[oops\n", "lab", (Subscription("a"),), "profiles.toml"),
        (TEXT.replace("17", '"x"'), "lab", (Subscription("a"),), "keepalive_s"),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is_lost(
    tmp_path: Path,
    text: str,
    profile: str,
    subscriptions: tuple[Subscription, ...],
    words: str,
) -> None:
    """The sentence names the profile or the place, the file stays as it was."""
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as error:
        save_subscriptions(path, profile, subscriptions)
    assert words in str(error.value)
    assert path.read_text() == text
