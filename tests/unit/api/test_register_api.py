# SPDX-License-Identifier: Apache-2.0
"""The public register over HTTP, and the API's own description."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError

from nadzor.actions.import_register import DEMO_REGISTER, import_register
from nadzor.base.problems import catalogue
from nadzor.people.queries import CONSOLE
from tests.register_samples import NOW, device, foreign_device, register

DEVICES = "/api/v1/register/devices"


@pytest.fixture
def filled(db):
    """Two devices."""
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def test_the_register_is_open_to_everyone(client, filled):
    """No account is asked for, and Cyrillic is written as letters."""
    answer = client.get(DEVICES, {"q": "P3H 2025/90901"})
    assert [item["code"] for item in answer.json()["items"]] == ["ai-901"]
    assert "Лучик" in answer.content.decode()
    assert answer.json()["items"][0]["maker"]["name"] == {"ru": "ООО «Лучик»", "en": "Luchik LLC"}


def test_a_device_comes_with_versions_and_claims(client, filled):
    """Figures are decimal strings, so that no reader rounds them."""
    told = client.get(f"{DEVICES}/ai-901").json()
    assert [version["version"] for version in told["versions"]] == ["1.0"]
    assert (told["claims"][0]["value"], told["claims"][0]["threshold"]) == ("0.9100", 5000)
    assert told["intended_use"] == {"ru": "Поиск узлов.", "en": "Search for nodules."}


def test_following_the_cursor_reads_everything_once(client, db):
    """48 devices by sevens."""
    import_register(DEMO_REGISTER, by=CONSOLE, now=NOW)
    seen, after = [], {}
    while True:
        page = client.get(DEVICES, {"limit": 7, **after}).json()
        seen += [item["code"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == sorted(set(seen))
    assert len(seen) == 48


def test_a_follower_asks_for_changes_since_its_last_call(client, filled):
    """`as_of` of one call is `changed_since` of the next."""
    as_of = client.get(DEVICES).json()["as_of"]
    assert as_of > NOW.isoformat()
    later = NOW + timedelta(days=1)
    import_register(register(device(transmits=False), foreign_device()), by=CONSOLE, now=later)
    assert [
        item["code"] for item in client.get(DEVICES, {"changed_since": later.isoformat()}).json()["items"]
    ] == ["ai-901"]


@pytest.mark.parametrize(
    ("asked", "at", "code"),
    [
        ({"limit": 0}, "?limit", "api.malformed"),
        ({"limit": 201}, "?limit", "api.malformed"),
        ({"q": "x" * 201}, "?q", "api.malformed"),
        ({"changed_since": "yesterday"}, "?changed_since", "api.malformed"),
        ({"changed_since": "2026-11-01T00:00:00"}, "?changed_since", "api.time-zone"),
    ],
)
def test_a_question_out_of_bounds_is_told_where(client, db, asked, at, code):
    """422 and the parameter."""
    answer = client.get(DEVICES, asked)
    assert (answer.status_code, answer.json()["code"], answer.json()["at"]) == (422, code, at)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{DEVICES}/ai-999", "register.device-unknown"),
        ("/api/v1/docs", "api.not-found"),
        ("/api/v2/x", "api.not-found"),
    ],
)
def test_what_is_not_there_is_a_problem_document(client, db, address, code):
    """Also where no route is; and there is no page that loads scripts from elsewhere."""
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_wrong_method_is_told_the_right_one(client, db):
    """405 keeps its Allow header."""
    answer = client.get("/api/v1/enrol")
    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "api.method", "POST")


def test_the_catalogue_of_problems_is_public(client):
    """Every code, in both languages."""
    told = {problem["code"]: problem for problem in client.get("/api/v1/problems").json()}
    assert set(told) == set(catalogue())
    assert all(problem["title"]["ru"] and problem["do"]["en"] for problem in told.values())


def test_the_api_describes_itself(client):
    """OpenAPI 3.1, every route, errors included."""
    told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    register = {name.removeprefix("/api/v1/register") for name in told["paths"] if "/register/" in name}
    assert register == {
        "/devices",
        "/devices.{kind}",
        "/devices/{code}",
        "/devices/{code}/as-of",
        "/devices/{code}/history",
        "/devices/{code}/mirror",
        "/changes",
        "/changes.{kind}",
    }
    files = told["paths"]["/api/v1/register/devices.{kind}"]["get"]["responses"]["200"]["content"]
    assert {"text/csv", "application/json"} < set(files)
    assert set(told["paths"]["/api/v1/enrol"]["post"]["responses"]) == {"200", "401", "409", "422", "429"}
    named = [route["operationId"] for path in told["paths"].values() for route in path.values()]
    assert {"enrol", "list_devices", "read_device", "list_changes", "list_problems"} <= set(named)
    assert len(named) == len(set(named))


def test_an_entry_is_told_as_it_stood(client, filled):
    """By both times; a day on which nothing held is a 404, a moment without a zone a question."""
    later = NOW + timedelta(days=1)
    import_register(register(device(transmits=False)), by=CONSOLE, now=later)
    stood = f"{DEVICES}/ai-901/as-of"
    assert client.get(stood, {"valid_on": "2026-11-22"}).json()["transmits"] is False
    known = {"valid_on": "2026-11-22", "known_at": NOW.isoformat()}
    assert client.get(stood, known).json()["transmits"] is True
    nothing = client.get(stood, {"valid_on": "2020-01-01"})
    assert (nothing.status_code, nothing.json()["code"]) == (404, "register.not-held")
    assert client.get(stood, {"known_at": "2026-11-22T00:00:00"}).json()["code"] == "api.time-zone"


def test_history_and_changes_say_the_same(client, filled):
    """Editions of one entry, and of all by the cursor."""
    import_register(register(device(transmits=False)), by=CONSOLE, now=NOW + timedelta(days=1))
    editions = client.get(f"{DEVICES}/ai-901/history").json()
    assert [one["edition"] for one in editions] == [1, 2]
    assert editions[1]["changed"][0]["after"] == {"ru": "нет", "en": "no"}
    page = client.get("/api/v1/register/changes", {"after": editions[0]["cursor"], "limit": 1}).json()
    assert (page["more"], len(page["items"])) == (True, 1)
    rest = client.get("/api/v1/register/changes", {"after": page["next"]}).json()
    (change,) = rest["items"]
    assert change == {key: value for key, value in editions[1].items() if key != "changed"}
    assert client.get("/api/v1/register/changes", {"after": rest["next"]}).json()["items"] == []


def test_files_come_with_a_tag_and_are_not_sent_twice(client, filled):
    """CSV, JSON and XLSX of the register and of its changes; 304 to whoever has the tag."""
    for name in ("devices", "changes"):
        for kind, start in (("csv", b"co" if name == "devices" else b"cu"), ("json", b"{"), ("xlsx", b"PK")):
            answer = client.get(f"/api/v1/register/{name}.{kind}")
            assert b"".join(answer.streaming_content).startswith(start)
            assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
            again = client.get(
                f"/api/v1/register/{name}.{kind}", headers={"If-None-Match": answer.headers["ETag"]}
            )
            assert again.status_code == 304
    assert client.get("/api/v1/register/devices.pdf").status_code == 422


def test_a_file_leaves_part_by_part_under_asgi(filled):
    """The same bytes when the server is asynchronous."""
    import asyncio

    from django.core.handlers.asgi import ASGIRequest

    from nadzor.api.files import streamed

    request = ASGIRequest({"type": "http", "method": "GET", "path": "/", "headers": []}, None)
    told = {"name": "x.csv", "media_type": "text/csv", "etag": '"1"'}

    async def whole():
        reply = streamed(request, iter([b"a", b"b"]), **told)
        return b"".join([part async for part in reply.streaming_content])

    assert asyncio.run(whole()) == b"ab"


def test_the_mirror_is_told_with_its_times(client, filled):
    """Never read is never called absent."""
    told = client.get(f"{DEVICES}/ai-901/mirror").json()
    assert (told["state"], told["read_at"], told["differences"]) == ("never", None, [])


def test_health_is_told_without_an_account(client, filled, monkeypatch):
    """Live needs nothing, ready needs the register."""
    assert client.get("/health/live").json() == {"status": "live"}
    told = {"status": "ready", "database": True, "disk": True, "current": True}
    told |= {"sealed": False, "backed_up": False}  # no task seals here, and nothing is known of a backup
    assert client.get("/health/ready").json() == told

    def fall():
        raise DatabaseError("locked")

    monkeypatch.setattr("nadzor.register.queries.count_devices", fall)
    assert client.get("/health/ready").status_code == 503


def test_an_unavailable_register_is_told_as_such(client, db, monkeypatch):
    """A 503 of any maker becomes one of ours, with a time to try again."""
    from django.http import HttpResponse

    from nadzor.api.problems import ProblemMiddleware

    told = ProblemMiddleware(lambda _request: HttpResponse(status=503))
    from django.test import RequestFactory

    answer = told(RequestFactory().get("/api/v1/x"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "api.unavailable" in answer.content.decode()
