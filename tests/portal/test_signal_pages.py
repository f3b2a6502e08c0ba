# SPDX-License-Identifier: Apache-2.0
"""The queue of signals, a signal's card with its forms, the detectors, and the quiet device of the week."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from importlib.resources import files
from typing import Final

import msgspec
import pytest
from msgspec.structs import replace

from nadzor.base import clock
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.words import Words, missing
from nadzor.portal.signal_evidence import command_of
from nadzor.procedures.signal import RAISED
from nadzor.vigilance import queries
from nadzor.vigilance.models import QuietLook, Signal
from tests.unit.vigilance.signals import FINDING, file_signal

LANGUAGES: Final = ("ru", "en")


def text(answer):
    """A page as read."""
    assert answer.status_code == 200, answer.content[:400]
    return unescape(answer.content.decode())


def forms(page):
    """The moves a page offers."""
    return re.findall(r'name="verb" value="(\w+)"', page)


@pytest.fixture
def filed(house):
    """A signal of the town's first device, taken up by nobody."""
    return file_signal(device="ai-001", kind="failure.rise", version="", site="").pk


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_says_why_it_stands_where_it_stands(client_of, filed, language):
    """Harm, chance, denominator and our own clock, marked as no date of law."""
    tomorrow = clock.today() + timedelta(days=1)
    Signal.objects.filter(pk=filed).update(take_up_by=tomorrow)
    page = text(client_of("inspector", language).get("/signals/?detector=failure_cusum"))
    said = {
        "ru": ("возможен вред", "раз из", "года работы изделия"),
        "en": ("harm is", "1 in", "device-years"),
    }
    assert all(word in page for word in said[language])
    assert 'class="target"' in page
    card = text(client_of("inspector", language).get(f"/signals/{filed}/"))
    assert {"ru": "внутренний ориентир, а не срок закона", "en": "no term of law"}[language] in card


def test_a_late_signal_says_so(client_of, filed):
    """Beyond our own target the row tells it."""
    Signal.objects.filter(pk=filed).update(take_up_by=date(2026, 1, 12))
    assert "late" in text(client_of("inspector", "en").get("/signals/"))


def test_the_graver_stands_first(client_of, filed):
    """Severity orders the rows; a filter by severity keeps the others out."""
    slight = file_signal(1, device="ai-002", kind="silence.system", detector="silence").pk
    client = client_of("inspector", "en")
    rows = re.findall(r'class="title" href="/signals/(\d+)/"', text(client.get("/signals/")))
    assert rows.index(str(filed)) < rows.index(str(slight))
    alone = re.findall(r'class="title" href="/signals/(\d+)/"', text(client.get("/signals/?severity=1")))
    assert str(slight) in alone and str(filed) not in alone


def test_the_queue_has_pages(client_of, house):
    """Thirty at a time; the next page begins where the first ended."""
    for n in range(29):
        file_signal(n % 28, device="ai-001", site=f"s-{n}")
    client = client_of("inspector", "en")
    page = text(client.get("/signals/"))
    further = re.findall(r'href="(\?[^"]*after=30[^"]*)" rel="next"', page)[0]
    first, second = (
        re.findall(r'class="title" href="(/signals/\d+/)"', text(client.get("/signals/" + part)))
        for part in ("", further)
    )
    assert len(first) == 30 and second and not set(first) & set(second)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_move_can_be_made_from_the_card(client_of, filed, language):
    """Taken up, archived, brought back, closed with a reason: each leaves its words on the card."""
    client, card = client_of("inspector", language), f"/signals/{filed}/"
    assert forms(text(client.get(card))) == ["take", "merge"]
    client.post(f"{card}move/", {"verb": "take"})
    assert forms(text(client.get(card))) == ["ask_maker", "explain", "resolve", "archive", "merge"]
    asked = {"verb": "archive", "archive-archived_until": "2099-01-31", "archive-because": "after the winter"}
    client.post(f"{card}move/", asked)
    page = text(client.get(card))
    assert "2099" in page and "after the winter" in page and forms(page) == ["bring_back"]
    client.post(f"{card}move/", {"verb": "bring_back", "because": "sooner"})
    closing = {"verb": "explain", "explain-reason_code": "equipment", "explain-because": "a new scanner"}
    client.post(f"{card}move/", closing)
    page = text(client.get(card))
    said = {"ru": "Сменились оборудование", "en": "The scanner or its protocol has changed"}[language]
    assert page.count(said) >= 2 and forms(page) == []


def test_a_closing_without_a_reason_is_refused(client_of, filed):
    """The form says what is missing, by its code."""
    client, card = client_of("inspector", "en"), f"/signals/{filed}/"
    client.post(f"{card}move/", {"verb": "take"})
    bare = client.post(f"{card}move/", {"verb": "explain", "explain-because": "as is"})
    assert bare.status_code == 422 and "move.unanswered" in bare.content.decode()


def test_merged_signals_name_each_other(client_of, filed):
    """The leader lists its follower and the follower its leader; a maker sees only its own side."""
    other = file_signal(1, device="ai-003", kind="failure.rise").pk
    client = client_of("inspector", "en")
    asked = {"verb": "merge", "merge-leading_signal": str(filed), "merge-because": "one gateway"}
    assert client.post(f"/signals/{other}/move/", asked).status_code == 302
    assert f'href="/signals/{other}/"' in text(client.get(f"/signals/{filed}/"))
    assert f'href="/signals/{filed}/"' in text(client.get(f"/signals/{other}/"))
    maker = text(client_of("manufacturer_admin", "en").get(f"/signals/{filed}/"))
    assert f'href="/signals/{other}/"' not in maker


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_without_words_breaks_nothing(client_of, house, language):
    """A detector that nobody has described yet still has a row, a card and its evidence."""
    odd = file_signal(device="ai-001", kind="never.heard", dimension="equipment", stratum="Acme").pk
    client = client_of("inspector", language)
    assert "never.heard" in text(client.get("/signals/"))
    page = text(client.get(f"/signals/{odd}/"))
    assert "Acme" in page and "never.heard" in page


@pytest.mark.parametrize("detector", DETECTORS)
def test_every_detector_draws_what_it_can(client_of, house, detector):
    """A finding of each detector, of a device with data: the card answers, and each figure has its words."""
    row = file_signal(device="ai-001", detector=detector, kind=f"{detector}.any", version="", site="")
    page = text(client_of("inspector", "en").get(f"/signals/{row.pk}/"))
    sentences = re.findall(r'class="sentence">([^<]{10,})<', page)
    assert len(sentences) == page.count("<figure")
    assert page.count("<table") == page.count("<figure") + 1


@pytest.mark.parametrize("detector", DETECTORS)
def test_every_kind_has_a_card_without_a_hole(client_of, house, detector):
    """Headline and sentence of every kind that its detector speaks of: nothing unnamed, nothing left open."""
    page = files("nadzor.detect").joinpath(detector, "words.yaml")
    for n, kind in enumerate(msgspec.yaml.decode(page.read_bytes(), type=Words).kinds):
        odd = replace(FINDING, detector=detector, kind=kind)
        facts = dict.fromkeys(missing(odd), 3) | {"estimate_chosen_by_alarm": True}
        row = file_signal(n, device="ai-001", detector=detector, kind=kind, version="", site="", facts=facts)
        card = text(client_of("inspector", LANGUAGES[n % 2]).get(f"/signals/{row.pk}/"))
        told = re.findall(r'<h1>(.*?)</h1>|class="sentence-of">(.*?)</p>', card)
        assert len(told) == 2 and all("{" not in "".join(part) and "—" not in part[0] for part in told)
        assert kind not in re.sub(r"<pre.*?</pre>", "", card)
        assert card.count('class="sentence">') == card.count("<figure")


def test_the_figure_comes_back_from_the_command_line(house):
    """A count against its expectation, or a share; without either no command is promised."""
    counted = replace(FINDING, facts={"observed": 18, "expected": 6.2})
    assert "poisson-ci" in command_of(counted) and '"observed":18' in command_of(counted)
    shared = replace(FINDING, facts={"observed": 18, "trials": 400})
    assert "proportion-ci" in command_of(shared)
    assert command_of(replace(FINDING, facts={"observed": True})) == command_of(FINDING) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_detectors_show_budget_and_record(client_of, language):
    """The list adds the budgets up; each dossier has its parts; an unknown one is a page that says so."""
    client = client_of("inspector", language)
    page = text(client.get("/detectors/"))
    assert all(f"/detectors/{name}/" in page for name in DETECTORS)
    for name in DETECTORS:
        one = text(client.get(f"/detectors/{name}/"))
        assert 'id="record"' in one and 'class="caveats"' in one
    unknown = client.get("/detectors/nonsense/")
    assert unknown.status_code == 404 and "detector.unknown" in unknown.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_device_in_pictures(client_of, language):
    """Calendar and scores by week; every drawing of the page can be had."""
    client = client_of("inspector", language)
    page = text(client.get("/devices/ai-001/charts/"))
    figures = page.count("<figure")
    names = set(re.findall(r"/charts/([\w-]+-light-wide)\.svg", page))
    assert figures >= 2 and len(names) == figures == len(re.findall(r'class="sentence">[^<]{20,}<', page))
    assert all(client.get(f"/charts/{name}.svg").content.startswith(b"<svg") for name in sorted(names)[:2])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_quiet_device_is_looked_at(client_of, house, language):
    """The desk sees it and notes what was seen; makers and the auditor do not learn which one it is."""
    QuietLook.objects.create(week="2026-W47", device="ai-002", chosen_at=clock.now(), among=40)
    client = client_of("inspector", language)
    assert 'id="quiet"' in text(client.get("/signals/"))
    for role in ("manufacturer_admin", "auditor"):
        assert 'id="quiet"' not in text(client_of(role).get("/signals/"))
        assert client_of(role).post("/signals/quiet/2026-W47/", {"outcome": "nothing"}).status_code == 403
    seen = {"outcome": "something", "note": "scores stand still"}
    client.post("/signals/quiet/2026-W47/", seen)
    page = text(client.get("/signals/"))
    assert "scores stand still" in page and 'name="outcome"' not in page


def test_later_evidence_is_told_on_the_card(client_of, filed):
    """What each run said stands in a table, with what no longer stands marked."""
    row = Signal.objects.get(pk=filed)
    first = row.appended.get()
    row.appended.create(
        at=clock.now(), day=first.day + timedelta(days=1), finding=first.finding,
        circumstances=first.circumstances, digest="z" * 64, stands=False,
    )  # fmt: skip
    page = text(client_of("inspector", "en").get(f"/signals/{filed}/"))
    assert "no longer stands" in page
    assert queries.signal(filed).row.state == RAISED


def test_a_finding_of_all_devices_has_a_card(client_of, house):
    """A signal of no single device: no figure of one, and the page is whole."""
    row = file_signal(device="", kind="silence.system", detector="silence", version="", site="")
    assert "All devices" in text(client_of("inspector", "en").get(f"/signals/{row.pk}/"))
