"""Clearing retained messages and putting them back, as the user confirms, cancels and undoes it.

The screen asks and is told; the work itself is `core.retained.work` on a thread.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Input

from mqttui.core.retained.plan import ClearPlan
from mqttui.core.retained.work import carry_out
from mqttui.ui.commands.retained import RETAINED_COMMANDS
from mqttui.ui.screens.retained_view import RetainedView
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.retained_words import PACES
from mqttui.ui.widgets.switches import Switches

if TYPE_CHECKING:
    from textual.binding import BindingType

    from mqttui.core.retained.plan import PutBackPlan
    from mqttui.core.retained.work import RetainedWork


class RetainedScreen(RetainedView):
    """Shows a plan, carries it out when it is confirmed, and undoes it."""

    BINDINGS: ClassVar[list[BindingType]] = [*RETAINED_COMMANDS.bindings]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered; nothing that changes the broker while reading."""
        if self._workspace.is_read_only and RETAINED_COMMANDS.changes_broker(action):
            return False
        is_planning = self._work is None
        match action:
            case "confirm":
                return self._is_ready
            case "toggle_insists":
                return is_planning and self._may_insist
            case "cycle_pace":
                return is_planning
            case "toggle_branch":
                return is_planning and self._has_choice_of_branch
            case "ask_again" | "show_backups":
                return not self._undertaking.is_working
            case "undo":
                return self._is_connected and self._undertaking.can_undo
            case "go_on":
                return self._is_connected and self._undertaking.has_rest
        return True

    # The plan

    def action_ask_again(self) -> None:
        """Ask what is retained now, and forget what was done before."""
        self._ask()

    def action_toggle_branch(self) -> None:
        """Mean the topic alone, or everything below it too."""
        plan = self._plan
        if isinstance(plan, ClearPlan):
            scope = replace(plan.scope, is_branch=not plan.scope.is_branch)
            self._plan = replace(plan, scope=scope)
            self._ask()

    def action_toggle_insists(self) -> None:
        """Take along what cannot be undone, or replace what is newer."""
        self._plan = replace(self._plan, insists=not self._plan.insists)
        if self._is_asking:
            self._draw_switches()
        else:
            self._prepare()

    def action_cycle_pace(self) -> None:
        """Go slower or faster."""
        paces = list(PACES)
        self._pace = paces[(paces.index(self._pace) + 1) % len(paces)]
        self._draw_switches()

    @on(Switches.Clicked)
    def take_option(self, event: Switches.Clicked) -> None:
        """Do what was clicked."""
        plan = self._plan
        match event.value:
            case ("pace", str(name)):
                self._pace = name
                self._draw_switches()
            case ("branch", option):
                if isinstance(plan, ClearPlan) and option != plan.scope.is_branch:
                    self.action_toggle_branch()
            case ("insists", option):
                if option != plan.insists:
                    self.action_toggle_insists()

    def action_show_backups(self) -> None:
        """Choose an older backup."""
        from mqttui.ui.screens.backups import BackupsScreen

        self.app.push_screen(BackupsScreen(), self._take_plan)

    def _take_plan(self, plan: PutBackPlan | None) -> None:
        if plan is not None:
            self._plan = plan
            self._ask()

    # The work

    def action_confirm(self) -> None:
        """Let the user type the name."""
        self.set_focus(self._field)

    @on(ChoiceList.Chosen)
    def confirm_by_mouse(self) -> None:
        """A second click on the list leads to the name too."""
        if self.check_action("confirm", ()):
            self.action_confirm()

    @on(Input.Changed)
    def forget_hint(self) -> None:
        """Whoever types again need not be told again."""
        if self._hint:
            self._hint = ""
            self._draw_words()

    @on(Input.Submitted)
    def take_name(self, event: Input.Submitted) -> None:
        """Begin when the name is right."""
        if not self._is_ready or self._workspace.is_read_only:
            return
        if event.value != self._typed_name:
            self._hint = f"This is not the name. Nothing is done before you type {self._typed_name}"
            self._draw_words()
            return
        assert self._job is not None
        self._begin(self._undertaking.begin(self._job, PACES[self._pace]))

    def _begin(self, work: RetainedWork | None) -> None:
        if work is None:
            return
        self._shown = None
        self.run_worker(
            lambda: carry_out(work, self._is_left.is_set), name="retained work", thread=True
        )
        self.set_focus(self._rows)
        self._draw_switches()
        self._draw_work(work)
        self.refresh_bindings()

    def action_undo(self) -> None:
        """Put back what was cleared or replaced."""
        self._begin(self._undertaking.undo(PACES[self._pace]))

    def action_go_on(self) -> None:
        """Do what was left."""
        self._begin(self._undertaking.go_on(PACES[self._pace]))

    def action_back(self) -> None:
        """Cancel what is going on; else from the name to the list, from there to the tree."""
        if self._work is not None and self._undertaking.is_working:
            self._work.cancel()
        elif self._field.has_focus:
            self.set_focus(self._rows)
        else:
            self.dismiss()
