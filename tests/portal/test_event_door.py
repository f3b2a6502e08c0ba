# SPDX-License-Identifier: Apache-2.0
"""The door behind a printed code: no account, few fields, no clinic named, bounded, followed by a link."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from nadzor.portal.say_limit import BY_ADDRESS, GUESSES
from nadzor.records import vault
from nadzor.register.models import Installation, RefusedMove
from nadzor.vigilance.models import AdverseEvent, PrintedCode
from tests.town import CLINIC_OID

SAID = {
    "wrong": ["missed"],
    "harm": "unknown",
    "event_on": "2026-11-01",
    "words": "Пропущен узел.",
    "once": "a1",
}
FIELDS_MAX = 6


@pytest.fixture(autouse=True)
def _quiet():
    """No other test's counts."""
    cache.clear()


@pytest.fixture
def mine(house):
    """An installation of the clinic that has an account."""
    return Installation.objects.filter(site=vault.pseudonym(CLINIC_OID, home=house), sandbox=False).first()


@pytest.fixture
def code(client_of, mine):
    """A live code, made by the clinic's own button."""
    client_of("clinic").post("/clinic/codes/make/", {"installation": mine.pk})
    return PrintedCode.objects.get().code


@pytest.mark.parametrize("language, words", [("ru", "Сообщить о проблеме"), ("en", "Report a problem")])
def test_the_form_names_the_device_and_no_clinic(client_of, code, mine, language, words):
    """At most six fields, the device by name, neither site nor installation nor the clinic's name."""
    page = client_of(None, language).get(f"/say/{code.lower()[:5]}-{code[5:]}/")
    text = page.content.decode()
    assert page.status_code == 200 and words in text
    assert text.count('class="field') <= FIELDS_MAX
    assert mine.site not in text and mine.pk not in text
    assert page["Cache-Control"] == "no-store" and "noindex" in page["X-Robots-Tag"]


def test_what_is_said_waits_for_the_clinic_and_can_be_followed(client_of, code, mine):
    """Said without an account, kept at the site, unconfirmed; the link shows what becomes of it, apart."""
    answer = client_of().post(f"/say/{code}/", SAID)
    event = AdverseEvent.objects.get()
    assert (event.state, event.way, event.site) == ("unconfirmed", "public", mine.site)
    assert event.device == mine.device.code and event.reporter_role == "public"
    followed = client_of(None, "en").get(answer["Location"])
    assert event.number in followed.content.decode() and mine.site not in followed.content.decode()
    assert followed["Referrer-Policy"] == "same-origin" and followed["Cache-Control"] == "no-store"


def test_pressed_twice_it_is_one_report(client_of, code):
    """The same form sent again files nothing and leads to the same link."""
    client = client_of(None, "en")
    first, again = (client.post(f"/say/{code}/", SAID) for _ in range(2))
    assert again["Location"] == first["Location"] and AdverseEvent.objects.count() == 1


@pytest.mark.parametrize("broken, place", [
    ({"harm": ""}, "#harm-1"), ({"event_on": "2199-01-01"}, "#event_on"),
    ({"event_on": "31.02"}, "#event_on"),
    ({"wrong": [], "words": ""}, "#wrong-1"), ({"words": "x" * 4001}, "#words"),
])  # fmt: skip
def test_what_is_wrong_stands_above_and_beside_the_field(client_of, code, broken, place):
    """An error summary that leads to the field; what was typed stays; nothing is filed."""
    answer = client_of().post(f"/say/{code}/", SAID | broken)
    page = answer.content.decode()
    assert answer.status_code == 422 and f'href="{place}"' in page and AdverseEvent.objects.count() == 0
    assert 'role="alert"' in page and page.index('id="errors"') < page.index("<form method")


@pytest.mark.parametrize("code", ["ABCDEFGHJK", "x", "<script>", "%00", "é" * 40])
def test_an_unknown_code_is_a_kind_page(client_of, house, code):
    """No such page, said kindly, and counted."""
    answer = client_of(None, "en").get(f"/say/{code}/")
    assert answer.status_code == 404 and b"ask your clinic" in answer.content
    assert RefusedMove.objects.get(code="say.code-unknown").verb == "say_publicly"


def test_a_revoked_code_is_as_good_as_unknown(client_of, code):
    """The clinic takes it back; the same address answers as if it had never been."""
    assert client_of("clinic").post(f"/clinic/codes/{code}/revoke/").status_code == 302
    assert client_of().get(f"/say/{code}/").status_code == 404
    assert client_of().post(f"/say/{code}/", SAID).status_code == 404
    assert AdverseEvent.objects.count() == 0


def test_too_many_from_one_address_are_told_to_wait(client_of, code):
    """After a number of reports in an hour the next one waits, with the seconds; it is counted."""
    client = client_of(None, "en")
    for n in range(BY_ADDRESS):
        assert client.post(f"/say/{code}/", SAID | {"once": f"n{n}"}).status_code == 302
    answer = client.post(f"/say/{code}/", SAID | {"once": "late"})
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 3600
    assert AdverseEvent.objects.count() == BY_ADDRESS
    assert RefusedMove.objects.filter(code="say.too-often").exists()


def test_somebody_who_guesses_is_told_to_wait(client_of, house):
    """Guessed codes and guessed links are one count."""
    client = client_of()
    statuses = [client.get(f"/say/GUESS{n:05d}/").status_code for n in range(GUESSES)]
    assert set(statuses) == {404}
    assert client.get("/say/GUESSAGAIN/").status_code == 429
    assert client.get("/followed/guessed/").status_code == 429


def test_an_unknown_link_shows_nothing(client_of, house):
    """A token nobody was given is refused as unknown."""
    assert client_of().get("/followed/nobody-was-given-this/").status_code == 404


def test_a_form_of_another_site_is_refused(code):
    """Without our token nothing is taken: no other page can send in a visitor's name."""
    assert Client(enforce_csrf_checks=True).post(f"/say/{code}/", SAID).status_code == 403
    assert AdverseEvent.objects.count() == 0


def test_a_printed_sheet_is_a_tagged_paper_with_the_address(client_of, code):
    """Both sizes are PDF with structure and a language."""
    for size in ("a5", "a4"):
        paper = client_of("clinic").get(f"/clinic/codes/{code}-{size}.pdf")
        assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
        assert f"{code[:5]}-{code[5:]}-{size}" in paper["Content-Disposition"]


@pytest.mark.parametrize("role", ["operator", "manufacturer_admin", "inspector", "head", "auditor"])
def test_codes_are_the_clinics_alone(client_of, code, role):
    """No other role sees, prints, makes or revokes them."""
    client = client_of(role)
    assert client.get("/clinic/codes/").status_code == 403
    assert client.get(f"/clinic/codes/{code}-a5.pdf").status_code == 403
    assert client.post(f"/clinic/codes/{code}/revoke/").status_code == 403
    assert PrintedCode.objects.get().revoked_at is None


def test_the_page_of_codes_shows_a_square_and_its_letters(client_of, code):
    """The clinic reads the address in letters beside the square."""
    page = client_of("clinic", "en").get("/clinic/codes/").content.decode()
    assert f"{code[:5]}-{code[5:]}" in page and re.search(r'<svg[^>]+role="img"', page)
