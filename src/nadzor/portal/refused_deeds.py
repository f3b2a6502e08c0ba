# SPDX-License-Identifier: Apache-2.0
"""A deed that was refused on its own page is counted like one refused anywhere: by verb, role and code."""

from __future__ import annotations

from django.http import HttpRequest

from nadzor.actions.count_refusal import count_refusal
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.portal.frame import person_of


def note_refused(request: HttpRequest, refusal: Refusal, *, verb: str) -> None:
    """Count a refusal; it is called outside of whatever transaction was undone."""
    who = person_of(request)
    role = who.role.value if who else "public"
    count_refusal(verb, role=role, code=refusal.code, on=clock.today())
