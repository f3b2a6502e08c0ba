# SPDX-License-Identifier: Apache-2.0
"""Filings over HTTP: from a draft to the register, with every clock, and nothing for whoever may not."""

from __future__ import annotations

import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nadzor.api.wire import BODY_MAX
from nadzor.base import clock
from nadzor.procedures.matrix import permissions
from nadzor.register.refusals import refused_moves
from tests.filing_samples import (
    AUDITOR,
    CLINIC,
    CONFIRMED,
    EXPERT,
    FACTS,
    FORM,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    OPERATOR,
    OTHER_EXPERT,
    PDF,
    REGISTRAR,
    REPORTER,
    RIVAL,
    carry,
    draft,
    move,
    town,
)
from tests.unit.api.callers import API, JSON, calling, code_of, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(home):
    """A town, and one application that was handed in today."""
    town()
    number = draft(at=clock.now())
    carry(number, "submit", at=clock.now())
    return number


def read(who, number):
    """A filing as somebody reads it."""
    return calling(who).get(f"{API}/filings/{number}").json()


def test_an_application_goes_from_a_draft_to_the_register(home):
    """Every move through the API, by whoever the law names; each answer tells the state it led to."""
    town()
    maker = calling(MAKER_ADMIN)
    number = post(maker, "filings", {"procedure": "registration_simplified", "form": FORM}).json()["number"]
    moves = [
        (MAKER_ADMIN, "submit", CONFIRMED, "checking"),
        (REGISTRAR, "find_complete", {}, "starting"),
        (REGISTRAR, "start", {}, "tasking"),
        (REGISTRAR, "send_task", {"expert": "nik"}, "expertise"),
        (EXPERT, "conclude_positive", {}, "deciding"),
        (HEAD, "register", {}, "registered"),
    ]
    for who, verb, facts, state in moves:
        answer = post(
            calling(who), f"filings/{number}/moves", {"verb": verb, "because": "as filed", "facts": facts}
        )
        assert (answer.status_code, answer.json().get("state")) == (200, state), answer.json()
    card = maker.get(f"{API}/filings/{number}").json()
    assert [step["verb"] for step in card["steps"]] == [verb for _, verb, _, _ in moves]
    assert card["row"]["device"]


def test_a_card_explains_every_date(filed):
    """Each clock has its norm, its last day and the lines that lead there; one clock can be read alone."""
    card = read(REGISTRAR, filed)
    runs = {run["key"]: run for run in card["runs"]}
    assert set(runs) == {"registration.completeness_check", "registration.simplified_limit"}
    for index, run in enumerate(card["runs"]):
        assert run["due"] == run["derivation"][-1]["day"]
        alone = calling(REGISTRAR).get(f"{API}/filings/{filed}/clocks/{index}").json()
        assert alone == run
    assert code_of(calling(REGISTRAR).get(f"{API}/filings/{filed}/clocks/9")) == (404, "filing.clock-unknown")
    assert "find_incomplete" in {each["move"]["verb"] for each in card["moves"]}


def test_lists_are_filtered_paged_and_followed(filed):
    """Newest first by a cursor; `as_of` of one call is `changed_since` of the next."""
    for _ in range(4):
        draft(title=None, at=clock.now())
    maker = calling(MAKER_ADMIN)
    seen, after = [], {}
    while True:
        page = maker.get(f"{API}/filings", {"limit": 2, **after}).json()
        seen += [row["number"] for row in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5
    since = {"changed_since": page["as_of"]}
    assert maker.get(f"{API}/filings", since).json()["items"] == []
    move(filed, "find_complete", at=clock.now())
    assert [row["number"] for row in maker.get(f"{API}/filings", since).json()["items"]] == [filed]
    only = {"state": "starting", "procedure": "registration_simplified", "maker": "luchik"}
    assert [row["number"] for row in maker.get(f"{API}/filings", only).json()["items"]] == [filed]


@pytest.mark.parametrize("who", [RIVAL, CLINIC, OPERATOR, OTHER_EXPERT])
def test_a_foreign_filing_does_not_exist(filed, who):
    """404 at every address of it, and no row in the list."""
    client = calling(who)
    assert client.get(f"{API}/filings").json()["items"] == []
    for path in ("", "/check", "/clocks/0", "/papers/media_images", "/papers/media_images/1"):
        assert code_of(client.get(f"{API}/filings/{filed}{path}")) == (404, "filing.unknown")
    bodies = {
        "moves": {"verb": "find_complete"},
        "resubmission": {},
        "what-if": {"steps": [{"verb": "find_complete", "on": "2026-12-01"}]},
        "evidence": {"kind": "inspection", "body": "nik", "day": "2026-11-01"},
    }
    for path, body in bodies.items():
        assert code_of(post(client, f"filings/{filed}/{path}", body)) == (404, "filing.unknown")
    patch = client.patch(f"{API}/filings/{filed}/form", "{}", content_type=JSON)
    assert code_of(patch) == (404, "filing.unknown")


@pytest.mark.parametrize(
    ("who", "verb", "refused"),
    [
        (AUDITOR, "find_complete", (403, "move.not-yours")),
        (REPORTER, "withdraw", (403, "move.not-yours")),
        (REGISTRAR, "register", (409, "move.not-from-here")),
        (REGISTRAR, "fly", (409, "move.not-from-here")),
        (REGISTRAR, "find_incomplete", (422, "filing.fact-malformed")),
    ],
)
def test_a_move_that_may_not_be_is_refused_and_changes_nothing(filed, who, verb, refused):
    """By the wrong role, from the wrong state, without its answers; each is counted once."""
    answer = post(calling(who), f"filings/{filed}/moves", {"verb": verb, "because": "because"})
    assert code_of(answer) == refused
    assert read(REGISTRAR, filed)["row"]["state"] == "checking"
    assert refused_moves() == {refused[1]: 1}


def test_who_acts_on_an_old_reading_is_told_the_new_state(filed):
    """409 with the state; the move is not made twice."""
    client = calling(REGISTRAR)
    body = {"verb": "find_complete", "expected_state": "checking"}
    assert post(client, f"filings/{filed}/moves", body).json()["state"] == "starting"
    again = post(client, f"filings/{filed}/moves", body)
    assert code_of(again) == (409, "api.state-changed")
    assert again.json()["state"] == "starting"


def test_a_late_answer_is_refused_with_its_last_day(filed):
    """Before the term of the cure is over, nobody returns the set."""
    move(filed, "find_incomplete", at=clock.now())
    answer = post(calling(REGISTRAR), f"filings/{filed}/moves", {"verb": "return_uncured", "because": "x"})
    assert code_of(answer) == (409, "move.too-early")
    assert answer.json()["due"] > clock.today().isoformat()


def test_a_form_is_written_field_by_field(home):
    """An unknown field refuses the whole patch and nothing typed is lost; a filed form is closed."""
    town()
    number, client = draft(at=clock.now()), calling(MAKER_ADMIN)

    def patch(fields):
        return client.patch(f"{API}/filings/{number}/form", json.dumps(fields), content_type=JSON)

    assert patch({"risk_class": "2a"}).json()["form"]["risk_class"] == "2a"
    assert code_of(patch({"colour": "red", "risk_class": "3"})) == (422, "filing.field-unknown")
    assert code_of(patch({"ai": "perhaps"})) == (422, "filing.field-malformed")
    assert read(MAKER_ADMIN, number)["form"]["risk_class"] == "2a"
    carry(number, "submit", at=clock.now())
    assert code_of(patch({"risk_class": "3"})) == (409, "filing.not-editable")


def test_papers_come_in_both_ways_and_leave_as_they_came(home):
    """As a form or as JSON in base64, each the next edition; never shown in a window."""
    town()
    number, client = draft(at=clock.now()), calling(MAKER_ADMIN)
    file = SimpleUploadedFile("manual.pdf", PDF, content_type="application/pdf")
    first = client.post(f"{API}/filings/{number}/papers", {"kind": "operating_documentation", "file": file})
    assert (first.status_code, first.json()["edition"]) == (201, 1), first.json()
    content = base64.b64encode(PDF + b"%").decode()
    body = {"kind": "operating_documentation", "name": "manual.pdf", "content": content}
    assert post(client, f"filings/{number}/papers", body).json()["edition"] == 2
    got = client.get(first.headers["Location"])
    assert got.content == PDF
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"{API}/filings/{number}/papers/operating_documentation").content == PDF + b"%"
    missing = client.get(f"{API}/filings/{number}/papers/operating_documentation/7")
    assert code_of(missing) == (404, "filing.paper-unknown")


@pytest.mark.parametrize(
    ("name", "content", "kind", "code"),
    [
        ("manual.pdf", b"MZ\x90\x00" + b"\x00" * 64, "operating_documentation", "file.disguised"),
        ("manual.exe", b"MZ\x90\x00", "operating_documentation", "file.type"),
        ("manual.pdf", b"", "operating_documentation", "file.empty"),
        ("manual.pdf", PDF, "no_such_kind", "filing.paper-kind"),
    ],
)
def test_a_file_is_checked_whichever_way_it_comes(home, name, content, kind, code):
    """The same refusal for the form and for JSON."""
    town()
    number, client = draft(at=clock.now()), calling(MAKER_ADMIN)
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    form = client.post(f"{API}/filings/{number}/papers", {"kind": kind, "file": file})
    body = {"kind": kind, "name": name, "content": base64.b64encode(content).decode()}
    for answer in (form, post(client, f"filings/{number}/papers", body)):
        assert code_of(answer)[1] == code
    assert read(MAKER_ADMIN, number)["papers"] == []


def test_bodies_too_large_are_refused_by_their_length(home):
    """A form of more than a megabyte, a file of more than sixteen, a form without a file."""
    town()
    number, client = draft(at=clock.now()), calling(MAKER_ADMIN)
    place = f"{API}/filings/{number}"
    long = client.patch(f"{place}/form", json.dumps({"note": "x" * BODY_MAX}), content_type=JSON)
    assert code_of(long) == (413, "api.too-large")
    huge = SimpleUploadedFile("big.pdf", PDF + b"0" * 17_000_000, content_type="application/pdf")
    answer = client.post(f"{place}/papers", {"kind": "operating_documentation", "file": huge})
    assert code_of(answer) == (413, "file.too-large")
    body = json.dumps({"kind": "operating_documentation", "name": "big.pdf", "content": "A" * 17_000_000})
    assert code_of(client.post(f"{place}/papers", body, content_type=JSON)) == (413, "api.too-large")
    assert code_of(client.post(f"{place}/papers", {"kind": "operating_documentation"})) == (
        422,
        "api.malformed",
    )


def test_evidence_is_added_by_whom_it_concerns(filed):
    """A dated record of a body that may make it."""
    record = {"kind": "inspection", "body": "nik", "number": "7", "day": "2026-11-02", "outcome": "positive"}
    answer = post(calling(REGISTRAR), f"filings/{filed}/evidence", record)
    assert (answer.status_code, answer.json()["role"]) == (201, "registrar")
    assert code_of(post(calling(AUDITOR), f"filings/{filed}/evidence", record))[0] == 403
    assert code_of(
        post(calling(REGISTRAR), f"filings/{filed}/evidence", {**record, "day": "2999-01-01"})
    ) == (
        422,
        "filing.evidence-malformed",
    )


def test_imagined_moves_are_written_nowhere(filed):
    """The clocks after them; a move from the wrong state and a day before the last one are refused."""
    client = calling(MAKER_ADMIN)
    today = clock.today().isoformat()
    told = post(
        client,
        f"filings/{filed}/what-if",
        {"steps": [{"verb": "find_incomplete", "on": today}, {"verb": "cure", "on": today}]},
    ).json()
    assert told["state"] == "checking"
    assert {run["state"] for run in told["runs"] if run["key"] == "registration.cure"} == {"met"}
    assert len(read(MAKER_ADMIN, filed)["steps"]) == 1
    wrong = post(client, f"filings/{filed}/what-if", {"steps": [{"verb": "register", "on": today}]})
    assert code_of(wrong) == (409, "move.not-from-here")
    past = {"steps": [{"verb": "find_complete", "on": "2020-01-01"}]}
    assert code_of(post(client, f"filings/{filed}/what-if", past))[1] == "move.out-of-order"
    far = {"steps": [{"verb": "find_complete", "on": "9999-12-31"}]}
    answer = post(client, f"filings/{filed}/what-if", far)
    assert answer.status_code == 200
    assert {run["due"] for run in answer.json()["runs"] if run["key"] == "registration.start_decision"} == {
        None
    }


def test_a_withdrawn_application_is_filed_anew(filed):
    """A new draft with the old form, linked both ways."""
    carry(filed, "withdraw", at=clock.now())
    fresh = post(calling(MAKER_ADMIN), f"filings/{filed}/resubmission", {}).json()
    assert fresh["state"] == "draft"
    assert read(MAKER_ADMIN, fresh["number"])["previous"] == filed
    again = post(calling(MAKER_ADMIN), f"filings/{fresh['number']}/resubmission", {})
    assert code_of(again) == (409, "filing.not-resubmittable")


def test_the_desk_tells_what_waits_and_until_when(filed):
    """Tasks, last days in a span, and the checklist's defects."""
    tasks = calling(REGISTRAR).get(f"{API}/tasks").json()["items"]
    assert filed in {task["args"][0] for task in tasks}
    days = calling(REGISTRAR).get(f"{API}/deadlines").json()["items"]
    assert {row["filing"] for row in days} == {filed}
    assert calling(REGISTRAR).get(f"{API}/deadlines", {"first": "9999-12-31"}).json()["items"] == []
    assert calling(MAKER_ADMIN).get(f"{API}/filings/{filed}/check").json()["blocking"] > 0


def test_opinions_are_kept_and_read_by_their_own(home):
    """With author, day and digest; a stranger's opinion does not exist."""
    town()
    kept = post(calling(MAKER_ADMIN), "opinions", {"product": "X", "answers": {"route": "eaeu"}}).json()
    assert (kept["author"], kept["product"]) == (MAKER_ADMIN.username, "X")
    assert calling(MAKER_ADMIN).get(f"{API}/opinions").json()["items"][0]["number"] == kept["number"]
    assert calling(INSPECTOR).get(f"{API}/opinions/{kept['number']}").json() == kept
    assert code_of(calling(RIVAL).get(f"{API}/opinions/{kept['number']}")) == (404, "opinion.unknown")


def test_the_head_delegates_and_bars(filed):
    """A delegation by its order lets a registrar decide; an interest keeps them out again."""
    calling(REGISTRAR)
    head = calling(HEAD)
    carry(filed, "find_complete", "start", "send_task", "conclude_positive", at=clock.now())
    decide = {"verb": "register", "because": "as the conclusion says"}
    assert code_of(post(calling(REGISTRAR), f"filings/{filed}/moves", decide)) == (
        403,
        "filing.no-delegation",
    )
    days = {"valid_from": clock.today().isoformat(), "valid_until": f"{clock.today().year + 1}-01-02"}
    power = {"to": REGISTRAR.username, "order": "No 7", **days}
    assert code_of(post(calling(INSPECTOR), "authority/delegations", power)) == (403, "people.head-only")
    given = post(head, "authority/delegations", power)
    assert given.status_code == 201
    own = {"organisation": "luchik", "why": "worked there"}
    interest = post(calling(REGISTRAR), "authority/interests", own).json()["id"]
    assert code_of(post(calling(REGISTRAR), f"filings/{filed}/moves", decide)) == (403, "filing.interest")
    assert code_of(calling(REGISTRAR).delete(f"{API}/authority/interests/{interest}"))[0] == 403
    assert head.delete(f"{API}/authority/interests/{interest}").status_code == 204
    assert post(calling(REGISTRAR), f"filings/{filed}/moves", decide).json()["state"] == "registered"
    assert head.delete(f"{API}/authority/delegations/{given.json()['id']}").status_code == 204
    ended = head.get(f"{API}/authority/delegations").json()
    assert ended[0]["ended_at"] is not None
    assert head.get(f"{API}/authority/interests").json()[0]["why"] == "worked there"
    assert code_of(head.delete(f"{API}/authority/delegations/99999")) == (404, "authority.unknown")


def test_the_gate_is_walked_as_far_as_people_walk_it(home):
    """Declared by the maker, opened by the registrar; the house alone notes what it received."""
    town()
    place = "devices/ai-901/transmission"
    maker, registrar = calling(MAKER_ADMIN), calling(REGISTRAR)
    assert maker.get(f"{API}/{place}").json()["state"] == ""
    assert code_of(post(calling(RIVAL), place)) == (403, "people.not-yours")
    assert post(maker, place).json() == {"device": "ai-901", "state": "declared"}
    assert code_of(post(maker, place)) == (409, "gate.declared")
    assert code_of(post(maker, f"{place}/access")) == (403, "people.registrar-only")
    assert post(registrar, f"{place}/access").json()["token"].startswith("nz-")
    assert post(maker, f"{place}/benches").json()["token"].startswith("nz-")
    assert code_of(post(maker, f"{place}/tests")) == (409, "gate.no-stream")
    noted = {"verb": "connect", "because": "it sends"}
    assert code_of(post(registrar, f"{place}/moves", noted)) == (403, "move.not-yours")
    assert code_of(post(registrar, f"{place}/moves", {"verb": "excuse_period", "month": "soon"}))[0] == 422
    excused = {"verb": "excuse_period", "month": "2026-10", "because": "our outage"}
    assert code_of(post(registrar, f"{place}/moves", excused)) == (422, "gate.period-unknown")
    revoked = {"verb": "revoke_access", "because": "the maker asked"}
    assert post(registrar, f"{place}/moves", revoked).json()["state"] == "declared"
    assert post(registrar, f"{place}/moves", {"verb": "grant_access"}).status_code == 422
    ended = {"verb": "end", "because": "taken out"}
    assert post(registrar, f"{place}/moves", ended).json()["state"] == "ended"
    assert code_of(calling(RIVAL).get(f"{API}/{place}")) == (403, "people.not-yours")
    assert code_of(maker.get(f"{API}/devices/no-such/transmission")) == (404, "register.device-unknown")


def test_procedures_are_open_to_everyone(client):
    """Tables, words in both languages, norms of the clocks, a picture, and the matrix."""
    listed = client.get(f"{API}/procedures").json()
    assert {row["name"] for row in listed} == {each.procedure for each in permissions()}
    for row in listed:
        whole = client.get(f"{API}/procedures/{row['name']}").json()
        assert {move["verb"] for move in whole["moves"]} == set(whole["words"]["verbs"])
        assert whole["diagram"]["ru"].startswith("<svg")
        told = client.get(f"{API}/procedures/{row['name']}/permissions").json()["items"]
        assert len(told) == sum(len(move["by"]) for move in whole["moves"])
    assert code_of(client.get(f"{API}/procedures/nothing")) == (404, "api.procedure-unknown")


def test_what_a_move_asks_for_is_told_with_the_move(filed):
    """A program reads from the card what it has to send."""
    card = read(REGISTRAR, filed)
    found = next(each for each in card["moves"] if each["move"]["verb"] == "find_incomplete")
    body = {"verb": "find_incomplete", "because": "x", "facts": {ask: FACTS[ask] for ask in found["asks"]}}
    assert post(calling(REGISTRAR), f"filings/{filed}/moves", body).json()["state"] == "curing"
