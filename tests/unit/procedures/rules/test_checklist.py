# SPDX-License-Identifier: Apache-2.0
"""The wizard's pages come from the checklist alone."""

from __future__ import annotations

import msgspec
import pytest

from nadzor.law.load import norm
from nadzor.procedures.rules.checklist import checklist, items_on, steps
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.soundness import ACTS
from tests.unit.procedures.rules.dossiers import DAY, changed, complete


def test_every_item_stands_on_a_page_and_rests_on_a_norm():
    """No item without its step, its rule in force today, its words in both languages."""
    for key, item in items_on(DAY):
        assert item.step in checklist().steps, key
        assert norm(item.fact, DAY).cite
        assert all((text.ru and text.en) for text in (item.label, item.hint, item.cure))


def test_every_place_of_an_item_exists_in_a_dossier():
    """A complete dossier fills every item, whatever its kind."""
    dossier = msgspec.convert(complete() | {"amendment": {"number": "1", "version": "2"}}, Dossier)
    drawn = [item for page in steps(dossier, DAY) for item in page.items]
    assert [item.key for item in drawn if not item.filled] == []
    assert {item.need for item in drawn} == {"now"}


def test_pages_come_in_order_and_only_where_something_is_asked():
    """An amendment without expertise has no monitoring plan and no trials."""
    assert [page.key for page in steps(changed("route", "registration_simplified"), DAY)] == list(
        checklist().steps
    )
    plain = [page.key for page in steps(changed("route", "amendment_plain"), DAY)]
    assert plain == ["product", "applicant", "payment"]


def test_a_form_item_tells_all_a_page_needs():
    """Kind, input, place, choices, need, whether it only advises, and its rule."""
    pages = {page.key: page.items for page in steps(Dossier(), DAY)}
    route = pages["product"][0]
    assert (route.at, route.input, route.need, route.advice) == ("$.route", "choice", "now", False)
    assert [choice.key for choice in route.choices] == list(ACTS)
    inspection = next(item for item in pages["trials"] if item.key == "inspection")
    assert ([c.key for c in inspection.choices], inspection.need) == (["nik", "vniiimt"], "maybe")
    site = next(item for item in pages["documents"] if item.key == "site_document")
    assert (site.at, site.advice, site.rule.status) == ("$.files['site_document']", True, "reported")


@pytest.mark.parametrize(
    ("route", "kind", "bodies"),
    [
        ("registration_simplified", "clinical_trial", {"listed-clinic", "moscow-centre"}),
        ("registration_accelerated", "clinical_trial_accelerated", {"moscow-centre"}),
        ("registration_accelerated", "technical_trial_accelerated", {"accredited-laboratory"}),
    ],
)
def test_bodies_are_offered_by_the_law_s_lists(route, kind, bodies):
    """Only who may do the work by a cited act can be chosen."""
    drawn = [item for page in steps(changed("route", route), DAY) for item in page.items]
    item = next(each for each in drawn if each.key == kind)
    assert {choice.key for choice in item.choices} == bodies


def test_the_points_of_order_181n_are_spelled_out():
    """One item a point, in the order of the norm's list."""
    keys = [key for key, _ in items_on(DAY)]
    for stem, fact in (("technical", "R-080"), ("operating", "R-081")):
        points = [f"{stem}.{point.key}" for point in norm(fact, DAY).items]
        assert [key for key in keys if key in points] == points
