"""The subscription panel: what is in force, and every way to change it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mqttui.core.source import SubscriptionStatus
from mqttui.settings.connection import ConnectionSettings, Subscription
from mqttui.settings.draft import Draft
from mqttui.settings.paths import CONFIG_DIR_VARIABLE
from mqttui.settings.profiles import load_profiles, save_profile
from mqttui.ui.panels.subscriptions import FilterInput, SubscriptionOptions, SubscriptionPanel

SIZES = [(80, 24), (160, 50)]


async def open_panel(explorer) -> SubscriptionPanel:
    """Open the panel by its key."""
    await explorer.press("s")
    await explorer.until(lambda: explorer.app.screen.query(SubscriptionPanel))
    await explorer.settle()
    return explorer.app.screen.query_one(SubscriptionPanel)


async def type_filter(explorer, text: str) -> None:
    """Type a filter into the line, as a paste would."""
    await explorer.press("a")
    explorer.app.screen.query_one(FilterInput).value = text
    await explorer.settle()


def words(panel) -> str:
    """Return what the panel says below the list."""
    return panel.query_one("#subscription-words").text


def line(explorer, text: str) -> str:
    """Return the last row of the screen with `text` in it."""
    found = [each for each in explorer.screen() if text in each]
    assert found, explorer.screen()
    return found[-1]


def filters(source) -> list[str]:
    """Return the filters of the source."""
    return [entry.topic_filter for entry in source.status.subscriptions]


def answer(source, topic_filter: str, **facts) -> None:
    """Let the broker say something else of a filter."""
    source.status = replace(
        source.status,
        subscriptions=tuple(
            replace(entry, **facts) if entry.topic_filter == topic_filter else entry
            for entry in source.status.subscriptions
        ),
    )


@pytest.mark.parametrize("size", SIZES)
async def test_filters_with_what_the_broker_said_and_what_they_bring(explore, source, size) -> None:
    """Each row has letter, QoS, answer, rate and count; a filter that brings nothing has `-`."""
    for number in range(3):
        source.publish("a/x", str(number))
    source.publish("b", "1")
    refused = SubscriptionStatus("closed/#", 1, None, "closed/#: refused.", advice="Try another.")
    lowered = SubscriptionStatus("a/+", 2, 1, "a/+: only QoS 1.")
    source.status = replace(
        source.status, subscriptions=(*source.status.subscriptions, lowered, refused)
    )
    async with explore(*size) as explorer:
        panel = await open_panel(explorer)
        assert line(explorer, "A  #").split()[1:5] == ["#", "QoS", "0", "granted"]
        assert " 4 " in line(explorer, "A  #")
        assert "only QoS 1" in line(explorer, "C  a/+")
        assert " 3 " in line(explorer, "C  a/+")
        await explorer.press("end")
        assert "refused              -          -" in line(explorer, "D  closed/#")
        assert "closed/#: refused." in words(panel)
        assert "Try another." in words(panel)


@pytest.mark.parametrize("size", SIZES)
async def test_a_filter_is_added_by_keyboard_with_its_options(explore, source, size) -> None:
    """Typed, its options chosen by keys, subscribed by enter; then the cursor is on it."""
    async with explore(*size) as explorer:
        panel = await open_panel(explorer)
        await explorer.press("a", *"c/", "plus", "/", "number_sign")
        assert "# brings all of this already" in words(panel)
        await explorer.press("tab", "2", "n", "t", "i", "enter")
        assert source.status.subscriptions[-1] == SubscriptionStatus(
            "c/+/#",
            2,
            2,
            no_local=True,
            retain_as_published=True,
            retain_handling=1,
        )
        assert "▌C  c/+/#" in line(explorer, "c/+/#")
        assert not panel.query_one(FilterInput).parent.display


async def test_an_invalid_filter_is_refused_while_it_is_typed(explore, source) -> None:
    """The rule is said at once, enter does nothing, and esc goes back to the list."""
    async with explore() as explorer:
        panel = await open_panel(explorer)
        await type_filter(explorer, "a/#/b")
        assert "# must be the last level" in words(panel)
        await explorer.press("enter")
        assert filters(source) == ["#", "$SYS/#"]
        assert panel.query_one(FilterInput).has_focus
        await type_filter(explorer, "/a /#")
        assert "leading slash" in words(panel)
        assert "space" in words(panel)
        await type_filter(explorer, "$share/g/a")
        await explorer.press("tab", "n")
        assert "cannot leave out one's own messages" in words(panel)
        await explorer.press("escape")
        assert panel.query_one("#subscription-list").has_focus
        await explorer.press("escape")
        assert explorer.tree.has_focus
        assert filters(source) == ["#", "$SYS/#"]


async def test_options_are_changed_paused_removed_and_brought_back(explore, source) -> None:
    """Keys act on the filter under the cursor; each says what it did."""
    source.subscribe(Subscription("a/#"))
    async with explore() as explorer:
        panel = await open_panel(explorer)
        await explorer.press("end", "1", "n")
        assert source.status.subscriptions[-1] == SubscriptionStatus("a/#", 1, 1, no_local=True)
        await explorer.press("space")
        assert source.calls[-1] == "pause a/#"
        assert "paused" in line(explorer, "C  a/#")
        assert "a/# paused" in explorer.tree.parent.border_subtitle
        await explorer.press("space")
        assert source.calls[-1] == "resume a/#"
        await explorer.press("delete")
        assert filters(source) == ["#", "$SYS/#"]
        assert "a/# is removed" in words(panel)
        await explorer.press("u")
        assert source.status.subscriptions[-1] == SubscriptionStatus("a/#", 1, 1, no_local=True)
        assert "▌C" in line(explorer, "C  a/#")
        await explorer.press("u")
        assert "No filter was removed" in words(panel)
        await explorer.press("space", "delete", "u")
        assert source.status.subscriptions[-1].is_paused


async def test_the_mouse_can_do_the_same(explore, source) -> None:
    """The filters in the frame open the panel; options, rows and keys can be clicked."""
    async with explore(160, 50) as explorer:
        frame = explorer.app.screen.query_one("#tree-frame").region
        await explorer.pilot.click(offset=(frame.right - 5, frame.bottom - 1))
        await explorer.until(lambda: explorer.app.screen.query(SubscriptionPanel))
        await explorer.settle()
        panel = explorer.app.screen.query_one(SubscriptionPanel)
        await explorer.pilot.click("#subscription-list", offset=(10, 1))
        await explorer.settle()
        row = panel.query_one(SubscriptionOptions)
        at = "".join(text for text, *_ in row._pieces()).index(" 2 ")
        await explorer.pilot.click(SubscriptionOptions, offset=(at + 1, 0))
        await explorer.settle()
        assert SubscriptionStatus("$SYS/#", 2, 2) in source.status.subscriptions
        await explorer.pilot.click("#subscription-list", offset=(10, 0), times=2)
        await explorer.settle()
        assert panel.query_one(FilterInput).value == "#"


async def test_mqtt_311_would_leave_options_out(explore, source) -> None:
    """While a filter is typed it is said which of its options mean nothing."""
    source.status = replace(source.status, protocol="3.1.1")
    async with explore() as explorer:
        panel = await open_panel(explorer)
        await type_filter(explorer, "a/b")
        await explorer.press("tab", "n", "i")
        assert "MQTT 3.1.1, which would leave out no-local, retained-new" in words(panel)


async def test_the_panel_follows_the_broker_and_is_still_otherwise(explore, source) -> None:
    """An answer is shown with the next frame; without news nothing is painted."""
    async with explore() as explorer:
        panel = await open_panel(explorer)
        answer(source, "#", granted_qos=None)
        await explorer.settle()
        assert "asked" in line(explorer, "A  #")
        assert "not answered yet" in words(panel)
        answer(source, "#", granted_qos=0)
        await explorer.settle()
        assert "granted" in line(explorer, "A  #")
        listed = panel.query_one("#subscription-list")
        painted = []
        listed.refresh = lambda *regions, **options: painted.append(regions)
        for ahead_s in (2, 4, 6):
            explorer.draw(explorer.tree._now + ahead_s)
        assert painted == []


async def test_rows_of_the_tree_carry_the_letter_of_their_filter(explore, source) -> None:
    """With more than the usual filters a row ends in a letter, unless the tree is narrow."""
    source.publish("a/x", "1")
    source.publish("b/x", "1")
    async with explore() as explorer:
        await explorer.press("E")
        assert not explorer.row_of("a").endswith((" A", " C"))
        source.subscribe(Subscription("a/#"))
        await explorer.settle()
        await explorer.settle()
        assert explorer.row_of("a").endswith(" C")
        assert explorer.row_of("b").endswith(" A")
        assert "A # · B $SYS/# · C a/#" in str(explorer.tree.parent.border_subtitle)
    async with explore(80, 24) as explorer:
        await explorer.pilot.resize_terminal(40, 24)
        await explorer.settle()
        assert not explorer.row_of("b").endswith(" A")


@pytest.mark.parametrize("hostile", ["\x1b[31m/#", "[bold]x[/bold]/#", "a\u202eb/+", "x" * 60_000])
async def test_hostile_filters_are_shown_and_not_obeyed(explore, source, hostile) -> None:
    """A filter of a profile or a broker's sentence reaches the terminal as visible text."""
    problem = f"{hostile[:20]}: refused."
    source.status = replace(
        source.status, subscriptions=(SubscriptionStatus(hostile, 0, None, problem),)
    )
    async with explore() as explorer:
        await open_panel(explorer)
        text = "".join(explorer.screen())
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "refused" in text
        if "[" in hostile:
            assert hostile.partition("[")[2][:4] in text


async def test_filters_are_kept_in_the_profile_only_when_asked(
    explore, source, tmp_path, monkeypatch
) -> None:
    """S writes the list, options included, and leaves the rest of the profile as it was."""
    monkeypatch.setenv(CONFIG_DIR_VARIABLE, str(tmp_path))
    path = tmp_path / "profiles.toml"
    save_profile(path, "lab", Draft(host="broker.example", keepalive_s=17))
    settings = ConnectionSettings("broker.example", 1883, profile="lab")
    async with explore(settings=settings) as explorer:
        panel = await open_panel(explorer)
        await type_filter(explorer, "a/#")
        await explorer.press("tab", "1", "t", "enter")
        assert load_profiles(path).profiles["lab"].subscriptions is None
        await explorer.press("S")
        await explorer.until(lambda: "3 filters kept in profile lab" in words(panel))
        profile = load_profiles(path).profiles["lab"]
        assert profile.keepalive_s == 17
        assert profile.subscriptions == (
            Subscription("#"),
            Subscription("$SYS/#"),
            Subscription("a/#", 1, retain_as_published=True),
        )
        path.write_text("[profiles.lab\n")
        await explorer.press("S")
        await explorer.until(lambda: "lab' is not saved" in words(panel))
        assert "profiles.toml" in words(panel)
        assert path.read_text() == "[profiles.lab\n"


async def test_without_a_profile_it_says_how_to_get_one(explore, source) -> None:
    """A connection of the command line has nothing to save into."""
    async with explore() as explorer:
        panel = await open_panel(explorer)
        await explorer.press("S")
        await explorer.until(lambda: "has no profile" in words(panel))


async def test_read_only_may_subscribe(explore, source) -> None:
    """To listen to something else changes nothing for others."""
    from mqttui.settings.preferences import Preferences

    preferences = Preferences(frame_rate_hz=0.5, is_read_only=True)
    async with explore(preferences=preferences) as explorer:
        await open_panel(explorer)
        await type_filter(explorer, "a/#")
        await explorer.press("enter")
        assert filters(source) == ["#", "$SYS/#", "a/#"]


async def test_hygiene_tells_what_subscribing_to_all_costs(explore, source) -> None:
    """The default # is found with its cost and what would be enough; enter opens the panel."""
    for _ in range(3):
        source.publish("iot49/b-1234/data", '{"v": 4.8}')
    source.publish("tele/x-1234/temp_C", "21.5")
    async with explore(160, 50) as explorer:
        await explorer.press("y", "end")
        text = " ".join(explorer.screen())
        assert "1 on subscriptions" in text
        assert "on 2 topics over this line" in text
        assert "Enough may be iot49/#" in text
        assert "default of mqttui" in text
        await explorer.press("enter", "enter")
        await explorer.until(lambda: explorer.app.screen.query(SubscriptionPanel))
