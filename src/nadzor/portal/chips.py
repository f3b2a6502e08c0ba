# SPDX-License-Identifier: Apache-2.0
"""Norms as chips: the citation in force on a day, leading to the norm's page."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.portal.sheets import Chip
from nadzor.portal.words import reference


def norm_chip(key: str, on: date) -> Chip | None:
    """The chip of a norm on a day; None when no norm is in force, since then nothing may be cited."""
    try:
        found = norm(key, on)
    except NormMissing:
        return None
    return Chip(reference(found.cite), reverse("norm", args=[key]), is_internal=found.status == "house")
