# SPDX-License-Identifier: Apache-2.0
"""Guessing a code counts like guessing a password: by name and address together, with one lock for both."""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest


def may_try(request: HttpRequest, username: str) -> bool:
    """Whether this name is still open from this address; where not, the answer becomes the lock's page."""
    named = {"username": username}
    if AxesProxyHandler.is_allowed(request, named):
        return True
    told: Any = request
    told.axes_locked_out, told.axes_credentials = True, named
    return False


def note_failure(request: HttpRequest, username: str) -> None:
    """Count one wrong proof."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
