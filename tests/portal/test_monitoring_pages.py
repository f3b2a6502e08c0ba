# SPDX-License-Identifier: Apache-2.0
"""The pages of clinical monitoring: list, plan, report with moves and files; who sees them, who does not."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from nadzor.base import clock
from nadzor.portal.monitoring_file import _spoken
from nadzor.register.models import Delegation, Device, Interest, RefusedMove
from nadzor.statutory.monitoring_report import digest
from nadzor.vigilance.models import MonitoringReport
from tests.monitoring_samples import WORDS

MINE, FOREIGN = "ai-001", "ai-003"
PLAN = {"goals": "Sensitivity in routine work", "population": "adults", "sample_size": "400", "ends": ""}


@pytest.fixture(autouse=True)
def _registered_last_year(house):
    """Both devices are of class 3 and were registered last year, so that one report's year is over."""
    Device.objects.update(risk_class="3", registered_on=date(clock.today().year - 1, 3, 1))


@pytest.fixture
def year():
    """The last calendar year."""
    return clock.today().year - 1


def at(year, what="", code=MINE):
    """The page of a report, or what stands under it."""
    return f"/monitoring/{code}/{year}/{what}"


def press(client, year, verb, **more):
    """Press a button of the card and follow it."""
    seen = {"digest": MonitoringReport.objects.filter(device=MINE).values_list("digest", flat=True).first()}
    told = {"verb": verb, **(seen if verb == "sign" else {}), **more}
    return client.post(at(year, "move/"), told, follow=True)


def drafted(client, year):
    """A drafted and written report."""
    press(client, year, "draft")
    return client.post(at(year, "words/"), WORDS, follow=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ru",
            ["Клинический мониторинг", "Почему этот день", "Сведения о реализации", "не квалифицированная"],
        ),
        (
            "en",
            ["Clinical monitoring", "Why this day", "the maker's own figure, not checked", "not a qualified"],
        ),
    ],
    ids=["ru", "en"],
)
def test_a_report_goes_its_way_in_the_portal(client_of, year, language, words) -> None:
    """Drafted, written, made ready, signed, filed by its maker; read and reviewed by the inspector."""
    maker, staff = client_of("manufacturer_admin", language), client_of("inspector", language)
    assert drafted(maker, year).status_code == 200
    for verb in ("make_ready", "sign", "file_report"):
        assert press(maker, year, verb).status_code == 200
    page = maker.get(at(year)).content.decode()
    assert f"MR-{year}-{MINE}-1" in page
    assert [word for word in words if word.replace("'", "&#x27;") not in page] == []
    assert 'id="words"' in page and 'name="literature"' not in page
    reviewed = press(staff, year, "accept", **{"accept-because": "Read beside the telemetry"})
    assert reviewed.status_code == 200
    assert MonitoringReport.objects.get(device=MINE).state == "reviewed"
    assert f"{MINE}/{year}/" in staff.get("/monitoring/?show=filed").content.decode()


def test_the_files_say_what_was_filed(client_of, year) -> None:
    """JSON with its hash, CSV, XLSX and a tagged PDF of the draft and of the filed edition; nothing else."""
    maker = client_of("manufacturer_admin", "en")
    drafted(maker, year)
    for verb in ("make_ready", "sign", "file_report"):
        press(maker, year, verb)
    told = json.loads(maker.get(at(year, "report.json?edition=1")).content)
    assert told["hash"] == digest(told["report"], told["words"])
    assert told["hash"] == MonitoringReport.objects.get(device=MINE).digest
    assert maker.get(at(year, "report.csv")).content.decode().startswith("Section,")
    assert load_workbook(BytesIO(maker.get(at(year, "report.xlsx")).content)).sheetnames[0] == "Facts"
    paper = maker.get(at(year, "report.pdf?edition=1"))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-1.7")
    for wrong in ("report.exe", "report.pdf?edition=7", "report.pdf?edition=x"):
        assert maker.get(at(year, wrong)).status_code == 404


def test_every_figure_leads_to_its_rows(client_of, year) -> None:
    """The numbers of the card are links, and each opens the rows of its measure in the report's days."""
    maker = client_of("manufacturer_admin", "en")
    press(maker, year, "draft")
    page = maker.get(at(year)).content.decode()
    links = [
        part.split('"')[0].replace("&amp;", "&")
        for part in page.split('href="')
        if part.startswith(f"/devices/{MINE}/rows/")
    ]
    assert len(links) > 5 and any("measure=studies" in link for link in links)
    assert all(f"first={year}-01-01" in link for link in links)
    assert {maker.get(link).status_code for link in links[:4]} == {200}


def test_what_is_refused_comes_back_as_it_was_typed(client_of, year) -> None:
    """A telephone in a text, an unwritten part, no grounds: said on the page, kept in the form, counted."""
    maker, staff = client_of("manufacturer_admin", "en"), client_of("inspector", "en")
    press(maker, year, "draft")
    answer = maker.post(at(year, "words/"), {"feedback": "Call +7 912 345-67-89"})
    assert answer.status_code == 422 and "Call +7 912 345-67-89" in answer.content.decode()
    assert press(maker, year, "make_ready").status_code == 422
    drafted(maker, year)
    for verb in ("make_ready", "sign", "file_report"):
        press(maker, year, verb)
    assert press(staff, year, "return_report").status_code in (409, 422)
    assert MonitoringReport.objects.get(device=MINE).state == "filed"
    assert RefusedMove.objects.filter(code="monitoring.not-ready").exists()


def test_a_button_pressed_twice_does_nothing_twice(client_of, year) -> None:
    """The second press of a form that had not seen the first is told so, and no step is made."""
    maker = client_of("manufacturer_admin", "en")
    press(maker, year, "draft", seen="0")
    again = press(maker, year, "draft", seen="0")
    assert again.status_code == 200 and "nothing was done twice" in again.content.decode()
    assert MonitoringReport.objects.get(device=MINE).steps.count() == 1


def test_nobody_learns_of_a_strangers_report(client_of, year) -> None:
    """Another maker's report and plan are unknown; the public signs in first; a clinic has no such pages."""
    maker = client_of("manufacturer_admin")
    for address in (at(year, code=FOREIGN), f"/monitoring/{FOREIGN}/plan/", at(year, "report.json", FOREIGN)):
        assert maker.get(address).status_code == 404
    assert maker.post(at(year, "move/", FOREIGN), {"verb": "draft"}).status_code == 404
    assert FOREIGN not in maker.get("/monitoring/?show=all").content.decode()
    assert client_of(None).get("/monitoring/").status_code == 302
    assert client_of("clinic").get("/monitoring/").status_code == 403
    assert client_of("inspector").post(at(year, "words/"), WORDS).status_code in (403, 404)


def test_a_plan_is_entered_and_measured_against(client_of) -> None:
    """The maker enters the plan of its dossier; the sample stands beside it, a senseless plan comes back."""
    maker, staff = client_of("manufacturer_admin", "en"), client_of("inspector", "en")
    here = f"/monitoring/{MINE}/plan/"
    assert "nothing to measure against" in maker.get(here).content.decode()
    for wrong in ({"sample_size": "0"}, {"sample_size": "many"}, {"goals": " "}, {"ends": "soon"}):
        answer = maker.post(here, {**PLAN, **wrong})
        assert answer.status_code == 422 and "adults" in answer.content.decode()
    assert maker.post(here, PLAN, follow=True).status_code == 200
    page = staff.get(here).content.decode()
    assert "<progress" in page and "of 400 labelled studies" in page and "<textarea" not in page
    assert "of 400 labelled studies" in staff.get("/monitoring/").content.decode()
    assert staff.post(here, PLAN).status_code in (403, 404)


def test_an_open_question_is_shown_as_one(client_of, year) -> None:
    """The report of the third year's tail names the switch and says that it is never counted as missing."""
    page = client_of("inspector", "en").get(at(year + 3)).content.decode()
    assert "never counted as missing" in page and "/norms/switch.monitoring_fourth_report" in page
    assert client_of("inspector").get(at(year + 4)).status_code == 404


def test_a_paper_says_its_days_as_people_write_them():
    """Figures stay as they are; only whole ISO days are spoken."""
    with translation.override("en"):
        assert _spoken("2026-01-01 – 2026-12-31") == "1 Jan 2026 – 31 Dec 2026"
        assert _spoken("AE-2026-000001; 3 802") == "AE-2026-000001; 3 802"


def test_buttons_follow_the_order_of_the_day_and_the_interest(client_of, year) -> None:
    """A registrar has them while an order names monitoring; whoever declared an interest has none."""
    maker, registrar = client_of("manufacturer_admin", "en"), client_of("registrar", "en")
    drafted(maker, year)
    for verb in ("make_ready", "sign", "file_report"):
        press(maker, year, verb)
    shown = [registrar.get(at(year)).content.decode()]
    until = clock.today() + timedelta(days=1)
    order = Delegation.objects.create(
        to="registrar", procedures=["case"], order="No 9", valid_from=clock.today(), valid_until=until,
        given_by="head", given_at=clock.now(),
    )  # fmt: skip
    shown.append(registrar.get(at(year)).content.decode())
    Delegation.objects.filter(pk=order.pk).update(procedures=["monitoring"])
    shown.append(registrar.get(at(year)).content.decode())
    assert ['id="do-accept"' in page for page in shown] == [False, False, True]
    page = press(registrar, year, "accept", **{"accept-because": "Read it whole"}).content.decode()
    assert "by delegation, order No 9" in page and 'id="do-return_report"' in page
    Interest.objects.create(
        username="registrar", organisation=Device.objects.get(code=MINE).maker.code, why="worked there",
        declared_by="registrar", declared_at=clock.now(),
    )  # fmt: skip
    page = registrar.get(at(year)).content.decode()
    assert 'id="moves"' not in page and 'id="keeps-out"' in page
    told = {"return_report-because": "Once more", "return_report-defects": "The sample"}
    assert press(registrar, year, "return_report", **told).status_code == 403
