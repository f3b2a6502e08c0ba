# SPDX-License-Identifier: Apache-2.0
"""Every page answers every role as it should, in both languages."""

from __future__ import annotations

import re
from typing import Final

import pytest

PUBLIC: Final = (
    "/login/",
    "/register/",
    "/register/?q=ai-001",
    "/register/?q=nothing-like-it",
    "/register/ai-001/",
    "/register/ai-001/history/",
    "/register/ai-001/history/?valid_on=2026-01-01",
    "/receipt/",
    "/norms/",
    "/norms/registration.version_amendment",
    "/procedures/",
    "/procedures/signal/",
    "/problems/",
    "/problems/digest.mismatch",
    "/help/",
    "/qualify/",
    "/qualify/route/",
    "/law/class/",
    "/law/class/?device=yes&ai=no&information=I1&categories=B",
    "/law/duty/",
    "/law/duty/?act=registration&class=3",
    "/law/duty/?act=amendment_expertise&class=3",
    "/law/amendment/",
    "/law/amendment/?changes=version_numbering&changes=other&ai=yes&transmits=yes",
)
OPERATION: Final = (
    "/",
    "/signals/",
    "/signals/?state=closed",
    "/signals/?state=nonsense&after=99999999999999999999999",
    "/signals/?state=all&detector=silence&device=ai-001",
    "/devices/",
    "/devices/ai-001/",
    "/signals/?severity=4&course=new",
    "/signals/?severity=x&course=nonsense",
    "/detectors/",
    "/detectors/failure_cusum/",
    "/devices/ai-001/charts/",
    "/devices/ai-001/versions/",
    "/devices/ai-001/rows/",
    "/devices/ai-001/rows/?measure=failed&day=2026-01-01",
    "/devices/ai-001/months/",
    "/months/",
    "/months/2026-01/ai-001/",
    "/months/2024-01/ai-001/",
    "/journal/",
    "/journal/0/",
    "/journal/0/?seq=100000",
)
SIGNALS: Final = ("silence", "failure_cusum", "claim_check")
OVERSIGHT: Final = ("inspector", "head", "registrar", "moscow_centre", "auditor")
OUTSIDE: Final = ("clinic", "operator", "expert")


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages_need_no_account(client_of, address, language):
    """A page of the public answers in the language asked for, whole and with its title."""
    answer = client_of(language=language).get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in page
    assert re.search(r"<h1>[^<]+</h1>", page)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("address", OPERATION)
def test_operation_pages_answer_an_inspector(client_of, address, language):
    """A page of operation answers in the language asked for."""
    answer = client_of("inspector", language).get(address)
    page = answer.content.decode()
    assert answer.status_code == 200, page
    assert f'<html lang="{language}"' in page
    assert len(re.findall(r"<h1>", page)) == 1


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("detector", SIGNALS)
def test_every_signal_shows_its_chart_and_evidence(client_of, detector, language):
    """A card has a figure with a sentence and a table, the evidence and what it does not say."""
    client = client_of("inspector", language)
    listed = client.get(f"/signals/?detector={detector}").content.decode()
    card = client.get(re.findall(r'href="(/signals/\d+/)"', listed)[0]).content.decode()
    assert "<figure" in card and "<table>" in card and 'class="caveats"' in card
    assert len(re.findall(r'<span class="hash">[0-9a-f]{64}</span>', card)) >= 4
    sentence = re.findall(r'class="sentence">([^<]{20,})<', card)
    assert sentence and f'alt="{sentence[0]}"' in card


def test_every_chart_of_a_page_can_be_drawn(client_of):
    """The addresses of a figure lead to SVG, each in its own theme and width, kept by no browser."""
    client = client_of("inspector")
    names = set(re.findall(r"/charts/([\w-]+)\.svg", client.get("/devices/ai-001/").content.decode()))
    answers = [client.get(f"/charts/{name}.svg") for name in names]
    assert len(names) >= 8
    assert {answer.status_code for answer in answers} == {200}
    assert {answer["Content-Type"] for answer in answers} == {"image/svg+xml"}
    assert all(answer.content.startswith(b"<svg") and b"style=" not in answer.content for answer in answers)
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_a_maker_sees_the_trend_of_its_own_devices_and_of_no_other(client_of):
    """The overview's chart of a few devices is drawn for their reader; the nation's for staff."""
    maker, inspector = client_of("manufacturer_admin"), client_of("inspector")
    own, nation = (
        re.findall(r"/charts/[\w-]+\.svg", client.get("/").content.decode())[0]
        for client in (maker, inspector)
    )
    assert maker.get(own).status_code == inspector.get(own).status_code == 200
    assert maker.get(nation).status_code == 404


def test_a_chosen_theme_needs_no_media_query(client_of):
    """With a theme chosen the drawing of that theme is the fallback; otherwise the system decides."""
    client = client_of("inspector")
    both = client.get("/").content.decode()
    client.post("/preferences/", {"theme": "dark", "next": "/"})
    dark = client.get("/").content.decode()
    assert "prefers-color-scheme: dark" in both and re.search(r'<img src="[^"]*-light-wide', both)
    assert "prefers-color-scheme: dark" not in dark and re.search(r'<img src="[^"]*-dark-wide', dark)
    assert 'data-theme="dark"' in dark


@pytest.mark.parametrize("address", OPERATION)
def test_the_public_signs_in_first(client_of, address):
    """Without an account an operation page leads to the login, the first page to the register."""
    answer = client_of().get(address)
    assert answer.status_code == 302
    assert answer["Location"] == ("/register/" if address == "/" else answer["Location"])
    assert answer["Location"].startswith(("/login/", "/register/"))


@pytest.mark.parametrize("role", OVERSIGHT)
def test_oversight_reads_every_device(client_of, role):
    """Each oversight role sees devices of all makers."""
    page = client_of(role).get("/devices/").content.decode()
    assert all(f"/devices/{code}/" in page for code in ("ai-001", "ai-002", "ai-003", "ai-010"))


@pytest.mark.parametrize("role", OUTSIDE)
def test_roles_without_operation_are_refused(client_of, role):
    """Who has no business with operation figures gets a refusal with its code, and no link to them."""
    client = client_of(role)
    answer = client.get("/devices/")
    assert answer.status_code == 403
    assert "people.oversight-only" in answer.content.decode()
    assert 'href="/signals/"' not in client.get("/register/").content.decode()


def test_a_maker_sees_its_own_devices_and_nothing_else(client_of):
    """Another maker's device, signal, rows, month, chart and batch do not exist for it."""
    maker, inspector = client_of("manufacturer_admin"), client_of("inspector")
    assert maker.get("/devices/ai-001/").status_code == 200
    foreign = _foreign_addresses(inspector, maker)
    assert len(foreign) >= 8
    assert {address: maker.get(address).status_code for address in foreign} == dict.fromkeys(foreign, 404)
    listed = maker.get("/devices/").content.decode() + maker.get("/signals/?state=all").content.decode()
    assert "ai-003" not in listed and "claim_check" not in listed.replace('value="claim_check"', "")


def _foreign_addresses(inspector, maker):
    """Addresses of the third device, which belongs to another maker."""
    pages = [f"/devices/ai-003/{leaf}" for leaf in ("", "versions/", "rows/", "months/")]
    pages += ["/months/2026-10/ai-003/", "/months/2026-10/ai-003.csv"]
    signals = inspector.get("/signals/?device=ai-003").content.decode()
    pages += re.findall(r'href="(/signals/\d+/)"', signals)[:1]
    charts = re.findall(r"(/charts/[\w-]+\.svg)", inspector.get("/devices/ai-003/").content.decode())
    batches = re.findall(r'href="(/journal/\d+/)"', inspector.get("/journal/").content.decode())
    shown = maker.get("/journal/").content.decode()
    return [*pages, *charts[:1], *[batch for batch in batches if f'"{batch}"' not in shown][:1]]


@pytest.mark.parametrize(
    "address",
    [
        "/nope",
        "/signals/999999/",
        "/devices/ai-999/",
        "/devices/ai-001/rows/?measure=nonsense",
        "/devices/ai-001/rows/?day=yesterday",
        "/months/2026-13/ai-001/",
        "/months/9999-12/ai-001/",
        "/devices/ai-001/rows/?after=0001-01-01",
        "/months/2026-10/ai-001.exe",
        "/journal/999999/",
        "/journal/99999999999999999999999/",
        "/journal/99999999999999999999999/receipt.json",
        "/signals/99999999999999999999999/",
        "/problems/nonsense",
        "/norms/nonsense",
        "/charts/nonsense.svg",
        "/charts/" + "0" * 64 + "-light-wide.svg",
    ],
)
def test_what_is_not_there_says_so(client_of, address):
    """A wrong address is 404 with our own page, never an error of ours."""
    answer = client_of("inspector").get(address)
    assert answer.status_code == 404
    assert "<h1>" in answer.content.decode()


def test_a_chart_that_nobody_ordered_is_a_refusal_with_a_code(client_of):
    """portal.chart-unknown is shown with its cure."""
    page = client_of("inspector").get("/charts/nonsense.svg").content.decode()
    assert "portal.chart-unknown" in page


@pytest.mark.parametrize("address", ["/", "/register/", "/receipt/", "/journal/0/", "/nope"])
def test_every_answer_forbids_inline_code_and_framing(client_of, address):
    """The policy allows our own files only, and the page obeys: no inline script, style or handler."""
    answer = client_of("inspector").get(address)
    policy = answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "unsafe" not in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")


def test_no_clinic_is_named_anywhere(client_of, house):
    """Whatever the page, sites are pseudonyms: no clinic's name or number is shown."""
    from nadzor.people.queries import organisations

    client = client_of("head")
    text = "".join(client.get(address).content.decode() for address in OPERATION)
    clinics = organisations(kind="clinic")
    assert clinics and not [c.name_ru for c in clinics if c.name_ru in text or c.oid in text]
    assert "1.2.643.5.1.13.13.12" not in text and re.search(r"\bs-[a-z2-7]{10,}", text)
