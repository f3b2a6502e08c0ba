# SPDX-License-Identifier: Apache-2.0
"""The page of the transmission gate: who sees it, what each may do there, and what is shown once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from nadzor.receipts.certificate import open_certificate
from nadzor_wire.note import vkey

MINE, TESTED, DECLARED = "ai-001", "ai-002", "ai-003"


def address(code, deed=""):
    """The page of a device's gate, or one of its deeds."""
    return f"/devices/{code}/transmission/" + (f"{deed}/" if deed else "")


@pytest.mark.parametrize("language, words", [("ru", "Пройденный путь"), ("en", "How far it came")])
@pytest.mark.parametrize("role", ["inspector", "registrar", "manufacturer_admin"])
def test_the_gate_is_shown_in_both_languages(client_of, role, language, words):
    """The path with the present state marked, the certificate, months with their reports, the norms."""
    page = client_of(role, language).get(address(MINE)).content.decode()
    assert words in page and page.count('aria-current="step"') == 1
    assert re.search(r'href="/devices/ai-001/transmission/\d{4}-\d{6}\.txt"', page)
    assert re.search(r'href="/months/\d{4}-\d{2}/ai-001/"', page)
    assert 'href="/norms/transmission.scope"' in page and 'href="/norms/telemetry.report_period"' in page


def test_the_public_and_another_maker_do_not_see_it(client_of):
    """The one signs in first, the other is told of no such device."""
    assert client_of().get(address(MINE)).status_code == 302
    assert client_of("manufacturer_admin").get(address(DECLARED)).status_code == 404
    assert client_of("manufacturer_admin").post(address(DECLARED, "test")).status_code == 404


def test_a_token_is_shown_once_and_to_nobodys_cache(client_of):
    """The registrar grants; the answer holds the token and the command, the page afterwards neither."""
    registrar = client_of("registrar", "en")
    answer = registrar.post(address(DECLARED, "grant"))
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert re.search(r"nadzor_sdk enrol --url \S+ --token nz-", page)
    again = registrar.get(address(DECLARED)).content.decode()
    assert "nz-" not in again and "access granted" in again
    assert registrar.post(address(DECLARED, "grant")).status_code == 409


def test_buttons_are_those_the_asker_may_press(client_of):
    """The registrar revokes and ends, the maker tests; an inspector only reads."""
    deeds = {}
    for role in ("registrar", "manufacturer_admin", "inspector"):
        page = client_of(role).get(address(MINE)).content.decode()
        deeds[role] = set(re.findall(r"/devices/ai-001/transmission/(\w+)/", page))
    assert deeds == {
        "registrar": {"test", "bench", "revoke", "end"},
        "manufacturer_admin": {"test", "bench"},
        "inspector": set(),
    }


def test_a_maker_tests_but_grants_nothing(client_of):
    """The same stream has the record it had; granting, revoking, excusing are the registrar's."""
    maker = client_of("manufacturer_admin")
    answer = maker.post(address(MINE, "test"))
    assert (answer.status_code, answer["Location"]) == (302, address(MINE))
    assert maker.post(address(MINE, "grant")).status_code == 403
    assert maker.post(address(MINE, "revoke"), {"because": "no"}).status_code == 403
    assert maker.post(address(MINE, "excuse"), {"because": "no", "month": "2026-09"}).status_code == 403
    assert maker.post(address(MINE, "declare")).status_code == 409


def test_access_is_revoked_and_the_gate_ended_on_grounds(client_of):
    """Without grounds nothing happens; with them the page says what was done and why."""
    registrar = client_of("registrar", "en")
    assert registrar.post(address(TESTED, "revoke")).status_code == 422
    assert registrar.post(address(TESTED, "revoke"), {"because": "asked for"}).status_code == 302
    assert "asked for" in registrar.get(address(TESTED)).content.decode()
    assert registrar.post(address(TESTED, "end"), {"because": "the function was removed"}).status_code == 302
    assert "the function was removed" in registrar.get(address(TESTED)).content.decode()


def test_a_certificate_is_a_file_that_verifies(client_of, house):
    """Under the house's key alone; a number never given is not found."""
    maker = client_of("manufacturer_admin")
    found = re.search(r"/devices/ai-001/transmission/[\d-]+\.txt", maker.get(address(MINE)).content.decode())
    file = maker.get(found.group())
    name, private = house.gate_key()
    assert open_certificate(file.content.decode(), vkey(name, private.public_key())).device == MINE
    assert "attachment" in file["Content-Disposition"]
    assert maker.get(f"/devices/{MINE}/transmission/2020-000001.txt").status_code == 404


def test_deeds_are_posted_with_a_token_and_known(client_of, house):
    """A link does nothing, a foreign form does nothing, an unknown deed or month is not found."""
    registrar = client_of("registrar")
    assert registrar.get(address(MINE, "test")).status_code == 405
    assert Client(enforce_csrf_checks=True).post(address(MINE, "test")).status_code == 403
    assert registrar.post(address(MINE, "sing")).status_code == 404
    assert registrar.post(address(MINE, "excuse"), {"because": "x", "month": "soon"}).status_code == 404
