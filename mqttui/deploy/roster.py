"""A class of boards: a CSV file that gives each board its own values for config.json.

    id,name,user,password
    c4a1f2,anna,anna,chalk

`id` is the id of a board (`mqttui device info`) or its last digits; the other columns are keys of
the configuration. An empty cell leaves the common value.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.deploy.failures import DeployError
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ID = "id"
_FEWEST_DIGITS = 4
_HEXADECIMAL = set("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One board: the digits that end its id, and its values by key."""

    id_digits: str
    values: Mapping[str, str]


def read_roster(text: str, file_name: str) -> tuple[RosterRow, ...]:
    """Return the rows of a roster; raise `DeployError` naming file and line."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    rows: list[RosterRow] = []
    try:
        keys = reader.fieldnames or ()
        if _ID not in keys or len(set(keys)) != len(keys):
            raise DeployError(
                f"{file_name} needs a first line with the names of its columns, each once, and "
                "one of them must be id."
            )
        for row in reader:
            rows.append(_read_row(row, f"{file_name}, line {reader.line_num}"))
            same = [other for other in rows[:-1] if _is_alike(other, rows[-1])]
            if same:
                raise DeployError(
                    f"{file_name}, line {reader.line_num}: {rows[-1].id_digits} can be the same "
                    f"board as {same[0].id_digits}."
                )
    except csv.Error as error:
        raise DeployError(f"{file_name}, after line {reader.line_num}: {error}.") from None
    if not rows:
        raise DeployError(f"{file_name} names no boards.")
    return tuple(rows)


def row_of(roster: Sequence[RosterRow], unique_id: str) -> RosterRow | None:
    """Return the row of the board with this id, None when it is not in the roster."""
    return next((row for row in roster if unique_id.lower().endswith(row.id_digits)), None)


def merged_config(common: bytes, values: Mapping[str, str]) -> bytes:
    """Return a configuration with the values of one board.

    A value has the type that it has in the common configuration, text where that says nothing.
    Raises `DeployError`.
    """
    try:
        config = json.loads(common)
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise DeployError("The configuration is no JSON object, so no roster can change it.")
    for key, text in values.items():
        config[key] = _typed(text, config.get(key), key)
    return json.dumps(config, indent=2, ensure_ascii=False).encode() + b"\n"


def _read_row(row: Mapping[str | None, str | Sequence[str] | None], where: str) -> RosterRow:
    if None in row or None in row.values():
        raise DeployError(f"{where} has not as many cells as the first line.")
    cells = {str(key): str(cell).strip() for key, cell in row.items()}
    digits = cells.pop(_ID).lower().replace(":", "")
    if len(digits) < _FEWEST_DIGITS or not set(digits) <= _HEXADECIMAL:
        raise DeployError(
            f"{where}: the id needs at least {_FEWEST_DIGITS} of the last hexadecimal digits of "
            "the board's id (mqttui device info)."
        )
    return RosterRow(digits, {key: cell for key, cell in cells.items() if cell})


def _is_alike(one: RosterRow, other: RosterRow) -> bool:
    return one.id_digits.endswith(other.id_digits) or other.id_digits.endswith(one.id_digits)


def _typed(text: str, common: object, key: str) -> object:
    """Return a cell as the type of the common value."""
    try:
        if isinstance(common, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(common, int):
            return int(text)
        if isinstance(common, float):
            return float(text)
    except (ValueError, KeyError):
        kind = "true or false" if isinstance(common, bool) else "a number"
        raise DeployError(f"{printable(key)} must be {kind} in every line of the roster.") from None
    return text
