"""What is remembered of one broker."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from mqttui.settings.broker_memory import BrokerMemory, memory_of
from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_section_is_there_in_the_next_run(tmp_path: Path) -> None:
    """What was written is read by another process, for its owner alone."""
    BrokerMemory(tmp_path / "b.json").write("pins", ["a/b", "\ud800"])
    assert BrokerMemory(tmp_path / "b.json").read("pins") == ["a/b", "\ud800"]
    assert (tmp_path / "b.json").stat().st_mode & 0o777 == 0o600


def test_sections_of_another_process_stay(tmp_path: Path) -> None:
    """Two programs that remember different things lose nothing."""
    one, two = BrokerMemory(tmp_path / "b.json"), BrokerMemory(tmp_path / "b.json")
    assert one.read("pins") is two.read("layout") is None
    one.write("pins", [1])
    two.write("layout", {"a": 2})
    assert BrokerMemory(tmp_path / "b.json").read("pins") == [1]


def test_sections_written_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    """Each part of the interface writes from a thread of its own."""
    memory = BrokerMemory(tmp_path / "b.json")
    barrier = threading.Barrier(8)

    def write(number: int) -> None:
        barrier.wait()
        for value in range(5):
            memory.write(f"section {number}", value)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = BrokerMemory(tmp_path / "b.json")
    assert [again.read(f"section {number}") for number in range(8)] == [4] * 8


def test_a_section_can_be_removed(tmp_path: Path) -> None:
    """None is nothing to remember."""
    memory = BrokerMemory(tmp_path / "b.json")
    memory.write("pins", [1])
    memory.write("pins", None)
    assert BrokerMemory(tmp_path / "b.json").read("pins") is None


@pytest.mark.parametrize("text", ["", "[1]", "{", "\x00", '{"a": 1' * 3, "[" * 100_000])
def test_a_damaged_file_is_told_and_replaced(tmp_path: Path, text: str) -> None:
    """Nothing is raised, one sentence names the file, and writing works again."""
    path = tmp_path / "b.json"
    path.write_text(text)
    memory = BrokerMemory(path)
    assert memory.read("pins") is None
    memory.write("pins", [1])
    assert BrokerMemory(path).read("pins") == [1]
    assert len(memory.problems) == 1
    assert str(path) in memory.problems[0]


def test_without_a_file_nothing_outlives_the_run() -> None:
    """Memory without a path still remembers while the program runs."""
    memory = BrokerMemory()
    memory.write("pins", [1])
    assert memory.read("pins") == [1]


def test_what_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A folder that is a file is named."""
    (tmp_path / "folder").write_text("")
    with pytest.raises(SettingsError, match="folder"):
        BrokerMemory(tmp_path / "folder" / "b.json").write("pins", [1])


def test_every_broker_and_user_has_a_file_of_its_own(tmp_path: Path) -> None:
    """Profiles, hosts, ports and users are told apart, also in upper and lower case."""
    settings = [
        ConnectionSettings("h", 1883),
        ConnectionSettings("h", 1884),
        ConnectionSettings("h", 1883, user="ann"),
        ConnectionSettings("h", 1883, profile="h"),
        ConnectionSettings("h", 1883, profile="H"),
        ConnectionSettings("h", 1883, profile="../../etc"),
    ]
    paths = [memory_of(each, tmp_path).path for each in settings]
    assert len({str(path).lower() for path in paths}) == len(settings)
    assert {path.parent for path in paths} == {tmp_path}
