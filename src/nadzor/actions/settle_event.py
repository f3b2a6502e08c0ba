# SPDX-License-Identifier: Apache-2.0
"""What follows by itself from an event that has changed: the maker is told, an alert is raised, it is graver.

The house decides nothing here: it notes that the maker was told on this day, and the law's clock starts.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from nadzor.actions.event_steps import THE_HOUSE, step
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Text
from nadzor.people.queries import organisation
from nadzor.procedures.adverse_event import AWAITING, CLOSED, QUESTIONED, RECEIVED, REPORTED, UNCONFIRMED
from nadzor.procedures.clocks import Run, next_due
from nadzor.procedures.rules.seriousness import as_seriousness, graver, seriousness
from nadzor.records import audit, notices
from nadzor.register import queries as register
from nadzor.register.letters import due_words
from nadzor.vigilance.duty import on_duty
from nadzor.vigilance.event_rows import runs_of_event, subject_of
from nadzor.vigilance.event_words import event_notice, event_words
from nadzor.vigilance.models import AdverseEvent, Alert

URGENT: Final = frozenset({"threat", "death"})
RECLASSIFIED: Final = frozenset({AWAITING, REPORTED, QUESTIONED, CLOSED})
_NOT_CONFIRMED: Final = Text(ru=", не подтверждено", en=", not confirmed")
_NOTHING: Final = Text(ru="", en="")


def settle(row: AdverseEvent, *, now: datetime) -> None:
    """Bring an event forward as far as it goes by itself: to the maker, if its device is known."""
    if row.state == RECEIVED and row.device:
        if row.way == "import" or row.documents.filter(kind="report").exists():
            step(row, "note_reported", THE_HOUSE, now=now, because="its report is here already")
        else:
            step(row, f"tell_maker_{row.seriousness}", THE_HOUSE, now=now)
            tell_maker(row, "maker_told", now=now)
    alert(row, now=now)


def judge(row: AdverseEvent) -> None:
    """The seriousness by the row's own kind and codes; saved with the row."""
    row.seriousness = seriousness(row.event_type, [each["code"] for each in row.effects]).value


def grow_graver(row: AdverseEvent, before: str, *, on: date, now: datetime, because: str) -> bool:
    """Start the graver clock on the day the new fact became known, if the event has become graver.

    Why only graver: to take a shorter limit away from an event is a person's decision, with grounds.
    """
    after = as_seriousness(row.seriousness)
    if not graver(after, as_seriousness(before)):
        row.seriousness = before
        row.save(update_fields=["seriousness"])
        return False
    row.save(update_fields=["seriousness"])
    if row.state in RECLASSIFIED:
        step(row, f"reclassify_{after}", THE_HOUSE, now=now, on=on, because=because)
        tell_maker(row, "maker_graver", now=now)
    alert(row, now=now)
    return True


def tell_maker(row: AdverseEvent, key: str, *, now: datetime, **facts: object) -> None:
    """A notice to the maker and its representative: number, device, seriousness, due date; never the site."""
    due = due_words(next_due(runs_of_event(row, moscow_date(now))) or _newest(row, now))
    said = event_words().seriousness[row.seriousness]
    text = event_notice(key, number=row.number, device=row.device, seriousness=said, due=due, **facts)
    for code in side_of(row.device):
        notices.to_organisation(code, subject=subject_of(row.number), text=text, now=now)


def side_of(device: str) -> tuple[str, ...]:
    """The organisations that answer for a device: its maker and the maker's representative."""
    if not device:
        return ()
    maker = organisation(register.device(device).maker.code)
    found = (maker.code, maker.represented_by) if maker else ()
    return tuple(code for code in found if code)


def alert(row: AdverseEvent, *, now: datetime) -> None:
    """Tell whoever is on duty of a death or a threat, at once and once, on whatever day it is."""
    if row.seriousness not in URGENT or row.way == "import":
        return
    officer = on_duty(moscow_date(now))
    _, is_new = Alert.objects.get_or_create(
        event=row, kind=row.seriousness, defaults={"raised_at": now, "duty": officer.username}
    )
    if not is_new:
        return
    text = event_notice(
        "alert", number=row.number, device=row.device or row.device_told, duty=officer.said,
        seriousness=event_words().seriousness[row.seriousness],
        unconfirmed=_NOT_CONFIRMED if row.state == UNCONFIRMED else _NOTHING,
    )  # fmt: skip
    notices.to_role(officer.role, subject=subject_of(row.number), text=text, now=now)
    audit.record(
        "vigilance.event.alert", subject_of(row.number), by="house", now=now, because=row.seriousness,
        duty=officer.username,
    )  # fmt: skip


def _newest(row: AdverseEvent, now: datetime) -> Run | None:
    """The clock started last, dated or not: where no norm is in force, the notice says so."""
    found = [run for run in runs_of_event(row, moscow_date(now)) if run.stopped is None]
    return found[-1] if found else None
