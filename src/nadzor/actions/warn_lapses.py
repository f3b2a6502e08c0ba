# SPDX-License-Identifier: Apache-2.0
"""Warn of norms that lapse: once for each act and day, to those who decide and to those who register."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.base.clock import moscow_date
from nadzor.law.lapse import Lapse, lapses, warning
from nadzor.people.roles import Role
from nadzor.records import audit, notices

TOLD = (Role.HEAD, Role.REGISTRAR)
VERB = "law.lapse.warn"


def warn_lapses(*, now: datetime) -> tuple[str, ...]:
    """Tell of every lapse within sixty days, or past, that nobody was told of; returns their names.

    Why: the audit chain is the memory of what was told, so a restart tells nothing twice.
    """
    return tuple(lapse.name for lapse in lapses(moscow_date(now)) if _warn(lapse, now))


@transaction.atomic
def _warn(lapse: Lapse, now: datetime) -> bool:
    subject = f"lapse {lapse.name}"
    if audit.entries(object=subject, verb=VERB, limit=1):
        return False
    text = warning(lapse)
    for role in TOLD:
        notices.to_role(role.value, subject=subject, text=text, now=now)
    audit.record(
        VERB, subject, by="house", because=f"lapses on {lapse.until}", now=now,
        days_left=lapse.days_left, norms=list(lapse.norms),
    )  # fmt: skip
    return True
