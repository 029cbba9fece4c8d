"""The publish panel on a real broker: what it says is what the broker did."""

from __future__ import annotations

import json
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.core.publish.draft import MessageDraft
from mqttui.core.source import Phase
from mqttui.settings.connection import ConnectionSettings, Subscription
from mqttui.settings.preferences import Preferences
from mqttui.transport.session import Session
from mqttui.ui.app import MqttuiApp
from mqttui.ui.widgets.publish_form import Way
from tests.support.peer import Peer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

    from tests.support.mosquitto import Mosquitto

ELSEWHERE = (Subscription("elsewhere"),)


class Console:
    """mqttui on a broker, with its publish panel open."""

    def __init__(self, app: MqttuiApp, pilot: Pilot[None], session: Session) -> None:
        self.app = app
        self.pilot = pilot
        self.session = session

    @property
    def panel(self):
        """The panel."""
        return self.app.connection.explorer.query_one("PublishPanel")

    @property
    def screen(self) -> str:
        """Everything in sight."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def until(self, is_true: Callable[[], object], what: str) -> None:
        """Wait for a condition, and fail if it does not come true."""
        ends_at = time.monotonic() + 20
        while not is_true():
            assert time.monotonic() < ends_at, f"waited in vain for {what}:\n{self.screen}"
            await self.pilot.pause(0.02)

    @property
    def result(self) -> str:
        """What stands beside the button, on one line."""
        rows = self.panel._form._result.rows
        return " ".join(" ".join(text for row in rows for text, _ in row).split())

    async def says(self, words: str) -> None:
        """Wait until the result has some words in it."""
        await self.until(lambda: words in self.result, words)

    async def send(self, draft: MessageDraft, way: Way = Way.ONCE, **fields: str) -> None:
        """Fill the form and press the key."""
        form = self.panel._form
        form.fill(draft)
        form._way.value = way
        for name, value in fields.items():
            form._fields[name].value = value
        await self.pilot.pause()
        await self.pilot.press("ctrl+s")


@asynccontextmanager
async def console(broker: Mosquitto, **options: object) -> AsyncIterator[Console]:
    """Run mqttui on a broker."""
    session = Session(ConnectionSettings(broker.host, broker.port, **options))
    session.start()
    app = MqttuiApp(session, Preferences(frame_rate_hz=20))
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            running = Console(app, pilot, session)
            await running.until(lambda: app.connection.explorer.is_complete, "the screen")
            await running.until(lambda: session.status.phase is Phase.CONNECTED, "the connection")
            await pilot.press("p")
            yield running
    finally:
        session.stop()


class Responder(Peer):
    """Answers requests: to their response topic if they have one, else by the convention."""

    def _on_message(self, client, data, message) -> None:
        super()._on_message(client, data, message)
        properties = Properties(PacketTypes.PUBLISH) if self.version == "5" else None
        topic = message.topic.replace("/cmd", "/reply")
        answer = {"seen": message.payload.decode()}
        if self.version == "5":
            topic = getattr(message.properties, "ResponseTopic", topic)
            properties.CorrelationData = getattr(message.properties, "CorrelationData", b"")
        else:
            answer["id"] = json.loads(message.payload)["id"]
        # Another answer comes first, which is not meant for us.
        client.publish(topic.replace("mqttui/", "other/"), json.dumps({"id": "else"}), 1)
        client.publish(topic, json.dumps(answer), 1, properties=properties)


@pytest.mark.mosquitto
async def test_acknowledged_and_nobody_listens(broker: Mosquitto) -> None:
    """QoS 0 is sent, QoS 1 and 2 are acknowledged; without subscribers MQTT 5 says so."""
    async with console(broker) as c:
        await c.send(MessageDraft("lab-1a2b/x", text="0"))
        await c.says("✓ sent (QoS 0 is never acknowledged)")
        for qos in (1, 2):
            await c.send(MessageDraft("lab-1a2b/x", text=f"{qos}", qos=qos))
            await c.says(f"so far: 1 sent · {qos} acknowledged")
            assert "✓ acknowledged in" in c.result
        store = c.app.connection.workspace.store
        await c.until(lambda: store.find("lab-1a2b/x").messages == 3, "all three")
    async with console(broker, subscriptions=ELSEWHERE) as c:
        await c.send(MessageDraft("lab-1a2b/x", qos=1))
        await c.says("○ no matching subscribers")


@pytest.mark.mosquitto
async def test_not_authorised(acl_broker: Mosquitto) -> None:
    """What the access list forbids is refused in the broker's words."""
    async with console(acl_broker, user="ada", password="correct horse") as c:
        await c.send(MessageDraft("closed-1a2b/x", qos=1))
        await c.says("✗ refused: not authorised to publish to this topic")


@pytest.mark.mosquitto
async def test_lost_with_the_connection(broker: Mosquitto) -> None:
    """A broker that is killed before it answers has acknowledged nothing."""
    async with console(broker) as c:
        broker.freeze()
        await c.send(MessageDraft("lab-1a2b/x", qos=1))
        await c.says("… sent, not acknowledged yet")
        broker.kill()
        await c.says("✗ lost: the connection ended before the broker acknowledged it")
        await c.send(MessageDraft("lab-1a2b/x", qos=1))
        await c.says("✗ refused: not connected to the broker, nothing was sent")


@pytest.mark.mosquitto
@pytest.mark.parametrize("topic", ["lab-1a2b/do", "lab-1a2b/cmd"])
async def test_a_request_by_mqtt_5(broker: Mosquitto, topic: str) -> None:
    """Correlation data brings the answer home; the subscription for it is gone afterwards."""
    with Responder(broker.host, broker.port, version="5") as responder:
        responder.subscribe(topic, 1)
        async with console(broker, protocol="5", subscriptions=ELSEWHERE) as c:
            await c.send(MessageDraft(topic, text="how much?", qos=1), Way.ASK, wait="10 s")
            await c.says("✓ answered in")
            assert '{"seen": "how much?"}' in c.result
            await c.until(lambda: len(c.session.status.subscriptions) == 1, "the unsubscription")
            # A second one works as well, and is no answer to the first.
            await c.send(MessageDraft(topic, text="again", qos=1), Way.ASK, wait="10 s")
            await c.says('{"seen": "again"}')


@pytest.mark.mosquitto
async def test_a_request_by_convention(broker: Mosquitto) -> None:
    """Under MQTT 3.1.1 it is the answer with the same id; the subscription of all is used."""
    with Responder(broker.host, broker.port) as responder:
        responder.subscribe("lab-1a2b/cmd", 1)
        async with console(broker, protocol="3.1.1") as c:
            draft = MessageDraft("lab-1a2b/cmd", text='{"id": "{{hex 4}}", "op": "get"}', qos=1)
            await c.send(draft, Way.ASK, wait="10 s")
            await c.says("✓ answered in")
            assert len(c.session.status.subscriptions) == 2
        with_id = json.loads(responder.received[0].payload)
        assert len(with_id["id"]) == 8


@pytest.mark.mosquitto
async def test_a_request_that_nobody_answers(broker: Mosquitto) -> None:
    """The time is kept, and the broker's word that nobody is there is passed on."""
    async with console(broker, protocol="5", subscriptions=ELSEWHERE) as c:
        await c.send(MessageDraft("lab-1a2b/do", qos=1), Way.ASK, wait="200 ms")
        await c.says("within 0.2 s")
        await c.says("Nobody is subscribed to the topic of the request.")
        await c.until(lambda: len(c.session.status.subscriptions) == 1, "the unsubscription")


@pytest.mark.mosquitto
async def test_repeated_sending(broker: Mosquitto) -> None:
    """Every message arrives once, in order, with the next count."""
    with Peer(broker.host, broker.port) as peer:
        peer.subscribe("lab-1a2b/n", 2)
        async with console(broker) as c:
            draft = MessageDraft("lab-1a2b/n", text="{{counter}}", qos=2)
            await c.send(draft, Way.REPEAT, every="20 ms", times="10")
            await c.says("✓ 10 of 10 sent")
            await c.says("10 acknowledged · 0 refused · 0 lost")
        assert [m.payload for m in peer.wait_for(10)] == [b"%d" % n for n in range(1, 11)]


@pytest.mark.mosquitto
async def test_a_burst_that_is_acknowledged_and_one_that_is_cut_off(broker: Mosquitto) -> None:
    """All of it is counted, the rate is told; what a dying broker took with it is lost."""
    async with console(broker, subscriptions=ELSEWHERE) as c:
        draft = MessageDraft("lab-1a2b/n", text="{{counter}}", qos=1)
        await c.send(draft, Way.BURST, times="3000")
        await c.says("3,000 without subscribers")
        await c.says("○ 3,000 of 3,000 sent")
        assert "/s, acknowledged in" in c.result
        broker.freeze()
        await c.send(draft, Way.BURST, times="3000")
        await c.says("500 under way")
        broker.kill()
        await c.says("500 lost")
        await c.says("stopped: the connection ended")


@pytest.mark.mosquitto
async def test_a_burst_ends_at_once(broker: Mosquitto) -> None:
    """esc sends no more than what was under way; all of it is accounted for."""
    with Peer(broker.host, broker.port) as peer:
        peer.subscribe("lab-1a2b/n", 0)
        async with console(broker, subscriptions=ELSEWHERE) as c:
            draft = MessageDraft("lab-1a2b/n", text="{{counter}}", qos=1)
            await c.send(draft, Way.BURST, times="100000")
            await c.says("esc stops")
            await c.pilot.press("escape")
            await c.says("stopped")
            (repetition,) = [c.panel._shown]
            await c.until(lambda: repetition.mark is not None, "the last receipt")
            sent = repetition._run.tally.sent
            assert sent < 100_000
            peer.wait_for(sent)
        assert len(peer.settle()) == sent
