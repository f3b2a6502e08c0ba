# SPDX-License-Identifier: Apache-2.0
"""Records: a case as it was known, its proof elsewhere, what an owner is told, an auditor's search."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nadzor.base import clock
from nadzor.people.roles import ROLE_NAMES, Role
from tests.browser.test_accessible_pages import _faults, _overflow
from tests.browser.walks import MAKER, catalogue
from tests.town import DEVICES

pytestmark = pytest.mark.browser
PRODUCT = {"ru": "Изделие записей", "en": "Device of records"}
ENTERED = [
    "40 submit", "38 find_complete", "37 start", "36 send_task", "30 conclude_positive", "28 register",
]  # fmt: skip
STEPS = ["26 open_matter", "25 confirm_deviation", "2 inquire"]
BETWEEN = 20  #: days back, whether those of the steps are working days or not
NARROW = {
    "inspector": ("/known/", "/vault/", "/vault/ask/", "/letters/", "/letters/new/"),
    "head": ("/releases/", "/embargoes/", "/audit/deferrals/"),
    "auditor": ("/audit/", "/audit/?what=reads", "/audit/stones/", "/retention/"),
    MAKER: ("/reads/",),
    "clinic": ("/reads/", "/clinic/letters/"),
}
WHY = {"ru": "Проверка ещё идёт.", "en": "The inspection is under way."}


@pytest.fixture(scope="module")
def case(play) -> str:
    """A case of the town's own maker, with days behind it."""
    device = f"ai-{play(procedure='registration_simplified', maker='own', product=PRODUCT, steps=ENTERED)}"
    number: str = play(procedure="case", maker="own", device=device, steps=STEPS)
    return number


def ui(msgid: str, language: str) -> str:
    """A string of the portal."""
    return catalogue()[msgid] if language == "ru" else msgid


def nadzor(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """What the command says far from any house: no data directory, an empty folder; its exit code first."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [str(Path(sys.executable).parent / "nadzor"), *words, "--json"]
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def taken(page: Any, selector: str, folder: Path) -> Path:
    """What a link downloads, in an own folder."""
    with page.expect_download() as found:
        page.click(selector)
    file = folder / found.value.suggested_filename
    found.value.save_as(file)
    return file


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_case_is_read_as_it_was_known(visit, case, language):
    """From its card to another day: the moves by then, one fewer than today."""
    inspector = visit(language=language)
    inspector.go(f"/filings/{case}/")
    page = inspector.follow("main a[href*='/known/']")
    assert page.input_value("[name=ref]") == case
    moves = {}
    for back in (BETWEEN, 0):
        page.fill("[name=on]", (clock.today() - timedelta(days=back)).isoformat())
        page = inspector.follow("main form.form-narrow button")
        table = page.locator(
            ".as-of table", has=page.locator("caption", has_text=ui("Moves by then", language))
        )
        moves[back] = table.locator("tbody tr").count()
        assert _faults(page) == []
    assert moves == {BETWEEN: 2, 0: 3}
    assert page.locator(f".as-of a[href='/filings/{case}/']").count() >= 1
    assert inspector.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_its_proof_holds_without_this_house(visit, town, case, tmp_path, language):
    """Taken from the case's card and checked by the command with the log's key alone; a changed one fails."""
    inspector = visit(language=language)
    page = inspector.go(f"/filings/{case}/")
    file = taken(page, "#desk a[href$='/bundle.json']", tmp_path)
    check = ("verify", "case", str(file), "--key", town.log_vkey)
    code, said = nadzor(tmp_path, *check)
    assert (code, said["valid"]) == (0, True)
    file.write_text(file.read_text().replace(case, "2020-000001"))
    code, said = nadzor(tmp_path, *check)
    assert (code, said["valid"]) == (1, False)
    assert inspector.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_deferral_is_told_with_its_end(visit, language):
    """The maker sees counts; the head defers details; the maker reads that it did and until when; it ends."""
    inspector, head, maker = (visit(role=role, language=language) for role in ("inspector", "head", MAKER))
    inspector.go(f"/devices/{DEVICES[0]}/")
    page = maker.go("/reads/")
    counted = page.locator("#counts tbody").inner_text()
    assert ROLE_NAMES[Role.INSPECTOR][language].lower() in counted.lower()
    page = head.go("/audit/deferrals/")
    page.fill("#device", DEVICES[0])
    page.fill("#days", "5")
    page.fill("#because", WHY[language])
    assert _faults(page) == []
    page = head.follow("#place form button")
    until = page.locator("#all li .line").first.inner_text()
    page = maker.go("/reads/")
    told = page.locator("main .alert-warn").first.inner_text()
    assert DEVICES[0] in told and WHY[language] not in page.content()
    assert until.split(" ", 1)[1].strip() in told and _faults(page) == []
    head.go("/audit/deferrals/")
    head.follow("#all form button")
    assert maker.go("/reads/").locator("main .alert-warn").count() == 0
    assert inspector.complaints + head.complaints + maker.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_auditor_takes_proof_away(visit, town, chore, tmp_path, language):
    """Searched, sealed, exported, checked by the command with the public key; then the stones."""
    chore("seal")
    auditor = visit(role="auditor", language=language)
    page = auditor.go("/audit/")
    page.fill("[name=verb]", "register")
    page = auditor.follow("main form.filters button")
    assert page.locator("#rows tbody tr").count() > 3 and _faults(page) == []
    file = taken(page, "#files a[href*='export.bundle']", tmp_path)
    key = visit(signed_in=False).go("/audit/key").locator("body").inner_text().strip()
    code, said = nadzor(tmp_path, "verify", "audit-bundle", str(file), "--key", key)
    assert (code, said["valid"]) == (0, True)
    page = auditor.go("/audit/?what=reads")
    assert _faults(page) == []
    auditor.go("/audit/")
    page = auditor.follow("main a[href='/audit/stones/']")
    assert ui("What was destroyed", language) in page.locator("h1").inner_text() and _faults(page) == []
    assert auditor.complaints == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_nothing_is_wider_than_a_telephone(visit, case, language):
    """360 px, signed in as whoever reads it."""
    wide = {}
    for role, addresses in NARROW.items():
        seen = visit(role=role, language=language, width=360)
        more = (f"/known/?kind=case&ref={case}",) if role == "inspector" else ()
        for address in (*addresses, *more):
            if (over := _overflow(seen.go(address))) > 0:
                wide[role, address] = over
        assert seen.complaints == []
    assert wide == {}
