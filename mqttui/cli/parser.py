"""Parsing arguments: argparse with one plain sentence for every mistake."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, NoReturn

from mqttui.settings.toml_file import SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mqttui.settings.connection_options import Option


class Parser(argparse.ArgumentParser):
    """A parser that raises `SettingsError` and never repeats a value it did not expect.

    What follows a mistyped `--pasword` is a password.
    """

    def __init__(self, **keywords: Any) -> None:
        super().__init__(
            allow_abbrev=False,
            exit_on_error=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **keywords,
        )

    def error(self, message: str) -> NoReturn:
        """Raise the message as a sentence."""
        raise SettingsError(_sentence(message))

    def parse_all(self, words: Sequence[str]) -> argparse.Namespace:
        """Return the parsed words; raise `SettingsError` for words that mean nothing."""
        try:
            arguments, rest = self.parse_known_args(list(words))
        except argparse.ArgumentError as error:
            raise SettingsError(_sentence(str(error))) from None
        if rest:
            raise SettingsError(self._unexpected(rest))
        return arguments

    def _unexpected(self, rest: Sequence[str]) -> str:
        known = [flag for flag in self._option_string_actions if flag.startswith("--")]
        for word in rest:
            if word.startswith("-") and len(word) > 1:
                flag = word.partition("=")[0]
                close = nearest(flag, known)
                hint = f"; did you mean {close}?" if close else "."
                return f"Unknown option {flag!r}{hint}"
        return "There is one argument too many; --help shows what can be given."

    def add_options(self, options: Iterable[Option]) -> None:
        """Add options in their groups; values stay text, they are checked later."""
        groups: dict[str, Any] = {}
        for option in options:
            group = groups.get(option.group)
            if group is None:
                group = groups[option.group] = self.add_argument_group(option.group)
            text = option.help.replace("%", "%%")
            if option.metavar is None:
                group.add_argument(option.flag, action="store_true", default=None, help=text)
            else:
                group.add_argument(
                    option.flag,
                    action="append" if option.is_repeatable else "store",
                    metavar=option.metavar,
                    help=text,
                )


class RefusedPassword(argparse.Action):
    """`--password X`: says what there is instead, without the X."""

    def __call__(self, *_arguments: Any, **_keywords: Any) -> NoReturn:
        """Raise `SettingsError`."""
        raise SettingsError(
            "There is no --password option, because everyone on this machine could read it in the "
            "process list; use --user alone to be asked, --password-stdin, --password-file FILE, "
            "the environment variable MQTTUI_PASSWORD, or a profile."
        )


def _sentence(message: str) -> str:
    """Return a message of argparse as a sentence that starts with the option."""
    message = re.sub(r"^argument ([^:]+): expected one argument$", r"\1 needs a value", message)
    message = re.sub(
        r"^argument ([^:]+): ignored explicit argument .*", r"\1 takes no value", message
    )
    message = re.sub(r"^argument ([^:]+): ", r"\1: ", message)
    return message[:1].upper() + message[1:].rstrip(".") + "."
