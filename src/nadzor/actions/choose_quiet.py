# SPDX-License-Identifier: Apache-2.0
"""Choose the quiet device of the week: once, by the key of the house, among those without a signal."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import audit, notices
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.models import QuietLook
from nadzor.vigilance.notices import notice
from nadzor.vigilance.queries import open_by_device
from nadzor.vigilance.quiet import pick, week_of
from nadzor.workdays.calendar import ONE_DAY

WORKING_DAYS = 28


def choose_quiet(home: Home, *, now: datetime) -> str | None:
    """The device chosen now; None when this week has one already, or no device is quiet.

    Why: the chain notes that a choice was made and among how many, not which device it fell on: makers' own
    people may read of their device, and none is to know beforehand that it is being looked at.
    """
    today = moscow_date(now)
    week = week_of(today)
    if QuietLook.objects.filter(week=week).exists():
        return None
    try:
        worked = Rollups.open(home).totals("studies", since=today - WORKING_DAYS * ONE_DAY)
    except Refusal:
        return None
    quiet = {code for (code, _n) in worked} - open_by_device().keys()
    chosen = pick(week, quiet, secret=home.secret("secret"))
    return chosen if chosen and _noted(week, chosen, len(quiet), now=now) else None


def _noted(week: str, device: str, among: int, *, now: datetime) -> bool:
    try:
        with transaction.atomic():
            QuietLook.objects.create(week=week, device=device, chosen_at=now, among=among)
            text = notice("quiet", device=device)
            notices.to_role("inspector", subject=f"week {week}", text=text, now=now)
            audit.record(
                "vigilance.quiet.choose", f"week {week}", by="house", because="calibration", now=now,
                among=among,
            )  # fmt: skip
    except IntegrityError:  # another process chose this week's device at the same moment
        return False
    return True
