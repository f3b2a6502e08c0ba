# SPDX-License-Identifier: Apache-2.0
"""Statutory forms, claim checks and disputes as pages: what they show, to whom, and in which language."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.law.form import forms
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.statutory.dispute import body_digest
from nadzor.vigilance.models import Dispute
from tests.portal.test_declared_pages import address, filled

ClientOf = Callable[..., Client]
MINE, FOREIGN = "ai-001", "ai-003"
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)
PAGES = ("/forms/", "/forms/order-4472/every-field/", f"/devices/{MINE}/claims/")


@pytest.fixture
def month() -> Month:
    """The last month that is over."""
    return Month.of(clock.today()).previous()


def disputed(client_of: ClientOf, month: Month) -> str:
    """A month declared otherwise than counted, disputed by its maker; the address of the dispute."""
    maker = client_of("manufacturer_admin", "en")
    assert maker.post(address(month, "send"), {"file": filled(month)}).status_code == 302
    answer = maker.post(address(month, "dispute/open"))
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_staff_and_the_maker_read_them(client_of: ClientOf, page: str, language: str) -> None:
    """Both read each page in both languages, under one heading; the public signs in first."""
    for role in ("inspector", "manufacturer_admin"):
        answer = client_of(role, language).get(page)
        assert answer.status_code == 200, role
        assert answer.content.decode().count("<h1>") == 1
    assert client_of(None, language).get(page).status_code == 302


def test_every_form_and_edition_has_its_page(client_of: ClientOf) -> None:
    """The list leads to each edition, which names every field with its status; others are not found."""
    inspector = client_of("inspector", "en")
    listing = inspector.get("/forms/").content.decode()
    for key, form in forms().items():
        for name, edition in form.editions.items():
            at = f"/forms/{key}/{name}/"
            assert at in listing
            shown = inspector.get(at).content.decode()
            assert all(
                form.fields[field].label.en.replace("'", "&#x27;") in shown for field in edition.fields
            )
    assert inspector.get("/forms/order-4472/edition-x/").status_code == 404
    assert inspector.get("/forms/order-1/2021/").status_code == 404


def test_a_dry_run_shows_staff_all_devices_and_a_maker_its_own(client_of: ClientOf, month: Month) -> None:
    """Who would fail stands with the reason; a maker's page does not hold another maker's device."""
    at = f"/forms/order-4472/every-field/?month={month}"
    staff = client_of("inspector", "en").get(at).content.decode()
    maker = client_of("manufacturer_admin", "en").get(at).content.decode()
    assert "would fail" in staff
    assert "Register entry number" in staff
    assert f"/{FOREIGN}/" in staff
    assert f"/{MINE}/" in maker
    assert FOREIGN not in maker
    assert client_of("inspector").get("/forms/order-4472/every-field/?month=x").status_code == 404


def test_claims_say_what_labels_can_substantiate(client_of: ClientOf) -> None:
    """Verdict, labels known of those needed, and why agreement substantiates nothing; none of it public."""
    page = client_of("manufacturer_admin", "en").get(f"/devices/{MINE}/claims/").content.decode()
    assert "untestable" in page
    assert "Agreement substantiates nothing" in page
    assert f"nadzor claims --device {MINE}" in page
    assert client_of("manufacturer_admin").get(f"/devices/{FOREIGN}/claims/").status_code == 404
    assert "substantiates" not in client_of(None, "en").get(f"/register/{MINE}/").content.decode()


def test_a_maker_disputes_a_month_and_an_inspector_settles_it(client_of: ClientOf, month: Month) -> None:
    """Opened from the month's page, seen by both with both origins, ended with grounds that both read."""
    at = disputed(client_of, month)
    inspector, maker = client_of("inspector", "en"), client_of("manufacturer_admin", "ru")
    page = inspector.get(at).content.decode()
    assert "What has not been ruled out" in page
    assert Dispute.objects.get().digest in page
    assert "settle" not in maker.get(at).content.decode()
    assert inspector.post(f"{at}settle", {"outcome": "explained"}).status_code == 422
    told = {"outcome": "explained", "because": "Counted on the test bench."}
    assert inspector.post(f"{at}settle", told).status_code == 302
    assert "Counted on the test bench." in maker.get(at).content.decode()
    assert inspector.post(f"{at}settle", told).status_code == 409


def test_pressing_twice_opens_one_dispute(client_of: ClientOf, month: Month) -> None:
    """The second press comes to the same dispute, which stands on the month's page."""
    at = disputed(client_of, month)
    maker = client_of("manufacturer_admin", "en")
    assert maker.post(address(month, "dispute/open"))["Location"] == at
    assert at in maker.get(address(month, "dispute/")).content.decode()
    assert Dispute.objects.count() == 1


def test_a_dispute_goes_out_as_json_and_paper(client_of: ClientOf, month: Month) -> None:
    """The file has its hash; the paper is a tagged PDF with a language, in both languages."""
    at = disputed(client_of, month).rstrip("/")
    body = json.loads(client_of("inspector").get(f"{at}.json").content)
    assert body.pop("hash") == body_digest(body)
    for language in ("ru", "en"):
        paper = client_of("inspector", language).get(f"{at}.pdf").content
        assert paper.startswith(b"%PDF")
        assert b"/StructTreeRoot" in paper or b"/ObjStm" in paper


def test_no_dispute_without_two_numbers(client_of: ClientOf, month: Month) -> None:
    """Nothing declared: the page says so, and opening one by hand is refused; strangers find nothing."""
    maker = client_of("manufacturer_admin", "en")
    assert "has declared nothing" in maker.get(address(month, "dispute/")).content.decode()
    assert maker.post(address(month, "dispute/open")).status_code == 409
    assert maker.get(address(month, "dispute/", code=FOREIGN)).status_code == 404
    assert maker.get("/disputes/999/").status_code == 404


def test_an_event_fills_its_form(house: Home, client_of: ClientOf) -> None:
    """The page, three files and the paper; fields with source; an unknown kind is not found."""
    from nadzor.actions.file_event import Told, file_event

    told = Told(
        device=MINE, version="", event_on=clock.today(), aware_on=clock.today(), event_type="malfunction"
    )
    filed = file_event(house, told, by=INSPECTOR, now=clock.now())
    inspector = client_of("inspector", "en")
    at = f"/events/{filed.number}/forms/message"
    page = inspector.get(f"{at}/").content.decode()
    assert "fact of the system: number of the registration certificate" in page
    assert "not stated" in page
    assert json.loads(inspector.get(f"{at}.json").content)["subject"] == filed.number
    for ending, starts in (("csv", b"No."), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        assert inspector.get(f"{at}.{ending}").content.startswith(starts)
    assert inspector.get(f"{at}.exe").status_code == 404
    assert inspector.get(f"/events/{filed.number}/forms/letter/").status_code == 404
    assert inspector.get("/events/AE-2026-999999/forms/message/").status_code == 404


def test_the_maker_signs_a_kept_month_once(house: Home, client_of: ClientOf, month: Month) -> None:
    """A button for the maker alone, the signature for both; the second press changes nothing."""
    from nadzor.actions.build_month import build_month
    from nadzor.actions.join_identifiers import sealed_path
    from nadzor.actions.sign_month import signed_month
    from tests.town import CLINIC_OID

    build_month(house, month, now=clock.now(), keep=True)
    maker, inspector = client_of("manufacturer_admin", "en"), client_of("inspector", "en")
    at = f"/months/{month}/{MINE}/"
    assert "Sign the month" in maker.get(at).content.decode()
    assert "Sign the month" not in inspector.get(at).content.decode()
    assert inspector.post(f"{at}sign").status_code == 404
    assert maker.post(f"{at}sign").status_code == 302
    done = signed_month(house, month, MINE)
    assert maker.post(f"{at}sign").status_code == 302
    assert done == signed_month(house, month, MINE)
    page = inspector.get(at).content.decode()
    assert "Lines whose clinic the vault knows" in page
    assert CLINIC_OID not in page
    sealed_path(house, month, MINE).unlink()
    sealed_path(house, month, MINE).with_suffix(".signature.json").unlink()
