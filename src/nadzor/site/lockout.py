# SPDX-License-Identifier: Apache-2.0
"""What somebody sees who guessed a password too often: a page of ours, with how long to wait."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from nadzor.base.problems import Refusal
from nadzor.portal.door import refused


def locked(
    request: HttpRequest, _answer: HttpResponse | None, _credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page of the lock-out, and when to try again."""
    wait_s = settings.CONFIGURATION.lockout_s
    reply = refused(request, Refusal("people.locked", minutes=-(-wait_s // 60)))
    reply["Retry-After"] = str(wait_s)
    return reply
