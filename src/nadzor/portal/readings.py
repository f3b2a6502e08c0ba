# SPDX-License-Identifier: Apache-2.0
"""What a view adds to the record of its reading: which device or site it showed, how many rows, for what.

The frame writes the record after the view has answered; without a word of the view the address alone tells.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from nadzor.actions.note_reading import Showed
from nadzor.actions.say_listed import say_listed, say_showed


def note(request: HttpRequest, *, device: str = "", site: str = "", rows: int = 1, grounds: str = "") -> None:
    """Say what this answer shows; once for every owner whose data are in it."""
    say_showed(request, Showed(device, site, rows, grounds))


def listed(request: HttpRequest, devices: Iterable[str | None]) -> None:
    """Say how many rows a list shows, by the device of each row."""
    say_listed(request, devices)
