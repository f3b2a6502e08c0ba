# SPDX-License-Identifier: Apache-2.0
"""Public statistics and open data as pages: what each figure is, how fresh, where the files are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from nadzor.actions.correct_entry import correct_entry
from nadzor.actions.import_register import import_register
from nadzor.actions.make_snapshot import make_snapshots
from nadzor.actions.publish_open_rows import publish_open_rows
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.task_runs import TaskRun, TaskRuns
from nadzor.people.queries import CONSOLE
from nadzor.register.models import Outage
from tests.open_samples import release, table
from tests.register_samples import NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
SERIES, STATUS = "/statistics/use-month/", "/statistics/status/"
LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"])


def month(back: int) -> str:
    """A month before this one."""
    found = Month.of(clock.today())
    for _ in range(back):
        found = found.previous()
    return str(found)


@pytest.fixture(autouse=True)
def _filled(home):
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    for back in (4, 2, 1):
        release(home, table(month(back)), at=NOW)
    publish_open_rows(home, now=NOW)
    make_snapshots(home, now=NOW)
    yield
    translation.deactivate()


def read(address: str, language: str = "en", status: int = 200) -> str:
    """A page as the public reads it."""
    answer = Client(headers={"accept-language": language}).get(address)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


@LANGUAGES
def test_every_state_of_a_figure_has_a_look_and_words_of_its_own(language):
    """Zero, a figure, bounds, hidden, not collected and not complete are told apart without colour."""
    page = read(SERIES, language)
    words = {
        "ru": ("скрыто: меньше 5 организаций", "не собирается", "период не завершён"),
        "en": ("hidden: fewer than 5 organisations", "not collected", "period not complete"),
    }[language]
    for look, said in zip(("hidden", "not_collected", "not_yet"), words, strict=True):
        assert f'<td class="number look-{look}">{said}</td><td class="bar"></td>' in page
    assert '<td class="number look-shown">0</td>' in page
    assert re.search(r'look-band">5–9</td><td class="bar"><svg', page)


@LANGUAGES
def test_the_caveat_stands_before_the_figures(language):
    """Between a measure's name and its table stands what must be read beside it."""
    page = read(SERIES, language)
    sections = re.findall(r'<section id="(\w+)"><h2>[^<]+</h2><p class="caveat">[^<]{20,}</p>', page)
    assert sections == ["studies", "organisations", "failed_share"]


def test_two_periods_are_compared_on_one_scale():
    """Another period stands beside the first, and a period nobody released is refused."""
    page = read(f"{SERIES}?period={month(1)}&beside={month(2)}")
    assert page.count('class="bar-shown bar-other"') == 2
    read(f"{SERIES}?period=2001-01", status=404)
    read(f"{SERIES}?period={month(1)}&beside=2001-01", status=404)


def test_a_period_that_nobody_released_is_not_shown(home):
    """What was only built has no figures on any page."""
    release(home, table(month(3)), at=NOW, is_out=False)
    assert f'value="{month(3)}"' not in read(SERIES)
    read(f"{SERIES}?period={month(3)}", status=404)


@LANGUAGES
def test_one_device_through_its_periods(language):
    """A device's page has each measure by period, and leads to the register."""
    page = read("/statistics/devices/ai-901/", language)
    assert len(re.findall(r'look-shown">1.412</td>', page)) == 3
    assert 'href="/register/ai-901/"' in page
    read("/statistics/devices/ai-999/", language, status=404)


@LANGUAGES
def test_what_was_recalled_leads_to_its_decision(home, language):
    """A suspension is listed with its day and the way to the edition that says so."""
    told = {"because": "a threat", "cause": "correction", "status": "suspended"}
    correct_entry("ai-901", told, valid_from=NOW.date(), by=CONSOLE, now=NOW)
    publish_open_rows(home, now=NOW)
    page = read("/statistics/", language)
    assert {"ru": "применение приостановлено", "en": "use suspended"}[language] in page
    assert 'href="/register/ai-901/history/"' in page


@LANGUAGES
def test_gaps_are_told_in_general_words(home, language):
    """A month kept back by its attack and one nobody built are named as gaps, each with its reason."""
    release(home, table(month(3)), at=NOW, is_out=False, is_safe=False)
    page = read(STATUS, language)
    words = {"ru": "посчитан и не выпущен", "en": "built and kept back"}[language]
    assert page.count(words) == 1


def test_the_status_is_read_from_the_tasks(home):
    """It says that publishing has not begun, works, or stands still, as the notes of the tasks have it."""
    assert "publishing has not begun" in read(STATUS)
    now = clock.now()
    for name in ("open", "snapshots"):
        TaskRuns(home.root).note(TaskRun(name=name, period_s=60.0, started_at=now, ended_at=now, runs=1))
    assert "publishing works" in read(STATUS)
    old = now - timedelta(days=1)
    TaskRuns(home.root).note(TaskRun(name="open", period_s=5.0, started_at=old, ended_at=old, runs=1))
    assert "publishing stands still since" in read(STATUS)


def test_outages_are_told_by_their_hours_alone():
    """When we could not receive is public; what the operator wrote of the cause is not."""
    ended = clock.now() - timedelta(hours=2)
    began = ended - timedelta(hours=1)
    Outage.objects.create(
        began=began, ended=ended, what="disk of host seven", noted_by="operator", noted_at=NOW
    )
    page = read(STATUS)
    assert "None was noted" not in page
    assert "host seven" not in page


def test_the_share_of_transmitting_devices_is_that_of_the_table():
    """Of five devices of the newest table one sends nothing and one is not complete: three sent anything."""
    assert "Of 5 devices in the release" in read(STATUS)
    assert "3 (60%) sent anything" in read(STATUS)


@LANGUAGES
def test_a_set_lists_its_files_with_digests(language):
    """Every file of the newest snapshot has its length, digest and address; the address works."""
    page = read("/open-data/entries/", language)
    files = re.findall(r'href="(/open-data/entries/[\d-]+/rows\.\w+(?:\.csv)?)"', page)
    assert len(files) == 5
    assert len(re.findall(r">[0-9a-f]{64}<", page)) == 7
    for address in files:
        answer = Client().get(address)
        assert "immutable" in answer["Cache-Control"] and answer["Access-Control-Allow-Origin"] == "*"
        assert Client().get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_the_newest_file_has_an_address_that_stays():
    """`latest` leads to the newest snapshot; a file that is none is not there."""
    answer = Client().get("/open-data/entries/latest/rows.csv")
    assert (answer.status_code, "/open-data/entries/20" in answer["Location"]) == (302, True)
    assert Client().get(answer["Location"]).content.startswith(b"code,number,")
    read("/open-data/notices/latest/rows.csv", status=404)
    read("/open-data/entries/2026-11-22-1/nadzor.json", status=404)
    read("/open-data/sites/", status=404)


def test_a_damaged_file_is_said_to_be_damaged(home):
    """Bytes that are not those of the digest do not leave."""
    address = Client().get("/open-data/entries/latest/rows.csv")["Location"]
    whole = Client().get(address).content
    (home.root / "open" / address.removeprefix("/open-data/")).write_bytes(b"x")
    page = read(address, status=503)
    assert whole.decode().splitlines()[0] not in page and "open.snapshot-damaged" in page


def test_the_catalogue_is_linked_data():
    """Harvesters find the catalogue at the root, with every set."""
    answer = Client().get("/catalog.jsonld")
    assert answer["Content-Type"] == "application/ld+json"
    assert len(answer.json()["dcat:dataset"]) == 6


@LANGUAGES
@pytest.mark.parametrize("address", ["/statistics/", SERIES, STATUS, "/open-data/", "/open-data/norms/"])
def test_pages_need_no_account_and_no_script(address, language):
    """They are complete for whoever has neither; the rail leads to both."""
    page = read(address, language)
    assert 'href="/statistics/"' in page and 'href="/open-data/"' in page
    assert not re.search(r"<script(?! src=)|\son\w+=|\sstyle=", page)


def test_a_house_without_anything_says_so(home):
    """No release and no row: pages stand, and say what will be there."""
    from nadzor.records.models import OpenRow, OpenShelf, Release

    Release.objects.all().delete()
    OpenRow.objects.all().delete()
    OpenShelf.objects.all().delete()
    assert "Nothing released yet" in read(SERIES)
    assert "nothing released yet" in read("/statistics/")
    assert "not published yet" in read("/open-data/")
    assert "Nothing was suspended or cancelled" in read("/statistics/")
    assert "Nothing released of this device yet" in read("/statistics/devices/ai-901/")
    read(STATUS)
