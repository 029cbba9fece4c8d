"""Editing a text in the program of the user's choice. No Textual is loaded here."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mqttui.core.publish.draft import MAX_TEXT_CHARACTERS
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from textual.app import App

_POLL_S = 0.05
_DEFAULTS = ("sensible-editor", "nano", "vi")


class EditorProblem(Exception):
    """Why the text is as it was; the text is one plain sentence."""


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the program in VISUAL or EDITOR with its arguments, else one that is there.

    The text is split as a shell would, but no shell runs it. Raises `EditorProblem`.
    """
    for name in ("VISUAL", "EDITOR"):
        text = environ.get(name, "").strip()
        if not text:
            continue
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise EditorProblem(f"{name} cannot be read: {error}.") from None
        if words:
            return words
    for program in _DEFAULTS:
        if found := shutil.which(program, path=environ.get("PATH")):
            return [found]
    raise EditorProblem("There is no editor: set VISUAL or EDITOR to one.")


def edited(
    text: str, command: list[str], *, suffix: str = ".txt", meanwhile: Callable[[], object]
) -> str:
    """Return what an editor makes of `text`; the terminal must be the editor's to use.

    The file is readable by its owner alone and is removed in any case. `meanwhile` is called
    again and again until the editor ends. Raises `EditorProblem`.
    """
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mqttui-"))
            path = Path(folder) / f"payload{suffix}"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
        except (OSError, UnicodeEncodeError) as error:
            reason = getattr(error, "strerror", None) or "the text is not UTF-8"
            raise EditorProblem(f"There is no file for the editor: {reason}.") from None
        _run([*command, str(path)], meanwhile)
        try:
            with path.open(encoding="utf-8", newline="") as stream:
                found = stream.read(MAX_TEXT_CHARACTERS + 1)
        except UnicodeDecodeError:
            raise EditorProblem("The editor left something that is not UTF-8 text.") from None
        except OSError as error:
            raise EditorProblem(f"The editor left no file: {error.strerror}.") from None
    if len(found) > MAX_TEXT_CHARACTERS:
        raise EditorProblem(
            f"The text has more than {MAX_TEXT_CHARACTERS:,} characters: publish it from a file."
        )
    # Editors end the last line, which is not meant to be part of a payload.
    if found.endswith("\n") and not text.endswith("\n"):
        found = found[:-1]
    return found


@contextlib.contextmanager
def lent_terminal(app: App[Any]) -> Iterator[None]:
    """Lend the terminal to another program and take it back, also when the block raises.

    Raises `SuspendNotSupported`.
    """
    failure: Exception | None = None
    with app.suspend():
        # Textual takes the terminal back only from a block that ends well.
        try:
            yield
        except Exception as error:  # raised below
            failure = error
    if failure is not None:
        raise failure


def _run(command: list[str], meanwhile: Callable[[], object]) -> None:
    shown = printable(command[0])
    with _interrupts_left_to_the_editor():
        try:
            process = subprocess.Popen(command)  # noqa: S603  # the user's own program
        except OSError as error:
            raise EditorProblem(f"{shown} cannot be started: {error.strerror}.") from None
        while process.poll() is None:
            meanwhile()
            time.sleep(_POLL_S)
    if process.returncode:
        raise EditorProblem(f"{shown} ended with code {process.returncode}; nothing was changed.")


@contextlib.contextmanager
def _interrupts_left_to_the_editor() -> Iterator[None]:
    """Keep ctrl+c, which reaches both programs, from ending this one."""
    try:
        # A handler, since to ignore the signal would be inherited by the editor.
        before = signal.signal(signal.SIGINT, lambda *_: None)
    except ValueError:
        # Not the main thread, which a test may not be.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
