# SPDX-License-Identifier: Apache-2.0
"""Whom to tell of a hole, for programs that look where they look everywhere.

Method: RFC 9116.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nadzor.base import clock
from nadzor.portal.frame import house

GOOD_FOR: Final = timedelta(weeks=26)  # the RFC advises less than a year; drawn anew each day


@require_safe
def page(_request: HttpRequest) -> HttpResponse:
    """Contact, languages and how long this page is good, for this installation of the platform."""
    portal = house().settings.portal_url.rstrip("/")
    until = (clock.now() + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {contact(portal)}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: ru, en",
        f"Canonical: {portal}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def contact(portal: str) -> str:
    """The address the operator named; else the mailbox that RFC 2142 keeps for this."""
    told: str = settings.CONFIGURATION.security_contact
    return told or f"mailto:security@{urlsplit(portal).hostname or 'localhost'}"
