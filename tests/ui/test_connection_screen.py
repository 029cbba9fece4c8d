"""The connection screen leads from nothing to a broker, by keyboard alone."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.widgets import Input, OptionList, RadioButton

import mqttui.ui
from mqttui.settings.connection import Subscription
from mqttui.settings.profiles import load_profiles
from mqttui.settings.secret import Secret
from mqttui.settings.secrets import FileSecretStore
from mqttui.ui.screens.connection import ConnectionScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from textual.pilot import Pilot
    from textual.screen import Screen

    from mqttui.settings.connection import ConnectionSettings
    from mqttui.ui.messages import ConnectionRequested

STYLES = Path(mqttui.ui.__file__).parent / "styles" / "connection.tcss"
SIZES = [(80, 24), (160, 50)]
PROFILES = """
[profiles.lab]
host = "lab.example"
user = "joe"
keepalive_s = 30

[profiles.home]
host = "10.0.0.2"
port = 1884
subscriptions = ["zigbee2mqtt/#:1"]
"""


class ScreenApp(App[None]):
    """The screen alone, and what it asked for."""

    CSS_PATH = STYLES

    def __init__(self, folder: Path, notices: Sequence[str]) -> None:
        super().__init__()
        self.requests: list[ConnectionRequested] = []
        self._folder = folder
        self._notices = notices

    def get_default_screen(self) -> Screen[None]:
        """Begin with the screen."""
        return ConnectionScreen(
            payload_limit_bytes=1234,
            notices=self._notices,
            profiles_path=self._folder / "profiles.toml",
            open_store=lambda: FileSecretStore(self._folder / "secrets.toml"),
        )

    def on_connection_requested(self, event: ConnectionRequested) -> None:
        """Note what was asked for."""
        self.requests.append(event)


class Desk:
    """A running screen with what a test wants to ask it."""

    def __init__(self, app: ScreenApp, pilot: Pilot[None], folder: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.folder = folder

    def text(self) -> str:
        """Return what is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def field(self, name: str) -> Input:
        """Return the field with this name."""
        return self.app.screen.query_one(f"#form-{name}", Input)

    async def type(self, text: str) -> None:
        """Type text into whatever has the focus."""
        await self.pilot.press(*("space" if key == " " else key for key in text))

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + 10
        while not is_so():
            assert time.monotonic() < deadline, f"{what}; the screen says\n{self.text()}"
            await self.pilot.pause(0.01)

    async def requested(self) -> ConnectionSettings:
        """Wait for the request and return it."""
        await self.until(lambda: self.app.requests, "no connection was requested")
        return self.app.requests[0].settings


@pytest.fixture
def desk(tmp_path: Path):
    """Return a context manager that runs the screen on files in an empty folder."""

    @asynccontextmanager
    async def running(
        profiles: str = "", size: tuple[int, int] = (80, 24), notices: Sequence[str] = ()
    ) -> AsyncIterator[Desk]:
        if profiles:
            (tmp_path / "profiles.toml").write_text(profiles)
        app = ScreenApp(tmp_path, notices)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Desk(app, pilot, tmp_path)

    return running


@pytest.mark.parametrize("size", SIZES)
async def test_host_and_enter_connect(desk, size: tuple[int, int]) -> None:
    """Typing a host and pressing enter is all that a plain broker needs."""
    async with desk(size=size) as d:
        await d.type("broker.example")
        assert "Connects to broker.example:1883 (no encryption)" in d.text()
        await d.pilot.press("enter")
        settings = await d.requested()
        assert (settings.host, settings.port, settings.tls) == ("broker.example", 1883, None)
        assert settings.payload_limit_bytes == 1234


@pytest.mark.parametrize("size", SIZES)
async def test_every_field_is_in_sight_and_reached_by_tab(desk, size: tuple[int, int]) -> None:
    """All fields fit the screen, and tab goes through them from top to bottom."""
    async with desk(size=size) as d:
        text = d.text()
        for caption in (
            *("Broker", "Port", "TLS", "any certificate", "CA file", "WebSocket", "User"),
            *("Password", "Client id", "Protocol", "Subscribe", "Save as", "Connect"),
        ):
            assert caption in text
        order = []
        for _ in range(13):
            focused = d.app.focused
            assert focused is not None
            order.append(focused.id)
            assert d.app.screen.region.contains_region(focused.region)
            await d.pilot.press("tab")
        assert order == [
            *("form-host", "form-port", "form-tls", "form-is_insecure", "form-ca_file"),
            *("form-websocket_path", "form-user", "form-password", "form-client_id"),
            *("form-protocol", "form-subscriptions", "form-save_as", "connection-connect"),
        ]


async def test_keyboard_alone_fills_the_whole_form(desk) -> None:
    """Switches and choices work with keys, and what they say can be read without colour."""
    async with desk() as d:
        await d.type("broker.example")
        await d.pilot.press("tab")
        await d.type("8899")
        await d.pilot.press("tab", "space", "tab", "space")
        assert "▐X▌ TLS" in d.text()
        assert "▐X▌ any certificate" in d.text()
        await d.pilot.press("tab", "tab", "tab")
        await d.type("joe")
        await d.pilot.press("tab")
        await d.type("pass word")
        await d.pilot.press("tab", "tab", "right", "space")
        assert "▐●▌ MQTT 5" in d.text()
        assert "▐ ▌ auto" in d.text()
        await d.pilot.press("tab")
        await d.type("a/# b:1")
        await d.pilot.press("tab", "tab", "enter")
        settings = await d.requested()
        assert settings.tls is not None
        assert settings.tls.is_insecure
        assert (settings.port, settings.user, settings.password) == (8899, "joe", "pass word")
        assert settings.protocol == "5"
        assert settings.subscriptions == (Subscription("a/#", 0), Subscription("b", 1))


async def test_problem_is_said_while_typing_and_stops_connecting(desk) -> None:
    """A wrong value is explained as it is typed; connecting goes to its field instead."""
    async with desk() as d:
        assert "▲" not in d.text()
        await d.type("broker.example")
        await d.pilot.press("tab")
        await d.type("99999")
        assert "▲ Port must be a whole number from 1 to 65535, not 99999." in d.text()
        assert d.field("port").has_class("-wrong")
        await d.pilot.press("tab", "ctrl+s")
        await d.until(lambda: d.app.focused is d.field("port"), "the wrong field has no focus")
        assert not d.app.requests
        await d.pilot.press("backspace")
        await d.pilot.press("end", "backspace")
        await d.type("1")
        assert "▲" not in d.text()


async def test_password_is_never_in_sight(desk) -> None:
    """Neither a typed password nor that of a URL is on the screen or in a repr."""
    async with desk() as d:
        await d.type("mqtts://joe:geheim@broker.example")
        await d.pilot.press("tab")
        await d.pilot.pause()
        assert d.field("host").value == "broker.example"
        assert d.field("password").value == "geheim"
        assert "geheim" not in d.text()
        assert "••••••" in d.text()
        await d.pilot.press("ctrl+s")
        settings = await d.requested()
        assert settings.password == "geheim"
        assert "geheim" not in repr(d.app.requests[0])
        assert "geheim" not in repr(d.app.screen.form())
        assert "geheim" not in repr(d.field("password"))


async def test_missing_password_is_asked_for_once(desk) -> None:
    """With a user and no password the screen asks; connecting again goes without one."""
    async with desk() as d:
        await d.type("mqtt://joe@broker.example")
        await d.pilot.press("enter")
        await d.until(lambda: d.app.focused is d.field("password"), "nobody asked")
        assert "Type the password of joe, or connect again to go without one." in d.text()
        assert not d.app.requests
        await d.pilot.press("enter")
        settings = await d.requested()
        assert (settings.user, settings.password) == ("joe", None)


@pytest.mark.parametrize("size", SIZES)
async def test_profile_fills_the_form(desk, size: tuple[int, int]) -> None:
    """Going through the profiles shows each in the form; enter twice connects."""
    async with desk(PROFILES, size) as d:
        assert isinstance(d.app.focused, OptionList)
        await d.pilot.press("down", "down")
        assert d.field("host").value == "10.0.0.2"
        assert "Connects to 10.0.0.2:1884" in d.text()
        await d.pilot.press("enter", "enter")
        settings = await d.requested()
        assert settings.subscriptions == (Subscription("zigbee2mqtt/#", 1),)
        assert settings.profile == "home"


async def test_profile_uses_its_stored_password(desk, tmp_path: Path) -> None:
    """The password that was kept for a profile is used without being shown in the form."""
    FileSecretStore(tmp_path / "secrets.toml").write("lab", Secret("geheim"))
    async with desk(PROFILES) as d:
        await d.pilot.press("down")
        assert "The profile also sets keepalive_s." in d.text()
        await d.pilot.press("enter", "enter")
        settings = await d.requested()
        assert (settings.user, settings.password, settings.keepalive_s) == ("joe", "geheim", 30)
        assert d.field("password").value == ""


async def test_stored_password_does_not_go_to_another_host(desk, tmp_path: Path) -> None:
    """Editing the host of a profile makes its password stay at home."""
    FileSecretStore(tmp_path / "secrets.toml").write("lab", Secret("geheim"))
    async with desk(PROFILES) as d:
        await d.pilot.press("down")
        d.field("host").focus()
        d.field("host").value = "evil.example"
        await d.pilot.press("enter")
        await d.until(lambda: d.app.focused is d.field("password"), "nobody asked")
        await d.pilot.press("enter")
        settings = await d.requested()
        assert (settings.host, settings.password) == ("evil.example", None)


async def test_connection_can_be_saved(desk) -> None:
    """A name under "Save as" keeps the connection, and the password apart from it."""
    async with desk() as d:
        await d.type("mqtt://joe:geheim@broker.example")
        await d.pilot.press("tab")
        d.field("save_as").focus()
        await d.type("class")
        await d.pilot.press("enter")
        settings = await d.requested()
        assert settings.profile == "class"
        saved = load_profiles(d.folder / "profiles.toml")
        assert not saved.problems
        assert (saved.profiles["class"].host, saved.profiles["class"].user) == (
            "broker.example",
            "joe",
        )
        assert "geheim" not in (d.folder / "profiles.toml").read_text()
        secrets = d.folder / "secrets.toml"
        assert FileSecretStore(secrets).read("class") == Secret("geheim")
        assert secrets.stat().st_mode & 0o777 == 0o600


async def test_problem_of_the_store_stops_and_is_said(desk, tmp_path: Path) -> None:
    """A secrets file that others may read is not used, and the screen says what to do."""
    secrets = tmp_path / "secrets.toml"
    FileSecretStore(secrets).write("lab", Secret("geheim"))
    secrets.chmod(0o644)
    async with desk(PROFILES, (160, 50)) as d:
        await d.pilot.press("down", "enter", "enter")
        await d.until(lambda: "chmod 600" in " ".join(d.text().split()), "the problem was not said")
        assert not d.app.requests
        assert "geheim" not in d.text()


@pytest.mark.parametrize("size", SIZES)
async def test_problems_of_the_files_are_shown(desk, size: tuple[int, int]) -> None:
    """A mistake in the profiles is named with its place and nearest key, and the rest works."""
    broken = PROFILES + '\n[profiles.oops]\nhots = "x"\n'
    notices = ["preferences.toml, line 2: \x1b[2J[red]is odd[/red]."]
    async with desk(broken, size, notices) as d:
        text = d.text().replace("\n", "")
        assert "unknown key 'hots'" in text
        assert "did" in text
        assert "'host'?" in text
        assert "␛[2J[red]is odd[/red]" in text
        assert "\x1b" not in d.text()
        await d.pilot.press("down", "down", "enter", "enter")
        assert (await d.requested()).host == "10.0.0.2"


async def test_new_connection_clears_the_form(desk) -> None:
    """The first entry of the list brings back the empty form."""
    async with desk(PROFILES) as d:
        await d.pilot.press("down", "up")
        assert d.field("host").value == ""
        await d.pilot.press("enter")
        assert d.app.focused is d.field("host")


async def test_mouse_chooses_and_connects(desk) -> None:
    """A click on a profile and one on the button are enough."""
    async with desk(PROFILES) as d:
        await d.pilot.click("#connection-profiles", offset=(2, 2))
        assert d.field("host").value == "10.0.0.2"
        await d.pilot.click("#connection-connect")
        assert (await d.requested()).host == "10.0.0.2"


async def test_escape_leaves_the_form_and_q_quits(desk) -> None:
    """In a field q is a letter; escape leaves the field, and then q quits."""
    async with desk(PROFILES) as d:
        await d.pilot.press("enter", "q")
        assert d.field("host").value == "q"
        await d.pilot.press("escape")
        assert isinstance(d.app.focused, OptionList)
        assert d.app.is_running
        await d.pilot.press("q")
        await d.until(lambda: d.app._exit, "the app goes on")


async def test_one_protocol_is_chosen_at_a_time(desk) -> None:
    """Going from profile to profile never leaves two protocols marked."""
    profiles = PROFILES + '\n[profiles.five]\nhost = "h"\nprotocol = "5"\n'
    async with desk(profiles) as d:
        for expected in ("auto", "auto", "5"):
            await d.pilot.press("down")
            await d.pilot.pause()
            assert d.app.screen.form().protocol == expected
            assert sum(button.value for button in d.app.screen.query(RadioButton)) == 1
