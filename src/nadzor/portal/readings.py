# SPDX-License-Identifier: Apache-2.0
"""What a view adds to the record of its reading: which device or site it showed, how many rows, for what.

The frame writes the record after the view has answered; without a word of the view the address alone tells.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from nadzor.actions.note_reading import Showed

SHOWED: Final = "nadzor_showed"


def note(request: HttpRequest, *, device: str = "", site: str = "", rows: int = 1, grounds: str = "") -> None:
    """Say what this answer shows; once for every owner whose data are in it."""
    kept: list[Showed] = getattr(request, SHOWED, [])
    kept.append(Showed(device, site, rows, grounds))
    setattr(request, SHOWED, kept)
