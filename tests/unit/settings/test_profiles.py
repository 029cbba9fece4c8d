"""Profiles: reading with exact complaints, saving without disturbing what people wrote."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from mqttui.core.topic import filter_problem, topic_problem
from mqttui.settings.connection import Subscription
from mqttui.settings.draft import Draft, TopicRules
from mqttui.settings.profile_table import profile_name_problem
from mqttui.settings.profiles import delete_profile, load_profiles, save_profile
from mqttui.settings.toml_file import SettingsError

TOPICS = TopicRules(topic_problem, filter_problem)

FULL = """
[profiles.lab]
host = "broker.example.org"
port = 8884
websocket = true
websocket_path = "/mqtt"
user = "ada"
password_file = "lab.password"
client_id = "bench"
keepalive_s = 30
clean = false
session_expiry_s = 3600
protocol = "5"
subscriptions = ["iot49/#:1", {filter = "a:1", qos = 2, no_local = true, retain_handling = 2}]
tls = {cafile = "ca.pem", cert = "/c.pem", key = "/k.pem", insecure = true, alpn = ["mqtt"]}
will = {topic = "gone", payload = "x", qos = 1, retain = true}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the profiles are."""
    return tmp_path / "config" / "profiles.toml"


def written(path: Path, text: str) -> Path:
    """Write a file of profiles and return its path."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def full_draft(folder: Path) -> Draft:
    """Return what `FULL` says when it stands in a folder."""
    return Draft(
        host="broker.example.org",
        port=8884,
        tls=True,
        ca_file=folder / "ca.pem",
        cert_file=Path("/c.pem"),
        key_file=Path("/k.pem"),
        is_insecure=True,
        alpn=("mqtt",),
        websocket=True,
        websocket_path="/mqtt",
        user="ada",
        password_file=folder / "lab.password",
        client_id="bench",
        keepalive_s=30,
        is_clean=False,
        session_expiry_s=3600,
        protocol="5",
        will_topic="gone",
        will_payload=b"x",
        will_qos=1,
        will_retain=True,
        subscriptions=(
            Subscription("iot49/#", 1),
            Subscription("a:1", 2, no_local=True, retain_handling=2),
        ),
    )


def test_a_missing_file_has_no_profiles_and_no_problem(path: Path) -> None:
    """Nobody must have written a file to begin."""
    loaded = load_profiles(path)
    assert (loaded.profiles, loaded.problems) == ({}, [])


def test_every_key_is_read(path: Path) -> None:
    """A profile with all keys says all of it; relative files lie beside the profile's file."""
    loaded = load_profiles(written(path, FULL), TOPICS)
    assert loaded.problems == []
    assert loaded.profiles == {"lab": full_draft(path.parent)}


def test_saving_and_loading_gives_the_same_profile(path: Path) -> None:
    """What is saved comes back."""
    save_profile(path, "lab", full_draft(path.parent))
    assert load_profiles(path, TOPICS).profiles == {"lab": full_draft(path.parent)}


def test_a_deleted_profile_leaves_the_others_and_their_comments(path: Path) -> None:
    """Only the table of that name goes; deleting it again changes nothing."""
    other = '# do not touch\n[profiles.other]\nhost = "o"\n'
    written(path, '[profiles.lab]\nhost = "h"\ntls.cafile = "c"\n\n' + other)
    delete_profile(path, "lab")
    assert path.read_text().lstrip() == other
    delete_profile(path, "lab")
    assert load_profiles(path).profiles == {"other": Draft(host="o")}


def test_tls_may_be_a_switch(path: Path) -> None:
    """`tls = true` is TLS with the system's CA store, `tls = false` is none."""
    text = '[profiles.a]\nhost = "h"\ntls = true\n[profiles.b]\nhost = "h"\ntls = false\n'
    loaded = load_profiles(written(path, text))
    assert [draft.tls for draft in loaded.profiles.values()] == [True, False]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('prot = "5"', "line 4: profile 'lab': unknown key 'prot'; did you mean 'port'?"),
        ("tsl = true", "line 4: profile 'lab': unknown key 'tsl'; did you mean 'tls'?"),
        ('cafile = "x"', "line 4: profile 'lab': unknown key 'cafile'; did you mean 'tls.cafile'?"),
        (
            'port = "1883"',
            "line 4: profile 'lab': port must be a whole number from 1 to 65535, not text.",
        ),
        ("port = 0", "line 4: profile 'lab': port must be a whole number from 1 to 65535, not 0."),
        ("will = true", "line 4: profile 'lab': will must be a table, not true or false."),
        (
            'will = {topic = "t", qso = 1}',
            "line 4: profile 'lab': unknown key 'will.qso'; did you mean 'qos'?",
        ),
        ("tls = 3", "line 4: profile 'lab': tls must be true or false, not a whole number."),
        ("tls.insecure = 1", "line 4: profile 'lab': tls.insecure must be true or false, not a"),
        ("user = 1979-05-27", "line 4: profile 'lab': user must be text in quotes, not a date"),
        ('subscriptions = ["a/#/b"]', f"subscriptions of profile 'lab': {filter_problem('a/#/b')}"),
        ("clean = false", "clean of profile 'lab' asks for a persistent session"),
    ],
)
def test_a_problem_names_file_line_and_nearest_key(path: Path, line: str, problem: str) -> None:
    """One sentence says where the mistake is and what was probably meant."""
    text = f'# mine\n[profiles.lab]\nhost = "h"\n{line}\n\n[profiles.other]\nhost = "o"\n'
    loaded = load_profiles(written(path, text), TOPICS)
    assert len(loaded.problems) == 1
    assert loaded.problems[0].startswith(f"{path}, line ")
    assert problem in loaded.problems[0]
    assert loaded.broken == {"lab"}
    assert loaded.profiles == {"other": Draft(host="o")}


def test_a_key_that_stands_in_two_profiles_is_found_in_the_right_one(path: Path) -> None:
    """The line is that of the profile with the mistake."""
    text = '[profiles.a]\nhost = "h"\nport = 1\n[profiles."b.c"]\nhost = "h"\nport = 0\n'
    (problem,) = load_profiles(written(path, text)).problems
    assert f"{path}, line 6: profile 'b.c': port" in problem


def test_every_mistake_of_a_file_is_told(path: Path) -> None:
    """One mistake does not hide the next."""
    text = "[profiles.a]\nprot = 1\nkeepalive_s = -1\n[profil]\nx = 1\n[profiles.b]\nport = 1\n"
    problems = load_profiles(written(path, text)).problems
    assert len(problems) == 4
    assert any("unknown key 'profil'; did you mean 'profiles'?" in each for each in problems)
    assert any("profile 'b' has no host" in each for each in problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[profiles.a\n", "is not valid TOML"),
        ("profiles = 3\n", "profiles must be tables like [profiles.NAME]"),
        ("[profiles]\na = 3\n", "profile 'a' must be a table, not a whole number"),
        ('[profiles.""]\nhost = "h"\n', "The name of a profile must not be empty"),
        ('[profiles."\\u001b"]\nhost = "h"\n', "must not contain control characters"),
        ("x = " + "[" * 5000, "so nothing of it is used"),
    ],
)
def test_a_broken_file_is_a_problem_and_no_crash(path: Path, text: str, problem: str) -> None:
    """Whatever stands in the file, there is a printable sentence."""
    loaded = load_profiles(written(path, text))
    assert loaded.profiles == {}
    assert problem in loaded.problems[0]
    assert all(each.isprintable() for each in loaded.problems)


def test_a_file_that_is_no_text_is_a_problem(path: Path) -> None:
    """Bytes that are not UTF-8 are told, not decoded somehow."""
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")
    assert load_profiles(path).problems == [f"{path} is not UTF-8 text, so nothing of it is used."]


def test_a_password_in_a_profile_is_refused_and_not_repeated(path: Path) -> None:
    """The sentence says where passwords belong and does not show the one that stands there."""
    text = '[profiles.lab]\nhost = "h"\npassword = "hunter2"\n'
    loaded = load_profiles(written(path, text))
    assert "'password' does not belong in a profile" in loaded.problems[0]
    assert "hunter2" not in repr(loaded)
    assert loaded.broken == {"lab"}


def test_saving_keeps_comments_and_other_profiles(path: Path) -> None:
    """Only what changed is different in the file."""
    before = (
        "# brokers of the class\n"
        "[profiles.lab]\n"
        'host = "h" # in the rack\n'
        "keepalive_s = 30\n"
        'user = "ada"\n'
        "\n"
        "# do not touch\n"
        "[profiles.other]\n"
        'host = "o"\n'
    )
    save_profile(written(path, before), "lab", Draft(host="h", keepalive_s=31))
    assert path.read_text() == before.replace("30", "31").replace('user = "ada"\n', "")


def test_saving_replaces_tables_and_switches_of_tls(path: Path) -> None:
    """A profile may change from `tls = true` to a table and back."""
    save_profile(
        written(path, '[profiles.a]\nhost = "h"\ntls = true\n'),
        "a",
        Draft(host="h", ca_file=Path("/c")),
    )
    assert tomllib.loads(path.read_text())["profiles"]["a"]["tls"] == {"cafile": "/c"}
    save_profile(path, "a", Draft(host="h", tls=True))
    assert tomllib.loads(path.read_text())["profiles"]["a"]["tls"] is True


def test_an_odd_name_is_saved_under_that_name(path: Path) -> None:
    """A dot, a blank or a quote in a name is part of the name."""
    for name in ("new.one", "my lab", 'a"b', "ünï"):
        save_profile(path, name, Draft(host="h"))
    assert set(load_profiles(path).profiles) == {"new.one", "my lab", 'a"b', "ünï"}


def test_a_broken_file_is_not_overwritten(path: Path) -> None:
    """A file that cannot be read as TOML stays as it is."""
    written(path, "[profiles.a\n")
    with pytest.raises(SettingsError, match=r"The profile is not saved: .* is not valid TOML"):
        save_profile(path, "a", Draft(host="h"))
    assert path.read_text() == "[profiles.a\n"


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    """When the folder's place is taken by a file, that is said."""
    (tmp_path / "config").write_text("")
    with pytest.raises(SettingsError, match=r"profiles\.toml cannot be "):
        save_profile(tmp_path / "config" / "profiles.toml", "a", Draft(host="h"))


def test_saving_leaves_no_draft_behind_and_keeps_the_mode(path: Path) -> None:
    """The file is replaced in one step, with the mode it had."""
    written(path, "").chmod(0o640)
    save_profile(path, "a", Draft(host="h"))
    assert [each.name for each in path.parent.iterdir()] == ["profiles.toml"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_linked_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    """Those who keep their settings elsewhere and link them lose nothing."""
    real = tmp_path / "dotfiles.toml"
    real.write_text("# mine\n")
    path.parent.mkdir()
    path.symlink_to(real)
    save_profile(path, "a", Draft(host="h"))
    assert path.is_symlink()
    assert real.read_text().startswith("# mine\n")


def test_near_names_are_found() -> None:
    """A mistyped name finds those like it, whatever the case."""
    from mqttui.settings.profiles import Profiles

    profiles = Profiles(Path("p"), {"Lab": Draft(), "lab-2": Draft(), "home": Draft()})
    assert profiles.nearest_names("lap")[0] == "Lab"
    assert profiles.nearest_names("zzz") == []


def test_names_have_limits() -> None:
    """A name can be told on one line."""
    assert profile_name_problem("lab") is None
    assert profile_name_problem("x" * 65) is not None
    assert profile_name_problem("a\nb") is not None
