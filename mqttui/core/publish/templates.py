"""Drafts with names, kept until they are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mqttui.core.publish.draft import PayloadMode, draft_of_json, draft_to_json

if TYPE_CHECKING:
    from mqttui.core.publish.draft import MessageDraft

MOST_TEMPLATES = 200
MOST_NAME_CHARACTERS = 40
MOST_TEXT_CHARACTERS = 64_000


class Templates(dict[str, "MessageDraft"]):
    """Drafts by their names."""

    def problem_of(self, name: str, draft: MessageDraft) -> str | None:
        """Return in a sentence why a draft cannot be kept under a name, None if it can."""
        if not name.strip():
            return "A template needs a name."
        if not name.isprintable() or len(name) > MOST_NAME_CHARACTERS:
            return (
                f"A name has at most {MOST_NAME_CHARACTERS} characters and no control characters."
            )
        if name not in self and len(self) >= MOST_TEMPLATES:
            return f"There are {MOST_TEMPLATES} templates; delete one first."
        if draft.mode is not PayloadMode.FILE and len(draft.text) > MOST_TEXT_CHARACTERS:
            return (
                f"The payload of a template has at most {MOST_TEXT_CHARACTERS:,} characters; "
                "publish a longer one from a file."
            )
        return None

    def named(self) -> list[tuple[str, MessageDraft]]:
        """Return the templates in the order of their names."""
        return sorted(self.items(), key=lambda item: (item[0].casefold(), item[0]))

    def to_json(self) -> dict[str, Any]:
        """Return what is to be remembered."""
        return {name: draft_to_json(draft) for name, draft in self.items()}


def templates_of_json(values: object) -> tuple[Templates, int]:
    """Return the templates that JSON describes and how many of them could not be used."""
    templates = Templates()
    if values is None:
        return templates, 0
    if not isinstance(values, dict):
        return templates, 1
    for name, value in values.items():
        draft = draft_of_json(value)
        if draft is not None and templates.problem_of(name, draft) is None:
            templates[name] = draft
    return templates, len(values) - len(templates)
