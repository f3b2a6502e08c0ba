# SPDX-License-Identifier: Apache-2.0
"""The vault's desk: who asked to learn which clinic is behind a site, and the form that asks."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from nadzor.actions.ask_opening import ABOUT_MAX, Asked, ask_opening, break_glass
from nadzor.actions.opening_rows import BECAUSE_MAX
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, line, prose, select, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Crumb, Line, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import moment, said
from nadzor.records.opening_rules import PURPOSES, STATES, may_ask
from nadzor.records.openings import OpeningCard, openings

SITES_MAX: Final = 2000
FIELDS: Final = {
    "vault.purpose": "purpose",
    "vault.because": "because",
    "vault.because-personal": "because",
    "vault.sites-missing": "sites",
    "vault.sites-many": "sites",
    "vault.unknown": "sites",
    "vault.no-paper": "month",
    "register.device-unknown": "month",
    "vault.not-a-danger": "purpose",
    "vault.own-interest": "about",
}


@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Openings: those that wait for somebody first."""
    who = asker(request)
    found = openings(who, now=clock.now())
    shown: dict[str, Any] = {
        "waiting": _table(_("Waiting for somebody"), [one for one in found if one.waits]),
        "past": _table(_("Past openings"), [one for one in found if not one.waits]),
        "may_ask": may_ask(who),
    }
    return render(request, "portal/vault_list.html", shown)


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """The form; a link of another page fills in site and affair."""
    if request.method == "POST":
        return _asked(request)
    return _form(request, {})


def _asked(request: HttpRequest) -> HttpResponse:
    deed = break_glass if "alone" in request.POST else ask_opening
    try:
        id = deed(house(), _read(request), by=asker(request), now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="vault")
        if refusal.code not in FIELDS:
            raise
        return _form(request, {FIELDS[refusal.code]: told(refusal)}, status=problem(refusal.code).status)
    messages.success(request, _("The request is written down."))
    return redirect("vault-opening", id=id)


def _read(request: HttpRequest) -> Asked:
    given = request.POST
    return Asked(
        purpose=given.get("purpose", ""), because=given.get("because", ""),
        sites=tuple(given.get("sites", "")[:SITES_MAX].split()), about=given.get("about", ""),
        month=" ".join(given.get("month", "").split()),
    )  # fmt: skip


def _form(request: HttpRequest, wrong: dict[str, str], *, status: int = 200) -> HttpResponse:
    fields = _fields(request, wrong)
    shown: dict[str, Any] = {
        "fields": fields,
        "errors": summary(fields),
        "crumbs": [Crumb(_("Vault"), reverse("vault")), Crumb(_("Ask for an opening"))],
    }
    return render(request, "portal/vault_ask.html", shown, status=status)


def _fields(request: HttpRequest, wrong: dict[str, str]) -> list[Input]:
    given = request.POST if request.method == "POST" else request.GET
    names = {code: said(text) for code, text in PURPOSES.items()}
    typed = {
        name: given.get(name, "")[:SITES_MAX] for name in ("purpose", "because", "sites", "about", "month")
    }
    sites = typed["sites"] or given.get("site", "")[:40]
    return [
        select("purpose", _("Purpose"), names, typed["purpose"], error=wrong.get("purpose", "")),
        prose(
            "because", _("Grounds"), value=typed["because"], error=wrong.get("because", ""),
            hint=_("The clinic will read them. No names, no telephones."), longest=BECAUSE_MAX,
        ),
        line(
            "about", _("The affair"), value=typed["about"], error=wrong.get("about", ""), longest=ABOUT_MAX,
            hint=_("For example: event AE-2026-000001"),
        ),
        prose(
            "sites", _("Sites"), value=sites, error=wrong.get("sites", ""), longest=SITES_MAX,
            hint=_("Pseudonyms, one a line; only those you cannot do without."),
        ),
        line(
            "month", _("Or a sealed month"), value=typed["month"], error=wrong.get("month", ""), longest=80,
            hint=_("Code of the device and month, for example: k-1 2026-10"),
        ),
    ]  # fmt: skip


def _table(caption: str, found: list[OpeningCard]) -> Table | None:
    if not found:
        return None
    head = columns(_("Request"), _("State"), _("Purpose"), _("Sites"), _("Asked"), _("Two people"))
    return Table(caption, head, [_line(one) for one in found])


def _line(one: OpeningCard) -> Line:
    what = one.month or str(len(one.sites))
    people = ", ".join(name for name in (one.asked_by, one.decided_by) if name)
    tone = "warn" if one.waits else ""
    words = _("Waits for a review") if one.waits_for_review else said(STATES[one.state])
    return row(
        Cell(f"{one.id}", href=reverse("vault-opening", args=[one.id])), Cell(words, state=tone),
        Cell(said(PURPOSES[one.purpose]), wraps=True), what, moment(one.asked_at), people,
    )  # fmt: skip
