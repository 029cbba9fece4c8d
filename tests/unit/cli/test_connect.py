"""What options, environment and profile together say."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.cli.connect import BrokenProfileError, Plan, connect_parser, make_plan
from mqttui.settings.connection import Subscription, Tls
from mqttui.settings.secret import Secret
from mqttui.settings.secrets import FileSecretStore
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

PROFILES = """
[profiles.lab]
host = "lab.example.org"
port = 8884
user = "ada"
keepalive_s = 30
subscriptions = ["iot49/#"]
tls = true

[profiles.broken]
host = "h"
prot = 1
"""


@pytest.fixture
def plan_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Plan]:
    """Return a function that plans what a command line and an environment ask for."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    (tmp_path / "profiles.toml").write_text(PROFILES)

    def plan(line: str, **environ: str) -> Plan:
        arguments: dict[str, Any] = vars(connect_parser().parse_all(shlex.split(line)))
        return make_plan(arguments, {"MQTTUI_CONFIG_DIR": str(tmp_path), **environ}, 1024)

    return plan


def test_typed_options_count_more_than_environment_and_profile(
    plan_for: Callable[..., Plan],
) -> None:
    """Each field comes from the strongest place that says something."""
    settings = plan_for(
        "--profile lab --keepalive 5", MQTTUI_KEEPALIVE="7", MQTTUI_PORT="9999"
    ).settings
    assert (settings.host, settings.port, settings.keepalive_s) == ("lab.example.org", 9999, 5)
    assert settings.user == "ada"
    assert settings.profile == "lab"
    assert settings.tls == Tls()
    assert settings.subscriptions == (Subscription("iot49/#"),)
    assert settings.payload_limit_bytes == 1024


def test_the_host_may_come_from_the_environment(plan_for: Callable[..., Plan]) -> None:
    """A URL in the environment is as good as a typed one, and a typed host counts more."""
    environ = {"MQTTUI_HOST": "mqtts://h:1/t"}
    assert plan_for("", **environ).settings.label == "h:1"
    assert plan_for("typed", **environ).settings.label == "typed:1883"
    assert plan_for("--profile lab").settings.host == "lab.example.org"
    assert plan_for("", MQTTUI_PROFILE="lab").settings.host == "lab.example.org"


def test_a_url_replaces_port_and_encryption_of_the_profile(plan_for: Callable[..., Plan]) -> None:
    """A URL is complete: without a port it means the port of its scheme."""
    settings = plan_for("mqtt://h --profile lab").settings
    assert (settings.label, settings.tls) == ("h:1883", None)
    assert plan_for("h --profile lab").settings.label == "h:8884"
    assert plan_for("mqtt://h --profile lab --port 7").settings.label == "h:7"


def test_options_count_more_than_the_url(plan_for: Callable[..., Plan]) -> None:
    """What stands in an option of its own was meant."""
    settings = plan_for("mqtt://u@h:1/a --port 2 --user v --subscribe b:1 --insecure").settings
    assert (settings.port, settings.user) == (2, "v")
    assert settings.tls == Tls(is_insecure=True)
    assert settings.subscriptions == (Subscription("a"), Subscription("b", 1))


def test_subscriptions_take_the_place_of_the_default(plan_for: Callable[..., Plan]) -> None:
    """Without any, everything and `$SYS`; with some, only those."""
    default = plan_for("h").settings.subscriptions
    assert default == (Subscription("#", 0), Subscription("$SYS/#", 0))
    assert plan_for("h --subscribe '#:2'").settings.subscriptions == (Subscription("#", 2),)
    several = plan_for("h --subscribe a --subscribe b:c:1").settings.subscriptions
    assert several == (Subscription("a"), Subscription("b:c", 1))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "connect needs a HOST, a URL or --profile NAME"),
        ("--profile lap", "There is no profile 'lap' in"),
        ("--profile lap", "did you mean 'lab'?"),
        ("--profile zzzz", "there are 'lab'."),
        ("h --clean --persistent", "--clean and --persistent contradict each other."),
        ("h --subscribe a/#/b", "--subscribe: "),
        ("h --will-topic a/+", "--will-topic: "),
        ("h --cert /no/such/file", "--cert: /no/such/file cannot be read: No such file"),
        ("--profile lab --protocol 3.1.1 --session-expiry 5", "--session-expiry needs MQTT 5"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    plan_for: Callable[..., Plan], line: str, sentence: str
) -> None:
    """The sentence names the option as it was typed."""
    with pytest.raises(SettingsError) as raised:
        plan_for(line)
    assert sentence in str(raised.value)


def test_a_broken_profile_that_was_asked_for_is_told_apart(plan_for: Callable[..., Plan]) -> None:
    """The program then opens the connection screen, so it is no error of the command line."""
    with pytest.raises(BrokenProfileError) as raised:
        plan_for("--profile broken")
    assert "unknown key 'prot'; did you mean 'port'?" in raised.value.problems[0]


def test_another_broken_profile_is_a_notice(plan_for: Callable[..., Plan]) -> None:
    """The connection goes ahead, and the problem is not hidden."""
    assert any("'prot'" in notice for notice in plan_for("--profile lab").notices)


def test_a_typed_password_in_a_url_is_warned_about(plan_for: Callable[..., Plan]) -> None:
    """Only what stands in the process list is warned about, and the warning has no password."""
    typed = plan_for("mqtt://ada:hunter2@h", MQTTUI_PASSWORD="hunter2 too")
    assert any("process list" in notice for notice in typed.notices)
    assert typed.password.url == Secret("hunter2")
    assert "hunter2" not in repr(typed)
    from_environment = plan_for("", MQTTUI_HOST="mqtt://ada:hunter2@h")
    assert not any("process list" in notice for notice in from_environment.notices)
    assert from_environment.password.url == Secret("hunter2")


@pytest.mark.parametrize(
    ("line", "is_given"),
    [
        ("--profile lab", True),
        ("--profile lab --keepalive 3", True),
        ("lab.example.org --profile lab", True),
        ("other.example.org --profile lab", False),
        ("mqtt://other.example.org --profile lab", False),
        ("--profile lab --user eve", False),
        ("lab.example.org --user ada", False),
    ],
)
def test_a_stored_password_goes_to_its_own_broker_and_user_only(
    plan_for: Callable[..., Plan], tmp_path: Path, line: str, is_given: bool
) -> None:
    """With another host or user the stored password is not even looked for."""
    FileSecretStore(tmp_path / "secrets.toml").write("lab", Secret("hunter2"))
    found = plan_for(line).password.stored()
    assert found == (Secret("hunter2") if is_given else None)


def test_a_refused_secret_store_is_a_warning(
    plan_for: Callable[..., Plan], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An open file of secrets is told, and the user can still type the password."""
    (tmp_path / "secrets.toml").write_text('[passwords]\nlab = "hunter2"\n')
    (tmp_path / "secrets.toml").chmod(0o644)
    assert plan_for("--profile lab").password.stored() is None
    told = capsys.readouterr().err
    assert "chmod 600" in told
    assert "hunter2" not in told


def test_paths_of_options_are_taken_as_typed(plan_for: Callable[..., Plan], tmp_path: Path) -> None:
    """A CA file is taken from where it was named."""
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text("")
    settings = plan_for(f"h --cafile {ca_file}").settings
    assert settings.tls == Tls(ca_file=Path(ca_file))
    assert settings.port == 8883
