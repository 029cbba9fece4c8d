"""The connection screen leads from nothing to a broker, by keyboard and by mouse."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.app import App
from textual.widgets import Input, OptionList

import mqttui.ui
from mqttui.broker.checkup import StepState, planned_checkup
from mqttui.core.source import Phase
from mqttui.settings.broker_memory import memory_of, memory_of_profile
from mqttui.settings.connection import ConnectionSettings, Subscription
from mqttui.settings.draft import Draft
from mqttui.settings.profiles import load_profiles
from mqttui.settings.recent import load_recent, remember_broker
from mqttui.settings.secret import Secret
from mqttui.settings.secrets import FileSecretStore
from mqttui.ui.screens.connection import ConnectionScreen
from mqttui.ui.theme import DARK, OWN_VARIABLES, filter_variables
from tests.ui.conftest import CONNECTED, FakeSource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import PurePath
    from typing import ClassVar

    from textual.pilot import Pilot
    from textual.screen import Screen

    from mqttui.ui.messages import ConnectionRequested

STYLES = Path(mqttui.ui.__file__).parent / "styles"
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


NOW_S = 1_000_000.0


class FakeExamination:
    """A checkup whose snapshots come from a test."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.settings = settings
        self.status = planned_checkup(settings)
        self.is_started = False

    def start(self) -> None:
        """Note the call."""
        self.is_started = True

    def cancel(self) -> None:
        """End as a real one does."""
        if not self.status.is_done:
            self.status = self.status.ended(is_cancelled=True)

    def step(self, number: int, state: StepState, **changes: object) -> None:
        """Let a step have ended, or begun."""
        self.status = self.status.with_step(number, state=state, took_s=0.012, **changes)


class ScreenApp(App[None]):
    """The screen alone, and what it asked for."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        STYLES / "connection.tcss",
        STYLES / "message_pane.tcss",
    ]

    def __init__(self, folder: Path, notices: Sequence[str], source: FakeSource | None) -> None:
        super().__init__()
        self.requests: list[ConnectionRequested] = []
        self.examinations: list[FakeExamination] = []
        self._folder = folder
        self._notices = notices
        self._source = source

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Know the colours that the styles of the program name."""
        return OWN_VARIABLES | filter_variables(DARK)

    def _examine(self, settings: ConnectionSettings) -> FakeExamination:
        self.examinations.append(FakeExamination(settings))
        return self.examinations[-1]

    def get_default_screen(self) -> Screen[None]:
        """Begin with the screen."""
        return ConnectionScreen(
            payload_limit_bytes=1234,
            notices=self._notices,
            make_source=None if self._source is None else lambda _: self._source,
            profiles_path=self._folder / "profiles.toml",
            recent_path=self._folder / "recent.json",
            memory_folder=self._folder / "brokers",
            examine=self._examine,
            wall_clock=lambda: NOW_S,
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
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline, f"{what}; the screen says\n{self.text()}"
            await self.pilot.pause(0.01)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has had its effect."""
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def says(self, words: str) -> None:
        """Wait until the screen says something, wherever its lines are broken."""
        await self.until(lambda: words in " ".join(self.text().split()), f"{words!r} is not said")

    async def requested(self) -> ConnectionSettings:
        """Wait for the request and return it."""
        await self.until(lambda: self.app.requests, "no connection was requested")
        return self.app.requests[0].settings


@pytest.fixture
def desk(tmp_path: Path):
    """Return a context manager that runs the screen on files in an empty folder."""

    @asynccontextmanager
    async def running(
        profiles: str = "",
        size: tuple[int, int] = (80, 24),
        notices: Sequence[str] = (),
        source: FakeSource | None = None,
    ) -> AsyncIterator[Desk]:
        if profiles:
            (tmp_path / "profiles.toml").write_text(profiles)
        app = ScreenApp(tmp_path, notices, source)
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
        await d.press("enter")
        settings = await d.requested()
        assert (settings.host, settings.port, settings.tls) == ("broker.example", 1883, None)
        assert settings.payload_limit_bytes == 1234


async def test_all_of_the_form_fits_a_small_screen_and_groups_unfold(desk) -> None:
    """At 80x24 every group is in sight with what it says, and one opens by a key."""
    async with desk() as d:
        text = d.text()
        for words in (
            *("▾ Broker", "▸ Encryption (TLS)   none", "▾ Who you are", "Client id"),
            *("▸ Subscriptions   # and $SYS/#", "▸ Session   starts afresh", "▸ Last will   none"),
            *("▸ WebSocket   not used", "Connect", "Test", "Save", "Import", "Export"),
        ):
            assert words in text
        await d.press("down", "down", "down", "down", "down", "enter")
        assert "CA file" in d.text()
        await d.press("enter")
        assert "CA file" not in d.text()


async def test_a_tall_screen_shows_every_field(desk) -> None:
    """At 160x50 nothing is folded, and tab goes through the fields from top to bottom."""
    async with desk(size=(160, 50)) as d:
        order: list[str] = []
        while "connection-connect" not in order:
            focused = d.app.focused
            assert focused is not None
            assert d.app.screen.region.contains_region(focused.region)
            if focused.id is not None:
                order.append(focused.id)
            await d.press("tab")
        assert order == [
            *("form-host", "form-port", "form-protocol", "form-keepalive_s", "form-save_as"),
            *("form-tls", "form-user", "form-password", "form-password_file", "form-client_id"),
            *("form-is_clean", "form-session_expiry_s", "form-will_topic", "form-websocket"),
            "connection-connect",
        ]


async def test_fields_that_wait_for_another_are_left_out_until_it_is_set(desk) -> None:
    """Without TLS its files cannot be typed; ticking it brings them."""
    async with desk(size=(160, 50)) as d:
        await d.until(lambda: d.app.screen.query("#form-websocket_path"), "it stays folded")
        assert d.field("ca_file").disabled
        d.app.screen.query_one("#form-tls").focus()
        await d.press("space")
        await d.until(lambda: not d.field("ca_file").disabled, "CA file waits still")
        await d.press("tab")
        assert d.app.focused is d.field("ca_file")


async def test_what_has_the_keyboard_is_explained(desk) -> None:
    """Each field says what it is for and how the command line calls it."""
    async with desk() as d:
        assert "Name or address of the broker" in d.text()
        await d.press("tab", "tab", "tab")
        await d.says("make sure that the other is still there. (--keepalive)")
        await d.press("tab", "tab")
        await d.says("Whether nobody on the way can read along, and who vouches for the broker.")
        d.app.screen.query_one("#connection-test").focus()
        await d.says("subscriptions. The key for it is ctrl+t.")


async def test_keyboard_alone_fills_the_form(desk) -> None:
    """Switches and choices work with keys, and what they say can be read without colour."""
    async with desk(size=(160, 50)) as d:
        await d.type("broker.example")
        await d.press("tab")
        await d.type("8899")
        await d.press("tab", "right")
        assert "auto [5] 3.1.1" in d.text()
        await d.press("tab", "tab", "tab", "tab", "space")
        assert "▐X▌ TLS" in d.text()
        await d.press("tab", "tab", "tab", "tab", "space")
        assert "▐X▌ Any certificate" in d.text()
        await d.press("tab", "tab", "tab")
        await d.type("joe")
        await d.press("tab")
        await d.type("pass word")
        await d.press("ctrl+s")
        settings = await d.requested()
        assert settings.tls is not None
        assert settings.tls.is_insecure
        assert (settings.port, settings.user, settings.password) == (8899, "joe", "pass word")
        assert settings.protocol == "5"


async def test_subscriptions_are_typed_row_by_row_with_their_options(desk) -> None:
    """A filter brings the next row and its options; an emptied one goes."""
    async with desk(size=(160, 50)) as d:
        await d.type("h")
        filters = ".subscription .topic_filter"
        d.app.screen.query(filters).first().focus()
        await d.type("a/#/b")
        await d.says("▲ The wildcard # must be the last level of a topic filter.")
        await d.press("backspace", "backspace")
        assert "▲" not in d.text()
        await d.press("tab", "right", "tab", "space", "tab", "space", "tab", "right")
        await d.press("tab")
        await d.type("x")
        await d.press("tab", "tab", "tab", "tab", "tab")
        assert len(d.app.screen.query(filters)) == 3
        d.app.screen.query(filters)[1].focus()
        await d.press("backspace", "shift+tab")
        await d.until(lambda: len(d.app.screen.query(filters)) == 2, "the row is still there")
        await d.press("ctrl+s")
        settings = await d.requested()
        assert settings.subscriptions == (Subscription("a/#", 1, True, True, 1),)


async def test_problem_is_said_while_typing_and_stops_connecting(desk) -> None:
    """A wrong value is explained as it is typed; connecting goes to its field instead."""
    async with desk() as d:
        assert "▲" not in d.text()
        await d.type("broker.example")
        await d.press("tab")
        await d.type("99999")
        assert "▲ Port must be a whole number from 1 to 65535, not 99999." in d.text()
        assert d.field("port").has_class("-wrong")
        assert "▲ Port  " in d.text()
        await d.press("tab", "ctrl+s")
        await d.until(lambda: d.app.focused is d.field("port"), "the wrong field has no focus")
        assert not d.app.requests
        await d.press("end", "backspace")
        await d.until(lambda: "▲" not in d.text(), "the problem stays")


async def test_a_problem_in_a_folded_group_opens_it(desk) -> None:
    """Connecting leads to the field that has to be mended, wherever it hides."""
    profiles = '[profiles.a]\nhost = "h"\n[profiles.a.tls]\ncafile = "/none.pem"\n'
    async with desk(profiles) as d:
        await d.press("down")
        assert "▸ Encryption (TLS)  ▲ to be mended" in d.text()
        await d.press("enter")
        await d.says("▲ CA file: /none.pem cannot be read: No such file or directory.")
        await d.until(lambda: d.app.focused is d.field("ca_file"), "the field has no focus")


async def test_url_is_spread_and_its_password_hidden(desk) -> None:
    """A URL fills the fields when one leaves it, and its password is in sight no longer."""
    async with desk() as d:
        await d.type("mqtts://joe:geheim@broker.example:8884/a")
        await d.press("tab")
        await d.until(lambda: d.field("host").value == "broker.example", "it is not spread")
        assert "geheim" not in d.text()
        assert "Encryption (TLS)   TLS" in d.text()
        await d.press("ctrl+s")
        settings = await d.requested()
        assert settings.password == "geheim"
        assert "geheim" not in repr(d.app.requests[0])
        assert "geheim" not in repr(d.app.screen.form)
        assert "geheim" not in repr(d.field("password"))


async def test_missing_password_is_asked_for_once(desk) -> None:
    """With a user and no password the screen asks; connecting again goes without one."""
    async with desk() as d:
        await d.type("mqtt://joe@broker.example")
        await d.press("enter")
        await d.until(lambda: d.app.focused is d.field("password"), "nobody asked")
        await d.says("Type the password of joe. To go on without one, do the same again.")
        assert not d.app.requests
        await d.press("enter")
        settings = await d.requested()
        assert (settings.user, settings.password) == ("joe", None)


@pytest.mark.parametrize("size", SIZES)
async def test_profile_fills_the_form(desk, size: tuple[int, int]) -> None:
    """Going through the profiles shows each in the form; enter connects."""
    async with desk(PROFILES, size) as d:
        assert isinstance(d.app.focused, OptionList)
        await d.press("down", "down")
        assert d.field("host").value == "10.0.0.2"
        assert "Connects to 10.0.0.2:1884" in d.text()
        await d.press("enter")
        settings = await d.requested()
        assert settings.subscriptions == (Subscription("zigbee2mqtt/#", 1),)
        assert settings.profile == "home"


async def test_profile_uses_its_stored_password(desk, tmp_path: Path) -> None:
    """The password that was kept for a profile is used without being shown in the form."""
    FileSecretStore(tmp_path / "secrets.toml").write("lab", Secret("geheim"))
    async with desk(PROFILES) as d:
        await d.press("down")
        assert d.field("password").placeholder == "the one kept with the profile, if any"
        await d.press("enter")
        settings = await d.requested()
        assert (settings.user, settings.password, settings.keepalive_s) == ("joe", "geheim", 30)
        assert d.field("password").value == ""


async def test_stored_password_does_not_go_to_another_host(desk, tmp_path: Path) -> None:
    """Editing the host of a profile makes its password stay at home, and its name too."""
    FileSecretStore(tmp_path / "secrets.toml").write("lab", Secret("geheim"))
    async with desk(PROFILES) as d:
        await d.press("down", "right")
        assert d.app.focused is d.field("host")
        d.field("host").value = "evil.example"
        await d.press("enter")
        await d.until(lambda: d.app.focused is d.field("password"), "nobody asked")
        await d.press("enter")
        settings = await d.requested()
        assert (settings.host, settings.password) == ("evil.example", None)
        assert settings.profile is None


async def test_connection_can_be_saved_and_connected(desk) -> None:
    """A name under "Save as" keeps the connection, and the password apart from it."""
    async with desk() as d:
        await d.type("mqtt://joe:geheim@broker.example")
        await d.press("tab")
        d.field("save_as").focus()
        await d.type("class")
        await d.press("ctrl+s")
        settings = await d.requested()
        assert settings.profile == "class"
        saved = load_profiles(d.folder / "profiles.toml")
        assert not saved.problems
        assert saved.profiles["class"] == Draft(host="broker.example", user="joe")
        assert "geheim" not in (d.folder / "profiles.toml").read_text()
        secrets = d.folder / "secrets.toml"
        assert FileSecretStore(secrets).read("class") == Secret("geheim")
        assert secrets.stat().st_mode & 0o777 == 0o600


async def test_enter_in_save_as_only_saves(desk) -> None:
    """The new profile is in the list, chosen, and nothing was connected."""
    async with desk() as d:
        await d.type("broker.example")
        d.field("save_as").focus()
        await d.type("class")
        await d.press("enter")
        await d.says("'class' is saved.")
        assert d.app.screen.brokers.entry.profile == "class"
        assert not d.app.requests


async def test_an_edited_profile_is_saved_by_a_key(desk) -> None:
    """s keeps what was changed under the name that it had."""
    async with desk(PROFILES) as d:
        await d.press("down", "down", "right", "down")
        d.field("port").value = "1999"
        await d.press("escape", "s")
        await d.says("'home' is saved.")
        assert load_profiles(d.folder / "profiles.toml").profiles["home"].port == 1999


async def test_a_profile_is_not_replaced_unasked(desk) -> None:
    """A name that another profile has is asked about, in saving as in connecting."""
    async with desk(PROFILES) as d:
        await d.press("right")
        await d.type("broker.example")
        d.field("save_as").focus()
        await d.type("lab")
        for key in ("enter", "ctrl+s"):
            await d.press(key)
            await d.says("There is a profile 'lab' already. To replace it, do the same again.")
            await d.press("end", "x", "backspace")
        assert load_profiles(d.folder / "profiles.toml").profiles["lab"].host == "lab.example"
        await d.press("enter", "enter")
        await d.says("'lab' is saved.")
        assert load_profiles(d.folder / "profiles.toml").profiles["lab"].host == "broker.example"
        assert not d.app.requests


async def test_a_profile_is_renamed_with_its_password(desk, tmp_path: Path) -> None:
    """n asks for another name; one that is taken is refused, password and pins go along."""
    memory_of_profile("lab", tmp_path / "brokers").write("pins", ["a/b"])
    store = FileSecretStore(tmp_path / "secrets.toml")
    store.write("lab", Secret("geheim"))
    async with desk(PROFILES) as d:
        await d.press("down", "n")
        await d.says("Type another name for 'lab' and press enter.")
        await d.type("home")
        await d.press("enter")
        await d.says("There is a profile 'home' already.")
        await d.press("ctrl+u")
        await d.type("class")
        await d.press("enter")
        await d.says("'lab' is called 'class' now.")
        assert d.app.screen.brokers.entry.profile == "class"
        profiles = load_profiles(tmp_path / "profiles.toml").profiles
        assert set(profiles) == {"home", "class"}
        assert profiles["class"] == Draft(host="lab.example", user="joe", keepalive_s=30)
        assert (store.read("lab"), store.read("class")) == (None, Secret("geheim"))
        assert memory_of_profile("class", tmp_path / "brokers").read("pins") == ["a/b"]
        assert not d.app.requests


async def test_a_profile_is_deleted_by_pressing_twice(desk, tmp_path: Path) -> None:
    """Once asks, any other step takes it back; the password goes too, the form stays."""
    store = FileSecretStore(tmp_path / "secrets.toml")
    store.write("lab", Secret("geheim"))
    async with desk(PROFILES) as d:
        await d.press("down", "d")
        await d.says("Press d again to delete the profile 'lab' and its stored password.")
        await d.press("down", "up", "d")
        assert "lab" in load_profiles(tmp_path / "profiles.toml").profiles
        await d.press("d")
        await d.says("lab is removed; the form still has it.")
        assert set(load_profiles(tmp_path / "profiles.toml").profiles) == {"home"}
        assert store.read("lab") is None
        assert d.field("host").value == "lab.example"


async def test_recent_brokers_are_offered_removed_and_kept(desk, tmp_path: Path) -> None:
    """They stand newest first below the profiles, without those that are profiles.

    One that becomes a profile keeps what is remembered of it.
    """
    path = tmp_path / "recent.json"
    newer = ConnectionSettings("newer.example", 8883)
    memory_of(newer, tmp_path / "brokers").write("layout", {"theme": "light"})
    for age_s, draft in (
        (7200, Draft(host="old.example", user="ann")),
        (90, Draft(host="10.0.0.2", port=1884)),
        (60, Draft(host="newer.example", tls=True)),
    ):
        remember_broker(path, draft, clock=lambda age_s=age_s: NOW_S - age_s)
    async with desk(PROFILES, (160, 50)) as d:
        lines = [line[:39].rstrip() for line in d.text().splitlines()[1:7]]
        assert lines[0].strip() == "New connection"
        assert [line.split() for line in lines[1:]] == [
            ["Profiles"],
            ["lab"],
            ["home"],
            ["Recent"],
            ["newer.example:8883", "1", "min"],
        ]
        await d.press("down", "down", "down", "down")
        assert d.field("host").value == "old.example"
        await d.press("d")
        await d.says("old.example:1883, ann is removed; the form still has it.")
        assert "old.example" not in path.read_text()
        await d.press("down", "down", "down")
        d.field("save_as").focus()
        await d.type("keep")
        await d.press("enter")
        await d.says("'keep' is saved.")
        assert load_profiles(tmp_path / "profiles.toml").profiles["keep"].host == "newer.example"
        assert len(load_recent(path).brokers) == 2
        assert "newer.example:8883" not in d.text().split("Connects")[0]
        kept = memory_of_profile("keep", tmp_path / "brokers")
        assert kept.read("layout") == {"theme": "light"}


async def test_problem_of_the_store_stops_and_is_said(desk, tmp_path: Path) -> None:
    """A secrets file that others may read is not used, and the screen says what to do."""
    secrets = tmp_path / "secrets.toml"
    FileSecretStore(secrets).write("lab", Secret("geheim"))
    secrets.chmod(0o644)
    async with desk(PROFILES, (160, 50)) as d:
        await d.press("down", "enter")
        await d.says("chmod 600")
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
        await d.press("down", "down", "enter")
        assert (await d.requested()).host == "10.0.0.2"


async def test_many_problems_are_read_by_keyboard(desk) -> None:
    """More of them than there is room for can be scrolled to without a mouse."""
    broken = "".join(f'[profiles.p{number}]\nhots = "x"\n' for number in range(9))
    async with desk(broken) as d:
        assert "'p8'" not in d.text()
        await d.press("shift+tab", "shift+tab", "shift+tab")
        await d.says("up and down show the rest.")
        await d.press("end")
        await d.until(lambda: "'p8'" in d.text(), "the last problem stays out of sight")


async def test_new_connection_clears_the_form(desk) -> None:
    """The first entry of the list brings back the empty form."""
    async with desk(PROFILES) as d:
        await d.press("down", "up")
        assert d.field("host").value == ""
        await d.press("enter")
        assert d.app.focused is d.field("host")


async def test_mouse_chooses_and_connects(desk) -> None:
    """A click on a profile and one on the button are enough; so is a double-click."""
    async with desk(PROFILES) as d:
        await d.pilot.click("#connection-brokers", offset=(2, 3))
        assert d.field("host").value == "10.0.0.2"
        assert not d.app.requests
        await d.pilot.click("#connection-connect")
        assert (await d.requested()).host == "10.0.0.2"
        await d.pilot.double_click("#connection-brokers", offset=(2, 3))
        await d.until(lambda: len(d.app.requests) == 2, "the double-click did nothing")


async def test_mouse_folds_and_chooses(desk) -> None:
    """A click on a group unfolds it, one on a word chooses it."""
    async with desk() as d:
        await d.pilot.click("#form-protocol", offset=(8, 0))
        await d.until(lambda: "auto [5]" in d.text(), "the choice did not change")
        headers = {each.title: each for each in d.app.screen.query("GroupHeader")}
        await d.pilot.click(headers["Last will"])
        await d.until(lambda: "Payload" in d.text(), "the group stays folded")


async def test_escape_leaves_the_form_and_letters_work_outside(desk) -> None:
    """In a field a letter is a letter; escape leaves the field, and then it is a key."""
    async with desk(PROFILES) as d:
        await d.press("enter")
        await d.type("six")
        assert d.field("host").value == "six"
        await d.press("escape")
        assert isinstance(d.app.focused, OptionList)
        await d.press("i")
        await d.says("Profiles from the file:")
        await d.press("escape")
        assert "Profiles from the file:" not in d.text()


# Connecting


async def test_the_request_comes_with_the_accepted_connection(desk) -> None:
    """With a source of its own the screen waits for the broker and hands over what it has."""
    source = FakeSource()
    source.status = replace(CONNECTED, phase=Phase.CONNECTING)
    async with desk(source=source) as d:
        await d.type("broker.example")
        await d.press("enter")
        await d.says("Connecting to broker.example:1883; esc cancels.")
        assert not d.app.requests
        await d.type("x")
        await d.says("Connecting to")
        source.status = CONNECTED
        await d.requested()
        assert d.app.requests[0].source is source
        assert source.calls == ["start"]
    assert source.calls == ["start"]


async def test_a_profile_is_kept_once_the_broker_has_accepted(desk) -> None:
    """A connection that failed leaves no profile with a wrong password behind."""
    source = FakeSource()
    source.status = replace(CONNECTED, phase=Phase.WAITING, problem="Wrong password.")
    async with desk(source=source) as d:
        await d.type("mqtt://joe:wrong@broker.example")
        d.field("save_as").focus()
        await d.type("lab")
        await d.press("ctrl+s")
        await d.says("Wrong password.")
        assert not (d.folder / "profiles.toml").exists()
        assert not (d.folder / "secrets.toml").exists()
        source.status = CONNECTED
        d.field("password").value = "right"
        await d.press("ctrl+s")
        await d.requested()
        assert load_profiles(d.folder / "profiles.toml").profiles["lab"].user == "joe"
        assert FileSecretStore(d.folder / "secrets.toml").read("lab") == Secret("right")


async def test_connecting_can_be_cancelled(desk) -> None:
    """Escape ends the attempt, says so and leaves the form as it was."""
    source = FakeSource()
    source.status = replace(CONNECTED, phase=Phase.CONNECTING)
    async with desk(source=source) as d:
        await d.type("broker.example")
        await d.press("enter")
        await d.says("esc cancels")
        await d.press("escape")
        await d.says("Cancelled.")
        assert source.calls == ["start", "stop"]
        source.status = CONNECTED
        await d.until(lambda: not list(d.app.workers), "somebody waits still")
        assert not d.app.requests
        assert d.field("host").value == "broker.example"


async def test_a_failed_connection_is_told_in_the_form(desk) -> None:
    """What failed and what to try stand under the form, which can be mended; nobody retries."""
    source = FakeSource()
    source.status = replace(
        CONNECTED,
        phase=Phase.WAITING,
        problem="Nothing accepts connections on \x1b[2J[b]h[/b]:1.",
        advice="Try --cafile or --user.",
    )
    async with desk(source=source) as d:
        await d.type("broker.example")
        await d.press("enter")
        await d.says("▲ Nothing accepts connections on ␛[2J[b]h[/b]:1.")
        await d.says("Try “Encryption (TLS): CA file” or “User”.")
        await d.until(lambda: source.calls == ["start", "stop"], "it goes on")
        assert not d.app.requests


# Testing


async def test_the_test_shows_each_step_as_it_happens(desk) -> None:
    """A step appears with its result, its time and what was found, later ones as waiting."""
    async with desk() as d:
        await d.type("broker.example")
        await d.press("ctrl+t")
        await d.says("Test of broker.example:1883")
        (run,) = d.app.examinations
        assert run.is_started
        run.step(0, StepState.PASSED, facts=(("addresses", "192.0.2.7"),))
        run.step(1, StepState.RUNNING)
        await d.says("✓ Name lookup ok 12 ms addresses 192.0.2.7 … TCP running")
        assert "waiting" in d.text()
        run.step(1, StepState.FAILED, problem="Nobody there.", advice="Try --port.")
        run.status = run.status.ended()
        await d.says("✗ TCP failed 12 ms Nobody there. → Try “Port”.")
        await d.says("- MQTT not reached")
        await d.says("No connection: it ends at TCP.")
        await d.press("escape")
        assert d.field("host").value == "broker.example"
        assert not d.app.requests


async def test_the_test_can_be_cancelled_repeated_and_lead_to_a_connection(desk) -> None:
    """Escape cancels first, r begins anew, enter connects."""
    async with desk() as d:
        await d.type("broker.example")
        await d.press("ctrl+t")
        await d.says("waiting")
        await d.press("escape")
        await d.says("The test was cancelled")
        assert d.app.examinations[0].status.is_cancelled
        await d.press("r")
        await d.until(lambda: len(d.app.examinations) == 2, "it does not begin anew")
        await d.says("The test is running.")
        await d.press("enter")
        assert (await d.requested()).host == "broker.example"
        assert d.app.examinations[1].status.is_cancelled


@pytest.mark.parametrize("size", SIZES)
async def test_long_and_hostile_words_stay_within_the_screen(desk, size) -> None:
    """What a broker says is wrapped and never obeyed."""
    async with desk(size=size) as d:
        await d.type("h")
        await d.press("ctrl+t")
        await d.says("waiting")
        (run,) = d.app.examinations
        facts = (("a" * 20, "x" * 300),)
        run.step(0, StepState.FAILED, problem="[red]" + "word " * 60, facts=facts)
        run.status = run.status.ended()
        await d.says("[red]word word")
        assert max(map(len, d.text().splitlines())) <= size[0]


# Files


async def test_a_profile_is_exported_without_its_secrets(desk, tmp_path: Path) -> None:
    """The dialog names the profile, refuses to overwrite once, and says what is left out."""
    path = tmp_path / "given.toml"
    path.write_text("mine")
    async with desk(PROFILES) as d:
        await d.press("down", "x")
        await d.says("lab, without its password, to the file:")
        d.app.screen.query_one("#file-path", Input).value = str(path)
        await d.press("enter")
        await d.says("is there already. Press enter again to replace it.")
        assert path.read_text() == "mine"
        await d.press("enter")
        await d.says("without the password.")
        assert load_profiles(path).profiles["lab"].host == "lab.example"


async def test_profiles_are_imported_and_mistakes_shown(desk, tmp_path: Path, monkeypatch) -> None:
    """What can be used is in the list afterwards; what cannot is told with file, line and key."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "given.toml").write_text('[profiles.lab]\nhost = "h2"\n[profiles.bad]\nhots = 1\n')
    async with desk(PROFILES, (160, 50)) as d:
        await d.press("i")
        await d.type("none.toml")
        await d.press("enter")
        await d.says("There is no file")
        d.app.screen.query_one("#file-path", Input).value = "given.toml"
        await d.press("enter")
        # Where the sentence is broken depends on the length of the path.
        for words in ("line 4:", "profile 'bad':", "'hots';", "'host'?"):
            await d.says(words)
        await d.says("Imported 'lab 2' (there is a 'lab' already). Press enter to close.")
        await d.press("enter")
        await d.until(lambda: "lab 2" in d.text().split("Imported")[0], "it is not in the list")
        assert load_profiles(tmp_path / "profiles.toml").profiles["lab 2"].host == "h2"
        assert load_profiles(tmp_path / "profiles.toml").profiles["lab"].host == "lab.example"
