"""What the connection screen says fits its place and speaks of the form."""

from __future__ import annotations

import textwrap

import pytest

from mqttui.settings.connection_options import CONNECTION_OPTIONS, GROUPS, SUBSCRIPTION_PARTS
from mqttui.ui.screens.connection_form import FIELDS
from mqttui.ui.screens.connection_view import BUTTONS, EXPLANATION_ROWS
from mqttui.ui.screens.connection_words import (
    LIST_EXPLANATION,
    PROBLEMS_EXPLANATION,
    button_explanation,
    field_explanation,
    group_explanation,
    in_form_words,
    part_explanation,
)


def test_every_explanation_fits_a_small_screen() -> None:
    """Nothing of what explains a field, a group or a button is cut at 80 columns."""
    explanations = [
        *map(field_explanation, FIELDS),
        *map(group_explanation, GROUPS),
        *map(part_explanation, SUBSCRIPTION_PARTS),
        *map(button_explanation, BUTTONS),
        *(LIST_EXPLANATION, PROBLEMS_EXPLANATION),
    ]
    too_long = [each for each in explanations if len(textwrap.wrap(each, 78)) > EXPLANATION_ROWS]
    assert not too_long


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        ("Check --user and the password.", "Check “User” and the password."),
        (
            "Give it with --cafile. Use --insecure only for a test.",
            "Give it with “Encryption (TLS): CA file”. Use “Any certificate” only for a test.",
        ),
        ("Try --protocol 3.1.1 or --protocol 5.", "Try “MQTT version” 3.1.1 or “MQTT version” 5."),
        (
            "A lower QoS in --subscribe avoids it.",
            "A lower QoS in “Subscriptions: Topic filter” avoids it.",
        ),
        (
            "-----BEGIN CERTIFICATE-----, with --unknown.",
            "-----BEGIN CERTIFICATE-----, with --unknown.",
        ),
    ],
)
def test_advice_speaks_of_the_fields(advice: str, said: str) -> None:
    """Options of the command line become names of fields, with their group where it is folded."""
    assert in_form_words(advice) == said


def test_no_option_of_a_connection_is_left_over() -> None:
    """Whatever option advice may name, the form has a name for it."""
    for option in CONNECTION_OPTIONS:
        if option.title:
            assert "--" not in in_form_words(f"Try {option.flag}.")
