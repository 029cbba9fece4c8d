"""Clearing ten thousand retained topics of a real broker, cancelled, undone, refused, cut off."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from mqttui.core.publish_properties import properties_of
from mqttui.core.publishing import PublishProperties, PublishRequest
from mqttui.core.retained.backup import SUFFIX, read_backup
from mqttui.core.retained.jobs import Clearing, LeftOut, Restoring, SavedMessage
from mqttui.core.retained.pace import Pace
from mqttui.core.retained.work import RetainedWork, Stage, carry_out
from mqttui.settings.backup_folder import BackupFolder, lines_of
from mqttui.settings.connection import ConnectionSettings, Subscription
from tests.support.mosquitto import MosquittoConfig
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Begin = Callable[[RetainedWork], RetainedWork]

    from mqttui.core.retained.fetching import RetainedMessage
    from mqttui.transport.session import Session
    from tests.integration.conftest import Listen, StartMosquitto
    from tests.support.mosquitto import Mosquitto

TOPICS = 10_000
PACE = Pace(5000, 200)
PROPERTIES = PublishProperties(content_type="é", user_properties=(("k", "v"), ("k", "w")))


@pytest.fixture
def begin() -> Iterator[Callable[[RetainedWork], RetainedWork]]:
    """Return a function that carries a work out on a thread; all are abandoned with the test."""
    is_over = threading.Event()
    threads: list[threading.Thread] = []

    def start(work: RetainedWork) -> RetainedWork:
        threads.append(threading.Thread(target=carry_out, args=(work, is_over.is_set)))
        threads[-1].start()
        return work

    yield start
    is_over.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    """Return a folder for backups."""
    return BackupFolder(tmp_path / "backups", SUFFIX)


def connected(broker: Mosquitto, listen: Listen, **options: object) -> Session:
    """Return a session that receives nothing of what is tested."""
    settings = ConnectionSettings(
        broker.host, broker.port, subscriptions=(Subscription("other"),), **options
    )
    listener = listen(settings)
    listener.wait_subscribed()
    return listener.session


def retain(session: Session, requests: Iterable[PublishRequest]) -> None:
    """Publish, and wait until the broker has all of it."""
    receipts = [session.publish(request) for request in requests]
    wait_until(lambda: all(receipt.status.is_final for receipt in receipts), "the receipts", 60)


def class_of_topics(count: int = TOPICS) -> Iterator[PublishRequest]:
    """Yield retained messages of every QoS; some binary, some with properties, one not in t/."""
    for number in range(count):
        payload = bytes([number % 256, 0xFF, 0]) if number % 5 == 0 else b'{"n": %d}' % number
        properties = PROPERTIES if number % 7 == 0 else None
        yield PublishRequest(f"t/{number}", payload, number % 3, True, properties)
    yield PublishRequest("u/other", b"stays", 1, retain=True)


def retained(session: Session, topic_filter: str = "#") -> dict[bytes, RetainedMessage]:
    """Return what the broker retains, with the QoS."""
    fetch = session.fetch_retained(topic_filter, 60, with_qos=True)
    wait_until(lambda: fetch.status.is_done, lambda: f"an end, not {fetch.status}", 60)
    assert fetch.status.is_complete, fetch.status
    return {message.topic: message for message in fetch.messages}


def ended(work: RetainedWork) -> RetainedWork:
    """Wait until a work is done."""
    wait_until(lambda: work.status.is_done, lambda: f"an end, not {work.status}", 120)
    return work


def work_on(
    session: Session, job: Clearing | Restoring, folder: BackupFolder, **options: object
) -> RetainedWork:
    """Return a work that saves into the folder."""
    options.setdefault("pace", PACE)
    return RetainedWork(job, session, lambda name, lines: str(folder.save(name, lines)), **options)


@pytest.mark.mosquitto
def test_the_qos_of_every_retained_message_is_found(broker: Mosquitto, listen: Listen) -> None:
    """More than mosquitto queues at QoS 2 comes in groups, with QoS and properties."""
    session = connected(broker, listen, protocol="5")
    sent = {request.topic.encode(): request for request in class_of_topics(3000)}
    retain(session, sent.values())
    found = retained(session)
    assert {topic: message.qos for topic, message in found.items()} == {
        topic: request.qos for topic, request in sent.items()
    }
    assert properties_of(found[b"t/0"].properties) == PROPERTIES
    one = session.fetch_retained("t/2", with_qos=True)
    wait_until(lambda: one.status.is_done, "the answer for one topic")
    assert [message.qos for message in one.messages] == [2]


@pytest.mark.mosquitto
def test_ten_thousand_topics_are_cleared_with_cancel_and_undo(
    broker: Mosquitto, listen: Listen, begin: Begin, folder: BackupFolder
) -> None:
    """Cancelled half way, gone on with, undone from the file: byte for byte what it was."""
    session = connected(broker, listen, protocol="5")
    retain(session, class_of_topics())
    before = retained(session)
    assert len(before) == TOPICS + 1
    listed = [message for topic, message in before.items() if topic.startswith(b"t/")]

    # Cancelled half way: what is said to be cleared is, and nothing else.
    work = begin(work_on(session, Clearing("t/#", listed), folder))
    wait_until(lambda: work.status.progress.acknowledged > TOPICS // 3, "a third to be cleared", 60)
    work.cancel()
    status = ended(work).status
    assert status.was_cancelled
    cleared = status.progress.acknowledged
    assert TOPICS // 3 < cleared < TOPICS
    assert (status.progress.waiting, status.progress.unknown) == (TOPICS - cleared, 0)
    assert (status.is_checked, status.failed, status.backed_up) == (True, 0, TOPICS)
    there = retained(session)
    assert len(there) == TOPICS + 1 - cleared
    assert all(
        (item.message.topic not in there) == work.is_carried_out(place)
        for place, item in enumerate(work.items)
    )

    # Undone: as if nothing had happened.
    undo = ended(begin(work_on(session, Restoring("t/#", work.undoable()), folder)))
    assert (undo.status.done, undo.status.failed) == (cleared, 0)
    # A third was published at QoS 0, which only the second look can confirm.
    assert undo.status.progress.sent + undo.status.progress.acknowledged == cleared
    assert undo.status.progress.sent > cleared // 4
    assert retained(session) == before

    # Cleared to the end, in two goes.
    first = begin(work_on(session, Clearing("t/#", listed), folder))
    wait_until(lambda: first.status.progress.acknowledged > 100, "some to be cleared", 60)
    first.cancel()
    rest = ended(first).rest()
    assert rest is not None
    second = ended(begin(work_on(session, rest, folder, saved=first.saved)))
    assert second.status.backup is None
    assert set(retained(session)) == {b"u/other"}

    # Put back from the file alone.
    path = folder.files()[0]
    assert path.stat().st_mode & 0o777 == 0o600
    backup = read_backup(lines_of(path), path.name)
    assert backup.problems == ()
    saved = [SavedMessage(message, backup.header.saved_at) for message in backup.messages]
    job = Restoring(backup.header.topic_filter, saved)
    back = ended(begin(work_on(session, job, folder)))
    assert (back.status.done, back.status.failed) == (TOPICS, 0)
    assert retained(session) == before


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_the_broker_does_not_allow_is_not_called_cleared(
    start_mosquitto: StartMosquitto,
    listen: Listen,
    begin: Begin,
    folder: BackupFolder,
    protocol: str,
) -> None:
    """MQTT 5 refuses with a reason; MQTT 3.1.1 acknowledges, and the second look finds it out."""
    acl = "user ada\ntopic read #\ntopic write t/open/#\nuser root\ntopic readwrite #\n"
    users = {"ada": "correct horse", "root": "root"}
    broker = start_mosquitto(MosquittoConfig(users=users, acl=acl))
    root = connected(broker, listen, user="root", password="root")
    topics = [f"t/open/{n}" for n in range(50)] + [f"t/closed/{n}" for n in range(50)]
    retain(root, [PublishRequest(topic, b"x", 1, retain=True) for topic in topics])
    session = connected(broker, listen, user="ada", password="correct horse", protocol=protocol)
    listed = list(retained(session, "t/#").values())
    work = ended(begin(work_on(session, Clearing("t/#", listed), folder)))
    status = work.status
    assert sorted(retained(root, "t/#")) == sorted(f"t/closed/{n}".encode() for n in range(50))
    words = {work.words(place) for place in range(100) if not work.is_carried_out(place)}
    if protocol == "5":
        assert (status.progress.refused, status.failed) == (50, 0)
        ((reason, count),) = status.progress.reasons
        assert (count, "not authorised" in reason) == (50, True)
        assert words == {reason}
    else:
        assert (status.progress.acknowledged, status.failed) == (100, 50)
        assert all(word.startswith("still retained") for word in words)
    undo = ended(begin(work_on(session, Restoring("t/#", work.undoable()), folder)))
    assert undo.status.progress.acknowledged == 50
    assert len(retained(root, "t/#")) == 100


@pytest.mark.mosquitto
def test_a_broker_that_is_killed_in_the_middle(
    start_mosquitto: StartMosquitto, listen: Listen, begin: Begin, folder: BackupFolder
) -> None:
    """What was done is known, what was not too; with the broker back it is gone on with."""
    broker = start_mosquitto(MosquittoConfig(extra=("autosave_interval 1",), has_persistence=True))
    session = connected(broker, listen, protocol="5")
    retain(session, class_of_topics(2000))
    before = retained(session)
    listed = [message for topic, message in before.items() if topic.startswith(b"t/")]
    work = begin(work_on(session, Clearing("t/#", listed), folder, pace=Pace(2000, 50)))
    wait_until(lambda: work.status.progress.acknowledged > 300, "some to be cleared", 60)
    # Frozen first, so that messages are on their way when it dies.
    broker.freeze()
    wait_until(lambda: work.status.progress.in_flight == 50, "the window to be full")
    broker.kill()
    status = ended(work).status
    progress = status.progress
    assert status.was_disconnected
    assert (status.is_checked, status.problem is None) == (False, False)
    assert progress.unknown == 50
    assert progress.acknowledged + progress.waiting + progress.unknown == 2000
    assert folder.files()
    # Without its memory: what was in it can be put back from the file.
    broker.start()
    session.retry_now()
    wait_until(lambda: session.status.phase.name == "CONNECTED", "the session to be back", 30)
    path = folder.files()[0]
    backup = read_backup(lines_of(path), path.name)
    saved = [SavedMessage(message, backup.header.saved_at) for message in backup.messages]
    back = ended(begin(work_on(session, Restoring("t/#", saved), folder)))
    assert back.status.failed == 0
    assert {t: m for t, m in retained(session).items() if t.startswith(b"t/")} == {
        message.topic: message for message in listed
    }
    rest = work.rest()
    assert rest is not None
    more = ended(begin(work_on(session, rest, folder, saved=work.saved)))
    assert more.status.progress.acknowledged == progress.waiting + 50
    assert len([topic for topic in retained(session) if topic.startswith(b"t/")]) == (
        progress.acknowledged
    )


@pytest.mark.mosquitto
def test_the_brokers_own_topics_are_never_touched(
    start_mosquitto: StartMosquitto, listen: Listen, begin: Begin, folder: BackupFolder
) -> None:
    """Even when somebody lists them."""
    broker = start_mosquitto(MosquittoConfig(extra=("sys_interval 1",)))
    session = connected(broker, listen)
    fetch = session.fetch_retained("$SYS/broker/version")
    wait_until(lambda: fetch.status.is_done, "the version of the broker")
    work = ended(begin(work_on(session, Clearing("$SYS/#", list(fetch.messages)), folder)))
    assert work.status.stage is Stage.DONE
    assert work.status.progress.total == 0
    assert (LeftOut.BROKERS_OWN, 1) in work.status.left_out
    assert folder.files() == []
