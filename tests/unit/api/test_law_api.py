# SPDX-License-Identifier: Apache-2.0
"""The public law over HTTP: norms, lapses, deadlines, working days, and the rules asked with JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from nadzor.api.law_words import SHAPES
from nadzor.base import clock
from nadzor.law.load import norms

LAW = "/api/v1/law"
pytestmark = pytest.mark.django_db


def ask(client, path, body, **more):
    """One question to a rule, as JSON."""
    return client.post(f"{LAW}/{path}", json.dumps(body), content_type="application/json", **more)


def test_the_norms_are_open_to_everyone(client):
    """Each key once, with its value on the day asked about and how it stands."""
    told = client.get(f"{LAW}/norms", {"on": "2026-11-22"}).json()
    assert [row["key"] for row in told["items"]] == list(norms())
    by_key = {row["key"]: row for row in told["items"]}
    assert by_key["registration.completeness_check"]["in_force"]["value"] == 5


@pytest.mark.parametrize(
    ("asked", "every"),
    [
        ({"fact": "t-0"}, lambda row: row["fact"].startswith("T-0")),
        ({"act": "decree-1684"}, lambda row: row["act"] == "decree-1684"),
        ({"status": "unverified"}, lambda row: row["in_force"]["status"] == "unverified"),
        ({"on": "2027-01-01", "state": "lapsed"}, lambda row: row["in_force"] is None),
        ({"unit": "roubles"}, lambda row: row["unit"] == "roubles"),
    ],
)
def test_norms_are_filtered(client, asked, every):
    """By fact, act, status, state, unit."""
    rows = client.get(f"{LAW}/norms", asked).json()["items"]
    assert rows
    assert all(every(row) for row in rows)


def test_a_norm_is_found_by_key_by_fact_and_by_stem(client):
    """F-02 names several norms, each with its editions."""
    by_key = client.get(f"{LAW}/norms/registration.completeness_check", {"on": "2026-11-22"}).json()
    assert by_key == client.get(f"{LAW}/norms/T-01", {"on": "2026-11-22"}).json()
    assert by_key[0]["in_force"]["value"] == 5
    assert len(client.get(f"{LAW}/norms/F-02").json()) > 1


def test_a_deadline_shows_its_arithmetic(client):
    """The date, the citation and each step."""
    told = client.get(f"{LAW}/deadlines/T-15", {"start": "2026-11-20"}).json()
    assert (told["due"], told["limit"]) == ("2026-11-27", 5)
    assert told["steps"][-1]["day"] == "2026-11-27"


def test_a_term_in_hours_ends_at_a_moment(client):
    """A moment of the start is taken as it is told."""
    told = client.get(f"{LAW}/deadlines/leak.first_notice", {"start": "2026-11-20T10:00:00+03:00"}).json()
    assert told["due"] == "2026-11-21T10:00:00+03:00"


def test_working_days_are_listed_and_added(client):
    """The year's total, and a term with its steps."""
    assert client.get(f"{LAW}/workdays/2026").json()["workdays"] == 247
    told = client.get(f"{LAW}/workdays/add", {"date": "2025-04-29", "n": 5}).json()
    assert told["due"] == "2025-05-12"


def test_lapses_are_seen_ahead(client, monkeypatch):
    """980n and 1113n end on 1 January 2027."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 9, tzinfo=UTC))
    told = client.get(f"{LAW}/lapses").json()
    assert told["on"] == "2026-11-22"
    assert "2027-01-01" in {each["until"] for each in told["items"]}


def test_rules_answer_with_their_grounds(client):
    """Class three for AI, 195000 roubles to register it, five days for a version."""
    classified = ask(client, "classify", {"device": True, "ai": True}).json()
    bill = ask(client, "duty?on=2026-11-22", {"act": "registration", "class": "3"}).json()
    route = ask(
        client, "amendment-route", {"changes": ["version_numbering"], "ai": True, "transmits": True}
    ).json()
    assert (classified["class"], bill["total"], route["procedure"]) == ("3", 195000, "amendment_version")
    assert all(reason["cite"] for reason in classified["reasons"])


def test_an_interview_goes_on_and_ends(client):
    """The next question, then the opinion."""
    first = ask(client, "qualify/next", {}).json()
    assert first["question"]["field"] == "route"
    told = ask(client, "qualify", {"route": "eaeu"}).json()
    assert told["verdict"] is None


def test_a_dossier_is_told_every_defect_at_once(client):
    """Where, what, by which rule, and its cure."""
    told = ask(client, "dossier?on=2026-11-22", {"route": "registration_simplified"}).json()
    assert told["blocking"] > 5
    assert all(each["cure"]["ru"] and each["at"] for each in told["defects"])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("norms/no.such_norm", 404, "law.unknown"),
        ("norms/T-01?on=2019-01-01", 422, "law.norm-missing"),
        ("norms?on=9999-12-31&state=lapsed", 200, None),
        ("norms?colour=red", 422, "api.malformed"),
        ("lapses?ahead_days=-1", 422, "api.malformed"),
        ("deadlines/T-15?start=2099-01-01", 422, None),
        ("deadlines/T-15?start=9999-12-31", 422, None),
        ("deadlines/T-15?start=soon", 422, "law.date-unreadable"),
        ("deadlines/T-15", 422, "api.malformed"),
        ("deadlines/R-001?start=2026-11-20", 422, "law.not-a-term"),
        ("workdays/2099", 422, "law.calendar-missing"),
        ("workdays/99999", 422, "law.date-unreadable"),
        ("workdays/MMXXVI", 422, "api.malformed"),
        ("workdays/add?date=2027-12-30&n=30", 422, "law.calendar-missing"),
        ("workdays/add?date=2026-12-30&n=0", 422, "api.malformed"),
        ("workdays/add?date=9999-12-31&n=5000", 422, "law.calendar-missing"),
        ("schemas/nothing", 404, "api.schema-unknown"),
    ],
)
def test_a_question_the_law_cannot_answer_is_told_why(client, path, status, code):
    """A problem document of the law, never a fault of ours; our ignorance is said by name."""
    answer = client.get(f"{LAW}/{path}")
    assert answer.status_code == status
    if status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == (code or answer.json()["code"])
        assert answer.json()["code"].partition(".")[0] in {"law", "api"}


@pytest.mark.parametrize(
    ("path", "body", "at"),
    [
        ("classify", {"device": True, "colour": "red"}, "$"),
        ("classify", {"device": "yes"}, "$.device"),
        ("qualify", {"route": "martian"}, "$.route"),
        ("duty", [], "$"),
        ("dossier", {"plan": {"sample_size": -1}}, "$.plan.sample_size"),
        ("amendment-route?on=soon", {"changes": ["other"]}, "?on"),
    ],
)
def test_a_malformed_question_names_the_place(client, path, body, at):
    """422, the place and the reason; what was sent is not repeated."""
    told = ask(client, path, body)
    assert (told.status_code, told.json()["code"], told.json()["at"]) == (422, "api.malformed", at)
    assert "martian" not in told.content.decode()


@pytest.mark.parametrize("raw", [b" ", b"{", b"\xff\xfe", b"[" * 100_000, b'"\\ud800"', b"nan", b"1e999"])
def test_a_body_that_is_no_json_is_refused(client, raw):
    """Whatever its bytes are."""
    answer = client.post(f"{LAW}/classify", raw, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "api.malformed")


def test_a_body_of_another_type_or_too_long_is_refused(client):
    """415 and 413, before anything is read."""
    form = client.post(f"{LAW}/classify", {"device": "true"})
    assert (form.status_code, form.json()["code"]) == (415, "api.media-type")
    long = ask(client, "classify", {"device": True, "more": "x" * 1_100_000})
    assert (long.status_code, long.json()["code"]) == (413, "api.too-large")


def test_a_problem_is_told_in_the_language_preferred(client):
    """Russian unless English is wanted more."""
    told = {
        lang: client.get(f"{LAW}/norms/nothing", headers={"accept-language": lang}).json()["title"]
        for lang in ("ru", "en")
    }
    assert told["ru"] != told["en"]
    assert told["en"].isascii()


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_shape_gives_its_schema(client, name):
    """The list and each of its names."""
    assert name in client.get(f"{LAW}/schemas").json()
    told = client.get(f"{LAW}/schemas/{name}").json()
    assert told["$schema"].startswith("https://json-schema.org/")
    assert "$defs" in told or "properties" in told
