# SPDX-License-Identifier: Apache-2.0
"""How often one address may ask for open data, told in the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja.throttling import AnonRateThrottle

from nadzor.api.problems import answer
from nadzor.base.problems import Refusal

A_MINUTE: Final = 240  # as many as openFDA allows
View = Callable[..., HttpResponse]


class OpenThrottle(AnonRateThrottle):
    """Counts the questions of one address."""

    scope = "open"

    def get_cache_key(self, request: HttpRequest) -> str:
        """One count for each address, signed in or not."""
        return f"throttle_{self.scope}_{self.get_ident(request)}"

    def counted(self, request: HttpRequest) -> tuple[bool, int]:
        """Whether one more is allowed, and how many are left after it."""
        allowed = self.allow_request(request)
        return allowed, max(0, A_MINUTE - len(self.history)) if allowed else 0


def measured(view: View) -> View:
    """A view that one address may ask so often; refusals carry the same headers as answers.

    Method: draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` is the window, `RateLimit` what is left.
    """

    @wraps(view)
    def reply(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        allowed, left = OpenThrottle(f"{A_MINUTE}/min").counted(request)
        found = (
            _answered(view, request, args, kwargs) if allowed else answer(request, Refusal("api.too-many"))
        )
        found["RateLimit-Policy"] = f'"address";q={A_MINUTE};w=60'
        found["RateLimit"] = f'"address";r={left};t=60'
        found["Access-Control-Allow-Origin"] = "*"
        found["Cross-Origin-Resource-Policy"] = "cross-origin"
        return found

    return reply


def _answered(view: View, request: HttpRequest, args: object, kwargs: object) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)  # type: ignore[misc, attr-defined]
    except Refusal as refusal:
        return answer(request, refusal)
