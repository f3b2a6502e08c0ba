# SPDX-License-Identifier: Apache-2.0
"""One signal: what deviates, by how much, how sure, what it does not say, who did what, and the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from msgspec import Struct

from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.base import clock
from nadzor.base.problems import Text
from nadzor.detect.finding import Finding
from nadzor.portal.cases import opens_cases
from nadzor.portal.door import public
from nadzor.portal.frame import person_of, theme_of
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Crumb, Fact, State
from nadzor.portal.signal_chart import signal_figure
from nadzor.portal.signal_words import (
    detector_name,
    effect_words,
    evidence_value,
    guarantee_words,
    headline,
    signal_state,
    verb_label,
)
from nadzor.portal.words import NOTHING, day, language, moment, number, said
from nadzor.register import queries as register
from nadzor.vigilance import queries
from nadzor.vigilance.cards import MoveCard, SignalCard, WayBack
from nadzor.vigilance.permissions import moves_open_to
from nadzor.vigilance.statements import statements

NO_SIGNAL = 2**62  # the database cannot look for a larger number


class Step(Struct, frozen=True):
    """One move of the past."""

    at: str
    verb: str
    to: State
    by: str
    because: str


class Button(Struct, frozen=True):
    """One move that the asker may make now."""

    verb: str
    label: str
    needs_grounds: bool


def page(request: HttpRequest, id: int) -> HttpResponse:
    """The card of one signal."""
    scope = scope_of(request)
    card = queries.signal(min(id, NO_SIGNAL), devices=scope.codes)
    return render(request, "portal/signal.html", card_page(card, scope, theme=theme_of(request)))


@require_POST
@public
def move(request: HttpRequest, id: int) -> HttpResponse:
    """Make a move and show the signal again."""
    because = request.POST.get("because", "")
    move_signal(
        min(id, NO_SIGNAL),
        request.POST.get("verb", ""),
        by=person_of(request),
        grounds=Grounds(because),
        now=clock.now(),
    )
    return redirect("signal", id=id)


def card_page(card: SignalCard, scope: Scope, *, theme: str) -> dict[str, Any]:
    """Everything the card shows."""
    row, finding = card.row, card.latest.finding
    labels = {
        claim.finding: Text(ru=claim.label_ru, en=claim.label_en) for claim in register.claims(row.device)
    }
    maker = scope.devices[row.device].maker.code if row.device in scope.devices else ""
    return {
        "id": row.id,
        "title": headline(row, scope.labels(row.device)),
        "device": scope.name(row.device, language()),
        "marks": [signal_state(row.state), State(detector_name(row.detector))],
        "stream": _stream(card, scope),
        "figure": signal_figure(card, theme=theme),
        "evidence": _evidence(card, finding),
        "statements": [
            said(each.text) for each in statements(card, queries.record(row.detector), labels=labels)
        ],
        "steps": [_step(move) for move in card.moves],
        "needs_grounds": any(move.grounds for move in moves_open_to(scope.person, row.state, maker=maker)),
        "buttons": [
            _button(move.verb, move.grounds) for move in moves_open_to(scope.person, row.state, maker=maker)
        ],
        "case": _case(scope, row.device),
        "trace": trace_address(card.way_back) if row.device else "",
        "way_back": card.way_back,
        "crumbs": [Crumb(_("Signals"), reverse("signals")), Crumb(_("signal %(id)s") % {"id": row.id})],
    }


def trace_address(way: WayBack) -> str:
    """The page of the rows behind a signal."""
    asked = {
        "measure": _telling(way.measures),
        "version": way.version,
        "site": way.site,
        "finding": way.finding,
        "first": way.first.isoformat(),
        "after": way.after.isoformat(),
    }
    return (
        reverse("trace", args=[way.device])
        + "?"
        + urlencode({name: text for name, text in asked.items() if text})
    )


def _case(scope: Scope, device: str) -> str:
    """Where a case about the device is opened: no case follows from a signal by itself."""
    return f"{reverse('case-new')}?{urlencode({'device': device})}" if opens_cases(scope.person) else ""


def _telling(measures: tuple[str, ...]) -> str:
    """The measure to open first: not every device sends heartbeats, every one reports studies."""
    return next((name for name in ("failed", "studies") if name in measures), measures[0] if measures else "")


def _stream(card: SignalCard, scope: Scope) -> list[Fact]:
    row = card.row
    address = reverse("device", args=[row.device]) if row.device else ""
    found = [Fact(_("Device"), scope.name(row.device, language()), href=address)]
    if row.version:
        found.append(Fact(_("Version"), row.version, note=_registered(card)))
    if row.site:
        found.append(Fact(_("Site (pseudonym)"), row.site, mono=True))
    if row.finding:
        found.append(Fact(_("Finding"), scope.labels(row.device).get(row.finding, row.finding)))
    found.append(Fact(_("First day over the threshold"), day(row.first_day)))
    if located := card.latest.finding.located:
        between = _("between %(low)s and %(high)s") % {"low": day(located.low), "high": day(located.high)}
        between = between if located.low < located.high else ""
        found.append(Fact(_("The change is placed at"), day(located.day), note=between))
    found.append(Fact(_("Size"), effect_words(card.latest.finding.effect)))
    found.append(Fact(_("Raised"), moment(row.raised_at)))
    return found


def _registered(card: SignalCard) -> str:
    known = card.circumstances.version_registered
    return {True: _("in the register"), False: _("not in the register"), None: ""}[known]


def _evidence(card: SignalCard, finding: Finding) -> list[Fact]:
    baseline = finding.baseline
    window = (
        f"{day(baseline.first)} – {day(baseline.after)}"
        if baseline.first
        else _("a declared value, no window")
    )
    return [
        Fact(
            _("Statistic"),
            number(finding.statistic, 3),
            note=_("threshold %(t)s") % {"t": number(finding.threshold, 3)},
        ),
        Fact(_("Guarantee"), guarantee_words(finding.guarantee)),
        Fact(_("p-value or e-value"), evidence_value(finding)),
        Fact(_("Baseline window"), window, note=_baseline_note(finding)),
        Fact(_("Digest of the baseline"), baseline.hash, mono=True),
        Fact(_("Over-dispersion φ"), number(finding.over_dispersion, 2)),
        Fact(_("Code of the detector"), finding.code, mono=True),
        Fact(
            _("Size of the journal"),
            number(finding.journal_size) if finding.journal_size is not None else NOTHING,
        ),
        Fact(_("Rows of the rollup read"), number(finding.rows_read)),
        Fact(_("Digest of those rows"), finding.rows_hash, mono=True),
        Fact(_("Digest of this evidence"), card.latest.digest, mono=True, note=_evidence_note(card)),
    ]


def _baseline_note(finding: Finding) -> str:
    if finding.detector != "failure_cusum":
        return ""
    facts = {"events": number(finding.baseline.events), "exposure": number(finding.baseline.exposure)}
    return _("%(events)s events in %(exposure)s studies") % facts


def _evidence_note(card: SignalCard) -> str:
    facts = {"n": number(len(card.evidence)), "at": moment(card.latest.at)}
    return _("record %(n)s of this signal, made %(at)s") % facts


def _step(move: MoveCard) -> Step:
    return Step(moment(move.at), verb_label(move.verb), signal_state(move.to), move.role, move.because)


def _button(verb: str, needs_grounds: bool) -> Button:
    return Button(verb, verb_label(verb), needs_grounds)
