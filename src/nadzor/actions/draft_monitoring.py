# SPDX-License-Identifier: Apache-2.0
"""Draw the yearly report of a device from what is known, and keep it fresh until it is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from msgspec import Struct

from nadzor.actions.drawn_mark import note_drawn, seen_of, was_drawn
from nadzor.actions.monitoring_facts import event_facts, followed_facts, other_facts
from nadzor.actions.move_monitoring import begun, finished, of_house
from nadzor.actions.open_monitoring import open_monitoring
from nadzor.actions.run_detectors import claims
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.disclosure.guard import floor
from nadzor.law.form import FormEdition, edition_named, edition_on, forms
from nadzor.law.norm import NormMissing
from nadzor.measures.rollup import ALL, Row
from nadzor.people.queries import Person
from nadzor.procedures.monitoring import DUE, WRITTEN
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.statutory.monitoring_progress import MEASURE, Progress, progress
from nadzor.statutory.monitoring_report import (
    FORM,
    PAIRS,
    PlanFacts,
    Subject,
    YearReport,
    body,
    digest,
    of_year,
    use_figures,
)
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.models import MonitoringReport
from nadzor.vigilance.monitoring import plan
from nadzor.vigilance.monitoring_cards import PlanCard
from nadzor.vigilance.monitoring_figures import (
    analogue_figures,
    efficacy_figures,
    followed_figures,
    safety_figures,
    year_of,
)
from nadzor.workdays.calendar import ONE_DAY


class Known(Struct, frozen=True):
    """The rollup as it was known at the end of a day."""

    rollups: Rollups
    by: date


def draft_monitoring(home: Home, device: str, year: int, *, by: Person | None, now: datetime) -> YearReport:
    """Open the report if nobody has, draw it from the data, and keep it as a draft.

    Raises: Refusal as `open_monitoring` and `begun`; rollup.missing before anything was received.
    """
    known = newest_at(home, now)
    with transaction.atomic():
        open_monitoring(device, year, by=by, now=now)
        deed = begun(device, year, "draft", by=by, now=now)
        report = report_of_year(deed.card, year, known=known)
        _fill(deed.row, report)
        finished(deed, added={"known_by": known.by.isoformat()})
    return report


def draft_by_house(row: MonitoringReport, *, known: Known, now: datetime) -> None:
    """The first draft of a report the house has opened; inside a transaction."""
    deed = of_house(row, "draft", now=now)
    _fill(row, report_of_year(deed.card, row.year, known=known))
    finished(deed, added={"known_by": known.by.isoformat()})


def refresh_drafts(home: Home, *, now: datetime) -> int:
    """Draw every draft anew that no longer says what is known; returns how many.

    Why: nothing a person wrote is touched, no step is made, and a signed report is never refreshed.
    """
    drafts = MonitoringReport.objects.filter(state__in=sorted(WRITTEN - {DUE}))
    if not drafts.exists():
        return 0
    known = newest_at(home, now)
    seen = seen_of(known.rollups.manifest.digest, known.by)
    if was_drawn(home, seen):
        return 0
    drawn = sum(_refreshed(id, known) for id in drafts.values_list("pk", flat=True))
    note_drawn(home, seen)
    return drawn


def known_at(home: Home, now: datetime) -> Known:
    """The rollup and the last day that is over: to what was known by then nothing can be added."""
    return Known(Rollups.open(home), moscow_date(now) - ONE_DAY)


def newest_at(home: Home, now: datetime) -> Known:
    """The rollup with all that is known so far: what a draft counts, today's news included."""
    rollups, today = Rollups.open(home), moscow_date(now)
    newest = rollups.manifest.known_until or today - ONE_DAY
    return Known(rollups, max(today - ONE_DAY, min(newest, today)))


def report_of_year(card: DeviceCard, year: int, *, known: Known) -> YearReport:
    """The report of one device and year as known at the end of a day: the same facts, the same report.

    Law: Order 1113n, annex 5 (recommended sample); the preceding calendar year.
    """
    first, after = year_of(year)
    rows = of_year(
        _rows(known, card.code, first, after), device=card.code, first=first, after=after, known_by=known.by
    )
    edition, in_force = form_edition(card.registered_on)
    standing = plan(card.code)
    return YearReport(
        device=_subject(card), year=year, first=first, after=after, known_by=known.by,
        edition=edition.edition, in_force=in_force,
        plan=_plan_facts(standing), progress=progress_of(card, standing, known=known),
        figures=(
            *use_figures(rows),
            *efficacy_figures(rows, claims(card.code)),
            *safety_figures(event_facts(card.code, first, after, known_by=known.by), rows),
            *followed_figures(followed_facts(card.code, first, after)),
            *analogue_figures(
                other_facts(card, known.rollups, first, after, known_by=known.by),
                floor=floor(known.by).organisations,
            ),
        ),
    )  # fmt: skip


def progress_of(card: DeviceCard, standing: PlanCard | None, *, known: Known) -> Progress:
    """How far the sample of the plan has come, from the plan's first day on."""
    since = standing.since if standing else card.registered_on
    rows = known.rollups.known_on(known.by).rows(MEASURE, dimension=ALL, device=card.code, since=since)
    wanted = standing.plan if standing else None
    return progress(
        rows, device=card.code, since=since, today=known.by,
        target=wanted.sample_size if wanted else None, ends=wanted.ends if wanted else None,
    )  # fmt: skip


def form_edition(registered_on: date) -> tuple[FormEdition, bool]:
    """The edition of the form for a device, and whether one was in force on the day of its registration.

    Law: Order 1113n lapses on 01.01.2027; later devices are reported on in the last layout known.
    """
    try:
        return edition_on(FORM, registered_on), True
    except NormMissing:
        return edition_named(FORM, next(reversed(forms()[FORM].editions))), False


@transaction.atomic
def _refreshed(id: int, known: Known) -> bool:
    row = MonitoringReport.objects.select_for_update().get(pk=id)
    if row.state not in WRITTEN or row.state == DUE:
        return False
    before = row.body
    _fill(row, report_of_year(register.device(row.device), row.year, known=known))
    if before and digest(row.body, {}) == digest(before, {}):
        return False
    row.save(update_fields=["body", "known_by"])
    return True


def _fill(row: MonitoringReport, report: YearReport) -> None:
    row.body, row.known_by = body(report), report.known_by


def _rows(known: Known, device: str, first: date, after: date) -> Sequence[Row]:
    rollups = known.rollups.known_on(known.by)
    return [
        row
        for measure, dimension in PAIRS
        for row in rollups.rows(measure, dimension=dimension, device=device, since=first, until=after)
    ]


def _subject(card: DeviceCard) -> Subject:
    findings = {claim.finding: Text(claim.label_ru, claim.label_en) for claim in register.claims(card.code)}
    return Subject(
        code=card.code, name=Text(card.name_ru, card.name_en), number=card.number,
        registered_on=card.registered_on, findings=findings,
    )  # fmt: skip


def _plan_facts(standing: PlanCard | None) -> PlanFacts | None:
    if standing is None:
        return None
    return PlanFacts(edition=standing.edition, since=standing.since, sample_size=standing.plan.sample_size)


def must_be_over(year: int, *, now: datetime) -> None:
    """Raises: Refusal monitoring.year-not-over: a year is reported on once its last day is over."""
    if moscow_date(now).year <= year:
        raise Refusal("monitoring.year-not-over", year=year)
