# SPDX-License-Identifier: Apache-2.0
"""See limits that passed unmet: note each once, tell whoever must act and the head.  It decides nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.tell_parties import side_of, subject, title_of
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Text
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.procedures.clocks import Run, breaches
from nadzor.records import audit, notices
from nadzor.register.filing_rows import is_open, runs_of
from nadzor.register.filing_words import filing_words, filled
from nadzor.register.letters import due_words, templates, written
from nadzor.register.models import Breach, Filing, Letter


def watch_deadlines(*, now: datetime) -> int:
    """Note every breach that nobody has noted yet; returns how many are new."""
    today = moscow_date(now)
    rows = Filing.objects.filter(filed_on__isnull=False).select_related(
        "device", "maker__represented_by", "applicant", "expert"
    )
    over = [
        (row, run)
        for row in rows.prefetch_related("steps")
        if is_open(row)
        for run in breaches(runs_of(row, today), today)
    ]
    return sum(_noted(row, run, now=now) for row, run in over)


@transaction.atomic
def _noted(row: Filing, run: Run, *, now: datetime) -> bool:
    known = {"clock": run.key, "started": run.started, "due": run.due}
    if Breach.objects.filter(filing=row, **known).exists():
        return False
    Breach.objects.create(filing=row, seen_at=now, responsible=run.responsible, **known)
    _tell(row, run, now=now)
    audit.record(
        "register.filing.breach", f"filing {row.number}", by="house", now=now,
        because=f"{run.key} was due {run.due}", **known, responsible=run.responsible,
    )  # fmt: skip
    return True


def _tell(row: Filing, run: Run, *, now: datetime) -> None:
    names = ROLE_NAMES[Role(run.responsible)]
    facts = {
        "number": row.number, "title": Text(row.title_ru, row.title_en), "due": due_words(run),
        "responsible": Text(names["ru"], names["en"]), "clock": run.norm.what if run.norm else run.key,
    }  # fmt: skip
    text = filled(filing_words().notices["breach"], **{**facts, "title": title_of(row)})
    _tell_responsible(row, run.responsible, text, now=now)
    title, letter = written(templates()["breach"], **facts, reason=facts["clock"])
    Letter.objects.create(
        filing=row, at=now, kind="breach", to="head", title_ru=title.ru, title_en=title.en,
        text_ru=letter.ru, text_en=letter.en, cites=[run.key],
    )  # fmt: skip


def _tell_responsible(row: Filing, responsible: str, text: Text, *, now: datetime) -> None:
    notices.to_role("head", subject=subject(row), text=text, now=now)
    if responsible in ("registrar", "inspector"):
        notices.to_role(responsible, subject=subject(row), text=text, now=now)
    elif responsible == "expert" and row.expert is not None:
        notices.to_organisation(row.expert.code, subject=subject(row), text=text, now=now)
    elif responsible.startswith(("manufacturer", "representative")):
        for code in side_of(row):
            notices.to_organisation(code, subject=subject(row), text=text, now=now)
