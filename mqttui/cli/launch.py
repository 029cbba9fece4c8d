"""Opening the interface on a source of messages, and the line that remains when it closes."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.cli.log_file import log_to
from mqttui.cli.terminal import draws_only_ascii, warn
from mqttui.payload.printable import printable
from mqttui.settings.paths import brokers_dir, log_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.cli.session import SessionMaker
    from mqttui.core.source import MessageSource
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.preferences import Preferences


def explore(
    source: MessageSource | None,
    preferences: Preferences,
    sessions: SessionMaker,
    notices: Sequence[str] = (),
    settings: ConnectionSettings | None = None,
) -> None:
    """Open the interface, then print what was seen.

    `source` is started already, or None for the connection screen, which uses `sessions`. The
    source is stopped here, whatever happens. `notices` are sentences for the user, `settings`
    those of the source. The interface is imported only here, so that a broker answers meanwhile.
    """
    for notice in notices:
        warn(notice)
    if preferences.is_ascii is None:
        is_ascii = draws_only_ascii(os.environ, sys.stderr.encoding)
        preferences = replace(preferences, is_ascii=is_ascii)
    try:
        with log_to(log_file()):
            from mqttui.ui import app

            summaries = app.run(
                source,
                preferences,
                settings=settings,
                make_source=sessions.make,
                memory_folder=brokers_dir(),
                notices=notices,
            )
    finally:
        if source is not None:
            source.stop()
        sessions.tell_late_notices()
    for summary in summaries:
        # Which broker it was is plain while there was one.
        label = f"{printable(summary.label)}: " if len(summaries) > 1 else ""
        print(f"{label}{summary.sentence()}")
