# SPDX-License-Identifier: Apache-2.0
"""A maker's application in a real browser: from the account to the registrar, on a screen and a telephone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PDF: Final = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
PAGES: Final = ("product", "entry", "applicant", "documents", "trials", "plan", "payment")
OVERFLOW: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NEXT: Final = "button[value=next]"


def faults(page):
    """What axe finds on a page, by rule."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_application_goes_from_the_account_to_the_registrar(visit, tmp_path, language):
    """Draft, fill, upload, check, hand in, read the letter; each page without a fault, on a telephone too."""
    maker = visit(role="manufacturer_admin", language=language, width=360 if language == "en" else 1280)
    number = _opened(maker, language)
    narrow = language == "en"
    wrong = {page: _looked_at(maker, f"/filings/{number}/form/{page}/", axe=not narrow) for page in PAGES}
    _filled(maker, number, _file(tmp_path))
    wrong["check"] = _looked_at(maker, f"/filings/{number}/check/")
    page = maker.follow("#hand-in button.button")
    assert page.get_attribute("#main [role=alert] a", "href") == "#declared-1"
    page.check("#declared-1")
    page.check("#confirm_defects-1")
    maker.follow("#hand-in button.button")
    assert page.url.endswith(f"/filings/{number}/")
    wrong["card"] = _looked_at(maker, f"/filings/{number}/")
    maker.follow("#letters a")
    wrong["letter"] = faults(page)
    assert {name: found for name, found in wrong.items() if found} == {}
    assert visit(role="registrar").go(f"/filings/{number}/").locator("#moves details").count() >= 2
    assert maker.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_filings_have_no_faults_in_either_theme(visit, theme):
    """Account, list, start page with an amendment's answer, and cards of many stages, to maker and head."""
    maker = visit(role="manufacturer_admin", theme=theme)
    head = visit(role="head", theme=theme, language="en")
    new = "/filings/new/?device=ai-001&changes=version_numbering"
    found = {address: _looked_at(maker, address) for address in ("/account/", "/filings/", new)}
    for address in _cards(head)[:3]:
        found[address] = _looked_at(head, address)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert maker.complaints + head.complaints == []


def test_a_maker_objects_to_a_negative_conclusion(visit, tmp_path):
    """Registrar and expert come to a held refusal in English; the maker objects in Russian, with a paper."""
    maker, registrar = visit(role="manufacturer_admin"), visit(role="registrar", language="en")
    expert = visit(role="expert", language="en")
    number = _opened(maker, "возражения")
    page = maker.go(f"/filings/{number}/check/")
    page.check("#declared-1")
    page.check("#confirm_defects-1")
    maker.follow("#hand-in button.button")
    for verb in ("find_complete", "start", "send_task"):
        _moved(registrar, number, verb)
    _moved(expert, number, "conclude_negative", because="no evidence", tick="expertise_ground-2")
    _moved(registrar, number, "notify_negative")
    page = maker.go(f"/filings/{number}/")
    page.click("#do-paper summary")
    page.set_input_files("#paper-file", _file(tmp_path))
    maker.follow("#do-paper button.button")
    _moved(maker, number, "object", objections_text="Отчёт приложен на странице 14.")
    page = registrar.go(f"/filings/{number}/")
    assert "Отчёт приложен на странице 14." in page.inner_text("#way")
    assert page.locator("#papers a").first.inner_text() == "risk.pdf"
    assert faults(page) == [] and maker.complaints + registrar.complaints + expert.complaints == []


def test_a_refused_form_comes_back_open_with_its_text(visit):
    """A registrar's form without grounds comes back open with its text; no script is needed for any of it."""
    registrar = visit(role="registrar", language="en")
    page = registrar.go("/filings/?stage=intake")
    registrar.follow(".ledger .title")
    page.click("#do-stand_still summary")
    page.fill('[id="stand_still.standing_ground"]', "a court stays it")
    registrar.follow("#do-stand_still button.button")
    assert page.input_value('[id="stand_still.standing_ground"]') == "a court stays it"
    assert page.locator("#do-stand_still").get_attribute("open") is not None
    assert page.get_attribute("#main [role=alert] a", "href") == "#stand_still.because"


def _opened(maker, language):
    page = maker.go("/account/")
    assert faults(page) == []
    maker.follow('#start a[href$="#registration"]')
    page.check("#procedure-1")
    page.fill('[id="name.ru"]', f"Сердце журнала {language}")
    maker.follow("#registration button.button")
    return re.findall(r"/filings/([\d-]+)/form/", page.url)[0]


def _filled(maker, number, file):
    page = maker.go(f"/filings/{number}/form/product/")
    page.check('[id="product.ai-1"]')
    page.fill('[id="product.version"]', "1.0")
    maker.follow(NEXT)
    assert "/form/entry/" in page.url
    maker.go(f"/filings/{number}/form/plan/")
    page.fill('[id="plan.goals"]', "Показать <всё>")
    page.fill('[id="plan.sample_size"]', "сто")
    maker.follow(NEXT)
    assert page.input_value('[id="plan.goals"]') == "Показать <всё>"
    page.fill('[id="plan.sample_size"]', "100")
    maker.follow(NEXT)
    maker.go(f"/filings/{number}/form/documents/")
    page.set_input_files("#risk_file", file)
    maker.follow("button[value=leave]")
    assert page.locator("#papers a").first.inner_text() == "risk.pdf"


def _moved(seen, number, verb, *, tick="", **facts):
    page = seen.go(f"/filings/{number}/")
    page.click(f"#do-{verb} summary")
    if tick:
        page.check(f'[id="{verb}.{tick}"]')
    for name, said in facts.items():
        page.fill(f'[id="{verb}.{name}"]', said)
    seen.follow(f"#do-{verb} form button.button")
    assert page.url.endswith(f"/filings/{number}/")


def _looked_at(seen, address, *, axe=True):
    page = seen.go(address)
    wide = page.evaluate(OVERFLOW)
    return (faults(page) if axe else []) + ([("wide", wide)] if wide > 0 else [])


def _cards(seen):
    page = seen.go("/filings/?stage=all")
    links = page.locator(".ledger .title").all()
    return [str(link.get_attribute("href")) for link in links][::4]


def _file(folder: Path) -> Path:
    file = folder / "risk.pdf"
    file.write_bytes(PDF)
    return file
