# SPDX-License-Identifier: Apache-2.0
"""Remind clinics, at the start of a quarter, to say whether the last one's volumes are roughly right."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.relay_to_site import clinics
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Text
from nadzor.base.quarter import Quarter
from nadzor.records import audit, notices
from nadzor.workdays.calendar import ONE_DAY

VERB: Final = "register.volume.remind"
LATE: Final = 9 * ONE_DAY  # house rule, no law: by the tenth what was held up in a spool has come

_TEXT: Final = Text(
    ru="Подтвердите, верно ли примерное число исследований за {quarter}, на странице «Мои системы с ИИ». "
    "Это правило платформы, а не требование закона.",
    en="Say on the page “My AI systems” whether the rough number of studies of {quarter} is right. This is "
    "the platform's own rule, no duty under the law.",
)


@transaction.atomic
def remind_clinics(*, now: datetime) -> int:
    """Tell every clinic once a quarter, from the tenth of its first month; returns how many were told.

    Why: the audit chain is the memory of what was told, and every clinic is told, with installations or
    without: a list of those that have some would be a way around the vault.
    """
    today = moscow_date(now)
    quarter = Quarter.over(today)
    subject = f"quarter {quarter}"
    if today < quarter.after + LATE or audit.entries(object=subject, verb=VERB, limit=1):
        return 0
    text = Text(ru=_TEXT.ru.format(quarter=quarter), en=_TEXT.en.format(quarter=quarter))
    told = [card.code for card in clinics()]
    if not told:
        return 0
    for code in told:
        notices.to_organisation(code, subject="clinic", text=text, now=now)
    audit.record(VERB, subject, by="house", because="a quarter is over", now=now, told=len(told))
    return len(told)
