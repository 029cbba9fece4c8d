"""What stands between the user and the messages, in plain sentences; gone when all is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from mqttui.core.source import Phase
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.core.source import SourceStatus

MOST_SENTENCES = 4


def sentences_of(status: SourceStatus) -> list[str]:
    """Return the sentences for a status, the most pressing first; all are printable."""
    sentences = []
    if status.phase is not Phase.CONNECTED and status.problem is not None:
        sentence = status.problem if status.advice is None else f"{status.problem} {status.advice}"
        if status.retries_by_itself:
            sentence += " Press r to retry now."
        else:
            sentence += " Press r to retry, B to choose another broker."
        sentences.append(sentence)
    if status.phase is Phase.CONNECTED:
        sentences.extend(
            subscription.problem
            for subscription in status.subscriptions
            if subscription.problem is not None
        )
        sentences.extend(status.warnings)
    if len(sentences) > MOST_SENTENCES:
        left_out = len(sentences) - MOST_SENTENCES + 1
        sentences[MOST_SENTENCES - 1 :] = [f"... and {left_out} more like these."]
    return [printable(sentence) for sentence in sentences]


class Banner(Widget):
    """The sentences under the status bar; takes no room when there are none."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._sentences: list[str] = []

    def on_mount(self) -> None:
        """Begin without taking room."""
        self.display = False

    def show(self, status: SourceStatus, failure: str | None = None) -> None:
        """Tell what is wrong, if anything; `failure` is what mqttui itself did wrong."""
        sentences = sentences_of(status)
        if failure is not None:
            sentences.insert(0, printable(failure))
        if sentences != self._sentences:
            self._sentences = sentences
            self.display = bool(sentences)
            self.refresh(layout=True)

    def render(self) -> Text:
        """Return one paragraph per sentence."""
        return Text("\n".join(f"! {sentence}" for sentence in self._sentences))
