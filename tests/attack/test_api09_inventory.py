# SPDX-License-Identifier: Apache-2.0
"""API9:2023 Improper inventory management: one version, nothing undocumented, nothing of a framework.

That the table of addresses and the maps are equal sets, tests/unit/site/test_access_census.py holds.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from nadzor.site.access_gate import operations
from tests.unit.api.callers import API

pytestmark = pytest.mark.django_db


def api_routes() -> set[str]:
    """Every route below the API as Django has it."""
    found = next(
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.namespace == "api"
    )
    return {str(each.pattern) for each in found.url_patterns}


def test_every_route_is_described(home):
    """As many addresses as the description has, its own and the root beside."""
    described = {path.removeprefix(f"{API}/").replace("{", "<").replace("}", ">") for path in operations()}
    served = {route.replace("<path:", "<") for route in api_routes()}
    assert served - described == {"openapi.json", ""}


@pytest.mark.parametrize(
    "address",
    ["/api/", "/api/v0/me", "/api/v2/me", "/api/v1/docs", "/api/v1/admin", "/api/internal/me", "/admin/",
     "/graphql", "/swagger.json", "/accounts/login/", "/accounts/signup/", "/.git/config", "/debug/",
     "/api/v1/../../metrics", "/static/../settings.py"],
)  # fmt: skip
def test_nothing_of_a_framework_or_an_older_version_answers(home, address):
    """404 for everybody: no documentation with scripts, no admin, no other version."""
    assert Client().get(address).status_code == 404
