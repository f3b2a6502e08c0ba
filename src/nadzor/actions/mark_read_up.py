# SPDX-License-Identifier: Apache-2.0
"""Note up to which moment a person has read what is new."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.people.permissions import must_read_every_device
from nadzor.people.queries import Person
from nadzor.vigilance.models import MorningLook


@transaction.atomic
def mark_read_up(up_to: datetime, *, by: Person | None, now: datetime) -> datetime:
    """Move the mark, never back and never into the future; returns where it stands.

    Why: two windows of one person may mark in any order, and nothing unread may be passed over.
    Raises: Refusal people.oversight-only.
    """
    must_read_every_device(by)
    assert by is not None
    row = MorningLook.objects.select_for_update().filter(username=by.username).first()
    mark = min(up_to, now)
    if row is None:
        row = MorningLook(username=by.username, up_to=mark)
    row.up_to, row.at = max(row.up_to, mark), now
    row.save()
    return row.up_to
