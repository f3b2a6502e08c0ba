# SPDX-License-Identifier: Apache-2.0
"""The one-page guides: every role has one, its links open for that role, it fits one sheet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from nadzor.people.roles import Role
from nadzor.portal import guides as page
from nadzor.portal.guides import guides
from nadzor.portal.printing import laid_out

ROLES = [None, *(role.value for role in Role)]


def test_every_role_and_the_public_have_a_guide():
    """Eleven roles and the public, none more."""
    assert set(guides()) == {"public", *(role.value for role in Role)}


@pytest.mark.parametrize("role", ROLES)
def test_its_links_open_for_its_role(client_of, role):
    """Each page a guide sends somebody to opens for that role."""
    client = client_of(role)
    shown = client.get(f"/guide/{role or 'public'}/")
    assert shown.status_code == 200
    links = [step.href for step in shown.context["tasks"]]
    assert [href for href in links if client.get(href, follow=True).status_code != 200] == []
    assert all(f'href="{href}"' in shown.content.decode() for href in links)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_each_fits_one_sheet(house, lang):
    """Printed on A4, every guide is one sheet, and every limit carries its norm."""
    sheets = {}
    with translation.override(lang):
        for role in guides():
            told = page._sheet(role)
            assert all(limit.norm and limit.worth for limit in told["limits"])
            html = render_to_string("portal/guide_paper.html", {**told, "lang": lang})
            sheets[role] = len(laid_out(html, base="http://x").pages)
    assert set(sheets.values()) == {1}, sheets


def test_a_guide_is_a_tagged_pdf(client_of):
    """The sheet is a PDF in the language of the page."""
    answer = client_of("clinic", "en").get("/guide/clinic.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_a_limit_whose_norm_has_lapsed_names_no_date(client_of, monkeypatch):
    """When the order lapses the guide says so instead of naming a number."""
    monkeypatch.setattr("nadzor.base.clock.now", lambda: datetime(2027, 1, 15, tzinfo=UTC))
    text = client_of().get("/guide/public/").content.decode()
    assert "сегодня норма не действует" in text


def test_help_leads_to_ones_own(client_of):
    """Help leads to the guide of whoever asks, and to all of them; every page leads to the list."""
    assert 'href="/guide/clinic/"' in client_of("clinic").get("/help/").content.decode()
    assert 'href="/guide/"' in client_of().get("/register/").content.decode()
    listed = client_of("auditor").get("/guide/").content.decode()
    assert listed.index("/guide/auditor/") < listed.index("/guide/clinic/")


def test_no_guide_for_an_unknown_role(client_of):
    """A role that is none has no guide."""
    answer = client_of().get("/guide/king/")
    assert answer.status_code == 404
    assert "guide.unknown" in answer.content.decode()
