# SPDX-License-Identifier: Apache-2.0
"""Routes: which are open to software, and by which norms."""

from __future__ import annotations

from nadzor.law.load import norms
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.routes import ROUTES, STANDARD, routes


def test_the_standard_route_is_shown_as_not_for_software() -> None:
    """It exists, has no procedure here, and names the rule and the conflict that say so."""
    assert not STANDARD.for_software
    assert "route.software" in STANDARD.norms
    assert STANDARD.conflicts == ("X10",)
    assert STANDARD not in routes(ai=True, radiological=True)


def test_the_accelerated_route_is_for_ai_on_radiological_images() -> None:
    """Both conditions must hold; the simplified route is always open."""
    open_to = {
        (ai, images): [route.key for route in routes(ai=ai, radiological=images)]
        for ai in (True, False)
        for images in (True, False)
    }
    assert open_to.pop((True, True)) == ["simplified", "accelerated"]
    assert set(map(tuple, open_to.values())) == {("simplified",)}


def test_every_route_rests_on_norms_and_a_table() -> None:
    """Each norm named is in the house, and each route for software has its procedure."""
    assert {key for route in ROUTES for key in route.norms} <= norms().keys()
    assert {route.procedure for route in ROUTES if route.for_software} <= PROCEDURES.keys()
