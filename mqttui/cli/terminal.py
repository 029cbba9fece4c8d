"""The terminal that the interface needs, and a standard input to read keys from."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN_LOCALES = {"C", "POSIX"}

# Their fonts have no marks and no parts of blocks.
_PLAIN_TERMINALS = {"dumb", "linux", "vt100", "vt102", "vt220"}


class CannotRunError(Exception):
    """The program cannot run here; the text is a sentence."""


def require_terminal(*, stdin_is_used: bool = False) -> None:
    """Raise `CannotRunError` unless the interface has a terminal to draw on and to read keys from.

    `stdin_is_used` tells that standard input delivers a password and keys come from the
    terminal itself. The interface draws on standard error, so standard output may be a file.
    """
    if not os.isatty(2):
        raise CannotRunError(
            "The interface needs a terminal, and standard error is not one; "
            "run mqttui in a terminal (over ssh: ssh -t)."
        )
    if stdin_is_used:
        os.close(_open_terminal())
    elif not os.isatty(0):
        raise CannotRunError(
            "The interface needs a terminal, and standard input is not one; "
            "run mqttui in a terminal (over ssh: ssh -t)."
        )


def take_keys_from_terminal() -> None:
    """Make the terminal the standard input, after a pipe there has delivered its line.

    Raises `CannotRunError` when there is no terminal.
    """
    if os.isatty(0):
        return
    descriptor = _open_terminal()
    os.dup2(descriptor, 0)
    os.close(descriptor)


def draws_only_ascii(environ: Mapping[str, str], encoding: str | None) -> bool:
    """Return whether a terminal with this environment and encoding can show no more than ASCII.

    Python speaks UTF-8 also in the locales C and POSIX, so their names count as well. Of `LANG=C`
    it makes `LC_CTYPE=C.UTF-8` for itself (PEP 538), which therefore tells nothing.
    """
    if (encoding or "").lower().replace("-", "") != "utf8":
        return True
    if environ.get("TERM", "") in _PLAIN_TERMINALS:
        return True
    all_kinds, characters, general = (
        environ.get(name, "").upper() for name in ("LC_ALL", "LC_CTYPE", "LANG")
    )
    if characters == "C.UTF-8" and general in _PLAIN_LOCALES:
        characters = ""
    locale = all_kinds or characters or general
    charset = locale.partition(".")[2].partition("@")[0].replace("-", "")
    return locale in _PLAIN_LOCALES or charset not in {"", "UTF8"}


def read_line(descriptor: int, limit_bytes: int) -> bytes:
    """Return the first line without its end; not one byte behind it is taken.

    At most `limit_bytes` + 1 bytes are read, so that a caller can see that it was too long.
    """
    line = bytearray()
    while len(line) <= limit_bytes:
        byte = os.read(descriptor, 1)
        if byte in (b"", b"\n"):
            break
        line += byte
    return bytes(line).removesuffix(b"\r")


def warn(sentence: str) -> None:
    """Print a warning; it is on the terminal before the interface opens and after it closed."""
    print(f"mqttui: {sentence}", file=sys.stderr)


def _open_terminal() -> int:
    """Return a descriptor of the controlling terminal."""
    # The terminal by its own name first: macOS cannot wait for keys on /dev/tty.
    names = [os.ttyname(descriptor) for descriptor in (2, 1) if os.isatty(descriptor)]
    for name in (*names, "/dev/tty"):
        try:
            return os.open(name, os.O_RDWR | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError:
            continue
    raise CannotRunError("The interface needs a terminal to read keys from, and there is none.")
