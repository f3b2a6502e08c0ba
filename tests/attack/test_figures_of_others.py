# SPDX-License-Identifier: Apache-2.0
"""Whose figures reach whom: looked for where they must not stand, and where they must."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nadzor.api.routes import api
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.measures.catalogue import catalogue
from nadzor.people.models import Organisation
from nadzor.register.models import Device
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.models import AdverseEvent
from tests.event_files import HEAD
from tests.town import DEVICES

MINE, THEIRS = "ai-001", "ai-003"
LONG: Final = 2200  # smaller ones stand on pages by chance: years, numbers of orders
MONTH: Final = timedelta(days=29)
ADDRESSES: Final = (
    "/", "/devices/", "/months/", "/monitoring/", "/signals/", "/events/", "/warnings/", "/account/",
    "/reads/", "/journal/", "/statistics/", "/register/", "/notices/",
)  # fmt: skip
OF_A_DEVICE: Final = ("", "versions/", "volumes/", "months/", "performance/")
OPEN: Final = ("/register/", "/notices/", "/open/", "/help/", "/norms/", "/codes/")
#: Digits with what parts thousands in two languages; not within a hash, a date or a number of a paper.
FIGURE: Final = re.compile(r"(?<![\w./-])(?:\d{1,3}(?:[\u00a0\u202f,]\d{3})+|\d{4,})(?![\w/-])")
STRANGER: Final = "203.0.113.5"


def figures(home: Home, device: str) -> set[int]:
    """Long sums of the rollup that tell of one device: whole, by version, by site, of thirty days."""
    found, rollups = set[int](), Rollups.open(home)
    for measure in catalogue().measures:
        days = rollups.daily(measure, by=(), device=device)
        if not days:
            continue
        since = max(row[0] for row in days) - MONTH
        for by in ((), ("version",), ("site",)):
            for where in ({}, {"since": since}):
                sums = rollups.totals(measure, by=by, device=device, **where)
                found |= {row[-1] for row in sums}
    return {n for n in found if n >= LONG}


def numbers(page: str) -> set[int]:
    """Every long figure that a page tells, thousands parted or not."""
    plain = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return {int(re.sub(r"\D", "", each)) for each in FIGURE.findall(plain)}


def told(client: Client, addresses: Iterable[str]) -> set[int]:
    """The figures of every address that answers."""
    found, answered = set[int](), 0
    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200 and not answer.streaming:
            answered += 1
            found |= numbers(answer.content.decode("utf-8", "replace"))
    assert answered > 2
    return found


def asked() -> list[str]:
    """Every question of the API that names no object."""
    paths = api.get_openapi_schema()["paths"]
    return [path for path, methods in paths.items() if "get" in methods and "{" not in path]


@pytest.fixture
def foreign(house: Home) -> set[int]:
    """Figures of another maker's device that none of our own happens to equal."""
    own = set[int]().union(*(figures(house, code) for code in _codes_of(_maker(MINE))))
    found = figures(house, THEIRS) - own
    assert found and _maker(MINE) != _maker(THEIRS)
    return found


def _maker(device: str) -> Any:
    return Device.objects.get(code=device).maker_id


def _codes_of(maker: Any) -> list[str]:
    return list(Device.objects.filter(maker_id=maker).values_list("code", flat=True))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_maker_reads_its_own_figures_and_nobody_elses(client_of, house, foreign, language):
    """On pages and in the API, also below the other device's own address; an inspector reads both."""
    maker, inspector = client_of("manufacturer_admin", language), client_of("inspector", language)
    pages = {code: [f"/devices/{code}/{part}" for part in OF_A_DEVICE] for code in (MINE, THEIRS)}
    read = told(maker, [*ADDRESSES, *pages[MINE], *pages[THEIRS], *asked()])
    assert read & foreign == set()
    assert read & figures(house, MINE)
    assert told(inspector, pages[THEIRS]) & foreign
    assert {maker.get(page).status_code for page in pages[THEIRS]} == {404}


def test_the_public_reads_no_figure_of_operation(client_of, house):
    """Who has not signed in is led to the register; none of the open pages tells a sum of the rollup."""
    public = client_of(None, "en")
    assert public.get("/")["Location"] == "/register/"
    every = set[int]().union(*(figures(house, code) for code in DEVICES))
    assert every
    assert told(public, OPEN) & every == set()
    for address in ("/devices/", f"/devices/{MINE}/", "/monitoring/", "/months/"):
        assert public.get(address).status_code in (302, 401, 403, 404)


def test_the_machines_numbers_name_nobody(client_of, house):
    """For this machine counts alone, no device, site, maker or version among them; none for strangers."""
    page = client_of(None).get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    assert "nadzor_lag_batches" in page
    names = set(Device.objects.values_list("code", flat=True))
    names |= {text for row in Organisation.objects.values_list("code", "name_ru", "name_en") for text in row}
    sites = {row[0] for row in Rollups.open(house).totals("studies", by=("site",))}
    assert (
        sites
        and [name for name in names | sites if name and re.search(rf"\b{re.escape(name)}\b", page)] == []
    )
    for role in (None, "manufacturer_admin", "inspector"):
        client = client_of(role)
        assert client.get("/metrics", REMOTE_ADDR=STRANGER).status_code == 404
        proxied = client.get("/metrics", REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": STRANGER})
        assert proxied.status_code == 404


def test_similar_events_counts_what_the_asker_may_see(client_of, house):
    """A maker's answer holds its own device alone and no site; staff read others' beside it."""
    maker, inspector = client_of("manufacturer_admin"), client_of("inspector")
    _reported(inspector, *[MINE] * 3, *DEVICES)
    mine = [row["number"] for row in maker.get("/api/v1/events").json()["items"]]
    seen = AdverseEvent.objects.filter(number__in=mine)
    own = set(_codes_of(_maker(MINE)))
    assert mine and {row.device for row in seen} <= own
    for number in mine[:5]:
        answer = maker.get(f"/api/v1/events/{number}/similar").json()
        assert "other_devices" not in {group["scope"] for group in answer["groups"]}
        assert all(group["events"] <= len(mine) for group in answer["groups"])
        assert set(answer["numbers"]) <= set(mine)
        assert not (answer["around"] or {}).get("way_back", {}).get("site")
    for foreign in AdverseEvent.objects.exclude(device__in=own).values_list("number", flat=True)[:3]:
        assert maker.get(f"/api/v1/events/{foreign}/similar").status_code == 404
        assert inspector.get(f"/api/v1/events/{foreign}/similar").status_code == 200


def _reported(inspector: Client, *devices: str) -> None:
    """Events of one code, by a file that an inspector brings."""
    day = clock.today()
    rows = [f'R-{n},{each},{day},{day},{day},M,A090803,"missed {n}"' for n, each in enumerate(devices)]
    file = SimpleUploadedFile("events.csv", "\n".join((HEAD, *rows)).encode())
    assert inspector.post("/events/import/", {"events-file": file}).status_code == 200
