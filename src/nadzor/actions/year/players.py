# SPDX-License-Identifier: Apache-2.0
"""Those who play a year: clinics and makers who tell of events, makers who answer, staff who decide."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from nadzor.actions.acknowledge_alert import acknowledge_alert
from nadzor.actions.confirm_warning import confirm_warning
from nadzor.actions.file_document import file_document
from nadzor.actions.file_event import Told, file_event
from nadzor.actions.move_event import Grounds, move_event
from nadzor.actions.print_code import print_code
from nadzor.actions.year.stage import EVENING, NOON, Stage, at, staff
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import AWAITING, QUESTIONED, REPORTED, UNCONFIRMED
from nadzor.procedures.clocks import next_due
from nadzor.simulate.population import installation_name
from nadzor.simulate.year import Happening, aware_of, chance_of, delay, source_of, temper_of
from nadzor.vigilance.event_rows import runs_of_event
from nadzor.vigilance.models import AdverseEvent, Alert, WarningCopy
from nadzor.vigilance.warning_letters import answers_of

BECAUSE: Final = "Материалы изучены, основания подтверждаются."
READ_DAYS: Final = 5  # how long an inspector takes to read a report
ANSWER_DAYS: Final = 12  # within which a maker is expected to answer a question
ASKED_SHARE: Final = 0.25
CONFIRM_DAYS: Final = 4
UNSEEN_SHARE: Final = 0.2  # alerts that nobody acknowledges in time


def tell(stage: Stage, each: Happening, *, on: date) -> str:
    """Somebody tells of an event by their way; the number it got."""
    told = _told(stage, each)
    now, source = at(on, NOON), source_of(each)
    if each.way == "sdk":
        return file_event(stage.home, told, by=None, way="sdk", site=stage.site(each.post), now=now,
                          source_id=source).number  # fmt: skip
    if each.way == "public":
        return _say(stage, each, told, now=now)
    if each.way == "maker":
        by = stage.maker(each.post.device.code)
        return file_event(stage.home, told, by=by, now=now, form="report", source_id=source).number
    by, way = (stage.clinic(each.post), "portal") if each.way == "portal" else (staff("inspector"), "letter")
    return file_event(stage.home, told, by=by, way=way, now=now, source_id=source).number


def _told(stage: Stage, each: Happening) -> Told:
    version = each.post.version_on(each.event_on).version
    aware = aware_of(each, stage.world.seed)
    return Told(
        device=each.post.device.code, version=version, event_on=each.event_on, aware_on=aware,
        installation=installation_name(stage.world, each.post) if each.way != "maker" else "",
        event_type=each.event_type, problems=(each.problem,), effects=each.effects,
    )  # fmt: skip


def _say(stage: Stage, each: Happening, told: Told, *, now: datetime) -> str:
    """Somebody without an account holds the code that the clinic has printed."""
    name = installation_name(stage.world, each.post)
    code = print_code(stage.home, name, by=stage.clinic(each.post), now=now).code
    public = Told(printed=code, event_on=told.event_on, event_type=told.event_type)
    return file_event(stage.home, public, by=None, way="public", now=now).number


def answer_events(stage: Stage, *, on: date) -> None:
    """Makers report and answer as promptly as they are; clinics confirm what was said of their sites."""
    rows = AdverseEvent.objects.filter(state__in=(AWAITING, QUESTIONED, UNCONFIRMED)).order_by("id")
    for row in rows.prefetch_related("steps"):
        if row.state == UNCONFIRMED:
            _confirm(stage, row, on=on)
        elif _is_time(stage, row, on=on):
            kind = "report" if row.state == AWAITING else "answer"
            file_document(stage.home, row.number, kind, {"actions": "checked"} if kind == "report" else {},
                          narrative=BECAUSE, by=stage.maker(row.device), now=at(on, EVENING))  # fmt: skip


def _is_time(stage: Stage, row: AdverseEvent, *, on: date) -> bool:
    last = max(row.steps.all(), key=lambda step: step.pk)
    due = next_due([run for run in runs_of_event(row, on) if run.stopped is None])
    limit = (due.due - last.on).days if due and due.due else ANSWER_DAYS
    temper = temper_of(stage.world.seed, stage.maker(row.device).username)
    wait = delay(stage.world.seed, temper, f"{row.number} {last.pk}", limit=max(1, limit))
    return wait is not None and (on - last.on).days >= wait


def _confirm(stage: Stage, row: AdverseEvent, *, on: date) -> None:
    if (on - row.received_on).days >= CONFIRM_DAYS:
        by = stage.clinics().get(row.site) or staff("inspector")
        move_event(stage.home, row.number, "confirm", by=by, grounds=Grounds(BECAUSE), now=at(on, NOON))


def review_events(stage: Stage, *, on: date) -> None:
    """The inspector acknowledges alerts, reads reports, asks about some and closes the others."""
    for alert in Alert.objects.filter(acknowledged_at=None, raised_at__lt=at(on, EVENING)):
        if chance_of(stage.world.seed, f"alert {alert.pk}", 100) >= 100 * UNSEEN_SHARE or alert.escalated_at:
            acknowledge_alert(alert.pk, by=staff("inspector"), now=at(on, EVENING))
    for row in AdverseEvent.objects.filter(state=REPORTED).order_by("id").prefetch_related("steps"):
        last = max(row.steps.all(), key=lambda step: step.pk)
        if (on - last.on).days >= READ_DAYS:
            _review(stage, row, on=on)


def _review(stage: Stage, row: AdverseEvent, *, on: date) -> None:
    asked = any(step.verb == "ask" for step in row.steps.all())
    wants = chance_of(stage.world.seed, row.number, 100) < 100 * ASKED_SHARE
    verb, added = ("ask", {"question": "Какая версия?"}) if wants and not asked else ("close", _OUTCOME)
    grounds = Grounds(BECAUSE, added)
    move_event(stage.home, row.number, verb, by=staff("inspector"), grounds=grounds, now=at(on, EVENING))


_OUTCOME: Final = {"outcome": "Причина установлена, меры приняты."}


def confirm_warnings(stage: Stage, *, on: date) -> int:
    """Clinics answer warnings as promptly as they are; how many did today."""
    people = stage.clinics()
    rows = WarningCopy.objects.filter(confirmed_at=None, reached=True, sent_at__lt=at(on, NOON))
    return sum(_answer(stage, row, people.get(row.site), on=on) for row in rows.select_related("warning"))


def _answer(stage: Stage, row: WarningCopy, by: Person | None, *, on: date) -> bool:
    wait = delay(stage.world.seed, temper_of(stage.world.seed, row.site), f"copy {row.pk}", limit=3)
    if by is None or wait is None or (on - row.sent_at.date()).days < wait:
        return False
    try:
        confirm_warning(
            stage.home, row.warning.number, answers_of(row.warning.kind)[0], by=by, now=at(on, EVENING)
        )
    except Refusal:  # a letter that a later one of the same affair has overtaken
        return False
    return True
