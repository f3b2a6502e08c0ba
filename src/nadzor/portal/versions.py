# SPDX-License-Identifier: Apache-2.0
"""Which version runs where: a lane an installation, and whether each version is in the register."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.base import clock
from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.figures import Figure
from nadzor.portal.frame import house, person_of, theme_of
from nadzor.portal.identity import version_table
from nadzor.portal.sheets import Cell, Table, columns, line
from nadzor.portal.words import day, number
from nadzor.register import queries as register
from nadzor.register.cards import VersionCard

PAUSE = timedelta(days=14)  # a shorter pause of a version does not break its bar
DAYS = 365


class Run(Struct, frozen=True):
    """A version at work in one installation, from its first study to its last in a row."""

    installation: str
    version: str
    first: date
    last: date
    studies: int


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Lanes of versions, and the register's list beside what was seen working."""
    card = register.readable_device(person_of(request), code)
    counts = Counts(house())
    known = register.versions(code)
    runs = runs_of(code, counts, counts.last_day(clock.today()))
    strange = sorted({run.version for run in runs} - {each.version for each in known if each.registered_on})
    shown = device_top(card) | {
        "tabs": device_tabs(code, "versions"),
        "figure": lanes_figure(code, runs, known, digest=counts.digest, theme=theme_of(request))
        if runs
        else None,
        "versions": version_table(known),
        "strange": strange,
    }
    return render(request, "portal/versions.html", shown)


def runs_of(code: str, counts: Counts, last: date) -> list[Run]:
    """Stretches of each version in each installation, by installation and first day."""
    rows = counts.sums(
        "studies",
        by=("installation", "version", "day"),
        device=code,
        since=last - timedelta(days=DAYS),
        until=last + timedelta(days=1),
    )
    runs: list[Run] = []
    for installation, version, when, n in rows:
        before = runs[-1] if runs else None
        if (
            before
            and (before.installation, before.version) == (installation, version)
            and when - before.last <= PAUSE
        ):
            runs[-1] = Run(installation, version, before.first, when, before.studies + n)
        else:
            runs.append(Run(installation, version, when, when, n))
    return sorted(runs, key=lambda run: (run.installation, run.first, run.version))


def lanes_figure(code: str, runs: list[Run], known: list[VersionCard], *, digest: str, theme: str) -> Figure:
    """The lanes, and the same runs as a table."""
    released = {each.version: each.released_on for each in known}
    versions = sorted({run.version for run in runs}, key=lambda each: (released.get(each, date.max), each))
    registered = {each.version for each in known if each.registered_on}
    lanes = sorted({run.installation for run in runs})
    unregistered = [version for version in versions if version not in registered]
    facts: dict[str, Any] = {
        "spans": [_span(run) for run in runs],
        "versions": versions,
        "lanes": lanes,
        "unregistered": unregistered,
    }
    words = (_("Versions by installation"), _sentence(lanes, versions, unregistered))
    made = order("lanes", facts, digest=digest, device=code)
    return figure(made, theme=theme, words=words, table=_table(runs, registered), height=70 + 26 * len(lanes))


def _span(run: Run) -> dict[str, str]:
    after = (run.last + timedelta(days=1)).isoformat()
    return {"lane": run.installation, "version": run.version, "day": run.first.isoformat(), "after": after}


def _sentence(lanes: list[str], versions: list[str], unregistered: list[str]) -> str:
    installations = ngettext("%(n)s installation", "%(n)s installations", len(lanes)) % {
        "n": number(len(lanes))
    }
    seen = ngettext("%(n)s version seen", "%(n)s versions seen", len(versions)) % {"n": number(len(versions))}
    if not unregistered:
        return _("%(installations)s, %(seen)s, all in the register.") % {
            "installations": installations,
            "seen": seen,
        }
    facts = {"installations": installations, "seen": seen, "which": ", ".join(unregistered)}
    return _("%(installations)s, %(seen)s; not in the register: %(which)s.") % facts


def _table(runs: list[Run], registered: set[str]) -> Table:
    head = columns(
        _("Installation"),
        _("Version"),
        _("First study"),
        _("Last study"),
        _("Studies"),
        _("Register"),
        numbers=(4,),
    )
    lines = [
        line(
            Cell(run.installation, mono=True),
            run.version,
            day(run.first),
            day(run.last),
            number(run.studies),
            Cell(_("in the register"), state="good")
            if run.version in registered
            else Cell(_("not in the register"), state="alarm"),
        )
        for run in runs
    ]
    return Table(_("Versions by installation"), head, lines)
