# SPDX-License-Identifier: Apache-2.0
"""Questions to the looks at quiet devices; who may ask is the caller's matter."""

from __future__ import annotations

from nadzor.base.problems import Refusal
from nadzor.vigilance.cards import QuietCard, QuietRecord
from nadzor.vigilance.models import QuietLook
from nadzor.vigilance.rows import quiet_card

NOTHING, SOMETHING = "nothing", "something"


def newest_quiet() -> QuietCard | None:
    """The choice of the newest week; None before the first one."""
    row = QuietLook.objects.first()
    return quiet_card(row) if row else None


def quiet_looks(*, limit: int = 60) -> list[QuietCard]:
    """The choices of the last weeks, newest first."""
    return [quiet_card(row) for row in QuietLook.objects.all()[:limit]]


def quiet_look(week: str) -> QuietCard:
    """The choice of one week.

    Raises: Refusal quiet.unknown.
    """
    row = QuietLook.objects.filter(week=week).first()
    if row is None:
        raise Refusal("quiet.unknown")
    return quiet_card(row)


def quiet_record() -> QuietRecord:
    """What looking where detectors are silent has shown so far."""
    looked = QuietLook.objects.exclude(outcome="").count()
    return QuietRecord(looked, QuietLook.objects.filter(outcome=SOMETHING).count())
