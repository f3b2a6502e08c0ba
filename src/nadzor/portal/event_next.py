# SPDX-License-Identifier: Apache-2.0
"""What happens after a report, told before it is sent: who reads it, by when the maker must answer for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.law.deadline import deadline
from nadzor.law.norm import NormMissing
from nadzor.portal.chips import norm_chip
from nadzor.portal.sheets import Chip
from nadzor.portal.words import day
from nadzor.procedures.rules.seriousness import REPORT, seriousness
from nadzor.workdays.calendar import CalendarMissing


class NextStep(Struct, frozen=True):
    """One thing that happens next, and the norm of the day it names."""

    text: str
    norm: Chip | None = None


def next_steps(event_type: str, effects: Sequence[str], *, today: date) -> list[NextStep]:
    """What happens next when the maker is told today."""
    key = REPORT[seriousness(event_type, effects).value]
    return [
        NextStep(_("The report gets a number, and an inspector reads it.")),
        NextStep(_("The maker is told what happened with its device, and not where.")),
        NextStep(_maker_by(key, today), norm_chip(key, today)),
        NextStep(_("What became of it stands under “What we reported”.")),
    ]


def _maker_by(key: str, today: date) -> str:
    try:
        due = deadline(key, today).due
    except (NormMissing, CalendarMissing):
        return _("By which day the maker must report cannot be said: no norm is in force for it.")
    return _("Told today, the maker must report by %(day)s.") % {"day": day(due)}  # type: ignore[arg-type]
