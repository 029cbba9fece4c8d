"""The boards that are plugged in, for an interface that looks at them and installs on threads."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mqttui.deploy.board_setup import answered_setup, rules_for
from mqttui.deploy.bundle import CONFIG_FILE, read_bundle, with_list
from mqttui.deploy.failures import CancelledError, DeployError
from mqttui.deploy.install import finish_interrupted, follow_until_online, install, set_clock
from mqttui.deploy.ports import hindrance, usb_ports
from mqttui.deploy.survey import plan_for, read_survey
from mqttui.settings.paths import firmware_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mqttui.deploy.board_setup import Answers, BoardSetup, BrokerChoice
    from mqttui.deploy.config import ConfigRules
    from mqttui.deploy.plan import InstallPlan
    from mqttui.deploy.ports import SerialPort
    from mqttui.deploy.serial_board import SerialBoard
    from mqttui.deploy.survey import Survey

ONLINE_WAIT_S = 60.0
KEPT_LINES = 200


@dataclass(frozen=True, slots=True)
class Firmware:
    """The files that came along, and their rules for a configuration."""

    bundle: Mapping[str, bytes]
    rules: ConfigRules | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a board was when it was looked at, and the firmware to compare it with."""

    survey: Survey
    firmware: Firmware

    @property
    def update(self) -> InstallPlan:
        """The plan for the firmware alone, whatever the configuration."""
        return plan_for(self.survey, self.firmware.bundle, {})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is shown before anything is written, and carried out when it is confirmed."""

    look: Look
    setup: BoardSetup
    plan: InstallPlan


class Stage(Enum):
    """How far an installation is."""

    STOPPING = "stopping the program of the board"
    SENDING = "sending"
    FOLLOWING = "restarted, waiting for ONLINE"


_LEFT_BY_CANCEL = {
    Stage.STOPPING: "Cancelled; nothing was changed.",
    Stage.SENDING: (
        "Cancelled. The board has all of its old files and was restarted; install again to go on."
    ),
    Stage.FOLLOWING: "The files are installed; nobody waited until the board is online.",
}


def propose(look: Look, answers: Answers, broker: BrokerChoice | None) -> Proposal:
    """Return what an installation would do; raise `DeployError` when it cannot be done."""
    setup = answered_setup(look.firmware.rules, look.survey.own, answers, broker)
    plan = plan_for(look.survey, look.firmware.bundle, setup.files)
    if plan.problem is not None:
        raise DeployError(plan.problem)
    return Proposal(look, setup, plan)


class Installation:
    """A proposal that is carried out by `run`, on a thread; the rest is polled from another one.

    `sent_bytes` is by path. `topic` is what the board said with ONLINE, `problem` why it ended
    otherwise; `restarted_at` is in seconds since the epoch, None before. `lines` are the last that
    the board printed.
    """

    def __init__(self, port: str, proposal: Proposal) -> None:
        self.port = port
        self.proposal = proposal
        self.stage = Stage.STOPPING
        self.sent_bytes: dict[str, int] = {}
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.line_count = 0
        self.topic: str | None = None
        self.problem: str | None = None
        self.restarted_at: float | None = None
        self.is_over = False
        self._is_unwanted = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        """Whether it ends at the next point at which that is safe."""
        return self._is_unwanted.is_set()

    def cancel(self) -> None:
        """End it between two pieces of a file, or while the board is waited for."""
        self._is_unwanted.set()

    def run(self) -> None:
        """Carry it out; what goes wrong is told by `problem`."""
        try:
            self.topic = self._carry_out()
        except CancelledError:
            self.problem = _LEFT_BY_CANCEL[self.stage]
        except DeployError as problem:
            self.problem = str(problem)
        except Exception:
            self.problem = "mqttui failed here; the log has the rest. Install again to go on."
            raise
        finally:
            self.is_over = True

    def _carry_out(self) -> str:
        from mqttui.deploy.serial_board import SerialBoard

        with SerialBoard(self.port, is_unwanted=self._is_unwanted.is_set) as board:
            try:
                plan = self._present_plan(board)
                self.stage = Stage.SENDING
                if not plan.is_up_to_date:
                    install(board, plan, self._note_sent)
                set_clock(board)
            except BaseException:
                with contextlib.suppress(DeployError):
                    board.restart()
                raise
            self.stage = Stage.FOLLOWING
            self.restarted_at = time.time()
            return follow_until_online(board, self._note_line, ONLINE_WAIT_S)

    def _present_plan(self, board: SerialBoard) -> InstallPlan:
        """Return the plan for the board as it is now; raise `DeployError` if it is another one."""
        finish_interrupted(board)
        survey = read_survey(board)
        shown = self.proposal
        if survey.facts.unique_id != shown.look.survey.facts.unique_id:
            raise DeployError(
                f"Another board is at {self.port} than the one that was looked at; nothing was "
                "changed. Look at this one first."
            )
        plan = plan_for(survey, shown.look.firmware.bundle, shown.setup.files)
        if plan.problem is not None:
            raise DeployError(plan.problem)
        if _changes(plan) != _changes(shown.plan) or survey.own != shown.look.survey.own:
            raise DeployError(
                "The files on the board have changed since the plan was shown; nothing was "
                "changed here. Look at the board again."
            )
        return plan

    def _note_sent(self, path: str, sent_bytes: int) -> None:
        self.sent_bytes[path] = sent_bytes

    def _note_line(self, line: str) -> None:
        self.lines.append(line)
        self.line_count += 1


class Listening:
    """What the program of a board prints while it runs on; `run` is for a thread, the rest polled.

    `lines` are the last of `line_count`; `is_lost` while the port is away and awaited.
    """

    def __init__(self, port: str) -> None:
        self.port = port
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.line_count = 0
        self.is_lost = False
        self.problem: str | None = None
        self.is_over = False
        self._is_unwanted = threading.Event()

    def cancel(self) -> None:
        """Close the port soon; the board runs on."""
        self._is_unwanted.set()

    def run(self) -> None:
        """Listen until `cancel`; what goes wrong is told by `problem`."""
        from mqttui.deploy.serial_board import SerialLine

        try:
            with SerialLine(self.port, self._note_lost, self._is_unwanted.is_set) as board:
                while True:
                    line = board.next_line(math.inf)
                    self.is_lost = False
                    self.lines.append(line or "")
                    self.line_count += 1
        except CancelledError:
            pass
        except DeployError as problem:
            self.problem = str(problem)
        finally:
            self.is_over = True

    def _note_lost(self) -> None:
        self.is_lost = True


class PluggedBoards:
    """The boards at this machine. Its methods may wait for a board: call them on a thread."""

    def __init__(self) -> None:
        self._firmware: Firmware | None = None

    def ports(self) -> list[SerialPort]:
        """Return the serial ports with a USB device."""
        return usb_ports()

    def hindrance(self, port: str) -> str | None:
        """Return why a port cannot be opened, and what helps; None where nothing is known."""
        return hindrance(port)

    def look(self, port: str, is_unwanted: Callable[[], bool]) -> Look:
        """Stop the program of a board, ask what it is, restart it; raise `DeployError`."""
        from mqttui.deploy.serial_board import SerialBoard

        firmware = self._firmware = self._firmware or read_firmware()
        with SerialBoard(port, is_unwanted=is_unwanted) as board:
            try:
                return Look(read_survey(board), firmware)
            finally:
                with contextlib.suppress(DeployError):
                    board.restart()

    def installation(self, port: str, proposal: Proposal) -> Installation:
        """Return an installation that waits to be run."""
        return Installation(port, proposal)

    def listening(self, port: str) -> Listening:
        """Return a listener that waits to be run."""
        return Listening(port)


def read_firmware() -> Firmware:
    """Return the firmware that came along; raise `DeployError`."""
    folder = firmware_folder()
    if not folder.is_dir():
        raise DeployError(f"There is no folder {folder}, where the firmware should be.")
    bundle = read_bundle(folder)
    bundle.pop(CONFIG_FILE, None)
    return Firmware(with_list(bundle), rules_for(bundle))


def _changes(plan: InstallPlan) -> tuple[object, ...]:
    fates = tuple((file.path, file.fate) for file in (plan.boot, *plan.files))
    return fates, plan.stale, plan.changed_there
