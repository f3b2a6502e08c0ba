# SPDX-License-Identifier: Apache-2.0
"""Root addresses: the API, and the portal for everything else."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from nadzor.api.health import live, ready
from nadzor.api.metrics import metrics
from nadzor.api.routes import api, not_found
from nadzor.portal import security_txt

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", live),
    path("health/ready", ready),
    path("metrics", metrics),
    path(".well-known/security.txt", security_txt.page),
    path("api/v1/", api.urls),
    path("api/<path:rest>", not_found),
    path("", include("nadzor.portal.urls")),
]
