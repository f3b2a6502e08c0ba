# SPDX-License-Identifier: Apache-2.0
"""Address of the question what was known on a day; each thing answers whoever may see it today."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from nadzor.portal import known
from nadzor.portal.door import signed_in

urlpatterns = [path("known/", require_safe(signed_in(known.page)), name="known")]
