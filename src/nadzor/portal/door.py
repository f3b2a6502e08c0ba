# SPDX-License-Identifier: Apache-2.0
"""What stands in front of every view: who may enter, and how a refusal is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nadzor.base.problems import Refusal, document, problem, title
from nadzor.portal.frame import person_of, reads_operation
from nadzor.portal.words import language, reference

View = Callable[..., HttpResponse]

# A maker must not learn from the answer that a device it does not own exists or works.
HIDDEN = {"people.not-yours": "register.device-unknown"}


def public(view: View) -> View:
    """A page open to everyone; refusals become problem pages."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return answer


def operation(view: View) -> View:
    """A page of operation figures: the public signs in first, roles without such pages are refused."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        who = person_of(request)
        if who is None:
            return redirect_to_login(request.get_full_path())
        if not reads_operation(who):
            return refused(request, Refusal("people.oversight-only"))
        return view(request, *args, **kwargs)

    return require_safe(public(answer))


def signed_in(view: View) -> View:
    """A page for anybody with an account; what each may see there is asked of the thing itself."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if person_of(request) is None:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        return view(request, *args, **kwargs)

    return public(answer)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as a page: what is wrong, what to do, and the code to quote."""
    shown = Refusal(HIDDEN[refusal.code]) if refusal.code in HIDDEN else refusal
    entry = problem(shown.code)
    page = {
        "title": title(shown, language()),
        "do": document(shown, language())["do"],
        "code": shown.code,
        "at": shown.at,
        "cite": reference(entry.cite) if entry.cite else entry.cite,
    }
    reply = render(request, "portal/refused.html", page, status=entry.status)
    if "retry_after_s" in shown.facts:
        reply["Retry-After"] = str(shown.facts["retry_after_s"])
    return reply
