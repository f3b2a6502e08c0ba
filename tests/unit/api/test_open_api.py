# SPDX-License-Identifier: Apache-2.0
"""Open data over HTTP: the envelope, the headers, the bounds, and one answer with the portal's search."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from django.test import Client

from nadzor.actions.import_register import import_register
from nadzor.actions.publish_open_rows import publish_open_rows
from nadzor.api import open_rate
from nadzor.disclosure.asking import sets
from nadzor.people.queries import CONSOLE
from nadzor.register import queries
from tests.open_samples import release, table
from tests.register_samples import NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
OPEN = "/api/v1/open"
PAGE = Path(__file__).parents[3] / "docs" / "open-data.md"


@pytest.fixture(autouse=True)
def _filled(home):
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    release(home, table("2026-09"), at=NOW)
    publish_open_rows(home, now=NOW)


def get(address: str, language: str = "en", **headers):
    """An answer of the API."""
    return Client(headers={"accept-language": language, **headers}).get(OPEN + address)


def results(address: str) -> list:
    """The rows of an answer."""
    answer = get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_the_envelope_says_what_must_be_read_beside_the_rows():
    """Disclaimer and caveat in the reader's language, the licence, the newest change, the total."""
    english, russian = get("/entries?limit=1").json()["meta"], get("/entries?limit=1", "ru").json()["meta"]
    assert english["license"] == "CC-BY-4.0"
    assert english["results"]["total"] == 2
    assert english["results"]["truncated"] is True
    assert english["last_updated"].startswith(NOW.isoformat()[:16])
    assert "not the official one" in english["caveat"]
    assert "не официальный" in russian["caveat"]


def test_a_walk_by_links_is_whole_and_ends():
    """Each page leads to the next by a link, and the last one has none."""
    seen, address = [], "/norms?limit=100"
    while address:
        answer = get(address)
        seen += [row["id"] for row in answer.json()["results"]]
        link = answer.headers.get("Link", "")
        address = link.partition("<")[2].partition(">")[0].removeprefix(OPEN)
    assert len(seen) == len(set(seen)) == answer.json()["meta"]["results"]["total"] > 100


def test_a_limit_of_nothing_gives_the_total_alone():
    """`limit=0` is honoured, and no next page is offered."""
    answer = get("/entries?limit=0")
    assert (answer.json()["results"], answer.json()["meta"]["results"]["total"]) == ([], 2)
    assert "Link" not in answer.headers


def test_nothing_found_is_an_empty_answer():
    """200 and no rows, never 404."""
    assert results("/entries?search=code:none") == []


@pytest.mark.parametrize(
    ("address", "code", "status"),
    [
        ("/entries?search=colour:red", "open.column-unknown", 422),
        ("/entries?search=(", "open.search", 422),
        ("/entries?limit=1001", "api.malformed", 422),
        ("/entries?limit=-1", "api.malformed", 422),
        ("/entries?skip=5", "api.malformed", 422),
        ("/entries?cursor=AAAA", "open.cursor", 422),
        ("/entries?sort=versions", "open.sort", 422),
        ("/entries?count=status&sort=code", "open.together", 422),
        ("/entries?since=0&search=a", "open.together", 422),
        ("/sites", "open.set-unknown", 404),
    ],
)
def test_a_wrong_question_is_refused_by_name(address, code, status):
    """Every refusal is a problem document with its code, readable by any site's script."""
    answer = get(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" in answer.headers


@pytest.mark.parametrize(
    "text",
    [
        "лучик",
        "LUCHIK",
        "«Лучик»",
        "P3H 2025/90901",
        "РЗН 2025 90901",
        "kexbr",
        "ai-901",
        "нет такого",
        "scan",
    ],
)
def test_the_portal_and_the_api_find_the_same(text):
    """Whatever somebody types, both doors give the same entries."""
    found = results(f"/entries?search={quote(text)}")
    assert [row["code"] for row in found] == [card.code for card in queries.search(text)]


def test_a_count_names_values_and_how_often():
    """Values by frequency; fewer than there are say that they are cut off."""
    answer = get("/statistics?count=state&limit=2").json()
    assert answer["results"][0] == {"term": "band", "count": 6}
    assert answer["meta"]["results"]["truncated"] is True


def test_a_hidden_cell_has_no_value():
    """Hidden, zero, not collected and not complete are four states, and only zero has a number."""
    found = results("/statistics?search=measure:studies&sort=id")
    assert {row["row"][0]: (row["state"], row["value"]) for row in found} == {
        "ai-901": ("shown", 1412),
        "ai-902": ("not_collected", None),
        "ai-903": ("hidden", None),
        "ai-904": ("shown", 0),
        "ai-905": ("not_yet", None),
    }


def test_changes_are_followed_by_number():
    """A follower gets every row once, then nothing, and is told where to go on."""
    first = get("/entries?since=0&limit=1")
    after = first.json()["meta"]["results"]["next_since"]
    assert f"since={after}" in first.headers["Link"]
    rest = get(f"/entries?since={after}")
    assert {first.json()["results"][0]["key"], rest.json()["results"][0]["key"]} == {"ai-901", "ai-902"}
    last = rest.json()["meta"]["results"]["next_since"]
    assert results(f"/entries?since={last}") == []


def test_an_unchanged_answer_is_not_sent_again():
    """The tag changes with the question, the language and the rows, and with nothing else."""
    first = get("/entries?limit=1")
    tags = {first["ETag"], get("/entries?limit=2")["ETag"], get("/entries?limit=1", "ru")["ETag"]}
    assert len(tags) == 3
    again = get("/entries?limit=1", **{"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["Last-Modified"] and first["Cache-Control"] == "public, max-age=60"


def test_any_cache_may_keep_it_and_no_cookie_is_set():
    """An answer may be kept by anybody on the way, and starts no session."""
    answer = get("/entries")
    assert "Accept-Language" in answer["Vary"]
    assert not answer.cookies
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_only_reading_is_open():
    """HEAD gives the headers of GET; nothing else is answered."""
    client = Client()
    head = client.head(f"{OPEN}/entries?limit=1")
    assert (head.status_code, head.content, "ETag" in head.headers) == (200, b"", True)
    assert client.head(OPEN).status_code == 200
    assert [client.post(f"{OPEN}/entries").status_code, client.delete(OPEN).status_code] == [405, 405]


def test_other_addresses_stay_closed_to_other_sites():
    """Only open data may be read by any site's script."""
    assert "Access-Control-Allow-Origin" not in Client().get("/api/v1/register/devices").headers


def test_an_address_that_asks_too_often_is_told_when(monkeypatch):
    """The headers count down, and the refusal says how long to wait."""
    monkeypatch.setattr(open_rate, "A_MINUTE", 2)
    told = [get("/entries?limit=0") for _ in range(3)]
    assert [answer.status_code for answer in told] == [200, 200, 429]
    assert [answer["RateLimit"] for answer in told] == [f'"address";r={left};t=60' for left in (1, 0, 0)]
    assert told[2]["RateLimit-Policy"] == '"address";q=2;w=60'
    assert int(told[2]["Retry-After"]) > 0


def test_a_set_that_will_go_announces_it(monkeypatch):
    """Deprecation and sunset are told in headers, with a link to what to do."""
    told = sets.shelf()
    going = msgspec.structs.replace(
        told.sets["norms"], deprecated=date(2026, 12, 1), sunset=date(2027, 7, 1)
    )  # fmt: skip
    monkeypatch.setattr(
        sets, "shelf", lambda: msgspec.structs.replace(told, sets={**told.sets, "norms": going})
    )
    answer = get("/norms?limit=1000")
    assert answer["Deprecation"] == "@1796083200"
    assert answer["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert 'rel="deprecation"' in answer["Link"]


def test_the_list_of_sets_describes_every_column():
    """What may be asked is told by the API itself, in both languages."""
    told = get("").json()
    assert [one["name"] for one in told["sets"]] == list(sets.shelf().sets)
    assert all(column["says"] and column["kind"] for one in told["sets"] for column in one["columns"])
    assert get("", "ru").json()["sets"][0]["title"] == "Записи реестра"


def test_rows_are_as_their_description_says():
    """Every row has every column of its set, and no other."""
    for name, one in sets.shelf().sets.items():
        for row in results(f"/{name}?limit=1000"):
            assert list(row) == list(one.columns)


def examples() -> list[str]:
    """Every address in the code blocks of the page."""
    blocks = re.findall(r"```\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("address", examples())
def test_examples_of_the_page_work(address):
    """Whoever copies an example gets an answer."""
    answer = Client().get(address)
    assert answer.status_code == 200, answer.content.decode()
