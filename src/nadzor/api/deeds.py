# SPDX-License-Identifier: Apache-2.0
"""A deed asked for over HTTP: made once for each Idempotency-Key, answered with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from nadzor.actions.answer_once import Call, answer_once
from nadzor.actions.clinic_systems import site_of
from nadzor.actions.count_refusal import count_refusal
from nadzor.api.credentials import caller
from nadzor.api.wire import confided
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_speak_for_clinic
from nadzor.people.queries import Person

KEY: Final = "Idempotency-Key"
Address = Callable[[Any], str] | None
Answer = TypeVar("Answer")


def done(
    request: HttpRequest, deed: Callable[[], Any], *, status: int = 200, at: Address = None, verb: str = "",
) -> HttpResponse:  # fmt: skip
    """The answer of a deed; `at` makes the address of what was made from it.

    A refused deed is counted under `verb`, here because a count of the deed's own was undone with it.
    """
    named = f"{request.method} {request.get_full_path()} ".encode()
    call = Call(request.headers.get(KEY, ""), named + request.body)
    who = caller(request)
    try:
        answer = answer_once(call, deed, by=who, now=clock.now())
    except Refusal as refusal:
        if verb:
            count_refusal(verb, role=who.role.value, code=refusal.code, on=clock.today())
        raise
    headers = {"Location": f"/api/v1/{at(answer)}"} if at else {}
    return confided(answer, status=status, headers=headers)


def counted(request: HttpRequest, deed: Callable[[Person], Answer], *, verb: str) -> Answer:
    """The answer of a deed that is done in transactions of its own and kept nowhere; a refusal is counted."""
    who = caller(request)
    try:
        return deed(who)
    except Refusal as refusal:
        count_refusal(verb, role=who.role.value, code=refusal.code, on=clock.today())
        raise


def own_site(who: Person) -> str:
    """The pseudonym of a clinic's own site, which stays on this side of the door; nothing for all others.

    Raises: Refusal clinic.no-oid.
    """
    return site_of(settings.HOME, who) if may_speak_for_clinic(who) else ""
