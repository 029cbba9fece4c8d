"""All that is written of a board that is plugged in: what it is, the plan, how far that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.deploy.board_setup import Answers, setup_lines
from mqttui.deploy.bundle import CONFIG_FILE
from mqttui.deploy.plugged import Stage
from mqttui.payload.printable import printable
from mqttui.payload.quantities import UNKNOWN, count_text, size_text
from mqttui.ui.glyphs import DONE, FAILED
from mqttui.ui.widgets.cells import fitted, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.deploy.plugged import Installation, Listening, Look, Proposal
    from mqttui.deploy.ports import SerialPort
    from mqttui.devices.confirmation import Confirmation
    from mqttui.ui.widgets.cells import Cells

_LABEL_CELLS = 13
_SHOWN_LINES = 12
_BAR_CELLS = 20

NOBODY = (
    "No board is plugged in: this machine has no serial port with a USB device.",
    "- Use a cable with data lines; one that only charges has none.",
    "- Windows and macOS may need the driver of the bridge (CP210x, CH340).",
    "- On Linux you must be a member of the group that owns the port (dialout or uucp); log in "
    "again after that.",
    "Plug it in and press r. A port that is not found by itself is named with p.",
)


@dataclass(slots=True)
class Plugged:
    """A port with what is known of the board there.

    `waits_for` says what is being waited for, None when nothing is. `look_problem` is why it could
    not be looked at, `refusal` why there is no proposal.
    """

    port: SerialPort
    waits_for: str | None = None
    look: Look | None = None
    look_problem: str | None = None
    answers: Answers = field(default_factory=Answers)
    proposal: Proposal | None = None
    refusal: str | None = None
    installation: Installation | None = None
    listening: Listening | None = None
    confirmation: Confirmation | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something goes on at this port."""
        going_on = (self.installation, self.listening)
        is_running = any(each is not None and not each.is_over for each in going_on)
        return is_running or self.waits_for is not None

    @property
    def has_config(self) -> bool:
        """Whether the board has a configuration."""
        return self.look is not None and CONFIG_FILE in self.look.survey.own


def state_of(plugged: Plugged) -> tuple[str, str]:
    """Return the state of a board in few words, and their role."""
    if plugged.listening is not None:
        heard = plugged.listening
        if heard.problem is not None:
            return ("not usable", "warning")
        return ("port lost, waiting" if heard.is_lost else "following its lines", "number")
    done = plugged.installation
    if done is not None:
        if not done.is_over:
            return (done.stage.value, "number")
        if done.problem is not None and done.is_cancelled:
            return ("cancelled", "warning")
        if done.problem is not None:
            return ("not installed" if done.restarted_at is None else "not online", "warning")
        return ("installed, online", "literal")
    if plugged.waits_for is not None:
        return (plugged.waits_for, "number")
    if plugged.look_problem is not None:
        return ("not usable", "warning")
    if plugged.look is None:
        return ("not looked at", "dim")
    return (update_text(plugged.look), "fact")


def update_text(look: Look) -> str:
    """Return whether the firmware of a board is the one that came along."""
    plan = look.update
    differing = len(plan.to_send) + len(plan.stale)
    if not differing:
        return "firmware up to date"
    return f"{count_text(differing)} of {count_text(len(plan.files))} firmware files differ"


def port_cells(plugged: Plugged, width: int) -> Cells:
    """Return the row of a port in the list."""
    port = plugged.port
    name = fitted(printable(port.device), 18).ljust(18)
    chip = fitted(printable(port.chip), 24).ljust(24)
    text, role = state_of(plugged)
    return [
        (f" {name} ", "topic"),
        (f"{chip} ", "dim"),
        (fitted(text, max(1, width - 46)), role),
    ]


def nobody_rows(width: int) -> list[Cells]:
    """Return what to do when there is no board."""
    return [row for text in NOBODY for row in wrapped(text, width, "value")]


def board_rows(plugged: Plugged, width: int, height: int) -> list[Cells]:
    """Return all about one board, in rows of `width` cells; lines that go on fill `height` rows."""
    if plugged.listening is not None:
        return _listening_rows(plugged.listening, width, height)
    rows: list[Cells] = []
    if plugged.installation is not None:
        rows += [*_installation_rows(plugged.installation, plugged, width), []]
    if plugged.waits_for is not None:
        rows += wrapped(f"{plugged.waits_for} ...", width, "number")
    if plugged.look_problem is not None:
        rows += wrapped(printable(plugged.look_problem), width, "warning")
    elif plugged.look is None and plugged.waits_for is None and plugged.installation is None:
        ask = "enter asks the board what it is. That stops its program and restarts it at the end."
        rows += wrapped(ask, width, "value")
    if plugged.look is not None:
        rows += _fact_rows(plugged.look, width)
    if plugged.installation is None and plugged.look is not None:
        rows += [[], *_plan_rows(plugged, width)]
    return rows


def progress_text(installation: Installation) -> str:
    """Return how much has been sent of how much."""
    plan = installation.proposal.plan
    sizes = {file.path: len(file.content) for file in plan.to_send}
    sent = {path: count for path, count in installation.sent_bytes.copy().items() if path in sizes}
    total_bytes, sent_bytes = sum(sizes.values()), sum(sent.values())
    done = sum(sent.get(path, -1) >= size for path, size in sizes.items())
    filled = _BAR_CELLS * sent_bytes // max(1, total_bytes)
    bar = "#" * filled + "." * (_BAR_CELLS - filled)
    return (
        f"[{bar}] {count_text(done)} of {count_text(len(sizes))} files, "
        f"{size_text(sent_bytes)} of {size_text(total_bytes)}"
    )


def _fact_rows(look: Look, width: int) -> list[Cells]:
    facts = look.survey.facts
    uid, mac = printable(facts.unique_id) or UNKNOWN, printable(facts.mac_address or UNKNOWN)
    named = [
        ("board", printable(facts.board) or UNKNOWN),
        ("MicroPython", facts.release_text),
        ("id", f"{uid}, MAC address {mac}"),
        (
            "flash",
            f"{size_text(facts.flash_bytes)}, for files {size_text(facts.disk_bytes)} "
            f"({size_text(facts.disk_free_bytes)} free)",
        ),
        ("memory", f"{size_text(facts.memory_free_bytes)} free"),
        ("files", f"{count_text(len(look.survey.files))}, {update_text(look)}"),
    ]
    return [
        [(label.ljust(_LABEL_CELLS), "dim"), (fitted(text, width - _LABEL_CELLS), "fact")]
        for label, text in named
    ]


def _plan_rows(plugged: Plugged, width: int) -> list[Cells]:
    if plugged.refusal is not None:
        rows = wrapped(printable(plugged.refusal), width, "warning")
        return [*rows, *wrapped("c opens the form with name, Wi-Fi and broker.", width, "value")]
    proposal = plugged.proposal
    if proposal is None:
        return []
    lines = proposal.plan.lines()
    rows = [[(fitted(f"Plan: {lines[0]}", width), "heading")]]
    rows += [[(fitted(line, width), "fact")] for line in lines[1:]]
    if CONFIG_FILE in proposal.setup.files:
        rows += [[(line, "fact")] for line in setup_lines(proposal.setup, width)]
    else:
        rows.append([("  The configuration on the board stays as it is; c changes it.", "dim")])
        rows += [row for note in proposal.setup.notes for row in wrapped(note, width, "warning")]
    if proposal.plan.is_up_to_date:
        rows.append([("i sets its clock, restarts it and waits for ONLINE.", "value")])
    else:
        rows.append([("i installs; nothing has been written yet.", "value")])
    return rows


def _installation_rows(done: Installation, plugged: Plugged, width: int) -> list[Cells]:
    rows: list[Cells] = []
    if done.is_over and done.problem is not None:
        rows += wrapped(f"{FAILED} {printable(done.problem)}", width, "warning")
    elif done.is_over:
        name = printable(done.topic or "")
        rows += wrapped(
            f"{DONE} The board says that it is online: {name}".rstrip(": "), width, "literal"
        )
    else:
        how = " (esc pressed: ends where that is safe)" if done.is_cancelled else ""
        rows += wrapped(f"{done.stage.value}{how}", width, "heading")
    if plugged.confirmation is not None:
        said = plugged.confirmation
        mark = {True: f"{DONE} ", False: f"{FAILED} ", None: ""}[said.is_good]
        role = {True: "literal", False: "warning", None: "value"}[said.is_good]
        rows += wrapped(f"{mark}{said.sentence}", width, role)
    if done.sent_bytes:
        rows.append([(fitted(progress_text(done), width), "fact")])
    if done.stage is Stage.SENDING and not done.is_over:
        rows += _file_rows(done, width)
    return rows + _printed_rows(done.lines.copy(), done.line_count, width, _SHOWN_LINES)


def _listening_rows(heard: Listening, width: int, height: int) -> list[Cells]:
    if heard.problem is not None:
        return wrapped(f"{FAILED} {printable(heard.problem)}", width, "warning")
    title = "What the board prints; esc ends."
    if heard.is_lost:
        title = "The port is gone; waiting until it is there again. esc ends."
    rows: list[Cells] = [[(fitted(title, width), "heading")]]
    return rows + _printed_rows(heard.lines.copy(), heard.line_count, width, max(1, height - 2))


def _printed_rows(
    lines: Sequence[str], line_count: int, width: int, rows_count: int
) -> list[Cells]:
    """Return the last lines of a board, and how many there were before them."""
    shown = list(lines)[-rows_count:]
    rows: list[Cells] = [
        [(fitted(f"  | {printable(line[: 4 * width])}", width), "value")] for line in shown
    ]
    hidden = max(0, line_count - len(shown))
    if hidden:
        rows.insert(0, [(f"  {count_text(hidden)} earlier lines", "dim")])
    return rows


def _file_rows(done: Installation, width: int) -> list[Cells]:
    rows: list[Cells] = []
    for file in done.proposal.plan.to_send:
        size = len(file.content)
        sent = done.sent_bytes.get(file.path, 0)
        share = f"{100 * sent // max(1, size):3} %" if file.path in done.sent_bytes else "    -"
        text = f"  {share}  {printable(file.path)}  {size_text(size)}"
        rows.append([(fitted(text, width), "fact" if sent else "dim")])
    return rows
