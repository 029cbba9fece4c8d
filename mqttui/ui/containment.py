"""What keeps the program going when a part of it fails.

Textual ends the program at the first exception that nobody expects. Once it has started, a
failure is told instead, and the rest goes on:

- a handler, action, timer or worker: what it did not finish stays undone, its widget lives on;
- a widget that cannot be drawn: its lines that fail say so, and it is asked again next time;
- a widget that cannot be made or laid out: a sentence takes its place;
- a screen over another one that cannot be made: it is closed again.

During the start, for a screen with nothing below it, and when failures come without end, the
program ends as Textual ends it: with the traceback, the terminal restored.

This is the only file that replaces methods of Textual and uses private names of it;
`install` checks that they are there.
"""

from __future__ import annotations

import functools
import inspect
import logging
import re
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual._context import active_message_pump
from textual.app import App
from textual.content import Content
from textual.dom import DOMNode
from textual.events import Compose
from textual.geometry import Region
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerFailed

from mqttui.core.log.faults import FaultTally, fault_of, is_worth_writing, report_of
from mqttui.core.log.records import RecordCollector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.message import Message

    from mqttui.core.log.faults import Fault
    from mqttui.core.log.journal import Journal

LOGGER = "mqttui.ui.containment"
_log = logging.getLogger(LOGGER)

MOST_FAILURES = 500
WITHIN_S = 10.0
"""More failures than that in so short a time are no program that goes on."""

UNTOLD_LIMIT = 100
NOTICE_S = 15.0
_PAINTING = {"_refresh_layout", "_compositor_refresh"}
_PRIVATE_NAMES = (
    (MessagePump, "_dispatch_message"),
    (App, "_handle_exception"),
    (Widget, "render_lines"),
    (Screen, "_refresh_layout"),
)


class FailedPart(Widget):
    """A sentence in the place of a widget that failed."""

    DEFAULT_CSS = "FailedPart { height: auto; width: 1fr; }"

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence

    def render(self) -> Content:
        """Return the sentence."""
        return Content(self.sentence)


class HasJournal(Protocol):
    """What has the log of a connection."""

    @property
    def journal(self) -> Journal:
        """The log and what writes into it; made when first asked for."""


class Containment:
    """Takes the unexpected exceptions of an app, tells them, and leaves out what failed.

    It is off until `begin`, so that what fails during the start ends the program.
    """

    def __init__(self, app: App[Any]) -> None:
        self.is_active = False
        self._app = app
        self._tally = FaultTally()
        self._journals: list[HasJournal] = []
        self._untold: deque[tuple[Fault, float]] = deque(maxlen=UNTOLD_LIMIT)
        self._recent: deque[float] = deque(maxlen=MOST_FAILURES)
        self._collector = RecordCollector(ignored=[LOGGER])
        self._refused: BaseException | None = None
        self._left_out: set[int] = set()

    def begin(self) -> None:
        """Contain failures from now on, if this Textual is made as expected."""
        if install():
            self.is_active = True
        logging.getLogger().addHandler(self._collector)

    def end(self) -> None:
        """Listen to other parts of the program no more."""
        logging.getLogger().removeHandler(self._collector)

    def attach(self, owner: HasJournal) -> None:
        """Tell failures in this journal too; it hears of those that nobody was told."""
        self._journals.append(owner)
        while self._untold:
            owner.journal.note_fault(*self._untold.popleft())

    def detach(self, owner: HasJournal) -> None:
        """Tell this journal no more."""
        self._journals.remove(owner)

    def tell_records(self) -> None:
        """Tell what other parts of the program have logged, as soon as there is a journal."""
        if self._journals:
            for record in self._collector.take():
                for owner in self._journals:
                    owner.journal.note_record(record)

    def takes(self, error: Exception) -> bool:
        """Contain an exception; return False when it must end the program."""
        if not self.is_containing(error):
            return False
        cause = cause_of(error)
        pump = active_message_pump.get(None)
        unmade = _unmade(pump)
        if id(unmade) in self._left_out:
            # What follows from the first failure is no news.
            return True
        nodes, functions = _way_of(cause)
        culprit = nodes[-1] if nodes else pump
        fault = fault_of(cause, part_name(culprit), __file__)
        self.note(cause, fault)
        if self._is_too_much():
            self._refused = error
            return False
        if isinstance(unmade, Screen):
            if len(self._app.screen_stack) < 2 or self._app.screen is not unmade:
                self._refused = error
                return False
            self._left_out.add(id(unmade))
            self._app.call_later(self._close, unmade)
        elif unmade is not None:
            self._leave_out(unmade, fault)
        elif functions & _PAINTING:
            failed = [node for node in nodes if isinstance(node, Widget)]
            failed = [node for node in failed if not isinstance(node, Screen)]
            if failed:
                self._leave_out(failed[-1], fault)
        return True

    def note(self, error: BaseException, fault: Fault) -> None:
        """Tell a failure: in the logs, in the file, and on the screen when it is new."""
        now = time.time()
        if self._journals:
            for owner in self._journals:
                owner.journal.note_fault(fault, now)
        else:
            self._untold.append((fault, now))
        count = self._tally.note(fault)
        if is_worth_writing(count):
            again = f" (for the {count:,}th time)" if count > 1 else ""
            _log.error("%s%s\n%s", fault.sentence, again, report_of(error))
        if count == 1 and self._app.is_running:
            self._app.notify(
                f"{fault.sentence} The program goes on; the log (L) keeps this.",
                severity="error",
                timeout=NOTICE_S,
                markup=False,
            )

    def drawn(
        self, widget: Widget, crop: Region, render: Callable[[Region], list[Strip]]
    ) -> list[Strip]:
        """Return the lines of a widget; those that fail say so."""
        try:
            return render(crop)
        except Exception as error:
            if not self.is_containing(error):
                raise
            fault = fault_of(error, part_name(widget), __file__)
            self.note(error, fault)
            notice = _notice_strip(widget, fault, crop.width)
            if crop.height == 1:
                return [notice]
        strips: list[Strip] = []
        for y in range(crop.y, crop.bottom):
            try:
                strips += render(Region(crop.x, y, crop.width, 1))
            except Exception:
                strips.append(notice)
        return strips

    def is_containing(self, error: BaseException) -> bool:
        """Whether an exception would be contained now."""
        return self.is_active and error is not self._refused

    def _is_too_much(self) -> bool:
        now_s = time.monotonic()
        self._recent.append(now_s)
        return len(self._recent) == MOST_FAILURES and now_s - self._recent[0] < WITHIN_S

    def _leave_out(self, widget: Widget, fault: Fault) -> None:
        if id(widget) in self._left_out:
            return
        self._left_out.add(id(widget))
        # At once, so that the rest can be laid out.
        widget.display = False
        self._app.call_later(self._replace, widget, fault)

    async def _replace(self, widget: Widget, fault: Fault) -> None:
        parent = widget.parent
        if isinstance(parent, Widget) and widget.is_attached:
            had_focus = widget.has_focus_within
            sentence = f"! {fault.part} is left out: {fault.kind}. The log (L) says where."
            await parent.mount(FailedPart(sentence), before=widget)
            await widget.remove()
            if had_focus:
                self._app.action_focus_next()
        self._left_out.discard(id(widget))

    def _close(self, screen: Screen[Any]) -> None:
        self._left_out.discard(id(screen))
        if self._app.screen is screen:
            screen.dismiss(None)


class ContainedApp(App[None]):
    """An app whose failures are contained once it is ready; in a test they end it."""

    def __init__(self, *, contains_failures: bool = False, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.containment = Containment(self)
        self._contains_failures = contains_failures

    def on_ready(self) -> None:
        """Contain failures from now on; those of the start end the program."""
        if self._contains_failures:
            self.containment.begin()

    def on_unmount(self) -> None:
        """Leave the loggers as they were."""
        self.containment.end()

    def _handle_exception(self, error: Exception) -> None:
        if self.containment.takes(error):
            return
        # Textual would show the message raw, and the values of variables with it.
        cause = cause_of(error)
        error.__rich__ = lambda: Text(report_of(cause))  # type: ignore[attr-defined]
        super()._handle_exception(error)


def containment_of(app: object) -> Containment | None:
    """Return what contains the failures of an app, None if nothing does."""
    return app.containment if isinstance(app, ContainedApp) else None


def cause_of(error: BaseException) -> BaseException:
    """Return what a worker failed with, for its failure; else the exception itself."""
    return error.error if isinstance(error, WorkerFailed) else error


def part_name(node: object) -> str:
    """Return what a widget is called in a sentence: `The message pane`."""
    if isinstance(node, App) or node is None:
        return "The program"
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", type(node).__name__.strip("_"))
    return f"The {words.lower()}"


@functools.cache
def install() -> bool:
    """Let failures of all apps of this process be contained by their `Containment`, if any.

    Returns False, with a warning in the log, when Textual is not made as this file expects.
    """
    for owner, name in _PRIVATE_NAMES:
        if not inspect.isfunction(getattr(owner, name, None)):
            _log.warning(
                "Failures end the program: this version of Textual has no %s.%s.",
                owner.__name__,
                name,
            )
            return False
    dispatch = MessagePump._dispatch_message

    async def dispatch_contained(self: MessagePump, message: Message) -> None:
        if isinstance(message, Compose) and isinstance(self, Widget):
            _contain_drawing(type(self))
        try:
            await dispatch(self, message)
        except Exception as error:
            containment = containment_of(_app_of(self))
            if containment is None or not containment.takes(error):
                raise

    MessagePump._dispatch_message = dispatch_contained  # type: ignore[method-assign]
    _contain_drawing(Widget)
    for known in _below(Widget):
        _contain_drawing(known)
    return True


def _below(owner: type[Widget]) -> Iterator[type[Widget]]:
    for heir in owner.__subclasses__():
        yield heir
        yield from _below(heir)


@functools.cache
def _contain_drawing(owner: type[Widget]) -> None:
    """Let a class of widgets, and what it inherits from, draw under the eyes of a containment."""
    for base in owner.__mro__:
        render_lines = vars(base).get("render_lines")
        if render_lines is not None and not hasattr(render_lines, "__wrapped__"):
            setattr(base, "render_lines", _contained(render_lines))  # noqa: B010  # any class


def _contained(
    render_lines: Callable[[Widget, Region], list[Strip]],
) -> Callable[[Widget, Region], list[Strip]]:
    @functools.wraps(render_lines)
    def drawn(self: Widget, crop: Region) -> list[Strip]:
        containment = containment_of(_app_of(self))
        if containment is None:
            return render_lines(self, crop)
        return containment.drawn(self, crop, functools.partial(render_lines, self))

    return drawn


def _app_of(pump: MessagePump) -> object:
    try:
        return pump.app
    except Exception:
        return None


def _way_of(error: BaseException) -> tuple[list[DOMNode], set[str]]:
    """Return the widgets through whose methods an exception came, outermost first.

    With them the names of all functions on its way.
    """
    nodes: list[DOMNode] = []
    functions = set()
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        functions.add(frame.f_code.co_name)
        owner = frame.f_locals.get("self")
        if isinstance(owner, DOMNode):
            nodes.append(owner)
        trace = trace.tb_next
    return nodes, functions


def _unmade(pump: MessagePump | None) -> Widget | None:
    """Return the widget that is being made just now, composed and mounted."""
    if isinstance(pump, Widget) and not pump.is_mounted:
        return pump
    return None


def _notice_strip(widget: Widget, fault: Fault, width: int) -> Strip:
    style = widget.rich_style + Style(bold=True, reverse=True)
    text = f"! {fault.part} cannot draw this: {fault.kind}, see the log (L)"
    return Strip([Segment(text, style)]).adjust_cell_length(width, widget.rich_style)
