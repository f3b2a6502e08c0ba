# SPDX-License-Identifier: Apache-2.0
"""Staff without a second factor reach nothing but the pages where they set one up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from nadzor.api import problems
from nadzor.base.problems import Refusal
from nadzor.people.factors import has_factor
from nadzor.people.roles import Role
from nadzor.people.sign_in import must_prove_more

OPEN: Final = frozenset(
    {"security", "security-app", "security-key", "security-password", "prove", "prove-foreign", "preferences"}
    | {"login", "login-second", "login-foreign", "login-foreign-return", "logout", "problem", "help"}
)
KNOWN: Final = "has_factor"  # kept in the session: whoever takes the last factor off ends all sessions


class SignInGate:
    """Sends staff who have no second factor yet to the page where they add one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        """A redirect or a problem document where the gate is closed; nothing where it is open."""
        match = request.resolver_match
        if not _is_barred(request) or (match is not None and match.url_name in OPEN):
            return None
        if request.path.startswith(problems.PREFIX):
            return problems.answer(request, Refusal("people.factor-first"))
        return redirect("security")


def _is_barred(request: HttpRequest) -> bool:
    """Whether this request comes by a session of staff that still has to set up a second factor."""
    if not settings.HOME.settings.second_factor or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    user = request.user
    if not user.is_authenticated or "Authorization" in request.headers:
        return False
    if request.session.get(KNOWN) == user.pk or not must_prove_more(Role(user.role)):  # type: ignore[union-attr]
        return False
    if has_factor(user.username):
        request.session[KNOWN] = user.pk
        return False
    return True
