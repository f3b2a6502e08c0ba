# SPDX-License-Identifier: Apache-2.0
"""The page *Delivery*: who sees it, that a bad day is told in full, and that every number leads on."""

from __future__ import annotations

import re

import pytest

MINE, OTHERS = "ai-001", "ai-003"


def address(code=MINE):
    """The page of a device."""
    return f"/devices/{code}/delivery/"


@pytest.mark.parametrize(
    "language, words", [("ru", "Кто присылает, кто молчит"), ("en", "Who sends, who is silent")]
)
@pytest.mark.parametrize("role", ["manufacturer_admin", "manufacturer_reporter", "inspector", "head"])
def test_it_is_shown_in_both_languages(client_of, role, language, words):
    """Senders, spools, rejections, refusals, gaps; nothing to press."""
    answer = client_of(role, language).get(address())
    page = answer.content.decode()
    assert answer.status_code == 200 and words in page
    assert "/delivery/" not in "".join(re.findall(r'action="([^"]+)"', page))
    assert client_of(role).post(address()).status_code == 405


def test_strangers_do_not_see_it(client_of):
    """The public signs in, another maker is told of no such device, a clinic has no such pages."""
    assert client_of().get(address()).status_code == 302
    assert client_of("manufacturer_admin").get(address(OTHERS)).status_code == 404
    assert client_of("manufacturer_admin").get(address("ai-999")).status_code == 404
    assert client_of("clinic").get(address()).status_code == 403


def test_a_bad_day_is_told_in_full(client_of):
    """Three rejected lines by reason with a cure, one refused batch, gaps open, declared and filled late."""
    page = client_of("manufacturer_admin", "en").get(address()).content.decode()
    rejected, refused, gaps = (_section(page, name) for name in ("rejected", "refused", "gaps"))
    assert re.search(r'href="/problems/event\.[a-z-]+"', rejected)
    assert "not registered" not in page, "no value of a rejected line is ever shown"
    assert 'href="/problems/batch.personal-data"' in refused and "clinic.example" not in page
    assert gaps.count("still missing") == 2 and gaps.count(">declared lost<") == 1
    assert gaps.count("filled in part") == 1


def test_a_spool_is_told_with_its_drops_added_up(client_of):
    """Drops are told since the sign of life before: the page adds up those it has read."""
    spools = _section(client_of("manufacturer_admin", "en").get(address()).content.decode(), "spools")
    assert "spool_full 62" in spools and "invalid 2" in spools
    assert ">340<" in spools and "2,600" in spools


def test_every_number_leads_to_where_it_comes_from(client_of):
    """Links to batches, rows and problems answer; a quarantined event stands in its batch."""
    maker = client_of("manufacturer_admin", "en")
    page = maker.get(address()).content.decode()
    places = set(re.findall(r'href="(/(?:journal|devices/ai-001/rows|problems)/[^"#]*)', page))
    assert len(places) > 8
    assert {place: maker.get(place.replace("&amp;", "&")).status_code for place in places} == dict.fromkeys(
        places, 200
    )


def test_a_device_that_never_sent_has_an_empty_page(client_of):
    """No installation, no figure, no failure."""
    page = client_of("inspector", "en").get(address("ai-010")).content.decode()
    assert "No installation yet" in page and "No number is missing" in page


def _section(page, name):
    """One section of the page."""
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)]
