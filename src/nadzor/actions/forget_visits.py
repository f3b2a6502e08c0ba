# SPDX-License-Identifier: Apache-2.0
"""Forget visits that are over: what an anonymous visitor typed is kept no longer than the visit."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session


def forget_visits(*, now: datetime) -> int:
    """Delete the sessions that have expired and return how many there were.

    Why: the interview opens one for every visitor, and nobody else ever takes them away.
    """
    gone, _ = Session.objects.filter(expire_date__lte=now).delete()
    return gone
