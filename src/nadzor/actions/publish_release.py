# SPDX-License-Identifier: Apache-2.0
"""Publish a table that stood the attack, once and for good; publish all that fell due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

import msgspec
from django.db import transaction

from nadzor.actions.build_release import Wanted, build_release, must_be_over
from nadzor.actions.check_release import beside, check_release
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.disclosure.series import days_of, grid, period_of
from nadzor.people.queries import CONSOLE, Person
from nadzor.records import audit
from nadzor.records.models import Release
from nadzor.records.releases import ReleaseCard, kept_table, release
from nadzor.register.authority import must_act_for_head, must_be_disinterested, parties_of
from nadzor.telemetry.store import Rollups

MATTER: Final = "release"
BACK: Final = 12  # months before today from which something may still be published


def publish_release(home: Home, wanted: Wanted, *, by: Person | None, now: datetime) -> ReleaseCard:
    """Publish the newest table built for a period, after one more attack beside what was published since.

    Raises: Refusal people.head-only, filing.no-delegation, filing.interest, release.unknown,
    release.published, release.unsafe with the number of places.
    """
    order = must_act_for_head(by, MATTER, on=moscow_date(now))
    card = release(wanted.series, wanted.period)
    must_be_disinterested(by, _parties(home, card))
    if card.published_at:
        raise Refusal("release.published")
    found = _attacked_anew(home, card, now=now)
    if not card.is_safe or found["close"]:
        raise Refusal("release.unsafe", close=max(found["close"], card.attack["close"]))
    with transaction.atomic():
        row = Release.objects.select_for_update().get(pk=card.id)
        row.published_at, row.published_by = now, by.username if by else ""
        row.attack = found
        row.save(update_fields=["published_at", "published_by", "attack"])
        audit.record(
            "records.release.publish", f"release {row.series} {row.period}", by=row.published_by, now=now,
            because=order.order if order else "", sha256=row.sha256, narrowest=found["narrowest"],
        )  # fmt: skip
    return release(wanted.series, wanted.period)


def _parties(home: Home, card: ReleaseCard) -> set[str]:
    """The organisations whose devices stand in a table by name."""
    table = kept_table(home, card.sha256)
    if "device" not in table.dimensions:
        return set()
    place = table.dimensions.index("device")
    return set().union(*(parties_of(device) for device in {row[place] for row in table.rows}))


def _attacked_anew(home: Home, card: ReleaseCard, *, now: datetime) -> dict[str, Any]:
    """The report of the attack; made again where something was published beside it since."""
    rests = beside(card.series, card.period)
    if card.attack.get("beside") == rests:
        return card.attack
    report = check_release(home, card.series, card.period, now=now)
    return {**msgspec.to_builtins(report), "beside": rests}


def publish_due(home: Home, *, now: datetime, back: int = BACK) -> list[ReleaseCard]:
    """Build, attack and publish every period that is over and was never built; a failed one waits.

    Why: periods in the order of the calendar and series in the order of the list, so that what is built first
    is hidden last, in every house alike.
    """
    done = []
    for wanted in _due(home, now=now, back=back):
        card = build_release(home, wanted, by=CONSOLE, now=now)
        done.append(publish_release(home, wanted, by=CONSOLE, now=now) if card.is_safe else card)
    return done


def _due(home: Home, *, now: datetime, back: int) -> Iterator[Wanted]:
    built = set(Release.objects.values_list("series", "period"))
    ends = [
        (days_of(one.every, period).stop, order, Wanted(name, period))
        for order, (name, one) in enumerate(grid().series.items())
        for period in _periods(home, one.every, now=now, back=back)
        if (name, period) not in built
    ]
    for _, _, wanted in sorted(ends, key=lambda end: end[:2]):
        if _is_over(wanted, now=now):
            yield wanted


def _periods(home: Home, every: str, *, now: datetime, back: int) -> list[str]:
    """The periods of the last months that the rollup reaches back to from their first day."""
    first, month = _first_day(home), Month.of(moscow_date(now))
    months = []
    for _ in range(back):
        month = month.previous()
        months.append(month)
    found = dict.fromkeys(period_of("month" if every == "month" else "quarter", one.first) for one in months)
    return [name for name in found if first is not None and first <= days_of(every, name).start]  # type: ignore[arg-type]


def _first_day(home: Home) -> date | None:
    try:
        days = Rollups.open(home).daily("studies", by=())
    except Refusal:
        return None
    return min((day for day, _ in days), default=None)


def _is_over(wanted: Wanted, *, now: datetime) -> bool:
    try:
        must_be_over(wanted, now=now)
    except Refusal:
        return False
    return True
