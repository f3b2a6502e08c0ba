# SPDX-License-Identifier: Apache-2.0
"""Addresses of signing in and of the security page; no other page of any library is mounted."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nadzor.people.reset_rules import DECIDERS
from nadzor.portal import (
    factor_resets,
    foreign_door,
    prove,
    second_step,
    security,
    security_deeds,
    security_factors,
    sessions,
)
from nadzor.portal.desks import desk_of
from nadzor.portal.door import public, signed_in
from nadzor.portal.fresh import proven

asked = require_http_methods(["GET", "HEAD", "POST"])
HERE = "account/security/"

urlpatterns = [
    path("login/", sessions.Login.as_view(), name="login"),
    path("login/second/", asked(never_cache(public(second_step.page))), name="login-second"),
    path("login/foreign/", require_safe(never_cache(public(foreign_door.start))), name="login-foreign"),
    path(
        "login/foreign/return/",
        require_safe(never_cache(public(foreign_door.returned))),
        name="login-foreign-return",
    ),
    path("account/prove/foreign/", require_POST(signed_in(foreign_door.again)), name="prove-foreign"),
    path(f"{HERE}link/", require_POST(proven(foreign_door.link)), name="security-link"),
    path(f"{HERE}link/<int:id>/end/", require_POST(proven(foreign_door.unlink)), name="security-unlink"),
    path("logout/", sessions.Logout.as_view(), name="logout"),
    path("account/prove/", asked(never_cache(signed_in(prove.page))), name="prove"),
    path(HERE, require_safe(never_cache(signed_in(security.page))), name="security"),
    path(f"{HERE}password/", asked(proven(security_deeds.password)), name="security-password"),
    path(f"{HERE}app/", asked(never_cache(proven(security_factors.app))), name="security-app"),
    path(f"{HERE}key/", asked(never_cache(proven(security_factors.key))), name="security-key"),
    path(f"{HERE}codes/", require_POST(proven(security_factors.codes)), name="security-codes"),
    path(
        f"{HERE}factor/<int:id>/remove/",
        require_POST(proven(security_factors.remove)),
        name="security-factor-remove",
    ),
    path(
        f"{HERE}factor/<int:id>/name/",
        require_POST(proven(security_factors.rename)),
        name="security-key-rename",
    ),
    path("second-factors/", require_safe(desk_of(DECIDERS, factor_resets.page)), name="factor-resets"),
    path(
        "second-factors/<int:id>/decide/",
        require_POST(desk_of(DECIDERS, factor_resets.decide)),
        name="factor-reset-decide",
    ),
    path(
        f"{HERE}sessions/end/",
        require_POST(proven(security_deeds.end_others)),
        name="security-sessions-end",
    ),
    path(
        f"{HERE}sessions/<int:id>/end/",
        require_POST(proven(security_deeds.end_one)),
        name="security-session-end",
    ),
    path(f"{HERE}tokens/", asked(never_cache(proven(security_deeds.tokens))), name="security-tokens"),
    path(
        f"{HERE}tokens/<str:prefix>/revoke/",
        require_POST(proven(security_deeds.revoke)),
        name="security-token-revoke",
    ),
]
