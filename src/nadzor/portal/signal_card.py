# SPDX-License-Identifier: Apache-2.0
"""One signal: what deviates, how sure, what it does not say, who did what, what may be done, the way back."""

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
from nadzor.detect.dossier import DETECTORS, dossier
from nadzor.measures.catalogue import catalogue
from nadzor.portal.budget import national_fact
from nadzor.portal.cases import opens_cases
from nadzor.portal.door import public
from nadzor.portal.frame import person_of, theme_of
from nadzor.portal.procedure_sheets import role_name
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Crumb, Fact, State
from nadzor.portal.signal_chart import signal_figures
from nadzor.portal.signal_evidence import command_of, evidence_facts, evidence_table
from nadzor.portal.signal_forms import forms_of, told_by
from nadzor.portal.signal_kin import kin_facts
from nadzor.portal.signal_words import (
    course_state,
    denominator,
    detector_name,
    effect_words,
    headline,
    reason_name,
    sentence,
    severity_state,
    signal_state,
    strength_words,
    target,
    verb_label,
)
from nadzor.portal.vault_link import site_ways
from nadzor.portal.words import day, language, moment, said
from nadzor.procedures.signal import CONFIRMED
from nadzor.register import queries as register
from nadzor.register.authority import acts_for_head
from nadzor.vigilance import queries
from nadzor.vigilance.cards import MoveCard, SignalCard, SignalRow, WayBack
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
    added: str


def page(request: HttpRequest, id: int) -> HttpResponse:
    """The card of one signal."""
    scope = scope_of(request)
    card = queries.signal(min(id, NO_SIGNAL), devices=scope.codes)
    return render(request, "portal/signal.html", card_page(card, scope, theme=theme_of(request)))


@require_POST
@public
def move(request: HttpRequest, id: int) -> HttpResponse:
    """Make a move and show the signal again."""
    verb = request.POST.get("verb", "")
    grounds = Grounds(*told_by(request.POST, verb))
    move_signal(min(id, NO_SIGNAL), verb, by=person_of(request), grounds=grounds, now=clock.now())
    return redirect("signal", id=id)


def card_page(card: SignalCard, scope: Scope, *, theme: str) -> dict[str, Any]:
    """Everything the card shows."""
    row, finding = card.row, card.latest.finding
    maker = scope.devices[row.device].maker.code if row.device in scope.devices else ""
    for_head = acts_for_head(scope.person, "signal", on=clock.today())
    moves = moves_open_to(scope.person, row.state, maker=maker, for_head=for_head)
    return {
        "id": row.id,
        "title": headline(row, scope.labels(row.device)),
        "device": scope.name(row.device, language()),
        "sentence": sentence(finding, scope.labels(row.device)),
        "marks": _marks(card),
        "target": target(row, clock.today()),
        "stream": [*_stream(card, scope), *site_ways(row.site, f"signal {row.id}", scope.person)],
        "kin": kin_facts(card, scope),
        "figures": signal_figures(card, scope, theme=theme),
        "evidence": _evidence(card),
        "said": evidence_table(card),
        "command": command_of(finding),
        "statements": _statements(card),
        "not_excluded": _not_excluded(row.detector),
        "steps": [_step(move) for move in card.moves],
        "forms": forms_of(row, moves),
        "case": _case(scope, row),
        "trace": trace_address(card.way_back) if row.device else "",
        "way_back": card.way_back,
        "crumbs": [Crumb(_("Signals"), reverse("signals")), Crumb(_("signal %(id)s") % {"id": row.id})],
    }


def _evidence(card: SignalCard) -> list[Fact]:
    national = national_fact(card.row)
    return [*([national] if national else []), *evidence_facts(card)]


def _marks(card: SignalCard) -> list[State]:
    row = card.row
    return [
        signal_state(row.state),
        course_state(row.course),
        severity_state(row.severity),
        State(strength_words(row.strength)),
    ]


def _statements(card: SignalCard) -> list[str]:
    labels = {
        claim.finding: Text(ru=claim.label_ru, en=claim.label_en)
        for claim in register.claims(card.row.device)
    }
    record = queries.record(card.row.detector)
    return [said(each.text) for each in statements(card, record, labels=labels)]


def _not_excluded(detector: str) -> list[str]:
    """The other explanations that the detector's dossier names."""
    return [said(each) for each in dossier(detector).not_excluded] if detector in DETECTORS else []


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


def _case(scope: Scope, row: SignalRow) -> str:
    """Where a case is opened; on the signal itself once a head confirmed it, else about its device only."""
    if not opens_cases(scope.person):
        return ""
    ground = {"signal": str(row.id)} if row.state == CONFIRMED else {}
    return f"{reverse('case-new')}?{urlencode({'device': row.device} | ground)}"


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
    if row.dimension and row.stratum:
        label = catalogue().stratum_label(row.dimension, row.stratum) if _is_known(row) else None
        found.append(Fact(_("Part"), said(label) if label else row.stratum))
    found.append(Fact(_("First day over the threshold"), day(row.first_day)))
    if located := card.latest.finding.located:
        between = _("between %(low)s and %(high)s") % {"low": day(located.low), "high": day(located.high)}
        between = between if located.low < located.high else ""
        found.append(Fact(_("The change is placed at"), day(located.day), note=between))
    found.append(Fact(_("Size"), effect_words(card.latest.finding)))
    found.append(Fact(_("Of what"), denominator(row)))
    detector = row.detector
    address = reverse("detector", args=[detector]) if detector in DETECTORS else ""
    found.append(Fact(_("Detector"), detector_name(detector), href=address))
    found.append(Fact(_("Raised"), moment(row.raised_at)))
    return [*found, *_disposed(row)]


def _disposed(row: SignalRow) -> list[Fact]:
    """How a person disposed of it: the reason, the version, the day it comes back."""
    told = [
        (_("Reason"), reason_name(row.reason)),
        (_("Resolved in version"), row.fixed_version),
        (_("Comes back on"), day(row.archived_until) if row.archived_until else ""),
        (_("Comes back with version"), row.archived_version),
        (_("Taken up by"), role_name(row.owner_role) if row.owner_role else ""),
    ]
    return [Fact(label, text) for label, text in told if text]


def _is_known(row: SignalRow) -> bool:
    return row.dimension in catalogue().dimensions


def _registered(card: SignalCard) -> str:
    known = card.circumstances.version_registered
    return {True: _("in the register"), False: _("not in the register"), None: ""}[known]


def _step(move: MoveCard) -> Step:
    added = {"reason_code": reason_name}
    told = [added.get(name, str)(str(text)) for name, text in move.added.items()]
    by = role_name(move.role)
    return Step(
        moment(move.at), verb_label(move.verb), signal_state(move.to), by, move.because, ", ".join(told)
    )
