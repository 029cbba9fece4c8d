"""What stands in the form becomes the connection that it says, or one plain sentence."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.settings.connection import ConnectionSettings, Subscription
from mqttui.settings.connection_options import CONNECTION_OPTIONS, GROUPS
from mqttui.settings.draft import Draft
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.screens.connection_form import (
    FIELDS,
    FieldKind,
    Form,
    FormProblem,
    draft_of,
    first_line_of,
    form_of,
    is_for_same_account,
    placeholder_of,
    problems_of,
    settings_of,
    spread_address,
    summary_of,
)

LIMIT = 1000

FULL = Draft(
    host="broker.example",
    port=8884,
    tls=True,
    ca_file=Path("/ca.pem"),
    cert_file=Path("/c.pem"),
    key_file=Path("/k.pem"),
    is_insecure=True,
    alpn=("mqtt", "x"),
    websocket=True,
    websocket_path="/ws",
    user="joe",
    password_file=Path("/password"),
    client_id="me",
    keepalive_s=30,
    is_clean=False,
    session_expiry_s=5,
    protocol="5",
    will_topic="gone",
    will_payload=b" bye ",
    will_qos=2,
    will_retain=True,
    subscriptions=(
        Subscription("a/#", 1),
        Subscription("b", 0, no_local=True, retain_as_published=True, retain_handling=2),
    ),
)


def settings(form: Form) -> ConnectionSettings:
    """Return the connection of a form."""
    return settings_of(form, profile_name=None, payload_limit_bytes=LIMIT)


def test_a_host_is_enough() -> None:
    """With a host alone the defaults hold."""
    assert settings(Form.of(host="broker.example")) == ConnectionSettings(
        host="broker.example", port=1883, payload_limit_bytes=LIMIT
    )


def test_every_option_of_connect_has_a_field() -> None:
    """The form has what the command line has, with the same words, in the same groups."""
    shown = {each.flag for each in FIELDS.values()} | {"--subscribe"}
    # A form has no standard input, and what is not persistent is clean.
    assert {option.flag for option in CONNECTION_OPTIONS} - shown == {"--password-stdin", "--clean"}
    for option in CONNECTION_OPTIONS:
        if option.flag in shown and option.flag != "--subscribe":
            assert option.text[1:] in FIELDS[option.field].explanation
            assert FIELDS[option.field].group == option.group
    assert {each.group for each in FIELDS.values()} | {"Subscriptions"} == set(GROUPS)


def test_every_field_of_a_profile_is_shown_and_read_again() -> None:
    """A profile that says everything survives the form as it is."""
    assert all(getattr(FULL, each.name) is not None for each in fields(Draft) if each.compare)
    assert draft_of(form_of(FULL)) == FULL


def test_an_empty_profile_stays_silent() -> None:
    """What nobody said is not made up by the form."""
    assert draft_of(form_of(Draft(host="h"))) == Draft(host="h")


def test_the_password_reaches_the_settings_and_no_repr() -> None:
    """It is there to be sent and nowhere else."""
    form = Form.of(host="h", user="joe", password=Secret("geheim"))
    assert settings(form).password == "geheim"
    assert "geheim" not in repr(form) + repr(settings(form))


def test_address_is_spread_over_the_fields() -> None:
    """A URL as broker fills the fields that it speaks of, and its password is hidden."""
    spread = spread_address(
        Form.of(host="mqtts://joe:geheim@broker.example:8884/a/%23", client_id="me", port="1")
    )
    assert spread == Form.of(
        host="broker.example",
        port="8884",
        tls="yes",
        user="joe",
        password=Secret("geheim"),
        client_id="me",
        subscriptions=(Subscription("a/#"),),
    )
    assert "geheim" not in repr(spread)


def test_host_with_port_is_spread() -> None:
    """`host:port` fills both fields and leaves TLS as it is."""
    spread = spread_address(Form.of(host="broker.example:1884", tls="yes"))
    assert spread == Form.of(host="broker.example", port="1884", tls="yes")


@pytest.mark.parametrize(
    ("form", "field_name", "sentence"),
    [
        (Form(), "host", "Type the name or address of a broker."),
        (
            Form.of(host="h", port="99999"),
            "port",
            "Port must be a whole number from 1 to 65535, not 99999.",
        ),
        (
            Form.of(host="h", password=Secret("x")),
            "user",
            "A password needs a user name.",
        ),
        (
            Form.of(host="tcp://h"),
            "host",
            "Broker must be a URL with mqtt://, mqtts://, ws:// or wss://, not 'tcp'; "
            "did you mean mqtt://?",
        ),
        (
            Form.of(host="h", is_clean="yes"),
            "is_clean",
            "Persistent asks for a persistent session, and that needs a client id (Client id).",
        ),
        (
            Form.of(host="h", tls="yes", key_file="/k"),
            "key_file",
            "Private key is given without its certificate (Certificate).",
        ),
        (
            Form.of(host="h", protocol="3.1.1", session_expiry_s="5"),
            "session_expiry_s",
            "Expiry needs MQTT 5, but MQTT version asks for 3.1.1.",
        ),
        (
            Form.of(host="h", protocol="3.1.1", subscriptions=(Subscription("a", 0, True),)),
            "subscriptions.0",
            "Subscribe: the options of 'a' need MQTT 5, but MQTT version asks for 3.1.1.",
        ),
        (
            Form.of(host="h", subscriptions=(Subscription("a"), Subscription("a/#/b"))),
            "subscriptions.1",
            "The wildcard # must be the last level of a topic filter.",
        ),
    ],
)
def test_problem_names_field_and_reason(form: Form, field_name: str, sentence: str) -> None:
    """What cannot be used gives one sentence about one field."""
    with pytest.raises(FormProblem) as caught:
        settings(form)
    assert (caught.value.field_name, caught.value.sentence) == (field_name, sentence)


@pytest.mark.parametrize(
    ("form", "field_name"),
    [
        (Form.of(host="h", websocket="yes", websocket_path="mqtt"), "websocket_path"),
        (Form.of(host="h", tls="yes", ca_file="/does/not/exist.pem"), "ca_file"),
        (Form.of(host="h", tls="yes", cert_file="/"), "cert_file"),
        (Form.of(host="h", user="u", password=Secret("x" * 70_000)), "password"),
        (Form.of(host="h", save_as="x" * 500), "save_as"),
        (Form.of(host="h", will_topic="a/#"), "will_topic"),
    ],
)
def test_problem_is_told_at_its_field(form: Form, field_name: str) -> None:
    """The field that has to be mended is the one that is marked."""
    with pytest.raises(FormProblem) as caught:
        settings(form)
    assert caught.value.field_name == field_name
    assert caught.value.sentence.endswith(".")


def test_every_wrong_field_is_marked_at_once() -> None:
    """Mending one field does not bring up the next problem by surprise."""
    form = Form.of(
        host="h",
        port="x",
        keepalive_s="-1",
        will_topic="a",
        will_payload="x",
        subscriptions=(Subscription("#a"),),
    )
    assert list(problems_of(form)) == ["port", "keepalive_s", "subscriptions.0"]


def test_what_does_not_count_is_no_problem_and_not_sent() -> None:
    """Without TLS nobody asks for certificates; they stay in the form for another time."""
    form = form_of(FULL).with_text("tls", "").with_text("websocket", "").with_text("will_topic", "")
    draft = draft_of(form)
    assert (draft.tls, draft.ca_file, draft.is_insecure) == (None, None, None)
    assert (draft.websocket_path, draft.will_payload, draft.will_qos) == (None, None, None)
    assert form.text("ca_file") == "/ca.pem"


def test_what_was_cleared_does_not_come_back() -> None:
    """What the user took out of the form is not in the connection."""
    draft = draft_of(form_of(FULL).with_text("user", ""))
    assert (draft.user, draft.keepalive_s) == (None, 30)


def test_a_folded_group_says_what_is_in_it() -> None:
    """The words over a group name what is set, and never a password."""
    form = form_of(FULL)
    assert summary_of("Encryption (TLS)", form).startswith("TLS, CA file /ca.pem")
    assert summary_of("Subscriptions", form) == "a/#, b"
    secret = Form.of(user="joe", password=Secret("geheim"))
    assert summary_of("Who you are", secret) == "User joe, Password"
    for group in GROUPS[1:]:
        assert summary_of(group, Form())


def test_the_port_that_holds_without_one_follows_the_way() -> None:
    """An empty port shows which it will be."""
    ports = [
        placeholder_of("port", Form.of(**texts))
        for texts in ({}, {"tls": "yes"}, {"websocket": "yes"}, {"tls": "yes", "websocket": "yes"})
    ]
    assert ports == ["1883", "8883", "80", "443"]


TEXTS = {
    name: st.text(max_size=8)
    for name, each in FIELDS.items()
    if each.kind in (FieldKind.TEXT, FieldKind.SWITCH) and not name.endswith("_file")
}


@given(st.fixed_dictionaries({}, optional=TEXTS), st.text(max_size=20))
def test_any_typing_gives_settings_or_a_sentence(texts: dict[str, str], topic_filter: str) -> None:
    """Whatever is typed gives a connection or a sentence; nothing else is raised."""
    form = Form.of(
        **texts, subscriptions=(Subscription(topic_filter),), password=Secret("S3CRET-word")
    )
    found: ConnectionSettings | None = None
    said: tuple[str, str] | None = None
    try:
        found = settings(form)
    except FormProblem as problem:
        said = (problem.field_name, problem.sentence)
    if found is not None:
        assert found.host
        assert "S3CRET-word" not in repr(found)
    else:
        assert said is not None
        assert said[0] in FIELDS or said[0].startswith("subscriptions.")
        assert "S3CRET-word" not in said[1]


@pytest.mark.parametrize(
    ("draft", "is_same"),
    [
        (FULL, True),
        (Draft(host="broker.example", user="joe"), True),
        (Draft(host="evil.example", user="joe"), False),
        (Draft(host="broker.example", user="root"), False),
    ],
)
def test_stored_password_is_for_one_account(draft: Draft, is_same: bool) -> None:
    """A stored password goes to the broker and user for which it was kept, nowhere else."""
    assert is_for_same_account(draft, FULL) is is_same


def test_password_file_gives_its_first_line(tmp_path: Path) -> None:
    """The first line counts, without its end; an empty or missing file is said plainly."""
    path = tmp_path / "password"
    path.write_bytes(b"geheim\r\nsecond\n")
    assert first_line_of(path) == Secret("geheim")
    path.write_bytes(b"\n")
    with pytest.raises(SettingsError, match="is empty"):
        first_line_of(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        first_line_of(tmp_path / "missing")
