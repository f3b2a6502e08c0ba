# SPDX-License-Identifier: Apache-2.0
"""Addresses of public tables before they leave, and of embargoes."""

from __future__ import annotations

from typing import Final

from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from nadzor.people.roles import Role
from nadzor.portal import embargo_desk, releases
from nadzor.portal.desks import desk_of

READERS: Final = (Role.HEAD, Role.REGISTRAR, Role.AUDITOR)
BUILDERS: Final = (Role.HEAD, Role.REGISTRAR)
DECIDERS: Final = (Role.HEAD, Role.REGISTRAR, Role.INSPECTOR)
WATCHERS: Final = (Role.HEAD, Role.REGISTRAR, Role.INSPECTOR, Role.AUDITOR)
ONE: Final = "releases/<slug:series>/<slug:period>/"

urlpatterns = [
    path("releases/", require_safe(desk_of(READERS, releases.page)), name="releases"),
    path("releases/build/", require_POST(desk_of(BUILDERS, releases.build)), name="release-build"),
    path(ONE, require_safe(desk_of(READERS, releases.card)), name="release"),
    path(f"{ONE}publish/", require_POST(desk_of(BUILDERS, releases.publish)), name="release-publish"),
    path("embargoes/", require_safe(desk_of(WATCHERS, embargo_desk.page)), name="embargoes"),
    path("embargoes/place/", require_POST(desk_of(DECIDERS, embargo_desk.place)), name="embargo-place"),
    path("embargoes/<int:id>/end/", require_POST(desk_of(DECIDERS, embargo_desk.end)), name="embargo-end"),
]
