# SPDX-License-Identifier: Apache-2.0
"""The page that asks again who sits there, and gives back the form that was waiting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.attempts import may_try, note_failure
from nadzor.people.factors import factors
from nadzor.people.session_cards import links
from nadzor.portal import foreign_door
from nadzor.portal.fresh import HELD, covers, note_proof
from nadzor.portal.inputs import Input, line
from nadzor.portal.passkeys import asked_options
from nadzor.portal.refused_words import refused_words
from nadzor.portal.second_step import code_field, prove

PASSWORD_MAX = 200


class Held(Struct, frozen=True):
    """A form that waited."""

    path: str
    back: str
    fields: list[tuple[str, str]]
    files: bool = False


def page(request: HttpRequest) -> HttpResponse:
    """Ask for a password or a second factor; then back to where somebody was."""
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    if request.method != "POST":
        return _asked(request, back)
    user: Any = request.user
    if not may_try(request, user.get_username()):
        return redirect("prove")
    try:
        _prove(request, user)
    except Refusal as refusal:
        return _asked(request, back, wrong=refused_words(refusal))
    note_proof(request)
    return _returned(request, back)


def _prove(request: HttpRequest, user: Any) -> None:
    """Take a password or a second factor.

    Raises: Refusal people.password-wrong, and what a second factor raises.
    """
    if password := request.POST.get("password", ""):
        if authenticate(request, username=user.get_username(), password=password[:PASSWORD_MAX]) != user:
            raise Refusal("people.password-wrong")
        return
    try:
        prove(request, user)
    except Refusal:
        note_failure(request, user.get_username())
        raise


def _returned(request: HttpRequest, back: str) -> HttpResponse:
    """Back to the page, or to the form that waited: it is sent by its author's own press, not by us."""
    found = held(request)
    if found is None:
        return redirect(back)
    return render(request, "portal/prove_resume.html", {"held": found})


def held(request: HttpRequest) -> Held | None:
    """The form that waits in this session, taken out of it; one that waited too long is gone."""
    told = request.session.pop(HELD, None)
    if not isinstance(told, dict) or clock.now() - datetime.fromtimestamp(told["at"], UTC) > covers():
        return None
    fields = [(name, text) for name, text in told["fields"]]
    return Held(told["path"], told["back"], fields, told["files"])


def _asked(request: HttpRequest, back: str, *, wrong: str = "") -> HttpResponse:
    user: Any = request.user
    found = factors(user.get_username())
    page = {
        "next": back,
        "wrong": wrong,
        "minutes": int(covers().total_seconds() // 60),
        "fields": _fields(user.has_usable_password(), has_code=bool(found.app or found.codes_left)),
        "options": asked_options(user) if found.keys else "",
        "waits": HELD in request.session,
        "foreign": foreign_door.label() if links(user.get_username()) else "",
    }
    return render(request, "portal/prove.html", page)


def _fields(has_password: bool, *, has_code: bool) -> list[Input]:
    fields = []
    if has_password:
        fields.append(
            line(
                "password",
                _("Password"),
                type="password",
                autocomplete="current-password",
                longest=PASSWORD_MAX,
            )
        )
    if has_code:
        fields.append(code_field())
    return fields
