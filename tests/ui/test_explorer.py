"""The explorer as a whole: state, pause, filter, help, what is said when it ends."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from textual.events import Key
from textual.widgets import OptionList

from mqttui.core.source import Phase, Security, SourceStatus, SubscriptionStatus
from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.preferences import Preferences
from mqttui.ui.app import MqttuiApp
from mqttui.ui.commands.registry import GROUPS
from mqttui.ui.messages import ConnectionRequested

CONNECTED = SourceStatus(
    label="broker.example:1883",
    phase=Phase.CONNECTED,
    protocol="5",
    subscriptions=(SubscriptionStatus("#", 0, 0), SubscriptionStatus("$SYS/#", 0, 0)),
)
SIZES = [(80, 24), (160, 50)]


@pytest.mark.parametrize("size", SIZES)
async def test_selected_topic_is_explained_beside_the_tree(explore, source, size) -> None:
    """At both sizes tree and value are in sight together."""
    source.publish("house/attic/temperature", '{"celsius": 21.5}')
    async with explore(*size) as explorer:
        await explorer.press("E", "end")
        screen = "\n".join(explorer.screen())
        assert "temperature" in explorer.row_of("temperature")
        assert "house/attic/temperature" in screen
        assert '"celsius": 21.5' in screen


async def test_tab_goes_from_the_tree_to_the_value_and_back(explore, source) -> None:
    """The panes are reached by keyboard."""
    source.publish("a/b", "text\n" * 100)
    async with explore() as explorer:
        await explorer.press("E", "end")
        assert explorer.app.focused is explorer.tree
        await explorer.press("tab")
        assert explorer.app.focused is not explorer.tree
        await explorer.press("shift+tab")
        assert explorer.app.focused is explorer.tree


async def test_pause_holds_the_screen_and_goes_on_counting(explore, source) -> None:
    """While paused rows keep what they show, the status says how much is new, nothing is lost."""
    source.publish("a/b", "before")
    async with explore() as explorer:
        await explorer.press("E", "end", "space")
        for number in range(30):
            source.publish("a/b", f"after {number}")
            source.publish(f"a/new{number}", "x")
        await explorer.settle()
        await explorer.press("up", "down")
        assert "before" in explorer.row_of("b")
        assert len(explorer.rows()) == 2
        explorer.app.connection.explorer._tell_now()
        await explorer.pilot.pause()
        assert "PAUSED, 60 new" in explorer.screen()[0]
        assert explorer.app.connection.workspace.store.messages == 61
        await explorer.press("space")
        assert "after 29" in explorer.row_of(" b ")
        assert len(explorer.rows()) == 32
        assert "PAUSED" not in explorer.screen()[0]


async def test_filter_counts_what_it_finds(explore, source) -> None:
    """The bar tells how many of how many topics match; esc gives all back."""
    for number in range(40):
        source.publish(f"house/room{number:02d}/status", "on")
        source.publish(f"house/room{number:02d}/power", "7")
    async with explore() as explorer:
        await explorer.press("slash", *"+/+/status")
        assert "40 hits" in "\n".join(explorer.screen())
        assert not any("power" in row for row in explorer.rows())
        source.publish("house/late/status", "on")
        await explorer.settle()
        await explorer.settle()
        assert "41 hits" in "\n".join(explorer.screen())
        await explorer.press("escape")
        assert explorer.outline.search is None
        assert explorer.app.focused is explorer.tree


async def test_keys_typed_ahead_of_the_filter_reach_it(explore, source) -> None:
    """Whoever types `/` and a word in one go filters by that word, also the first time."""
    source.publish("lab/coil", "1")
    source.publish("garden", "2")
    async with explore() as explorer:
        for key, character in (("slash", "/"), *((letter, letter) for letter in "coil")):
            explorer.app.post_message(Key(key, character))
        await explorer.settle()
        assert explorer.outline.search.query.text == "coil"


async def test_an_invalid_filter_says_why(explore, source) -> None:
    """A wildcard in the wrong place is explained, not ignored."""
    source.publish("a/b", "1")
    async with explore(160, 50) as explorer:
        await explorer.press("slash", *"a/#/b")
        problem = explorer.outline.search.problem
        assert problem is not None
        assert problem[:40] in "\n".join(explorer.screen())


async def test_filter_without_a_match_offers_the_way_back(explore, source) -> None:
    """An empty tree says how to get the topics back."""
    source.publish("a/b", "1")
    async with explore() as explorer:
        await explorer.press("slash", *"nowhere")
        assert "No topic matches. esc ends the search." in "\n".join(explorer.screen())


@pytest.mark.parametrize("size", SIZES)
async def test_a_silent_broker_is_explained(explore, size) -> None:
    """Connected and nothing there: the tree says what is waited for."""
    async with explore(*size) as explorer:
        screen = "\n".join(explorer.screen())
        assert "waiting for the first message on # and $SYS/#" in screen


@pytest.mark.parametrize("size", SIZES)
async def test_a_lost_connection_is_told_with_advice(explore, source, size) -> None:
    """State, count-down, reason, advice and the way on are in sight, and `r` retries."""
    async with explore(*size) as explorer:
        source.status = replace(
            CONNECTED,
            phase=Phase.WAITING,
            problem="The broker at [bold]h[/]\x1b[2J did not answer.",
            advice="Check the port.",
            retry_at_s=explorer.app.connection.explorer._clock() + 17.4,
        )
        await explorer.settle()
        screen = explorer.screen()
        assert "reconnecting in 17 s" in screen[0]
        assert "The broker at [bold]h[/]␛[2J did not answer. Check the port." in screen[1]
        assert "Press r to retry now." in " ".join(line.strip() for line in screen[1:3])
        await explorer.press("r")
        assert source.calls == ["retry"]
        source.status = CONNECTED
        await explorer.settle()
        assert "● connected" in explorer.screen()[0]
        assert "did not answer" not in "\n".join(explorer.screen())


async def test_a_refused_subscription_is_told(explore, source) -> None:
    """What the broker does not let through is not silently missing."""
    source.status = replace(
        CONNECTED,
        subscriptions=(SubscriptionStatus("secret/#", 0, None, "secret/#: not authorised"),),
    )
    async with explore() as explorer:
        assert "secret/#: not authorised" in explorer.screen()[1]


@pytest.mark.parametrize("size", SIZES)
async def test_an_insecure_connection_is_shown_as_long_as_it_lasts(explore, source, size) -> None:
    """An unchecked certificate stays in sight at every width."""
    source.status = replace(CONNECTED, security=Security.INSECURE)
    async with explore(*size) as explorer:
        for _ in range(5):
            await explorer.settle()
            assert "INSECURE TLS" in explorer.screen()[0]


async def test_help_names_every_command(explore) -> None:
    """The help is made from the table of commands, and closes again."""
    async with explore(120, 600) as explorer:
        await explorer.press("question_mark")
        screen = "\n".join(explorer.screen())
        for group in GROUPS:
            for command in group.commands:
                assert command.explanation[:40] in screen
        await explorer.press("escape")
        assert explorer.app.screen is explorer.app.connection.explorer


async def test_palette_offers_the_commands(explore, source) -> None:
    """A command is found by name and does what its key does."""
    source.publish("a/b", "1")
    async with explore() as explorer:
        titles = {c.title for c in explorer.app.get_system_commands(explorer.app.screen)}
        assert {"Find", "Pause", "Follow", "Order", "Retry", "Open all", "Help", "Quit"} <= titles
        await explorer.press("ctrl+p", *"Pause")
        found = explorer.app.screen.query_one(OptionList)
        await explorer.until(
            lambda: found.options and str(found.options[0].prompt).startswith("Pause")
        )
        await explorer.press("enter", "enter")
        await explorer.until(lambda: explorer.app.connection.explorer.is_paused)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quitting_leaves_the_sums(source, key) -> None:
    """What was received, lost and kept is known after the screen is gone."""
    source.publish("a/b", "1")
    source.publish("a/c", "1")
    app = MqttuiApp(source, Preferences())
    async with app.run_test() as pilot:
        while app.connection.frames.drain_slice():
            pass
        await pilot.press(key)
    (summary,) = app.summaries()
    assert (summary.received, summary.topics, summary.dropped) == (2, 2, {})
    assert summary.broker_dropped is None
    assert app.return_code == 0


async def test_the_brokers_own_drops_are_read(explore, source) -> None:
    """What the broker says it dropped since we came is shown, and is unknown before it says so."""
    async with explore(160, 50) as explorer:
        assert "broker dropped -" in explorer.screen()[0]
        source.publish("$SYS/broker/publish/messages/dropped", "10")
        await explorer.settle()
        explorer.app.connection.explorer._tell_now()
        source.publish("$SYS/broker/publish/messages/dropped", "17")
        await explorer.settle()
        explorer.app.connection.explorer._tell_now()
        await explorer.pilot.pause()
        assert "! broker dropped 7" in explorer.screen()[0]


async def test_without_a_source_the_connection_screen_leads_to_the_explorer(source) -> None:
    """Bare start: choosing a broker makes its source, starts it and shows its topics."""
    source.publish("a/b", "1")
    app = MqttuiApp(None, Preferences(), make_source=lambda settings: source)
    async with app.run_test() as pilot:
        assert app.connection is None
        assert app.summaries() == []
        app.screen.post_message(ConnectionRequested(ConnectionSettings("h", 1883)))
        deadline = time.monotonic() + 10
        while app.connection is None or not app.connection.workspace.store.messages:
            assert time.monotonic() < deadline
            await pilot.pause(0.01)
        assert app.screen is app.connection.explorer
        assert source.calls == ["start"]
        assert [summary.topics for summary in app.summaries()] == [1]


@pytest.mark.parametrize(
    ("keys", "field", "text"),
    [("pa/x", "#topic-field", "a/x"), ("sabx", "#subscription-input", "bx")],
)
async def test_keys_typed_ahead_of_a_panel_reach_it(explore, keys, field, text) -> None:
    """Nothing that is typed while a panel opens is carried out as a command of the tree."""
    async with explore(80, 24) as explorer:
        for character in keys:
            key = "slash" if character == "/" else character
            explorer.app.post_message(Key(key, character))
        await explorer.settle()
        assert explorer.app.screen.query_one(field).value == text
