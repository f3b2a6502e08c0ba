# SPDX-License-Identifier: Apache-2.0
"""Nothing but the pages that set them up, before a password of one's own and, for staff, a second factor."""

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
from nadzor.people.sign_in import FOREIGN, WAY, must_prove_more
from nadzor.site.access_gate import by_token

OPEN: Final = frozenset(
    {"security", "security-app", "security-key", "security-password", "prove", "prove-foreign", "preferences"}
    | {"login", "login-second", "login-foreign", "login-foreign-return", "logout", "problem", "help"}
)
OWN_PASSWORD: Final = OPEN - {"security", "security-app", "security-key"}
KNOWN: Final = "has_factor"  # kept in the session: whoever takes the last factor off ends all sessions


class SignInGate:
    """Sends whoever has a given password to the page of a new one, and staff without a factor to theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        """A redirect or a problem document where the gate is closed; nothing where it is open."""
        match = request.resolver_match
        name = match.url_name if match is not None else ""
        if not _is_by_session(request):
            return None
        if _has_given_password(request):
            return (
                None if name in OWN_PASSWORD else _shut(request, "people.password-given", "security-password")
            )
        if name in OPEN or not _is_barred(request):
            return None
        return _shut(request, "people.factor-first", "security")


def _shut(request: HttpRequest, code: str, page: str) -> HttpResponse:
    if request.path.startswith(problems.PREFIX):
        return problems.answer(request, Refusal(code))
    return redirect(page)


def _is_by_session(request: HttpRequest) -> bool:
    """Whether somebody signed in asks by a session, in a house that keeps second factors."""
    if not settings.HOME.settings.second_factor or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return request.user.is_authenticated and not by_token(request)


def _has_given_password(request: HttpRequest) -> bool:
    """Whether the account's password is one that the operator made; who came by another system used none."""
    return request.user.is_password_given and request.session.get(WAY) != FOREIGN  # type: ignore[union-attr]


def _is_barred(request: HttpRequest) -> bool:
    """Whether this request comes by a session of staff that still has to set up a second factor."""
    user = request.user
    if request.session.get(KNOWN) == user.pk or not must_prove_more(Role(user.role)):  # type: ignore[union-attr]
        return False
    if has_factor(user.username):
        request.session[KNOWN] = user.pk
        return False
    return True
