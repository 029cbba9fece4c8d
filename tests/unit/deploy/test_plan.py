"""What an installation would change, decided from SHA-256 and sizes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqttui.deploy.board_programs import BOOT, BOOT_FILE
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
