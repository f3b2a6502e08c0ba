# SPDX-License-Identifier: Apache-2.0
"""A maker fills the form of an application page by page, by what the page asks for, and hands it in."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from nadzor.base.problems import Text
from nadzor.procedures.routes import ACCELERATED, SIMPLIFIED
from nadzor.procedures.rules.amendment_route import words as changes
from nadzor.procedures.rules.checklist import checklist
from nadzor.procedures.words import words
from nadzor.register.vocabulary import FIELDS, SOLUTION_TYPES
from tests.browser.walks import MAKER, PDF, Walk

ON: Final = date(2026, 11, 22)
NAME: Final = Text(ru="Снимок", en="Film")
PRODUCT: Final = {
    "product.version": "1.0",
    "product.numbering": "Главная меняется вместе с моделью.",
    "product.purpose": "Отмечает находки на снимках; решает врач.",
}
ENTRY: Final = {
    "Intended use in English": "Marks findings in images; the physician decides.",
    "Day the version was released": "2026-03-02",
    "Builds of the version": "b" * 64,
}
NIK: Final = "nik"
DECLARED: Final = (
    "I answer for it that these statements and papers are reliable and identical to the documents."
)
DEFECTS: Final = "I have read the defects and hand in as it is: the registrar judges completeness."


def begin(walk: Walk, name: str, *, accelerated: bool = False) -> None:
    """From the account to the first page of a new form."""
    page = walk.at(MAKER).go("/account/")
    _follow(walk, page.get_by_role("link", name=walk.ui("Register a product")))
    route = ACCELERATED if accelerated else SIMPLIFIED
    page.get_by_label(walk.said(route.title), exact=True).check()
    page.get_by_label(walk.ui("Name of the product in Russian")).fill(name)
    register = page.locator("#registration")
    register.get_by_label(walk.ui("Name in English")).fill(f"{name} in English")
    _follow(walk, register.get_by_role("button", name=walk.ui("Begin the application")))
    walk.take(route.procedure, re.findall(r"/filings/([\d-]+)/form/", page.url)[0])


def fill(walk: Walk, *, accelerated: bool = False) -> None:
    """The first two pages: the product, and its entry in the register."""
    page = walk.at(MAKER).page
    yes = walk.ui("Yes")
    for key in ("product.ai", "product.transmits", *(("product.radiology",) if accelerated else ())):
        page.get_by_role("group", name=label(walk, key)).get_by_label(yes, exact=True).check()
    group = page.get_by_role("group", name=label(walk, "product.risk_class"))
    group.get_by_label(re.compile("^3")).check()
    for key, value in PRODUCT.items():
        page.get_by_label(label(walk, key), exact=True).fill(value)
    onward(walk)
    for msgid, value in ENTRY.items():
        page.get_by_label(walk.ui(msgid), exact=True).fill(value)
    chosen = {"Field of use": FIELDS["radiology"], "Kind of solution": SOLUTION_TYPES["diagnostics"]}
    for msgid, text in chosen.items():
        page.get_by_label(walk.ui(msgid)).select_option(label=walk.said(text))
    page.get_by_label(walk.ui("Modality")).select_option(label="CT")
    if accelerated:
        page.get_by_label(walk.ui("Expert institution the paper set goes to")).select_option(NIK)
    onward(walk)


def upload(walk: Walk, folder: Path, *, item: str = "risk_file") -> None:
    """One file on the page of documents."""
    page = to_page(walk, "documents")
    file = folder / "risk.pdf"
    file.write_bytes(PDF)
    page.get_by_label(label(walk, item), exact=True).set_input_files(file)
    onward(walk)


def cure(walk: Walk, folder: Path) -> None:
    """Go on with the form and attach what was missing."""
    page = walk.card(MAKER)
    _follow(walk, page.get_by_role("link", name=walk.ui("Go on with the form")))
    upload(walk, folder)


def to_page(walk: Walk, step: str) -> Page:
    """Open a page of the form by the list beside it."""
    page = walk.at(MAKER).page
    ways = page.get_by_role("navigation", name=walk.ui("Pages of the application"))
    _follow(walk, ways.get_by_role("link", name=walk.said(checklist().steps[step]), exact=True))
    return page  # type: ignore[no-any-return]


def hand_in(walk: Walk, verb: str = "submit") -> str:
    """Check all answers, own up to the defects, hand in; returns the state."""
    page = walk.card(MAKER)
    _follow(walk, page.get_by_role("link", name=walk.ui("Check all answers")).first)
    asked = page.locator("#hand-in")
    asked.get_by_label(walk.ui(DECLARED), exact=True).check()
    defects = asked.get_by_label(walk.ui(DEFECTS), exact=True)
    if defects.count():
        defects.check()
    _follow(walk, asked.get_by_role("button", name=walk.verb(verb)))
    return walk.state()


def amend(walk: Walk, device: str, *marked: str, procedure: str) -> None:
    """Say what changes, and begin the procedure that the page names for it."""
    page = walk.at(MAKER).go("/filings/new/")
    asked = page.locator("#amendment")
    asked.get_by_label(walk.ui("Which device?")).select_option(device)
    for key in marked:
        asked.get_by_label(walk.said(changes().changes[key]), exact=True).check()
    _follow(walk, asked.get_by_role("button", name=walk.ui("Find the procedure")))
    title = walk.said(words()[procedure].title)
    choice = page.locator("form.choice").filter(has=page.get_by_role("heading", name=title, exact=True))
    _follow(walk, choice.get_by_role("button"))
    walk.take(procedure, re.findall(r"/filings/([\d-]+)/", page.url)[0])


def label(walk: Walk, key: str) -> str:
    """What the checklist calls an item."""
    return walk.said(checklist().items[key].label)


def onward(walk: Walk) -> None:
    """Save and go on."""
    page = walk.at(MAKER).page
    _follow(walk, page.get_by_role("button", name=walk.ui("Save and go on"), exact=True))
    assert page.locator("#main [role=alert]").count() == 0, page.locator("#main [role=alert]").inner_text()


def _follow(walk: Walk, what: Any) -> None:
    with walk.at(MAKER).page.expect_navigation():
        what.click()
