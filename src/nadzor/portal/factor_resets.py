# SPDX-License-Identifier: Apache-2.0
"""Lost second factors of staff: what the operator asks for, and the second person's word on it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from msgspec import Struct

from nadzor.actions.decide_factor_reset import decide_factor_reset
from nadzor.actions.opening_rows import BECAUSE_MAX
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.factor_resets import ResetCard, factor_resets
from nadzor.people.queries import Person
from nadzor.people.reset_rules import may_decide_reset, may_refuse_reset
from nadzor.people.roles import ROLE_NAMES
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.inputs import Input, prose, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Line, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import language, moment

ON_THE_PAGE: Final = frozenset({"vault.because", "vault.because-personal"})


class Waiting(Struct, frozen=True, kw_only=True):
    """One request that waits, and what who reads may say to it."""

    card: ResetCard
    role: str
    asked: str
    until: str
    field: Input | None
    may_confirm: bool


@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Requests that wait, and past ones."""
    return _page(request)


@never_cache
def decide(request: HttpRequest, id: int) -> HttpResponse:
    """Confirm or refuse."""
    approve, because = request.POST.get("decision") == "confirm", request.POST.get(f"because-{id}", "")
    try:
        decide_factor_reset(id, approve=approve, because=because, by=asker(request), now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="factor-reset")
        if refusal.code not in ON_THE_PAGE:
            raise
        return _page(request, {id: told(refusal)}, status=problem(refusal.code).status)
    messages.success(request, _("Done, and recorded."))
    return redirect("factor-resets")


def _page(request: HttpRequest, wrong: dict[int, str] | None = None, *, status: int = 200) -> HttpResponse:
    found, who = factor_resets(now=clock.now()), asker(request)
    waiting = [_waiting(request, one, who, (wrong or {}).get(one.id, "")) for one in found if one.waits]
    shown: dict[str, Any] = {
        "waiting": waiting,
        "past": _past([one for one in found if not one.waits]),
        "errors": summary([one.field for one in waiting if one.field]),
    }
    return render(request, "portal/factor_resets.html", shown, status=status)


def _waiting(request: HttpRequest, card: ResetCard, who: Person, wrong: str) -> Waiting:
    name = f"because-{card.id}"
    field = prose(
        name, _("Grounds"), value=request.POST.get(name, "")[: 2 * BECAUSE_MAX], error=wrong,
        longest=BECAUSE_MAX, hint=_("How you made sure that it is this person who asks."),
    )  # fmt: skip
    return Waiting(
        card=card, role=_role(card), asked=moment(card.asked_at),
        until=moment(card.request.due_from if card.request.is_alone else card.request.expires_at),
        field=field if may_refuse_reset(who, card.request) else None,
        may_confirm=may_decide_reset(who, card.request),
    )  # fmt: skip


def _role(card: ResetCard) -> str:
    return ROLE_NAMES[card.request.role][language()]


def _past(found: list[ResetCard]) -> Table | None:
    if not found:
        return None
    head = columns(_("Whose account"), _("State"), _("Asked"), _("Decided by"), _("Grounds"))
    return Table(_("Past requests"), head, [_line(one) for one in found])


def _line(one: ResetCard) -> Line:
    states = {"done": _("taken off"), "refused": _("refused"), "lapsed": _("nobody decided in time")}
    return row(
        Cell(one.request.account, mono=True), states[one.state], moment(one.asked_at),
        one.decided_by or _("nobody"), Cell(one.decided_because or one.because, wraps=True),
    )  # fmt: skip
