# SPDX-License-Identifier: Apache-2.0
"""Deferrals: those that stand and stood, and the head's form to place one and to end one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.defer_access import BECAUSE_MAX, TERM, Wish, defer_access, end_deferral, term_of
from nadzor.base import clock
from nadzor.base.problems import Refusal, document, problem
from nadzor.people.permissions import may_decide
from nadzor.portal.choices import whole
from nadzor.portal.desks import asker
from nadzor.portal.inputs import Input, line, prose, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Crumb, State
from nadzor.portal.words import language, moment, number
from nadzor.records.deferrals import DeferralCard, deferrals

NOTHING = QueryDict()


class Entry(Struct, frozen=True, kw_only=True):
    """One deferral as the page shows it."""

    id: int
    owner: str
    until: str
    because: str
    placed: str
    state: State
    can_end: bool


def page(request: HttpRequest) -> HttpResponse:
    """All of them, newest first."""
    return _page(request)


def place(request: HttpRequest) -> HttpResponse:
    """Place one; a refused form comes back as typed."""
    given = request.POST
    wish = Wish(
        device=given.get("device", "").strip()[:64],
        site=given.get("site", "").strip()[:40],
        days=whole(given.get("days", "").strip()) or 0,
        because=given.get("because", ""),
    )
    try:
        defer_access(wish, by=asker(request), now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="defer_access")
        return _page(request, given, refusal)
    messages.success(request, _("The deferral stands; the owner sees that it does, and until when."))
    return redirect("deferrals")


def end(request: HttpRequest, id: int) -> HttpResponse:
    """End one before its time."""
    end_deferral(id, by=asker(request), now=clock.now())
    messages.success(request, _("The deferral has ended; the owner sees the details."))
    return redirect("deferrals")


def _page(request: HttpRequest, given: QueryDict = NOTHING, wrong: Refusal | None = None) -> HttpResponse:
    now, is_head = clock.now(), may_decide(asker(request))
    term = term_of(TERM, now)
    fields = _fields(given, wrong) if is_head and term is not None else []
    shown = {
        "entries": [_entry(each, now, is_head=is_head) for each in deferrals()],
        "fields": fields,
        "errors": summary(fields),
        "term": _("At most %(n)s days, by the house's own norm.") % {"n": number(term.days)} if term else "",
        "norm": reverse("norm", args=[TERM]),
        "is_head": is_head,
        "crumbs": [Crumb(_("Audit"), reverse("audit")), Crumb(_("Deferrals"))],
    }
    return render(
        request, "portal/deferrals.html", shown, status=problem(wrong.code).status if wrong else 200
    )


def _entry(each: DeferralCard, now: datetime, *, is_head: bool) -> Entry:
    stands = each.stands(now)
    over = _("ended early by %(who)s") % {"who": each.ended_by} if each.ended_at else _("over")
    placed = {"who": each.placed_by, "when": moment(each.placed_at)}
    return Entry(
        id=each.id,
        owner=each.device or each.site,
        until=moment(each.ended_at or each.until),
        because=each.because,
        placed=_("%(who)s, %(when)s") % placed,
        state=State(_("stands"), "warn") if stands else State(over, "calm"),
        can_end=is_head and stands,
    )


def _fields(given: QueryDict, wrong: Refusal | None) -> Sequence[Input]:
    place, told = _told(wrong)

    def wrong_at(name: str) -> str:
        return told if place == name else ""

    return [
        line("device", _("Device"), value=given.get("device", ""), error=wrong_at("device")),
        line("site", _("Site"), value=given.get("site", ""), error=wrong_at("site"),
             hint=_("One of both: a device, or the pseudonym of a site.")),
        line("days", _("For how many days"), value=given.get("days", ""), mode="numeric",
             error=wrong_at("days")),
        prose("because", _("Why"), value=given.get("because", ""), longest=BECAUSE_MAX,
              hint=_("The auditor reads it; the owner does not. No names, no clinics."),
              error=wrong_at("because")),
    ]  # fmt: skip


def _told(wrong: Refusal | None) -> tuple[str, str]:
    """Beside which field a refusal stands; one without a field stands beside the first."""
    if wrong is None:
        return "", ""
    told = document(wrong, language())
    return (wrong.at or "").removeprefix("$.") or "device", f"{told['title']}. {told['do']}"
