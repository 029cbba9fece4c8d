"""Several connections at once."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from mqttui.core.source import Phase
from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.preferences import Preferences
from mqttui.ui.connections import ConnectionFace
from mqttui.ui.messages import ConnectionRequested
from mqttui.ui.widgets.connection_tabs import face_text

SETTINGS = ConnectionSettings("h", 1883)


@asynccontextmanager
async def two_connections(explore, source, settings: ConnectionSettings = SETTINGS):
    """Run the explorer on two sources, the second in sight."""
    other = type(source)()
    source.publish("first/topic", "1")
    other.publish("other/topic", "1")
    async with explore(make_source=lambda settings: other) as explorer:
        app = explorer.app
        await explorer.pilot.press("B")
        assert app.screen is not app.connection.explorer
        app.screen.post_message(ConnectionRequested(settings))
        await explorer.until(lambda: len(app.connections) == 2 and app.connection is not None)
        await explorer.until(lambda: app.connection is app.connections[1])
        await explorer.until(lambda: app.connection.explorer.is_complete)
        await explorer.settle()
        yield explorer, other


async def test_one_more_broker_can_be_opened(explore, source) -> None:
    """`B` and a choice show another broker while the first connection stays open."""
    async with two_connections(explore, source) as (explorer, other):
        assert source.calls == []
        assert other.calls == ["start"]
        assert "other" in explorer.row_of("other")
        assert len(explorer.app.screen_stack) == 1
        assert "[● broker.example:1883 (2)]" in explorer.screen()[0]


async def test_each_connection_keeps_its_own_screen(explore, source) -> None:
    """`>` and `<` go round, a filter and a cursor stay with their connection."""
    async with two_connections(explore, source) as (explorer, _):
        await explorer.press("/", *"other", "enter")
        await explorer.press("greater_than_sign")
        assert explorer.app.connection is explorer.app.connections[0]
        assert "first" in explorer.row_of("first")
        await explorer.press("less_than_sign")
        assert explorer.app.connection is explorer.app.connections[1]
        assert explorer.outline.search.query.text == "other"


async def test_a_tab_can_be_clicked(explore, source) -> None:
    """A click on the row of tabs shows that connection."""
    async with two_connections(explore, source) as (explorer, _):
        await explorer.pilot.click("#connection-tabs", offset=(3, 0))
        await explorer.until(lambda: explorer.app.connection is explorer.app.connections[0])


async def test_a_connection_out_of_sight_goes_on(explore, source) -> None:
    """What arrives meanwhile is taken in, and is there when one comes back."""
    async with two_connections(explore, source) as (explorer, _):
        app = explorer.app
        source.publish("first/late", "2")
        await explorer.until(lambda: app.connections[0].workspace.store.topics == 2)
        await explorer.press("greater_than_sign")
        assert "late" in explorer.row_of("late")


async def test_advice_speaks_of_what_one_connected_with(explore, source) -> None:
    """Who connected with the form reads names of its fields, who typed a command its options."""
    async with two_connections(explore, source) as (explorer, other):
        for each in (source, other):
            each.status = replace(
                each.status, phase=Phase.CONNECTING, problem="No TLS.", advice="Use --tls."
            )
        await explorer.until(lambda: "Use “Encryption (TLS): TLS”." in "\n".join(explorer.screen()))
        await explorer.press("greater_than_sign")
        await explorer.until(lambda: "Use --tls." in "\n".join(explorer.screen()))


async def test_closing_one_shows_the_other(explore, source) -> None:
    """`W` says goodbye to one broker; its sums are still told at the end."""
    async with two_connections(explore, source) as (explorer, other):
        app = explorer.app
        await explorer.pilot.press("W")
        await explorer.until(lambda: len(app.connections) == 1 and app.connection is not None)
        await explorer.settle()
        assert other.calls == ["start", "stop"]
        assert "first" in explorer.row_of("first")
        assert [summary.topics for summary in app.summaries()] == [1, 1]


async def test_closing_the_last_leads_to_the_choice_of_brokers(explore, source) -> None:
    """Without a connection the connection screen is there, and choosing goes on from it."""
    async with explore(make_source=lambda settings: source) as explorer:
        app = explorer.app
        await explorer.pilot.press("W")
        await explorer.until(lambda: not app.connections and app.connection is None)
        await explorer.until(lambda: app.screen.query("#connection-form"))
        app.screen.post_message(ConnectionRequested(ConnectionSettings("h", 1883)))
        await explorer.until(lambda: app.connection is not None)
        await explorer.until(lambda: app.connection.explorer.is_complete)
        await explorer.until(
            lambda: all(worker.is_finished for worker in app.workers if worker.group == "connect")
        )
        assert source.calls == ["stop", "start"]


async def test_connections_share_the_memory_for_history(explore, source) -> None:
    """Two connections have half of the budget each, the one that is left has all of it again."""
    async with two_connections(explore, source) as (explorer, _):
        whole = Preferences().history_budget_bytes
        budgets = [each.workspace.store._budget.budget_bytes for each in explorer.app.connections]
        assert budgets == [whole // 2] * 2
        await explorer.pilot.press("W")
        await explorer.until(lambda: len(explorer.app.connections) == 1)
        assert explorer.app.connections[0].workspace.store._budget.budget_bytes == whole


async def test_tabs_say_who_and_how(explore, source) -> None:
    """A tab has the name of the profile, and tells of a broker that is lost out of sight."""
    settings = ConnectionSettings("h", 1883, profile="lab")
    async with two_connections(explore, source, settings) as (explorer, _):
        assert " ● broker.example:1883 [● lab]" in explorer.screen()[0]
        assert "lab  broker.example:1883" in explorer.screen()[1]
        source.status = replace(source.status, phase=Phase.WAITING, problem="It hangs.")
        await explorer.until(
            lambda: "○ broker.example:1883 lost ▲1 [● lab]" in explorer.screen()[0]
        )
        await explorer.press("less_than_sign")
        await explorer.until(lambda: "[○ broker.example:1883 lost]" in explorer.screen()[0])


@pytest.mark.parametrize(
    ("face", "room", "text"),
    [
        (ConnectionFace("lab", Phase.CONNECTED, is_current=True, unseen=3), 40, "● lab"),
        (ConnectionFace("lab", Phase.CONNECTED, is_current=False, unseen=3), 40, "● lab ▲3"),
        (ConnectionFace("lab", Phase.CONNECTING, is_current=False), 40, "◌ lab connecting"),
        (ConnectionFace("laboratory", Phase.WAITING, is_current=False), 12, "○ labo… lost"),
        (ConnectionFace("\x1b[2J", Phase.STOPPED, is_current=False), 40, "○ ␛[2J closed"),
    ],
)
def test_a_tab_leaves_out_of_the_name_what_has_no_room(face, room: int, text: str) -> None:
    """State and what is unseen stay; of a name what fits is shown, as it can be shown."""
    assert face_text(face, room) == text
