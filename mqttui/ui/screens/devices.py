"""The boards: which are there, what they measure, whether it can be true, and their commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Static

from mqttui.core.source import Phase
from mqttui.devices.commands import BoardCommand
from mqttui.devices.presence import Presence
from mqttui.devices.selection import BoardOrder, Shown, counts_of, selected
from mqttui.ui.commands.devices import DEVICES_COMMANDS
from mqttui.ui.widgets.board_columns import NOTHING, head_cells, title_cells
from mqttui.ui.widgets.board_details import BUTTONS, BoardDetails, View
from mqttui.ui.widgets.board_list import BoardList
from mqttui.ui.widgets.cells import Lines
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.node import TopicNode
    from mqttui.devices.board import Board
    from mqttui.ui.workspace import Workspace

WATCHED_BUDGET_S = 0.006
DRAW_INTERVAL_S = 0.5
WAKING_S = 20.0
"""What a board takes to start, to join the Wi-Fi and to connect."""

_COMMANDS = ("set", "give", "reset")
_BY_BUTTON = {"Range": "set('range')", "Reset": "reset", "Identify": "give('identify')"}
PLAIN_COMMANDS = {
    "identify": BoardCommand("identify", "identify"),
    "get": BoardCommand("get", "present values"),
}
RESET = BoardCommand("reset", "reset")


class DevicesScreen(Screen["TopicNode | None"]):
    """Shows the boards of a workspace; `draw` is called once per frame.

    It is dismissed with the branch of the board to which the user wants to go, or with None.
    """

    AUTO_FOCUS = "#device-list"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (134, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*DEVICES_COMMANDS.bindings]
    CSS_PATH = "../styles/devices.tcss"

    def __init__(self, workspace: Workspace, branch: TopicNode | None = None) -> None:
        super().__init__()
        self._workspace = workspace
        self._fleet = workspace.fleet
        self._wanted = branch
        self._orders = workspace.orders
        self._shown = Shown.ALL
        self._order = BoardOrder.NAME
        self._listed: list[Board] = []
        self._drawn_at = float("-inf")
        self._version = -1
        self._face: object = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Lines(id="devices-title")
        yield Switches(id="devices-switches")
        with Container(id="devices-body"):
            with Vertical(id="devices-frame") as frame:
                frame.border_title = "Boards"
                yield Lines(id="devices-head")
                yield BoardList(id="device-list")
                yield Static(NOTHING, id="devices-nothing", markup=False)
            yield BoardDetails(self._workspace, id="device-details")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known already."""
        self._list = self.query_one(BoardList)
        self._details = self.query_one(BoardDetails)
        self._draw_switches()
        self._fleet.update(self._workspace.wall_clock(), WATCHED_BUDGET_S)
        self._draw_list(is_other_list=True)
        self._follow_cursor()

    def draw(self, now: float) -> None:
        """Read what is new, follow the commands, show what changed; `now` is since the epoch."""
        board = self._board
        self._fleet.update(now, WATCHED_BUDGET_S, board)
        self._orders.look()
        if self._version != self._fleet.version or not 0 <= now - self._drawn_at < DRAW_INTERVAL_S:
            self._drawn_at = now
            self._draw_list()
        self._list.refresh_frame(now)
        if self._details.display:
            self._details.show_order(None if board is None else self._orders.last_of(board.path))
            self._details.refresh_frame(now)

    def on_resize(self) -> None:
        """Give the columns the room there is."""
        self.call_after_refresh(self._draw_head)

    def _draw_switches(self) -> None:
        self.query_one("#devices-switches", Switches).show(
            [
                Switch("list ", [(each, each.value) for each in Shown], self._shown),
                Switch("by ", [(each, each.value) for each in BoardOrder], self._order),
            ]
        )

    def _draw_list(self, *, is_other_list: bool = False) -> None:
        boards = self._fleet.boards
        self._version = self._fleet.version
        listed = selected(boards, self._shown, self._order)
        if listed != self._listed or is_other_list:
            self._listed = listed
            self._list.show(listed, is_other_list=is_other_list)
            self._go_to_wanted()
            self._follow_cursor()
        has_boards = bool(boards)
        self._list.display = has_boards
        self.query_one("#devices-nothing").display = not has_boards
        problem = None
        if self._workspace.source.status.phase is not Phase.CONNECTED:
            problem = "not connected: what is shown is old"
        elif self._workspace.is_read_only:
            problem = "READ ONLY: no commands"
        title = title_cells(counts_of(boards), self._fleet.unlisted, problem)
        self.query_one("#devices-title", Lines).show([title])
        self._draw_head()
        self._draw_offer()

    def _go_to_wanted(self) -> None:
        """Go to the board from whose topic the user comes, once it is found."""
        board = self._fleet.board_of(self._wanted)
        if board is not None and board in self._listed:
            self._wanted = None
            self._list.action_move_to(self._listed.index(board))

    def _draw_head(self) -> None:
        head = head_cells(self._list.row_cells - 1) if self._list.display else []
        self.query_one("#devices-head", Lines).show([head])

    def _draw_offer(self) -> None:
        """Offer the commands that the board obeys now."""
        actions = {title: self._action_of(title) for title in BUTTONS}
        offered = {
            title: self.check_action(action.partition("(")[0], ())
            for title, action in actions.items()
        }
        self._details.offer(offered)
        if offered != self._face:
            self._face = offered
            self.refresh_bindings()

    # The board under the cursor

    @property
    def _board(self) -> Board | None:
        return self._list.item

    @on(ChoiceList.Moved, "#device-list")
    def _move(self) -> None:
        """Whoever moves the cursor wants to be there."""
        self._wanted = None
        self._follow_cursor()

    def _follow_cursor(self) -> None:
        """Show the board under the cursor."""
        self._details.show_board(self._board)
        self._draw_offer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer commands only for boards that know them, and none while only reading."""
        if action == "show_plugged" and self._workspace.is_read_only:
            return None
        if action not in _COMMANDS:
            return True
        board = self._board if self.is_mounted else None
        if board is None or not board.info.speaks_our_protocol:
            return False
        if self._workspace.is_read_only and DEVICES_COMMANDS.changes_broker(action):
            return None
        # A board that is away hears nothing; for one that sleeps the broker keeps the command.
        return None if board.presence is Presence.OFFLINE else True

    # What the user does

    def action_enter(self) -> None:
        """Go on in the details of the board; from there on to the next view."""
        if self._board is None:
            return
        if self._details.has_focus_within:
            self._details.step_view(1)
            return
        self.add_class("-open")
        self.call_after_refresh(self._details.focus_view)

    @on(ChoiceList.Chosen, "#device-list")
    def open_by_mouse(self) -> None:
        """A second click opens the board."""
        self.action_enter()

    def action_back(self) -> None:
        """Go back to the list, from there to the tree."""
        if self._details.has_focus_within or self.has_class("-open"):
            self.remove_class("-open")
            self.set_focus(self._list)
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Go back to the tree at once."""
        self.dismiss(None)

    def action_go_to_tree(self) -> None:
        """Leave for the topics of the board."""
        if self._board is not None:
            self.dismiss(self._board.branch)

    def action_step_view(self, steps: int) -> None:
        """Show the next view of the board."""
        self._details.step_view(steps)

    def action_cycle_shown(self) -> None:
        """List the next kind of boards."""
        kinds = list(Shown)
        self._show(kinds[(kinds.index(self._shown) + 1) % len(kinds)])

    def action_cycle_order(self) -> None:
        """Take the next order."""
        orders = list(BoardOrder)
        self._arrange(orders[(orders.index(self._order) + 1) % len(orders)])

    def _show(self, shown: Shown) -> None:
        self._shown = shown
        self._draw_switches()
        self._draw_list(is_other_list=True)

    def _arrange(self, order: BoardOrder) -> None:
        self._order = order
        self._draw_switches()
        self._draw_list()

    @on(Switches.Clicked, "#devices-switches")
    def take_option(self, event: Switches.Clicked) -> None:
        """Show what was clicked."""
        match event.value:
            case Shown():
                self._show(event.value)
            case BoardOrder():
                self._arrange(event.value)

    def action_show_plugged(self) -> None:
        """Show the boards that are plugged into this machine."""
        from mqttui.ui.screens.plugged import PluggedScreen

        self.app.push_screen(PluggedScreen(self._workspace))

    # Commands

    @staticmethod
    def _action_of(title: str) -> str:
        return _BY_BUTTON.get(title, f"set('{title.lower()}')")

    @on(BoardDetails.ButtonPressed)
    async def press(self, event: BoardDetails.ButtonPressed) -> None:
        """Do what the button says."""
        await self.run_action(self._action_of(event.title))

    def action_set(self, name: str) -> None:
        """Ask which value is wanted, and send it."""
        from mqttui.ui.screens.board_command import CommandChoice

        board = self._board
        if board is not None:
            self.app.push_screen(
                CommandChoice(board, name), lambda command: self._give(board, command)
            )

    def action_give(self, op: str) -> None:
        """Send a command that has no values."""
        if self._board is not None:
            self._give(self._board, PLAIN_COMMANDS[op])

    def action_reset(self) -> None:
        """Ask for the name, and let the board start again."""
        from mqttui.ui.screens.board_command import ResetQuestion

        board = self._board
        if board is not None:
            self.app.push_screen(
                ResetQuestion(board),
                lambda is_meant: self._give(board, RESET if is_meant else None),
            )

    def _sleep_s(self, board: Board) -> float:
        """Return how long a board will sleep yet and take to connect, 0 for one that is awake."""
        if board.presence is not Presence.SLEEPING:
            return 0.0
        now = self._workspace.wall_clock()
        rest_s = board.info.sleep_s or 0.0
        if board.wakes_at is not None:
            rest_s = max(0.0, board.wakes_at - now)
        return rest_s + WAKING_S

    def _give(self, board: Board, command: BoardCommand | None) -> None:
        if command is not None:
            self._orders.give(board.path, command, self._sleep_s(board))
            if command.op == "sweep" and board is self._board:
                self._details.show_view(View.CURVE)
            self.draw(self._workspace.wall_clock())
