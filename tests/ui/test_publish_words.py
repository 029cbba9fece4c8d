"""What the publish panel has to say is never cut without a way to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.publish.draft import PayloadMode
from mqttui.ui.panels.publish import PublishPanel

if TYPE_CHECKING:
    from mqttui.ui.widgets.publish_form import PublishForm

TOPIC = "anna-1a2b3c/lamp/cmd"


async def opened(explorer, topic: str = TOPIC, payload: str = "") -> PublishForm:
    """Open the panel with a topic and a payload in its form."""
    await explorer.press("p")
    form = explorer.app.screen.query_one(PublishPanel)._form
    form.fill_topic(topic)
    form.fill_text(payload)
    form.focus_payload()
    await explorer.settle()
    return form


def words(explorer) -> str:
    """Return the screen as running text."""
    return " ".join(" ".join(explorer.screen()).replace("│", " ").split())


async def test_what_does_not_fit_is_read_on_a_page_of_its_own(explore) -> None:
    """More warnings than there are rows: F4 or a click shows them, and sending goes on."""
    async with explore(80, 24) as explorer:
        await opened(explorer, "/a b/ü" + "/x" * 60, '{"a": ')
        await explorer.press("ctrl+s")
        assert "more rows: F4 or a click shows all" in words(explorer)
        assert "ctrl+s once more sends it nevertheless." in words(explorer)
        assert "begins like JSON and is none" not in words(explorer)
        await explorer.press("f4")
        assert "The payload begins like JSON and is none: " in words(explorer)
        await explorer.press("escape")
        await explorer.pilot.click("#publish-result", offset=(5, 1))
        await explorer.settle()
        assert "The payload begins like JSON and is none: " in words(explorer)
        await explorer.press("escape", "ctrl+s")
        assert len(explorer.source.receipts) == 1


async def test_what_is_said_of_saved_messages_is_in_sight(explore) -> None:
    """On a small terminal the list takes the place of the form, not of what there is to say."""
    async with explore(80, 24) as explorer:
        await opened(explorer, payload="first")
        await explorer.press("ctrl+n", *"lamp on", "enter")
        assert "✓ The template lamp on is kept." in words(explorer)
        await explorer.press("ctrl+l")
        await explorer.pilot.click("#saved-rows", offset=(3, 0))
        await explorer.settle()
        assert "lamp on is in the form: esc shows it, a double click sends it." in words(explorer)
        await explorer.press("delete")
        assert "Delete once more to forget the template lamp on." in words(explorer)
        assert "templates" in words(explorer)


async def test_a_caption_leads_to_its_field_and_problems_are_said_whole(explore) -> None:
    """A click on the name of a field is meant for the field; no sentence is cut."""
    async with explore(80, 24) as explorer:
        form = await opened(explorer, payload="{")
        form._mode.value = PayloadMode.JSON
        await explorer.settle()
        assert "new: nothing was received" in words(explorer)
        await explorer.press("f2")
        captions = explorer.app.screen.query("#property-fields .publish-caption")
        await explorer.pilot.click(captions[1])
        await explorer.press(*"0xzz")
        await explorer.pilot.click(captions[3])
        await explorer.press(*"soon")
        assert "after 0x are hex digits, two for each byte. (1 of 2)" in words(explorer)
        await explorer.pilot.click("#publish-topic-row .publish-caption")
        await explorer.press(*"/{{foo}}")
        found = words(explorer)
        assert "is not a variable: there are now, counter, random, choice, uuid, hex." in found
        assert "turn variables off." in found
