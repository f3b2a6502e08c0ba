# SPDX-License-Identifier: Apache-2.0
"""What a maker sees: calls that return at once and never raise."""

from __future__ import annotations

import errno
import json
import logging
import multiprocessing
import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime

import msgspec
import pytest

from nadzor_sdk import Client, Finding, ReviewFinding, TruthFinding, fields
from nadzor_sdk.segments import Retired
from nadzor_sdk.settings import Settings
from nadzor_wire import event as wire
from nadzor_wire.enrolment import CredentialError
from tests.stub_gateway import Fault
from tests.wire_samples import BUILD, EVENT, READER, SAMPLES, STUDY

REVIEWED = {"study": STUDY, "study_day": date(2026, 11, 3), "version": "1.0"}
ADVERSE = {
    "event_date": date(2026, 11, 1),
    "aware_date": date(2026, 11, 2),
    "event_type": "malfunction",
    "problem_codes": ["A11"],
    "version": "1.0",
}


def test_every_kind_can_be_reported(gateway, connect):
    """Seven calls, seven kinds, each with an id and a time of its own."""
    client = connect(strict=True)
    ids = [
        client.study(**EVENT, findings=[Finding(code="nodule", score=1)], duration_ms=5),
        client.review(**REVIEWED, reader=READER, ai_seen_first=True, verdict="accepted"),
        client.truth(**REVIEWED, findings=[TruthFinding(code="nodule", present=True)], source="biopsy"),
        client.fault(stage="network", code="NET001"),
        client.change(from_version="1.0", to_version="1.1", build=BUILD),
        client.correct(corrects="019a4b7c-0000-7000-8000-000000000001", reason="clock"),
        client.adverse_event(**ADVERSE, narrative="It froze."),
    ]
    assert client.flush(30)
    kinds = ["study", "review", "truth", "fault", "change", "correct", "adverse_event"]
    assert [event["kind"] for event in gateway.events()] == kinds
    assert [event["id"] for event in gateway.events()] == ids and len(set(ids)) == 7
    assert all(datetime.fromisoformat(event["at"]).tzinfo for event in gateway.events())


@pytest.mark.parametrize("kind", [name for name in SAMPLES if hasattr(Client, name)])
def test_arguments_equal_the_fields_of_the_struct(gateway, connect, kind):
    """Whatever a struct holds can be given to the call of its name, and nothing else."""
    struct = wire.KINDS[kind]
    typed = getattr(fields, struct.__name__)
    assert set(typed.__annotations__) | set(fields.Recorded.__annotations__) == set(struct.__struct_fields__)
    required = {f.encode_name for f in msgspec.structs.fields(struct) if f.required} - {"id", "at"}
    assert {n for n, hint in typed.__annotations__.items() if "Required[" in str(hint)} == required
    sample = {name: getattr(SAMPLES[kind], name) for name in struct.__struct_fields__}
    client = connect(strict=True)
    assert getattr(client, kind)(**sample) == SAMPLES[kind].id


def test_given_ids_and_times_are_kept(gateway, connect):
    """An id and a time with its zone arrive as they were given."""
    at = datetime.fromisoformat("2026-11-03T01:30:00+07:00")
    client = connect()
    assert client.study(**EVENT, id=SAMPLES["study"].id, at=at) == SAMPLES["study"].id
    assert client.flush(30)
    assert gateway.events()[0]["id"] == SAMPLES["study"].id
    assert gateway.events()[0]["at"] == "2026-11-03T01:30:00+07:00"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"version": "Иванов"},
        {"outcome": "failed"},
        {"patient": "Иванов"},
        {"at": datetime(2026, 11, 3)},  # noqa: DTZ001
        {"findings": [object()]},
        {"duration_ms": 2**70},
        {"study": "\ud800"},
        {"id": 5},
    ],
)
def test_an_invalid_event_is_counted_and_never_raises(gateway, connect, spoilt, caplog):
    """The call returns an empty id, the count says why, and no value is in the log."""
    client = connect()
    with caplog.at_level(logging.DEBUG):
        assert client.study(**EVENT | spoilt) == ""
    assert client.health().drops == {"invalid": 1} and client.health().captured == 0
    assert "Иванов" not in caplog.text


def test_strict_says_what_is_wrong_without_the_value(gateway, connect):
    """While developing, an invalid event raises and names the field."""
    client = connect(strict=True)
    with pytest.raises(ValueError, match=r"event\.malformed at \$\.version") as wrong:
        client.study(**EVENT | {"version": "Иванов"})
    assert "Иванов" not in str(wrong.value)
    with pytest.raises(ValueError, match="no JSON form"):
        client.study(**EVENT | {"study": object()})


def test_before_send_may_remove(gateway, connect):
    """A field, an item or the whole event may go."""

    def reduce(event):
        if event["version"] == "9.9":
            return None
        event.pop("duration_ms", None)
        event["findings"] = event["findings"][1:]
        return event

    client = connect(before_send=reduce)
    findings = [Finding(code="nodule"), Finding(code="mass")]
    kept = client.study(**EVENT, duration_ms=5, findings=findings)
    assert client.study(**EVENT | {"version": "9.9"}, findings=findings) == ""
    assert client.flush(30)
    (event,) = gateway.events()
    assert event["id"] == kept and "duration_ms" not in event and event["findings"] == [{"code": "mass"}]
    assert client.health().drops == {"before_send": 1}


@pytest.mark.parametrize(
    "hook",
    [
        lambda event: event | {"version": "2.0"},
        lambda event: event | {"sex": "f"},
        lambda event: event | {"findings": [{"code": "mass"}, {"code": "nodule"}]},
        lambda event: {**event, "duration_ms": 5.0},
        lambda event: 1 / 0,
        lambda event: [event],
    ],
)
def test_before_send_may_not_add_or_change(gateway, connect, hook):
    """A hook that changes, adds, reorders or fails costs the event, visibly."""
    client = connect(before_send=hook)
    assert client.study(**EVENT, duration_ms=5, findings=[Finding(code="nodule"), Finding(code="mass")]) == ""
    assert client.health().drops == {"before_send": 1}


def test_before_send_that_removes_too_much_makes_the_event_invalid(gateway, connect):
    """A required field cannot be taken away."""
    client = connect(before_send=lambda event: {"kind": "study"}, strict=True)
    with pytest.raises(ValueError, match="not an event after before_send"):
        client.study(**EVENT)


def test_a_narrative_with_personal_details_is_blanked_here(gateway, connect, tmp_path, caplog):
    """The coded core goes out, the text does not even reach the disk."""
    client = connect()
    client.adverse_event(**ADVERSE, narrative="Пациент Иванов Иван Иванович, +7 912 345-67-89")
    assert client.flush(30)
    (event,) = gateway.events("adverse_event")
    assert event.get("narrative") is None and event["problem_codes"] == ["A11"]
    assert "Иванов" not in caplog.text


def test_an_adverse_event_is_durable_on_return(gateway, connect):
    """Nothing of it can be lost by a power cut any more."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect(flush_every_s=3600)
    client.study(**EVENT)
    client.adverse_event(**ADVERSE)
    assert client._sender.current.log.durable == 2


def test_a_purpose_for_all_can_be_overridden_for_one(gateway, connect):
    """A test installation says so once."""
    client = connect(purpose="test")
    client.study(**EVENT)
    client.study(**EVENT, purpose="phantom")
    assert client.flush(30)
    assert [event["purpose"] for event in gateway.events()] == ["test", "phantom"]


def test_the_spool_has_a_limit_and_keeps_the_oldest(gateway, connect):
    """Beyond the limit new events are dropped and counted; those on disk stay."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect(spool_max_bytes=64 * 1024)
    ids = [client.study(**EVENT) for _ in range(400)]
    kept = [event_id for event_id in ids if event_id]
    assert 0 < len(kept) < 400 and ids[: len(kept)] == kept
    assert client.health().drops == {"spool_full": 400 - len(kept)}


def test_a_full_disk_is_counted(gateway, connect, monkeypatch):
    """A write that the disk refuses costs that event only."""
    client = connect()

    def full(fd, content):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr("nadzor_sdk.segments.os.write", full)
        assert client.study(**EVENT) == ""
    assert client.study(**EVENT) and client.health().drops == {"disk_full": 1}


def test_a_bug_of_ours_does_not_reach_the_host(gateway, connect, monkeypatch):
    """Whatever goes wrong inside is logged and counted."""
    client = connect()
    monkeypatch.setattr(client._composer, "compose", lambda kind, event: 1 / 0)
    assert client.study(**EVENT) == "" and client.health().drops == {"sdk_internal": 1}


def test_after_close_events_are_refused_politely(gateway, connect):
    """Closing twice is closing; reporting afterwards is counted."""
    client = connect()
    client.study(**EVENT)
    client.close()
    client.close()
    assert client.study(**EVENT) == "" and client.health().closed
    assert client.health().drops == {"closed": 1} and len(gateway.events()) == 1


def test_close_is_bounded_and_loses_nothing(gateway, connect):
    """With the gateway away, closing takes its time limit and no more; the next client delivers."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect()
    event_id = client.study(**EVENT)
    client.close(timeout=0.1)
    gateway.fault = lambda attempt, header: None
    assert connect().flush(30) and [event["id"] for event in gateway.events()] == [event_id]


def test_a_client_is_a_context(gateway, connect):
    """Leaving the block closes the client, with everything sent."""
    with connect() as client:
        client.study(**EVENT)
    assert client.health().closed and len(gateway.events()) == 1


def test_many_threads_share_one_client(gateway, connect):
    """Eight threads report at once: every event arrives once."""
    client = connect(seal_events=50)
    ids: list[str] = []

    def work():
        ids.extend([client.study(**EVENT) for _ in range(100)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.flush(30)
    assert sorted(event["id"] for event in gateway.events()) == sorted(ids) and len(ids) == 800


def _child(client, queue):
    ids = [client.study(**EVENT) for _ in range(20)]
    queue.put((ids, client.flush(30), client.health().captured))
    client.close()


def test_a_forked_child_has_a_stream_of_its_own(gateway, connect):
    """Parent and children report after a fork: nothing is lost, nothing is doubled, no number is shared."""
    client = connect()
    ids = [client.study(**EVENT) for _ in range(20)]
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    children = [context.Process(target=_child, args=(client, queue)) for _ in range(2)]
    for child in children:
        child.start()
    found = [queue.get(timeout=60) for _ in children]
    for child in children:
        child.join(60)
    ids += [client.study(**EVENT)] + [event_id for made, _, _ in found for event_id in made]
    assert client.flush(30) and all(done and count == 20 for _, done, count in found)
    assert sorted(event["id"] for event in gateway.events()) == sorted(ids)
    assert len({header.stream for header in gateway.headers}) == 3


def test_a_fork_after_close_touches_no_foreign_descriptor(gateway, connect):
    """Descriptor numbers of a closed client may be somebody else's by now; a child leaves them alone."""
    client = connect()
    client.study(**EVENT)
    client.close()
    mine = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]
    pid = os.fork()
    if not pid:
        try:
            for fd in mine:
                os.fstat(fd)
        except OSError:
            os._exit(1)
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    for fd in mine:
        os.close(fd)
    assert os.waitstatus_to_exitcode(status) == 0


def test_leaving_without_close_still_delivers(gateway, tmp_path):
    """A script that simply ends waits a moment for its receipts."""
    (tmp_path / "i.json").write_bytes(gateway.credential.encode())
    code = f"""
from nadzor_sdk import Client
Client({str(tmp_path / "i.json")!r}, heartbeat_every_s=None).study(**{EVENT!r})
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert len(gateway.events()) == 1


def test_a_close_that_goes_wrong_does_not_reach_the_host(gateway, connect, monkeypatch, caplog):
    """Even a bug at the very end is only logged."""
    client = connect()
    monkeypatch.setattr(client._sender, "flush", lambda timeout: 1 / 0)
    client.close()
    assert "did not close cleanly" in caplog.text
    client._sender.stop(5)


def test_a_close_during_a_request_does_not_wait_for_it(gateway, connect, monkeypatch):
    """A server that never answers cannot hold the host's exit."""
    hanging, go = threading.Event(), threading.Event()

    def hang(attempt, header):
        hanging.set()
        go.wait(30)

    gateway.fault = hang
    client = connect()
    client.study(**EVENT)
    assert hanging.wait(30)
    client.close(timeout=0.05)
    assert client._sender._thread.is_alive() and client.health().closed
    go.set()
    client._sender._thread.join(30)
    client._sender.stop(5)
    assert len(gateway.events()) == 1


def test_a_call_that_meets_a_moving_stream_follows_it(gateway, connect, monkeypatch):
    """Between reading the current log and writing to it, the stream may have moved."""
    client = connect()
    sender = client._sender
    sound, told = sender.current.log.append, []

    def moved(line):
        if not told:
            told.append(line)
            raise Retired
        return sound(line)

    monkeypatch.setattr(sender.current.log, "append", moved)
    assert client.study(**EVENT) and client.flush(30) and len(gateway.events()) == 1


def test_a_sync_that_fails_for_an_adverse_event_is_told(gateway, connect, monkeypatch):
    """The event is on disk, its durability is not proved, and health says so."""
    client = connect(flush_every_s=3600)

    def bad(fd):
        raise OSError(errno.EIO, "bad")

    with monkeypatch.context() as patch:
        patch.setattr("nadzor_sdk.segments.sync_bytes", bad)
        assert client.adverse_event(**ADVERSE)
        assert client.health().last_error == f"disk.{errno.EIO}"
    assert client.flush(30) and len(gateway.events()) == 1


def test_the_log_of_the_host_is_not_flooded(gateway, connect, caplog):
    """A thousand drops are a few lines, and all are counted."""
    client = connect()
    client.close()
    for _ in range(1000):
        client.study(**EVENT)
    assert client.health().drops == {"closed": 1000} and caplog.text.count("dropped") == 4


def test_a_child_that_reports_nothing_makes_no_stream(gateway, connect, tmp_path):
    """Forking alone leaves no trace, and the parent's lock is not held by the child."""
    client = connect()
    pid = os.fork()
    if not pid:
        os._exit(0 if client.health().captured == 0 and client.flush(0.1) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(list((tmp_path / "spool").glob("s-*"))) == 1


def test_a_client_starts_from_a_file_or_a_mapping(gateway, tmp_path):
    """The credential may be a path, a mapping or the struct; the spool lies beside the file."""
    path = tmp_path / "installation.json"
    path.write_bytes(gateway.credential.encode())
    for source in (path, str(path), json.loads(path.read_text()), gateway.credential):
        spool = None if isinstance(source, str) else tmp_path / "elsewhere"
        with Client(source, spool=spool, heartbeat_every_s=None) as client:
            assert client.study(**EVENT)
    assert len(gateway.events()) == 4 and (tmp_path / "installation.spool").is_dir()


def test_the_spool_falls_back_to_the_home_directory(gateway, tmp_path, monkeypatch):
    """Without a file and without a word, the spool lies in the home directory."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with Client(gateway.credential, heartbeat_every_s=None):
        assert (tmp_path / ".nadzor" / "spool" / gateway.credential.installation).is_dir()


def test_a_client_that_cannot_start_says_so(gateway, tmp_path):
    """Only the constructor may raise: no credential, a wrong setting."""
    with pytest.raises(FileNotFoundError):
        Client(tmp_path / "absent.json")
    with pytest.raises(CredentialError):
        Client({"installation": "i-1"}, spool=tmp_path)
    with pytest.raises(ValueError, match="seal_events"):
        Client(gateway.credential, spool=tmp_path, seal_events=0)


@pytest.mark.parametrize(
    "wrong",
    [{"seal_events": 5001}, {"flush_every_s": 0.0}, {"heartbeat_every_s": 0.5}, {"spool_max_bytes": 10}],
)
def test_settings_have_bounds(tmp_path, wrong):
    """A setting outside its bounds is refused with the bounds in the message."""
    with pytest.raises(ValueError, match="must be"):
        Settings(spool=tmp_path, **wrong)


def test_importing_the_sdk_loads_neither_cryptography_nor_http():
    """What costs time to import is imported when a client starts."""
    heavy = "('cryptography', 'http.client', 'zstandard')"
    code = f"import sys, nadzor_sdk; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_local_time_follows_the_zone(monkeypatch):
    """The zone is looked up again after a minute."""
    from nadzor_sdk import clock

    now = clock.now_ns()
    moment = clock.local(now)
    assert moment.utcoffset() is not None and abs(moment.timestamp() - now / 1e9) < 0.001
    assert clock.local(now + 61 * 10**9).astimezone(UTC) > moment.astimezone(UTC)


def test_review_findings_are_the_same_struct():
    """Findings of reviews and truths have one form."""
    assert ReviewFinding is TruthFinding
