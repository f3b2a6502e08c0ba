# SPDX-License-Identifier: Apache-2.0
"""The way from a page that shows a site to the form that asks who is behind it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse


def vault_link(site: str, about: str = "") -> str:
    """The form, with site and affair filled in."""
    asked = {"site": site, "about": about}
    return f"{reverse('vault-ask')}?{urlencode({name: text for name, text in asked.items() if text})}"
