"""The demo as a whole: a broker, a simulated class that publishes to it, and how to connect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from mqttui.demo.mosquitto import MosquittoFailed, MosquittoProcess, find_mosquitto
from mqttui.settings.connection import ConnectionSettings

if TYPE_CHECKING:
    from types import TracebackType

    from mqttui.demo.broker.server import EmbeddedBroker
    from mqttui.demo.performance import Performance

BrokerChoice: TypeAlias = Literal["auto", "mosquitto", "embedded"]


class DemoUnavailable(Exception):
    """The demo cannot start; the message is a plain sentence."""


class Demo:
    """`start` returns as soon as the broker listens; the class connects in the background.

    `auto` takes mosquitto if it is installed and starts, otherwise the embedded broker. Usable
    as a context manager, which stops it. Everything lives on the loopback interface.
    """

    def __init__(self, broker: BrokerChoice = "auto", seed: int = 49) -> None:
        self._choice: BrokerChoice = broker
        self._seed = seed
        self._broker: MosquittoProcess | EmbeddedBroker | None = None
        self._performance: Performance | None = None
        self._problems: list[str] = []

    def start(self) -> ConnectionSettings:
        """Start everything and return how to connect; DemoUnavailable if there is no broker."""
        self._broker = self._started_broker()
        # The broker listens already: a client can connect while this loads.
        from mqttui.demo.performance import Performance

        self._performance = Performance(self._broker.host, self._broker.port, self._seed)
        self._performance.start()
        return ConnectionSettings(self._broker.host, self._broker.port)

    def stop(self) -> None:
        """End the class, then the broker; returns when nothing is left running."""
        if self._performance is not None:
            self._performance.stop()
            self._problems += self._performance.problems
            self._performance = None
        if self._broker is not None:
            self._broker.stop()
            self._problems += getattr(self._broker, "faults", [])
            self._broker = None

    @property
    def broker_name(self) -> str:
        """Which broker serves: `mosquitto`, `embedded broker`, or `none` while it is stopped."""
        if self._broker is None:
            return "none"
        is_mosquitto = isinstance(self._broker, MosquittoProcess)
        return "mosquitto" if is_mosquitto else "embedded broker"

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong so far without ending the demo, a sentence each."""
        return tuple(self._problems)

    def __enter__(self) -> Demo:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _started_broker(self) -> MosquittoProcess | EmbeddedBroker:
        if self._choice != "embedded":
            program = find_mosquitto()
            if program is not None:
                mosquitto = MosquittoProcess(program)
                try:
                    mosquitto.start()
                except MosquittoFailed as failed:
                    if self._choice == "mosquitto":
                        raise DemoUnavailable(str(failed)) from failed
                    self._problems.append(f"{failed}. The embedded broker serves instead.")
                else:
                    return mosquitto
            elif self._choice == "mosquitto":
                raise DemoUnavailable(
                    "mosquitto is not installed; install it or let the embedded broker serve."
                )
        from mqttui.demo.broker.server import EmbeddedBroker

        embedded = EmbeddedBroker()
        try:
            embedded.start()
        except OSError as error:
            raise DemoUnavailable(f"No loopback port can be opened: {error.strerror}.") from error
        return embedded
