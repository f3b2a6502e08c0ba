# SPDX-License-Identifier: Apache-2.0
"""Adding and removing second factors: an app by its square, a key by the browser, recovery codes once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nadzor.actions.add_factor import NAME_MAX, add_app, add_key, renew_codes
from nadzor.actions.remove_factor import remove_factor, rename_key
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people import totp
from nadzor.people.attempts import may_try, note_failure
from nadzor.people.factors import factors
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.inputs import line
from nadzor.portal.passkeys import new_options
from nadzor.portal.printed_code_square import square
from nadzor.portal.refused_words import refused_words
from nadzor.portal.second_step import CODE_MAX, credential

SECRET: Final = "new_app_secret"  # in the session until the code shows that the app has it
ISSUER: Final = "Nadzor"


def app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app: its square and its secret, and the first code."""
    who = asker(request)
    if factors(who.username).app:
        return redirect("security")
    if request.method != "POST" or SECRET not in request.session:
        request.session[SECRET] = totp.new_secret()
        return _app_page(request)
    if not may_try(request, who.username):
        return redirect("security")
    try:
        typed = request.POST.get("code", "")[:CODE_MAX]
        codes = add_app(who.username, secret=request.session[SECRET], typed=typed, now=clock.now())
    except Refusal as refusal:
        note_failure(request, who.username)
        return _app_page(request, wrong=refused_words(refusal))
    del request.session[SECRET]
    return _added(request, codes)


def key(request: HttpRequest) -> HttpResponse:
    """Add a key; the browser speaks with it."""
    who, wrong = asker(request), ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip() or _("Key")
        try:
            codes = add_key(who.username, name=name, credential=credential(request), now=clock.now())
        except Refusal as refusal:
            wrong = refused_words(refusal)
        else:
            return _added(request, codes)
    page = {
        "field": line(
            "name", _("Name of the key"), hint=_("So that you can tell it from another."), longest=NAME_MAX
        ),
        "options": new_options(request.user),
        "wrong": wrong,
    }
    return render(request, "portal/security_key.html", page)


def codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once.

    Raises: Refusal people.factor-missing.
    """
    return _codes_page(request, renew_codes(asker(request).username, now=clock.now()))


def remove(request: HttpRequest, id: int) -> HttpResponse:
    """Remove an app or a key.

    Raises: Refusal people.factor-unknown, people.factor-last.
    """
    remove_factor(asker(request).username, id, home=house(), now=clock.now())
    return redirect("security")


def rename(request: HttpRequest, id: int) -> HttpResponse:
    """Give a key another name.

    Raises: Refusal people.factor-unknown.
    """
    rename_key(asker(request).username, id, name=request.POST.get("name", ""), now=clock.now())
    return redirect("security")


def _app_page(request: HttpRequest, *, wrong: str = "") -> HttpResponse:
    secret: str = request.session[SECRET]
    address = totp.address(
        secret, account=asker(request).username, issuer=f"{ISSUER} {house().settings.origin}"
    )
    hint = _("Six digits that the app shows now.")
    page: dict[str, Any] = {
        "square": square(address),
        "secret": totp.in_fours(secret),
        "field": line(
            "code", _("Code"), hint=hint, error=wrong, autocomplete="one-time-code", longest=CODE_MAX
        ),
        "wrong": wrong,
    }
    return render(request, "portal/security_app.html", page)


def _added(request: HttpRequest, codes: Sequence[str]) -> HttpResponse:
    return _codes_page(request, codes) if codes else redirect("security")


def _codes_page(request: HttpRequest, codes: Sequence[str]) -> HttpResponse:
    answer = render(request, "portal/security_codes.html", {"codes": codes})
    answer["Cache-Control"] = "no-store"
    return answer
