"""Opening the interface on a source of messages, and the line that remains when it closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.cli.log_file import log_to
from mqttui.cli.terminal import warn
from mqttui.settings.paths import log_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.cli.session import SessionMaker
    from mqttui.core.source import MessageSource
    from mqttui.settings.preferences import Preferences


def explore(
    source: MessageSource | None,
    preferences: Preferences,
    sessions: SessionMaker,
    notices: Sequence[str] = (),
) -> None:
    """Open the interface, then print what was seen.

    `source` is started already, or None for the connection screen, which uses `sessions`. The
    source is stopped here, whatever happens. `notices` are sentences for the user. The
    interface is imported only here, so that a broker answers meanwhile.
    """
    for notice in notices:
        warn(notice)
    try:
        with log_to(log_file()):
            from mqttui.ui import app

            summary = app.run(source, preferences, make_source=sessions.make, notices=notices)
    finally:
        if source is not None:
            source.stop()
        sessions.tell_late_notices()
    if summary is not None:
        print(summary.sentence())
