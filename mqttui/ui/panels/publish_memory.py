"""History and templates of one broker, read when the panel opens and written behind the scenes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mqttui.core.publish.history import history_of_json
from mqttui.core.publish.templates import templates_of_json
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from mqttui.settings.broker_memory import BrokerMemory

HISTORY_SECTION = "publish_history"
TEMPLATES_SECTION = "publish_templates"


class PublishMemory:
    """What is remembered; `problems` are sentences about what could not be read.

    Without `keeps_payloads` the history is written without them; templates have always theirs.
    """

    def __init__(self, memory: BrokerMemory, *, keeps_payloads: bool) -> None:
        self._memory = memory
        self._keeps_payloads = keeps_payloads
        self._turn = asyncio.Lock()
        self.history, damaged = history_of_json(memory.read(HISTORY_SECTION))
        self.templates, more = templates_of_json(memory.read(TEMPLATES_SECTION))
        self.problems = list(memory.problems)
        if damaged + more:
            self.problems.append(
                f"{damaged + more:,} remembered messages could not be read and are left out."
            )

    async def save_history(self) -> str | None:
        """Write the history; return a sentence when that was not possible."""
        return await self._save(
            HISTORY_SECTION, self.history.to_json(with_payloads=self._keeps_payloads)
        )

    async def save_templates(self) -> str | None:
        """Write the templates; return a sentence when that was not possible."""
        return await self._save(TEMPLATES_SECTION, self.templates.to_json())

    async def _save(self, section: str, value: Any) -> str | None:
        # In turn, so that what is older is not written last.
        async with self._turn:
            try:
                await asyncio.to_thread(self._memory.write, section, value)
            except SettingsError as problem:
                return str(problem)
        return None
