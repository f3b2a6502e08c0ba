# SPDX-License-Identifier: Apache-2.0
"""Deeds of the security page: another password, an end to sessions, tokens of one's own."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nadzor.actions.change_password import LENGTH_MAX, change_password
from nadzor.actions.end_sessions import end_own_sessions
from nadzor.actions.give_api_token import give_own_token, revoke_own_token
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.attempts import may_try
from nadzor.people.queries import TokenCard, api_tokens
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, line, select
from nadzor.portal.refused_words import refused_words
from nadzor.portal.sheets import Cell, Line, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import moment

DAYS: Final = ("30", "90", "365")


def password(request: HttpRequest) -> HttpResponse:
    """Choose another password; the other sessions end."""
    wrong = {"old": "", "new": "", "again": ""}
    if request.method == "POST":
        new = request.POST.get("new", "")
        if not _knows_present(request):
            wrong["old"] = _("This is not your present password.")
        elif new != request.POST.get("again", ""):
            wrong["again"] = _("The two are not the same.")
        else:
            try:
                change_password(request, new=new, now=clock.now())
            except Refusal as refusal:
                wrong["new"] = refused_words(refusal)
            else:
                return redirect("security")
    hint = _("Twelve characters at least, not a common word and not your name.")
    fields = [
        *_present(request, wrong["old"]),
        line("new", _("New password"), type="password", hint=hint, error=wrong["new"],
             autocomplete="new-password", longest=LENGTH_MAX),
        line("again", _("The same once more"), type="password", error=wrong["again"],
             autocomplete="new-password", longest=LENGTH_MAX),
    ]  # fmt: skip
    page = {"fields": fields, "wrong": any(wrong.values()), "given": _account(request).is_password_given}
    return render(request, "portal/security_password.html", page)


def _account(request: HttpRequest) -> Any:
    return request.user


def _present(request: HttpRequest, wrong: str) -> list[Input]:
    """The field of the present password; an account of another system has none."""
    if not _account(request).has_usable_password():
        return []
    name = _("Present password")
    return [
        line("old", name, type="password", error=wrong, autocomplete="current-password", longest=LENGTH_MAX)
    ]


def _knows_present(request: HttpRequest) -> bool:
    """Whether the present password was typed; wrong ones count like any guess."""
    user = _account(request)
    if not user.has_usable_password():
        return True
    if not may_try(request, user.get_username()):
        return False
    typed = request.POST.get("old", "")[:LENGTH_MAX]
    return authenticate(request, username=user.get_username(), password=typed) == user


def end_others(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    current = request.session.session_key or ""
    end_own_sessions(asker(request).username, current=current, now=clock.now())
    return redirect("security")


def end_one(request: HttpRequest, id: int) -> HttpResponse:
    """End one session; this one ends by signing out."""
    current = request.session.session_key or ""
    end_own_sessions(asker(request).username, current=current, only=id, now=clock.now())
    return redirect("security")


def tokens(request: HttpRequest) -> HttpResponse:
    """Tokens of one's own: those there are, and a new one, shown once."""
    who, given, wrong = asker(request), "", ""
    if request.method == "POST":
        days, scope = request.POST.get("days", ""), request.POST.get("scope", "read")
        try:
            given = give_own_token(
                who, days=int(days) if days in DAYS else 0, scope=scope, home=house(), now=clock.now()
            ).token
        except Refusal as refusal:
            wrong = refused_words(refusal)
    scopes = {"read": _("reads only"), "write": _("reads and writes")}
    spans = {days: _("%(n)s days") % {"n": days} for days in DAYS}
    page = {
        "given": given,
        "wrong": wrong,
        "table": _tokens(who.username),
        "living": [one.prefix for one in api_tokens(who.username) if one.revoked_at is None],
        "fields": [
            select("scope", _("What it may do"), scopes, "read"),
            select("days", _("How long it works"), spans, "90"),
        ],
    }
    answer = render(request, "portal/security_tokens.html", page)
    answer["Cache-Control"] = "no-store"
    return answer


def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Revoke a token of one's own.

    Raises: Refusal people.token-unknown.
    """
    with transaction.atomic():
        revoke_own_token(asker(request), prefix, now=clock.now())
    return redirect("security-tokens")


def _tokens(username: str) -> Table | None:
    found = api_tokens(username)
    if not found:
        return None
    head = columns(_("Begins with"), _("May"), _("Until"), _("Last used"), _("State"))
    return Table(_("Tokens"), head, [_token(one) for one in found])


def _token(one: TokenCard) -> Line:
    state = Cell(_("revoked"), state="calm") if one.revoked_at else Cell(_("works"), state="good")
    if one.revoked_at is None and one.expires_at <= clock.now():
        state = Cell(_("expired"), state="calm")
    may = _("reads only") if one.scope == "read" else _("reads and writes")
    used = moment(one.used_at) if one.used_at else _("never")
    return row(Cell(one.prefix + "…", mono=True), may, moment(one.expires_at), used, state)
