# SPDX-License-Identifier: Apache-2.0
"""How a device reports: its installations one by one, and what became of what they sent."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.measures.catalogue import catalogue
from nadzor.portal.counts import Counts
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.words import NOTHING, day, language, number, share
from nadzor.register import queries as register
from nadzor.register.cards import InstallationCard

FATES = ("accepted", "rejected", "duplicates", "gaps", "withheld", "lost", "corrected", "faults")
QUIET_DAYS = 3  # a long weekend is not a silence; the detector of silence decides, this only points


def installation_table(code: str, counts: Counts, last: date) -> Table:
    """Each installation by its pseudonym: where, since when, what it runs, how much, when last."""
    month = {"since": last - timedelta(days=29), "until": last + timedelta(days=1), "device": code}
    studies = dict(counts.sums("studies", by=("installation",), **month))
    latest: dict[str, tuple[date, str]] = {}
    for when, installation, version, _n in counts.daily(
        "studies", by=("installation", "version"), device=code
    ):
        latest[installation] = (when, version)
    head = columns(
        _("Installation"), _("Site (pseudonym)"), _("Connected"), _("Version"), _("Studies, 30 days"),
        _("Last study"), _("State"),
        numbers=(4,),
    )  # fmt: skip
    lines = [
        _installation(card, studies.get(card.id, 0), latest.get(card.id), last)
        for card in register.installations(code)
    ]
    return Table(_("Installations"), head, lines)


def _installation(card: InstallationCard, studies: int, latest: tuple[date, str] | None, last: date) -> Line:
    return line(
        Cell(card.id, mono=True),
        Cell(card.site, mono=True),
        day(card.created.date()),
        latest[1] if latest else NOTHING,
        number(studies),
        day(latest[0]) if latest else NOTHING,
        _alive(latest[0] if latest else None, last),
    )


def _alive(latest: date | None, last: date) -> Cell:
    if latest is None:
        return Cell(_("never reported"), state="warn")
    quiet = (last - latest).days
    if quiet > QUIET_DAYS:
        return Cell(
            ngettext("quiet for %(n)s day", "quiet for %(n)s days", quiet) % {"n": number(quiet)},
            state="alarm",
        )
    return Cell(_("reports"), state="good")


def fate_table(code: str, counts: Counts, today: date) -> Table:
    """What became of what was sent, in thirty days and in all."""
    last = counts.last_receipt(today)
    month = {"since": last - timedelta(days=29), "until": last + timedelta(days=1)}
    names = catalogue().measures
    lines = [
        line(
            names[fate].what.in_language(language()),
            number(counts.total(fate, device=code, **month)),
            number(counts.total(fate, device=code)),
        )
        for fate in FATES
    ]
    lines.append(_delays(code, counts, month))
    return Table(
        _("Reporting discipline"), columns(_("Events"), _("30 days"), _("In all"), numbers=(1, 2)), lines
    )


def _delays(code: str, counts: Counts, month: dict[str, date]) -> Line:
    """The share of studies that arrived within a day."""
    cells = []
    for window in (month, {}):
        by_bin = dict(counts.sums("delay", by=("bin",), device=code, **window))
        whole = sum(by_bin.values())
        late = sum(n for bin_, n in by_bin.items() if bin_ >= _first_late())
        cells.append(share((whole - late) / whole if whole else None))
    return line(_("Arrived within a day"), *cells)


def _first_late() -> int:
    """The first bin of delays of a day and more."""
    edges = catalogue().edges("delay")
    return next(place + 1 for place, edge in enumerate(edges) if edge >= 86_400)
