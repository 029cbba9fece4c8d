"""The busiest screen answers who floods the broker, and leads there."""

from __future__ import annotations

import time

import pytest

from mqttui.core.busiest import Measure, Scope
from mqttui.core.message import RETAIN
from mqttui.core.traffic_window import Window
from mqttui.ui.screens.busiest import BusiestScreen, bar_text, bytes_rate_text, share_text
from mqttui.ui.screens.explorer import ExplorerScreen

SIZES = [(80, 24), (160, 50)]


class Class:
    """A source and a clock on which a test decides; everything in the app goes by that clock."""

    def __init__(self, explore, source, *size: int) -> None:
        self.source = source
        self.now = time.time()
        self._running = explore(*size, wall_clock=lambda: self.now)

    async def __aenter__(self) -> Class:
        self.explorer = await self._running.__aenter__()
        draw = self.explorer.draw
        self.explorer.draw = lambda now: draw(self.now)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._running.__aexit__(*failure)

    async def second(self, **sent: int) -> None:
        """Let a second pass in which these topics (`__` for a slash) had so many messages."""
        for name, times in sent.items():
            message = (name.replace("__", "/").encode(), b"x" * 10, 0, None)
            self.source.deliver([message] * times, self.now)
        frames = self.explorer.app.connection.frames
        while frames.drain_slice():
            pass
        self.now += 1.0
        self.explorer.draw(self.now)
        await self.explorer.pilot.pause()

    @property
    def text(self) -> str:
        return "\n".join(self.explorer.screen())

    def names(self) -> list[str]:
        """Return the names in the list, from the top."""
        lines = self.explorer.screen()
        rows = [line.strip("│▌ ").split() for line in lines if line.startswith("│")]
        return [row[1] for row in rows if row and row[0].isdigit()]

    def row_of(self, name: str) -> str:
        found = [line for line in self.explorer.screen() if f" {name} " in line]
        assert found, f"{name} is not on the screen: {self.explorer.screen()}"
        return found[0]


async def flood(held: Class, seconds: int = 12) -> None:
    """Open the screen on a class in which finn floods."""
    await held.explorer.press("b")
    for _ in range(seconds):
        await held.second(
            iot49__finn__data=300, iot49__ann__data=50, iot49__ann__info=50, lab__scope=100
        )


@pytest.mark.parametrize("size", SIZES)
async def test_one_key_names_who_floods(explore, source, size) -> None:
    """At both sizes the flood is first, with rates, shares of the whole and a bar."""
    async with Class(explore, source, *size) as held:
        explorer = held.explorer
        await flood(held)
        assert isinstance(explorer.app.screen, BusiestScreen)
        assert held.names()[:3] == ["iot49/#", "iot49/finn/#", "iot49/finn/data"]
        row = held.row_of("iot49/finn/data")
        assert row.split()[3:9] == ["300/s", "60", "%", "3.0", "kB/s", "60"]
        assert "█" in row
        assert "500/s, 5.0 kB/s in all, over the last 10 s" in held.text
        assert "[10 s]" in held.text
        assert "esc Back" in explorer.screen()[-1]
        assert all(len(line) <= size[0] for line in explorer.screen())


async def test_a_window_that_is_not_full_says_so(explore, source) -> None:
    """A minute of which twelve seconds are known is called that; a switch shows another window."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await flood(held)
        await explorer.press("2")
        assert "[1 min]" in held.text
        assert "over 12 s so far" in held.text
        await explorer.press("right")
        assert "[10 min]" in held.text
        await explorer.press("right", "left", "1")
        assert "[10 s]" in held.text
        await explorer.press("3")
        for _ in range(15):
            await held.second(lab__scope=100)
        assert held.names()[0] == "iot49/#"
        await explorer.press("1")
        assert held.names() == ["lab/#", "lab/scope"]


async def test_nothing_known_and_nothing_published_are_told_apart(explore, source) -> None:
    """No rate is shown before it is known; retained values are no traffic."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await explorer.press("b")
        assert "Nothing is known yet" in held.text
        source.deliver([(b"a/%d" % k, b"1", RETAIN, None) for k in range(50)], held.now)
        for _ in range(3):
            await held.second()
        assert "Nothing was published" in held.text
        assert "retained values do not count" in held.text
        assert held.names() == []


async def test_levels_and_bytes(explore, source) -> None:
    """`d` goes through levels and topics, `m` ranks by bytes."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await flood(held)
        source.deliver([(b"camera", b"x" * 50_000, 0, None)], held.now)
        await held.second()
        await explorer.press("d")
        assert held.names() == ["iot49/#", "lab/#", "camera"]
        await explorer.press("d")
        assert held.names() == ["iot49/finn/#", "iot49/ann/#", "lab/scope", "camera"]
        await explorer.press("d", "d")
        assert "[topics]" in held.text
        assert held.names()[0] == "iot49/finn/data"
        await explorer.press("m")
        assert "[bytes]" in held.text
        assert held.names()[0] == "camera"
        await explorer.press("m", "d")
        assert held.names()[0] == "iot49/#"


@pytest.mark.parametrize("size", SIZES)
async def test_enter_goes_to_the_topic_in_the_tree(explore, source, size) -> None:
    """The row under the cursor is selected and in sight, a topic as well as a branch."""
    async with Class(explore, source, *size) as held:
        explorer = held.explorer
        await flood(held)
        await explorer.press("down", "down", "enter")
        assert isinstance(explorer.app.screen, ExplorerScreen)
        assert explorer.selected == "iot49/finn/data"
        assert explorer.line_of_cursor() is not None
        await explorer.press("b", "down", "enter")
        assert explorer.selected == "iot49/finn"
        assert explorer.line_of_cursor() is not None


async def test_escape_and_the_same_key_go_back(explore, source) -> None:
    """Nothing is selected by just looking."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await flood(held, 2)
        for key in ("escape", "b"):
            await explorer.press(key)
            assert isinstance(explorer.app.screen, ExplorerScreen)
            assert explorer.selected is None
            await explorer.press("b")
            assert isinstance(explorer.app.screen, BusiestScreen)


async def test_the_mouse_does_what_the_keys_do(explore, source) -> None:
    """A click takes an option; a double click goes to the row."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await flood(held)
        screen = explorer.app.screen
        for label, attribute, value in (
            ("10 min", "_window", Window.TEN_MINUTES),
            (" bytes ", "_measure", Measure.BYTES),
            (" 2 ", "_scope", Scope.LEVEL_2),
        ):
            x = explorer.screen()[0].index(label) + 1
            await explorer.pilot.click("#busiest-switches", offset=(x, 0))
            await explorer.pilot.pause()
            assert getattr(screen, attribute) is value
        assert "over [" not in held.text
        assert held.names()[0] == "iot49/finn/#"
        await explorer.pilot.click("#busiest-rows", offset=(8, 0), times=2)
        await explorer.settle()
        assert explorer.selected == "iot49/finn"


async def test_rows_keep_their_places_and_the_cursor_its_row(explore, source) -> None:
    """Jitter moves nothing; when ranks do change the cursor stays with its topic."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await explorer.press("b")
        for number in range(24):
            await held.second(ann=50 + number % 5, bob=52 - number % 4)
            assert held.names() == ["ann", "bob"]
        await explorer.press("down")
        for _ in range(12):
            await held.second(ann=50, bob=200)
        assert held.names() == ["bob", "ann"]
        await explorer.press("enter")
        assert explorer.selected == "bob"


async def test_the_list_is_painted_once_per_second_and_not_when_nothing_changed(
    explore, source, monkeypatch
) -> None:
    """Frames between two samples and silent seconds repaint no row."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await flood(held)
        screen = explorer.app.screen
        painted = []
        show = screen._rows.show
        monkeypatch.setattr(
            screen._rows, "show", lambda rows, **options: (painted.append(1), show(rows, **options))
        )
        for _ in range(10):
            explorer.draw(held.now + 0.05)
        assert not painted
        await held.second(lab__scope=1)
        assert len(painted) == 1
        for _ in range(15):
            await held.second()
        silent = len(painted)
        for _ in range(10):
            await held.second()
        assert len(painted) == silent
        assert "Nothing was published over the last 10 s" in held.text


async def test_what_is_covered_is_not_painted(explore, source, monkeypatch) -> None:
    """The tree below stands still while it cannot be seen, and is right when one comes back."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await flood(held)
        painted = []
        refresh = type(explorer.tree).refresh
        monkeypatch.setattr(
            type(explorer.tree),
            "refresh",
            lambda tree, *regions, **options: (
                painted.append(1),
                refresh(tree, *regions, **options),
            )[1],
        )
        for _ in range(3):
            await held.second(iot49__finn__data=5, new__topic=1)
        assert not painted
        await explorer.press("escape")
        assert painted
        assert explorer.row_of("topic")


async def test_a_pause_of_the_tree_stops_no_counting(explore, source) -> None:
    """What comes while the tree stands still is in the ranking."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        await explorer.pilot.press("space")
        await flood(held, 4)
        assert held.names()[0] == "iot49/#"


async def test_hostile_names_are_shown_as_text(explore, source) -> None:
    """Neither markup nor escape sequences take effect, and the end of a long name is seen."""
    async with Class(explore, source, 80, 24) as held:
        explorer = held.explorer
        await explorer.press("b")
        hostile = "[red]\x1b[31m\u202e漢".encode() + b"\xff"
        long = b"x" * 60_000 + b"/end"
        for _ in range(3):
            source.deliver([(hostile, b"1", 0, None), (long, b"1", 0, None)], held.now)
            await held.second()
        assert "\x1b" not in held.text
        assert "\u202e" not in held.text
        assert "[red]␛[31m" in held.text
        assert "xxx/end " in held.text


async def test_the_command_is_in_the_palette_and_in_the_help(explore, source) -> None:
    """One finds it without knowing its key."""
    async with Class(explore, source) as held:
        explorer = held.explorer
        titles = {
            command.title for command in explorer.app.get_system_commands(explorer.app.screen)
        }
        assert "Busiest" in titles
        await explorer.press("question_mark")
        pages = ["\n".join(explorer.screen())]
        for _ in range(8):
            await explorer.press("pagedown")
            pages.append("\n".join(explorer.screen()))
        assert any("Who floods the broker" in page for page in pages)


def test_figures_are_never_nothing_for_something() -> None:
    """A small share, rate or bar is small and not zero; an unknown rate is no number."""
    assert [share_text(share) for share in (0.0, 0.001, 0.126, 1.0)] == [
        "0 %",
        "< 1 %",
        "13 %",
        "100 %",
    ]
    assert [bytes_rate_text(rate) for rate in (None, 0.0, 0.2, 12.4, 31_000.0)] == [
        "-",
        "0 B/s",
        "< 1 B/s",
        "12 B/s",
        "31 kB/s",
    ]
    assert [bar_text(eighths) for eighths in (0, 1, 8, 12)] == ["▏", "▏", "█", "█▌"]
