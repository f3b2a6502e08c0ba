# SPDX-License-Identifier: Apache-2.0
"""Signing in: the password first, then the second factor of whoever has one."""

from __future__ import annotations

import json
from typing import Any, Final

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nadzor.actions.open_session import open_session
from nadzor.actions.prove_factor import prove_code, prove_key
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.attempts import may_try, note_failure
from nadzor.people.factors import factors, has_factor
from nadzor.portal.fresh import note_proof
from nadzor.portal.inputs import Input, line
from nadzor.portal.passkeys import asked_options
from nadzor.portal.refused_words import refused_words
from nadzor.portal.words import language

CODE_MAX: Final = 40
CREDENTIAL_MAX: Final = 20_000


class SecondStep(LoginStage):
    """The stage between the password and the desk."""

    key = "second-step"
    urlname = "login-second"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Go on to the second step, or past it where the account has no second factor."""
        user = self.login.user
        if user is None or not has_factor(user.get_username()):
            return None, True
        return redirect("login-second"), True


def page(request: HttpRequest) -> HttpResponse:
    """The page of the second step; without a password given minutes ago, back to the first."""
    stage = LoginStageController.enter(request, SecondStep.key)
    if request.user.is_authenticated or stage is None or not _is_open(stage):
        clear_login(request)
        return redirect("login")
    if request.method == "POST":
        return _proved(request, stage)
    return _shown(request, stage)


def entered(request: HttpRequest, answer: HttpResponse, *, way: str) -> HttpResponse:
    """Note a sign-in that is complete; one that waits for the second step is none yet."""
    if request.user.is_authenticated:
        most = settings.CONFIGURATION.sessions_max
        open_session(request, way=way, sessions_max=most, now=clock.now())
        note_proof(request)
    return answer


def _is_open(stage: LoginStage) -> bool:
    user = stage.login.user
    return user is not None and bool(user.is_active)


def _proved(request: HttpRequest, stage: LoginStage) -> HttpResponse:
    user = stage.login.user
    if not may_try(request, user.get_username()):
        return redirect("login")
    try:
        way = prove(request, user)
    except Refusal as refusal:
        note_failure(request, user.get_username())
        return _shown(request, stage, wrong=refused_words(refusal))
    return entered(request, stage.exit(), way=way)


def prove(request: HttpRequest, user: Any) -> str:
    """The kind of factor that a posted form proves.

    Raises: Refusal people.code-wrong, people.key-wrong, people.tries-many.
    """
    key = f"second-{user.pk}"
    if not ratelimit.consume(request, action="login_failed", key=key):
        raise Refusal("people.tries-many")
    if request.POST.get("credential"):
        found = prove_key(user, credential(request), now=clock.now())
    else:
        found = prove_code(user.get_username(), request.POST.get("code", "")[:CODE_MAX], now=clock.now())
    ratelimit.clear(request, action="login_failed", key=key)
    return str(found.type)


def credential(request: HttpRequest) -> dict[str, Any]:
    """What the browser says of a key.

    Raises: Refusal people.key-wrong.
    """
    text = request.POST.get("credential", "")
    try:
        found = json.loads(text[:CREDENTIAL_MAX])
    except ValueError as error:
        raise Refusal("people.key-wrong") from error
    if not isinstance(found, dict):
        raise Refusal("people.key-wrong")
    return found


def code_field(wrong: str = "") -> Input:
    """The field of a code."""
    hint = _("Six digits from the app, or a recovery code.")
    return line(
        "code", _("Code"), hint=hint, error=wrong, longest=CODE_MAX, autocomplete="one-time-code", mode="text"
    )


def _shown(request: HttpRequest, stage: LoginStage, *, wrong: str = "") -> HttpResponse:
    user = stage.login.user
    found = factors(user.get_username())
    page = {
        "field": code_field(wrong) if found.app or found.codes_left else None,
        "wrong": wrong,
        "options": asked_options(user) if found.keys else "",
        "left": found.codes_left,
        "language": language(),
    }
    return render(request, "portal/login_second.html", page)
