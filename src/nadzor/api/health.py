# SPDX-License-Identifier: Apache-2.0
"""Whether the portal lives, and whether it can answer and keep what is told to it. No versions, no names."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from nadzor.actions.note_backup import is_backed_up
from nadzor.actions.report_operation import free_bytes, lag_of
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import seals
from nadzor.register import queries

FREE_MIN: Final = 64 * 1024 * 1024  # bytes; below it the gateway refuses as well
LAG_S: Final = 600.0
UNSEALED_S: Final = 600.0


@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Whether the register can be written and the disk has room; 503 while not; the rest besides.

    Why: figures that are late are a fault to be mended, and no reason to take the portal from people.
    """
    home: Home = settings.HOME
    found = {"database": _can_write(), "disk": free_bytes(home) >= FREE_MIN}
    good = all(found.values())
    told = {"current": _is_current(home), "sealed": _is_sealed()}
    told |= {"backed_up": is_backed_up(home, now=clock.now())}
    page = {"status": "ready" if good else "unavailable", **found, **told}
    return JsonResponse(page, status=200 if good else 503)


def _can_write() -> bool:
    """Method: the database takes its write lock at BEGIN, so one that cannot be written fails here."""
    try:
        with transaction.atomic():
            queries.count_devices()
    except DatabaseError:
        return False
    return True


def _is_sealed() -> bool:
    """Whether deeds and readings are sealed within minutes."""
    try:
        return (seals.oldest_waiting(clock.now()) or 0.0) <= UNSEALED_S
    except DatabaseError:
        return False


def _is_current(home: Home) -> bool:
    try:
        return lag_of(home, now=clock.now()).seconds <= LAG_S
    except Refusal:
        return False
