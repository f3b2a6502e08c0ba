# SPDX-License-Identifier: Apache-2.0
"""Signing in and out, and how a person wants to read."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.internal.flows.login import perform_password_login
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from nadzor.actions.open_session import leave_session
from nadzor.base import clock
from nadzor.people.pending import pending
from nadzor.people.queries import person
from nadzor.portal.first_page import first_page
from nadzor.portal.foreign_door import label
from nadzor.portal.frame import KEYS_COOKIE, THEME_COOKIE, THEMES, house
from nadzor.portal.second_step import entered

CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "language": (settings.LANGUAGE_COOKIE_NAME, ("ru", "en")),
    "theme": (THEME_COOKIE, THEMES),
    "keys": (KEYS_COOKIE, ("on", "off")),
}
YEAR_S = 31_536_000


class Login(LoginView):
    """The sign-in page."""

    template_name = "portal/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """On to the second step, or to the desk where there is none."""
        self.user = form.get_user()
        found = pending(self.user, next=self.get_success_url())
        named = {"username": self.user.get_username()}
        return entered(self.request, perform_password_login(self.request, named, found), way="password")

    @property
    def extra_context(self) -> dict[str, Any]:
        """What the page says beside the form."""
        return {"asks_no_second": not house().settings.second_factor, "foreign": label()}

    def get_default_redirect_url(self) -> str:
        """The page a role's day begins with, unless somebody was on their way to another."""
        return first_page(person(getattr(self, "user", self.request.user)))


class Logout(LogoutView):
    """Ends the session; only by POST, so that no link can do it."""

    http_method_names: ClassVar = ["post"]

    def post(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        """Record it, and end the session."""
        if request.user.is_authenticated:
            leave_session(request.user.get_username(), now=clock.now())
        return super().post(request, *args, **named)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember a language, a theme or the use of keys, and return to the same page."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    answer = HttpResponseRedirect(back)
    for name, (cookie, allowed) in CHOICES.items():
        if request.POST.get(name) in allowed:
            answer.set_cookie(
                cookie,
                request.POST[name],
                max_age=YEAR_S,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
            )
    return answer
