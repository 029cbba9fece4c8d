"""Asks for the file that says what messages of Protobuf consist of."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from mqttui.payload.printable import printable
from mqttui.payload.protobuf.schema import Schema
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.decoder_memory import (
    SCHEMA_SECTION,
    remembered_schema_path,
    save_section,
    schema_at,
)
from mqttui.ui.widgets.form_input import FormInput

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.ui.workspace import Workspace


class SchemaScreen(ModalScreen[Schema | None]):
    """Dismissed with the messages of a file, which is remembered for the broker, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Read no schema", key_display="esc")
    ]
    CSS_PATH = "../styles/decoders.tcss"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._is_reading = False

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(id="schema") as box:
            box.border_title = "Schema of Protobuf"
            box.border_subtitle = "enter reads, esc goes back"
            yield Static(
                "A .proto file, whose imports are looked for beside it, or a descriptor set"
                " that protoc wrote.",
                markup=False,
            )
            path = remembered_schema_path(self._workspace.memory)
            yield FormInput(value=path, placeholder="~/course/weather.proto")
            yield Static(id="schema-problem")

    @on(Input.Submitted)
    async def read(self, event: Input.Submitted) -> None:
        """Read the file; one that cannot be used is explained."""
        path = event.value.strip()
        if self._is_reading or not path:
            return
        self._is_reading = True
        try:
            schema = await asyncio.to_thread(schema_at, path)
        except SettingsError as problem:
            self._complain(str(problem))
            return
        finally:
            self._is_reading = False
        if not schema.message_names():
            self._complain(f"{path} has no messages.")
            return
        problem_text = await save_section(self._workspace.memory, SCHEMA_SECTION, path)
        if problem_text is not None:
            self.app.notify(printable(problem_text), severity="warning", markup=False)
        self.dismiss(schema)

    def _complain(self, sentence: str) -> None:
        self.query_one("#schema-problem", Static).update(Content(printable(f"! {sentence}")))

    def action_leave(self) -> None:
        """Read nothing."""
        self.dismiss(None)
