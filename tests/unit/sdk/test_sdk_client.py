# SPDX-License-Identifier: Apache-2.0
"""What a maker sees: calls that return at once and never raise."""

from __future__ import annotations

import errno
import logging
from datetime import UTC, date, datetime

import msgspec
import pytest

from nadzor_sdk import Client, Finding, ReviewFinding, TruthFinding, fields
from nadzor_sdk.settings import Settings
from nadzor_wire import event as wire
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
        lambda event: [event],
        lambda event: event.pop("purpose") and event,
    ],
    ids=["changes", "adds", "reorders", "retypes", "wraps", "makes-a-test-count"],
)
def test_before_send_may_not_add_or_change(gateway, connect, hook):
    """A hook that changes, adds or reorders, or takes away that this is a test, costs the event, visibly."""
    client = connect(before_send=hook, purpose="test")
    assert client.study(**EVENT, duration_ms=5, findings=[Finding(code="nodule"), Finding(code="mass")]) == ""
    assert client.health().drops == {"before_send_changed": 1}


def test_before_send_that_fails_is_counted(gateway, connect):
    """An exception in the hook costs the event and reaches nobody."""
    client = connect(before_send=lambda event: 1 / 0)
    assert client.study(**EVENT) == "" and client.health().drops == {"before_send_failed": 1}


def test_before_send_does_not_see_heartbeats(gateway, connect):
    """What was dropped is told although the hook takes everything."""
    client = connect(before_send=lambda event: None)
    client.study(**EVENT)
    client._beat()
    assert client.flush(30)
    (beat,) = gateway.events()
    assert beat["kind"] == "heartbeat" and beat["drops"] == {"before_send": 1}


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


@pytest.mark.parametrize(
    "wrong",
    [{"seal_events": 5001}, {"flush_every_s": 0.0}, {"heartbeat_every_s": 0.5}, {"spool_max_bytes": 10}],
)
def test_settings_have_bounds(tmp_path, wrong):
    """A setting outside its bounds is refused with the bounds in the message."""
    with pytest.raises(ValueError, match="must be"):
        Settings(spool=tmp_path, **wrong)


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
