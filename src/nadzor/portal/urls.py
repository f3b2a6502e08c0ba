# SPDX-License-Identifier: Apache-2.0
"""Addresses of the portal; `operation` pages need a role, `public` ones do not."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from nadzor.portal import help, norms, problems, public, receipts, sessions
from nadzor.portal.door import operation, public as everyone

urlpatterns = [
    path("login/", sessions.Login.as_view(), name="login"),
    path("logout/", sessions.Logout.as_view(), name="logout"),
    path("preferences/", sessions.preferences, name="preferences"),
    path("register/", require_safe(everyone(public.search)), name="register"),
    path("register/<slug:code>/", require_safe(everyone(public.card)), name="register-card"),
    path("receipt/", everyone(receipts.check_page), name="receipt"),
    path("norms/", require_safe(everyone(norms.index)), name="norms"),
    path("norms/<str:key>", require_safe(everyone(norms.one)), name="norm"),
    path("problems/", require_safe(everyone(problems.index)), name="problems"),
    path("problems/<str:code>", require_safe(everyone(problems.one)), name="problem"),
    path("help/", require_safe(everyone(help.page)), name="help"),
]
