"""What an installation would change, decided from SHA-256 and sizes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqttui.deploy.board_programs import BOOT, BOOT_FILE
from mqttui.deploy.bundle import read_list, with_list
from mqttui.deploy.facts import BoardFile
from mqttui.deploy.plan import Fate, plan_install, sha256_of

PATHS = st.sampled_from(["/main.py", "/a.py", "/lib/b.py", "/config.json", "/z.mpy"])
FILES = st.dictionaries(PATHS, st.binary(max_size=20), min_size=1)
BOOT_THERE = {BOOT_FILE: BOOT.encode()}


def listed(files: dict[str, bytes]) -> dict[str, BoardFile]:
    """Return files as a board lists them."""
    return {
        path: BoardFile(path, len(content), sha256_of(content)) for path, content in files.items()
    }


@given(bundle=FILES, before=FILES)
def test_carrying_out_a_plan_makes_the_board_equal_to_the_bundle(
    bundle: dict[str, bytes], before: dict[str, bytes]
) -> None:
    """What is sent is exactly what differs, main.py comes last, and then nothing is left to do."""
    plan = plan_install(bundle, listed(before), None)
    sent = {file.path: file.content for file in plan.to_send}
    assert sent == {path: data for path, data in bundle.items() if before.get(path) != data}
    after = {**before, **BOOT_THERE, **sent}
    assert {path: after[path] for path in bundle} == bundle
    assert plan_install(bundle, listed(after), None).is_up_to_date
    paths = [file.path for file in plan.files]
    assert "/main.py" not in paths[:-1]
    assert plan.has_main == ("/main.py" in bundle)


def test_the_plan_reads_as_counts_and_lines() -> None:
    """A person sees what is new, what changes and how large it was, and what stays."""
    before = listed({"/a.py": b"12345", "/same.py": b"s", **BOOT_THERE})
    plan = plan_install({"/a.py": b"123", "/b.py": b"", "/same.py": b"s"}, before, 10_000_000)
    assert plan.lines() == [
        "1 new, 1 changed, 2 as they are; 3 B to send, 10 MB free",
        "  changed  /a.py  3 B (was 5 B)",
        "  new      /b.py  0 B",
    ]
    assert plan.problem is None


def test_another_boot_file_is_named() -> None:
    """A boot.py of the user is replaced, and the plan says so."""
    plan = plan_install({"/a.py": b""}, listed({BOOT_FILE: b"import webrepl"}), None)
    assert plan.boot.fate is Fate.CHANGED
    assert "boot.py that is there is replaced" in plan.lines()[-1]


def test_a_full_board_is_noticed_before_anything_is_sent() -> None:
    """Old and new files need room beside each other, in blocks."""
    bundle = {"/a.py": b"x" * 4097}
    # Two blocks and one for its entry, two in reserve.
    assert plan_install(bundle, listed(BOOT_THERE), 5 * 4096).problem is None
    problem = plan_install(bundle, listed(BOOT_THERE), 5 * 4096 - 1).problem
    assert problem is not None
    assert "20 kB are needed" in problem


def test_firmware_without_a_configuration_is_not_installed() -> None:
    """It could not even say that it has none; a configuration on either side will do."""
    rules = {"/config.py": b""}
    problem = plan_install(rules, {}, None).problem
    assert problem is not None
    assert "--config FILE" in problem
    assert plan_install({**rules, "/config.json": b"{}"}, {}, None).problem is None
    assert plan_install(rules, listed({"/config.json": b"{}"}), None).problem is None


def test_files_of_an_older_firmware_go_unless_somebody_changed_them() -> None:
    """Only what an installation brought and what is still as it brought it is removed."""
    before = {"/old.py": b"old", "/edited.py": b"mine", "/own.py": b"own", "/a.py": b"a"}
    installed = {path: sha256_of(b"old") for path in ("/old.py", "/edited.py", "/gone.py")}
    installed |= {"/a.py": sha256_of(b"a"), "/config.json": sha256_of(b"{}")}
    there = listed({**before, **BOOT_THERE, "/config.json": b"{}"})
    plan = plan_install({"/a.py": b"a"}, there, None, installed)
    assert plan.stale == ("/old.py",)
    assert plan.changed_there == ("/edited.py",)
    assert not plan.is_up_to_date
    assert "  remove   /old.py  of an older firmware" in plan.lines()
    assert "  keep     /edited.py  of an older firmware, but changed since" in plan.lines()
    assert plan_install({"/a.py": b"a"}, there, None).is_up_to_date


@given(bundle=FILES, before=FILES)
def test_the_list_of_a_firmware_removes_what_the_next_one_lacks(
    bundle: dict[str, bytes], before: dict[str, bytes]
) -> None:
    """After one firmware over another only the configuration may be left of the first."""
    there = with_list(before)
    installed = read_list(there["/installed.json"])
    plan = plan_install(with_list(bundle), listed({**there, **BOOT_THERE}), None, installed)
    assert set(plan.stale) == set(before) - set(bundle) - {"/config.json"}
    assert plan.changed_there == ()


def test_a_list_that_cannot_be_read_removes_nothing() -> None:
    """Whatever stands in it."""
    for content in (b"", b"[]", b'{"/a.py": 1}', b"\xff", b"[" * 10_000):
        assert read_list(content) == {}
