# SPDX-License-Identifier: Apache-2.0
"""Who may not act on a filing: refused as if it were not there, or shown it without a button."""

from __future__ import annotations

import pytest

from tests.browser.stage import RIVAL
from tests.browser.walks import MAKER, REPORTER

pytestmark = pytest.mark.browser

STRANGERS = (RIVAL, "representative", "clinic", "operator", "moscow_centre")
READERS = ("auditor", "inspector", REPORTER)
DESKS = {
    "/board/": ("registrar", "head", "inspector", "auditor"),
    "/desk/": ("expert", "moscow_centre"),
    "/decisions/": ("head", "registrar"),
    "/account/": (MAKER, REPORTER, "representative", RIVAL),
    "/cases/new/": ("registrar", "inspector"),
}
ROLES = (
    "registrar",
    "head",
    "inspector",
    "auditor",
    "expert",
    "clinic",
    "operator",
    *STRANGERS,
    MAKER,
    REPORTER,
)


@pytest.fixture
def number(play):
    """An application that its expert has."""
    steps = ["9 submit", "8 find_complete", "7 start", "6 send_task"]

    def make(language):
        product = {"ru": f"Чужим закрыто {language}", "en": f"Closed to others {language}"}
        return play(
            procedure="registration_simplified", maker="own", product=product, papers=True, steps=steps
        )

    return make


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_stranger_learns_nothing_and_a_reader_presses_nothing(walk, number, language):
    """Every page of the filing answers strangers as an unknown one; readers see it all and may do nothing."""
    here = walk(language).take("registration_simplified", number(language))
    own = f"/filings/{here.number}/"
    pages = (own, f"{own}check/", f"{own}form/product/", f"{own}clocks/0/", f"{own}papers/risk_file/1/")
    for role in STRANGERS:
        page = here.at(role).page
        assert {page.goto(here.at(role).town.address + each).status for each in pages} == {404}, role
        assert here.number not in page.goto(here.at(role).town.address + "/filings/?stage=all").text()
    for role in READERS:
        page = here.card(role)
        assert page.locator("#clocks li").count() >= 3, role
        assert page.locator("#moves .move-link, #moves form:not(#do-stand_still form)").count() == 0, role
    assert here.at("public").go(own).url.count("/login/?next=") == 1
    here.quiet()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_draft_is_seen_by_its_own_side_only(walk, play, language):
    """Neither the regulator nor the expert sees what was not handed in; nor may a reporter hand it in."""
    product = {"ru": f"Личный черновик {language}", "en": f"Private draft {language}"}
    draft = play(procedure="registration_simplified", maker="own", product=product, steps=[])
    here = walk(language).take("registration_simplified", draft)
    for role in ("registrar", "head", "expert", "inspector", RIVAL):
        page = here.at(role).page
        assert page.goto(f"{here.at(role).town.address}/filings/{draft}/").status == 404, role
    assert here.card(REPORTER).locator("#moves form, a[href*='/form/']").count() == 0
    assert here.card(MAKER).locator("a[href*='/form/']").count() >= 1


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_desk_opens_to_its_own_people_only(walk, language):
    """A desk of others is refused by name; the public is asked to sign in."""
    here = walk(language)
    for role in dict.fromkeys(ROLES):
        page, home = here.at(role).page, here.at(role).town.address
        opened = {desk for desk in DESKS if page.goto(home + desk).status == 200}
        assert opened == {desk for desk, roles in DESKS.items() if role in roles}, role
        assert page.locator("h1").count() == 1
    for desk in DESKS:
        assert "/login/" in here.at("public").go(desk).url
