# SPDX-License-Identifier: Apache-2.0
"""Destroy what an installation reported in one month: its bodies' key goes, leaves and proofs remain."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys, Shelf
from nadzor.journal.opening import open_reader
from nadzor.journal.sheet import receipt_month
from nadzor.people.permissions import must_decide
from nadzor.people.queries import Person
from nadzor.records import audit

VERB: Final = "journal.bodies.shred"
SETTLED: Final = timedelta(days=1)  # a batch of the month's last minute may still be on its way to the disk
_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


class Destroyed(Struct, frozen=True):
    """What can no longer be read by anyone: so many batches, so many events that counted."""

    installation: str
    month: str
    batches: int
    events: int
    first: int
    last: int


def shred_bodies(home: Home, shelf: Shelf, *, by: Person | None, because: str, now: datetime) -> Destroyed:
    """Destroy the key of an installation's month.  There is no way back; doing it twice does no more.

    Why: the deed is in the chain before the key falls, so that nothing is ever destroyed unrecorded; after a
    crash between the two it is simply done again.
    Raises: Refusal people.head-only, shred.month, shred.too-early, shred.nothing.
    """
    must_decide(by)
    if not _MONTH.fullmatch(shelf.month):
        raise Refusal("shred.month")
    if shelf.month >= receipt_month(now - SETTLED):
        raise Refusal("shred.too-early")
    destroyed = _counted(home, shelf)
    with transaction.atomic():
        doer = by.username if by else ""
        told = {"month": shelf.month, "batches": destroyed.batches, "events": destroyed.events}
        audit.record(VERB, shelf.installation, by=doer, because=because, now=now, **told)
    BodyKeys(home.body_keys).shred(shelf)
    return destroyed


def _counted(home: Home, shelf: Shelf) -> Destroyed:
    """What lies on the shelf."""
    batches, events, places = 0, 0, []
    with closing(open_reader(home)) as reader:
        for record in reader.batches():
            if (record.installation, record.month) == (shelf.installation, shelf.month):
                batches, events = batches + 1, events + record.accepted
                places.append(record.index)
    if not places:
        raise Refusal("shred.nothing")
    return Destroyed(shelf.installation, shelf.month, batches, events, places[0], places[-1])
