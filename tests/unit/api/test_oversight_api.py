# SPDX-License-Identifier: Apache-2.0
"""Cases, disputes, yearly reports, claims, codes over HTTP: a maker's duties and what is held against it."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, date, datetime

import pytest

from nadzor.actions.import_register import import_register
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from tests.case_samples import case_on_signal, event
from tests.filing_samples import HEAD, INSPECTOR, MAKER_ADMIN, REPORTER, RIVAL, move, town
from tests.monitoring_samples import CODE, PLAN, WORDS, YEAR, monitored_house
from tests.register_samples import CLINIC_OID, NOW, device, foreign_device, register
from tests.rollup_samples import row, write_rollups
from tests.unit.api.callers import API, JSON, calling, code_of, post, program

pytestmark = pytest.mark.django_db
STAND = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stands(home, monkeypatch):
    """The house's clock stands."""
    monkeypatch.setattr(clock, "now", lambda: STAND)


def verb(client, name, **more):
    """One move of the yearly report."""
    return post(client, f"devices/{CODE}/monitoring/{YEAR}/moves", {"verb": name, **more})


def test_a_maker_writes_signs_and_files_its_yearly_report(home):
    """Plan, draft, words, ready, signature over the hash that was read, filing with a receipt, review."""
    monitored_house(home)
    maker, place = program(MAKER_ADMIN), f"{API}/devices/{CODE}/monitoring"
    plan = {"goals": PLAN.goals, "population": "adults", "sample_size": 400}
    assert post(maker, f"devices/{CODE}/monitoring/plan", plan).json()["edition"] == 1
    assert maker.get(f"{place}/plan").json()["items"][0]["plan"]["sample_size"] == 400
    assert verb(maker, "draft").json()["state"] == "drafting"
    words = maker.patch(f"{place}/{YEAR}/words", json.dumps({"words": WORDS}), content_type=JSON)
    assert sorted(words.json()["changed"]) == sorted(WORDS)
    ready = verb(maker, "make_ready").json()
    assert code_of(verb(maker, "sign", digest="0" * 64)) == (409, "monitoring.other-digest")
    assert verb(maker, "sign", digest=ready["digest"]).json()["state"] == "signed"
    receipt = verb(maker, "file_report").json()["receipt"]
    assert (receipt["digest"], receipt["edition"], receipt["qualified"]) == (ready["digest"], 1, False)
    desk = calling(INSPECTOR)
    returned = {"because": "As read.", "added": {"defects": "No search string is named."}}
    assert verb(desk, "return_report", **returned).json()["state"] == "returned"
    card = maker.get(f"{place}/{YEAR}").json()
    assert (card["gaps"], card["filed"][0]["receipt"]["number"]) == ([], receipt["number"])
    assert card["row"]["day"]["due"] == "2026-02-01"
    assert card["row"]["day"]["limit"]["cite"]


def test_the_schedule_and_the_files_of_a_report(home):
    """Rows of what the caller may see; the draft in three formats; an edition nobody filed is unknown."""
    monitored_house(home)
    maker = calling(MAKER_ADMIN)
    rows = maker.get(f"{API}/monitoring", {"device": CODE}).json()["items"]
    assert YEAR in {each["day"]["year"] for each in rows}
    assert {each["device"] for each in rows} == {CODE}
    place = f"{API}/devices/{CODE}/monitoring/{YEAR}/report"
    assert code_of(maker.get(f"{place}.json")) == (409, "monitoring.not-open")
    verb(maker, "draft")
    for kind in ("json", "csv", "xlsx"):
        assert len(maker.get(f"{place}.{kind}").content) > 200
    assert code_of(maker.get(f"{place}.json", {"edition": 1})) == (404, "monitoring.unknown")
    assert maker.get(f"{place}.pdf").status_code == 422
    assert calling(RIVAL).get(f"{API}/monitoring").json()["items"] == []
    for path in (f"{YEAR}", f"{YEAR}/report.json", "plan"):
        answer = calling(RIVAL).get(f"{API}/devices/{CODE}/monitoring/{path}")
        assert code_of(answer) == (404, "monitoring.unknown")
    assert code_of(verb(calling(RIVAL), "draft")) == (404, "monitoring.unknown")
    assert code_of(calling(None).get(f"{API}/monitoring"))[0] == 401


def test_a_case_is_opened_on_grounds_and_its_maker_gets_the_pack(home):
    """The pack's bytes have the pack's digest; the maker recomputes, and our code says whether it agrees."""
    town()
    ref = event()
    desk, maker = calling(INSPECTOR), calling(MAKER_ADMIN)
    number = case_on_signal(site="s-secret")
    more = {"kind": "event", "ref": ref, "because": "The same version."}
    added = post(desk, f"cases/{number}/grounds", more)
    assert (added.status_code, post(desk, f"cases/{number}/grounds", more).json()) == (201, added.json())
    for name in ("confirm_deviation", "inquire"):
        move(number, name)
    (pack,) = maker.get(f"{API}/cases/{number}/packs").json()["items"]
    raw = maker.get(f"{API}/cases/{number}/packs/{pack['id']}")
    assert hashlib.sha256(raw.content).hexdigest() == pack["digest"]
    assert (raw.headers["ETag"], b"s-secret" in raw.content) == (f'"{pack["digest"]}"', False)
    ours = pack["body"]["grounds"][0]["reproduced_by"][0]
    asked = {"calculation": ours["calculation"], "figures": ours["given"]}
    assert post(calling(REPORTER), f"cases/{number}/recomputations", asked).json()["same"] is True
    assert [each["same"] for each in maker.get(f"{API}/cases/{number}/recomputations").json()["items"]] == [
        True
    ]
    grounds = maker.get(f"{API}/cases/{number}/grounds").json()["items"]
    assert [each["kind"] for each in grounds] == ["signal", "event"]
    for path in ("grounds", "packs", f"packs/{pack['id']}", "recomputations"):
        assert code_of(calling(RIVAL).get(f"{API}/cases/{number}/{path}")) == (404, "filing.unknown")
        assert code_of(calling(None).get(f"{API}/cases/{number}/{path}"))[0] == 401
    assert code_of(post(calling(RIVAL), f"cases/{number}/recomputations", asked)) == (404, "filing.unknown")


def test_an_inspector_opens_a_case_and_nobody_else(home):
    """On an event; its moves are a filing's; the maker may not open one about itself."""
    town()
    body = {"device": CODE, "grounds": [{"kind": "event", "ref": event()}], "because": "Three reports agree."}
    opened = post(calling(INSPECTOR), "cases", body)
    number = opened.json()["number"]
    assert (opened.status_code, opened.headers["Location"]) == (201, f"{API}/filings/{number}")
    assert calling(HEAD).get(f"{API}/filings/{number}").json()["row"]["procedure"] == "case"
    assert post(calling(MAKER_ADMIN), "cases", body).status_code in (403, 404)
    unknown = {**body, "grounds": [{"kind": "event", "ref": "AE-1999-000001"}]}
    assert code_of(post(calling(INSPECTOR), "cases", unknown))[1] == "case.ground-unknown"


@pytest.fixture
def october(home):
    """A month counted at ninety and declared at eighty."""
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    day = date(2026, 10, 5)
    write_rollups(home, [row("studies", 100, day, site="s-1"), row("processed", 90, day, site="s-1")])
    head = "device;month;version;organisation;attempts;studies"
    text = f"{head}\n{CODE};2026-10;1.0;{CLINIC_OID};100;80\n"
    body = {"format": "csv", "content": base64.b64encode(text.encode()).decode()}
    sent = post(calling(MAKER_ADMIN), f"devices/{CODE}/declared/2026-10", body)
    assert sent.status_code == 201, sent.json()


def test_a_dispute_is_opened_read_and_settled(october):
    """The maker opens it, both read its file, the desk settles it once; a rival knows of none."""
    maker, body = calling(MAKER_ADMIN), {"device": CODE, "month": "2026-10"}
    opened = post(maker, "disputes", body)
    place = f"disputes/{opened.json()['id']}"
    assert opened.headers["Location"] == f"{API}/{place}"
    assert post(maker, "disputes", body).json()["id"] == opened.json()["id"]
    assert maker.get(f"{API}/{place}/file").json()["hash"] == opened.json()["digest"]
    said = {"outcome": "explained", "because": "One gateway was switched off."}
    assert code_of(post(maker, f"{place}/settlement", said))[0] == 403
    for path in (place, f"{place}/file"):
        assert code_of(calling(RIVAL).get(f"{API}/{path}")) == (404, "dispute.unknown")
    assert calling(RIVAL).get(f"{API}/disputes").json()["items"] == []
    desk = calling(INSPECTOR)
    assert post(desk, f"{place}/settlement", said).json()["outcome"] == "explained"
    assert code_of(post(desk, f"{place}/settlement", said)) == (409, "dispute.settled")
    assert len(desk.get(f"{API}/disputes", body).json()["items"]) == 1
    assert code_of(post(desk, "disputes", {**body, "month": "autumn"})) == (404, "declared.month-form")


def test_claims_and_ethics_of_a_device(home):
    """What labels say of each declared figure; the maker's own answers beside what the platform holds."""
    monitored_house(home)
    maker = calling(MAKER_ADMIN)
    claims = maker.get(f"{API}/devices/{CODE}/claims").json()
    assert {each["verdict"]["claim"]["device"] for each in claims["items"]} == {CODE}
    answers = {"answers": {"planning.need": {"answer": "partly", "note": "Reviewed once a year."}}}
    assert post(maker, f"devices/{CODE}/ethics", answers).json()["kept"] == 1
    told = maker.get(f"{API}/devices/{CODE}/ethics").json()
    assert told["answers"]["planning.need"]["answer"] == "partly"
    for path in ("claims", "ethics"):
        assert calling(RIVAL).get(f"{API}/devices/{CODE}/{path}").status_code in (403, 404)
        assert calling(None).get(f"{API}/devices/{CODE}/{path}").status_code == 401
    assert post(calling(RIVAL), f"devices/{CODE}/ethics", answers).status_code in (403, 404)


def test_the_terminology_is_public(client, home):
    """Search, hierarchy, editions, suggestions; what is not there is 404."""
    found = client.get(f"{API}/codes", {"q": "network", "annex": "C", "lang": "en"}).json()["items"]
    assert found[0]["code"] == "C040103"
    told = client.get(f"{API}/codes/C04").json()
    assert [each["code"] for each in told["children"]] == ["C0401"]
    assert client.get(f"{API}/codes/editions").json()["items"][-1]["is_ours"] is True
    offered = client.get(f"{API}/codes/suggestions", {"stage": "network"}).json()["items"]
    assert [each["code"] for each in offered[0]["codes"]][:1] == ["A1101"]
    assert code_of(client.get(f"{API}/codes/Z99")) == (404, "codes.not-here")
    assert code_of(client.get(f"{API}/codes", {"edition": "none"})) == (404, "vigilance.edition-unknown")
    assert code_of(client.get(f"{API}/codes", {"annex": "Q"}))[1] == "vigilance.annex-unknown"
