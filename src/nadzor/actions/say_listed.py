# SPDX-License-Identifier: Apache-2.0
"""What a door says of an answer that shows somebody's data: whose, and how many rows; kept once it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nadzor.actions.note_reading import Showed

SHOWED: Final = "nadzor_showed"


def say_showed(request: object, one: Showed) -> None:
    """Lay a word about the answer by the request; once for every owner whose data are in it."""
    setattr(request, SHOWED, [*said_of(request), one])


def say_listed(request: object, devices: Iterable[str | None]) -> None:
    """Lay down how many rows a list shows, by the device of each row.

    Why: rows that are all of one device are that owner's, and counted for nobody else; a list over several
    is one reading of everybody's (ADR 0030).
    """
    rows = list(devices)
    owners = {device or "" for device in rows}
    say_showed(request, Showed(device=owners.pop() if len(owners) == 1 else "", rows=len(rows)))


def said_of(request: object) -> tuple[Showed, ...]:
    """What was laid down."""
    return tuple(getattr(request, SHOWED, ()))
