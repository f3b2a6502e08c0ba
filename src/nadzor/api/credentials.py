# SPDX-License-Identifier: Apache-2.0
"""Who calls: a program with a token, or a browser with the portal's session and its CSRF token.

A caller has exactly the rights of the person behind it: routes hand that person on and decide nothing.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.throttling import SimpleRateThrottle
from ninja.utils import check_csrf

from nadzor.actions.heed_api_token import Bearer, heed_api_token
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.access import Entry, may_enter
from nadzor.people.queries import Person, person

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SCHEME: Final = "bearer "
BASIC: Final = "Authorization"


class BadTokens(SimpleRateThrottle):
    """Counts refused tokens by address: one that guesses is told to wait."""

    scope = "bad-tokens"

    def get_cache_key(self, request: HttpRequest) -> str:
        """One count for each address."""
        return f"throttle_{self.scope}_{self.get_ident(request)}"


class TokenCalls(SimpleRateThrottle):
    """Bounds the calls of one token."""

    scope = "token-calls"

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """One count for each token; a browser's session is not counted."""
        bearer = getattr(request, "bearer", None)
        return f"throttle_{self.scope}_{bearer}" if bearer else None


class SignedIn(AuthBase):
    """Lets a request through that a token or a session vouches for.

    `reads`: the route changes nothing although its method is not a safe one, so a reading token will do.
    """

    openapi_type: str = "http"
    openapi_scheme: str = "bearer"

    def __init__(self, *, reads: bool = False) -> None:
        self.reads = reads
        self.bad, self.calls = BadTokens("20/min"), TokenCalls("600/min")
        super().__init__()

    def __call__(self, request: HttpRequest) -> Any:
        """The person who calls.

        Raises: Refusal people.token-refused, api.read-only, api.too-many, api.csrf, api.anonymous, and what
        the table of addresses refuses this role with.
        """
        header = request.headers.get(BASIC, "")
        who = self._by_token(request, header) if header else self._by_session(request)
        _must_enter(request, who)
        return who

    def _by_token(self, request: HttpRequest, header: str) -> Person:
        bearer = self._bearer(request, header)
        request.bearer = bearer.prefix  # type: ignore[attr-defined]
        if not self.calls.allow_request(request):
            raise Refusal("api.too-many")
        if request.method not in SAFE and not self.reads and not bearer.writes:
            raise Refusal("api.read-only")
        return bearer.person

    def _bearer(self, request: HttpRequest, header: str) -> Bearer:
        """Why: a good token is never held up by somebody else's bad ones; only refusals are counted."""
        try:
            if not header.lower().startswith(SCHEME):
                raise Refusal("people.token-refused")
            return heed_api_token(header[len(SCHEME) :].strip(), now=clock.now())
        except Refusal as refusal:
            if not self.bad.allow_request(request):
                raise Refusal("api.too-many") from refusal
            raise

    def _by_session(self, request: HttpRequest) -> Person:
        who = person(request.user)  # type: ignore[arg-type]
        if who is None:
            raise Refusal("api.anonymous")
        if request.method not in SAFE and check_csrf(request):
            raise Refusal("api.csrf")
        return who


def _must_enter(request: HttpRequest, who: Person) -> None:
    """Why here: the gate at the door cannot know whose a token is, and left the row with the request."""
    found: Entry | None = getattr(request, "entry", None)
    if found is None:
        raise Refusal("people.address-shut")
    if not may_enter(who.role, found.name):
        raise Refusal(found.refused)


SIGNED_IN: Final = SignedIn()
SIGNED_IN_TO_READ: Final = SignedIn(reads=True)


def caller(request: HttpRequest) -> Person:
    """The person a signed-in route was called by."""
    found: Person = request.auth  # type: ignore[attr-defined]
    return found
