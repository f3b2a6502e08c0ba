# SPDX-License-Identifier: Apache-2.0
"""Gather what public tables are made of: rollups by site, the register, adverse events, by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.disclosure.ledger import Atom
from nadzor.disclosure.scope import Facts, months_of
from nadzor.disclosure.tables import PublicTable
from nadzor.procedures.adverse_event import DUPLICATE
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.models import AdverseEvent

PLAIN: Final = ("studies", "agree", "disagree", "labels", "decided")
STAGED: Final = "failed"
EVENTS: Final = "adverse_events"

Counted = dict[str, Counter[tuple[Atom, str]]]


def release_facts(
    home: Home, months: Sequence[str], *, earlier: Iterable[PublicTable], known_by: date
) -> Facts:
    """The facts of some months; a month that was published before stands as it was known then.

    Why: a fact that came later would show as the difference of two tables, and point at the late site.
    Raises: Refusal rollup.missing.
    """
    rollups, days = Rollups.open(home), vintages(earlier)
    counted: Counted = {name: Counter() for name in (*PLAIN, STAGED, EVENTS)}
    for month in months:
        _add_month(counted, rollups.known_on(days.get(month, known_by)), month)
        _add_events(counted[EVENTS], month, days.get(month, known_by))
    cards = [card for card in register.devices() if card.ai]
    running = _running(counted["studies"])
    return Facts(
        counted=counted,
        groups={card.code: card.modality or "OTHER" for card in cards},
        makers={card.code: card.maker.code for card in cards},
        running=running,
    )


def vintages(earlier: Iterable[PublicTable]) -> Mapping[str, date]:
    """The day by which a month's facts had to be known: that of the first table published over it."""
    found: dict[str, date] = {}
    for table in earlier:
        for month in months_of(table.series, table.period):
            found[month] = min(found.get(month, table.known_by), table.known_by)
    return found


def _add_month(counted: Counted, rollups: Rollups, month: str) -> None:
    days = Month.parse(month).days
    for name in PLAIN:
        for device, site, n in rollups.totals(name, by=("device", "site"), since=days.start, until=days.stop):
            counted[name][Atom(month, device), site] += n
    by = ("device", "site", "stratum")
    for device, site, stage, n in rollups.totals(
        STAGED, by=by, dimension="stage", since=days.start, until=days.stop
    ):
        counted[STAGED][Atom(month, device, stage), site] += n


def _add_events(counted: Counter[tuple[Atom, str]], month: str, known_by: date) -> None:
    """Adverse events by the month of receipt; those told of no device or site are left out."""
    days = Month.parse(month).days
    rows = AdverseEvent.objects.exclude(state=DUPLICATE).exclude(device="").exclude(site="")
    rows = rows.filter(received_on__gte=days.start, received_on__lt=days.stop, received_on__lte=known_by)
    for device, site, seriousness in rows.values_list("device", "site", "seriousness"):
        counted[Atom(month, device, seriousness), site] += 1


def _running(studies: Mapping[tuple[Atom, str], int]) -> dict[tuple[str, str], frozenset[str]]:
    """The sites that really worked with a device in a month: the best that procurement notices could tell."""
    found: dict[tuple[str, str], set[str]] = {}
    for (atom, site), n in studies.items():
        if n > 0:
            found.setdefault((atom.month, atom.device), set()).add(site)
    return {place: frozenset(sites) for place, sites in found.items()}
