# SPDX-License-Identifier: Apache-2.0
"""Guessing a code counts like guessing a password: by name and address together, with one lock for both."""

from __future__ import annotations

from typing import Any, Final

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

NO_ADDRESS: Final = "0.0.0.0"  # noqa: S104 - nothing listens there; it stands for the console


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


def at_console() -> HttpRequest:
    """What stands for a request where somebody types at the machine: no client ever has this address."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"], request.path = NO_ADDRESS, "console"
    return request


def forget_failures(username: str) -> None:
    """Begin the count of the console anew, after a proof that was right."""
    AxesProxyHandler.reset_attempts(username=username, ip_address=NO_ADDRESS)
