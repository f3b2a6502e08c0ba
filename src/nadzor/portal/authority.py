# SPDX-License-Identifier: Apache-2.0
"""Authority: by which order somebody decides for the head, and who must keep out of whose affairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nadzor.actions.declare_interest import declare_interest, end_interest
from nadzor.actions.delegate import delegate, end_delegation
from nadzor.base import clock
from nadzor.base.problems import Refusal, document, problem
from nadzor.people.permissions import may_decide, may_read_audit
from nadzor.portal.authority_forms import (
    Typed,
    delegation_inputs,
    interest_inputs,
    is_known,
    power_of,
)
from nadzor.portal.authority_sheets import delegation_lines, interest_lines, trail
from nadzor.portal.desks import asker
from nadzor.portal.fields import Wrong
from nadzor.portal.inputs import summary
from nadzor.portal.words import language
from nadzor.register import authority


def page(request: HttpRequest) -> HttpResponse:
    """What is in force, the forms, and the trail for those who may read it."""
    return render(request, "portal/authority.html", _context(request, Typed()))


def give(request: HttpRequest) -> HttpResponse:
    """Write a delegation."""

    def deed() -> str:
        delegate(power_of(request.POST), by=asker(request), now=clock.now())
        return _("The delegation is written.")

    return _done(request, deed, form="delegation")


def declare(request: HttpRequest) -> HttpResponse:
    """Declare an interest: one's own, or as the head somebody else's."""
    given, who = request.POST, asker(request)

    def deed() -> str:
        username = given.get("username", "").strip() or None
        declare_interest(
            given.get("organisation", "").strip(), why=given.get("why", ""), by=who, now=clock.now(),
            username=None if username == who.username else username,
        )  # fmt: skip
        return _("The interest is declared; it bars from this moment.")

    return _done(request, deed, form="interest")


def end_power(request: HttpRequest, id: int) -> HttpResponse:
    """Take a delegation back."""

    def deed() -> str:
        end_delegation(id, by=asker(request), now=clock.now())
        return _("The delegation has ended.")

    return _done(request, deed, form="")


def end_bar(request: HttpRequest, id: int) -> HttpResponse:
    """End an interest."""

    def deed() -> str:
        end_interest(id, by=asker(request), now=clock.now())
        return _("The interest has ended.")

    return _done(request, deed, form="")


def _done(request: HttpRequest, deed: Callable[[], str], *, form: str) -> HttpResponse:
    """Do it and show the page again; what a form got wrong comes back with everything that was typed."""
    try:
        said = deed()
    except Refusal as refusal:
        if not form or not is_known(refusal):
            raise
        typed = Typed(form=form, given=request.POST, errors=_errors(refusal))
        status = problem(refusal.code).status
        return render(request, "portal/authority.html", _context(request, typed), status=status)
    messages.success(request, said)
    return redirect("authority")


def _errors(refusal: Refusal) -> Mapping[str, str]:
    told = document(refusal, language())
    place = (refusal.at or "").removeprefix("$.")
    return {place: f"{told['title']}. {told['do']}"}


def _context(request: HttpRequest, typed: Typed) -> dict[str, object]:
    who, today = asker(request), clock.today()
    giving = delegation_inputs(typed, today=today) if may_decide(who) else []
    declaring = interest_inputs(who, typed)
    errors: list[Wrong] = summary([*giving, *declaring])
    return {
        "errors": errors,
        "typed_form": typed.form,
        "is_head": may_decide(who),
        "delegations": delegation_lines(authority.delegations(who), today=today),
        "interests": interest_lines(authority.interests(who)),
        "giving": giving,
        "declaring": declaring,
        "trail": trail() if may_read_audit(who) else None,
    }
