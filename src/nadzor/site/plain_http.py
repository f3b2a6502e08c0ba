# SPDX-License-Identifier: Apache-2.0
"""A call of the API over plain HTTP is refused: a redirect would hide that its token went in clear."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from nadzor.api import problems
from nadzor.base.problems import Refusal


class PlainHttp:
    """Refuses, where the house is served over HTTPS; browsers are redirected further on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        is_plain = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if is_plain and request.path.startswith(problems.PREFIX):
            return problems.answer(request, Refusal("api.plain-http"))
        return self.get_response(request)
