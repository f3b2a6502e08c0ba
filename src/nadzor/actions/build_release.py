# SPDX-License-Identifier: Apache-2.0
"""Build the public table of a period, attack it at once, and keep both: nothing is published yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.actions.check_release import against, beside, check_table
from nadzor.actions.release_facts import release_facts
from nadzor.base.clock import moscow_date
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.disclosure.building import Asked, build
from nadzor.disclosure.rules import rules_on
from nadzor.disclosure.scope import months_of, quarter_months
from nadzor.disclosure.series import days_of, series
from nadzor.disclosure.tables import PublicTable, canonical, digest
from nadzor.law.load import norm
from nadzor.measures.catalogue import catalogue
from nadzor.people.permissions import must_change_register
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.records.models import Release
from nadzor.records.releases import ReleaseCard, place, public_table, published, release

ONE_DAY: Final = timedelta(days=1)
QUICK: Final = 20  # linear programs a quantity at building; `nadzor release check` solves more
SERIOUSNESS: Final = ("death", "other", "threat")
FAILED = Text(
    ru="Выпуск {series} за {period} не прошёл проверку: {close} мест раскрыли бы организацию.",
    en="The release {series} of {period} failed its check: {close} places would reveal an organisation.",
)


class Wanted(Struct, frozen=True):
    """A series and a period."""

    series: str
    period: str


def build_release(home: Home, wanted: Wanted, *, by: Person | None, now: datetime) -> ReleaseCard:
    """Build, attack and keep the table; the head is told when the attack got through.

    Raises: Refusal people.registrar-only, release.series-unknown, release.period, release.too-early,
    release.published, rollup.missing; NormMissing when a rule of the guard is not in force.
    """
    must_change_register(by)
    must_be_over(wanted, now=now)
    if Release.objects.filter(series=wanted.series, period=wanted.period).exclude(published_at=None).exists():
        raise Refusal("release.published")
    table = _built(home, wanted, now=now)
    report = check_table(home, table, now=now, programs=QUICK, all_of_it=False)
    found = msgspec.to_builtins(report) | {"beside": beside(wanted.series, wanted.period)}
    folder = place(home, digest(table)).parent
    folder.mkdir(exist_ok=True)
    write_atomic(place(home, digest(table)), canonical(table))
    with transaction.atomic():
        row = Release.objects.create(
            series=table.series, period=table.period, edition=table.edition, sha256=digest(table),
            rows=len(table.rows), built_at=now, is_safe=report.is_safe, attack=found,
        )  # fmt: skip
        doer = by.username if by else ""
        told: dict[str, Any] = {"sha256": row.sha256, "is_safe": row.is_safe, "close": report.close}
        name = f"release {row.series} {row.period}"
        audit.record("records.release.build", name, by=doer, because="", now=now, **told)
        if not report.is_safe:
            _tell_head(table, report.close, now=now)
    return release(wanted.series, wanted.period)


def must_be_over(wanted: Wanted, *, now: datetime) -> None:
    """Refuse a period that late facts may still reach.

    Raises: Refusal release.series-unknown, release.period, release.too-early.
    """
    today = moscow_date(now)
    stop = days_of(series(wanted.series).every, wanted.period).stop
    opens = stop + norm("disclosure.settle", today).number * ONE_DAY
    if today < opens:
        raise Refusal("release.too-early", day=opens.isoformat())


def parts_of(name: str) -> tuple[str, ...]:
    """The strata of a series' dimension that is neither device nor modality."""
    strata = {"stage": tuple(catalogue().dimensions["stage"].strata), "seriousness": SERIOUSNESS}
    return next((strata[one] for one in series(name).dimensions if one in strata), ())


def _built(home: Home, wanted: Wanted, *, now: datetime) -> PublicTable:
    months, today = quarter_months(months_of(wanted.series, wanted.period)), moscow_date(now)
    every = [public_table(home, card.series, card.period) for card in published()]
    facts = release_facts(home, months, earlier=every, known_by=today)
    asked = Asked(name=wanted.series, period=wanted.period, parts=parts_of(wanted.series))
    near = against(every, wanted.series, wanted.period)
    return build(asked, facts, earlier=near, rules=rules_on(today), known_by=today)


def _tell_head(table: PublicTable, close: int, *, now: datetime) -> None:
    told = {"series": table.series, "period": table.period, "close": close}
    text = Text(ru=FAILED.ru.format(**told), en=FAILED.en.format(**told))
    subject = f"release {table.series} {table.period}"
    notices.to_role(Role.HEAD.value, subject=subject, text=text, now=now)
