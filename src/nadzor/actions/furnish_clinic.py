# SPDX-License-Identifier: Apache-2.0
"""A demonstration of what clinics say: a claim that waits, and a quarter that does not agree."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from nadzor.actions.clinic_systems import clinic_systems
from nadzor.actions.report_missing import report_missing
from nadzor.actions.state_volume import Word, state_volume
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.queries import person
from nadzor.people.roles import Role

TOLD: Final = "Второй томограф, отделение № 2: программа работает с сентября, на странице её нет."


def furnish_clinic(home: Home, *, now: datetime) -> int:
    """Let the clinic of the demonstration speak once; returns how often it did, 0 on a second run.

    Why: after the rollup, so that its word stands beside the number that was shown.
    """
    who = person(User.objects.filter(role=Role.CLINIC).first())
    try:
        found = clinic_systems(home, by=who, today=moscow_date(now))
    except Refusal:  # the register names no clinic, or one without an OID
        return 0
    if found.missing or not found.systems:
        return 0
    report_missing(home, TOLD, by=who, now=now)
    word = Word(found.systems[0].installation, str(found.quarter), "more")
    state_volume(home, word, by=who, now=now)
    return 2
