# SPDX-License-Identifier: Apache-2.0
"""Sign sessions under a fresh secret; later take the former one away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.base import secret_rotation
from nadzor.base.home import Home
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person
from nadzor.records import audit


def rotate_secret(home: Home, *, by: Person | None, now: datetime) -> None:
    """A fresh secret; running doors take it up when they are started anew.

    Why: noted before and after, so that a rotation cut short is on the record.
    Raises: Refusal people.operator-only, home.secret-rotating.
    """
    must_run_house(by)
    _note("begin", by, now)
    secret_rotation.rotate(home)
    _note("end", by, now)


def finish_secret(home: Home, *, by: Person | None, now: datetime) -> None:
    """Take the former secret away.

    Raises: Refusal people.operator-only, home.secret-not-rotated.
    """
    must_run_house(by)
    secret_rotation.finish(home)
    _note("finish", by, now)


def _note(verb: str, by: Person | None, now: datetime) -> None:
    with transaction.atomic():
        audit.record(
            f"people.secret.{verb}", "sessions", by=by.username if by else "",
            because="rotation of the secret of sessions", now=now,
        )  # fmt: skip
