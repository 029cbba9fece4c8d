"""Which retained messages are meant: one topic, or a branch of the tree."""

from __future__ import annotations

from dataclasses import dataclass

from mqttui.core.topic import topic_problem
from mqttui.payload.printable import printable

_LONGEST_TYPED_NAME = 60


@dataclass(frozen=True, slots=True)
class Scope:
    """A topic, or with `is_branch` also everything below it; `path` is its name.

    Bytes of the name that are not UTF-8 are lone surrogates (PEP 383).
    """

    path: str
    is_branch: bool

    @property
    def problem(self) -> str | None:
        """Why the broker cannot be asked for it or must not be, in one sentence, else None."""
        if self.path.startswith("$"):
            return "Topics that begin with $ belong to the broker; they are never touched."
        # The branch above a leading slash has an empty name, and its topics do not.
        problem = topic_problem(self.path or "/")
        if problem is None:
            return None
        return f"The broker cannot be asked for {printable(self.path)}: {problem}"

    @property
    def topic_filter(self) -> str:
        """The filter that finds it; `a/#` finds `a` too (MQTT 5.0 section 4.7.1.2)."""
        return f"{self.path}/#" if self.is_branch else self.path

    def typed_name(self, count: int) -> str:
        """Return what is to be typed to confirm that `count` messages are cleared.

        The name where it can be typed; `clear 12` where it is empty, long or hard to type.
        """
        name = self.path
        is_plain = name.isascii() and name.isprintable() and name == name.strip()
        if name and is_plain and len(name) <= _LONGEST_TYPED_NAME:
            return name
        return f"clear {count}"
