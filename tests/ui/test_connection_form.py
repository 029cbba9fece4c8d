"""What stands in the form becomes the connection that it says, or one plain sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.settings.connection import ConnectionSettings, Subscription
from mqttui.settings.draft import Draft
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.screens.connection_form import (
    FIELDS,
    Form,
    FormProblem,
    draft_of,
    first_line_of,
    form_of,
    is_for_same_account,
    settings_of,
    spread_address,
    unshown_of,
)

LIMIT = 1000


def _settings(form: Form, profile: Draft | None = None) -> ConnectionSettings:
    return settings_of(form, profile or Draft(), profile_name=None, payload_limit_bytes=LIMIT)


def test_a_host_is_enough() -> None:
    """With a host alone the defaults of the field apply."""
    settings = _settings(Form(host="broker.example"))
    assert settings == ConnectionSettings(
        host="broker.example", port=1883, payload_limit_bytes=LIMIT
    )


def test_every_field_reaches_the_settings(tmp_path: Path) -> None:
    """Nothing that stands in the form is forgotten."""
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text("ca")
    settings = _settings(
        Form(
            host="broker.example",
            port="8884",
            tls=True,
            is_insecure=True,
            ca_file=str(ca_file),
            websocket_path="/ws",
            user="joe",
            password=Secret("geheim"),
            client_id="me",
            protocol="5",
            subscriptions="a/# b:2",
        )
    )
    assert settings.tls is not None
    assert (settings.port, settings.tls.is_insecure, settings.tls.ca_file) == (8884, True, ca_file)
    assert (settings.websocket_path, settings.user, settings.password) == ("/ws", "joe", "geheim")
    assert (settings.client_id, settings.protocol) == ("me", "5")
    assert settings.subscriptions == (Subscription("a/#", 0), Subscription("b", 2))


def test_address_is_spread_over_the_fields() -> None:
    """A URL as broker fills the fields that it speaks of, and its password is hidden."""
    spread = spread_address(
        Form(host="mqtts://joe:geheim@broker.example:8884/a/%23", client_id="me", port="1")
    )
    assert spread == Form(
        host="broker.example",
        port="8884",
        tls=True,
        user="joe",
        password=Secret("geheim"),
        client_id="me",
        subscriptions="a/#:0",
    )
    assert "geheim" not in repr(spread)


def test_host_with_port_is_spread() -> None:
    """`host:port` fills both fields and leaves TLS as it is."""
    spread = spread_address(Form(host="broker.example:1884", tls=True))
    assert (spread.host, spread.port, spread.tls) == ("broker.example", "1884", True)


@pytest.mark.parametrize(
    ("form", "field_name", "sentence"),
    [
        (Form(), "host", "Type the name or address of a broker."),
        (
            Form(host="h", port="99999"),
            "port",
            "Port must be a whole number from 1 to 65535, not 99999.",
        ),
        (Form(host="h", is_insecure=True), "tls", "Any certificate needs TLS."),
        (Form(host="h", ca_file="/ca.pem"), "tls", "CA file needs TLS."),
        (Form(host="h", password=Secret("x")), "user", "A password needs a user name."),
        (
            Form(host="tcp://h"),
            "host",
            "Broker must be a URL with mqtt://, mqtts://, ws:// or wss://, not 'tcp'; "
            "did you mean mqtt://?",
        ),
    ],
)
def test_problem_names_field_and_reason(form: Form, field_name: str, sentence: str) -> None:
    """What cannot be used gives one sentence about one field."""
    with pytest.raises(FormProblem) as caught:
        _settings(form)
    assert (caught.value.field_name, caught.value.sentence) == (field_name, sentence)


@pytest.mark.parametrize(
    ("form", "field_name"),
    [
        (Form(host="h", subscriptions="a/#/b"), "subscriptions"),
        (Form(host="h", websocket_path="mqtt"), "websocket_path"),
        (Form(host="h", tls=True, ca_file="/does/not/exist.pem"), "ca_file"),
        (Form(host="h", user="u", password=Secret("x" * 70_000)), "password"),
        (Form(host="h", save_as="x" * 500), "save_as"),
    ],
)
def test_problem_is_told_at_its_field(form: Form, field_name: str) -> None:
    """The field that has to be mended is the one that is marked, and the sentence names it."""
    with pytest.raises(FormProblem) as caught:
        _settings(form)
    assert caught.value.field_name == field_name
    assert caught.value.sentence.endswith(".")
    assert FIELDS[field_name] in caught.value.sentence or field_name == "save_as"


@given(
    st.text(max_size=30),
    st.text(max_size=8),
    st.booleans(),
    st.text(max_size=8),
    st.text(max_size=8),
    st.text(max_size=20),
)
def test_any_typing_gives_settings_or_a_sentence(
    host: str, port: str, tls: bool, user: str, websocket_path: str, subscriptions: str
) -> None:
    """Whatever is typed gives a connection or a sentence; nothing else is raised."""
    form = Form(
        host=host,
        port=port,
        tls=tls,
        user=user,
        websocket_path=websocket_path,
        subscriptions=subscriptions,
        password=Secret("S3CRET-word"),
    )
    settings: ConnectionSettings | None = None
    said: tuple[str, str] | None = None
    try:
        settings = _settings(form)
    except FormProblem as problem:
        said = (problem.field_name, problem.sentence)
    if settings is not None:
        assert settings.host
        assert "S3CRET-word" not in repr(settings)
    else:
        assert said is not None
        assert said[0] in FIELDS
        assert "S3CRET-word" not in said[1]


PROFILE = Draft(
    host="broker.example",
    tls=True,
    ca_file=None,
    cert_file=Path("/c.pem"),
    key_file=Path("/k.pem"),
    user="joe",
    keepalive_s=30,
    subscriptions=(Subscription("a/#", 1),),
)


def test_profile_shown_and_unchanged_stays_the_same() -> None:
    """A profile that is put into the form and read again means the same connection."""
    again = draft_of(form_of(PROFILE), PROFILE)
    assert replace(again, websocket=None, protocol=None) == PROFILE


def test_cleared_field_is_not_filled_from_the_profile() -> None:
    """What the user took out of the form does not come back from the profile."""
    form = replace(form_of(PROFILE), user="", subscriptions="")
    draft = draft_of(form, PROFILE)
    assert (draft.user, draft.subscriptions, draft.keepalive_s) == (None, None, 30)


def test_switching_tls_off_leaves_certificates_behind() -> None:
    """Without TLS no certificate of the profile is asked for."""
    draft = draft_of(replace(form_of(PROFILE), tls=False), PROFILE)
    assert (draft.tls, draft.cert_file, draft.key_file) == (False, None, None)


def test_what_the_form_has_no_field_for_is_named() -> None:
    """Settings of a profile that the form cannot show are not a secret."""
    assert set(unshown_of(PROFILE)) == {"cert_file", "key_file", "keepalive_s"}


@pytest.mark.parametrize(
    ("draft", "is_same"),
    [
        (PROFILE, True),
        (replace(PROFILE, keepalive_s=5), True),
        (replace(PROFILE, host="evil.example"), False),
        (replace(PROFILE, user="root"), False),
    ],
)
def test_stored_password_is_for_one_account(draft: Draft, is_same: bool) -> None:
    """A stored password goes to the broker and user for which it was kept, nowhere else."""
    assert is_for_same_account(draft, PROFILE) is is_same


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
