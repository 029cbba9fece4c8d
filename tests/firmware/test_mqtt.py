"""The firmware's MQTT client against a real mosquitto."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.mosquitto import MosquittoConfig, free_port
from tests.support.publisher import publish, publisher
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.simulation.micropython import Interpreter
    from tests.integration.conftest import StartMosquitto
    from tests.support.mosquitto import Mosquitto


class _Heard:
    """A callback that keeps what it was called with."""

    def __init__(self, client: Any) -> None:
        self.messages: list[tuple[bytes, bytes, bool]] = []
        self._client = client
        client.set_callback(lambda *message: self.messages.append(message))

    def wait(self, count: int) -> list[tuple[bytes, bytes, bool]]:
        """Return the messages once there are so many."""

        def has_come() -> bool:
            self._client.loop(20)
            return len(self.messages) >= count

        wait_until(has_come, lambda: f"{count} messages, got {self.messages}")
        return self.messages


@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.parametrize("size", [0, 1, 127, 128, 5000])
def test_what_is_published_comes_back(
    broker: Mosquitto, client: Callable[..., Any], qos: int, size: int
) -> None:
    """Any size of payload, at both levels, with bytes as topic and payload."""
    board = client(broker.port)
    heard = _Heard(board)
    assert board.connect() is False
    board.subscribe("iot49/#", qos=qos)
    board.publish("iot49/a", b"x" * size, qos=qos)
    assert heard.wait(1) == [(b"iot49/a", b"x" * size, False)]
    board.flush()
    assert board.in_flight == 0


def test_topics_longer_than_one_length_byte_can_be_subscribed(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """umqtt.simple before 1.8 got the length of such a SUBSCRIBE wrong."""
    topic = "a/" * 150 + "end"
    board = client(broker.port)
    heard = _Heard(board)
    board.connect()
    board.subscribe(topic)
    board.publish(topic, "there")
    assert heard.wait(1)[0][1] == b"there"


def test_retained_messages_are_told_apart(broker: Mosquitto, client: Callable[..., Any]) -> None:
    """A board must not obey an old command."""
    publish(broker.host, broker.port, "board/cmd", b"old", retain=True)
    board = client(broker.port)
    heard = _Heard(board)
    board.connect()
    board.subscribe("board/cmd", qos=1)
    assert heard.wait(1) == [(b"board/cmd", b"old", True)]
    publish(broker.host, broker.port, "board/cmd", b"new", retain=True)
    assert heard.wait(2)[1] == (b"board/cmd", b"new", False)


def test_the_will_is_published_when_the_board_is_gone_and_not_when_it_says_farewell(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """With its retain flag and QoS."""
    watcher = client(broker.port, "watcher")
    heard = _Heard(watcher)
    watcher.connect()
    watcher.subscribe("+/status", qos=1)
    for name in ("polite", "gone"):
        board = client(broker.port, name)
        board.set_last_will(f"{name}/status", "offline", retain=True, qos=1)
        board.connect()
        if name == "polite":
            board.disconnect()
        else:
            board.close()
    assert heard.wait(1) == [(b"gone/status", b"offline", False)]
    late = client(broker.port, "late")
    heard_late = _Heard(late)
    late.connect()
    late.subscribe("+/status")
    assert heard_late.wait(1) == [(b"gone/status", b"offline", True)]


def test_a_wrong_password_is_refused_in_words(
    password_broker: Mosquitto, client: Callable[..., Any], interpreter: Interpreter
) -> None:
    """So a board can stop trying and say why; the password is not in the error."""
    refused = interpreter.load("mqtt").MQTTRefused
    with pytest.raises(refused, match="the broker refuses") as error:
        client(password_broker.port, user="ada", password="swordfish").connect()
    assert error.value.args[0] in (4, 5)
    assert "swordfish" not in str(error.value)
    right = client(password_broker.port, user="ada", password="correct horse")
    right.connect()
    assert right.is_connected


def test_pings_keep_a_quiet_connection_alive(
    start_mosquitto: StartMosquitto, client: Callable[..., Any]
) -> None:
    """The broker would end it after one and a half times the keep-alive time."""
    broker = start_mosquitto(MosquittoConfig(extra=("log_type all",)))
    board = client(broker.port, keepalive=1)
    board.connect()

    def has_pinged() -> bool:
        board.loop(50)
        return broker.log_text().count("Received PINGREQ from board-1") >= 4

    wait_until(has_pinged, "four pings")
    assert board.is_connected


def test_a_broker_that_answers_no_more_is_noticed(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """A frozen broker keeps the connection open; waiting for a message ends with an error."""
    board = client(broker.port, keepalive=1, timeout=2)
    board.connect()
    broker.freeze()
    with pytest.raises(OSError, match="no PINGRESP") as dead:
        board.wait_msg()
    assert dead.value.args[0] == errno.ETIMEDOUT
    assert not board.is_connected
    with pytest.raises(OSError, match="not connected"):
        board.publish("a", "b")
    with pytest.raises(OSError, match="no CONNACK"):
        board.connect()


def test_nobody_listening_is_named(client: Callable[..., Any]) -> None:
    """With server and port, and the errno of the socket."""
    port = free_port()
    with pytest.raises(OSError, match=f"no connection to localhost port {port}") as error:
        client(port).connect()
    assert error.value.args[0] == errno.ECONNREFUSED
    with pytest.raises(OSError, match=r"no address for no\.such\.host\.invalid"):
        client(port, server="no.such.host.invalid").connect()


def test_after_a_restart_of_the_broker_nothing_is_missing(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """Subscriptions are made again, and what was not acknowledged is sent again, in order."""
    board = client(broker.port)
    heard = _Heard(board)
    board.connect()
    board.subscribe("to/board", qos=1)
    board.publish("first", "1", qos=1)
    board.flush()
    broker.freeze()
    for number in range(5):
        board.publish("from/board", str(number), qos=1)
    broker.kill()
    with pytest.raises(OSError, match="connection"):
        board.wait_msg()
    assert board.in_flight == 5
    broker.start()
    listener = client(broker.port, "listener")
    heard_there = _Heard(listener)
    listener.connect()
    listener.subscribe("from/board", qos=1)
    board.connect()
    board.flush()
    assert [payload for _, payload, _ in heard_there.wait(5)] == [b"0", b"1", b"2", b"3", b"4"]
    publish(broker.host, broker.port, "to/board", b"hello again")
    assert heard.wait(1) == [(b"to/board", b"hello again", False)]


def test_a_known_session_keeps_what_came_meanwhile(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """Without a clean session the broker keeps subscription and messages."""
    board = client(broker.port)
    heard = _Heard(board)
    board.connect(clean_session=False)
    board.subscribe("to/board", qos=1)
    board.disconnect()
    publish(broker.host, broker.port, "to/board", b"while away")
    assert board.connect(clean_session=False) is True
    assert heard.wait(1)[0][1] == b"while away"


def test_a_full_window_waits_for_its_acknowledgements(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """A thousand messages pass through a window of four, in order."""
    board = client(broker.port, max_in_flight=4)
    listener = client(broker.port, "listener")
    heard = _Heard(listener)
    listener.connect()
    listener.subscribe("n", qos=1)
    board.connect()
    largest = 0
    for number in range(1000):
        board.publish("n", str(number), qos=1)
        largest = max(largest, board.in_flight)
        listener.loop(0)
    board.flush()
    assert largest == 4
    assert [int(payload) for _, payload, _ in heard.wait(1000)] == list(range(1000))


def test_a_message_too_large_for_the_board_is_skipped_and_counted(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """It is acknowledged, or it would come again for ever; the next one is read."""
    board = client(broker.port, max_packet=100)
    heard = _Heard(board)
    board.connect()
    board.subscribe("x", qos=1)
    with publisher(broker.host, broker.port) as teacher:
        teacher.publish("x", b"l" * 1000, qos=1)
        teacher.publish("x", b"m" * 5000, qos=0)
        teacher.publish("x", b"small", qos=1).wait_for_publish(10)
    assert heard.wait(1) == [(b"x", b"small", False)]
    assert board.skipped == 2
    assert board.is_connected


def test_waiting_inside_the_callback_is_refused(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """It would call the callback again; publishing at QoS 0 and into a free window is fine."""
    board = client(broker.port, max_in_flight=1)
    seen: list[str] = []

    def on_message(topic: bytes, message: bytes, is_retained: bool) -> None:
        board.publish("answer", "0")
        board.publish("answer", "1", qos=1)
        for act in (lambda: board.publish("answer", "2", qos=1), lambda: board.subscribe("b")):
            try:
                act()
            except OSError as error:
                seen.append(str(error))

    board.set_callback(on_message)
    board.connect()
    board.subscribe("a")
    board.publish("a", "go")
    board.wait_msg()
    board.flush()
    assert len(seen) == 2
    assert all("outside of the callback" in text for text in seen)


def test_what_mqtt_does_not_allow_is_refused_before_it_is_sent(
    broker: Mosquitto, client: Callable[..., Any]
) -> None:
    """The broker would end the connection without saying why."""
    board = client(broker.port)
    board.connect()
    for topic in ("", "a/+", "#"):
        with pytest.raises(ValueError, match="topic"):
            board.publish(topic, "x")
    for act in (board.subscribe, lambda *a, **k: board.publish("a", "b", **k)):
        with pytest.raises(ValueError, match="qos is 0 or 1"):
            act("a", qos=2)
    with pytest.raises(ValueError, match="longer"):
        board.publish("t" * 65536, "x")
    board.ping()
    board.loop(20)
    assert board.is_connected
