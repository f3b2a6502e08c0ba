# SPDX-License-Identifier: Apache-2.0
"""A device from all sides: volume, performance, failures, installations, signals, discipline."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.portal import discipline, performance, volumes
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.frame import house, person_of, theme_of
from nadzor.portal.labels import stage_label
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Count, Table, columns, line
from nadzor.portal.signals import entry
from nadzor.portal.words import day, number, share
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.vigilance import queries
from nadzor.vigilance.queries import OPEN, SignalFilter

SHOWN = 20
ORIGINS = ("studies", "failed", "accepted", "tp")


def page(request: HttpRequest, code: str) -> HttpResponse:
    """The device from all sides."""
    card = register.readable_device(person_of(request), code)
    counts = Counts(house())
    last = counts.last_day(clock.today())
    shown = device_top(card) | {
        "tabs": device_tabs(code, "device"),
        "counts": _tally(card, counts, last),
        "volumes": volumes.volume_figure(code, counts, last, theme=theme_of(request))
        if counts.manifest
        else None,
        "entries": _signals(card, scope_of(request)),
        "failures": _failures(code, counts, last),
        "installations": discipline.installation_table(code, counts, last),
        "discipline": discipline.fate_table(code, counts, clock.today()),
        "last": day(last),
        "origins": {name: reverse("trace", args=[code]) + f"?measure={name}" for name in ORIGINS},
    }
    return render(request, "portal/device.html", shown | _performance(code, counts, theme_of(request)))


def _performance(code: str, counts: Counts, theme: str) -> dict[str, Any]:
    """The newest version with labels as a figure, earlier versions as a table."""
    found = performance.verdicts(house(), code, digest=counts.digest)
    labels, agreed = performance.labels_of(code), performance.agreement(counts, code)
    order = [each.version for each in register.versions(code)]
    versions = sorted({each.version for each in found}, key=lambda v: order.index(v) if v in order else -1)
    newest = [each for each in found if each.version == versions[-1]] if versions else []
    earlier = [each for each in found if each not in newest]
    table = performance.verdict_table(newest, labels, agreed, versions=False)
    return {
        "claims": performance.claims_figure(newest, labels, table=table, look=(theme, counts.digest, code)),
        "claim_table": table,
        "earlier": performance.verdict_table(earlier, labels, agreed, versions=True) if earlier else None,
    }


def _tally(card: DeviceCard, counts: Counts, last: date) -> list[Count]:
    month = {"since": last - timedelta(days=29), "until": last + timedelta(days=1), "device": card.code}
    studies, failed = counts.total("studies", **month), counts.total("failed", **month)
    days = counts.daily("studies", device=card.code)
    signals = queries.open_by_device(devices=[card.code]).get(card.code, 0)
    return [
        Count(_("Open signals"), number(signals), href="#signals", is_alarm=signals > 0),
        Count(_("Studies, 30 days"), number(studies), href="#volumes"),
        Count(
            _("Failed, 30 days"), share(failed / studies if studies else None, 2), number(failed), "#failures"
        ),
        Count(_("Installations"), number(len(register.installations(card.code))), href="#installations"),
        Count(_("Last study"), day(days[-1][0]) if days else "—", is_words=True),
    ]


def _signals(card: DeviceCard, scope: Scope) -> list[Any]:
    found = queries.signals(SignalFilter(state=OPEN, device=card.code, devices=scope.codes), limit=SHOWN)
    return [entry(row, scope) for row in found.rows]


def _failures(code: str, counts: Counts, last: date) -> Table:
    """Failures of ninety days by version and stage."""
    window = {"since": last - timedelta(days=89), "until": last + timedelta(days=1), "device": code}
    studies = dict(counts.sums("studies", by=("version",), **window))
    failed: dict[tuple[str, str], int] = {
        (version, stage): n
        for version, stage, n in counts.sums("failed", by=("version", "stratum"), dimension="stage", **window)
    }
    stages = sorted({stage for _version, stage in failed})
    lines = [
        line(
            version,
            number(n),
            *(number(failed.get((version, stage), 0)) for stage in stages),
            _share(failed, version, n),
        )
        for version, n in sorted(studies.items())
    ]
    labels = [stage_label(stage) for stage in stages]
    head = columns(_("Version"), _("Studies"), *labels, _("Share failed"), numbers=range(1, len(labels) + 3))
    return Table(_("Failures by version and stage, 90 days"), head, lines)


def _share(failed: dict[tuple[str, str], int], version: str, studies: int) -> str:
    return share(
        sum(n for (each, _stage), n in failed.items() if each == version) / studies if studies else None, 2
    )
