# SPDX-License-Identifier: Apache-2.0
"""File a document about an adverse event: report, follow-up, corrective action, safety notice, answer.

A document adds to the coded core and takes nothing from it: codes are joined, an empty field is filled, and
only who told of the event, or the regulator, says a day or a version anew.  What makes the event graver
starts the graver clock by itself; to make it less grave is a person's move, with grounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from nadzor.actions.event_fields import checked_fields, day_of, told_of
from nadzor.actions.event_steps import Hand, rescore, step, write_document
from nadzor.actions.event_told import codes_of, must_be_well_formed, must_fit_days
from nadzor.actions.file_event import hand_of, tell_held
from nadzor.actions.move_event import checked_move, locked_event
from nadzor.actions.settle_event import grow_graver, judge, side_of
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.adverse_event import DUPLICATE, REPORTS
from nadzor.procedures.rules.seriousness import as_seriousness, graver, seriousness
from nadzor.procedures.words import words
from nadzor.records import notices
from nadzor.vigilance.event_permissions import SIDE, STAFF, is_desk
from nadzor.vigilance.event_rows import runs_of_event, subject_of
from nadzor.vigilance.event_words import event_notice, event_words
from nadzor.vigilance.models import AdverseEvent
from nadzor.vigilance.narratives import NARRATIVE_MAX

#: The move each kind of document makes.
VERBS: Final[Mapping[str, str]] = {
    "message": "send_message",
    "report": "file_report",
    "follow_up": "follow_up",
    "corrective_action": "correct",
    "safety_notice": "issue_notice",
    "answer": "answer",
}


@transaction.atomic
def file_document(
    home: Home, number: str, kind: str, fields: Mapping[str, Any], *, narrative: str = "",
    by: Person | None = None, now: datetime,
) -> str:  # fmt: skip
    """Keep the document, make its move, add to the core; return the state the event is in then.

    `fields` are those of the form; of them event_type, version, event_on, aware_on, problems, effects and
    causes reach the core, and `known_on` is the day a new fact became known.
    Raises: Refusal vigilance.event-unknown also for an event the person may not see, vigilance.kind-unknown,
    vigilance.field-malformed, vigilance.text-too-long, vigilance.told-personal, move.not-from-here,
    move.not-yours, move.no-grounds; those of dates, versions and codes.
    """
    row, site = locked_event(home, number, by=by)
    assert by is not None
    if kind not in VERBS:
        raise Refusal("vigilance.kind-unknown", "$.kind", may=", ".join(VERBS))
    if len(narrative) > NARRATIVE_MAX:
        raise Refusal("vigilance.text-too-long", "$.narrative", limit=NARRATIVE_MAX)
    checked_move(row, VERBS[kind], by=by, because=narrative, site=site)
    kept, hand, before = checked_fields(fields), hand_of(home, by), row.seriousness
    known_on = _known_on(row, kept, hand, today=moscow_date(now))
    _add_to_core(row, kept, hand, today=moscow_date(now))
    document, held = write_document(home, row, kind, hand, fields=kept, now=now, narrative=narrative)
    because = f"документ {document.pk} / document {document.pk}"
    step(row, VERBS[kind], hand, now=now, because=because, added={"document": document.pk})
    rescore(row)
    row.save(update_fields=["quality"])
    _grow(row, before, on=known_on, now=now, because=because)
    _tell(row, kind, by=by, held=held, now=now)
    return str(row.state)


def _add_to_core(row: AdverseEvent, kept: Mapping[str, Any], hand: Hand, *, today: date) -> None:
    told = told_of(kept)
    must_be_well_formed(told)
    owns = hand.by == row.reporter or hand.role in {role.value for role in STAFF}
    for name in ("event_on", "aware_on", "version"):
        if (said := getattr(told, name)) and (owns or not getattr(row, name)):
            setattr(row, name, said)
    must_fit_days(row.event_on, row.aware_on, received=row.received_on or today, today=today)
    for name, codes in codes_of(told).items():
        known = {each["code"] for each in getattr(row, name)}
        setattr(row, name, [*getattr(row, name), *(each for each in codes if each["code"] not in known)])
    if told.event_type and (not row.event_type or _is_graver(told.event_type, row.event_type)):
        row.event_type = told.event_type
    judge(row)


def _is_graver(told: str, than: str) -> bool:
    return graver(seriousness(told, ()).value, seriousness(than, ()).value)


def _known_on(row: AdverseEvent, kept: Mapping[str, Any], hand: Hand, *, today: date) -> date:
    """The day the maker learned of the new fact: its own word, within its running clock; else today.

    Why: when somebody else tells us, the house tells the maker today, and today it becomes aware.
    """
    told = day_of(kept, "known_on")
    if told is not None and told > today:
        raise Refusal("vigilance.event-future", "$.fields.known_on")
    if told is None or hand.role not in {role.value for role in SIDE}:
        return today
    began = [run.started for run in runs_of_event(row, today) if run.key in REPORTS]
    return max(told, *began) if began else told


def _grow(row: AdverseEvent, before: str, *, on: date, now: datetime, because: str) -> None:
    """The graver clock, of the leading event where this one is a duplicate."""
    if not grow_graver(row, before, on=on, now=now, because=because) or row.state != DUPLICATE:
        return
    leading = AdverseEvent.objects.select_for_update().get(pk=row.leading_id)  # type: ignore[attr-defined]
    was, leading.seriousness = leading.seriousness, row.seriousness
    if graver(as_seriousness(row.seriousness), as_seriousness(was)):
        grow_graver(leading, was, on=on, now=now, because=f"{subject_of(row.number)}, {because}")


def _tell(row: AdverseEvent, kind: str, *, by: Person, held: bool, now: datetime) -> None:
    facts = {"number": row.number, "device": row.device or row.device_told or "—"}
    if kind == "follow_up":
        state = words()["adverse_event"].states[row.state]
        text = event_notice("follow_up_staff", **facts, state=state)
    else:
        text = event_notice("report_staff", **facts, document=event_words().documents[kind])
    if not is_desk(by):
        notices.to_role(Role.INSPECTOR.value, subject=subject_of(row.number), text=text, now=now)
    if held:
        tell_held(row, now=now)
    if kind == "follow_up" and by.role not in SIDE and was_told(row):
        for code in side_of(row.device):
            said = event_notice("follow_up_maker", **facts)
            notices.to_organisation(code, subject=subject_of(row.number), text=said, now=now)


def was_told(row: AdverseEvent) -> bool:
    """Whether the maker knows of an event: a notice about any other would tell of it."""
    return bool(row.steps.filter(to__in=("awaiting_report", "reported")).exists())
