"""A CSV file gives each board of a class its own configuration."""

from __future__ import annotations

import json

import pytest

from mqttui.deploy.failures import DeployError
from mqttui.deploy.roster import merged_config, read_roster, row_of

ROSTER = "id,name,password\nc4:A1:f2,anna,chalk\n24B03D, ben ,\n"


def test_a_board_is_found_by_the_end_of_its_id() -> None:
    """Digits in any case and with colons; an empty cell is no value."""
    roster = read_roster(ROSTER, "class.csv")
    anna = row_of(roster, "240ac4c4a1f2")
    assert anna is not None
    assert anna.values == {"name": "anna", "password": "chalk"}
    ben = row_of(roster, "240AC424B03D")
    assert ben is not None
    assert ben.values == {"name": "ben"}
    assert row_of(roster, "240ac4000000") is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "needs a first line"),
        ("name,user\na,b\n", "one of them must be id"),
        ("id,name,name\n1234,a,b\n", "each once"),
        ("id,name\n", "names no boards"),
        ("id,name\n123,a\n", "line 2: the id needs at least 4"),
        ("id,name\nanna,secret\n", "line 2: the id needs"),
        ("id,name\n1234\n", "line 2 has not as many cells"),
        ("id,name\n1234,a,b\n", "line 2 has not as many cells"),
        ("id,name\n123456,a\n3456,b\n", "line 3: 3456 can be the same board as 123456"),
        ('id,name\n1234,"a\n', "after line 1"),
    ],
)
def test_a_mistake_names_its_line_and_no_secret(text: str, sentence: str) -> None:
    """The file, the line, what is expected; never what stands in a cell beside the id."""
    with pytest.raises(DeployError) as caught:
        read_roster(text, "class.csv")
    assert sentence in str(caught.value)
    assert "class.csv" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_values_keep_the_types_of_the_common_configuration() -> None:
    """A port stays a number, a switch a switch, and a new key is text."""
    common = json.dumps({"port": 1883, "rate": 1.5, "tls": False, "host": "h"}).encode()
    values = {"port": "8883", "rate": "2", "tls": "TRUE", "name": "42"}
    assert json.loads(merged_config(common, values)) == {
        "port": 8883,
        "rate": 2.0,
        "tls": True,
        "host": "h",
        "name": "42",
    }
    for key in ("port", "rate", "tls"):
        with pytest.raises(DeployError, match=f"{key} must be"):
            merged_config(common, {key: "many"})
    with pytest.raises(DeployError, match="no JSON object"):
        merged_config(b"[]", {})
