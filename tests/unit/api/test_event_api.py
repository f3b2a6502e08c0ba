# SPDX-License-Identifier: Apache-2.0
"""Adverse events over HTTP: the whole duty of a maker and of a clinic by token, nothing for rivals."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nadzor.actions.send_warnings import send_warnings
from nadzor.base import clock
from nadzor.vigilance.models import AdverseEvent, Alert, LikelySame
from tests.event_samples import (
    CLINIC,
    DEVICE,
    HEAD,
    INSPECTOR,
    INSTALLATION,
    MAKER,
    OTHER_MAKER,
    PERSONAL,
    STRANGER,
    furnish,
)
from tests.unit.api.callers import API, account, calling, code_of, post, program

pytestmark = pytest.mark.django_db
BODY = {
    "device": DEVICE,
    "version": "1.0",
    "event_on": "2026-11-16",
    "aware_on": "2026-11-18",
    "event_type": "malfunction",
    "problems": ["A110201"],
    "narrative": "The viewer froze.",
    "source_id": "QMS-1",
}


LAPSED = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def site(home, monkeypatch):
    """The register, two clinics, an installation in the first; the house's clock stands in autumn 2026."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 9, tzinfo=UTC))
    return furnish(home)


def told(who, **more):
    """An event that somebody tells of; its number."""
    answer = post(program(who), "events", {**BODY, **more})
    assert answer.status_code == 201, answer.json()
    return answer.json()["number"]


def paper(client, number, kind, **fields):
    """A document sent about an event."""
    answer = post(
        client, f"events/{number}/documents", {"kind": kind, "fields": fields, "narrative": "Done."}
    )
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_maker_meets_its_whole_duty_by_its_token(site):
    """Report, follow-up, question and answer, corrective action, safety notice; each has id and digest."""
    maker = program(MAKER)
    first = post(maker, "events", {**BODY, "form": "report"})
    number = first.json()["number"]
    assert (first.status_code, first.json()["state"]) == (201, "reported")
    assert first.headers["Location"] == f"{API}/events/{number}"
    assert paper(maker, number, "follow_up", causes=["C1002"])["state"] == "reported"
    asked = {"verb": "ask", "because": "No cause.", "added": {"question": "Which part failed?"}}
    assert post(program(INSPECTOR), f"events/{number}/moves", asked).json()["state"] == "questioned"
    assert paper(maker, number, "answer")["state"] == "reported"
    sent = [paper(maker, number, kind) for kind in ("corrective_action", "safety_notice")]
    card = maker.get(f"{API}/events/{number}").json()
    assert [each["kind"] for each in card["documents"]][-2:] == ["corrective_action", "safety_notice"]
    assert {each["digest"] for each in sent} <= {each["digest"] for each in card["documents"]}
    assert card["row"]["causes"][0]["code"] == "C1002"
    assert [each["stopped"] is not None for each in card["runs"]] == [True] * len(card["runs"])


def test_a_clinic_tells_follows_and_adds(site):
    """By its own token: the clock starts, the maker knows, the clinic reads what became of it."""
    clinic = program(CLINIC)
    answer = post(clinic, "events", {**BODY, "installation": INSTALLATION})
    number = answer.json()["number"]
    assert (answer.json()["state"], answer.json()["held"]) == ("awaiting_report", False)
    assert answer.json()["due"] and answer.json()["clock"] == "vigilance.report.other"
    assert paper(clinic, number, "follow_up")["kind"] == "follow_up"
    follow = clinic.get(f"{API}/events/{number}/follow").json()
    assert (follow["number"], follow["is_over"]) == (number, False)
    seen = program(MAKER).get(f"{API}/events/{number}").json()["row"]
    assert (seen["site"], seen["installation"], seen["reporter_role"]) == ("", "", "")
    assert [row["number"] for row in clinic.get(f"{API}/events").json()["items"]] == [number]


def test_after_the_order_has_lapsed_everything_is_received(site, monkeypatch):
    """From 2027-01-01 no norm gives the report a day: none is told, and event and report are taken."""
    monkeypatch.setattr(clock, "now", lambda: LAPSED)
    found = post(program(CLINIC), "events", {**BODY, "installation": INSTALLATION}).json()
    assert (found["state"], found["due"]) == ("awaiting_report", None)
    assert paper(program(MAKER), found["number"], "report")["state"] == "reported"


def test_told_twice_is_one_event(site):
    """Under one Idempotency-Key the same answer; under the teller's own number the same event."""
    maker, key = program(MAKER), {"headers": {"Idempotency-Key": "k-1"}}
    first, again = post(maker, "events", BODY, **key), post(maker, "events", BODY, **key)
    assert first.json() == again.json()
    assert told(MAKER) == first.json()["number"]
    assert told(MAKER, source_id="QMS-2") != first.json()["number"]
    assert code_of(post(maker, "events", {**BODY, "source_id": ""}, **key)) == (409, "api.key-reused")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"event_on": "2999-01-01"}, "vigilance.event-future"),
        ({"aware_on": "2026-11-01"}, "vigilance.dates-contradict"),
        ({"device": "no-such"}, "vigilance.device-unknown"),
        ({"problems": ["A99"]}, "vigilance.code-unknown"),
        ({"event_type": "", "problems": []}, "vigilance.core-empty"),
        ({"event_on": "yesterday"}, "api.malformed"),
        ({"patient": "x"}, "api.malformed"),
    ],
)
def test_bad_input_is_told_by_its_place(site, more, code):
    """Nothing is half filed."""
    answer = post(program(MAKER), "events", {**BODY, **more})
    assert answer.json()["code"] == code
    assert 400 <= answer.status_code < 500
    assert program(INSPECTOR).get(f"{API}/events").json()["items"] == []


def test_rivals_strangers_and_nobody_learn_nothing(site):
    """404 for every address of another's event, an empty list, 401 for nobody, 403 for a reading token."""
    number = told(CLINIC)
    for who in (OTHER_MAKER, STRANGER):
        client = program(who)
        assert client.get(f"{API}/events").json()["items"] == []
        for path in ("", "/similar", "/quality"):
            assert code_of(client.get(f"{API}/events/{number}{path}")) == (404, "vigilance.event-unknown")
        sent = {"kind": "follow_up", "fields": {}, "narrative": "x"}
        assert code_of(post(client, f"events/{number}/documents", sent)) == (404, "vigilance.event-unknown")
        moved = {"verb": "close", "because": "x", "added": {"outcome": "x"}}
        assert code_of(post(client, f"events/{number}/moves", moved)) == (404, "vigilance.event-unknown")
    assert code_of(post(program(OTHER_MAKER), "events", BODY)) == (404, "vigilance.device-unknown")
    assert code_of(Client().get(f"{API}/events/{number}")) == (401, "api.anonymous")
    assert code_of(post(program(MAKER, scope="read"), "events", BODY)) == (403, "api.read-only")


def test_lists_narrow_and_have_pages(site):
    """By seriousness, code and change; the cursor leads on."""
    numbers = [told(MAKER, source_id=f"Q-{place}") for place in range(3)]
    told(MAKER, source_id="Q-9", event_type="death")
    client = program(INSPECTOR)
    first = client.get(f"{API}/events", {"seriousness": "other", "code": "A11", "limit": 2}).json()
    assert [row["number"] for row in first["items"]] == numbers[:0:-1]
    rest = client.get(f"{API}/events", {"seriousness": "other", "after": first["next"]}).json()
    assert [row["number"] for row in rest["items"]] == numbers[:1]
    since = client.get(f"{API}/events", {"changed_since": rest["as_of"]}).json()
    assert len(since["items"]) == 4
    assert client.get(f"{API}/events", {"changed_since": "2026-11-22T09:00:01Z"}).json()["items"] == []
    assert client.get(f"{API}/events", {"site": "s-1"}).status_code == 422


def test_a_held_narrative_is_opened_and_released_on_the_record(site):
    """The desk alone, and the maker reads what was released."""
    number = told(MAKER, narrative=PERSONAL)
    card = program(MAKER).get(f"{API}/events/{number}").json()
    assert card["row"]["held"] and PERSONAL not in json.dumps(card, ensure_ascii=False)
    place = next(each["id"] for each in card["documents"] if each["held"])
    assert post(program(MAKER), f"narratives/{place}/opening").status_code == 403
    desk = program(INSPECTOR)
    assert post(desk, f"narratives/{place}/opening").json()["text"] == PERSONAL
    assert (
        code_of(post(desk, f"narratives/{place}/release", {"text": PERSONAL}))[1]
        == "vigilance.still-personal"
    )
    assert (
        post(desk, f"narratives/{place}/release", {"text": "A study had no description."}).status_code == 200
    )
    told_ = program(MAKER).get(f"{API}/events/{number}").json()["documents"]
    assert "A study had no description." in [each["narrative"] for each in told_]


def test_a_death_is_alerted_acknowledged_and_warned_of(home, site):
    """The desk sees the alert and acknowledges it; the clinic reads its copy and answers it."""
    told(CLINIC, event_type="death", installation=INSTALLATION)
    desk, row = program(INSPECTOR), Alert.objects.get()
    assert [each["id"] for each in desk.get(f"{API}/alerts").json()["items"]] == [row.pk]
    assert program(MAKER).get(f"{API}/alerts").json()["items"] == []
    assert code_of(post(program(MAKER), f"alerts/{row.pk}/acknowledgement"))[0] == 404
    assert post(desk, f"alerts/{row.pk}/acknowledgement").json()["event"] == row.event.number
    assert desk.get(f"{API}/alerts").json()["items"] == []
    send_warnings(home, now=clock.now())
    clinic = program(CLINIC)
    (copy,) = clinic.get(f"{API}/clinic/warnings").json()["items"]
    place = f"clinic/warnings/{copy['number']}"
    assert post(clinic, f"{place}/opening").json()["opened_at"]
    assert code_of(post(clinic, f"{place}/answer", {"answer": "perhaps"}))[1] == "warning.answer"
    assert post(clinic, f"{place}/answer", {"answer": "watching"}).json()["answer"] == "watching"
    whole = desk.get(f"{API}/warnings/{copy['number']}").json()
    assert whole["copies"][0]["site"] == site
    assert program(MAKER).get(f"{API}/warnings/{copy['number']}").json()["copies"] == []
    for who in (OTHER_MAKER, STRANGER):
        assert program(who).get(f"{API}/warnings/{copy['number']}").status_code == 404
    assert program(STRANGER).get(f"{API}/{place}").status_code == 404


def test_pairs_are_judged_by_a_person(site):
    """The desk lists and says; a maker learns of no pair."""
    first, second = told(MAKER, source_id="a"), told(MAKER, source_id="b")
    rows = {each["number"]: each for each in program(INSPECTOR).get(f"{API}/events").json()["items"]}
    assert set(rows) == {first, second}
    one, two = (AdverseEvent.objects.get(number=each) for each in (first, second))
    LikelySame.objects.create(
        first=one, second=two, cluster="c-1", weight=9.0, probability=0.99, compared={}, found_at=clock.now()
    )
    assert program(MAKER).get(f"{API}/events/duplicates").json()["items"] == []
    desk = program(INSPECTOR)
    assert desk.get(f"{API}/events/duplicates").json()["items"][0]["probability"] == 0.99
    said = {"first": first, "second": second, "verdict": "same", "because": "One study."}
    assert code_of(post(program(MAKER), "events/duplicates", said)) == (403, "people.inspector-only")
    assert post(desk, "events/duplicates", said).json() == {"leading": first}
    assert code_of(post(desk, "events/duplicates", said)) == (409, "duplicate.said-already")


CSV = (
    "report_id,device,event_date,aware_date,received_date,event_type,problem_codes,narrative\n"
    "R-1,ai-901,2026-01-10,2026-01-12,2026-03-01,malfunction,A110201,Froze\n"
    "R-2,ai-901,2026-31-10,,2026-03-01,malfunction,,\n"
)


def test_a_file_comes_in_and_goes_out(site):
    """Good rows are kept, bad ones named; as a body, as a form; the rows leave in every format."""
    desk = program(INSPECTOR)
    raw = desk.post(f"{API}/events/import?source=bureau&name=r.csv", CSV.encode(), content_type="text/csv")
    report = raw.json()
    assert (report["rows"], report["kept"], report["refused"]) == (2, 1, 1)
    assert (report["errors"][0]["report_id"], report["errors"][0]["line"]) == ("R-2", 3)
    form = {"file": SimpleUploadedFile("r.csv", CSV.encode(), "text/csv")}
    assert desk.post(f"{API}/events/import?source=bureau", form).json()["known"] == 1
    rows = [{"report_id": "R-7", "device": "ai-901", "event_type": "malfunction"}]
    body = json.dumps(rows)
    again = desk.post(f"{API}/events/import", body, content_type="application/json").json()
    assert again["kept"] == 1
    for kind in ("json", "csv", "xlsx", "fhir", "fhir-ndjson", "mir"):
        answer = desk.get(f"{API}/events.{kind}", {"way": "import"})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
        assert len(b"".join(answer.streaming_content)) > 100
    ledger = desk.get(f"{API}/events/lateness").json()
    assert (ledger["n"], ledger["by_device"][0]["code"]) == (2, DEVICE)
    assert desk.get(f"{API}/events/completeness").json()["n"] == 2


@pytest.mark.parametrize(
    ("content", "media", "code"),
    [
        (b"\n", "text/csv", "ae-file"),
        (b"PK\x03\x04" + b"0" * 50, "text/csv", "ae-file"),
        (b"<!DOCTYPE x>", "application/xml", "api.media-type"),
        (b"{", "application/json", "ae-file"),
    ],
)
def test_what_is_no_file_of_events_is_refused(site, content, media, code):
    """No rows, an archive, XML, half a JSON: a clear answer and nothing kept."""
    answer = program(INSPECTOR).post(f"{API}/events/import", content, content_type=media)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"].startswith(code)


def test_files_are_for_whoever_may_take_them(site):
    """A maker takes its own events without sites; a clinic takes none; only the desk imports."""
    told(CLINIC, installation=INSTALLATION)
    mine = b"".join(program(MAKER).get(f"{API}/events.json").streaming_content).decode()
    assert DEVICE in mine and site not in mine
    theirs = b"".join(program(OTHER_MAKER).get(f"{API}/events.json").streaming_content).decode()
    assert DEVICE not in theirs
    assert code_of(program(CLINIC).get(f"{API}/events.csv")) == (403, "people.not-yours")
    assert program(MAKER).post(f"{API}/events/import", CSV, content_type="text/csv").status_code == 403
    assert program(INSPECTOR).get(f"{API}/events.exe").status_code == 422


def test_the_head_sets_who_is_on_duty(site):
    """An inspector for a day; the inspector may not, and a past day is refused."""
    account(INSPECTOR)
    body = {"day": "2999-01-01", "username": INSPECTOR.username}
    assert post(program(HEAD), "duty", body).json()["username"] == INSPECTOR.username
    assert post(program(INSPECTOR), "duty", body).status_code == 403
    assert code_of(post(program(HEAD), "duty", {**body, "day": "2001-01-01"}))[1] == "vigilance.duty-past"


def test_last_days_and_tasks_name_events(site):
    """The maker's calendar has the report's last day with its norm, and the task beside it."""
    number = told(CLINIC, installation=INSTALLATION)
    client = calling(MAKER)
    (day,) = [
        each
        for each in client.get(f"{API}/deadlines?after=2027-12-31").json()["items"]
        if each["kind"] == "event" and each["clock"] != "vigilance.message"
    ]
    assert (day["filing"], day["clock"]) == (number, "vigilance.report.other")
    (task,) = [each for each in client.get(f"{API}/tasks").json()["items"] if each["kind"] == "event_report"]
    assert task["args"] == [number]
    assert calling(OTHER_MAKER).get(f"{API}/tasks").json()["items"] == []


def test_the_morning_is_marked_as_read(site):
    """Oversight alone; what was marked is not new any more."""
    number = told(CLINIC, installation=INSTALLATION)
    desk = program(INSPECTOR)
    assert [number] in [each["args"] for each in desk.get(f"{API}/morning").json()["news"]]
    now = clock.now().isoformat()
    assert post(desk, "morning", {"up_to": now}).status_code == 200
    assert desk.get(f"{API}/morning").json()["news"] == []
    assert program(MAKER).get(f"{API}/morning").status_code == 403
    assert post(program(MAKER), "morning", {"up_to": now}).status_code == 403
