# SPDX-License-Identifier: Apache-2.0
"""A deed asked for over HTTP: made once for each Idempotency-Key, answered with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from nadzor.actions.answer_once import Call, answer_once
from nadzor.api.credentials import caller
from nadzor.api.wire import confided
from nadzor.base import clock

KEY: Final = "Idempotency-Key"
Address = Callable[[Any], str] | None


def done(
    request: HttpRequest, deed: Callable[[], Any], *, status: int = 200, at: Address = None,
) -> HttpResponse:  # fmt: skip
    """The answer of a deed; `at` makes the address of what was made from it."""
    named = f"{request.method} {request.get_full_path()} ".encode()
    call = Call(request.headers.get(KEY, ""), named + request.body)
    answer = answer_once(call, deed, by=caller(request), now=clock.now())
    headers = {"Location": f"/api/v1/{at(answer)}"} if at else {}
    return confided(answer, status=status, headers=headers)
