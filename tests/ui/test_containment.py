"""Parts of the program that fail, and the rest that goes on."""

from __future__ import annotations

import logging

import pytest
from textual.app import App
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Label

from mqttui.core.log.event_log import Severity
from mqttui.core.log.journal import Journal
from mqttui.ui import containment as containment_module
from mqttui.ui.containment import ContainedApp, FailedPart, part_name
from mqttui.ui.frame_parts import FAILURES_IN_A_ROW, FrameParts
from mqttui.ui.widgets.cells import Lines


class Trouble(Widget):
    """A widget that fails where it is told to."""

    DEFAULT_CSS = "Trouble { height: 3; }"

    def __init__(self, fails_in: str = "") -> None:
        super().__init__()
        self.fails_in = fails_in
        self.worked = 0
        self.can_focus = True

    def may_fail(self, place: str) -> None:
        """Fail if this is the place."""
        if place == self.fails_in:
            raise ValueError("\x1b[2J[red]no[/]")
        self.worked += 1

    def compose(self):
        """Fail or have a child."""
        self.may_fail("compose")
        yield Label("child")

    def on_mount(self) -> None:
        """Fail or not."""
        self.may_fail("mount")

    def on_key(self) -> None:
        """Fail or not."""
        self.may_fail("key")

    def render(self) -> str:
        """Fail or not."""
        self.may_fail("render")
        return "drawn"

    def get_content_width(self, container, viewport) -> int:
        """Fail or not."""
        self.may_fail("layout")
        return super().get_content_width(container, viewport)


class BrokenScreen(Screen[None]):
    """A screen that cannot be made."""

    def compose(self):
        """Fail."""
        raise KeyError("broken screen")


class House(ContainedApp):
    """An app with room for trouble."""

    BINDINGS = [("f5", "fail", "Fail"), ("f6", "push", "Push")]  # noqa: RUF012

    def compose(self):
        """Have an input beside what fails."""
        yield Vertical(Trouble(), id="room")
        yield Input()

    def action_fail(self) -> None:
        """Fail in an action."""
        raise RuntimeError("action")

    def action_push(self) -> None:
        """Open a screen that cannot be made."""
        self.push_screen(BrokenScreen())


class Book(Journal):
    """A journal that is its own owner."""

    @property
    def journal(self) -> Journal:
        """Itself."""
        return self


@pytest.fixture
def journal() -> Book:
    """Return what is told of failures."""
    return Book()


@pytest.fixture
def house(journal: Journal) -> House:
    """Return an app that contains its failures."""
    app = House(contains_failures=True)
    app.containment.attach(journal)
    return app


def told(journal: Journal) -> list[tuple[str, int]]:
    """Return sentences without their places, and counts."""
    assert all(event.severity is Severity.ERROR for event in journal.log.events())
    return [(event.sentence.split(" (")[0], event.count) for event in journal.log.events()]


async def test_a_handler_that_fails_ends_nothing(house: House, journal: Journal, caplog) -> None:
    """The widget goes on to get keys; each failure is counted, few are written to the file."""
    async with house.run_test() as pilot:
        trouble = house.query_one(Trouble)
        trouble.focus()
        trouble.fails_in = "key"
        await pilot.press(*"abcdefghijkl")
        assert told(journal) == [
            ("The trouble failed unexpectedly: ValueError: ␛[2J[red]no[/]", 12)
        ]
        assert [record.getMessage().count("Traceback") for record in caplog.records] == [1, 1]
        assert "for the 10th time" in caplog.records[1].getMessage()
        assert "\x1b" not in caplog.text
        trouble.fails_in = ""
        worked = trouble.worked
        await pilot.press("m")
        assert trouble.worked == worked + 1
        (toast,) = house._notifications
        assert not toast.markup
        assert "The program goes on" in toast.message


async def test_an_action_that_fails_leaves_the_keyboard_alive(house, journal) -> None:
    """Keys are handled in the app itself, which must not end its loop."""
    async with house.run_test() as pilot:
        house.query_one(Input).focus()
        await pilot.press("f5", "x", "f5", "y")
        assert house.query_one(Input).value == "xy"
        assert told(journal) == [("The program failed unexpectedly: RuntimeError: action", 2)]


async def test_a_widget_that_cannot_be_drawn_says_so_and_comes_back(house, journal) -> None:
    """Its place shows a sentence, the others are drawn, and it is asked again."""
    async with house.run_test(size=(60, 10)) as pilot:
        trouble = house.query_one(Trouble)
        trouble.fails_in = "render"
        for _ in range(3):
            trouble.refresh()
            await pilot.pause()
        lines = [strip.text for strip in house.screen._compositor.render_strips()]
        # A child covers the first line.
        assert lines[1].startswith("! The trouble cannot draw this: ValueError, see the log (L)")
        ((sentence, count),) = told(journal)
        assert sentence.startswith("The trouble failed unexpectedly: ValueError")
        assert count >= 3
        trouble.fails_in = ""
        trouble.refresh()
        await pilot.pause()
        lines = [strip.text for strip in house.screen._compositor.render_strips()]
        assert "cannot draw" not in "".join(lines)


async def test_only_the_line_that_fails_is_missing(house: House) -> None:
    """Of a widget drawn line by line the others stay."""

    class Poem(Lines):
        def render_line(self, y):
            if y == 1:
                raise IndexError
            return super().render_line(y)

    async with house.run_test(size=(60, 10)) as pilot:
        poem = Poem()
        await house.query_one("#room").mount(poem, before=0)
        poem.show([[(text, "fact")] for text in ("one", "two", "three")])
        poem.styles.height = 3
        await pilot.pause()
        lines = [strip.text.rstrip() for strip in house.screen._compositor.render_strips()]
        assert lines[0] == "one"
        assert lines[1].startswith("! The poem cannot draw this: IndexError")
        assert lines[2] == "three"


async def test_a_widget_with_its_own_way_of_drawing(house: House, journal: Journal) -> None:
    """Also what does not draw as Textual does, and is known only later, says so in its place."""

    class Picture(Widget):
        DEFAULT_CSS = "Picture { height: 2; }"

        def render_lines(self, crop):
            raise OverflowError

    async with house.run_test(size=(60, 10)) as pilot:
        await house.query_one("#room").mount(Picture(), before=0)
        await pilot.pause()
        lines = [strip.text.rstrip() for strip in house.screen._compositor.render_strips()]
        for line in lines[:2]:
            assert line.startswith("! The picture cannot draw this: OverflowError")
        assert house.query(Picture)
        assert told(journal)[0][0].startswith("The picture failed unexpectedly: OverflowError")


@pytest.mark.parametrize("place", ["compose", "mount", "layout"])
async def test_a_widget_that_cannot_be_made_is_replaced(house, journal, place) -> None:
    """A sentence takes its place; the rest is laid out and works."""
    async with house.run_test(size=(60, 10)) as pilot:
        trouble = Trouble(place)
        trouble.styles.width = "auto"
        await house.query_one("#room").mount(trouble)
        await pilot.pause()
        await pilot.pause()
        failed = house.query_one(FailedPart)
        assert failed.sentence == ("! The trouble is left out: ValueError. The log (L) says where.")
        assert trouble not in house.query(Trouble)
        assert len(told(journal)) == 1
        lines = [strip.text for strip in house.screen._compositor.render_strips()]
        assert any(line.startswith("! The trouble is left out") for line in lines)
        house.query_one(Input).focus()
        await pilot.press("x")
        assert house.query_one(Input).value == "x"


async def test_a_screen_that_cannot_be_made_is_closed(house: House, journal: Journal) -> None:
    """The screen below it is back and works."""
    async with house.run_test() as pilot:
        below = house.screen
        house.query_one(Input).focus()
        await pilot.press("f6")
        await pilot.pause()
        await pilot.pause()
        assert house.screen is below
        assert told(journal) == [
            ("The broken screen failed unexpectedly: KeyError: 'broken screen'", 1)
        ]
        await pilot.press("x")
        assert below.query_one(Input).value == "x"


async def test_workers_and_timers_that_fail_end_nothing(house, journal) -> None:
    """The cause of a failed worker is told, not its wrapping; a timer goes on."""

    async def work() -> None:
        raise LookupError("work")

    ticks = []

    def tick() -> None:
        ticks.append(1)
        raise ArithmeticError("tick")

    async with house.run_test() as pilot:
        house.run_worker(work())
        house.set_interval(0.01, tick)
        while len(ticks) < 3:
            await pilot.pause(0.01)
        await pilot.pause()
        sentences = [sentence for sentence, _ in told(journal)]
        assert "The program failed unexpectedly: LookupError: work" in sentences
        assert any("ArithmeticError: tick" in sentence for sentence in sentences)


async def test_a_failure_of_the_start_ends_the_program(journal: Journal) -> None:
    """Nothing is contained before the app is ready."""

    class Unready(House):
        def on_mount(self) -> None:
            raise OSError("start")

    app = Unready(contains_failures=True)
    app.containment.attach(journal)
    with pytest.raises(OSError, match="start"):
        async with app.run_test():
            pass
    assert told(journal) == []


async def test_failures_without_end_end_the_program(house, monkeypatch) -> None:
    """A loop of failures is not a program that goes on."""
    monkeypatch.setattr(containment_module, "MOST_FAILURES", 5)
    app = House(contains_failures=True)
    with pytest.raises(RuntimeError, match="action"):
        async with app.run_test() as pilot:
            await pilot.press(*["f5"] * 6)


async def test_without_containment_a_test_sees_the_failure() -> None:
    """An app that contains nothing ends with the first failure."""
    app = House()
    with pytest.raises(RuntimeError, match="action"):
        async with app.run_test() as pilot:
            await pilot.press("f5")


async def test_parts_of_a_frame(house: House, journal: Journal) -> None:
    """A part that fails keeps no other from drawing, and is given up when it fails always."""
    async with house.run_test():
        parts = FrameParts(house)
        drawn = []

        def fail() -> None:
            drawn.append("failed")
            raise ValueError("always")

        for _ in range(FAILURES_IN_A_ROW + 5):
            parts.draw("The tree", fail)
            parts.draw("The rest", drawn.append, "rest")
        assert drawn.count("failed") == FAILURES_IN_A_ROW
        assert drawn.count("rest") == FAILURES_IN_A_ROW + 5
        assert told(journal) == [
            ("The tree failed unexpectedly: ValueError: always", FAILURES_IN_A_ROW - 1),
            (
                "The tree, which is not brought up to date any more, failed unexpectedly: "
                "ValueError: always",
                1,
            ),
        ]


async def test_a_part_that_recovers_is_kept(house: House) -> None:
    """Failures must follow each other to count."""
    async with house.run_test():
        parts = FrameParts(house)
        calls = []

        def fail_now_and_then() -> None:
            calls.append(1)
            if len(calls) % 5:
                raise ValueError

        for _ in range(100):
            parts.draw("The tree", fail_now_and_then)
        assert len(calls) == 100


async def test_what_failed_before_a_connection_is_told_later(journal: Journal) -> None:
    """The connection screen has no log; the first connection tells what happened there."""
    app = House(contains_failures=True)
    async with app.run_test() as pilot:
        await pilot.press("f5")
        app.containment.attach(journal)
        assert len(told(journal)) == 1
        app.containment.detach(journal)
        await pilot.press("f5")
        assert told(journal)[0][1] == 1


async def test_what_others_log_is_told(house: House, journal: Journal) -> None:
    """Warnings of any thread come into the log; nothing is listening after the end."""
    handlers = list(logging.getLogger().handlers)
    async with house.run_test():
        logging.getLogger("somewhere").warning("the disk is full")
        house.containment.tell_records()
        (event,) = journal.log.events()
        assert event.sentence == "the disk is full (somewhere)"
        assert len(logging.getLogger().handlers) == len(handlers) + 1
    assert logging.getLogger().handlers == handlers


def test_an_unknown_textual_is_not_touched(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    """When a private name is gone failures end the program as they do without this."""
    names = ((App, "_no_such_method"),)
    monkeypatch.setattr(containment_module, "_PRIVATE_NAMES", names)
    with caplog.at_level(logging.WARNING):
        assert not containment_module.install.__wrapped__()
    assert "App._no_such_method" in caplog.text


def test_names_of_parts() -> None:
    """A class name is words for a person."""
    assert part_name(House()) == "The program"
    assert part_name(Trouble()) == "The trouble"
    assert part_name(FailedPart("")) == "The failed part"
    assert part_name(None) == "The program"
