"""The boards that are plugged into this machine: what they are, and the firmware onto them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen

from mqttui.deploy.board_setup import Answers, BrokerChoice
from mqttui.deploy.bundle import CONFIG_FILE, read_authority
from mqttui.deploy.config import read_values
from mqttui.deploy.failures import DeployError
from mqttui.deploy.plugged import PluggedBoards, propose
from mqttui.deploy.ports import SerialPort
from mqttui.devices.confirmation import confirmation
from mqttui.payload.printable import printable
from mqttui.payload.quantities import count_text
from mqttui.ui.commands.plugged import PLUGGED_COMMANDS
from mqttui.ui.widgets.cells import Lines, wrapped
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar
from mqttui.ui.widgets.plugged_words import Plugged, board_rows, nobody_rows, port_cells

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.deploy.plugged import Look, Proposal
    from mqttui.ui.workspace import Workspace

_LOOKING = "asking the board"
_PLANNING = "making the plan"
_UNEXPECTED = "mqttui failed here; the log (L) has the rest."


class PluggedScreen(Screen[None]):
    """Lists serial ports; looks at boards and installs on threads, so that it never waits itself.

    `draw` is called once per frame. Boards can be worked on at the same time, each at its port.
    """

    AUTO_FOCUS = "#plugged-ports"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (134, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*PLUGGED_COMMANDS.bindings]
    CSS_PATH = "../styles/plugged.tcss"

    def __init__(self, workspace: Workspace, boards: PluggedBoards | None = None) -> None:
        super().__init__()
        self._workspace = workspace
        self._boards = boards or PluggedBoards()
        self._plugged: dict[str, Plugged] = {}
        self._named: dict[str, SerialPort] = {}
        self._problem: str | None = None
        self._is_finding = True
        self._is_left = False
        self._online_at: dict[str, float] = {}
        self._face: object = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Lines(id="plugged-title")
        with Container(id="plugged-body"):
            with Vertical(id="plugged-frame") as frame:
                frame.border_title = "Serial ports"
                yield ChoiceList[Plugged](
                    port_cells, lambda each: each.port.device, id="plugged-ports"
                )
            with VerticalScroll(id="plugged-details"):
                yield Lines(id="plugged-lines")
        yield KeyBar()

    def on_mount(self) -> None:
        """Look which boards there are."""
        self._list: ChoiceList[Plugged] = self.query_one("#plugged-ports", ChoiceList)
        self._lines = self.query_one("#plugged-lines", Lines)
        self._details = self.query_one("#plugged-details", VerticalScroll)
        self.action_find_ports()

    def on_unmount(self) -> None:
        """Let no board be waited for when nobody looks."""
        self._is_left = True
        for each in self._plugged.values():
            for going_on in (each.installation, each.listening):
                if going_on is not None:
                    going_on.cancel()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self._show)

    def draw(self, now: float) -> None:
        """Show how far the installations are; `now` is in seconds since the epoch."""
        for each in self._plugged.values():
            self._ask_broker(each, now)
            heard = each.listening
            if heard is not None and heard.is_over and heard.problem is None:
                each.listening = None
        face = [_face_of(each) for each in self._plugged.values()]
        if face != self._face:
            self._face = face
            self._show()

    def _ask_broker(self, plugged: Plugged, now: float) -> None:
        """Look whether the broker has a board as online that says so itself."""
        done = plugged.installation
        if done is None or not done.is_over or done.topic is None or done.restarted_at is None:
            return
        # The board has what was typed; nobody needs it here any longer.
        plugged.answers = Answers()
        if plugged.confirmation is not None and plugged.confirmation.is_good is not None:
            return
        said_at = self._online_at.setdefault(plugged.port.device, now)
        plugged.confirmation = confirmation(
            self._workspace.store,
            done.topic,
            self._workspace.label,
            restarted_at=done.restarted_at,
            waited_s=now - said_at,
        )

    def _show(self) -> None:
        """Show the list and the board under the cursor as they are now."""
        if not self.is_mounted:
            return
        count = len(self._plugged)
        title = f"{count_text(count)} board{'' if count == 1 else 's'} plugged into this machine"
        if self._is_finding:
            title = "Looking for boards ..."
        self.query_one("#plugged-title", Lines).show([[(title, "heading")]])
        self._list.refresh()
        region = self._details.scrollable_content_region
        width = max(20, region.width - 2)
        item = self._list.item
        self._details.border_title = Content("" if item is None else printable(item.port.device))
        if item is not None:
            rows = board_rows(item, width, region.height)
        elif self._problem is not None:
            rows = wrapped(printable(self._problem), width, "warning")
        else:
            rows = [] if self._is_finding else nobody_rows(width)
        has_other_height = len(rows) != len(self._lines.rows)
        self._lines.show(rows)
        if has_other_height:
            self._lines.refresh(layout=True)
        self.refresh_bindings()

    @on(ChoiceList.Moved)
    def _move(self) -> None:
        self._details.scroll_to(y=0, animate=False)
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what the board under the cursor is ready for."""
        item = self._list.item if self.is_mounted else None
        if action in ("look", "listen"):
            return True if item is not None and not item.is_busy else None
        if action in ("configure", "install"):
            is_ready = item is not None and item.look is not None and not item.is_busy
            return True if is_ready else None
        return True

    # Which boards there are

    def action_find_ports(self) -> None:
        """Look again which boards are plugged in."""
        self._is_finding = True
        self._show()
        self.run_worker(self._find_ports, name="find ports", group="ports", thread=True)

    def _find_ports(self) -> None:
        hindrances: dict[str, str | None] = {}
        try:
            found, problem = self._boards.ports(), None
            names = [*(port.device for port in found), *self._named]
            hindrances = {name: self._boards.hindrance(name) for name in names}
        except (DeployError, OSError, ImportError) as error:
            found = []
            problem = f"The serial ports cannot be listed: {error}."
        self._tell(self._take_ports, found, hindrances, problem)

    def _take_ports(
        self,
        found: list[SerialPort],
        hindrances: dict[str, str | None],
        problem: str | None,
    ) -> None:
        self._is_finding = False
        self._problem = problem
        ports = {**{port.device: port for port in found}, **self._named}
        before = self._plugged
        # What goes on at a port is shown to its end, also while a reset takes the port away.
        busy = {name: each for name, each in before.items() if each.is_busy}
        self._plugged = {
            **{name: before.get(name) or Plugged(port) for name, port in ports.items()},
            **busy,
        }
        for name, each in self._plugged.items():
            if not each.is_busy and each.look is None:
                each.look_problem = hindrances.get(name)
        self._list.show(list(self._plugged.values()))
        self._show()

    def action_name_port(self) -> None:
        """Ask for a port that is not found by itself."""
        from mqttui.ui.screens.board_setup import PortQuestion

        self.app.push_screen(PortQuestion(), self._add_port)

    def _add_port(self, name: str | None) -> None:
        if name is None:
            return
        if name not in self._plugged:
            port = SerialPort(device=name, chip="named by hand", usb_id="-", serial_number=None)
            self._named[name] = port
            self._plugged[name] = Plugged(port)
            self._list.show(list(self._plugged.values()))
        self._list.action_move_to(list(self._plugged).index(name))
        self._show()

    # Looking at one

    @on(ChoiceList.Chosen)
    def action_look(self) -> None:
        """Ask the board under the cursor what it is."""
        item = self._list.item
        if item is None or item.is_busy:
            return
        item.look = item.proposal = item.installation = item.confirmation = None
        item.look_problem = item.refusal = item.listening = None
        item.waits_for = _LOOKING
        self._show()
        self.run_worker(lambda: self._look(item), name="look at board", thread=True)

    def _look(self, item: Plugged) -> None:
        look, problem = None, _UNEXPECTED
        try:
            look = self._boards.look(item.port.device, lambda: self._is_left)
        except DeployError as error:
            problem = str(error)
        finally:
            self._tell(self._take_look, item, look, None if look is not None else problem)

    def _take_look(self, item: Plugged, look: Look | None, problem: str | None) -> None:
        item.waits_for = None
        item.look, item.look_problem = look, problem
        if look is not None:
            self._plan(item)
        self._show()

    def _plan(self, item: Plugged) -> None:
        """Make the plan on a thread, as it reads files."""
        item.waits_for, item.proposal, item.refusal = _PLANNING, None, None
        self._show()
        look, answers = item.look, item.answers
        assert look is not None
        self.run_worker(lambda: self._propose(item, look, answers), name="plan", thread=True)

    def _propose(self, item: Plugged, look: Look, answers: Answers) -> None:
        proposal, refusal = None, _UNEXPECTED
        try:
            proposal = propose(look, answers, self._broker(answers))
        except DeployError as error:
            refusal = str(error)
        finally:
            self._tell(
                self._take_proposal, item, proposal, None if proposal is not None else refusal
            )

    def _broker(self, answers: Answers) -> BrokerChoice | None:
        """Return the broker of this connection with its CA; raise `DeployError`."""
        settings = self._workspace.settings
        if settings is None:
            return None
        authority = None
        if settings.tls is not None:
            named = Path(answers.ca_file).expanduser() if answers.ca_file else settings.tls.ca_file
            if named is not None and named.exists() and not named.is_file():
                raise DeployError(f"{named} is no file.")
            authority = None if named is None else read_authority(named)
        return BrokerChoice(settings, authority)

    def _take_proposal(self, item: Plugged, proposal: Proposal | None, refusal: str | None) -> None:
        item.waits_for = None
        item.proposal, item.refusal = proposal, refusal
        self._show()

    def _tell(self, method: object, *values: object) -> None:
        """Call a method in the loop of the interface, from a thread, unless the screen is left."""
        if not self._is_left:
            self.app.call_from_thread(self._told, method, *values)

    def _told(self, method: object, *values: object) -> None:
        if self.is_mounted and not self._is_left:
            assert callable(method)
            method(*values)

    # Changing one

    def action_configure(self) -> None:
        """Ask for name, Wi-Fi and broker of the board under the cursor."""
        from mqttui.ui.screens.board_setup import SetupForm

        item = self._list.item
        if item is None or item.look is None or item.is_busy:
            return
        try:
            values = read_values(item.look.survey.own.get(CONFIG_FILE, b"{}"), CONFIG_FILE)
        except DeployError:
            values = {}

        def take(answers: Answers | None) -> None:
            if answers is not None and not item.is_busy:
                item.answers = answers
                item.installation = item.confirmation = item.listening = None
                self._plan(item)

        form = SetupForm(item.port.device, values, item.answers, self._workspace.settings)
        self.app.push_screen(form, take)

    def action_install(self) -> None:
        """Ask once more, then install."""
        from mqttui.ui.screens.board_setup import InstallQuestion

        item = self._list.item
        if item is None or item.look is None or item.is_busy:
            return
        if item.proposal is None:
            self.action_configure()
            return
        proposal = item.proposal

        def take(is_meant: bool | None) -> None:
            if is_meant and not item.is_busy:
                self._start(item, proposal)

        self.app.push_screen(InstallQuestion(item.port.device, proposal), take)

    def _start(self, item: Plugged, proposal: Proposal) -> None:
        item.confirmation = item.proposal = item.look = item.listening = None
        self._online_at.pop(item.port.device, None)
        item.installation = self._boards.installation(item.port.device, proposal)
        self.run_worker(item.installation.run, name="install", thread=True)
        self._show()

    def action_listen(self) -> None:
        """Follow what the board under the cursor prints."""
        item = self._list.item
        if item is None or item.is_busy:
            return
        item.listening = self._boards.listening(item.port.device)
        self.run_worker(item.listening.run, name="follow lines", thread=True)
        self._show()

    def action_back(self) -> None:
        """Cancel what goes on, at the next point where that is safe; else leave."""
        item = self._list.item
        if item is not None and item.listening is not None:
            item.listening.cancel()
            if item.listening.is_over:
                item.listening = None
            self._show()
            return
        going_on = [
            (row, each.installation)
            for row, each in enumerate(self._list.items)
            if each.installation is not None and not each.installation.is_over
        ]
        if not going_on:
            self.dismiss(None)
            return
        here = None if item is None else item.installation
        if here is not None and not here.is_over:
            if here.is_cancelled:
                self.notify("The board ends what it is at; then esc leaves.", severity="warning")
            here.cancel()
        else:
            self._list.action_move_to(going_on[0][0])
            self.notify("This one is not done yet; esc cancels it.", severity="warning")
        self._show()


def _face_of(plugged: Plugged) -> tuple[object, ...]:
    """Return what of a board changes by itself."""
    done, heard = plugged.installation, plugged.listening
    face: tuple[object, ...] = (plugged.confirmation,)
    if done is not None:
        sent_bytes = sum(done.sent_bytes.copy().values())
        face += (done.stage, sent_bytes, done.line_count, done.is_over)
    if heard is not None:
        face += (heard.line_count, heard.is_lost, heard.is_over)
    return face
