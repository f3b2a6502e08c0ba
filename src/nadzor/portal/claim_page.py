# SPDX-License-Identifier: Apache-2.0
"""The claim check of a device: each declared figure, what labels can substantiate of it, what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nadzor.actions.claim_check import Standing, claim_standings
from nadzor.base import clock
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.frame import house, person_of
from nadzor.portal.labels import metric_label, reason_label, verdict_state
from nadzor.portal.performance import labels_of, verdict_sentence
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.words import day, interval, number, share
from nadzor.register import queries as register

FAR = 3652  # days: ten years


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Every claim of a device by version; operation figures, so for staff and the maker alone."""
    card = register.readable_device(person_of(request), code)
    found = claim_standings(house(), today=clock.today(), device=code) if Counts(house()).digest else ()
    shown = device_top(card) | {"tabs": device_tabs(code, "claims"), "command": _command(code)}
    return render(request, "portal/claims.html", shown | _told(found, labels_of(code)))


def _command(code: str) -> str:
    return f"nadzor claims --device {code} --data DIR --json"


def _told(found: Sequence[Standing], labels: dict[str, str]) -> dict[str, Any]:
    """What the page says above the table, and the table."""
    return {
        "sentence": verdict_sentence([each.verdict for each in found]) if found else "",
        "lost": [_lost_sentence(each, labels) for each in found if each.lost in ("less_sure", "new_version")],
        "table": _table(found, labels),
        "agreement": _agreement(found, labels),
    }


def _table(found: Sequence[Standing], labels: dict[str, str]) -> Table:
    head = columns(
        _("Declared figure"), _("Version"), _("Declared"), _("Labels known, needed"),
        _("When it can be tested"), _("Smallest drop seen in 90 days"), _("Measured"), _("Verdict"),
        numbers=(2, 3, 5, 6),
    )  # fmt: skip
    return Table(_("Declared figures and what labels say"), head, [_line(each, labels) for each in found])


def _agreement(found: Sequence[Standing], labels: dict[str, str]) -> Table:
    """How often physicians agreed, apart from what was measured against labels, so that nobody mixes them."""
    told = {(one.verdict.claim.finding, one.verdict.version): one for one in found if one.pairs}
    lines = [
        line(labels.get(finding, finding), version, share(one.agreement), number(one.pairs))
        for (finding, version), one in sorted(told.items())
    ]
    head = columns(
        _("Finding"), _("Version"), _("Agreement"), _("Pairs of physician and study"), numbers=(2, 3)
    )
    return Table(_("Agreement of physicians, which is no accuracy"), head, lines)


def _line(one: Standing, labels: dict[str, str]) -> Line:
    claim, seen = one.verdict.claim, one.verdict.estimate
    state = verdict_state(one.verdict.outcome)
    return line(
        Cell(labels.get(claim.finding, claim.finding), note=_measure(one)),
        one.verdict.version or "—",
        Cell(number(claim.value, 3), note=_("bound %(bound)s") % {"bound": number(claim.lower_bound, 3)}),
        Cell(_known(one), note=_unfair(one)),
        _when(one),
        number(one.verdict.smallest_drop, 3) if one.verdict.smallest_drop is not None else "—",
        Cell(number(seen.estimate, 3), note=interval(seen.low, seen.high)) if seen else "—",
        Cell(state.label, state="alarm" if _is_lost(one) else state.tone, note=_why(one)),
    )


def _measure(one: Standing) -> str:
    claim = one.verdict.claim
    if claim.threshold is None:
        return metric_label(claim.metric)
    return _("%(metric)s at threshold %(threshold)s") % {
        "metric": metric_label(claim.metric),
        "threshold": number(claim.threshold),
    }


def _known(one: Standing) -> str:
    """Fair labels known, and the fewest that suffice; a dash where no number of them does."""
    needed = number(one.outlook.needed) if one.outlook.needed is not None else "—"
    return _("%(n)s of %(needed)s") % {"n": number(one.verdict.cases), "needed": needed}


def _unfair(one: Standing) -> str:
    if not one.verdict.unfair:
        return ""
    return _("%(n)s more were chosen by somebody and decide nothing") % {"n": number(one.verdict.unfair)}


def _when(one: Standing) -> str:
    """When routine labels will suffice, or why never."""
    if one.verdict.outcome != "untestable":
        return _("now")
    if not one.at_work:
        return _("the version is at work no more")
    if one.outlook.needed is None:
        return _("by no number of labels: the bound is the value itself")
    return _pace(one.outlook.days_left)


def _pace(days_left: int | None) -> str:
    """How long it takes at the pace of the last 90 days."""
    if days_left is None:
        return _("never at this pace: no labels come in")
    if days_left == 0:
        return _("enough labels, and they leave it open")
    if days_left > FAR:
        return _("more than ten years away at this pace")
    return _("in %(days)s d. at this pace") % {"days": number(days_left)}


def _is_lost(one: Standing) -> bool:
    return one.lost in ("less_sure", "new_version")


def _why(one: Standing) -> str:
    if one.lost == "less_sure":
        return _("could be tested on %(day)s, cannot now") % {"day": day(one.before_day)}
    if one.lost == "new_version":
        return _("could be tested on another version, not on this one")
    if one.lost == "dried_up":
        return _("no new labels for 90 days")
    return reason_label(one.verdict.reason)


def _lost_sentence(one: Standing, labels: dict[str, str]) -> str:
    claim = one.verdict.claim
    facts = {
        "finding": labels.get(claim.finding, claim.finding),
        "metric": _measure(one),
        "version": one.verdict.version,
        "why": _why(one),
    }
    return _("%(finding)s, %(metric)s, version %(version)s: %(why)s.") % facts
