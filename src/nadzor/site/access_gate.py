# SPDX-License-Identifier: Apache-2.0
"""Nobody reaches a view that the table of addresses does not let them reach; what it does not name is shut.

The rules of objects are asked by the views themselves, as before.  Of a program with a token nothing is known
here yet: the row goes along with the request, and the API's own check of who calls asks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import structlog
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, reverse

from nadzor.actions.count_refusal import count_refusal
from nadzor.api import problems
from nadzor.api.routes import api
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.access import Entry, entry, may_enter
from nadzor.portal.door import refused
from nadzor.portal.frame import person_of

SHUT: Final = "people.address-shut"
READS: Final = frozenset({"GET", "HEAD"})
NAMESPACE: Final = "api"
NO_METHOD: Final = ""
_PART: Final = re.compile(r"<(?:\w+:)?(\w+)>")
log = structlog.get_logger()


class AccessGate:
    """Asks the table before any view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        """A refusal, a way to the sign-in page, or nothing where the address is open to who asks."""
        assert request.resolver_match is not None  # a view was found
        name = name_of(request.resolver_match, request.method or "GET")
        if name == NO_METHOD:
            return None  # the API itself says 405, to everybody
        found = entry(name)
        if found is None:
            log.error("site.address.unnamed", address=name, fault="ours")
            return _refuse(request, Refusal(SHUT))
        request.entry = found  # type: ignore[attr-defined]
        return None if found.is_open else _asked(request, found)


def name_of(match: ResolverMatch, method: str) -> str:
    """What the table calls an address; NO_METHOD where the API has the path, but not with this method."""
    if match.namespace != NAMESPACE:
        return match.url_name or f"/{match.route}"
    found = operations().get("/" + _PART.sub(r"{\1}", match.route))
    if found is None:
        return f"{NAMESPACE}:{match.url_name}"
    return found.get(method, NO_METHOD)


@cache
def operations() -> Mapping[str, Mapping[str, str]]:
    """The operations of the API as the table calls them, by path and method."""
    found = api.operation_ids()
    return {
        path: {method: f"{NAMESPACE}:{name}" for method, name in methods.items()}
        for path, methods in found.items()
    }


def _asked(request: HttpRequest, found: Entry) -> HttpResponse | None:
    if by_token(request):
        return None
    who = person_of(request)
    if who is None:
        return _sign_in(request, found)
    if may_enter(who.role, found.name):
        return None
    count_refusal(found.name, role=who.role.value, code=found.refused, on=clock.today())
    return _refuse(request, Refusal(found.refused))


def by_token(request: HttpRequest) -> bool:
    """Whether the API will take this request by its token and not by a session.

    Why: pages know sessions alone, and an empty header is no token; whoever adds one to a session must meet
    every gate that stands before sessions.
    """
    return request.path.startswith(problems.PREFIX) and bool(request.headers.get("Authorization"))


def _sign_in(request: HttpRequest, found: Entry) -> HttpResponse:
    if request.path.startswith(problems.PREFIX):
        return problems.answer(request, Refusal("api.anonymous"))
    if request.method in READS:
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(reverse(found.back) if found.back else "/")


def _refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if request.path.startswith(problems.PREFIX):
        return problems.answer(request, refusal)
    return refused(request, refusal)
