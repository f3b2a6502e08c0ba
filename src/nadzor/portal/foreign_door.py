# SPDX-License-Identifier: Apache-2.0
"""The door through another system: where one begins, where one comes back, and what for."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import structlog
from allauth.account.internal.flows.login import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from nadzor.actions.link_identity import link_identity, linked_account, unlink_identity
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.oidc.client_auth import Asked
from nadzor.people.oidc.fetching import discovered, proved_identity
from nadzor.people.oidc.flow import Flow, Purpose, address, begin, code_of
from nadzor.people.oidc.id_token import Identity
from nadzor.people.oidc.provider import Provider, provider, return_address, secrets_of
from nadzor.people.pending import pending
from nadzor.people.queries import person
from nadzor.people.sign_in import FOREIGN
from nadzor.portal.desks import asker
from nadzor.portal.first_page import first_page
from nadzor.portal.frame import house
from nadzor.portal.fresh import note_proof
from nadzor.portal.second_step import entered
from nadzor.portal.words import said

FLOW: Final = "foreign_flow"
log = structlog.get_logger()


def label() -> str:
    """What the other system is called; nothing where the house knows none, or its file cannot be read."""
    try:
        found = provider(house())
    except Refusal:
        return ""
    return said(found.label) if found else ""


def start(request: HttpRequest) -> HttpResponse:
    """To the other system, to sign in.

    Raises: Refusal people.foreign-off, people.foreign-down, people.foreign-settings.
    """
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = ""
    return redirect(_begun(request, "sign_in", next=back))


def link(request: HttpRequest) -> HttpResponse:
    """To the other system, to link what it knows to this account.

    Why a page between: our policy lets no form lead elsewhere, not even by a redirect.
    """
    return _way_on(request, "link", next=reverse("security"))


def again(request: HttpRequest) -> HttpResponse:
    """To the other system, to prove once more who one is."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    return _way_on(request, "prove", next=back)


def unlink(request: HttpRequest, id: int) -> HttpResponse:
    """Take a link away.

    Raises: Refusal people.foreign-unknown, people.foreign-last.
    """
    unlink_identity(asker(request).username, id, now=clock.now())
    return redirect("security")


def returned(request: HttpRequest) -> HttpResponse:
    """Back from the other system; the flow is used up, whatever the answer says.

    Raises: Refusal people.foreign-off, people.foreign-mismatch, people.foreign-denied, people.foreign-down,
    people.foreign-unknown, people.foreign-taken.
    """
    flow = _flow(request)
    try:
        found = _identity(request, flow)
    except Refusal as refusal:
        log.warning("sign-in.foreign.refused", code=refusal.code, what=refusal.facts.get("what", ""))
        raise
    assert flow is not None, "an answer without a flow was refused"
    return _ENDS[flow.purpose](request, flow, found)


def _identity(request: HttpRequest, flow: Flow | None) -> Identity:
    home, now = house(), clock.now()
    known = _known()
    answer = {name: request.GET[name] for name in request.GET}
    code = code_of(answer, flow, known, now=now)
    assert flow is not None, "an answer without a flow was refused"
    asked = Asked(known, secrets_of(home), flow.state, now)
    return proved_identity(code, flow, asked, back=return_address(home))


def _sign_in(request: HttpRequest, flow: Flow, found: Identity) -> HttpResponse:
    user = linked_account(issuer=found.issuer, subject=found.subject)
    signing = pending(user, next=flow.next or first_page(person(user)))
    return entered(request, perform_login(request, signing), way=FOREIGN)


def _link(request: HttpRequest, flow: Flow, found: Identity) -> HttpResponse:
    user: Any = request.user
    if user.pk != flow.user:
        raise Refusal("people.foreign-mismatch", what="account")
    who = asker(request)
    link_identity(who.username, issuer=found.issuer, subject=found.subject, by=who, now=clock.now())
    return redirect("security")


def _prove(request: HttpRequest, flow: Flow, found: Identity) -> HttpResponse:
    user: Any = request.user
    linked = linked_account(issuer=found.issuer, subject=found.subject)
    if not user.pk == flow.user == linked.pk:
        raise Refusal("people.foreign-mismatch", what="account")
    note_proof(request)
    return redirect(flow.next)


def _way_on(request: HttpRequest, purpose: Purpose, *, next: str) -> HttpResponse:
    page = {"href": _begun(request, purpose, next=next), "foreign": label()}
    return render(request, "portal/foreign_way_on.html", page)


def _begun(request: HttpRequest, purpose: Purpose, *, next: str) -> str:
    home, known, now = house(), _known(), clock.now()
    flow = begin(known, purpose=purpose, now=now, next=next, user=request.user.pk or 0)
    request.session[FLOW] = msgspec.to_builtins(flow)
    return address(flow, known, secrets_of(home), back=return_address(home), now=now)


def _flow(request: HttpRequest) -> Flow | None:
    told = request.session.pop(FLOW, None)
    return msgspec.convert(told, Flow) if isinstance(told, dict) else None


def _known() -> Provider:
    found = provider(settings.HOME)
    if found is None:
        raise Refusal("people.foreign-off")
    return discovered(found)


_ENDS: Final = {"sign_in": _sign_in, "link": _link, "prove": _prove}
