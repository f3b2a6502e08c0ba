# SPDX-License-Identifier: Apache-2.0
"""A decision in somebody's name asks once more who sits there; what was typed waits meanwhile.

Why a middleware: the table of addresses says what decides, so no view can forget to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from nadzor.api import problems
from nadzor.base.problems import Refusal
from nadzor.portal.fresh import ask, fresh
from nadzor.site.access_gate import by_token

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ProveGate:
    """Asks for a fresh proof before a deed that the table calls a decision."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        """The way to the proof, a problem document for a program, or nothing where none is asked."""
        if not _asks(request) or fresh(request):
            return None
        if request.path.startswith(problems.PREFIX):
            return problems.answer(request, Refusal("people.prove-again"))
        return ask(request)


def _asks(request: HttpRequest) -> bool:
    """Whether this is a decision by a session.  A token was given to a person who had proved themselves."""
    found = getattr(request, "entry", None)
    if found is None or not found.decides or request.method in SAFE:
        return False
    if not settings.HOME.settings.second_factor:
        return False
    return not by_token(request) and request.user.is_authenticated
