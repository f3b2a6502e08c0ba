# SPDX-License-Identifier: Apache-2.0
"""One opening of the vault: what may be done with it now, and the answer for its two people alone.

The answer is drawn in reply to a POST and kept by nobody: not by the browser's cache, not by a proxy, not in
an address.  It says on its face who saw it and when.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from nadzor.actions.close_opening import close_opening, review_opening
from nadzor.actions.decide_opening import decide_opening
from nadzor.actions.look_behind import Revealed, look_at_month, look_behind
from nadzor.actions.opening_rows import BECAUSE_MAX, acts_as_head, today_of
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.queries import Person
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, boxes, prose, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Crumb, Fact, Table, columns, line
from nadzor.portal.words import day, language, moment, said
from nadzor.records.opening_rules import (
    FINDINGS,
    PURPOSES,
    STATES,
    Parties,
    may_close,
    may_decide_opening,
    may_look,
    may_review,
)
from nadzor.records.openings import OpeningCard, opening

ON_THE_PAGE: Final = frozenset({"vault.because", "vault.because-personal", "vault.finding"})


@never_cache
def page(request: HttpRequest, id: int) -> HttpResponse:
    """The card: facts, looks, and the deeds that are open to who asks."""
    return _page(request, id)


@never_cache
def decide(request: HttpRequest, id: int) -> HttpResponse:
    """Approve or refuse."""
    approve, because = request.POST.get("decision") == "approve", request.POST.get("because", "")
    return _done(
        request, id,
        lambda who: decide_opening(id, approve=approve, because=because, by=who, now=clock.now()),
    )  # fmt: skip


@never_cache
def close(request: HttpRequest, id: int) -> HttpResponse:
    """End it now."""
    return _done(request, id, lambda who: close_opening(id, by=who, now=clock.now()))


@never_cache
def review(request: HttpRequest, id: int) -> HttpResponse:
    """Judge a broken glass."""
    finding, because = request.POST.get("finding", ""), request.POST.get("because", "")
    return _done(
        request, id, lambda who: review_opening(id, finding, because=because, by=who, now=clock.now())
    )  # fmt: skip


@never_cache
def look(request: HttpRequest, id: int) -> HttpResponse:
    """Which clinic is behind one site; recorded before it is shown."""
    try:
        found = look_behind(house(), id, request.POST.get("site", ""), by=asker(request), now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="vault")
        raise
    return render(request, "portal/vault_revealed.html", _revealed(found, asker(request)))


@never_cache
def month(request: HttpRequest, id: int) -> HttpResponse:
    """The sealed month as a file; recorded before it is read."""
    try:
        paper = look_at_month(house(), id, by=asker(request), now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="vault")
        raise
    answer = HttpResponse(paper, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="vault-{id}.json"'
    return answer


def _done(request: HttpRequest, id: int, deed: Callable[[Person], None]) -> HttpResponse:
    try:
        deed(asker(request))
    except Refusal as refusal:
        note_refused(request, refusal, verb="vault")
        if refusal.code not in ON_THE_PAGE:
            raise
        return _page(request, id, wrong=refusal, status=problem(refusal.code).status)
    messages.success(request, _("Done, and recorded."))
    return redirect("vault-opening", id=id)


def _page(request: HttpRequest, id: int, *, wrong: Refusal | None = None, status: int = 200) -> HttpResponse:
    who = asker(request)
    card = opening(who, id, now=clock.now())
    fields = _fields(request, wrong)
    shown: dict[str, Any] = {
        "card": card,
        "facts": _facts(card),
        "looks": _looks(card),
        **_rights(card, who),
        **fields,
        "errors": summary([fields["finding"], fields["because"]]) if wrong else [],
        "title": _("Opening %(id)s") % {"id": id},
        "crumbs": [Crumb(_("Vault"), reverse("vault")), Crumb(_("Opening %(id)s") % {"id": id})],
    }
    return render(request, "portal/vault.html", shown, status=status)


def _rights(card: OpeningCard, who: Person) -> dict[str, bool]:
    """What who asks may do with it now."""
    parties = Parties(
        asked_by=card.asked_by, decided_by=card.decided_by, asked_as_head=card.asked_role == "head"
    )
    is_head = acts_as_head(who, on=today_of(clock.now()))
    is_open = card.state == "open"
    return {
        "may_decide": card.state == "asked" and may_decide_opening(who, parties, is_head=is_head),
        "may_look": is_open and may_look(who, parties),
        "may_close": is_open and may_close(who, parties, is_head=is_head),
        "may_review": card.waits_for_review and may_review(who, parties),
    }


def _fields(request: HttpRequest, wrong: Refusal | None) -> dict[str, Input]:
    words = told(wrong) if wrong else ""
    of_finding = wrong is not None and wrong.code == "vault.finding"
    names = {code: said(text) for code, text in FINDINGS.items()}
    chosen = [request.POST.get("finding", "")]
    typed = request.POST.get("because", "")[: 2 * BECAUSE_MAX]
    hint = _("The clinic will read them. No names, no telephones.")
    return {
        "finding": boxes(
            "finding", _("Was it justified?"), names, chosen, many=False, error=words if of_finding else ""
        ),
        "because": prose(
            "because", _("Grounds"), value=typed, hint=hint, longest=BECAUSE_MAX,
            error="" if of_finding else words,
        ),
    }  # fmt: skip


def _facts(card: OpeningCard) -> list[Fact]:
    kinds = {"two_person": _("by two people"), "break_glass": _("by one person, for a danger")}
    found = [
        Fact(_("State"), said(STATES[card.state]), state="warn" if card.waits else ""),
        Fact(_("How"), kinds[card.kind]),
        Fact(_("Purpose"), said(PURPOSES[card.purpose])),
        Fact(_("Grounds"), card.because),
        Fact(_("The affair"), card.about or "—"),
        Fact(_("Asked (Moscow time)"), moment(card.asked_at), note=card.asked_by),
        Fact(
            _("Waits for a second person until"),
            moment(card.lapses_at),
            href=reverse("norm", args=["vault.approval"]),
        ),
        Fact(_("Decided"), moment(card.decided_at), note=f"{card.decided_by} {card.decided_because}".strip()),
        Fact(_("Open until"), moment(card.expires_at), href=reverse("norm", args=["vault.open"])),
        Fact(_("Closed"), moment(card.closed_at)),
    ]
    told = [fact for fact in found if fact.text not in {"", "—"}]
    return [*told, *_review_facts(card)] if card.kind == "break_glass" else told


def _review_facts(card: OpeningCard) -> list[Fact]:
    finding = said(FINDINGS[card.finding]) if card.finding else "—"
    return [
        Fact(_("Review due"), day(card.review_due), href=reverse("norm", args=["vault.review"])),
        Fact(_("Finding"), finding, note=f"{card.reviewed_by} {card.review_because}".strip()),
    ]


def _looks(card: OpeningCard) -> Table | None:
    if not card.looks:
        return None
    head = columns(_("When"), _("Site"), _("Who looked"))
    lines = [line(moment(one.at), Cell(one.site, mono=True), one.by) for one in card.looks]
    return Table(_("What was looked at"), head, lines)


def _revealed(found: Revealed, who: Person) -> dict[str, Any]:
    clinic = found.clinic
    name = clinic.name_en if language() == "en" else clinic.name_ru
    mark = _("Shown to %(name)s on %(moment)s. This look is recorded, and the clinic will learn of it.")
    return {
        "facts": [
            Fact(_("Site"), found.site, mono=True),
            Fact(_("Clinic"), name or "—"),
            Fact("OID", clinic.oid, mono=True),
            Fact(_("INN"), clinic.inn or "—", mono=True),
        ],
        "mark": mark % {"name": who.full_name, "moment": moment(found.at)},
        "until": moment(found.until),
        "id": found.opening,
        "crumbs": [Crumb(_("Vault"), reverse("vault")), Crumb(_("Opening %(id)s") % {"id": found.opening})],
    }
